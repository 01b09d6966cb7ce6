/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * shred - after cases were erased: every living key is wrapped under a new key, the old wrap key is destroyed.
 *
 * Layer:    core/disk (joins store, keybox, keyroot).
 * Owns:     nothing.
 * Threads:  core process, event-loop thread only; 0.13 s for 100 000 cases.
 * Time:     none.
 * Durable:  next key in keyroot, then transactions of LIMIT_SHRED_SLICE keys, then both halves of keyroot (daemon/store/FORMAT.md, Values).  A
 *           crash anywhere is finished forward at the next start.
 * Privacy:  what was erased cannot be opened from freed pages or from any copy of the file of today.
 */
#ifndef KRING_CORE_DISK_SHRED_H
#define KRING_CORE_DISK_SHRED_H

#include "crypto/files/erasures.h"
#include "crypto/files/keyfile.h"
#include "store/store.h"

/** Does a shred wait, or did one stop half-way? */
bool shred_waiting(struct store *s, const struct keyfile *k);
/** ERR_FULL: no room, nothing is lost, and it goes on from there the next time.  A key that is damaged is passed over, and *damaged says
 *  how many are: it opens nothing, and what was erased beside it must not stay readable.  ERR_CORRUPT: so many do not open that it is the
 *  wrap key that is wrong, which is kept then. */
MUST_CHECK enum err shred_run(struct store *s, struct keyfile *k, uint64_t *damaged);
/** How far a look at the same keys came, and how many of them are damaged.  Begins as zeros. */
struct shred_look {
	struct store_walk at;
	size_t table; /* of keys: 0 cases, 1 consents; 2: at the end */
	uint64_t damaged;
};
/** A slice of them is looked at, and nothing is changed.  *more: it did not come to the end. */
MUST_CHECK enum err shred_look(struct store *s, const struct keyfile *k, struct shred_look *l,
			       bool *more);

/** Every case the store knows to be erased stands in the ledger too: a crash may have come between. */
MUST_CHECK enum err shred_told(struct store *s, struct erasures *l);

#endif /* KRING_CORE_DISK_SHRED_H */

/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * keyroot - the small file whose overwriting is erasure: wrap keys and counters outside the database.
 *
 * Layer:    crypto (base only).
 * Owns:     one descriptor, opened before the sandbox; the file `keyroot` of a node's directory.
 * Threads:  core process, event-loop thread only.
 * Time:     none.
 * Durable:  two halves, written in place by turns and synced; the readable one with the higher counter
 *           counts, so a torn write leaves the one before.
 * Privacy:  everything lies under the master key.  A key is gone when both halves were written since.
 */
#ifndef KRING_CRYPTO_FILES_KEYROOT_H
#define KRING_CRYPTO_FILES_KEYROOT_H

#include "crypto/keybox.h"

struct keyroot;

/** State that must survive a restore of the database, so it lies outside it. */
struct keyfile_state {
	uint32_t incarnation_no;
	uint64_t roster_seq_max;
};

MUST_CHECK enum err keyroot_create(const char *dir, const struct keybox_roots *k,
				   const struct keyfile_state *st);
/** k->mk is given; fills the wrap keys of k, and st.  ERR_CORRUPT: neither half can be read. */
MUST_CHECK enum err keyroot_open(struct keyroot **out, const char *dir, struct keybox_roots *k,
				 struct keyfile_state *st);
/** The older half; what the other one holds can still be read. */
MUST_CHECK enum err keyroot_write(struct keyroot *r, const struct keybox_roots *k,
				  const struct keyfile_state *st);
/** Both halves: nothing of before is left in the file. */
MUST_CHECK enum err keyroot_settle(struct keyroot *r, const struct keybox_roots *k,
				   const struct keyfile_state *st);
void keyroot_close(struct keyroot *r);

#endif /* KRING_CRYPTO_FILES_KEYROOT_H */

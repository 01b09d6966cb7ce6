/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * nodestore - what a node keeps in its directory beside its keys, opened: both stores and the ledger.
 *
 * Layer:    core/disk.
 * Owns:     nothing; whoever opens closes.
 * Threads:  before the sandbox.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  none; values stay sealed.
 */
#ifndef KRING_CORE_DISK_NODESTORE_H
#define KRING_CORE_DISK_NODESTORE_H

#include "crypto/files/erasures.h"
#include "crypto/files/keyfile.h"
#include "roles/config.h"
#include "store/store.h"

struct nodestore {
	struct store *main, *prekeys;
	struct erasures *ledger;
};
/** cipher is borrowed for the life of the stores.  A node that ran before does not begin again with an empty
 *  store: ERR_CORRUPT.  Every error names its file in why. */
MUST_CHECK enum err nodestore_open(struct nodestore *out, const struct config *c,
				   const struct keyfile *k, const struct record_cipher *cipher,
				   struct err_text *why);

#endif /* KRING_CORE_DISK_NODESTORE_H */

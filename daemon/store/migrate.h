/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * migrate - brings an older store up to this format, one numbered step per transaction.
 *
 * Layer:    store (base only).
 * Owns:     META row 0: magic and format number.
 * Threads:  before the loop starts.
 * Time:     none.
 * Durable:  a step and its number commit together; a crash between steps resumes at the next.
 * Privacy:  none.
 */
#ifndef KRING_STORE_MIGRATE_H
#define KRING_STORE_MIGRATE_H

#include "base/err.h"

struct store;

enum { MIGRATE_FORMAT = 1 };

/** ERR_STALE: the store is newer than this program.  ERR_CORRUPT: not a store of ours. */
MUST_CHECK enum err migrate_run(struct store *s);

#endif /* KRING_STORE_MIGRATE_H */

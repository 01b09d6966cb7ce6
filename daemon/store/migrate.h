/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * migrate - the number of the store's format: written once, and a store of another one is not opened.
 *
 * Layer:    store (base only).
 * Owns:     META row 0: magic and format number.
 * Threads:  before the loop starts.
 * Time:     none.
 * Durable:  the number is written with the first transaction of an empty store.
 * Privacy:  none.
 */
#ifndef KRING_STORE_MIGRATE_H
#define KRING_STORE_MIGRATE_H

#include "base/err.h"

struct store;

enum { MIGRATE_FORMAT = 2 };

/** ERR_STALE: the store has another format, older or newer.  ERR_CORRUPT: not a store of ours. */
MUST_CHECK enum err migrate_run(struct store *s);

#endif /* KRING_STORE_MIGRATE_H */

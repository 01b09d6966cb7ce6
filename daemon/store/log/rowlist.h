/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * rowlist - the rows of one table of a generation in the order of their keys.
 *
 * Layer:    store (base only).
 * Owns:     its blocks; the rows are the generation's.
 * Threads:  as generation.h.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  keys, which are opaque.
 */
#ifndef KRING_STORE_LOG_ROWLIST_H
#define KRING_STORE_LOG_ROWLIST_H

#include "base/bytes.h"

struct version; /* store/log/generation.h */

/** A row of which there is at least one version. */
struct row {
	uint64_t head; /* the key's first eight bytes: most comparisons end with them */
	struct span key;
	struct version *newest;
	struct row *same; /* of the same place in the hash table */
	struct row *next; /* in order; NULL: the last one */
	uint32_t hash;
	uint8_t table;
	bool touched; /* by the transaction that writes now */
};

struct rowlist_part;

/** Zeros: empty. */
struct rowlist {
	struct row *first;
	struct rowlist_part *parts;
	size_t count, cap; /* of parts */
};

/** A row whose key is not in it.  False: no memory, nothing changed. */
bool rowlist_add(struct rowlist *l, struct row *r);
/** One that is in it. */
void rowlist_remove(struct rowlist *l, struct row *r);
/** The first row with key >= from, the last one with key < below; NULL: none. */
struct row *rowlist_seek(const struct rowlist *l, struct span from);
struct row *rowlist_seek_back(const struct rowlist *l, struct span below);
/** Its own memory; the rows stay. */
void rowlist_free(struct rowlist *l);

#endif /* KRING_STORE_LOG_ROWLIST_H */

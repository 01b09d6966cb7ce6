/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * generation - the changes of one file of the log, in memory: an ordered map of versions.
 *
 * Layer:    store (base only).
 * Owns:     its memory, taken from a pool that lives as long as the store.
 * Threads:  one writes; once frozen nothing in it changes, so another may read it.
 * Time:     none.
 * Durable:  nothing; the log has what stands here.
 * Privacy:  keys and sealed values, as the database.
 *
 * Memory is only added to: what is undone gives back all that was added since the transaction began.
 */
#ifndef KRING_STORE_LOG_GENERATION_H
#define KRING_STORE_LOG_GENERATION_H

#include "base/err.h"
#include "store/keyspace.h"
#include "store/log/rowlist.h"

enum { GENERATION_CHUNK = 64 * 1024 };

/** One state of a row.  The chain goes from the newest to older ones. */
struct version {
	struct version *older;
	uint64_t number; /* of the transaction that wrote it */
	bool gone;	 /* it was deleted */
	struct span val;
};

/** Chunks that nobody uses; free memory between generations costs no page faults. */
struct pool {
	struct chunk *free;
	uint8_t key[16]; /* of the hash tables: ids come from outside */
};

struct generation {
	struct pool *pool;
	struct chunk *chunks; /* the newest first */
	struct row **buckets;
	uint8_t *
		filter; /* of each bucket, bits of the hashes that are in it: most keys that are not there end here */
	size_t bucket_count, row_count;
	uint64_t chunk_bytes; /* its memory for rows */
	uint64_t row_bytes;   /* of newest versions: what the database has to take, at most */
	unsigned refs;
	bool frozen;
	struct rowlist tables[STORE_TABLE_COUNT];
};

void pool_init(struct pool *p);
/** All chunks that nobody uses go back to the system. */
void pool_trim(struct pool *p);

/** NULL: no memory.  The caller holds the one reference. */
struct generation *generation_create(struct pool *p);
void generation_hold(struct generation *g);
/** The last one gives its memory to the pool. */
void generation_drop(struct generation *g);

/** Where the memory stands now, for generation_rewind. */
struct generation_mark {
	struct chunk *chunk;
	size_t used;
	uint64_t chunk_bytes, row_bytes;
};
struct generation_mark generation_mark(const struct generation *g);
/** Memory that was taken since goes back; nothing may lead to it any more. */
void generation_rewind(struct generation *g, const struct generation_mark *m);

/** The hash of a key is the same in all generations of a pool. */
uint32_t generation_hash(const struct generation *g, enum store_table t, struct span key);
struct row *generation_find(const struct generation *g, enum store_table t, struct span key,
			    uint32_t hash);
/** The row of this key, made without a version if there is none; NULL: no memory. */
struct row *generation_row(struct generation *g, enum store_table t, struct span key);
/** A version in front of the others, or in the place of the one that this transaction put there.  False: no memory. */
bool generation_put(struct generation *g, struct row *r, const struct version *v);
/** Out of the map: nobody finds it any more. */
void generation_unlink(struct generation *g, struct row *r);

/** The newest version up to this number; NULL: the row was not there yet. */
const struct version *version_up_to(const struct row *r, uint64_t number);

#endif /* KRING_STORE_LOG_GENERATION_H */

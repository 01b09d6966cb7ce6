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

enum { GENERATION_LEVELS = 16, GENERATION_CHUNK = 64 * 1024 };

/** One state of a row.  The chain goes from the newest to older ones. */
struct version {
	struct version *older;
	uint64_t number; /* of the transaction that wrote it */
	bool gone;	 /* it was deleted */
	struct span val;
};

/** A row of which there is at least one version; links as many as its level. */
struct row {
	uint64_t head; /* the key's first eight bytes: most comparisons end with them */
	struct span key;
	struct version *newest;
	struct row *same; /* of the same place in the hash table */
	uint32_t hash;
	uint8_t table, level;
	bool touched; /* by the transaction that writes now */
	struct row *next[];
};

/* Invariant: tail[i] are the links whose [i] is the last of level i, so what is appended in order is not searched for. */
struct row_list {
	struct row *head[GENERATION_LEVELS], **tail[GENERATION_LEVELS];
	unsigned height;
};

/** Chunks that nobody uses; free memory between generations costs no page faults. */
struct pool {
	struct chunk *free;
	uint8_t key[16]; /* of the hash tables: ids come from outside */
	uint64_t dice;
};

struct generation {
	struct pool *pool;
	struct chunk *chunks; /* the newest first */
	struct row **buckets;
	size_t bucket_count, row_count;
	uint64_t chunk_bytes; /* all its memory */
	uint64_t row_bytes;   /* of newest versions: what the database has to take, at most */
	unsigned refs;
	bool frozen;
	struct row_list tables[STORE_TABLE_COUNT];
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

struct row *generation_find(const struct generation *g, enum store_table t, struct span key);
/** The row of this key, made without a version if there is none; NULL: no memory. */
struct row *generation_row(struct generation *g, enum store_table t, struct span key);
/** A version in front of the others, or in the place of the one that this transaction put there.  False: no memory. */
bool generation_put(struct generation *g, struct row *r, const struct version *v);
/** Out of the map: nobody finds it any more. */
void generation_unlink(struct generation *g, struct row *r);

/** First row with key >= from, the next one, the last one with key < below; NULL: none.  Versions are the caller's to choose. */
struct row *generation_seek(const struct generation *g, enum store_table t, struct span from);
struct row *generation_seek_back(const struct generation *g, enum store_table t, struct span below);
/** The newest version up to this number; NULL: the row was not there yet. */
const struct version *version_up_to(const struct row *r, uint64_t number);

#endif /* KRING_STORE_LOG_GENERATION_H */

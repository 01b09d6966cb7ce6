/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * backend - what an implementation of the ordered map provides.
 *
 * Layer:    store (base only); included by the implementations alone, and by what opens them.
 * Owns:     nothing.
 * Threads:  as store.h.
 * Time:     none.
 * Durable:  as store.h.
 * Privacy:  as store.h.
 */
#ifndef KRING_STORE_BACKEND_H
#define KRING_STORE_BACKEND_H

#include "store/store.h"

struct store_ops {
	void (*close)(struct store *s);
	enum err (*begin)(struct store *s, bool write, struct store_txn **out);
	enum err (*commit)(struct store_txn *txn);
	void (*abort)(struct store_txn *txn);
	enum err (*get)(struct store_txn *txn, enum store_table t, struct span key,
			struct span *val);
	enum err (*put)(struct store_txn *txn, enum store_table t, struct span key,
			struct span val);
	enum err (*del)(struct store_txn *txn, enum store_table t, struct span key);
	enum err (*seek)(struct store_txn *txn, enum store_table t, struct span from,
			 struct store_row *row);
	enum err (*seek_back)(struct store_txn *txn, enum store_table t, struct span below,
			      struct store_row *row);
	uint64_t (*count)(struct store_txn *txn, enum store_table t);
	/* Bytes that this write transaction may still take, with all that is kept back; and at most how many a row takes. */
	uint64_t (*left)(struct store_txn *txn);
	uint64_t (*cost)(const struct store *s, struct span key, struct span val);
	/* NULL: there is nothing to do */
	enum err (*thread)(struct store *s);
	enum err (*rest)(struct store *s, bool *more);
	uint64_t (*waits)(const struct store *s);
};

/** First member of every implementation's store. */
struct store {
	const struct store_ops *ops;
	const struct record_cipher *cipher;
	struct store_usage
		usage; /* as the last write transaction found it; kept and cap from the start */
};

/** First member of every implementation's transaction. */
struct store_txn {
	struct store *store;
	uint64_t version;
	enum err failed; /* the first error that was no answer; set by map.c, and by count() */
	bool write;
	enum store_use use;
	uint64_t left; /* at least so many bytes are left; counted anew when that is too few */
	uint64_t kept_taken; /* by rows of what owes, of what is kept back */
	uint64_t touched;    /* tables of which rows were put or removed, a bit each */
	uint32_t changes[STORE_TABLE_COUNT]; /* how often a row of it was put or removed */
	uint64_t looked; /* rows that were asked for, walked over, put or removed */
};

MUST_CHECK enum err mem_open(struct store **out, const struct store_options *opt);
MUST_CHECK enum err lmdb_open(struct store **out, const struct store_options *opt);

/** map.c: what has to stay free behind what this use takes, and what a step needs before it begins (bytes). */
uint64_t store_kept_from(const struct store_usage *u, enum store_use use);
uint64_t store_step(const struct store_usage *u);

/* ---- LMDB below a log ---- */

/** Up to where LMDB has what the log had; lies in a table of its own. */
struct store_mark {
	uint64_t applied;    /* version of the last transaction that it has */
	uint64_t generation; /* of the log, the highest that is known */
	uint64_t file_len;   /* as the files of the log were made */
};
/** All of its map from the start, so that readers and a writer never wait for each other.  What is committed is surely on disk
 *  only after lmdb_sync.  Writers may be in another thread than readers. */
MUST_CHECK enum err lmdb_open_below(struct store **out, const struct store_options *opt);
MUST_CHECK enum err lmdb_sync(struct store *s);
/** A short look, which is not counted among those that hold pages. */
MUST_CHECK enum err lmdb_glance(struct store *s, struct store_txn **out);
/** ERR_NOTFOUND: never had a log. */
MUST_CHECK enum err lmdb_mark_get(struct store_txn *txn, struct store_mark *mark);
MUST_CHECK enum err lmdb_mark_put(struct store_txn *txn, const struct store_mark *mark);

#endif /* KRING_STORE_BACKEND_H */

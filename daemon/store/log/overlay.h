/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * overlay - the ordered map as a log and two generations in memory over LMDB.
 *
 * Layer:    store (base only); included by open.c and the files of this room.
 * Owns:     the log, the generations, LMDB below them.
 * Threads:  as store.h; a second thread brings a frozen generation into LMDB (checkpoint.h).
 * Time:     none.
 * Durable:  as store.h: a commit is one record of the log, synced.
 * Privacy:  as store.h.
 */
#ifndef KRING_STORE_LOG_OVERLAY_H
#define KRING_STORE_LOG_OVERLAY_H

#include "store/backend.h"
#include "store/log/checkpoint.h"
#include "store/log/generation.h"
#include "store/log/journal.h"

/* A row that the transaction wrote, and whether it may vanish at its end. */
struct overlay_touched {
	struct row *row;
	bool vanishes;
};

struct overlay {
	struct store base;
	struct store *below;
	struct journal *journal;
	struct checkpoint *checkpoint;
	struct pool pool;
	struct generation *active, *frozen; /* frozen NULL: LMDB has all of it */
	struct store_txn *glance; /* of writers, on LMDB; NULL: none is open.  None stays open while
				     the checkpoint writes. */
	uint64_t version;	  /* of the last commit */
	uint64_t limit;		  /* bytes of log that a generation takes */
	uint64_t file_len;
	uint64_t before; /* bytes of rows in the generations when the transaction began */
	uint64_t used;	 /* bytes of living rows in LMDB, after the last checkpoint */
	struct overlay_touched *touched;
	size_t touched_count, touched_cap;
	unsigned readers;
	bool writing, stuck;
	bool replays; /* what is committed is in the log already */
	bool whole;   /* it was opened, and may be brought down */
	bool counted[STORE_TABLE_COUNT];
	uint64_t counts[STORE_TABLE_COUNT]; /* of tables that somebody asked for */
};

/* Invariant: of a reader, all three stay as they are until its end. */
struct overlay_txn {
	struct store_txn base;
	struct generation *active, *frozen;
	struct store_txn *below; /* NULL: not asked yet, writers only */
	struct generation_mark mark;
	bool counted_here[STORE_TABLE_COUNT]; /* by this transaction */
	int64_t delta[STORE_TABLE_COUNT];
};

extern const struct store_ops overlay_ops;

/** start.c: takes below, also when it fails.  ERR_CORRUPT: the log is not the one that belongs to it, or is damaged. */
MUST_CHECK enum err overlay_open(struct store **out, const struct store_options *opt,
				 struct store *below);
/* merge.c: three sources in one order. */
/** The read transaction on LMDB. */
MUST_CHECK enum err merge_below(struct store_txn *txn, struct store_txn **out);
MUST_CHECK enum err merge_get(struct store_txn *txn, enum store_table t, struct span key,
			      struct span *val);
/** Does anything below the active generation have this row? */
MUST_CHECK enum err merge_below_has(struct store_txn *txn, const struct row *r, bool *has);
MUST_CHECK enum err merge_seek(struct store_txn *txn, enum store_table t, struct span from,
			       struct store_row *row);
MUST_CHECK enum err merge_seek_back(struct store_txn *txn, enum store_table t, struct span below,
				    struct store_row *row);
MUST_CHECK enum err merge_count(struct store_txn *txn, enum store_table t, uint64_t *n);

#endif /* KRING_STORE_LOG_OVERLAY_H */

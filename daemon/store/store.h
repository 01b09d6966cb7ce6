/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * store - an ordered key-value map with one writer and snapshot readers, and nothing more.
 *
 * Layer:    store (base only).  Three implementations: LMDB (lmdb.c), a log above LMDB (log/), memory (mem.c, simulator).
 * Owns:     the LMDB environment, the log or the map; META row 0: magic and format number.
 * Threads:  one thread; at most one write transaction at a time.  A log has one more of its own (store_thread).
 * Time:     none.
 * Durable:  store_commit returned ERR_OK means on disk (the log's record, or LMDB's pages, synced).
 * Privacy:  values are opaque here; record.h seals them before they come down.
 */
#ifndef KRING_STORE_STORE_H
#define KRING_STORE_STORE_H

#include "base/bytes.h"
#include "base/err.h"
#include "store/keyspace.h"

struct store;
struct store_txn;
struct record_cipher;

/** Written with the first transaction of an empty store; a store with another number is not opened. */
enum { STORE_FORMAT = 11 };

struct store_options {
	const char *path;		    /* directory; NULL: in memory */
	const struct record_cipher *cipher; /* borrowed for the life of the store */
	uint64_t map_start, map_max; /* bytes; 0: the defaults of limits.h; in memory: no limit */
	uint64_t map_kept; /* behind map_max, for STORE_OWES and STORE_FREES; 0: the default */
	/* What a log takes before LMDB gets it; made smaller for a small store.  0: no log, every commit goes to LMDB. */
	uint64_t log_bytes;
};

/** ERR_STALE: the store has another format, older or newer.  ERR_BUSY: another process holds it.  ERR_CORRUPT: not a store of ours. */
MUST_CHECK enum err store_open(struct store **out, const struct store_options *opt);
void store_close(struct store *s);
/** From here on a thread brings what the log holds into LMDB; without it a store_begin that finds no more room there does it.
 *  It has the rights and the filter of the thread that calls this.  ERR_NOMEM: there is none. */
MUST_CHECK enum err store_thread(struct store *s);
/** Nothing was written for a while: what the log holds goes to LMDB, by the thread, and memory is given back.  more: not all of
 *  it yet. */
MUST_CHECK enum err store_rest(struct store *s, bool *more);
/** Number of the last commit, when so much is in the log that a rest is worth it; 0: it is not. */
uint64_t store_waits(const struct store *s);

/** What a write transaction may take of the room.  Behind what the setting allows lies a part that is kept back: TAKES
 *  leaves it alone, OWES may take the first half, FREES all of it.  So a store that is full of what came in can always be
 *  answered from, and emptied. */
enum store_use {
	STORE_TAKES, /* something new comes in; this is what a transaction begins as */
	STORE_LOOKS, /* the entry of a look at a person: a quarter of what is kept back, so that looking ends before answering */
	STORE_OWES,  /* somebody waits for it: answers, receipts, terms */
	STORE_FREES, /* it gives room back, or must work always: erasing, withdrawing, the roster, keys, the start */
};

/** store_begin(s, write, &txn). */
MUST_CHECK enum err store_begin(struct store *s, bool write, struct store_txn **out);
/** What this write transaction does from here on. */
void store_use(struct store_txn *txn, enum store_use use);
/** Is there room for a step of that, with all its rows (LIMIT_STEP_ROOM)?  Asked first, so that what has none is refused in
 *  words and not by a turn that fails; whoever does not ask meets ERR_FULL at store_put. */
bool store_room(struct store_txn *txn, enum store_use use);
/** Bytes of rows that this transaction put as STORE_OWES into what is kept back: for whoever must say who they were for. */
uint64_t store_kept_taken(const struct store_txn *txn);

/** Which tables this write transaction put or deleted rows of: a bit each, the last one for all from the 64th on. */
uint64_t store_touched(const struct store_txn *txn);
/** How often this transaction put or deleted rows of that table: what was read of it counts as long as this stays the same. */
uint32_t store_changes(const struct store_txn *txn, enum store_table table);
/** txn is gone whatever is returned.  ERR_FULL: nothing happened.  ERR_IO: stop the process.  Of a transaction in which
 *  anything failed nothing is kept: the error is that one (store_failed). */
MUST_CHECK enum err store_commit(struct store_txn *txn);
/** The first error of this transaction that was no answer (ERR_OK, ERR_NOTFOUND); every call after it ends with it too, so
 *  that what could not be read is never taken for what is not there. */
MUST_CHECK enum err store_failed(const struct store_txn *txn);
void store_abort(struct store_txn *txn);
const struct record_cipher *store_cipher(const struct store_txn *txn);
bool store_writes(const struct store_txn *txn);
/** Rises with every write transaction; part of what a record is sealed with. */
uint64_t store_version(const struct store_txn *txn);

/** Values are borrowed until the next write or the end of the transaction: copy before writing. */
MUST_CHECK enum err store_get(struct store_txn *txn, enum store_table table, struct span key,
			      struct span *val);
/** ERR_FULL: no room for this use; the transaction does nothing more, and every call but store_abort says ERR_FULL. */
MUST_CHECK enum err store_put(struct store_txn *txn, enum store_table table, struct span key,
			      struct span val);
/** ERR_NOTFOUND when absent. */
MUST_CHECK enum err store_del(struct store_txn *txn, enum store_table table, struct span key);

struct store_row {
	struct span key, val;
};
/** First row with key >= from. ERR_NOTFOUND at the end; ERR_CORRUPT when its key is longer than STORE_KEY_MAX. */
MUST_CHECK enum err store_seek(struct store_txn *txn, enum store_table table, struct span from,
			       struct store_row *row);
/** Last row with key < below; errors as store_seek. */
MUST_CHECK enum err store_seek_back(struct store_txn *txn, enum store_table table,
				    struct span below, struct store_row *row);
/** A walk over the rows whose key begins with a prefix: zeroed but for the lengths, which every row must have (0: any).
 *
 *	struct store_walk w = {.key_len = 16};
 *
 *	while (store_each(txn, STORE_CASEKEY, prefix, &w))
 *		w.rc = use(&w.row);
 *	return w.rc;
 *
 *  The end of the rows is no error, so "not there" is never taken for it.  An error set by the loop ends the walk.  A
 *  module that opens rows for others has a function of this form (consent_each); there is no other way to walk. */
struct store_walk {
	size_t key_len, val_len;
	struct store_row row; /* borrowed until the next write; rows may be changed in between */
	enum err rc;	      /* ERR_CORRUPT: a row of another length */
	struct store_key at;  /* where it goes on */
};
/** The next row is in w->row; false at the end, or when w->rc is an error. */
MUST_CHECK bool store_each(struct store_txn *txn, enum store_table table, struct span prefix,
			   struct store_walk *w);
/** Last row whose key begins with prefix. */
MUST_CHECK enum err store_last_prefix(struct store_txn *txn, enum store_table table,
				      struct span prefix, struct store_row *row);
/** How many rows this transaction asked for, walked over, put and removed: what it costs, without a clock. */
uint64_t store_looked(const struct store_txn *txn);
/** Rows of the table, at once; 0 in a transaction that failed. */
uint64_t store_count(struct store_txn *txn, enum store_table table);
/** How full it is, as the last write transaction found it. */
struct store_usage {
	uint64_t used;	/* bytes of living rows, with their share of pages */
	uint64_t cap;	/* bytes that may be filled */
	uint64_t over;	/* behind cap: what lay there already when the setting was lowered */
	uint64_t kept;	/* bytes kept back behind both */
	uint64_t held;	/* bytes that only an old snapshot still needs */
	bool no_blocks; /* the disk gives the file no more: full, or a quota */
};
struct store_usage store_usage(const struct store_txn *txn);
/** Old snapshots keep so much from being used again that what is kept back is in danger: end them. */
bool store_crowded(const struct store *s);

#endif /* KRING_STORE_STORE_H */

/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * journal - two files of records: one for each committed write transaction that the database does not have yet.
 *
 * Layer:    store (base only).
 * Owns:     log0 and log1 in the directory of the store (FORMAT.md).
 * Threads:  the caller's; one at a time.
 * Time:     none.
 * Durable:  journal_write returned ERR_OK means on disk.
 * Privacy:  holds keys and sealed values, as the database does.
 *
 * A generation fills one file, while what stands in the other one is brought into the database.  Versions count committed
 * transactions, one by one, over both files; the database says up to which one it has them.
 */
#ifndef KRING_STORE_LOG_JOURNAL_H
#define KRING_STORE_LOG_JOURNAL_H

#include "store/keyspace.h"

#include "base/err.h"

struct journal;

enum { JOURNAL_FILES = 2, JOURNAL_BLOCK = 4096 };

struct journal_row {
	enum store_table table;
	bool gone; /* deleted: no value */
	struct span key, val;
};

/** Both files, full of zeros, so that later writes change no length; synced, with the directory.  What was there is gone. */
MUST_CHECK enum err journal_create(const char *dir, uint64_t file_len);
/** ERR_CORRUPT: a file is missing or shorter than it was made.  ERR_IO: errno says why. */
MUST_CHECK enum err journal_open(struct journal **out, const char *dir, uint64_t file_len);
void journal_close(struct journal *j);

/** Told in the order of versions; an error ends it. */
struct journal_calls {
	enum err (*begin)(void *ctx, uint64_t version);
	enum err (*row)(void *ctx, const struct journal_row *row);
	enum err (*end)(void *ctx);
	enum err (*turn)(
		void *ctx); /* the generation is whole; the next record is of the one after it */
	void *ctx;
};
/** Every record above what the database has (applied; generation: the highest that it knows of).  What a killed process left
 *  behind in memory of the kernel is on disk afterwards.  The next record goes behind the last one.
 *  ERR_CORRUPT: a record is missing; only the very last one may be torn. */
MUST_CHECK enum err journal_replay(struct journal *j, uint64_t applied, uint64_t generation,
				   const struct journal_calls *calls);

/** A record is built row by row, and written.  Whatever was begun and not written is forgotten. */
void journal_begin(struct journal *j, uint64_t version);
/** ERR_NOMEM, ERR_LIMIT: the record can no longer be written. */
MUST_CHECK enum err journal_row(struct journal *j, const struct journal_row *row);
/** ERR_FULL: no room on the disk, and nothing happened.  ERR_IO: the process must end, because nobody knows what is on disk. */
MUST_CHECK enum err journal_write(struct journal *j);
/** Bytes of the generation that is written to now. */
uint64_t journal_used(const struct journal *j);
uint64_t journal_generation(const struct journal *j);
/** A new generation begins in the other file, all of which the database must have. */
MUST_CHECK enum err journal_turn(struct journal *j);

#endif /* KRING_STORE_LOG_JOURNAL_H */

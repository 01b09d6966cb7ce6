/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * running - what is not over and what is to be done, in memory, as far as lists are ordered by it.
 *
 * Layer:    domain/running (base, store; people/index.h has the memory).
 * Owns:     what it holds, in memory that its maker hands in.
 * Threads:  core process, event-loop thread only.
 * Time:     *_ms wall-clock milliseconds.
 * Durable:  nothing; filled from the store after each start (standing/follow.h).
 * Privacy:  ids, times and codes; no word of anybody.
 *
 * One row for each thread that is open or leaves somebody something to do, and one for each case that does; without it a list opened
 * every such row of the store to know which few stand first.  Whoever writes says only that a row is to be looked at again
 * (running_touch), also when nothing comes of it: so a turn that is undone leaves nothing behind.
 * A row stays in its place as long as it is there, so that a walk over many turns comes to an end.
 */
#ifndef KRING_DOMAIN_RUNNING_RUNNING_H
#define KRING_DOMAIN_RUNNING_RUNNING_H

#include "domain/people/index.h"
#include "store/keyspace.h"

struct running_row {
	struct id16 case_id, thread; /* thread: zeros, where the work is of the case */
	uint64_t since_ms, due_ms,
		created_ms; /* since: as inbox and sent are ordered; due: 0, it does not end */
	uint16_t peer;
	uint8_t role;  /* enum thread_side */
	bool open;     /* it stands in the list of those that are not over */
	bool partners; /* the partner is to move */
	bool urgent;
	bool damaged; /* something of it cannot be read: whoever lists it looks into the store, and says so */
};

/* A row of table WORK. */
struct running_work {
	uint64_t due_ms, since_ms; /* 0: none */
	uint16_t peer;
	uint8_t kind; /* enum work_kind */
	bool urgent;
};
enum { RUNNING_WORK = 64 }; /* kinds that one row may have at once */

struct running;

/* Up to where whoever fills it has named what the store has: of one table, then of the other. */
struct running_fill {
	struct store_key at;
	bool second;
};

MUST_CHECK enum err running_create(struct running **out, const struct index_memory *memory);
void running_free(struct running *x);
struct running_fill *running_fill(struct running *x);
/** Everything that the store has is named in it (running_touch). */
void running_whole(struct running *x);
bool running_is_whole(const struct running *x);
/** It is emptied, until the next start: there was no memory, or the store's tables cannot be walked over. */
void running_give_up(struct running *x);
bool running_gave_up(const struct running *x);

/** This one is to be looked at again.  x may be NULL: nobody asks. */
void running_touch(struct running *x, const struct id16 *case_id, const struct id16 *thread);
/** One that is to be looked at again; false: there is none.  It stays so until running_put. */
bool running_stale(const struct running *x, struct id16 *case_id, struct id16 *thread);
/** Another turn begins: what was unsure in the one before is to be looked at again. */
void running_turn(struct running *x);
/** How it stands; count: of its work, in the order of kinds.  One that is neither open nor has work is no row any more.
 *  unsure: what was read may be undone, so it is looked at again in another turn. */
void running_put(struct running *x, const struct running_row *row, const struct running_work *work,
		 size_t count, bool unsure);

/** Every row, those that came last first; *place is 0 at the beginning, and where to go on.  False: that was all. */
bool running_each(const struct running *x, uint32_t *place, struct running_row *out);
/** The work of the row that running_each gave for this place, in the order of kinds.  Returns how many. */
size_t running_work_of(const struct running *x, uint32_t place,
		       struct running_work out[RUNNING_WORK]);
size_t running_count(const struct running *x);
/** Can something of a row not be read? */
bool running_damaged(const struct running *x);

#endif /* KRING_DOMAIN_RUNNING_RUNNING_H */

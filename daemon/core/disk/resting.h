/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * resting - when nothing was written for a while, what the log of the store holds goes to the database.
 *
 * Layer:    core.
 * Owns:     one timer, armed only while there is something to bring down.
 * Threads:  core process, event-loop thread only.
 * Time:     monotonic, of the loop.
 * Durable:  nothing; what is brought down was on disk before.
 * Privacy:  none.
 */
#ifndef KRING_CORE_DISK_RESTING_H
#define KRING_CORE_DISK_RESTING_H

#include "io/loop.h"
#include "store/store.h"

struct resting {
	struct loop_timer *timer;
	struct store *store;	   /* borrowed; NULL: not open yet */
	uint64_t version;	   /* of the last commit when the timer was armed; 0: it is not */
	void (*broken)(void *ctx); /* the disk does not do what it should */
	void *ctx;
};

/** r stays where it is.  broken and ctx are set before. */
MUST_CHECK enum err resting_create(struct resting *r, struct loop *l);
/** At the end of a turn. */
void resting_turn(struct resting *r);

#endif /* KRING_CORE_DISK_RESTING_H */

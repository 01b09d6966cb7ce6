/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * checkpoint - brings a frozen generation into the database, in a thread of its own once there is one.
 *
 * Layer:    store (base only).
 * Owns:     its thread; the database's write transactions.
 * Threads:  created, given work and asked by the thread of the store; the work is done by the other one.
 * Time:     what found no room is tried again after CHECKPOINT_AGAIN_S.
 * Durable:  a generation that is done is on disk, with the version up to which the database has everything.
 * Privacy:  moves sealed values.
 */
#ifndef KRING_STORE_LOG_CHECKPOINT_H
#define KRING_STORE_LOG_CHECKPOINT_H

#include "store/backend.h"
#include "store/log/generation.h"

enum { CHECKPOINT_AGAIN_S = 10 };

struct checkpoint;

/** below: borrowed; nobody else writes to it from here on. */
MUST_CHECK enum err checkpoint_create(struct checkpoint **out, struct store *below);
/** From here on the work is done beside the caller, also what was given before.  Without it, it is done by
 *  whoever asks CHECKPOINT_TO_THE_END: a start that finds a full generation in the log answers first. */
MUST_CHECK enum err checkpoint_thread(struct checkpoint *c);
/** g stays as it is until it is done; mark goes into the database with its last rows. */
void checkpoint_give(struct checkpoint *c, const struct generation *g,
		     const struct store_mark *mark);

enum checkpoint_state {
	CHECKPOINT_IDLE,  /* nothing was given, or its end was told */
	CHECKPOINT_BUSY,  /* under way */
	CHECKPOINT_STUCK, /* no room; it is tried again, by itself or by checkpoint_again */
	CHECKPOINT_DONE,
	CHECKPOINT_BROKEN, /* the disk does not do what it should: rc */
};
struct checkpoint_news {
	enum checkpoint_state state;
	enum err rc;
	struct store_usage usage; /* of the database; when done or stuck */
};
/** How it stands; waits so long for it to be busy no more.  DONE is told once. */
enum { CHECKPOINT_NO_WAIT = 0, CHECKPOINT_TO_THE_END = 0xffff };
struct checkpoint_news checkpoint_ask(struct checkpoint *c, unsigned wait_ms);
void checkpoint_again(struct checkpoint *c);
/** What is under way is ended first. */
void checkpoint_free(struct checkpoint *c);

#endif /* KRING_STORE_LOG_CHECKPOINT_H */

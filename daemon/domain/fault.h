/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * fault - what failed by itself: where, why, how often; and what is passed over until it is tried again.
 *
 * Layer:    domain.
 * Owns:     struct faults, in the node's memory; a turn points to it.
 * Threads:  core process, event-loop thread only.
 * Time:     *_ms wall clock, *_mono_ms monotonic, of the turn that failed.
 * Durable:  nothing: what fails after a restart fails again and is noted again (documents: unstored.h).
 * Privacy:  ids, counts and codes only.
 *
 * A turn says what it is doing.  When it fails, its transaction is undone and the place is noted; the same event
 * runs once more without it.  So one sick row costs what hangs on it, and nothing else.
 */
#ifndef KRING_DOMAIN_FAULT_H
#define KRING_DOMAIN_FAULT_H

#include "domain/turn.h"

struct fault {
	struct fault_place at;
	enum err why;
	uint32_t count;		    /* in a row */
	uint32_t tries;		    /* of them in the present event */
	uint32_t wait_ms;	    /* the pause, growing */
	uint64_t first_ms, last_ms; /* wall clock */
	uint64_t again_mono_ms;	    /* not before this */
	uint64_t event;		    /* the last one that it failed in */
};

enum { FAULTS_MAX = 64, FAULT_ALARM = 2 };

struct faults {
	struct fault row[FAULTS_MAX];
	size_t count;
	uint64_t total; /* turns that failed, since start */
	uint64_t event; /* number of the present event */
};

/** From here on this is what the turn does. */
void fault_doing(struct turn *t, const struct fault_place *at);
/** It failed lately, or in this very event: leave it out for now. */
bool fault_paused(struct turn *t, const struct fault_place *at);
/** How often did it fail in the present event? */
uint32_t fault_tries(struct turn *t, const struct fault_place *at);
/** When it may be tried again, monotonic; 0: it did not fail. */
uint64_t fault_again_ms(struct turn *t, const struct fault_place *at);
/** Why it failed last; ERR_OK: it did not. */
enum err fault_why(struct turn *t, const struct fault_place *at);
/** What the turn did last ended in rc.  Well: if it had failed before, that is over.  ERR_NOMEM: it found the turn's
 *  memory full somewhere and went on without what it wanted there (turn_whole). */
MUST_CHECK enum err fault_over(struct turn *t, enum err rc);
/** The turn was undone because of what it did last.  True: run the event again, without that. */
bool fault_note(struct turn *t, enum err why);
const char *fault_part_name(enum fault_part part);

#endif /* KRING_DOMAIN_FAULT_H */

/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * exact - one quarter of this node, exactly: the cases there are, and the tally of those erased.
 *
 * Layer:    domain/count (base, proto, store; lower rooms).
 * Owns:     nothing.
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds, given with the turn.
 * Durable:  nothing.
 * Privacy:  exact figures: they are the node's own and never leave but through report.c.
 */
#ifndef KRING_DOMAIN_COUNT_EXACT_H
#define KRING_DOMAIN_COUNT_EXACT_H

#include "domain/count/count.h"

/** How far that came; begins as zeros. */
struct exact_walk {
	struct store_key at; /* where it goes on */
	size_t rows;	     /* partners when it began */
	uint64_t now_ms; /* ... and the time then: what happens meanwhile is not counted by half */
	bool begun, over;
};
/** The cases there are, and the tally of those erased: as many people as one turn looks at; c is the one of the turn before, with as many rows.  A partner that came meanwhile:
 *  it begins anew. */
MUST_CHECK enum err exact_some(struct turn *t, uint32_t quarter, unsigned cap, struct exact_walk *w,
			       struct count *c);

#endif /* KRING_DOMAIN_COUNT_EXACT_H */

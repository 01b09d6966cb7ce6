/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * underway - the count of a quarter that takes more than one turn.
 *
 * Layer:    domain/count (base, proto, store; lower rooms).
 * Owns:     META rows 15 | quarter u32: cap, when it began, how far it came, and the figures up to there.
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds, given with the turn.
 * Durable:  with the turn's transaction, until the count is over: a crash goes on where it was.
 * Privacy:  as exact.h.
 */
#ifndef KRING_DOMAIN_COUNT_UNDERWAY_H
#define KRING_DOMAIN_COUNT_UNDERWAY_H

#include "domain/count/count.h"

/** As many people as one turn looks at.  over: c is whole, and nothing is kept of it; else ask again in the next turn. */
MUST_CHECK enum err underway_count(struct turn *t, uint32_t quarter, unsigned cap, struct count *c,
				   bool *over);
/** A person goes over into the tally, which a count read when it began: who was not counted yet would be missing, so that counts begin
 * anew. */
MUST_CHECK enum err underway_anew(struct turn *t);

#endif /* KRING_DOMAIN_COUNT_UNDERWAY_H */

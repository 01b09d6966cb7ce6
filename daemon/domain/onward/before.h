/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * before - how the person of a case came here, and who had the person before:
 * read out of the referrals of the case.
 *
 * Layer:    domain/onward (base, proto, store; lower rooms).
 * Owns:     nothing.
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds, given with the turn.
 * Durable:  nothing.
 * Privacy:  what partners said of the way, as hops.h has it.
 *
 * Two kinds of referrals say something: those that came, and those of ours for
 * the same need that a partner redirected.  The newest of them gives the chain
 * that a next one goes on with.
 */
#ifndef KRING_DOMAIN_ONWARD_BEFORE_H
#define KRING_DOMAIN_ONWARD_BEFORE_H

#include "domain/documents/thread.h"
#include "domain/onward/hops.h"

enum { BEFORE_PING_DAYS = 60 }; /* back to whoever it just came from, within this time */

/** The chain of th, a new referral of ours to p that has its case, need and id.
 * *circle: p had the person before. */
MUST_CHECK enum err before_chain(struct turn *t, const struct thread *th, const struct peer *p,
				 struct hops *chain, bool *circle);

#endif /* KRING_DOMAIN_ONWARD_BEFORE_H */

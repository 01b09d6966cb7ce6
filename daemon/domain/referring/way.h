/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * way - by which way the person of a new referral came here, and whether the person may go on.
 *
 * Layer:    domain/referring (base, proto, store; lower rooms).
 * Owns:     nothing.
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds, given with the turn.
 * Durable:  with the turn's transaction.
 * Privacy:  asked before anything is signed: a circle and a missing word of the person are found before somebody hears of it.
 */
#ifndef KRING_DOMAIN_REFERRING_WAY_H
#define KRING_DOMAIN_REFERRING_WAY_H

#include "domain/documents/thread.h"

/** Writes the chain into the offer of th, and what it goes on with.  *round: p had the person before, and whoever asks knows it and
 *  says why; without a reason ERR_STATE, in words. */
MUST_CHECK enum err way_chain(struct turn *t, const struct msg *req, struct thread *th,
			      const struct peer *p, struct msg *offer, bool *round);
/** The referral went: a reason to go round is written down, and what waited for it does so no more. */
MUST_CHECK enum err way_went(struct turn *t, const struct msg *req, const struct thread *th,
			     bool round);
/** Of a case (its record) that came from a partner: did the person agree that p gets to know?  *made: not here, but to being passed
 *  on, and a consent was made of it.  ERR_DENIED, in words. */
MUST_CHECK enum err way_allowed(struct turn *t, const struct msg *record,
				const struct id16 *case_id, const struct peer *p, bool *made);

#endif /* KRING_DOMAIN_REFERRING_WAY_H */

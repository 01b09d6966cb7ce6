/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * passed - a person of a partner's goes on to another one: what is written of it, and when it may.
 *
 * Layer:    domain/onward (base, proto, store; lower rooms).
 * Owns:     nothing; rows.h has the rows.
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds, given with the turn.
 * Durable:  with the turn's transaction.
 * Privacy:  nothing of a partner's person goes on but under what the person agreed to: for that partner, or for passing on.
 */
#ifndef KRING_DOMAIN_ONWARD_PASSED_H
#define KRING_DOMAIN_ONWARD_PASSED_H

#include "domain/consent/grant.h"

/** A document with these categories goes to peer under child, a consent of this case: what of it came under consents of
 *  partners is passed on from here.  cats 0: all that they cover.  Of a consent that a partner gave us nothing is. */
MUST_CHECK enum err passed_on(struct turn *t, const struct id16 *case_id, const struct id16 *child,
			      uint16_t peer, uint64_t cats);
/** Before a consent of ours leaves: it names the partner's under which the person came, if there is one. */
MUST_CHECK enum err passed_parent(struct turn *t, const struct id16 *case_id, struct msg *grant);
/** A consent of ours came back with its document: what it says of its parent holds again. */
MUST_CHECK enum err passed_again(struct turn *t, const struct id16 *child, uint16_t peer,
				 const struct msg *grant);
/** A consent of ours came back, with its thread: was what came under the partner's that it names taken back before that? */
MUST_CHECK enum err passed_is_over(struct turn *t, const struct thread *child, bool *yes);
/** Came all that this case knows from partners whose person took it back?  Which case a consent of ours had is forgotten with a loss of
 *  state, and what it had passed on may come back as a case of its own. */
MUST_CHECK enum err passed_alone(struct turn *t, const struct id16 *case_id, bool *yes);

#endif /* KRING_DOMAIN_ONWARD_PASSED_H */

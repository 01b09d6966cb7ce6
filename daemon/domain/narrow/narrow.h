/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * narrow - a person takes back part of a consent: a narrower one takes its place.
 *
 * The narrower consent goes first, then the withdrawal of the old one, which names it.  The holder drops all that came under the
 * old one; what the narrower one still covers is said again under it, in each referral that runs, as the case says it now;
 * an address or number that changed since is left out.  Nothing is cut out of a signed document.
 *
 * Layer:    domain/narrow (base, proto, store; lower rooms).
 * Owns:     successor of GRANT rows.
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds, given with the turn.
 * Durable:  with the turn's transaction.
 * Privacy:  what is said again are fields that the partner had, within what the person still allows.
 */
#ifndef KRING_DOMAIN_NARROW_NARROW_H
#define KRING_DOMAIN_NARROW_NARROW_H

#include "domain/care/grants.h"

/** These categories are taken back from a consent that does not end otherwise; *next: the one that takes its place, zero if
 *  nothing is left of it.  *out as in grants_withdraw().  Refuses for a person. */
MUST_CHECK enum err narrow_consent(struct turn *t, const struct consent_scope *s,
				   const struct id16 *grant, uint64_t cats, struct id16 *next,
				   struct grants_ended *out);
/** One slice of CHORE_NARROW: what is left is said again in more referrals than one turn signs for. */
MUST_CHECK enum err narrow_say(struct turn *t, struct chore *c);

#endif /* KRING_DOMAIN_NARROW_NARROW_H */

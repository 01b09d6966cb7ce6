/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * bodies - what we hold about partners' people: bodies, and when they go.
 *
 * Layer:    domain/consent (base, proto, store; lower rooms).
 * Owns:     nothing.
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds, given with the turn.
 * Durable:  with the turn's transaction.
 * Privacy:  what no living grant covers is hollowed; its signed head stays.
 */
#ifndef KRING_DOMAIN_CONSENT_BODIES_H
#define KRING_DOMAIN_CONSENT_BODIES_H

#include "domain/consent/grant.h"
#include "domain/exchange/chores.h"

/* The referrals of a case with one partner (NULL: all), with us as this side. */
struct bodies_walk {
	const struct peer *p;
	const struct id16 *case_id;
	uint8_t role;
	struct store_walk rows; /* begins zeroed; rows.rc as in store_each */
};
struct bodies_walk bodies_walk_of(const struct consent_scope *s);
MUST_CHECK bool bodies_each(struct turn *t, struct bodies_walk *w, struct thread *th);
bool bodies_ended(const struct thread *th);
/** Is a referral of this case with this partner going on, with us as this side (enum thread_side)? */
MUST_CHECK enum err bodies_running(struct turn *t, const struct peer *p, const struct id16 *case_id,
				   uint8_t role, bool *yes);
/** The referral ended for its person (revoked, in error, or its term is over): at the receiver its personal
 *  bodies go, and the person shown is put together again from what other referrals still hold; at both ends the messages of
 *  both sides go. */
MUST_CHECK enum err bodies_let_go(struct turn *t, struct thread *th, uint16_t reason);
/** This consent is over for good: what it let us hold opens from here on for nobody, though its rows may take some turns to go;
 *  after the shred in no copy of the disk either. */
MUST_CHECK enum err bodies_let_grant_go(struct turn *t, const struct consent_scope *s,
					const struct id16 *grant);
/** The same, unless a law makes this node keep it: then it is shut until its day (bylaw.h). */
MUST_CHECK enum err bodies_drop_grant(struct turn *t, const struct consent_scope *s,
				      const struct id16 *grant);
/** The field in which a document of this type tells of the person; 0: it tells nothing. */
unsigned bodies_person_field(uint16_t type);
/** The person as a partner's bodies that are still here tell it, newest word last: CASE_RECORD_TOLD. */
MUST_CHECK enum err bodies_person(struct turn *t, const struct id16 *case_id);
/** CHORE_PERSON. */
MUST_CHECK enum err bodies_person_later(struct turn *t, struct chore *c);
/** Does a personal document still rest on consent, within v (consent_living)? */
MUST_CHECK enum err bodies_stands(struct turn *t, const struct document *d,
				  const struct consent_view *v, bool *yes);
/** Bodies of this referral that v (consent_living) does not cover go; who calls follows with bodies_person. */
MUST_CHECK enum err bodies_hollow_uncovered(struct turn *t, const struct thread *th,
					    const struct consent_view *v, uint16_t reason);

#endif /* KRING_DOMAIN_CONSENT_BODIES_H */

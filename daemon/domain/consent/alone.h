/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * alone - cases of which nothing is here yet but a partner's consent.
 *
 * Layer:    domain/consent (base, proto, store; lower rooms).
 * Owns:     table ALONE; the count of its rows in the rows of PAIR (alone).
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds.
 * Durable:  with the turn's transaction.
 * Privacy:  ids and times only.
 *
 * A consent travels before the referral that needs it.  Until that comes the case has no person, so no list shows it; so many
 * of one partner may wait (LIMIT_ALONE), and so long (LIMIT_ALONE_DAYS; care/erase.h lets them go).
 */
#ifndef KRING_DOMAIN_CONSENT_ALONE_H
#define KRING_DOMAIN_CONSENT_ALONE_H

#include "domain/exchange/quota.h"

/** May one more consent of this partner wait for its referral? */
MUST_CHECK enum err alone_room(struct turn *t, uint16_t peer, enum quota *over);
/** A case was opened for a consent of this partner. */
MUST_CHECK enum err alone_begin(struct turn *t, uint16_t peer, const struct id16 *case_id);
/** Something else came into the case, or it is gone; of any other case this changes nothing. */
MUST_CHECK enum err alone_over(struct turn *t, const struct id16 *case_id);
bool alone_is(const struct turn *t, const struct id16 *case_id);
/** The case that waits longest; due: it has waited too long. */
MUST_CHECK enum err alone_due(struct turn *t, struct id16 *case_id, bool *due);

#endif /* KRING_DOMAIN_CONSENT_ALONE_H */

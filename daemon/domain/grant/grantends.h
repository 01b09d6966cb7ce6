/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * grantends - "consent ends" on both worklists, and when something about a grant has to be done next.
 *
 * Layer:    domain/grant (base, proto, store; lower rooms).
 * Owns:     nothing.
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds, given with the turn.
 * Durable:  with the turn's transaction.
 * Privacy:  ids and times.
 */
#ifndef KRING_DOMAIN_GRANT_GRANTENDS_H
#define KRING_DOMAIN_GRANT_GRANTENDS_H

#include "domain/consent/grant.h"

enum {
	GRANTENDS_GRACE_DAYS = 7, /* from the end of a consent to the end of what it let us hold */
	GRANTENDS_UNSURE_HOURS = 72 /* the word of a partner whose loss of state nobody confirmed */
};

/** A grant or a referral of this case began or ended: sets the work "consent ends" and the timers again. */
MUST_CHECK enum err grantends_changed(struct turn *t, const struct peer *p,
				      const struct id16 *case_id, bool received);
/** Sets the timer of a consent's thread again, and saves th. */
MUST_CHECK enum err grantends_watch(struct turn *t, struct thread *th, const struct msg *record);

#endif /* KRING_DOMAIN_GRANT_GRANTENDS_H */

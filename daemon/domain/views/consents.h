/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * consents - consents as people look at them.
 *
 * Layer:    domain/views (base, proto, store; lower rooms).
 * Owns:     nothing.
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds, given with the turn.
 * Durable:  nothing.
 * Privacy:  within the case; grants name nobody.
 */
#ifndef KRING_DOMAIN_VIEWS_CONSENTS_H
#define KRING_DOMAIN_VIEWS_CONSENTS_H

#include "domain/care/grants.h"

MUST_CHECK enum err view_consent_list(struct turn *t, const struct msg *req, struct msg *reply);
MUST_CHECK enum err view_consent_show(struct turn *t, const struct msg *req, struct msg *reply);

/** Whether this consent (GrantRecord) holds now: "living", "not-yet", "ended", "withdrawn". */
const char *view_grant_state(struct turn *t, const struct msg *m);
/** One GrantRow of this record into reply. */
void view_grant_row(struct turn *t, const struct msg *m, struct msg *reply);
/** The rows of what a withdrawal ended: the consents, and the referrals that rested on nothing else. */
MUST_CHECK enum err view_ended_rows(struct turn *t, const struct grants_ended *ended,
				    struct msg *reply);

#endif /* KRING_DOMAIN_VIEWS_CONSENTS_H */

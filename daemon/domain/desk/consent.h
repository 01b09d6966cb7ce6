/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * consent - consents that a person gave or takes back.
 *
 * Layer:    domain/desk (base, proto, store; lower rooms).
 * Owns:     nothing.
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds, given with the turn.
 * Durable:  with the turn's transaction.
 * Privacy:  a grant names its person by pairwise pseudonym only.
 */
#ifndef KRING_DOMAIN_DESK_CONSENT_H
#define KRING_DOMAIN_DESK_CONSENT_H

#include "domain/state.h"

MUST_CHECK enum err desk_consent_give(struct turn *t, const struct msg *req, struct msg *reply);
MUST_CHECK enum err desk_consent_withdraw(struct turn *t, const struct msg *req, struct msg *reply);

#endif /* KRING_DOMAIN_DESK_CONSENT_H */

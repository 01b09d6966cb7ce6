/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * refer - a caseworker's referral, and every act in one: guards, then signing.
 *
 * Layer:    domain/desk (base, proto, store; lower rooms).
 * Owns:     nothing.
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds.
 * Durable:  as care/acts.h.
 * Privacy:  fields outside consent and agreement are refused with their names, never dropped silently.
 */
#ifndef KRING_DOMAIN_DESK_REFER_H
#define KRING_DOMAIN_DESK_REFER_H

#include "domain/care/acts.h"

MUST_CHECK enum err desk_refer(struct turn *t, const struct msg *req, struct msg *reply);
MUST_CHECK enum err desk_act(struct turn *t, const struct msg *req, struct msg *reply);

#endif /* KRING_DOMAIN_DESK_REFER_H */

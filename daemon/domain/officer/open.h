/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * open - what is kept by law, looked at by whoever looks after privacy.
 *
 * Layer:    domain/officer (base, proto, store; lower rooms).
 * Owns:     nothing.
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds.
 * Durable:  the audit entry, with the reason.
 * Privacy:  the only way to what is shut (consent/bylaw.h): one consent, for this one reply.
 */
#ifndef KRING_DOMAIN_OFFICER_OPEN_H
#define KRING_DOMAIN_OFFICER_OPEN_H

#include "domain/state.h"

/** kring consent open ID --reason TEXT. */
MUST_CHECK enum err officer_open(struct turn *t, const struct msg *req, struct msg *reply);

#endif /* KRING_DOMAIN_OFFICER_OPEN_H */

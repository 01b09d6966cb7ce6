/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * status - the state of this node on one page: kring status.
 *
 * Layer:    domain/oversight (base, proto, store; lower rooms).
 * Owns:     nothing.
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds, given with the turn.
 * Durable:  nothing.
 * Privacy:  organisations and counts; nobody's data.
 */
#ifndef KRING_DOMAIN_OVERSIGHT_STATUS_H
#define KRING_DOMAIN_OVERSIGHT_STATUS_H

#include "domain/state.h"

MUST_CHECK enum err view_status(struct turn *t, const struct msg *req, struct msg *reply);

#endif /* KRING_DOMAIN_OVERSIGHT_STATUS_H */

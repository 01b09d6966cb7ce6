/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * roster - the roster as it is signed.
 *
 * Layer:    domain/oversight (base, proto, store; lower rooms).
 * Owns:     nothing.
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds, given with the turn.
 * Durable:  nothing.
 * Privacy:  none.
 */
#ifndef KRING_DOMAIN_OVERSIGHT_ROSTER_H
#define KRING_DOMAIN_OVERSIGHT_ROSTER_H

#include "domain/state.h"

MUST_CHECK enum err view_roster(struct turn *t, const struct msg *req, struct msg *reply);

#endif /* KRING_DOMAIN_OVERSIGHT_ROSTER_H */

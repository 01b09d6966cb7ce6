/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * waits - how much waits on us, as the menu of each screen says it.
 *
 * Layer:    domain/day (base, proto, store; lower rooms).
 * Owns:     nothing; reads.
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds.
 * Durable:  nothing.
 * Privacy:  numbers.
 */
#ifndef KRING_DOMAIN_DAY_WAITS_H
#define KRING_DOMAIN_DAY_WAITS_H

#include "domain/turn.h"

/** Of a request in a session of somebody who may see cases: lines of today (today.h), and referrals among them that wait for an answer. */
MUST_CHECK enum err waits_shown(struct turn *t, struct msg *reply);

#endif /* KRING_DOMAIN_DAY_WAITS_H */

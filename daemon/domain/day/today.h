/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * today - what a person has to do today, a line for each referral, and what partners have to do.
 *
 * Layer:    domain/day (base, proto, store; lower rooms).
 * Owns:     nothing; reads.
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds.
 * Durable:  nothing.
 * Privacy:  names and codes; nothing of the person beside.
 */
#ifndef KRING_DOMAIN_DAY_TODAY_H
#define KRING_DOMAIN_DAY_TODAY_H

#include "domain/turn.h"

/** Control command: LIST_ASK. */
MUST_CHECK enum err view_today(struct turn *t, const struct msg *req, struct msg *reply);

#endif /* KRING_DOMAIN_DAY_TODAY_H */

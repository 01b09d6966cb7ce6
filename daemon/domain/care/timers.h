/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * timers - what happens when nobody does anything: the timers that are due.
 *
 * Layer:    domain/care (base, proto, store; lower rooms).
 * Owns:     nothing.
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds, given with the turn.
 * Durable:  log, timer and what follows in one commit.
 * Privacy:  none.
 */
#ifndef KRING_DOMAIN_CARE_TIMERS_H
#define KRING_DOMAIN_CARE_TIMERS_H

#include "domain/referral/fold.h"

/** Rule of exchange/hooks.h: a referral's timer rang. */
MUST_CHECK enum err timers_referral(struct turn *t, struct thread *th);
/** Fire what is due; at most limit timers. */
MUST_CHECK enum err timers_run(struct turn *t, unsigned limit);
/** Wall-clock time of the next timer, UINT64_MAX none. */
MUST_CHECK enum err timers_next_due(struct turn *t, uint64_t *due_ms);

#endif /* KRING_DOMAIN_CARE_TIMERS_H */

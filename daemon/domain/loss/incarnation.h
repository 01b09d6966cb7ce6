/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * incarnation - which life of this node is speaking; a loss of state begins a new one.
 *
 * Layer:    domain/loss (base, proto, store; lower rooms).
 * Owns:     META row 3 (our incarnation).
 * Threads:  core process, event-loop thread only.
 * Time:     *_ms wall-clock milliseconds.
 * Durable:  with the turn's transaction; the number also outside the database (EFFECT_INCARNATION), so that
 *           an older database is noticed.
 * Privacy:  ids, times and codes only.
 */
#ifndef KRING_DOMAIN_LOSS_INCARNATION_H
#define KRING_DOMAIN_LOSS_INCARNATION_H

#include "domain/loss/alarm.h"

/** Our incarnation out of the store; a new one when the database is new, or older than the number that
 *  n->inc.no brings from outside it. */
MUST_CHECK enum err incarnation_load(struct turn *t, struct node *n);
/** Draw an incarnation above ours and above this number: both directions of every pair begin again, threads
 *  wait for their comparison, older cases for who may remember more (quarantine.h). */
MUST_CHECK enum err incarnation_begin(struct turn *t, uint32_t above, enum alarm why);
/** Write what n says of them. */
MUST_CHECK enum err incarnation_write(struct turn *t);

#endif /* KRING_DOMAIN_LOSS_INCARNATION_H */

/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * quarantine - after a loss of state older cases wait until every partner was heard.
 *
 * Layer:    domain/loss (base, proto, store; lower rooms).
 * Owns:     table RELEASED (case 16).
 * Threads:  core process, event-loop thread only.
 * Time:     *_ms wall-clock milliseconds.
 * Durable:  with the turn's transaction.
 * Privacy:  ids, times and codes only.
 */
#ifndef KRING_DOMAIN_LOSS_QUARANTINE_H
#define KRING_DOMAIN_LOSS_QUARANTINE_H

#include "domain/state.h"

/** Does this case wait until every partner was heard? */
bool quarantine_holds(struct turn *t, const struct id16 *case_id);
/** Let it out before that; the caller keeps the audit. */
MUST_CHECK enum err quarantine_release(struct turn *t, const struct id16 *case_id);
/** A partner was heard: was it the last one? */
MUST_CHECK enum err quarantine_heard(struct turn *t);

/** Is this one of the partners that have to be heard? */
bool quarantine_counts(const struct peer *p);

#endif /* KRING_DOMAIN_LOSS_QUARANTINE_H */

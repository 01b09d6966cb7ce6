/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * worker - who works with a case here, and who stands in for whom.
 *
 * Layer:    domain/staff (base, store; turn.h).
 * Owns:     table WORKER.
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds of the turn.
 * Durable:  with the turn's transaction.
 * Privacy:  ids; nothing of it leaves this node, and it is erased with the case.
 *
 * It narrows what a person sees first, and is no right: every caseworker of a node may open each of its cases.
 */
#ifndef KRING_DOMAIN_STAFF_WORKER_H
#define KRING_DOMAIN_STAFF_WORKER_H

#include "domain/staff/rights.h"
#include "domain/turn.h"

/** From now on this person (of STAFF) works with the case; zeros: nobody does. */
MUST_CHECK enum err worker_set(struct turn *t, const struct id16 *case_id,
			       const struct id16 *staff);
/** Whoever asks in this turn, if that person is named here and the case is nobody's yet. */
MUST_CHECK enum err worker_take(struct turn *t, const struct id16 *case_id);
/** Zeros: nobody. */
MUST_CHECK enum err worker_get(struct turn *t, const struct id16 *case_id, struct id16 *staff);
/** Is the case on the list of whoever asks: their own, one of somebody they stand in for now, or nobody's? */
MUST_CHECK enum err worker_mine(struct turn *t, const struct rights *r, const struct id16 *case_id,
				bool *yes);

#endif /* KRING_DOMAIN_STAFF_WORKER_H */

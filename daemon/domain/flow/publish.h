/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * publish - when a report is made, and to whom it goes.
 *
 * Layer:    domain/flow (base, proto, store; lower rooms).
 * Owns:     nothing.
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds, given with the turn.
 * Durable:  with the turn's transaction.
 * Privacy:  reports only.
 */
#ifndef KRING_DOMAIN_FLOW_PUBLISH_H
#define KRING_DOMAIN_FLOW_PUBLISH_H

#include "domain/flow/report.h"

/** Make what is due, send what is owed. */
MUST_CHECK enum err publish_tick(struct turn *t);
/** The quarter of kring flow publish, made and sent.  over: as draft_report(). */
MUST_CHECK enum err publish_quarter(struct turn *t, uint32_t quarter, struct report *r, bool *over);

#endif /* KRING_DOMAIN_FLOW_PUBLISH_H */

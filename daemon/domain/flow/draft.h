/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * draft - one quarter as it would be published, with what is known now.
 *
 * Layer:    domain/flow (base, proto, store; lower rooms).
 * Owns:     nothing.
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds, given with the turn.
 * Durable:  nothing.
 * Privacy:  exact figures go in, figures with noise come out.
 */
#ifndef KRING_DOMAIN_FLOW_DRAFT_H
#define KRING_DOMAIN_FLOW_DRAFT_H

#include "domain/flow/report.h"

/** What would be published for this quarter, with what is known now.  over is false: it is still counted, and r is nothing; ask again
 *  in the next turn. */
MUST_CHECK enum err draft_report(struct turn *t, uint32_t quarter, struct report *r, bool *over);

#endif /* KRING_DOMAIN_FLOW_DRAFT_H */

/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * health - is every record of the store what was written there?
 *
 * Layer:    domain/evidence (base, proto, store; turn.h).
 * Owns:     nothing.
 * Threads:  core process, event-loop thread only; a page at a time, so that work goes on between.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  counts and names of tables; what it opens it does not look at.
 */
#ifndef KRING_DOMAIN_EVIDENCE_HEALTH_H
#define KRING_DOMAIN_EVIDENCE_HEALTH_H

#include "domain/turn.h"

/** `kring verify`: one page of records from (table, after) on; the reply names where the next begins. */
MUST_CHECK enum err health_verify(struct turn *t, const struct msg *req, struct msg *reply);

#endif /* KRING_DOMAIN_EVIDENCE_HEALTH_H */

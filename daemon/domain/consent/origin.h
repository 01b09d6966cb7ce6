/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * origin - who brought a case: this node itself, or a partner; an index, so that a list is shared out without opening cases.
 *
 * Layer:    domain/consent (base, proto, store; lower rooms).
 * Owns:     META rows 14 | peer u16 (0: this node) | case 16.
 * Threads:  core process, event-loop thread only.
 * Time:     ids of cases begin with the time, so the rows of one origin are in its order.
 * Durable:  with the turn's transaction: a row for each case that is here.
 * Privacy:  ids only.
 */
#ifndef KRING_DOMAIN_CONSENT_ORIGIN_H
#define KRING_DOMAIN_CONSENT_ORIGIN_H

#include "domain/turn.h"

/** A case was opened. */
MUST_CHECK enum err origin_put(struct turn *t, uint16_t peer, const struct id16 *case_id);
/** Was it opened here?  Then no partner told anything of it. */
bool origin_ours(struct turn *t, const struct id16 *case_id);
/** It is gone; one that was there before is no error. */
MUST_CHECK enum err origin_drop(struct turn *t, uint16_t peer, const struct id16 *case_id);
/** The newest case of this origin that is older than *case_id.  ERR_NOTFOUND: there is none. */
MUST_CHECK enum err origin_before(struct turn *t, uint16_t peer, struct id16 *case_id);

#endif /* KRING_DOMAIN_CONSENT_ORIGIN_H */

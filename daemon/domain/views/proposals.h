/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * proposals - what the roots are asked to sign, as it is shown.
 *
 * Layer:    domain/views (base, proto, store; crypto/identity; lower rooms).
 * Owns:     nothing.
 * Threads:  core process, event-loop thread only.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  organisations only.
 */
#ifndef KRING_DOMAIN_VIEWS_PROPOSALS_H
#define KRING_DOMAIN_VIEWS_PROPOSALS_H

#include "domain/membership/proposal.h"

/** One more row of Reply.proposals. */
MUST_CHECK enum err view_proposal(struct turn *t, const struct proposal *p, const struct chain *c,
				  struct msg *reply);
/** A row of each that waits. */
MUST_CHECK enum err view_proposals(struct turn *t, struct msg *reply);

#endif /* KRING_DOMAIN_VIEWS_PROPOSALS_H */

/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * partners - partners as people look at them: who they are, may personal data go there, what is owed to them.
 *
 * Layer:    domain/oversight (base, proto, store; lower rooms).
 * Owns:     nothing.
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds, given with the turn.
 * Durable:  nothing.
 * Privacy:  organisations and counts; nobody's data.
 */
#ifndef KRING_DOMAIN_OVERSIGHT_PARTNERS_H
#define KRING_DOMAIN_OVERSIGHT_PARTNERS_H

#include "domain/state.h"

MUST_CHECK enum err view_partner_list(struct turn *t, const struct msg *req, struct msg *reply);
MUST_CHECK enum err view_partner_show(struct turn *t, const struct msg *req, struct msg *reply);

/** The row of one partner, whole; what of it is damaged is named in reply. */
MUST_CHECK enum err view_partner_row(struct turn *t, const struct peer *p, struct msg *reply);
/** How many documents are owed to p; a damaged row is named in reply. */
MUST_CHECK enum err view_owed(struct turn *t, const struct peer *p, uint64_t *owed,
			      struct msg *reply);

#endif /* KRING_DOMAIN_OVERSIGHT_PARTNERS_H */

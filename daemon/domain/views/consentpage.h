/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * consentpage - one consent with everything that its document says, and how it was taken back.
 *
 * Layer:    domain/views (base, proto, store; lower rooms).
 * Owns:     nothing.
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds, given with the turn.
 * Durable:  nothing.
 * Privacy:  within the case; a consent names nobody.
 */
#ifndef KRING_DOMAIN_VIEWS_CONSENTPAGE_H
#define KRING_DOMAIN_VIEWS_CONSENTPAGE_H

#include "domain/state.h"

/** Into the GrantRow of this record (MSG_GRANT_RECORD) the fields that lists leave out. */
MUST_CHECK enum err view_consent_page(struct turn *t, const struct id16 *id, const struct msg *m,
				      struct msg *row);
/** ... and of those only how it was taken back, and what became of it at whoever had it; nothing of one that was not. */
MUST_CHECK enum err view_consent_withdrawal(struct turn *t, const struct id16 *id,
					    const struct msg *m, struct msg *row);

#endif /* KRING_DOMAIN_VIEWS_CONSENTPAGE_H */

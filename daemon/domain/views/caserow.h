/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * caserow - a case as a row: enough to know whose it is, nothing of why that person came.
 *
 * Layer:    domain/views (base, proto, store; lower rooms).
 * Owns:     nothing.
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds, given with the turn.
 * Durable:  nothing.
 * Privacy:  a name, within living grants.
 */
#ifndef KRING_DOMAIN_VIEWS_CASEROW_H
#define KRING_DOMAIN_VIEWS_CASEROW_H

#include "domain/state.h"

/** One row of REPLY_CASES; m, person: of that case, as casefile.h has them. */
MUST_CHECK enum err caserow_add(struct turn *t, const struct id16 *id, const struct msg *m,
				const struct msg *person, struct msg *reply);
/** The same where something else of the case is shown, so that a page says of whom.  None of a case that is erased, or waits for its
 *  referral and is no case yet. */
MUST_CHECK enum err caserow_whose(struct turn *t, const struct id16 *id, struct msg *reply);

#endif /* KRING_DOMAIN_VIEWS_CASEROW_H */

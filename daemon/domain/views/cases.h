/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * cases - cases as people look at them: the list, one with all that is known of it.
 *
 * Layer:    domain/views (base, proto, store; lower rooms).
 * Owns:     nothing.
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds, given with the turn.
 * Durable:  nothing but the audit entry of a view.
 * Privacy:  within living grants; every view is audited.
 */
#ifndef KRING_DOMAIN_VIEWS_CASES_H
#define KRING_DOMAIN_VIEWS_CASES_H

#include "domain/state.h"

MUST_CHECK enum err view_case_list(struct turn *t, const struct msg *req, struct msg *reply);
MUST_CHECK enum err view_case_show(struct turn *t, const struct msg *req, struct msg *reply);

/** The version of a case into reply, so that the same worker may go on. */
void view_case_version(struct turn *t, const struct id16 *id, uint64_t version, struct msg *reply);
/** What partners say otherwise than our own words, into REPLY_TOLD. */
MUST_CHECK enum err view_case_differences(struct turn *t, const struct id16 *id,
					  const struct msg *m, struct msg *reply);

#endif /* KRING_DOMAIN_VIEWS_CASES_H */

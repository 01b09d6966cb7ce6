/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * cases - what people do with a case.
 *
 * Layer:    domain/desk (base, proto, store; lower rooms).
 * Owns:     nothing.
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds, given with the turn.
 * Durable:  with the turn's transaction.
 * Privacy:  a person's own words, under the case's key.
 */
#ifndef KRING_DOMAIN_DESK_CASES_H
#define KRING_DOMAIN_DESK_CASES_H

#include "domain/state.h"

MUST_CHECK enum err desk_case_new(struct turn *t, const struct msg *req, struct msg *reply);
MUST_CHECK enum err desk_case_near(struct turn *t, const struct msg *req, struct msg *reply);
MUST_CHECK enum err desk_case_note(struct turn *t, const struct msg *req, struct msg *reply);
MUST_CHECK enum err desk_case_edit(struct turn *t, const struct msg *req, struct msg *reply);
MUST_CHECK enum err desk_case_take(struct turn *t, const struct msg *req, struct msg *reply);
MUST_CHECK enum err desk_case_reopen(struct turn *t, const struct msg *req, struct msg *reply);
MUST_CHECK enum err desk_case_close(struct turn *t, const struct msg *req, struct msg *reply);
/** kring case erase CASE [--now]: refused while a referral is open. */
MUST_CHECK enum err desk_case_erase(struct turn *t, const struct msg *req, struct msg *reply);
/** Let one case out of quarantine before those it waits for were heard. */
MUST_CHECK enum err desk_case_release(struct turn *t, const struct msg *req, struct msg *reply);

#endif /* KRING_DOMAIN_DESK_CASES_H */

/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * draft - what somebody types and has not sent, kept from step to step.
 *
 * Layer:    domain/desk (base, proto, store; lower rooms).
 * Owns:     nothing.
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds, given with the turn.
 * Durable:  with the turn's transaction.
 * Privacy:  whoever asks sees their own drafts alone.
 */
#ifndef KRING_DOMAIN_DESK_DRAFT_H
#define KRING_DOMAIN_DESK_DRAFT_H

#include "domain/state.h"

MUST_CHECK enum err desk_draft_put(struct turn *t, const struct msg *req, struct msg *reply);
MUST_CHECK enum err desk_draft_get(struct turn *t, const struct msg *req, struct msg *reply);
MUST_CHECK enum err desk_draft_drop(struct turn *t, const struct msg *req, struct msg *reply);
MUST_CHECK enum err desk_draft_list(struct turn *t, const struct msg *req, struct msg *reply);

#endif /* KRING_DOMAIN_DESK_DRAFT_H */

/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * show - one referral as its page: the row, what to heed, the history, and what the partner has of the person.
 *
 * Layer:    domain/views (base, proto, store; lower rooms).
 * Owns:     nothing.
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds.
 * Durable:  an audit entry (views/referrals.h).
 * Privacy:  at the sender what was disclosed, not the case; at the receiver what its living consents cover.
 */
#ifndef KRING_DOMAIN_VIEWS_SHOW_H
#define KRING_DOMAIN_VIEWS_SHOW_H

#include "domain/state.h"

MUST_CHECK enum err view_show(struct turn *t, const struct msg *req, struct msg *reply);

#endif /* KRING_DOMAIN_VIEWS_SHOW_H */

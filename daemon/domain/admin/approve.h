/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * approve - commands about proposals: list, fetch, sign, make.
 *
 * Layer:    domain/admin (base, proto, store; lower rooms; crypto/verify, identity).
 * Owns:     nothing; rows are proposal.h's.
 * Threads:  core process, event-loop thread only.
 * Time:     entry times are unix seconds.
 * Durable:  with the turn's transaction; the complete entry joins the roster in the same one.
 * Privacy:  organisations only.
 */
#ifndef KRING_DOMAIN_ADMIN_APPROVE_H
#define KRING_DOMAIN_ADMIN_APPROVE_H

#include "domain/turn.h"

/* The commands `kring partner suspend|remove|lift`, `kring roster renew`, `kring approve`. */
MUST_CHECK enum err admin_propose(struct turn *t, const struct msg *req, struct msg *reply);
MUST_CHECK enum err admin_approve_list(struct turn *t, const struct msg *req, struct msg *reply);
MUST_CHECK enum err admin_approve_get(struct turn *t, const struct msg *req, struct msg *reply);
MUST_CHECK enum err admin_approve_sign(struct turn *t, const struct msg *req, struct msg *reply);

#endif /* KRING_DOMAIN_ADMIN_APPROVE_H */

/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * invites - commands about newcomers: invite, list, cancel, confirm the digits.
 *
 * Layer:    domain/admin (base, proto, store; lower rooms).
 * Owns:     nothing; rows are invite.h's.
 * Threads:  core process, event-loop thread only.
 * Time:     invites expire by the wall clock.
 * Durable:  with the turn's transaction.
 * Privacy:  organisations only; a token is shown once.
 */
#ifndef KRING_DOMAIN_ADMIN_INVITES_H
#define KRING_DOMAIN_ADMIN_INVITES_H

#include "domain/turn.h"

/* The commands `kring invite`, `kring invites list`, `kring invites cancel`, `kring confirm`. */
MUST_CHECK enum err admin_invite(struct turn *t, const struct msg *req, struct msg *reply);
MUST_CHECK enum err admin_invite_list(struct turn *t, const struct msg *req, struct msg *reply);
MUST_CHECK enum err admin_invite_cancel(struct turn *t, const struct msg *req, struct msg *reply);
MUST_CHECK enum err admin_confirm(struct turn *t, const struct msg *req, struct msg *reply);

#endif /* KRING_DOMAIN_ADMIN_INVITES_H */

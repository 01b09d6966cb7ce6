/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * passkeys - commands about one's own passkeys and sessions, and an administrator's about those of others.
 *
 * Layer:    domain/signon (base, proto, store; lower rooms).
 * Owns:     nothing.
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds of the turn.
 * Durable:  with the turn's transaction; sessions live in memory alone.
 * Privacy:  names of workers; a reply with a link holds a secret.
 */
#ifndef KRING_DOMAIN_SIGNON_PASSKEYS_H
#define KRING_DOMAIN_SIGNON_PASSKEYS_H

#include "domain/staff/staff.h"

/* Of whoever asks, with a session. */
MUST_CHECK enum err admin_passkey_begin(struct turn *t, const struct msg *req, struct msg *reply);
MUST_CHECK enum err admin_passkey_add(struct turn *t, const struct msg *req, struct msg *reply);
MUST_CHECK enum err admin_passkey_list(struct turn *t, const struct msg *req, struct msg *reply);
MUST_CHECK enum err admin_passkey_remove(struct turn *t, const struct msg *req, struct msg *reply);
MUST_CHECK enum err admin_session_list(struct turn *t, const struct msg *req, struct msg *reply);
MUST_CHECK enum err admin_session_end(struct turn *t, const struct msg *req, struct msg *reply);
/* The commands `kring staff link`, `staff sessions`, `staff signout`. */
MUST_CHECK enum err admin_staff_link(struct turn *t, const struct msg *req, struct msg *reply);
MUST_CHECK enum err admin_staff_sessions(struct turn *t, const struct msg *req, struct msg *reply);
MUST_CHECK enum err admin_staff_signout(struct turn *t, const struct msg *req, struct msg *reply);

#endif /* KRING_DOMAIN_SIGNON_PASSKEYS_H */

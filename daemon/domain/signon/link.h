/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * link - the first way in: an address with a secret, which adds a passkey or a passphrase once; and what a sign-in begins with.
 *
 * Layer:    domain/signon (base, proto, store; lower rooms).
 * Owns:     nothing.
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds of the turn.
 * Durable:  with the turn's transaction.
 * Privacy:  a link is a secret; of it a hash is kept.
 */
#ifndef KRING_DOMAIN_SIGNON_LINK_H
#define KRING_DOMAIN_SIGNON_LINK_H

#include "domain/turn.h"

MUST_CHECK enum err admin_login_begin(struct turn *t, const struct msg *req, struct msg *reply);
MUST_CHECK enum err admin_login_link(struct turn *t, const struct msg *req, struct msg *reply);

#endif /* KRING_DOMAIN_SIGNON_LINK_H */

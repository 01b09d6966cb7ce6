/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * prekeys - the newest prekey each partner announced (SECURITY.md 5.3).
 *
 * Layer:    domain/exchange (base, proto, store; crypto/verify; lower rooms).
 * Owns:     table PEERKEY, key peer u16.  Our own secret halves are roles/prekeys and keybox.
 * Threads:  core process, event-loop thread only.
 * Time:     record times are unix seconds.
 * Durable:  with the turn's transaction.
 * Privacy:  public keys only.
 */
#ifndef KRING_DOMAIN_EXCHANGE_PREKEYS_H
#define KRING_DOMAIN_EXCHANGE_PREKEYS_H

#include "domain/state.h"

/** Take a record announced by p.  ERR_OK also when an older one is ignored; *fresh tells.
 *  ERR_MALFORMED, ERR_CRYPTO (signature, owner, times): count and ignore. */
MUST_CHECK enum err prekeys_take(struct turn *t, const struct peer *p, struct span record,
				 bool *fresh);
/** ERR_NOTFOUND: none, or all expired. */
MUST_CHECK enum err prekeys_of(struct turn *t, const struct peer *p, struct wire_prekey *out);

#endif /* KRING_DOMAIN_EXCHANGE_PREKEYS_H */

/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * prekeys - the newest prekey each partner announced (proto/PROTOCOL.md 4).
 *
 * Layer:    domain/exchange (base, proto, store; crypto/verify; lower rooms).
 * Owns:     table PEERKEY, key peer u16.  Our own secret halves are core/disk/prekeys and keybox.
 * Threads:  core process, event-loop thread only.
 * Time:     record times are unix seconds.
 * Durable:  with the turn's transaction.
 * Privacy:  public keys only.
 */
#ifndef KRING_DOMAIN_EXCHANGE_PREKEYS_H
#define KRING_DOMAIN_EXCHANGE_PREKEYS_H

#include "domain/exchange/outbox.h"

/** Take a record announced by p: EPOCH records go to the store, PAIR records to the connection.  ERR_OK also when an older one is ignored; *fresh: a newer PAIR key.
 *  alone: it came by itself, so its time is evidence of their clock, also when it is refused for it.
 *  ERR_MALFORMED, ERR_CRYPTO (signature, owner, times): count and ignore. */
MUST_CHECK enum err prekeys_take(struct turn *t, struct peer *p, struct span record, bool alone,
				 bool *fresh);
/** Is there a PAIR key to seal to, on this connection, now? */
bool prekeys_ready(const struct turn *t, const struct peer *p);
/** Is what we announced to this peer still good?  Else it cannot answer, however fresh its own key is. */
bool prekeys_ours_good(const struct turn *t, const struct peer *p);

#endif /* KRING_DOMAIN_EXCHANGE_PREKEYS_H */

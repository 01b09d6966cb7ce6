/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * keeper - which two partners keep checkpoints and erasures for which node.
 *
 * Layer:    domain/exchange (base, proto, store; lower rooms).
 * Owns:     nothing.
 * Threads:  core process, event-loop thread only.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  node ids only.
 */
#ifndef KRING_DOMAIN_EXCHANGE_KEEPER_H
#define KRING_DOMAIN_EXCHANGE_KEEPER_H

#include "domain/state.h"

/** Is p one of the two partners that keep things for us? */
bool keeper_is(const struct turn *t, const struct peer *p);
/** Are we one of the two that keep things for p? */
bool keeper_of(const struct turn *t, const struct peer *p);
/** The next of them that is connected, from *at on; NULL: no more.  Begin with *at = 0. */
const struct peer *keeper_next(const struct turn *t, size_t *at);

#endif /* KRING_DOMAIN_EXCHANGE_KEEPER_H */

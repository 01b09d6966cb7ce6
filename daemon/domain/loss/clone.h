/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * clone - a partner's identity that runs twice.
 *
 * Layer:    domain/loss (base, proto, store; lower rooms).
 * Owns:     strike_ms, since_strike and stopped of struct pair.
 * Threads:  core process, event-loop thread only.
 * Time:     *_ms wall-clock milliseconds.
 * Durable:  with the turn's transaction.
 * Privacy:  ids, times and codes only.
 */
#ifndef KRING_DOMAIN_LOSS_CLONE_H
#define KRING_DOMAIN_LOSS_CLONE_H

#include "domain/exchange/answer.h"
#include "domain/exchange/pair.h"

/** A frame of an incarnation before the one we know, first on its connection: again within a day, and the
 *  present one spoke in between, its identity runs twice, and the pair stops. */
MUST_CHECK enum err clone_past(struct turn *t, const struct peer *p, struct pair *pr,
			       struct answer *a);
void clone_farewell(struct turn *t, const struct peer *p, struct answer *a);

#endif /* KRING_DOMAIN_LOSS_CLONE_H */

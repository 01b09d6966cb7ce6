/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * number - which documents get their stream number now, and which wait.
 *
 * Layer:    domain/stream (base, proto, store; lower rooms).
 * Owns:     nothing.
 * Threads:  core process, event-loop thread only.
 * Time:     none.
 * Durable:  with the turn's transaction: a restart repeats the same numbers.
 * Privacy:  ids, times and codes only.
 */
#ifndef KRING_DOMAIN_STREAM_NUMBER_H
#define KRING_DOMAIN_STREAM_NUMBER_H

#include "domain/exchange/pair.h"

/** Give stream numbers to what may go now. */
MUST_CHECK enum err number_tail(struct turn *t, struct conn *c, struct pair *pr);

#endif /* KRING_DOMAIN_STREAM_NUMBER_H */

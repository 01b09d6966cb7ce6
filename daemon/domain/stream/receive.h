/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * receive - one frame in, one answer prepared.
 *
 * Layer:    domain/stream (base, proto, store; lower rooms).
 * Owns:     nothing.
 * Threads:  core process, event-loop thread only.
 * Time:     none.
 * Durable:  receipts state only what this transaction stores.
 * Privacy:  sees documents; decides nothing about fields (hooks do).
 */
#ifndef KRING_DOMAIN_STREAM_RECEIVE_H
#define KRING_DOMAIN_STREAM_RECEIVE_H

#include "domain/state.h"

/** An opened frame.  Foreign misbehaviour is counted, not an error. */
MUST_CHECK enum err receive_frame(struct turn *t, struct peer *p, struct span inner);

#endif /* KRING_DOMAIN_STREAM_RECEIVE_H */

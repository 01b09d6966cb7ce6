/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * zap - who may open a connection: CURVE keys of active members, nobody else (proto/PROTOCOL.md 1).
 *
 * Layer:    io/partners (base only).
 * Owns:     the socket inproc://zeromq.zap.01 of its context.
 * Threads:  the loop's.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  public keys and addresses; logs count, never keys.
 */
#ifndef KRING_IO_PARTNERS_ZAP_H
#define KRING_IO_PARTNERS_ZAP_H

#include "base/bytes.h"
#include "base/err.h"

struct zap;

/** 0: refused. */
typedef uint32_t (*zap_lookup)(void *ctx, const char *domain, const struct id32 *client_key);

MUST_CHECK enum err zap_open(struct zap **out, void *zmq_ctx, zap_lookup lookup, void *ctx);
void *zap_socket(struct zap *z);
/** Answer one waiting request, if any.  True when there was one. */
bool zap_answer(struct zap *z);
void zap_close(struct zap *z);

#endif /* KRING_IO_PARTNERS_ZAP_H */

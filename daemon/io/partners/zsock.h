/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * zsock - ZeroMQ sockets inside the uv loop (ZMQ_FD is edge-triggered: it tells a change once).
 *
 * Layer:    io/partners (base only); internal to transport.c and zap.c.
 * Owns:     the poll handles; the sockets belong to their makers.
 * Threads:  the loop's.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  sealed bytes only.
 *
 * The poll callback only wakes the loop.  Receiving happens in prepare and check, while ZMQ_EVENTS
 * says so; whatever touches a socket marks it dirty, and the loop may block only when the last call
 * on every socket was a ZMQ_EVENTS read without input.
 */
#ifndef KRING_IO_PARTNERS_ZSOCK_H
#define KRING_IO_PARTNERS_ZSOCK_H

#include "io/loop.h"

struct zhub;
struct zsock;

/** Called while the socket is readable; must receive exactly one message. */
typedef void (*zsock_cb)(void *ctx);

MUST_CHECK enum err zhub_create(struct loop *l, struct zhub **out);
MUST_CHECK enum err zsock_add(struct zhub *h, struct zsock **out, void *zmq_socket, zsock_cb fn,
			      void *ctx);
/** After every send or option read outside fn. */
void zsock_touched(struct zsock *z);
/** Before zmq_close; freed by the loop. */
void zsock_remove(struct zsock *z);

#endif /* KRING_IO_PARTNERS_ZSOCK_H */

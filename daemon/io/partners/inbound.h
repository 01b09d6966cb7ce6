/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * inbound - connections at a listening socket: who holds one, and who gives way to the next.
 *
 * Layer:    io/partners, internal.
 * Owns:     the monitor of its socket; what is known of each connection.
 * Threads:  the loop's.
 * Time:     monotonic milliseconds, given.
 * Durable:  nothing.
 * Privacy:  addresses of whoever connects, in memory only and as long as the connection lives.
 *
 * A connection is a stranger's until a message came on it: before that nothing tells whose it is.
 */
#ifndef KRING_IO_PARTNERS_INBOUND_H
#define KRING_IO_PARTNERS_INBOUND_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct inbound;
struct zhub;

struct inbound_calls {
	/* Also of one that we closed.  peer 0: it never spoke. */
	void (*ended)(void *ctx, int fd, uint16_t peer);
	/* A stranger's connection was closed to make room, or because it said nothing. */
	void (*stranger)(void *ctx);
	/* Look again (inbound_tick) after so many milliseconds. */
	void (*wake)(void *ctx, uint64_t ms);
	void *ctx;
};

/** files: descriptors that this process may have; of these it leaves enough for what it dials.  ERR_NOMEM. */
MUST_CHECK enum err inbound_create(struct inbound **out, size_t files,
				   const struct inbound_calls *calls);
/** Before the socket is bound: nobody comes unseen.  ERR_IO, ERR_NOMEM; then nothing is watched. */
MUST_CHECK enum err inbound_watch(struct inbound *in, struct zhub *hub, void *zmq, void *socket);
/** Before the socket is closed.  All connections are forgotten. */
void inbound_unwatch(struct inbound *in);
/** A message of this partner came on it.  The number of the connection: the higher, the newer; 0: it ended already.
 *  Of each partner the newest few stay (LIMIT_PEER_LINES). */
uint64_t inbound_spoke(struct inbound *in, int fd, uint16_t peer);
/** Hangs up the connection with this descriptor. */
void inbound_cut(struct inbound *in, int fd);
/** ... and all on which this partner spoke: its key is another one now. */
void inbound_cut_peer(struct inbound *in, uint16_t peer);
/** Closes what has been silent for too long. */
void inbound_tick(struct inbound *in, uint64_t now_ms);
void inbound_free(struct inbound *in);

#endif /* KRING_IO_PARTNERS_INBOUND_H */

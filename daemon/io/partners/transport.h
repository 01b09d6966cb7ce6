/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * transport - CURVE over TCP between members; everyone else is refused (proto/PROTOCOL.md 1).
 *
 * Layer:    io/partners (base only).
 * Owns:     the ZeroMQ context, one ROUTER, one DEALER per dialled peer.
 * Threads:  the loop's, and libzmq's own, which start after sandbox_enter.
 * Time:     redial timers in monotonic milliseconds.
 * Durable:  nothing: a message that was sent means nothing until a receipt comes.
 * Privacy:  sealed envelopes; the transport key.
 */
#ifndef KRING_IO_PARTNERS_TRANSPORT_H
#define KRING_IO_PARTNERS_TRANSPORT_H

#include "base/bytes.h"
#include "io/loop.h"

struct transport;

struct transport_peer {
	uint16_t no;
	struct id32 key;   /* CURVE public key */
	char address[140]; /* "tcp://127.0.0.1:7001", numeric; empty: we never dial */
	bool dial_first; /* else when there is something to send, or after a minute without a connection */
};

enum transport_cause {
	TRANSPORT_LINES, /* a partner connects again and again: only its newest connections are kept */
	TRANSPORT_STRANGERS, /* connections on which nobody spoke, closed to make room */
	TRANSPORT_SHUT,	     /* a partner does not let us in: our key is no member's to it */
};

struct transport_calls {
	void (*up)(void *ctx, uint16_t peer);
	void (*down)(void *ctx, uint16_t peer);
	void (*message)(void *ctx, uint16_t peer, struct span bytes);
	/* It changed whether we listen: 0, or errno (endpoint_trouble has the sentence). */
	void (*listening)(void *ctx, int error);
	/* Once for each; peer 0: nobody's. */
	void (*refused)(void *ctx, uint16_t peer, enum transport_cause cause);
	void *ctx;
};

struct transport_options {
	void *context;	       /* of transport_prepare */
	const uint8_t *secret; /* 32 bytes, borrowed for the call */
	const char *listen;    /* numeric; empty: dial only */
	size_t files;	       /* descriptors that this process may have */
	bool no_zap;	       /* kringd_dev only: the fault that the self-test must catch */
};

/** Before the sandbox: ZeroMQ's context, which reads files.  ERR_NOMEM. */
MUST_CHECK enum err transport_prepare(void **context);
/** Creates sockets, proves that a stranger is refused and we ourselves are not, and only then binds; while that
 *  fails it is tried for ever, and calls.listening says why.  ERR_DENIED: a stranger got in, or we did not.  ERR_BUSY:
 *  loopback is off. */
MUST_CHECK enum err transport_open(struct loop *l, struct transport **out,
				   const struct transport_options *opt,
				   const struct transport_calls *calls);
/** The members, copied: new ones are dialled and let in, missing ones are disconnected. */
MUST_CHECK enum err transport_peers(struct transport *t, const struct transport_peer *peers,
				    size_t count);
/** ERR_BUSY: not connected or its queue is full; dropped, to be sent again. */
MUST_CHECK enum err transport_send(struct transport *t, uint16_t peer, struct span bytes);
/** There is something to send: dial now, whoever's turn it is.  silent: the present connection answers no more; hang up first. */
void transport_dial(struct transport *t, uint16_t peer, bool silent);
void transport_close(struct transport *t);

#endif /* KRING_IO_PARTNERS_TRANSPORT_H */

/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * ctlsrv - the control socket: length-prefixed requests in, replies out.
 *
 * Layer:    io (base only).
 * Owns:     the listening socket and its clients.
 * Threads:  the loop's.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  requests and replies hold personal data; buffers are wiped when a client ends.
 */
#ifndef KRING_IO_CTLSRV_H
#define KRING_IO_CTLSRV_H

#include "base/bytes.h"
#include "io/loop.h"

struct ctlsrv;

/* message := len u32 | bytes, at most LIMIT_CONTROL */
/* bytes.p NULL: the request was larger than LIMIT_CONTROL; it wants an answer and nothing else. */
typedef void (*ctlsrv_request)(void *ctx, uint64_t client, uint32_t uid, struct span bytes);

struct ctlsrv_at {
	const char *path;
	long group; /* whose the socket is, beside our user; -1: as the system makes it */
	ctlsrv_request request;
	void *ctx;
};

/** Listens on path, mode 0660; an old socket file nobody answers on is replaced.  why names path, cause and remedy. */
MUST_CHECK enum err ctlsrv_open(struct loop *l, struct ctlsrv **out, const struct ctlsrv_at *at,
				struct err_text *why);
/** This process gets no connection: net, which speaks with core over its own line and nowhere else. */
void ctlsrv_shut_out(struct ctlsrv *s, uint32_t pid);
/** A client that is gone is no error. */
void ctlsrv_reply(struct ctlsrv *s, uint64_t client, struct span bytes);
/** The same, and none of its requests is answered with it. */
void ctlsrv_tell(struct ctlsrv *s, uint64_t client, struct span bytes);
/** Replies that this client has not read yet; -1: it is gone. */
int ctlsrv_unread(const struct ctlsrv *s, uint64_t client);
/** It stays: it holds no place of those who ask, and gives none up.  Who calls keeps them few. */
void ctlsrv_watching(struct ctlsrv *s, uint64_t client);
/** From inside of ctlsrv_request: nothing more of this client is heard until all that it asked is answered, so that replies come in
 *  order although one is worked on elsewhere. */
void ctlsrv_hold(struct ctlsrv *s, uint64_t client);
/** Its line is cut: its place is another's. */
void ctlsrv_drop(struct ctlsrv *s, uint64_t client);
void ctlsrv_close(struct ctlsrv *s);

#endif /* KRING_IO_CTLSRV_H */

/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * ctlclient - one request to the daemon and its reply, over the control socket.
 *
 * Layer:    client (base, proto).
 * Owns:     its descriptor.
 * Threads:  the caller's.
 * Time:     waits at most CTLCLIENT_WAIT_S for a reply.
 * Durable:  nothing.
 * Privacy:  requests and replies hold personal data; they live in the caller's arena.
 */
#ifndef KRING_CLIENT_CLI_CTLCLIENT_H
#define KRING_CLIENT_CLI_CTLCLIENT_H

#include "base/arena.h"
#include "base/err.h"
#include "proto/msg.h"

enum { CTLCLIENT_WAIT_S = 30 };

/** Does a daemon answer there, or may we not ask? */
bool ctlclient_there(const char *socket_path);
/** A request that is answered again and again: the line, once the request is sent.  Errors as ctlclient_call. */
MUST_CHECK enum err ctlclient_watch(struct arena *a, const char *socket_path,
				    const struct msg *request, int *fd);
/** The next answer of such a line.  ERR_IO: it ended. */
MUST_CHECK enum err ctlclient_next(struct arena *a, int fd, struct msg **reply);
/** ERR_BUSY: no daemon answers there. ERR_DENIED: not allowed to. ERR_IO: it hung up. */
MUST_CHECK enum err ctlclient_call(struct arena *a, const char *socket_path,
				   const struct msg *request, struct msg **reply);

#endif /* KRING_CLIENT_CLI_CTLCLIENT_H */

/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * joinline - the client's end of the onboarding socket, for a tool that waits.
 *
 * Layer:    io/newcomer (base only).
 * Owns:     its own ZeroMQ context and one socket.
 * Threads:  the caller's.
 * Time:     waits in milliseconds.
 * Durable:  nothing.
 * Privacy:  an organisation's public keys; the line is encrypted to the introducer's transport key.
 */
#ifndef KRING_IO_NEWCOMER_JOINLINE_H
#define KRING_IO_NEWCOMER_JOINLINE_H

#include "base/bytes.h"
#include "base/err.h"

struct joinline;

/** Under a fresh key of our own; server is the introducer's transport key, out of the invite. */
MUST_CHECK enum err joinline_open(struct joinline **out, const char *address,
				  const struct id32 *server);
MUST_CHECK enum err joinline_send(struct joinline *j, struct span bytes);
/** One message into buf.  ERR_BUSY: nothing came in time.  ERR_LIMIT: too long. */
MUST_CHECK enum err joinline_receive(struct joinline *j, uint8_t *buf, size_t cap, int wait_ms,
				     size_t *len);
void joinline_close(struct joinline *j);

#endif /* KRING_IO_NEWCOMER_JOINLINE_H */

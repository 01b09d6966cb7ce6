/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * onboard - the separate socket on which a newcomer with an invite may speak (proto/PROTOCOL.md 3a).
 *
 * Layer:    io/newcomer (base only).
 * Owns:     one ROUTER, bound only while an invite is open.
 * Threads:  the loop's.
 * Time:     a connection may speak for LIMIT_ONBOARD_MS, monotonic.
 * Durable:  nothing.
 * Privacy:  the ZAP domain is "onb": any key may connect, so nothing here is believed; it is core that
 *           checks the invite.
 */
#ifndef KRING_IO_NEWCOMER_ONBOARD_H
#define KRING_IO_NEWCOMER_ONBOARD_H

#include "io/partners/transport.h"

struct onboard;

/** line: 1..LIMIT_ONBOARD_LINES, for onboard_send. */
typedef void (*onboard_message)(void *ctx, uint16_t line, struct span bytes);

/** Binds.  ERR_IO: *error says why (base/endpoint.h). */
MUST_CHECK enum err onboard_open(struct transport *t, struct onboard **out, const char *listen,
				 onboard_message message, void *ctx, int *error);
/** A line that is gone is no error. */
void onboard_send(struct onboard *o, uint16_t line, struct span bytes);
void onboard_close(struct onboard *o);

#endif /* KRING_IO_NEWCOMER_ONBOARD_H */

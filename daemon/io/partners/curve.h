/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * curve - sockets between members: CURVE under our key, with the same limits on each.
 *
 * Layer:    io/partners, internal.
 * Owns:     nothing: whoever makes a socket closes it.
 * Threads:  the loop's.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  the transport key is handed to libzmq.
 */
#ifndef KRING_IO_PARTNERS_CURVE_H
#define KRING_IO_PARTNERS_CURVE_H

#include <stdbool.h>
#include <stdint.h>

/* Our transport key, and ZeroMQ's context. */
struct curve {
	void *ctx;
	uint8_t sec[32], pub[32];
};

bool curve_set_int(void *s, int option, int v);
/** IPv6 or IPv4, whichever the address is: "tcp://[::1]:7001". */
bool curve_set_family(void *s, const char *address);
/** A CURVE server under our key that asks ZAP in this domain, to be bound at that address; NULL when it cannot be
 *  made. */
void *curve_server(const struct curve *c, const char *zap_domain, const char *at,
		   int64_t message_max);
/** A client of that server under the given pair of keys; NULL when it cannot be made. */
void *curve_client(const struct curve *c, const uint8_t server[32], const uint8_t pub[32],
		   const uint8_t sec[32]);
/** A socket by which these events (ZMQ_EVENT_..., or-ed) of sock come; NULL when it cannot be made, with sock as it was. */
void *curve_monitor(void *ctx, void *sock, int events);
/** The next of them, and the descriptor that it is about (-1: none).  False: there is none. */
bool curve_event(void *monitor, uint16_t *id, int *fd);
/** Closes a socket and the socket that its events come by.  Either may be NULL. */
void curve_close(void *sock, void *monitor);

#endif /* KRING_IO_PARTNERS_CURVE_H */

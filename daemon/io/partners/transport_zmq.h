/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * transport_zmq - what newcomer/onboard.c shares with transport.c: context, hub, options of a server socket.
 *
 * Layer:    io/partners, internal.
 * Owns:     nothing.
 * Threads:  the loop's.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  the transport key stays inside.
 */
#ifndef KRING_IO_PARTNERS_TRANSPORT_ZMQ_H
#define KRING_IO_PARTNERS_TRANSPORT_ZMQ_H

#include <stdint.h>

struct transport;
struct zhub;

struct zhub *transport_hub(struct transport *t);
/** A CURVE server under our key that asks ZAP in this domain, to be bound at that address; NULL when it cannot be
 *  made. */
void *transport_server(struct transport *t, const char *zap_domain, const char *at,
		       int64_t message_max);

/** curve_monitor. */
void *transport_monitor(struct transport *t, void *sock, int events);

#endif /* KRING_IO_PARTNERS_TRANSPORT_ZMQ_H */

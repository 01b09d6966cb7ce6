/* SPDX-License-Identifier: EUPL-1.2 */
/* One place sets the options of every socket between members, so that the self-test tries what the door is made of. */
#include "io/partners/curve.h"

#include <stdio.h>
#include <string.h>
#include <zmq.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/limits.h"

enum {
	ZMQ_ZAP_ENFORCE_DOMAIN_ =
		93, /* a DRAFT macro, absent from the stable header; the number works */
	CONNECT_MS = 4000,
	KEEP_IDLE_S = 10, /* a cut cable is noticed by the kernel after 20 s ... */
	KEEP_EVERY_S = 5,
	KEEP_TRIES = 2,
	KEEP_SENT_MS = 20000, /* ... also when something was under way */
	REDIAL_MS = 200,
	REDIAL_MAX_MS = 15000, /* a network that is back brings what waits within 20 s */
	HWM = 64,
};

static_assert((KEEP_IDLE_S + KEEP_EVERY_S * KEEP_TRIES) * 1000 == KEEP_SENT_MS,
	      "a dead line is noticed as soon whether or not something was under way");
static_assert(REDIAL_MAX_MS + CONNECT_MS < 20000, "no longer than a line that is dead");

bool curve_set_int(void *s, int option, int v)
{
	return zmq_setsockopt(s, option, &v, sizeof v) == 0;
}

static bool set_common(void *s, int64_t max)
{
	return zmq_setsockopt(s, ZMQ_MAXMSGSIZE, &max, sizeof max) == 0 &&
	       curve_set_int(s, ZMQ_HANDSHAKE_IVL, LIMIT_HANDSHAKE_MS) &&
	       curve_set_int(s, ZMQ_LINGER, 0) && curve_set_int(s, ZMQ_RCVHWM, HWM) &&
	       curve_set_int(s, ZMQ_SNDHWM, HWM) && curve_set_int(s, ZMQ_IMMEDIATE, 1) &&
	       curve_set_int(s, ZMQ_TCP_KEEPALIVE, 1) &&
	       curve_set_int(s, ZMQ_TCP_KEEPALIVE_IDLE, KEEP_IDLE_S) &&
	       curve_set_int(s, ZMQ_TCP_KEEPALIVE_INTVL, KEEP_EVERY_S) &&
	       curve_set_int(s, ZMQ_TCP_KEEPALIVE_CNT, KEEP_TRIES) &&
	       curve_set_int(s, ZMQ_TCP_MAXRT, KEEP_SENT_MS) &&
	       curve_set_int(s, ZMQ_CONNECT_TIMEOUT, CONNECT_MS);
}

/* Only where it is one: with the option on, libzmq writes IPv4 addresses as IPv6 ones too. */
bool curve_set_family(void *s, const char *address)
{
	require(address != NULL);
	return curve_set_int(s, ZMQ_IPV6, strncmp(address, "tcp://[", 7) == 0);
}

void *curve_server(const struct curve *c, const char *zap_domain, const char *at,
		   int64_t message_max)
{
	void *s = zmq_socket(c->ctx, ZMQ_ROUTER);

	require(zap_domain != NULL && at != NULL);
	if (s == NULL || !set_common(s, message_max) || !curve_set_family(s, at) ||
	    !curve_set_int(s, ZMQ_CURVE_SERVER, 1) ||
	    zmq_setsockopt(s, ZMQ_CURVE_SECRETKEY, c->sec, 32) != 0 ||
	    zmq_setsockopt(s, ZMQ_ZAP_DOMAIN, zap_domain, strlen(zap_domain)) != 0 ||
	    !curve_set_int(s, ZMQ_ZAP_ENFORCE_DOMAIN_, 1) ||
	    !curve_set_int(s, ZMQ_ROUTER_HANDOVER, 0) ||
	    !curve_set_int(s, ZMQ_ROUTER_MANDATORY, 1) ||
	    !curve_set_int(s, ZMQ_BACKLOG, LIMIT_STRANGERS)) {
		if (s != NULL)
			(void)zmq_close(s);
		return NULL;
	}
	return s;
}

void *curve_client(const struct curve *c, const uint8_t server[32], const uint8_t pub[32],
		   const uint8_t sec[32])
{
	void *s = zmq_socket(c->ctx, ZMQ_DEALER);

	if (s == NULL || !set_common(s, LIMIT_ZMTP_MESSAGE) ||
	    zmq_setsockopt(s, ZMQ_CURVE_SERVERKEY, server, 32) != 0 ||
	    zmq_setsockopt(s, ZMQ_CURVE_PUBLICKEY, pub, 32) != 0 ||
	    zmq_setsockopt(s, ZMQ_CURVE_SECRETKEY, sec, 32) != 0 ||
	    !curve_set_int(s, ZMQ_RECONNECT_IVL, REDIAL_MS) ||
	    !curve_set_int(s, ZMQ_RECONNECT_IVL_MAX, REDIAL_MAX_MS)) {
		if (s != NULL)
			(void)zmq_close(s);
		return NULL;
	}
	return s;
}

/* Without a limit: at one libzmq's own thread would wait for us, while it holds what we need to stop it. */
void *curve_monitor(void *ctx, void *sock, int events)
{
	void *s = zmq_socket(ctx, ZMQ_PAIR);
	char name[64];

	require(sock != NULL);
	(void)snprintf(name, sizeof name, "inproc://events-%p-%llx", sock,
		       (unsigned long long)clock_mono_ns());
	if (s != NULL && curve_set_int(s, ZMQ_LINGER, 0) && curve_set_int(s, ZMQ_RCVHWM, 0) &&
	    zmq_socket_monitor(sock, name, events) == 0) {
		if (zmq_connect(s, name) == 0)
			return s;
		(void)zmq_socket_monitor(sock, NULL, 0);
	}
	if (s != NULL)
		(void)zmq_close(s);
	return NULL;
}

bool curve_event(void *monitor, uint16_t *id, int *fd)
{
	uint8_t event[8], address[160];
	uint32_t value;

	require(monitor != NULL);
	if (zmq_recv(monitor, event, sizeof event, ZMQ_DONTWAIT) != 6)
		return false;
	(void)zmq_recv(monitor, address, sizeof address, ZMQ_DONTWAIT);
	memcpy(id, event, sizeof *id); /* host order, as libzmq writes it */
	memcpy(&value, event + sizeof *id, sizeof value);
	*fd = value > INT32_MAX ? -1 : (int)value;
	return true;
}

/* What is told stops before whom it is told to: libzmq's own thread tells of an event with a send that blocks while nobody
 * is at the other end, and holds the lock that the stop needs.  Either may be NULL. */
void curve_close(void *sock, void *monitor)
{
	if (sock != NULL)
		(void)zmq_socket_monitor(sock, NULL, 0);
	if (monitor != NULL)
		(void)zmq_close(monitor);
	if (sock != NULL)
		(void)zmq_close(sock);
}

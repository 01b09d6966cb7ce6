/* SPDX-License-Identifier: EUPL-1.2 */
/* The onboarding socket: lines of people who are no members yet.  It is the one place where a stranger is answered, so it
 * has few lines, small messages and short times, and a socket of its own that knows nothing of partners. */
#include "io/newcomer/onboard.h"

#include <stdlib.h>
#include <string.h>
#include <zmq.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/limits.h"
#include "io/partners/transport_zmq.h"
#include "io/partners/zsock.h"

enum { ROUTE_MAX = 16 };

static_assert(ROUTE_MAX >= 5, "libzmq's own routing ids are 5 bytes");
static_assert(LIMIT_ONBOARD_LINES < UINT16_MAX, "a line has a number");

struct onboard_line {
	uint8_t route[ROUTE_MAX];
	size_t route_len;
	uint64_t since_ms; /* 0: free */
	uint64_t last_ms;  /* a newcomer asks twice a second: silence means that it is gone */
};

struct onboard {
	void *router;
	struct zsock *zs;
	onboard_message message;
	void *ctx;
	struct onboard_line lines[LIMIT_ONBOARD_LINES];
};

/* 0: no line is free, or this one had its time. */
static uint16_t line_of(struct onboard *o, const uint8_t *route, size_t len)
{
	const uint64_t now = clock_mono_ms();
	struct onboard_line *unused = NULL;

	for (size_t i = 0; i < LIMIT_ONBOARD_LINES; i++) {
		struct onboard_line *ln = &o->lines[i];

		/* Lines that had their time are freed when somebody speaks: no timer is needed for
		 * a place that nobody wants. */
		if (ln->since_ms != 0 && (now >= ln->since_ms + LIMIT_ONBOARD_MS ||
					  now >= ln->last_ms + LIMIT_ONBOARD_IDLE_MS))
			*ln = (struct onboard_line){.since_ms = 0};
		if (ln->since_ms != 0 && ln->route_len == len &&
		    memcmp(ln->route, route, len) == 0) {
			ln->last_ms = now;
			return (uint16_t)(i + 1);
		}
		if (ln->since_ms == 0 && unused == NULL)
			unused = ln;
	}
	if (unused == NULL)
		return 0;
	require(len <= ROUTE_MAX);
	memcpy(unused->route, route, len);
	unused->route_len = len;
	unused->since_ms = unused->last_ms = now;
	return (uint16_t)(unused - o->lines + 1);
}

static void on_message(void *ctx)
{
	struct onboard *o = ctx;
	zmq_msg_t route, body;
	uint16_t line;

	(void)zmq_msg_init(&route);
	(void)zmq_msg_init(&body);
	if (zmq_msg_recv(&route, o->router, ZMQ_DONTWAIT) < 0)
		goto out;
	if (zmq_msg_more(&route) == 0 || zmq_msg_recv(&body, o->router, ZMQ_DONTWAIT) < 0)
		goto out;
	while (zmq_msg_more(&body) != 0) /* more parts than we speak: read them off */
		if (zmq_msg_recv(&body, o->router, ZMQ_DONTWAIT) < 0)
			goto out;
	/* Without that name the handshake did not pass ZAP, and libzmq set the routing id itself
	 * unless the peer chose a longer one. */
	if (zmq_msg_gets(&body, "User-Id") == NULL || zmq_msg_size(&route) > ROUTE_MAX)
		goto out;
	line = line_of(o, zmq_msg_data(&route), zmq_msg_size(&route));
	if (line != 0 && zmq_msg_size(&body) == 0) /* goodbye */
		o->lines[line - 1].since_ms = 0;
	else if (line != 0)
		o->message(o->ctx, line, span_of(zmq_msg_data(&body), zmq_msg_size(&body)));
out:
	(void)zmq_msg_close(&route);
	(void)zmq_msg_close(&body);
}

enum err onboard_open(struct transport *t, struct onboard **out, const char *listen,
		      onboard_message message, void *ctx, int *error)
{
	struct onboard *o = calloc(1, sizeof *o);
	enum err rc = ERR_IO;

	if (o == NULL)
		return ERR_NOMEM;
	require(message != NULL);
	require(listen != NULL && error != NULL);
	o->message = message;
	o->ctx = ctx;
	o->router = transport_server(t, "onb", listen, LIMIT_ONBOARD_MESSAGE);
	*error = 0;
	/* Only while an invite is open is there a socket at all: a port that nobody opened is not
	 * attacked. */
	if (o->router != NULL && zmq_bind(o->router, listen) == 0)
		rc = zsock_add(transport_hub(t), &o->zs, o->router, on_message, o);
	else
		*error = zmq_errno();
	if (rc != ERR_OK) {
		onboard_close(o);
		return rc;
	}
	*out = o;
	return ERR_OK;
}

void onboard_send(struct onboard *o, uint16_t line, struct span bytes)
{
	const struct onboard_line *ln;

	if (line == 0 || line > LIMIT_ONBOARD_LINES)
		return;
	ln = &o->lines[line - 1];
	/* A line that ended meanwhile gets nothing; its newcomer asks again. */
	if (ln->since_ms != 0 &&
	    zmq_send(o->router, ln->route, ln->route_len, ZMQ_DONTWAIT | ZMQ_SNDMORE) >= 0)
		(void)zmq_send(o->router, bytes.p, bytes.len, ZMQ_DONTWAIT);
	zsock_touched(o->zs);
}

void onboard_close(struct onboard *o)
{
	if (o == NULL)
		return;
	zsock_remove(o->zs);
	if (o->router != NULL)
		(void)zmq_close(o->router);
	free(o);
}

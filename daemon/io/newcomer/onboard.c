/* SPDX-License-Identifier: EUPL-1.2 */
/* Sockets for people who are no members yet: the one place where a stranger is answered.  Each address has a socket of its
 * own that knows nothing of partners; messages are small, times are short, and every connection is counted by where it comes
 * from (callers.h).  libzmq tells when a connection begins and ends; it has no way to end one, so that is done to
 * its descriptor, after another look at whose it is. */
#include "io/newcomer/onboard.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <zmq.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/endpoint.h"
#include "base/limits.h"
#include "io/newcomer/callers.h"
#include "io/partners/curve.h"
#include "io/partners/transport_zmq.h"
#include "io/partners/zsock.h"

enum {
	LOOK_MS = 1000,
	AGAIN_MS = 5000,   /* an address that cannot be listened at is tried again */
	CLOSING_MS = 1000, /* the port of a socket that was closed may be taken for so long */
	HWM = 2,	   /* a newcomer asks one thing at a time */
};

static_assert(CALLERS_ROUTE >= 5, "libzmq's own routing ids are 5 bytes");
static_assert(LIMIT_ONBOARD_DOORS <= UINT8_MAX, "an address has a number");

struct door {
	struct onboard *owner;
	char at[LIMIT_ENDPOINT + 1]; /* "": a free place */
	struct endpoint where;
	bool wanted;
	bool covered; /* another of ours listens at every address, here too */
	void *router, *monitor;
	struct zsock *zr, *zm;
	struct onboard_door said, told; /* as it is now, and as it was last reported */
};

struct onboard {
	struct transport *transport;
	struct onboard_calls calls;
	struct loop_timer *timer;
	bool awake;
	uint64_t closed_ms, again_ms;
	struct callers callers;
	struct door doors[LIMIT_ONBOARD_DOORS];
};

static void wake(struct onboard *o)
{
	if (!o->awake)
		loop_timer_start(o->timer, LOOK_MS);
	o->awake = true;
}

static void say(struct door *d, int error)
{
	d->said.at = d->at;
	d->said.error = error;
	d->told = d->said;
	d->owner->calls.door(d->owner->calls.ctx, &d->said);
}

/* ---- connections ---- */

/* By its number alone: libzmq may have closed it and the system given the number away, so whose it is is asked anew. */
static bool whose(const struct door *d, int fd, struct caller_from *from)
{
	struct sockaddr_storage here = {.ss_family = AF_UNSPEC}, there = here;
	socklen_t len = sizeof here;
	const struct sockaddr_in *four = (const void *)&there;
	const struct sockaddr_in6 *six = (const void *)&there;

	memset(from, 0, sizeof *from);
	if (getsockname(fd, (struct sockaddr *)&here, &len) != 0)
		return false;
	len = sizeof there;
	if (getpeername(fd, (struct sockaddr *)&there, &len) != 0)
		return false;
	if (there.ss_family == AF_INET) {
		memcpy(from->b + 1, &four->sin_addr, 4);
		return ((const struct sockaddr_in *)(const void *)&here)->sin_port ==
		       htons(d->where.port);
	}
	if (there.ss_family != AF_INET6)
		return false;
	from->b[0] = 6;
	memcpy(from->b + 1, &six->sin6_addr, 8);
	return ((const struct sockaddr_in6 *)(const void *)&here)->sin6_port ==
	       htons(d->where.port);
}

static void hang_up(struct door *d, int fd)
{
	struct caller_from from;

	if (fd >= 0 && whose(d, fd, &from))
		(void)shutdown(fd, SHUT_RDWR);
}

/* Of whichever address it is: whose port it has is compared there.  Of a number that the system gave away again meanwhile
 * nothing is ended, unless that is a newcomer's as well. */
static void hang_up_anywhere(struct onboard *o, int fd)
{
	require(fd >= 0);
	for (size_t i = 0; i < LIMIT_ONBOARD_DOORS; i++)
		if (o->doors[i].router != NULL)
			hang_up(&o->doors[i], fd);
}

/* One word of libzmq about a connection; false: there is none. */
static bool read_event(struct door *d)
{
	struct onboard *o = d->owner;
	struct caller_from from;
	uint16_t id;
	int fd, ends;

	if (d->monitor == NULL || !curve_event(d->monitor, &id, &fd))
		return false;
	if (fd < 0) /* libzmq names none */
		return true;
	if (id != ZMQ_EVENT_ACCEPTED) {
		callers_went(&o->callers, fd);
		return true;
	}
	if (!whose(d, fd, &from))
		return true; /* it is gone already; what took its number is told of by itself */
	ends = callers_came(&o->callers, fd, (uint8_t)(d - o->doors), &from, clock_mono_ms());
	if (ends >= 0) {
		d->said.turned_away++;
		hang_up_anywhere(o, ends);
	}
	wake(o);
	return true;
}

static void on_event(void *ctx)
{
	(void)read_event(ctx);
}

/* ---- what is said ---- */

static void send_to(struct door *d, const struct caller *who, struct span bytes)
{
	/* A connection that ended meanwhile gets nothing; its newcomer asks again. */
	if (zmq_send(d->router, who->route, who->route_len, ZMQ_DONTWAIT | ZMQ_SNDMORE) >= 0)
		(void)zmq_send(d->router, bytes.p, bytes.len, ZMQ_DONTWAIT);
	zsock_touched(d->zr);
}

static void send_state(struct door *d, const struct caller *who, uint8_t state)
{
	const uint8_t b[2] = {ONBOARD_STATE, state};

	send_to(d, who, span_of(b, sizeof b));
}

/* Whoever cannot be heard now is told so: silence would look like a node that is off, and its newcomer would give up. */
static void question(struct door *d, struct caller *who, struct span bytes)
{
	struct onboard *o = d->owner;
	const enum callers_may may = callers_ask(&o->callers, who, clock_mono_ms());
	enum onboard_taken taken = ONBOARD_LATER;

	if (may == CALLERS_IGNORE)
		return;
	if (may == CALLERS_ASK)
		taken = o->calls.question(o->calls.ctx, callers_line(&o->callers, who), bytes);
	if (taken == ONBOARD_TAKEN)
		return;
	who->asked = false;
	if (taken == ONBOARD_LATER) {
		d->said.told_to_wait++;
		send_state(d, who, ONBOARD_BUSY);
		return;
	}
	d->said.strangers++;
	send_state(d, who, ONBOARD_DEAD);
	(void)callers_answered(&o->callers, who, NULL, clock_mono_ms());
}

static void on_message(void *ctx)
{
	struct door *d = ctx;
	struct caller *who;
	zmq_msg_t route, body;

	(void)zmq_msg_init(&route);
	(void)zmq_msg_init(&body);
	if (zmq_msg_recv(&route, d->router, ZMQ_DONTWAIT) < 0)
		goto out;
	if (zmq_msg_more(&route) == 0 || zmq_msg_recv(&body, d->router, ZMQ_DONTWAIT) < 0)
		goto out;
	while (zmq_msg_more(&body) != 0) /* more parts than we speak: read them off */
		if (zmq_msg_recv(&body, d->router, ZMQ_DONTWAIT) < 0)
			goto out;
	/* Without that name the handshake did not pass ZAP, and libzmq set the routing id itself
	 * unless the peer chose a longer one. */
	if (zmq_msg_gets(&body, "User-Id") == NULL || zmq_msg_size(&route) > CALLERS_ROUTE)
		goto out;
	while (read_event(d)) /* that it came was told before what it said */
		;
	zsock_touched(d->zm);
	who = callers_of(&d->owner->callers, zmq_msg_get(&body, ZMQ_SRCFD));
	if (who == NULL || who->door != (uint8_t)(d - d->owner->doors))
		goto out;
	memcpy(who->route, zmq_msg_data(&route), zmq_msg_size(&route));
	who->route_len = zmq_msg_size(&route);
	if (zmq_msg_size(&body) == 0) /* goodbye */
		callers_bye(who, clock_mono_ms());
	else
		question(d, who, span_of(zmq_msg_data(&body), zmq_msg_size(&body)));
out:
	(void)zmq_msg_close(&route);
	(void)zmq_msg_close(&body);
}

/* By the line, not by the connection: what began it may be gone, and then nobody gets the answer. */
void onboard_answer(struct onboard *o, uint16_t line, const struct id16 *session, struct span bytes)
{
	struct caller *who = callers_at(&o->callers, line);
	struct door *d = who == NULL ? NULL : &o->doors[who->door];
	int ends;

	if (d == NULL || d->router == NULL)
		return;
	send_to(d, who, bytes);
	d->said.strangers += session == NULL && bytes.len == 2 && bytes.p[1] == ONBOARD_DEAD;
	ends = callers_answered(&o->callers, who, session, clock_mono_ms());
	if (ends < 0)
		return;
	d->said.turned_away++;
	hang_up(d, ends);
}

/* ---- addresses ---- */

/* Its connections are forgotten with it: of a socket that is closed libzmq tells nothing more. */
static void door_close(struct door *d)
{
	struct onboard *o = d->owner;

	if (d->router == NULL)
		return;
	for (size_t i = 0; i < LIMIT_ONBOARD_CALLERS; i++)
		if (o->callers.all[i].fd >= 0 && o->callers.all[i].door == d - o->doors)
			callers_went(&o->callers, o->callers.all[i].fd);
	zsock_remove(d->zr);
	zsock_remove(d->zm);
	(void)zmq_unbind(d->router, d->at);
	curve_close(d->router, d->monitor);
	d->router = d->monitor = NULL;
	d->zr = d->zm = NULL;
	o->closed_ms = clock_mono_ms();
}

/* Returns errno, or 0. */
static int door_bind(struct door *d)
{
	struct onboard *o = d->owner;
	int error = 0;

	require(d->router == NULL && d->monitor == NULL);
	d->said = (struct onboard_door){.at = d->at};
	d->router = transport_server(o->transport, "onb", d->at, LIMIT_ONBOARD_MESSAGE);
	if (d->router != NULL)
		d->monitor = transport_monitor(o->transport, d->router,
					       ZMQ_EVENT_ACCEPTED | ZMQ_EVENT_DISCONNECTED);
	if (d->monitor == NULL || !curve_set_int(d->router, ZMQ_RCVHWM, HWM) ||
	    zmq_bind(d->router, d->at) != 0)
		error = zmq_errno();
	else if (zsock_add(transport_hub(o->transport), &d->zr, d->router, on_message, d) !=
			 ERR_OK ||
		 zsock_add(transport_hub(o->transport), &d->zm, d->monitor, on_event, d) != ERR_OK)
		error = ENOMEM;
	if (error != 0) {
		zsock_remove(d->zr);
		zsock_remove(d->zm);
		curve_close(d->router, d->monitor);
		d->router = d->monitor = NULL;
		d->zr = d->zm = NULL;
	}
	return error;
}

/* One of ours that listens at every address of this machine, at this port. */
static struct door *cover(struct door *d)
{
	for (size_t i = 0; i < LIMIT_ONBOARD_DOORS; i++) {
		struct door *o = &d->owner->doors[i];

		if (o != d && o->router != NULL && o->where.everywhere &&
		    o->where.v6 == d->where.v6 && o->where.port == d->where.port)
			return o;
	}
	return NULL;
}

/* Only while an invite is open is there a socket at all: a port that nobody opened is not attacked. */
static void door_open(struct door *d, bool asked)
{
	struct onboard *o = d->owner;
	const struct timespec pause = {0, 10000000};
	int error;

	d->covered = cover(d) != NULL;
	error = d->covered ? 0 : door_bind(d);
	while (error == EADDRINUSE && o->closed_ms != 0 &&
	       clock_mono_ms() < o->closed_ms + CLOSING_MS) {
		(void)nanosleep(&pause, NULL); /* the one before is still closing */
		error = door_bind(d);
	}
	if (error != 0) {
		o->again_ms = clock_mono_ms() + AGAIN_MS;
		wake(o);
	}
	/* By itself it is tried again and again, and only a change is news. */
	if (asked || error != d->told.error)
		say(d, error);
}

/* Where all addresses of a port are wanted, the socket of one of them is in the way. */
static void make_room(struct door *d)
{
	for (size_t i = 0; d->where.everywhere && i < LIMIT_ONBOARD_DOORS; i++) {
		struct door *o = &d->owner->doors[i];

		if (o != d && o->router != NULL && !o->where.everywhere &&
		    o->where.v6 == d->where.v6 && o->where.port == d->where.port)
			door_close(o);
	}
}

static void open_all(struct onboard *o, bool asked)
{
	for (int everywhere = 1; everywhere >= 0; everywhere--)
		for (size_t i = 0; i < LIMIT_ONBOARD_DOORS; i++) {
			struct door *d = &o->doors[i];

			if (!d->wanted || d->router != NULL || d->where.everywhere != everywhere ||
			    (d->covered && cover(d) != NULL))
				continue;
			make_room(d);
			door_open(d, asked);
		}
}

static void want(struct onboard *o, const char *at)
{
	struct door *place = NULL;

	for (size_t i = 0; i < LIMIT_ONBOARD_DOORS; i++) {
		struct door *d = &o->doors[i];

		if (strcmp(d->at, at) == 0) {
			d->wanted = true;
			return;
		}
		if (place == NULL && d->at[0] == '\0')
			place = d;
	}
	if (place == NULL || strlen(at) > LIMIT_ENDPOINT || at[0] == '\0')
		return;
	*place = (struct door){.owner = o, .wanted = true};
	if (endpoint_flaw(at, ENDPOINT_LISTEN, &place->where) != NULL) {
		*place = (struct door){.owner = o};
		return;
	}
	memcpy(place->at, at, strlen(at) + 1);
}

void onboard_set(struct onboard *o, const char *const *at, size_t count)
{
	for (size_t i = 0; i < LIMIT_ONBOARD_DOORS; i++)
		o->doors[i].wanted = false;
	/* Those that stay, then those that go, and then there is a place for those that come. */
	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < LIMIT_ONBOARD_DOORS; k++)
			o->doors[k].wanted = o->doors[k].wanted ||
					     strcmp(o->doors[k].at, at[i]) == 0;
	for (size_t i = 0; i < LIMIT_ONBOARD_DOORS; i++) {
		struct door *d = &o->doors[i];

		if (d->wanted || d->at[0] == '\0')
			continue;
		door_close(d);
		*d = (struct door){.owner = o};
	}
	for (size_t i = 0; i < count; i++)
		want(o, at[i]);
	open_all(o, true);
}

/* ---- time ---- */

static void on_timer(void *ctx)
{
	struct onboard *o = ctx;
	const uint64_t now = clock_mono_ms();
	bool failing = false;
	int fd;

	o->awake = false;
	while ((fd = callers_late(&o->callers, now)) >= 0)
		hang_up_anywhere(o, fd);
	if (o->again_ms != 0 && now >= o->again_ms) {
		o->again_ms = 0;
		open_all(o, false);
	}
	for (size_t i = 0; i < LIMIT_ONBOARD_DOORS; i++) {
		struct door *d = &o->doors[i];

		failing = failing || (d->wanted && d->router == NULL && !d->covered);
		if (d->router != NULL && (d->said.strangers != d->told.strangers ||
					  d->said.turned_away != d->told.turned_away ||
					  d->said.told_to_wait != d->told.told_to_wait))
			say(d, 0);
	}
	if (failing || callers_any(&o->callers))
		wake(o);
}

/* ---- the outside ---- */

enum err onboard_create(struct loop *l, struct transport *t, struct onboard **out,
			const struct onboard_calls *calls)
{
	struct onboard *o = calloc(1, sizeof *o);
	enum err rc;

	require(t != NULL && calls->question != NULL && calls->door != NULL);
	if (o == NULL)
		return ERR_NOMEM;
	o->transport = t;
	o->calls = *calls;
	callers_init(&o->callers);
	for (size_t i = 0; i < LIMIT_ONBOARD_DOORS; i++)
		o->doors[i].owner = o;
	rc = loop_timer_create(l, &o->timer, on_timer, o);
	if (rc != ERR_OK) {
		free(o);
		return rc;
	}
	*out = o;
	return ERR_OK;
}

void onboard_free(struct onboard *o)
{
	if (o == NULL)
		return;
	for (size_t i = 0; i < LIMIT_ONBOARD_DOORS; i++)
		door_close(&o->doors[i]);
	free(o);
}

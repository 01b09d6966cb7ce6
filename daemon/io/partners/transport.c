/* SPDX-License-Identifier: EUPL-1.2 */
/* Lines to partners.  Of two nodes one dials (the lower id), so there is one connection and not two; when it stays silent
 * the other dials too, because behind a wall only one direction may work.  A line is a partner's only after CURVE and ZAP
 * have said so, and the door is tried with a wrong key before it opens (self-test): a library that lets everybody in is
 * found before anybody came.
 * Nothing here reads what is sent; sizes and rates alone are looked at.
 * Invariant: lines[no] is NULL or of the peer with that number. */
#include "io/partners/transport.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <zmq.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/endpoint.h"
#include "base/limits.h"
#include "base/log/log.h"
#include "base/rng.h"
#include "io/addrwatch.h"
#include "io/partners/curve.h"
#include "io/partners/inbound.h"
#include "io/partners/selftest.h"
#include "io/partners/transport_zmq.h"
#include "io/partners/zap.h"
#include "io/partners/zsock.h"

enum {
	ROUTE_MAX = 16,
	REDIAL_MS = 2000,
	PATIENCE_MS = 60000,
	GREET_MS =
		300, /* at the start of this process: whoever was here before may not know that it is gone */
	DIALS_MS = 60000,
	BIND_MS = 500,
	BIND_MAX_MS = 10000,
	RENEW_TRIES = 100,
	NO_MEMBER = 400, /* what zap.c says of a key that it does not know, and libzmq hands on */
	LAST_WORD_MS =
		1000, /* what was said to a partner that is cut off may still go: that it is no member any more */
};

static_assert(LIMIT_PEERS <= UINT16_MAX && BIND_MS < BIND_MAX_MS, "numbers fit their fields");

struct line {
	struct transport *owner;
	struct transport_peer p;
	void *dealer, *monitor;
	struct zsock *zd, *zm;
	bool dealer_up;
	bool moved;		  /* the socket dials where the peer was before */
	uint8_t route[ROUTE_MAX]; /* newest inbound routing id */
	size_t route_len;
	int route_fd;		 /* the connection it came on ... */
	uint64_t route_no;	 /* ... and its number: an older one takes nothing over */
	uint64_t dials_mono_ms;	 /* the minute in which it ... */
	uint32_t dials;		 /* ... finished so many handshakes */
	bool route_answers;	 /* theirs is the newer one: what we dialled may be a dead line */
	uint64_t redial_mono_ms; /* when to make the socket again; 0: not waiting */
	uint64_t dial_mono_ms;	 /* alone: when to dial one that should dial us */
};

struct transport {
	struct loop *loop;
	struct curve curve;
	struct zhub *hub;
	void *router;
	struct inbound *inbound;
	char listen[LIMIT_ENDPOINT + 1];
	struct endpoint listen_at;
	int bind_error;		/* ENDPOINT_NO_NET: not tried yet */
	uint64_t bind_again_ms; /* when to try; 0: it listens, or should not */
	unsigned bind_tries;
	bool greeted;	  /* the first list of partners was read */
	uint64_t wake_ms; /* when the timer fires; 0: it sleeps */
	struct zsock *zr, *zz;
	struct zap *zap;
	struct transport_calls calls;
	struct line *lines[LIMIT_PEERS + 1]; /* by peer number */
	uint16_t keys[LIMIT_PEERS + 1];	     /* how often another key came under that number */
	struct loop_timer *timer;
	struct id32 self_key; /* let in during the self-test */
	bool testing;
};

/* Which of many connections are a partner's shows when something is said on them; a handshake says so at once. */
static void count_dial(struct line *ln)
{
	const uint64_t now = clock_mono_ms();

	if (now >= ln->dials_mono_ms + DIALS_MS) {
		ln->dials_mono_ms = now;
		ln->dials = 0;
	}
	if (++ln->dials > LIMIT_PEER_DIALS)
		ln->owner->calls.refused(ln->owner->calls.ctx, ln->p.no, TRANSPORT_LINES);
}

/* With the number goes which of its keys it was: what was let in under an earlier one is known by that. */
static uint32_t lookup(void *ctx, const char *domain, const struct id32 *key)
{
	struct transport *t = ctx;

	/* The onboarding socket lets any key speak; it is bound only while an invite is open. */
	if (strcmp(domain, "onb") == 0)
		return LIMIT_PEERS;
	if (t->testing && id32_equal(key, &t->self_key))
		return LIMIT_PEERS;
	for (uint16_t i = 1; i <= LIMIT_PEERS; i++)
		if (t->lines[i] != NULL && id32_equal(&t->lines[i]->p.key, key)) {
			count_dial(t->lines[i]);
			return (uint32_t)t->keys[i] << 16 | i;
		}
	return 0;
}

struct zhub *transport_hub(struct transport *t)
{
	require(t != NULL && t->hub != NULL);
	return t->hub;
}

void *transport_server(struct transport *t, const char *zap_domain, const char *at,
		       int64_t message_max)
{
	return curve_server(&t->curve, zap_domain, at, message_max);
}

void *transport_monitor(struct transport *t, void *sock, int events)
{
	return curve_monitor(t->curve.ctx, sock, events);
}

static void *make_server(struct transport *t, const char *at)
{
	return transport_server(t, "kring", at, LIMIT_ZMTP_MESSAGE);
}

/* On a socket of its own, over loopback, with the very options of the public one. */
static enum err self_test(struct transport *t)
{
	enum err rc;

	t->testing = true;
	memcpy(t->self_key.b, t->curve.pub, 32);
	rc = selftest_run(&t->curve, t->zap);
	t->testing = false;
	return rc;
}

/* ---- lines ---- */

/* Look at the lines after so long, or earlier when that was arranged already. */
static void wake(struct transport *t, uint64_t ms)
{
	const uint64_t at = clock_mono_ms() + ms;

	require(t->timer != NULL);
	if (t->wake_ms != 0 && t->wake_ms <= at)
		return;
	t->wake_ms = at;
	loop_timer_start(t->timer, ms);
}

static bool line_up(const struct line *ln)
{
	return ln->dealer_up || ln->route_len != 0;
}

/* One of the two ended.  As long as the other lives the partner is there. */
static void line_ended(struct line *ln)
{
	if (line_up(ln))
		return;
	ln->owner->calls.down(ln->owner->calls.ctx, ln->p.no);
	ln->dial_mono_ms = clock_mono_ms() + PATIENCE_MS;
	wake(ln->owner, REDIAL_MS);
}

static void dealer_ended(struct line *ln)
{
	if (!ln->dealer_up)
		return;
	ln->dealer_up = false;
	line_ended(ln);
}

static void route_ended(struct line *ln)
{
	if (ln->route_len == 0)
		return;
	ln->route_len = 0;
	line_ended(ln);
}

static void line_down(struct line *ln)
{
	dealer_ended(ln);
	route_ended(ln);
}

static void line_hangup(struct line *ln)
{
	zsock_remove(ln->zd);
	zsock_remove(ln->zm);
	curve_close(ln->dealer, ln->monitor);
	ln->zd = ln->zm = NULL;
	ln->dealer = ln->monitor = NULL;
}

static void on_dealer(void *ctx)
{
	struct line *ln = ctx;
	zmq_msg_t m;

	(void)zmq_msg_init(&m);
	if (zmq_msg_recv(&m, ln->dealer, ZMQ_DONTWAIT) >= 0 && zmq_msg_more(&m) == 0)
		ln->owner->calls.message(ln->owner->calls.ctx, ln->p.no,
					 span_of(zmq_msg_data(&m), zmq_msg_size(&m)));
	(void)zmq_msg_close(&m);
}

static void on_monitor(void *ctx)
{
	struct line *ln = ctx;
	uint16_t id;
	int fd;

	if (!curve_event(ln->monitor, &id, &fd))
		return;
	if (id == ZMQ_EVENT_HANDSHAKE_FAILED_AUTH && fd == NO_MEMBER)
		ln->owner->calls.refused(ln->owner->calls.ctx, ln->p.no, TRANSPORT_SHUT);
	switch (id) {
	case ZMQ_EVENT_HANDSHAKE_SUCCEEDED:
		ln->dealer_up = true;
		ln->route_answers = false;
		ln->owner->calls.up(ln->owner->calls.ctx, ln->p.no);
		break;
	case ZMQ_EVENT_DISCONNECTED:
		dealer_ended(ln);
		if (ln->moved) /* libzmq would go on at the old address */
			ln->redial_mono_ms = clock_mono_ms();
		break;
	case ZMQ_EVENT_HANDSHAKE_FAILED_AUTH: /* 400 is not retried: make the socket again, later */
	case ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL:
		ln->redial_mono_ms = clock_mono_ms() + REDIAL_MS;
		wake(ln->owner, REDIAL_MS);
		break;
	default:
		break;
	}
	zsock_touched(ln->zd);
}

static enum err line_dial(struct line *ln)
{
	struct transport *t = ln->owner;
	const int events = ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_DISCONNECTED |
			   ZMQ_EVENT_HANDSHAKE_FAILED_AUTH | ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL;
	static_assert(ROUTE_MAX >= 5, "libzmq's own routing ids are 5 bytes");

	require(t->lines[ln->p.no] == ln && ln->p.address[0] != '\0');
	line_hangup(ln);
	ln->redial_mono_ms = 0;
	ln->moved = false;
	ln->dealer = curve_client(&t->curve, ln->p.key.b, t->curve.pub, t->curve.sec);
	ln->monitor = ln->dealer == NULL ? NULL : curve_monitor(t->curve.ctx, ln->dealer, events);
	if (ln->monitor == NULL || !curve_set_family(ln->dealer, ln->p.address) ||
	    zsock_add(t->hub, &ln->zd, ln->dealer, on_dealer, ln) != ERR_OK ||
	    zsock_add(t->hub, &ln->zm, ln->monitor, on_monitor, ln) != ERR_OK ||
	    zmq_connect(ln->dealer, ln->p.address) != 0) {
		line_hangup(ln);
		return ERR_IO;
	}
	return ERR_OK;
}

static void line_free(struct line *ln)
{
	require(ln->owner->lines[ln->p.no] == ln);
	line_down(ln);
	line_hangup(ln);
	ln->owner->lines[ln->p.no] = NULL;
	free(ln);
}

/* ---- inbound ---- */

/* A connection of the listening socket ended. */
static void on_ended(void *ctx, int fd, uint16_t peer)
{
	struct transport *t = ctx;
	struct line *ln = t->lines[peer];

	if (ln != NULL && ln->route_len != 0 && ln->route_fd == fd)
		route_ended(ln);
}

static void on_stranger(void *ctx)
{
	struct transport *t = ctx;

	t->calls.refused(t->calls.ctx, 0, TRANSPORT_STRANGERS);
}

static void on_wake(void *ctx, uint64_t ms)
{
	wake(ctx, ms);
}

/* The newest authenticated connection of a peer is the one we answer on, also before one that we dialled: that
 * one may lead to a machine that is no more. */
static void inbound(struct transport *t, uint16_t peer, struct span route, int fd)
{
	struct line *ln = t->lines[peer];
	uint64_t no;

	require(ln->p.no == peer);
	require(route.len <= sizeof ln->route); /* on_router() looked */
	if (ln->route_len == route.len && memcmp(ln->route, route.p, route.len) == 0)
		return;
	no = inbound_spoke(t->inbound, fd, peer);
	if (no == 0 || (ln->route_len != 0 && no < ln->route_no))
		return; /* it ended meanwhile, or is older than the one we answer on: heard all the same */
	memcpy(ln->route, route.p, route.len);
	ln->route_len = route.len;
	ln->route_fd = fd;
	ln->route_no = no;
	ln->route_answers = true;
	if (ln->moved) /* it speaks from where it is now; what we dialled before may be a dead line */
		ln->dealer_up = false;
	if (ln->dealer != NULL && !ln->dealer_up) { /* our own socket is backing off: at once */
		ln->redial_mono_ms = clock_mono_ms();
		wake(t, 0);
	}
	t->calls.up(t->calls.ctx, peer);
}

static void on_router(void *ctx)
{
	struct transport *t = ctx;
	zmq_msg_t route, body;
	const char *user;
	unsigned long peer = 0, keys = 0;

	(void)zmq_msg_init(&route);
	(void)zmq_msg_init(&body);
	if (zmq_msg_recv(&route, t->router, ZMQ_DONTWAIT) < 0)
		goto out;
	if (zmq_msg_more(&route) == 0 || zmq_msg_recv(&body, t->router, ZMQ_DONTWAIT) < 0)
		goto out;
	while (zmq_msg_more(&body) != 0) /* more parts than we speak: read them off */
		if (zmq_msg_recv(&body, t->router, ZMQ_DONTWAIT) < 0)
			goto out;
	user = zmq_msg_gets(&body, "User-Id");
	if (user != NULL)
		peer = strtoul(user, NULL, 10);
	keys = peer >> 16;
	peer &= UINT16_MAX;
	if (peer == 0 || peer > LIMIT_PEERS || t->lines[peer] == NULL ||
	    zmq_msg_size(&route) > ROUTE_MAX)
		goto out;	     /* without a name from ZAP nobody is believed */
	if (keys != t->keys[peer]) { /* whoever has the key of before is the partner no more */
		inbound_cut(t->inbound, zmq_msg_get(&body, ZMQ_SRCFD));
		goto out;
	}
	inbound(t, (uint16_t)peer, span_of(zmq_msg_data(&route), zmq_msg_size(&route)),
		zmq_msg_get(&body, ZMQ_SRCFD));
	t->calls.message(t->calls.ctx, (uint16_t)peer,
			 span_of(zmq_msg_data(&body), zmq_msg_size(&body)));
out:
	(void)zmq_msg_close(&route);
	(void)zmq_msg_close(&body);
}

static void on_zap(void *ctx)
{
	struct transport *t = ctx;

	(void)zap_answer(t->zap);
}

/* ---- the door ---- */

static void router_close(struct transport *t)
{
	zsock_remove(t->zr);
	inbound_unwatch(t->inbound);
	if (t->router != NULL)
		(void)zmq_close(t->router);
	t->zr = NULL;
	t->router = NULL;
}

/* Returns errno, or 0. */
static int router_bind(struct transport *t)
{
	int error = ENOMEM;

	require(t->router == NULL && t->listen[0] != '\0');
	t->router = make_server(t, t->listen);
	if (t->router != NULL &&
	    inbound_watch(t->inbound, t->hub, t->curve.ctx, t->router) == ERR_OK) {
		if (zmq_bind(t->router, t->listen) != 0)
			error = zmq_errno();
		else if (zsock_add(t->hub, &t->zr, t->router, on_router, t) == ERR_OK)
			return 0;
	}
	router_close(t);
	return error;
}

/* Reported once for every change, not for every try. */
static void say_listening(struct transport *t, int error)
{
	if (t->bind_error == error)
		return;
	t->bind_error = error;
	t->calls.listening(t->calls.ctx, error);
}

/* What is in the way may go away: it is tried for ever, with a growing pause. */
static void router_open(struct transport *t, unsigned tries)
{
	const struct timespec pause = {0, 10000000};
	uint64_t ms = (uint64_t)BIND_MS << (t->bind_tries < 5 ? t->bind_tries : 5);
	int error = router_bind(t);

	while (error == EADDRINUSE && --tries > 0) {
		(void)nanosleep(&pause, NULL); /* the one before is still closing */
		error = router_bind(t);
	}
	t->bind_tries = error == 0 ? 0 : t->bind_tries + 1;
	ms = ms < BIND_MAX_MS ? ms : BIND_MAX_MS;
	t->bind_again_ms = error == 0 ? 0 : clock_mono_ms() + ms;
	if (error != 0)
		wake(t, ms);
	say_listening(t, error);
}

/* A ROUTER cannot close one connection: to cut off a partner that dialled us the socket is made again.
 * The others are back in a moment, through ZAP. */
static void router_renew(struct transport *t)
{
	if (t->router == NULL)
		return;
	for (size_t i = 1; i <= LIMIT_PEERS; i++)
		if (t->lines[i] != NULL)
			route_ended(t->lines[i]);
	(void)zmq_unbind(t->router, t->listen);
	router_close(t);
	router_open(t, RENEW_TRIES);
}

/* An address that the machine lost takes no connection, although the socket stays; when it is back so are we. */
static void on_addresses(void *ctx)
{
	struct transport *t = ctx;

	if (t->listen[0] == '\0')
		return;
	if (t->router == NULL)
		router_open(t, 1);
	else if (!t->listen_at.everywhere)
		say_listening(t, addrwatch_probe(&t->listen_at));
}

/* Milliseconds until this line wants to be looked at again; 0: it sleeps. */
static uint64_t line_tick(struct line *ln, uint64_t now)
{
	const bool alone = !line_up(ln);
	uint64_t at;

	if (ln->p.address[0] == '\0') {
		if (ln->redial_mono_ms != 0) /* it had an address before */
			line_hangup(ln);
		ln->redial_mono_ms = 0;
		return 0;
	}
	if ((ln->redial_mono_ms != 0 && now >= ln->redial_mono_ms) ||
	    (ln->dealer == NULL && alone && now >= ln->dial_mono_ms))
		(void)line_dial(ln); /* ERR_IO: tried again at the next turn of the timer */
	/* libzmq goes on by itself with what was dialled, at growing pauses, and the monitor says what comes of it */
	if (ln->redial_mono_ms == 0 && (ln->dealer != NULL || !alone))
		return 0;
	at = ln->redial_mono_ms != 0 ? ln->redial_mono_ms : ln->dial_mono_ms;
	return at > now ? at - now : REDIAL_MS;
}

static void on_timer(void *ctx)
{
	struct transport *t = ctx;
	const uint64_t now = clock_mono_ms();

	t->wake_ms = 0;
	inbound_tick(t->inbound, now);
	if (t->bind_again_ms != 0 && now >= t->bind_again_ms)
		router_open(t, 1);
	else if (t->bind_again_ms != 0)
		wake(t, t->bind_again_ms - now);
	for (size_t i = 1; i <= LIMIT_PEERS; i++) {
		const uint64_t left = t->lines[i] == NULL ? 0 : line_tick(t->lines[i], now);

		if (left != 0)
			wake(t, left);
	}
}

/* ---- the outside ---- */

enum err transport_prepare(void **context)
{
	*context = zmq_ctx_new();
	if (*context == NULL)
		return ERR_NOMEM;
	return zmq_ctx_set(*context, ZMQ_MAX_SOCKETS,
			   4 * LIMIT_PEERS + 4 * LIMIT_ONBOARD_DOORS + 64) == 0
		       ? ERR_OK
		       : ERR_NOMEM;
}

enum err transport_open(struct loop *l, struct transport **out, const struct transport_options *opt,
			const struct transport_calls *calls)
{
	struct transport *t = calloc(1, sizeof *t);
	const struct inbound_calls inbound = {on_ended, on_stranger, on_wake, t};
	char zpub[41], zsec[41];
	enum err rc = ERR_IO;

	if (t == NULL)
		return ERR_NOMEM;
	t->loop = l;
	t->calls = *calls;
	require(opt->secret != NULL && opt->context != NULL);
	memcpy(t->curve.sec, opt->secret, 32);
	t->curve.ctx = opt->context;
	if (zmq_z85_encode(zsec, t->curve.sec, 32) == NULL || zmq_curve_public(zpub, zsec) != 0 ||
	    zmq_z85_decode(t->curve.pub, zpub) == NULL)
		return ERR_IO; /* NOLINT(clang-analyzer-unix.Malloc): the process ends; nothing to undo */
	explicit_bzero(zsec, sizeof zsec);
	rc = opt->no_zap ? ERR_OK : zap_open(&t->zap, t->curve.ctx, lookup, t);
	if (rc == ERR_OK)
		/* Before anything listens: what the test finds must not have let anybody in. */
		rc = self_test(t);
	if (rc == ERR_OK)
		rc = zhub_create(l, &t->hub);
	if (rc == ERR_OK && t->zap != NULL)
		rc = zsock_add(t->hub, &t->zz, zap_socket(t->zap), on_zap, t);
	if (rc == ERR_OK)
		rc = loop_timer_create(l, &t->timer, on_timer, t);
	if (rc == ERR_OK)
		rc = inbound_create(&t->inbound, opt->files, &inbound);
	if (rc != ERR_OK)
		return rc;
	if (strlen(opt->listen) > LIMIT_ENDPOINT ||
	    endpoint_flaw(opt->listen, ENDPOINT_LISTEN, &t->listen_at) != NULL)
		return ERR_LIMIT;
	memcpy(t->listen, opt->listen, strlen(opt->listen) + 1);
	t->bind_error = ENDPOINT_NO_NET;
	*out = t;
	if (t->listen[0] == '\0')
		return ERR_OK;
	router_open(t, 1);
	if (addrwatch_open(l, on_addresses, t) != ERR_OK)
		log_write(LOG_NOTICE, LOG_LISTENING, "addresses=unwatched");
	return ERR_OK;
}

/* A new address alone is no reason to hang up: the present connection may be the one that brings the news of it. */
static void line_update(struct line *ln, const struct transport_peer *p)
{
	if (strcmp(ln->p.address, p->address) != 0 && ln->dealer != NULL) {
		ln->moved = true;
		if (!ln->dealer_up) {
			ln->redial_mono_ms = clock_mono_ms();
			wake(ln->owner, 0);
		}
	}
	ln->p = *p;
	if (ln->dealer == NULL && !line_up(ln)) /* it may have an address by now */
		wake(ln->owner, REDIAL_MS);
}

static enum err line_add(struct transport *t, const struct transport_peer *p)
{
	struct line *ln = calloc(1, sizeof *ln);

	if (ln == NULL)
		return ERR_NOMEM;
	ln->owner = t;
	ln->p = *p;
	ln->dial_mono_ms = clock_mono_ms() + (t->greeted ? PATIENCE_MS : GREET_MS);
	t->lines[p->no] = ln;
	wake(t, t->greeted ? REDIAL_MS : GREET_MS);
	if (p->dial_first && p->address[0] != '\0')
		return line_dial(ln);
	return ERR_OK;
}

enum err transport_peers(struct transport *t, const struct transport_peer *peers, size_t count)
{
	bool keep[LIMIT_PEERS + 1] = {false}, cut = false;
	enum err rc = ERR_OK;

	for (size_t i = 0; i < count && rc == ERR_OK; i++) {
		const struct transport_peer *p = &peers[i];

		require(p->no >= 1 && p->no <= LIMIT_PEERS);
		keep[p->no] = true;
		if (t->lines[p->no] != NULL && id32_equal(&t->lines[p->no]->p.key, &p->key)) {
			line_update(t->lines[p->no], p);
			continue;
		}
		if (t->lines[p->no] != NULL) {
			/* Another key under the same number is another partner: not one byte may go
			 * to it over the old connection, nor come from there. */
			line_free(t->lines[p->no]);
			t->keys[p->no]++;
			inbound_cut_peer(t->inbound, p->no);
		}
		rc = line_add(t, p);
	}
	for (size_t i = 1; i <= LIMIT_PEERS; i++)
		if (t->lines[i] != NULL && !keep[i]) {
			cut = cut || t->lines[i]->route_len != 0;
			if (t->lines[i]->dealer != NULL)
				(void)curve_set_int(t->lines[i]->dealer, ZMQ_LINGER, LAST_WORD_MS);
			line_free(t->lines[i]);
		}
	t->greeted = true;
	if (cut && t->router != NULL)
		(void)curve_set_int(t->router, ZMQ_LINGER, LAST_WORD_MS);
	if (rc == ERR_OK && cut)
		router_renew(t);
	return rc;
}

static bool send_routed(struct transport *t, struct line *ln, struct span bytes)
{
	bool ok = zmq_send(t->router, ln->route, ln->route_len, ZMQ_DONTWAIT | ZMQ_SNDMORE) >= 0 &&
		  zmq_send(t->router, bytes.p, bytes.len, ZMQ_DONTWAIT) >= 0;

	require(ln->route_len != 0);
	/* ROUTER_MANDATORY makes a route that is gone an error, where libzmq would drop the message
	 * in silence. */
	if (!ok && zmq_errno() == EHOSTUNREACH)
		route_ended(ln);
	zsock_touched(t->zr);
	return ok;
}

enum err transport_send(struct transport *t, uint16_t peer, struct span bytes)
{
	struct line *ln = peer == 0 || peer > LIMIT_PEERS ? NULL : t->lines[peer];
	bool ok = false;

	if (ln == NULL)
		return ERR_BUSY;
	if (ln->route_len != 0 && t->router != NULL && (ln->route_answers || !ln->dealer_up)) {
		ok = send_routed(t, ln, bytes);
		if (ok || ln->route_len != 0)
			return ok ? ERR_OK : ERR_BUSY;
	}
	if (ln->dealer_up) {
		ok = zmq_send(ln->dealer, bytes.p, bytes.len, ZMQ_DONTWAIT) >= 0;
		zsock_touched(ln->zd);
	}
	return ok ? ERR_OK : ERR_BUSY;
}

void transport_dial(struct transport *t, uint16_t peer, bool silent)
{
	struct line *ln = peer == 0 || peer > LIMIT_PEERS ? NULL : t->lines[peer];

	if (ln == NULL)
		return;
	if (silent) {
		line_hangup(ln);
		line_down(ln);
	}
	/* libzmq may be in a long pause: whoever has something to say does not wait for its end */
	if ((ln->dealer == NULL || !line_up(ln)) && ln->p.address[0] != '\0' &&
	    line_dial(ln) != ERR_OK) {
		ln->redial_mono_ms = clock_mono_ms() + REDIAL_MS;
		wake(t, REDIAL_MS);
	}
}

void transport_close(struct transport *t)
{
	if (t == NULL)
		return;
	for (size_t i = 1; i <= LIMIT_PEERS; i++)
		if (t->lines[i] != NULL)
			line_free(t->lines[i]);
	inbound_free(t->inbound);
	explicit_bzero(t->curve.sec, sizeof t->curve.sec);
	free(t);
}

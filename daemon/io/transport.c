/* SPDX-License-Identifier: EUPL-1.2 */
#include "io/transport.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <zmq.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/rng.h"
#include "io/transport_zmq.h"
#include "io/zap.h"
#include "io/zsock.h"

enum {
	ZMQ_ZAP_ENFORCE_DOMAIN_ =
		93, /* a DRAFT macro, absent from the stable header; the number works */
	ROUTE_MAX = 16,
	REDIAL_MS = 2000,
	PATIENCE_MS = 60000,
	SELFTEST_MS = 2000,
	HWM = 64,
	RENEW_TRIES = 100,
};

struct line {
	struct transport *owner;
	struct transport_peer p;
	void *dealer, *monitor;
	struct zsock *zd, *zm;
	bool dealer_up;
	bool moved;		  /* the socket dials where the peer was before */
	uint8_t route[ROUTE_MAX]; /* newest inbound routing id */
	size_t route_len;
	uint64_t redial_mono_ms; /* when to make the socket anew; 0: not waiting */
	uint64_t alone_since_ms;
};

struct transport {
	struct loop *loop;
	void *ctx;
	struct zhub *hub;
	void *router;
	char listen[LIMIT_ENDPOINT + 1];
	struct zsock *zr, *zz;
	struct zap *zap;
	struct transport_calls calls;
	uint8_t sec[32], pub[32];
	struct line *lines[LIMIT_PEERS + 1]; /* by peer number */
	struct loop_timer *timer;
	struct id32 self_key; /* let in during the self-test */
	bool testing;
};

static uint16_t lookup(void *ctx, const char *domain, const struct id32 *key)
{
	struct transport *t = ctx;

	/* The onboarding socket lets any key speak; it is bound only while an invite is open. */
	if (strcmp(domain, "onb") == 0)
		return LIMIT_PEERS;
	if (t->testing && id32_equal(key, &t->self_key))
		return LIMIT_PEERS;
	for (uint16_t i = 1; i <= LIMIT_PEERS; i++)
		if (t->lines[i] != NULL && id32_equal(&t->lines[i]->p.key, key))
			return i;
	return 0;
}

static bool set_int(void *s, int option, int v)
{
	return zmq_setsockopt(s, option, &v, sizeof v) == 0;
}

static bool set_common(void *s, int64_t max)
{
	return zmq_setsockopt(s, ZMQ_MAXMSGSIZE, &max, sizeof max) == 0 &&
	       set_int(s, ZMQ_HANDSHAKE_IVL, LIMIT_HANDSHAKE_MS) && set_int(s, ZMQ_LINGER, 0) &&
	       set_int(s, ZMQ_RCVHWM, HWM) && set_int(s, ZMQ_SNDHWM, HWM) &&
	       set_int(s, ZMQ_IMMEDIATE, 1);
}

struct zhub *transport_hub(struct transport *t)
{
	return t->hub;
}

void *transport_server(struct transport *t, const char *zap_domain, int64_t message_max)
{
	void *s = zmq_socket(t->ctx, ZMQ_ROUTER);

	if (s == NULL || !set_common(s, message_max) || !set_int(s, ZMQ_CURVE_SERVER, 1) ||
	    zmq_setsockopt(s, ZMQ_CURVE_SECRETKEY, t->sec, 32) != 0 ||
	    zmq_setsockopt(s, ZMQ_ZAP_DOMAIN, zap_domain, strlen(zap_domain)) != 0 ||
	    !set_int(s, ZMQ_ZAP_ENFORCE_DOMAIN_, 1) || !set_int(s, ZMQ_ROUTER_HANDOVER, 0) ||
	    !set_int(s, ZMQ_ROUTER_MANDATORY, 1) || !set_int(s, ZMQ_BACKLOG, 64)) {
		if (s != NULL)
			(void)zmq_close(s);
		return NULL;
	}
	return s;
}

static void *make_server(struct transport *t)
{
	return transport_server(t, "kring", LIMIT_ZMTP_MESSAGE);
}

static void *make_client(struct transport *t, const uint8_t server[32], const uint8_t pub[32],
			 const uint8_t sec[32])
{
	void *s = zmq_socket(t->ctx, ZMQ_DEALER);

	if (s == NULL || !set_common(s, LIMIT_ZMTP_MESSAGE) ||
	    zmq_setsockopt(s, ZMQ_CURVE_SERVERKEY, server, 32) != 0 ||
	    zmq_setsockopt(s, ZMQ_CURVE_PUBLICKEY, pub, 32) != 0 ||
	    zmq_setsockopt(s, ZMQ_CURVE_SECRETKEY, sec, 32) != 0 ||
	    !set_int(s, ZMQ_RECONNECT_IVL, 200) || !set_int(s, ZMQ_RECONNECT_IVL_MAX, 5000)) {
		if (s != NULL)
			(void)zmq_close(s);
		return NULL;
	}
	return s;
}

/* ---- self-test ---- */

/* Does a client with this key get a message through within the time? */
static bool passes(struct transport *t, void *server, const uint8_t pub[32], const uint8_t sec[32],
		   uint64_t wait_ms)
{
	const uint64_t end = clock_mono_ms() + wait_ms;
	char address[64];
	size_t len = sizeof address;
	void *client = make_client(t, t->pub, pub, sec);
	uint8_t b[64];
	bool got = false;

	if (client == NULL || zmq_getsockopt(server, ZMQ_LAST_ENDPOINT, address, &len) != 0 ||
	    zmq_connect(client, address) != 0) {
		if (client != NULL)
			(void)zmq_close(client);
		return false;
	}
	while (!got && clock_mono_ms() < end) {
		zmq_pollitem_t items[2] = {
			{server, 0, ZMQ_POLLIN, 0},
			{t->zap == NULL ? NULL : zap_socket(t->zap), -1, ZMQ_POLLIN, 0}};

		(void)zmq_send(client, "?", 1, ZMQ_DONTWAIT);
		(void)zmq_poll(items, t->zap == NULL ? 1 : 2, 5);
		while (t->zap != NULL && zap_answer(t->zap))
			;
		while (zmq_recv(server, b, sizeof b, ZMQ_DONTWAIT) >= 0)
			got = true;
	}
	(void)zmq_close(client);
	return got;
}

/* On a socket of its own, over loopback, with the very options of the public one: a random key must
 * be refused, our own must pass.  Anything else and nothing is bound. */
static enum err self_test(struct transport *t)
{
	uint8_t sec[32], pub[32];
	char zpub[41], zsec[41];
	void *server = make_server(t);
	bool ours, stranger;

	if (server == NULL)
		return ERR_IO;
	if (zmq_bind(server, "tcp://127.0.0.1:*") != 0 || zmq_curve_keypair(zpub, zsec) != 0 ||
	    zmq_z85_decode(pub, zpub) == NULL || zmq_z85_decode(sec, zsec) == NULL) {
		(void)zmq_close(server);
		return ERR_IO;
	}
	t->testing = true;
	memcpy(t->self_key.b, t->pub, 32);
	ours = passes(t, server, t->pub, t->sec, SELFTEST_MS);
	stranger = passes(t, server, pub, sec, 150);
	t->testing = false;
	(void)zmq_close(server);
	explicit_bzero(sec, sizeof sec);
	explicit_bzero(zsec, sizeof zsec);
	if (ours && !stranger)
		return ERR_OK;
	log_write(LOG_ERROR, LOG_SELFTEST_FAILED, "own_key=%s random_key=%s",
		  ours ? "accepted" : "refused", stranger ? "accepted" : "refused");
	return ERR_DENIED;
}

/* ---- lines ---- */

static void line_down(struct line *ln)
{
	if (ln->dealer_up || ln->route_len != 0)
		ln->owner->calls.down(ln->owner->calls.ctx, ln->p.no);
	ln->dealer_up = false;
	ln->route_len = 0;
	ln->alone_since_ms = clock_mono_ms();
	loop_timer_start(ln->owner->timer, REDIAL_MS);
}

static void line_hangup(struct line *ln)
{
	zsock_remove(ln->zd);
	zsock_remove(ln->zm);
	if (ln->monitor != NULL)
		(void)zmq_close(ln->monitor);
	if (ln->dealer != NULL) {
		(void)zmq_socket_monitor(ln->dealer, NULL, 0);
		(void)zmq_close(ln->dealer);
	}
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
	uint8_t event[8], address[160];
	uint16_t id = 0;

	if (zmq_recv(ln->monitor, event, sizeof event, ZMQ_DONTWAIT) != 6)
		return;
	(void)zmq_recv(ln->monitor, address, sizeof address, ZMQ_DONTWAIT);
	memcpy(&id, event, sizeof id); /* host order, as libzmq writes it */
	switch (id) {
	case ZMQ_EVENT_HANDSHAKE_SUCCEEDED:
		ln->dealer_up = true;
		ln->owner->calls.up(ln->owner->calls.ctx, ln->p.no);
		break;
	case ZMQ_EVENT_DISCONNECTED:
		if (ln->dealer_up)
			line_down(ln);
		if (ln->moved) /* libzmq would go on at the old address */
			ln->redial_mono_ms = clock_mono_ms();
		break;
	case ZMQ_EVENT_HANDSHAKE_FAILED_AUTH: /* 400 is not retried: make the socket anew, later */
	case ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL:
		ln->redial_mono_ms = clock_mono_ms() + REDIAL_MS;
		loop_timer_start(ln->owner->timer, REDIAL_MS);
		break;
	default:
		break;
	}
	zsock_touched(ln->zd);
}

static enum err line_dial(struct line *ln)
{
	struct transport *t = ln->owner;
	char name[48];
	int events = ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_DISCONNECTED |
		     ZMQ_EVENT_HANDSHAKE_FAILED_AUTH | ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL;
	static_assert(ROUTE_MAX >= 5, "libzmq's own routing ids are 5 bytes");

	line_hangup(ln);
	ln->redial_mono_ms = 0;
	ln->moved = false;
	(void)snprintf(name, sizeof name, "inproc://line-%u-%llx", ln->p.no,
		       (unsigned long long)clock_mono_ns());
	ln->dealer = make_client(t, ln->p.key.b, t->pub, t->sec);
	ln->monitor = zmq_socket(t->ctx, ZMQ_PAIR);
	if (ln->dealer == NULL || ln->monitor == NULL || !set_int(ln->monitor, ZMQ_LINGER, 0) ||
	    zmq_socket_monitor(ln->dealer, name, events) != 0 ||
	    zmq_connect(ln->monitor, name) != 0 ||
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
	line_down(ln);
	line_hangup(ln);
	ln->owner->lines[ln->p.no] = NULL;
	free(ln);
}

/* ---- inbound ---- */

/* The newest authenticated connection of a peer is the one we answer on. */
static void inbound(struct transport *t, uint16_t peer, const uint8_t *route, size_t route_len)
{
	struct line *ln = t->lines[peer];

	if (ln->route_len == route_len && memcmp(ln->route, route, route_len) == 0)
		return;
	memcpy(ln->route, route, route_len);
	ln->route_len = route_len;
	if (ln->moved) /* it speaks from where it is now; what we dialled before may be a dead line */
		ln->dealer_up = false;
	if (ln->dealer != NULL && !ln->dealer_up) { /* our own socket is backing off: at once */
		ln->redial_mono_ms = clock_mono_ms();
		loop_timer_start(t->timer, 0);
	}
	t->calls.up(t->calls.ctx, peer);
}

static void on_router(void *ctx)
{
	struct transport *t = ctx;
	zmq_msg_t route, body;
	const char *user;
	unsigned long peer = 0;

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
	if (peer == 0 || peer > LIMIT_PEERS || t->lines[peer] == NULL ||
	    zmq_msg_size(&route) > ROUTE_MAX)
		goto out; /* without a name from ZAP nobody is believed */
	inbound(t, (uint16_t)peer, zmq_msg_data(&route), zmq_msg_size(&route));
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

static void on_timer(void *ctx)
{
	struct transport *t = ctx;
	const uint64_t now = clock_mono_ms();
	bool again = false; /* sleeps as long as every line is up */

	for (size_t i = 1; i <= LIMIT_PEERS; i++) {
		struct line *ln = t->lines[i];
		bool alone;

		if (ln != NULL && ln->p.address[0] == '\0' && ln->redial_mono_ms != 0) {
			line_hangup(ln); /* it had an address before */
			ln->redial_mono_ms = 0;
		}
		if (ln == NULL || ln->p.address[0] == '\0')
			continue;
		alone = !ln->dealer_up && ln->route_len == 0;
		again = again || alone || ln->redial_mono_ms != 0;
		if ((ln->redial_mono_ms != 0 && now >= ln->redial_mono_ms) ||
		    (ln->dealer == NULL && alone && now >= ln->alone_since_ms + PATIENCE_MS))
			(void)line_dial(ln); /* ERR_IO: tried again at the next turn of the timer */
	}
	if (again)
		loop_timer_start(t->timer, REDIAL_MS);
}

static enum err router_open(struct transport *t, unsigned tries)
{
	const struct timespec pause = {0, 10000000};

	t->router = make_server(t);
	while (t->router != NULL && zmq_bind(t->router, t->listen) != 0) {
		if (--tries == 0)
			return ERR_IO;
		(void)nanosleep(&pause, NULL); /* the one before is still closing */
	}
	return t->router == NULL ? ERR_IO : zsock_add(t->hub, &t->zr, t->router, on_router, t);
}

/* A ROUTER cannot close one connection: to cut off a partner that dialled us the socket is made anew.
 * The others are back in a moment, through ZAP. */
static enum err router_renew(struct transport *t)
{
	if (t->router == NULL)
		return ERR_OK;
	for (size_t i = 1; i <= LIMIT_PEERS; i++) {
		struct line *ln = t->lines[i];

		if (ln != NULL && ln->route_len != 0 && !ln->dealer_up)
			line_down(ln);
		if (ln != NULL)
			ln->route_len = 0;
	}
	zsock_remove(t->zr);
	(void)zmq_unbind(t->router, t->listen);
	(void)zmq_close(t->router);
	return router_open(t, RENEW_TRIES);
}

/* ---- the outside ---- */

enum err transport_prepare(void **context)
{
	*context = zmq_ctx_new();
	if (*context == NULL)
		return ERR_NOMEM;
	return zmq_ctx_set(*context, ZMQ_MAX_SOCKETS, 4 * LIMIT_PEERS + 64) == 0 ? ERR_OK
										 : ERR_NOMEM;
}

enum err transport_open(struct loop *l, struct transport **out, const struct transport_options *opt,
			const struct transport_calls *calls)
{
	struct transport *t = calloc(1, sizeof *t);
	char zpub[41], zsec[41];
	enum err rc = ERR_IO;

	if (t == NULL)
		return ERR_NOMEM;
	t->loop = l;
	t->calls = *calls;
	memcpy(t->sec, opt->secret, 32);
	t->ctx = opt->context;
	if (zmq_z85_encode(zsec, t->sec, 32) == NULL || zmq_curve_public(zpub, zsec) != 0 ||
	    zmq_z85_decode(t->pub, zpub) == NULL)
		return ERR_IO; /* the process ends; nothing to undo */
	explicit_bzero(zsec, sizeof zsec);
	rc = opt->no_zap ? ERR_OK : zap_open(&t->zap, t->ctx, lookup, t);
	if (rc == ERR_OK)
		rc = self_test(t);
	if (rc == ERR_OK)
		rc = zhub_create(l, &t->hub);
	if (rc == ERR_OK && t->zap != NULL)
		rc = zsock_add(t->hub, &t->zz, zap_socket(t->zap), on_zap, t);
	if (rc == ERR_OK)
		rc = loop_timer_create(l, &t->timer, on_timer, t);
	if (rc != ERR_OK)
		return rc;
	if (strlen(opt->listen) > LIMIT_ENDPOINT)
		return ERR_LIMIT;
	memcpy(t->listen, opt->listen, strlen(opt->listen) + 1);
	if (t->listen[0] != '\0')
		rc = router_open(t, 1);
	loop_timer_start(t->timer, REDIAL_MS);
	*out = t;
	return rc;
}

/* A new address alone is no reason to hang up: what is said on the line that is there may be the news of it. */
static void line_update(struct line *ln, const struct transport_peer *p)
{
	if (strcmp(ln->p.address, p->address) != 0 && ln->dealer != NULL) {
		ln->moved = true;
		if (!ln->dealer_up) {
			ln->redial_mono_ms = clock_mono_ms();
			loop_timer_start(ln->owner->timer, 0);
		}
	}
	ln->p = *p;
}

static enum err line_add(struct transport *t, const struct transport_peer *p)
{
	struct line *ln = calloc(1, sizeof *ln);

	if (ln == NULL)
		return ERR_NOMEM;
	ln->owner = t;
	ln->p = *p;
	ln->alone_since_ms = clock_mono_ms();
	t->lines[p->no] = ln;
	loop_timer_start(t->timer, REDIAL_MS);
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
		if (t->lines[p->no] != NULL)
			line_free(t->lines[p->no]);
		rc = line_add(t, p);
	}
	for (size_t i = 1; i <= LIMIT_PEERS; i++)
		if (t->lines[i] != NULL && !keep[i]) {
			cut = cut || t->lines[i]->route_len != 0;
			line_free(t->lines[i]);
		}
	return rc == ERR_OK && cut ? router_renew(t) : rc;
}

static bool send_routed(struct transport *t, struct line *ln, struct span bytes)
{
	bool ok = zmq_send(t->router, ln->route, ln->route_len, ZMQ_DONTWAIT | ZMQ_SNDMORE) >= 0 &&
		  zmq_send(t->router, bytes.p, bytes.len, ZMQ_DONTWAIT) >= 0;

	if (!ok && zmq_errno() == EHOSTUNREACH)
		line_down(ln);
	zsock_touched(t->zr);
	return ok;
}

enum err transport_send(struct transport *t, uint16_t peer, struct span bytes)
{
	struct line *ln = peer == 0 || peer > LIMIT_PEERS ? NULL : t->lines[peer];
	bool ok = false;

	if (ln == NULL)
		return ERR_BUSY;
	if (ln->dealer_up) {
		ok = zmq_send(ln->dealer, bytes.p, bytes.len, ZMQ_DONTWAIT) >= 0;
		zsock_touched(ln->zd);
	} else if (ln->route_len != 0 && t->router != NULL) {
		ok = send_routed(t, ln, bytes);
	}
	return ok ? ERR_OK : ERR_BUSY;
}

uint64_t transport_refused(const struct transport *t)
{
	return t->zap == NULL ? 0 : zap_refused(t->zap);
}

void transport_close(struct transport *t)
{
	if (t == NULL)
		return;
	for (size_t i = 1; i <= LIMIT_PEERS; i++)
		if (t->lines[i] != NULL)
			line_free(t->lines[i]);
	explicit_bzero(t->sec, sizeof t->sec);
	free(t);
}

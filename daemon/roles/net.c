/* SPDX-License-Identifier: EUPL-1.2 */
/* Network in and out.  Holds the transport key, sees sealed envelopes, parses a fixed outer header.
 * What comes in is passed on or dropped, never answered: whoever sent it sends again until it is receipted.  core says how
 * much it has read (credit); what would be more than a partner's share of that is dropped here, so that a flood ends at
 * this process and is its sender's alone. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/check.h"
#include "base/clock.h"
#include "base/endpoint.h"
#include "base/limits.h"
#include "base/log/log.h"
#include "io/ipc.h"
#include "io/newcomer/onboard.h"
#include "proto/msg.h"
#include "proto/wire.h"
#include "proto/wire_roster.h"
#include "roles/config.h"
#include "roles/roles.h"
#include "roles/sandbox.h"
#include "roles/shares.h"

enum {
	ARENA = 1024 * 1024,
	TELL_MS =
		500, /* what was refused is told core, and the log, once in a while and not each time */
};

static_assert(LIMIT_PEERS <= UINT16_MAX, "a partner has a number");
static_assert((int)ONBOARD_STATE == (int)WIRE_ONB_STATE &&
		      (int)ONBOARD_DEAD == (int)WIRE_ONB_DEAD &&
		      (int)ONBOARD_BUSY == (int)WIRE_ONB_BUSY,
	      "io, which does not see the protocol, says what a newcomer understands");

struct net {
	const struct role_options *opt;
	struct loop *loop;
	void *zmq;
	struct ipc *core;
	struct transport *transport;
	size_t files; /* descriptors that this process may have */
	struct onboard *onboard;
	char listen[LIMIT_ENDPOINT + 1];
	struct arena arena;
	struct id16 fed_id;
	struct id32 node_id;
	struct shares shares;
	struct loop_timer *tell; /* started by the first refusal */
	uint64_t dropped;
	struct transport_peer *peers; /* LIMIT_PEERS; of a setup while it comes in */
	size_t peer_count;
};

static void on_up(void *ctx, uint16_t peer)
{
	struct net *n = ctx;

	log_write(LOG_NOTICE, LOG_PEER_UP, "peer=%u", peer);
	/* Only memory can be wanting here. A net that forgot to tell would leave core with a wrong
	 * picture: it ends and is started again. */
	if (ipc_put(n->core, IPC_PEER_UP, peer, span_of(NULL, 0)) != ERR_OK)
		loop_stop(n->loop, ROLES_FAILED);
}

static void on_down(void *ctx, uint16_t peer)
{
	struct net *n = ctx;

	log_write(LOG_NOTICE, LOG_PEER_DOWN, "peer=%u", peer);
	if (ipc_put(n->core, IPC_PEER_DOWN, peer, span_of(NULL, 0)) != ERR_OK)
		loop_stop(n->loop, ROLES_FAILED);
}

/* Whether we listen, for `kring status` and the journal; 0: we do. */
static void on_listening(void *ctx, int error)
{
	struct net *n = ctx;
	const struct endpoint_trouble *why = endpoint_trouble(error);
	uint8_t b[4];

	if (error == 0)
		log_write(LOG_NOTICE, LOG_LISTENING, "listen=%s", n->listen);
	else
		log_write(LOG_ERROR, LOG_FAILED,
			  "step=listen listen=%s errno=%d why=\"%s\" do=\"%s\"", n->listen, error,
			  why->what, why->remedy);
	be32_put(b, (uint32_t)error);
	if (ipc_put(n->core, IPC_LISTENING, 0, span_of(b, sizeof b)) != ERR_OK)
		loop_stop(n->loop, ROLES_FAILED);
}

/* Magic, version, suite, exact length, federation, recipient, life time: nothing else is looked at. */
static bool acceptable(const struct net *n, struct span s)
{
	struct wire_envelope e;
	struct wire_prekey k;
	const uint64_t now_s = (uint64_t)((int64_t)(clock_wall_ms() / 1000) +
					  roles_clock_offset_s(n->opt));

	/* Signatures are core's to check: this process has no key of any partner but those of the
	 * transport. */
	if (s.len == WIRE_PREKEY_LEN)
		return wire_prekey_get(s, &k) == ERR_OK && id16_equal(&k.fed_id, &n->fed_id);
	return wire_envelope_get(s, &e) == ERR_OK && id16_equal(&e.fed_id, &n->fed_id) &&
	       id32_equal(&e.recipient, &n->node_id) && e.not_after_s > now_s &&
	       e.not_after_s <= now_s + LIMIT_ENVELOPE_TTL_S + 3600 + LIMIT_CLOCK_SKEW_S;
}

/* Counted for `kring status`. */
static void refused(struct net *n, uint16_t peer, enum ipc_cause cause)
{
	if (!n->shares.any)
		loop_timer_start(n->tell, TELL_MS);
	shares_refused(&n->shares, peer, cause);
}

static void on_tell(void *ctx)
{
	struct net *n = ctx;

	log_tell();
	if (shares_tell(&n->shares, n->core) != ERR_OK)
		loop_stop(n->loop, ROLES_FAILED);
}

static void on_refused(void *ctx, uint16_t peer, enum transport_cause cause)
{
	static const enum ipc_cause causes[] = {[TRANSPORT_LINES] = IPC_CAUSE_LINES,
						[TRANSPORT_STRANGERS] = IPC_CAUSE_STRANGERS,
						[TRANSPORT_SHUT] = IPC_CAUSE_SHUT};

	require((size_t)cause < sizeof causes / sizeof causes[0]);
	refused(ctx, peer, causes[cause]);
	log_write(LOG_NOTICE, LOG_PEER_REFUSED, "peer=%u cause=%d", peer, (int)cause);
}

static void on_message(void *ctx, uint16_t peer, struct span bytes)
{
	struct net *n = ctx;

	if (!acceptable(n, bytes)) {
		n->dropped++;
		refused(n, peer, IPC_CAUSE_FORM);
		log_write(LOG_WARN, LOG_ENVELOPE_DROPPED, "peer=%u len=%zu total=%llu", peer,
			  bytes.len, (unsigned long long)n->dropped);
		return;
	}
	if (!shares_take(&n->shares, peer, bytes.len)) {
		const enum ipc_cause cause = shares_cause(&n->shares, peer);

		refused(n, cause == IPC_CAUSE_CROWD ? 0 : peer, cause);
		log_write(LOG_WARN, LOG_CREDIT_DROPPED, "peer=%u", peer);
		return; /* everything is sent again until it is receipted */
	}
	/* All that this process can tell about it. */
	log_write(LOG_INFO, LOG_ENVELOPE_IN, "peer=%u len=%zu", peer, bytes.len);
	if (ipc_put(n->core, IPC_MESSAGE, peer, bytes) != ERR_OK)
		loop_stop(n->loop, ROLES_FAILED);
}

static void copy32(struct id32 *to, struct span s)
{
	/* Another length leaves zeros, which are nobody's key: such a partner simply never connects. */
	if (s.len == sizeof to->b)
		memcpy(to->b, s.p, sizeof to->b);
}

static enum err open_transport(struct net *n, const struct msg *setup)
{
	const struct transport_calls calls = {on_up,	    on_down,	on_message,
					      on_listening, on_refused, n};
	const struct span sec = msg_bytes(setup, NET_SETUP_TRANSPORT_SEC);
	const struct transport_options o = {
		.context = n->zmq,
		.secret = sec.p,
		.listen = msg_text(setup, NET_SETUP_LISTEN),
		.files = n->files,
		.no_zap = n->opt->no_zap,
	};
	const struct span fed = msg_bytes(setup, NET_SETUP_FED_ID);
	enum err rc;

	/* core's own words, and held against their form all the same: this process trusts nobody's
	 * lengths. */
	if (sec.len != 32 || fed.len != 16)
		return ERR_MALFORMED;
	memcpy(n->fed_id.b, fed.p, 16);
	copy32(&n->node_id, msg_bytes(setup, NET_SETUP_NODE_ID));
	(void)snprintf(n->listen, sizeof n->listen, "%s", o.listen);
	rc = transport_open(n->loop, &n->transport, &o, &calls);
	if (rc == ERR_DENIED || rc == ERR_BUSY)
		/* The reason goes to core before this process ends, so that kring status can tell it. */
		on_listening(n, rc == ERR_BUSY ? ENDPOINT_NO_LOOPBACK : ENDPOINT_SELFTEST);
	return rc;
}

static enum err set_peers(struct net *n, const struct msg *setup)
{
	const size_t count = msg_count(setup, NET_SETUP_PEERS);
	enum err rc;

	for (size_t i = 0; i < count; i++) {
		const struct msg *m = msg_at(setup, NET_SETUP_PEERS, i);
		struct transport_peer *p = &n->peers[n->peer_count];

		require(n->peer_count <= LIMIT_PEERS);
		if (n->peer_count == LIMIT_PEERS)
			return ERR_LIMIT;
		n->peer_count++;
		p->no = (uint16_t)msg_u64(m, NET_PEER_PEER);
		copy32(&p->key, msg_bytes(m, NET_PEER_TRANSPORT_PUB));
		(void)snprintf(p->address, sizeof p->address, "%s", msg_text(m, NET_PEER_ADDRESS));
		p->dial_first = msg_u64(m, NET_PEER_DIAL_FIRST) != 0;
	}
	if (msg_u64(setup, NET_SETUP_MORE) != 0)
		return ERR_OK; /* the list is not whole yet */
	rc = transport_peers(n->transport, n->peers, n->peer_count);
	n->peer_count = 0;
	return rc;
}

/* What strangers say is of a few lengths and takes little room: partners have the rest. */
static enum onboard_taken on_newcomer(void *ctx, uint16_t line, struct span bytes)
{
	struct net *n = ctx;

	if (!wire_onboard_question(bytes))
		return ONBOARD_NONSENSE;
	/* all newcomers together have one share */
	if (!shares_take(&n->shares, 0, bytes.len))
		return ONBOARD_LATER;
	if (ipc_put(n->core, IPC_ONBOARD, line, bytes) != ERR_OK)
		loop_stop(n->loop, ROLES_FAILED);
	return ONBOARD_TAKEN;
}

/* Whoever invites is told at once whether a newcomer could come, and who knocked without being invited.  An address that
 * cannot be bound costs the invite, not the node. */
static void on_door(void *ctx, const struct onboard_door *d)
{
	struct net *n = ctx;
	uint8_t b[16 + LIMIT_ENDPOINT];
	struct wr w = wr_of(b, sizeof b);

	wr_u32(&w, (uint32_t)d->error);
	wr_u32(&w, d->strangers);
	wr_u32(&w, d->turned_away);
	wr_u32(&w, d->told_to_wait);
	wr_put(&w, d->at, strlen(d->at));
	require(!w.over);
	if (d->error != 0)
		log_write(LOG_ERROR, LOG_FAILED, "step=onboard listen=%s why=\"%s\"", d->at,
			  endpoint_trouble(d->error)->what);
	if (ipc_put(n->core, IPC_DOOR, 0, wr_span(&w)) != ERR_OK)
		loop_stop(n->loop, ROLES_FAILED);
}

/* Off unless invites are open. */
static enum err set_onboard(struct net *n, const struct msg *setup)
{
	const struct onboard_calls calls = {on_newcomer, on_door, n};
	const char *at[LIMIT_ONBOARD_DOORS];
	size_t count = msg_count(setup, NET_SETUP_ONBOARD);
	enum err rc = ERR_OK;

	if (n->onboard == NULL)
		rc = onboard_create(n->loop, n->transport, &n->onboard, &calls);
	if (rc != ERR_OK)
		return rc;
	count = count < LIMIT_ONBOARD_DOORS ? count : LIMIT_ONBOARD_DOORS;
	for (size_t i = 0; i < count; i++)
		at[i] = msg_text_at(setup, NET_SETUP_ONBOARD, i);
	onboard_set(n->onboard, at, count);
	return ERR_OK;
}

static void on_setup(struct net *n, struct span bytes)
{
	struct err_text why = {""};
	struct msg *setup;
	enum err rc = msg_parse(&n->arena, MSG_NET_SETUP, bytes, &setup, &why);

	if (rc == ERR_OK && n->transport == NULL)
		rc = open_transport(n, setup);
	if (rc == ERR_OK)
		rc = set_peers(n, setup);
	if (rc == ERR_OK && msg_u64(setup, NET_SETUP_MORE) == 0)
		rc = set_onboard(n, setup);
	/* It held the transport key of the setup; reset wipes. */
	arena_reset(&n->arena);
	if (rc != ERR_OK) {
		log_write(LOG_ERROR, LOG_FAILED, "step=setup err=\"%s\"", err_text(rc));
		ipc_flush(n->core); /* what core was told of it */
		loop_stop(n->loop, ROLES_FAILED);
	}
}

/* The session comes first; zeros: whoever asked proved nothing. */
static void on_answer(struct net *n, uint16_t line, struct span bytes)
{
	static const struct id16 none = {{0}};
	struct id16 session;

	memcpy(session.b, bytes.p, sizeof session.b);
	onboard_answer(n->onboard, line, id16_equal(&session, &none) ? NULL : &session,
		       span_of(bytes.p + 16, bytes.len - 16));
}

static void on_record(void *ctx, uint8_t type, uint16_t peer, struct span bytes)
{
	struct net *n = ctx;

	if (type == IPC_SETUP) {
		on_setup(n, bytes);
	} else if (type == IPC_SEND && n->transport != NULL) {
		if (transport_send(n->transport, peer, bytes) != ERR_OK)
			log_write(LOG_DEBUG, LOG_ENVELOPE_DROPPED, "peer=%u out=1", peer);
	} else if (type == IPC_DIAL && n->transport != NULL && bytes.len == 1) {
		transport_dial(n->transport, peer, bytes.p[0] != 0);
	} else if (type == IPC_ONBOARD_SEND && n->onboard != NULL && bytes.len > 16) {
		on_answer(n, peer, bytes);
	} else if (type == IPC_CREDIT && bytes.len == 4) {
		shares_back(&n->shares, peer, be32_get(bytes.p));
	}
}

static void on_core_gone(void *ctx)
{
	struct net *n = ctx;

	loop_stop(n->loop, ROLES_FAILED);
}

static void on_turn_end(void *ctx)
{
	struct net *n = ctx;

	ipc_flush(n->core);
}

int net_main(const struct role_options *opt)
{
	struct net n = {.opt = opt};
	const struct ipc_calls calls = {on_record, on_core_gone, &n};
	struct err_text why = {""};
	struct config config;
	bool locked;
	int code;

	/* Read for the log level alone; where to listen comes from core, so that both have one view
	 * of it. */
	if (config_read(&config, opt->dir, opt->config, &why) != ERR_OK)
		return ROLES_CONFIG;
	log_init("net", (enum log_level)config.log_level);
	n.files = sandbox_files(SANDBOX_NET); /* asked for now: behind the sandbox nobody tells */
	n.peers = calloc(LIMIT_PEERS, sizeof *n.peers);
	locked = sandbox_lock_memory(); /* before anything that is worth it comes */
	if (n.peers == NULL || sandbox_begin(&why) != ERR_OK ||
	    arena_create(&n.arena, ARENA) != ERR_OK || loop_create(&n.loop) != ERR_OK ||
	    loop_signals(n.loop) != ERR_OK || transport_prepare(&n.zmq) != ERR_OK ||
	    sandbox_enter(SANDBOX_NET, NULL, &why) != ERR_OK)
		return ROLES_FAILED; /* NOLINT(clang-analyzer-unix.Malloc): core fails for the same reason and reports it */
	if (loop_timer_create(n.loop, &n.tell, on_tell, &n) != ERR_OK)
		return ROLES_FAILED;
	loop_on_turn_end(n.loop, on_turn_end, &n); /* before the sockets: runs after them */
	if (ipc_open(n.loop, &n.core, ROLES_FD_PEER, &calls) != ERR_OK ||
	    (!locked && ipc_put(n.core, IPC_SWAPPABLE, 0, span_of(NULL, 0)) != ERR_OK))
		return ROLES_FAILED;
	code = loop_run(n.loop);
	onboard_free(n.onboard);
	transport_close(n.transport);
	free(n.peers);
	return code;
}

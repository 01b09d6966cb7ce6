/* SPDX-License-Identifier: EUPL-1.2 */
/* Keys, store, domain, control socket.  No network: everything from outside comes opened by keybox. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/log.h"
#include "crypto/keyfile.h"
#include "crypto/secret.h"
#include "io/ctlsrv.h"
#include "io/fdpass.h"
#include "io/ipc.h"
#include "roles/cipher.h"
#include "roles/config.h"
#include "roles/engine.h"
#include "roles/nodedir.h"
#include "roles/prekeys.h"
#include "roles/roles.h"
#include "roles/rosterfile.h"
#include "roles/sandbox.h"
#include "roles/unlock.h"

enum { HOUR_MS = 3600000, TICK_MIN_MS = 10, TICK_MAX_MS = 60000 };

struct core {
	const struct role_options *opt;
	struct config config;
	struct loop *loop;
	struct loop_timer *tick, *hourly;
	struct keybox *keybox;
	struct keyfile_state state;
	struct record_cipher cipher;
	struct store *main, *prekeys;
	struct engine *engine;
	struct ctlsrv *ctl;
	struct ipc *net;
	uint64_t tick_at_ms; /* monotonic, when the armed tick fires; 0: none is armed */
	uint32_t consumed;   /* bytes of net's credit used since the last turn */
};

static struct node_time now_of(const struct core *c)
{
	return (struct node_time){
		(uint64_t)((int64_t)clock_wall_ms() + c->opt->clock_offset_s * 1000),
		clock_mono_ms()};
}

/* ---- net ---- */

static void send_setup(struct core *c, bool first)
{
	struct node *n = engine_node(c->engine);
	const bool member = state_peer_by_id(n, &n->node_id) !=
			    NULL; /* a newcomer dials everybody */
	struct arena a;
	struct msg *m;
	struct span bytes;
	uint8_t sec[32];

	if (c->net == NULL || arena_create(&a, LIMIT_CONTROL) != ERR_OK)
		return;
	m = msg_new(&a, MSG_NET_SETUP);
	if (first) {
		keybox_transport_secret(c->keybox, sec);
		msg_set_bytes(&a, m, NET_SETUP_TRANSPORT_SEC, span_of(sec, sizeof sec));
		secret_wipe(sec, sizeof sec);
	}
	msg_set_text(&a, m, NET_SETUP_LISTEN, c->config.listen);
	msg_set_text(&a, m, NET_SETUP_ONBOARD, n->onboard);
	msg_set_bytes(&a, m, NET_SETUP_FED_ID, span_of(n->fed_id.b, 16));
	msg_set_bytes(&a, m, NET_SETUP_NODE_ID, span_of(n->node_id.b, 32));
	for (size_t i = 0; i < n->peer_count; i++) {
		const struct peer *p = &n->peers[i];
		struct msg *row;

		if (p->self || !p->active)
			continue;
		row = msg_add(&a, m, NET_SETUP_PEERS);
		msg_set_u64(row, NET_PEER_PEER, p->no);
		msg_set_bytes(&a, row, NET_PEER_TRANSPORT_PUB, span_of(p->tk_pub.b, 32));
		msg_set_bytes(&a, row, NET_PEER_NODE_ID, span_of(p->node_id.b, 32));
		msg_set_text(&a, row, NET_PEER_ADDRESS, p->endpoint);
		msg_set_u64(row, NET_PEER_DIAL_FIRST,
			    c->config.listen[0] == '\0' || !member ||
				    memcmp(n->node_id.b, p->node_id.b, 32) < 0);
	}
	if (msg_pack(&a, m, &bytes) == ERR_OK && ipc_put(c->net, IPC_SETUP, 0, bytes) != ERR_OK)
		loop_stop(c->loop, ROLES_FAILED);
	arena_free(&a);
}

static void push(struct core *c, const struct event *ev)
{
	if (engine_push(c->engine, ev) != ERR_OK)
		log_write(LOG_WARN, LOG_CREDIT_DROPPED, "event=%d", (int)ev->type);
}

static void on_record(void *ctx, uint8_t type, uint16_t peer, struct span bytes)
{
	struct core *c = ctx;
	struct event ev = {.peer = peer};
	const struct node_time now = now_of(c);
	enum err rc;

	switch (type) {
	case IPC_PEER_UP:
		if (engine_peer_up(c->engine, peer, &now) != ERR_OK)
			log_write(LOG_WARN, LOG_CREDIT_DROPPED, "peer=%u up=1", peer);
		break;
	case IPC_PEER_DOWN:
		if (engine_peer_down(c->engine, peer) != ERR_OK)
			log_write(LOG_WARN, LOG_CREDIT_DROPPED, "peer=%u up=0", peer);
		break;
	case IPC_ONBOARD:
		c->consumed += (uint32_t)bytes.len;
		ev.type = EVENT_ONBOARD;
		ev.bytes = bytes;
		push(c, &ev);
		break;
	case IPC_MESSAGE:
		c->consumed += (uint32_t)bytes.len;
		rc = engine_push_message(c->engine, peer, bytes, &now);
		if (rc != ERR_OK)
			log_write(LOG_WARN, LOG_FRAME_REFUSED, "peer=%u err=\"%s\"", peer,
				  err_text(rc));
		break;
	default:
		break;
	}
}

/* All connections were net's. */
static void on_net_gone(void *ctx)
{
	struct core *c = ctx;
	const struct node *n = engine_node(c->engine);

	ipc_close(c->net);
	c->net = NULL;
	for (uint16_t i = 1; i <= n->peer_count; i++)
		if (engine_peer_down(c->engine, i) != ERR_OK)
			log_write(LOG_WARN, LOG_CREDIT_DROPPED, "peer=%u up=0", i);
}

static void on_new_net(void *ctx, int fd)
{
	struct core *c = ctx;
	const struct ipc_calls calls = {on_record, on_net_gone, c};

	if (c->net != NULL)
		on_net_gone(c);
	if (ipc_open(c->loop, &c->net, fd, &calls) != ERR_OK) {
		c->net = NULL;
		return;
	}
	send_setup(c, true);
}

static void on_supervisor_gone(void *ctx)
{
	struct core *c = ctx;

	loop_stop(c->loop, ROLES_FAILED);
}

/* ---- control, effects ---- */

static void on_request(void *ctx, uint64_t client, uint32_t uid, struct span bytes)
{
	struct core *c = ctx;

	push(c,
	     &(struct event){.type = EVENT_REQUEST, .client = client, .uid = uid, .bytes = bytes});
}

static void on_reply(void *ctx, uint64_t client, struct span bytes)
{
	struct core *c = ctx;

	ctlsrv_reply(c->ctl, client, bytes);
}

static void on_envelope(void *ctx, uint16_t peer, struct span bytes)
{
	struct core *c = ctx;

	if (c->net != NULL && ipc_put(c->net, IPC_SEND, peer, bytes) != ERR_OK)
		log_write(LOG_WARN, LOG_CREDIT_DROPPED, "peer=%u", peer);
}

static void on_onboard(void *ctx, uint16_t line, struct span bytes)
{
	struct core *c = ctx;

	if (c->net != NULL && ipc_put(c->net, IPC_ONBOARD_SEND, line, bytes) != ERR_OK)
		log_write(LOG_WARN, LOG_CREDIT_DROPPED, "line=%u", line);
}

/* The highest entry seen is also kept outside the database, so that a rolled-back one is noticed. */
static void keep_roster_seq(struct core *c)
{
	const uint64_t seq = engine_node(c->engine)->roster_seq;

	if (seq <= c->state.roster_seq_max)
		return;
	c->state.roster_seq_max = seq;
	if (keyfile_state_write(c->config.dir, c->keybox, &c->state) != ERR_OK)
		log_write(LOG_ERROR, LOG_FAILED, "step=keyroot seq=%llu", (unsigned long long)seq);
}

static void on_members(void *ctx)
{
	struct core *c = ctx;

	keep_roster_seq(c);

	log_write(LOG_NOTICE, LOG_ROSTER_APPLIED, "seq=%llu",
		  (unsigned long long)engine_node(c->engine)->roster_seq);
	send_setup(c, false);
}

/* ---- turns ---- */

static void arm_tick(struct core *c)
{
	const struct node_time now = now_of(c);
	uint64_t wall, mono, ms = TICK_MAX_MS;

	engine_next(c->engine, &wall, &mono);
	if (wall != UINT64_MAX && (wall <= now.wall_ms || wall - now.wall_ms < ms))
		ms = wall <= now.wall_ms ? 0 : wall - now.wall_ms;
	if (mono != UINT64_MAX && (mono <= now.mono_ms || mono - now.mono_ms < ms))
		ms = mono <= now.mono_ms ? 0 : mono - now.mono_ms;
	if (ms < TICK_MIN_MS)
		ms = TICK_MIN_MS;
	/* Runs at every turn of the loop: pushing an armed tick back each time would starve it. */
	if (c->tick_at_ms != 0 && c->tick_at_ms <= now.mono_ms + ms)
		return;
	c->tick_at_ms = now.mono_ms + ms;
	loop_timer_start(c->tick, ms);
}

static void on_turn_end(void *ctx)
{
	struct core *c = ctx;
	const struct node_time now = now_of(c);
	uint8_t used[4];
	enum err rc = engine_turn(c->engine, &now);

	if (rc != ERR_OK) { /* never retry a failed commit in this process: start again from disk */
		log_write(LOG_ERROR, LOG_FAILED, "step=turn err=\"%s\"", err_text(rc));
		loop_stop(c->loop, ROLES_TRY_AGAIN);
		return;
	}
	if (c->net != NULL) {
		be32_put(used, c->consumed);
		if (c->consumed != 0 &&
		    ipc_put(c->net, IPC_CREDIT, 0, span_of(used, sizeof used)) != ERR_OK)
			loop_stop(c->loop, ROLES_FAILED);
		c->consumed = 0;
		ipc_flush(c->net);
	}
	arm_tick(c);
}

static void on_tick(void *ctx)
{
	struct core *c = ctx;

	c->tick_at_ms = 0;
	push(c, &(struct event){.type = EVENT_TICK});
}

static void on_hour(void *ctx)
{
	struct core *c = ctx;
	uint8_t record[WIRE_PREKEY_LEN];
	bool changed;

	if (prekeys_turn_over(c->prekeys, c->keybox, now_of(c).wall_ms / 1000, record, &changed) ==
		    ERR_OK &&
	    changed)
		node_set_prekey(engine_node(c->engine), record);
	loop_timer_start(c->hourly, HOUR_MS);
}

/* ---- start ---- */

static enum err open_stores(struct core *c)
{
	char path[CONFIG_PATH_MAX + 16];
	struct store_options o = {.path = path, .cipher = &c->cipher};
	enum err rc;

	cipher_fill(&c->cipher, c->keybox);
	(void)snprintf(path, sizeof path, "%s/main", c->config.dir);
	rc = store_open(&c->main, &o);
	if (rc != ERR_OK)
		return rc;
	(void)snprintf(path, sizeof path, "%s/prekeys", c->config.dir);
	return store_open(&c->prekeys, &o);
}

/* What the administrator put beside the store: roster entries not yet in it, and our own record. */
static enum err read_words(struct core *c)
{
	const struct node_time now = now_of(c);
	uint8_t record[WIRE_NODE_CARRIED_MAX];
	struct rosterfile f = {.bytes = NULL};
	struct err_text why;
	struct span carried;
	char path[CONFIG_PATH_MAX + 32];
	size_t at = 0, len = 0;
	enum err rc = ERR_OK;

	if (nodedir_path(path, sizeof path, c->config.dir, "roster") &&
	    rosterfile_read(path, &f, &why) == ERR_OK) {
		while (rc == ERR_OK && rosterfile_next(&f, &at, &carried)) {
			push(c, &(struct event){.type = EVENT_ROSTER, .bytes = carried});
			rc = engine_turn(c->engine, &now);
		}
	}
	rosterfile_free(&f);
	if (rc == ERR_OK && nodedir_path(path, sizeof path, c->config.dir, "record") &&
	    keyfile_read_file(path, record, sizeof record, &len) == ERR_OK)
		push(c, &(struct event){.type = EVENT_RECORD, .bytes = span_of(record, len)});
	return rc == ERR_OK ? engine_turn(c->engine, &now) : rc;
}

static enum err start_node(struct core *c)
{
	const struct inception *in = keybox_inception(c->keybox);
	const struct node_identity who = {.fed_id = in->fed_id,
					  .node_id = keybox_node_id(c->keybox),
					  .nk_pub = keybox_signing_pub(c->keybox),
					  .key_seq = keybox_key_seq(c->keybox),
					  .incarnation_no = c->state.incarnation_no,
					  .roster_floor = c->state.roster_seq_max};
	struct engine_parts parts = {.keybox = c->keybox,
				     .calls = {on_reply, on_envelope, on_members, on_onboard, c}};
	const struct node_time now = now_of(c);
	uint8_t record[WIRE_PREKEY_LEN];
	enum err rc = open_stores(c);

	if (rc == ERR_OK)
		rc = prekeys_start(c->prekeys, c->keybox, now.wall_ms / 1000, record);
	if (rc == ERR_OK)
		rc = node_create(&parts.node, &who, now.mono_ms);
	if (rc != ERR_OK)
		return rc;
	node_set_prekey(parts.node, record);
	parts.store = c->main;
	rc = engine_create(&c->engine, &parts);
	if (rc == ERR_OK)
		rc = engine_reload(c->engine, &now, true);
	return rc == ERR_OK ? read_words(c) : rc;
}

static enum err start_io(struct core *c)
{
	const struct fdpass_calls line = {on_new_net, on_supervisor_gone, c};
	char path[CONFIG_PATH_MAX + 16];
	enum err rc;

	(void)snprintf(path, sizeof path, "%s/core.sock", c->config.dir);
	rc = ctlsrv_open(c->loop, &c->ctl, path, on_request, c);
	if (rc == ERR_OK)
		rc = fdpass_listen(c->loop, ROLES_FD_SUPERVISOR, &line);
	if (rc == ERR_OK)
		rc = loop_timer_create(c->loop, &c->tick, on_tick, c);
	if (rc == ERR_OK)
		rc = loop_timer_create(c->loop, &c->hourly, on_hour, c);
	if (rc != ERR_OK)
		return rc;
	loop_timer_start(c->hourly, HOUR_MS);
	loop_on_turn_end(c->loop, on_turn_end, c);
	return ERR_OK;
}

int core_main(const struct role_options *opt)
{
	struct core c = {.opt = opt};
	struct err_text why = {""};
	const char *step = "config";
	enum err rc = config_read(&c.config, opt->dir, opt->config, &why);
	int code;

	log_init("core", config_log_level(&c.config));
	(void)close(ROLES_FD_PEER); /* the first socketpair; the real one comes over the line */
	if (rc == ERR_OK) {
		step = "unlock";
		rc = secret_init();
	}
	if (rc == ERR_OK)
		rc = unlock_open(&c.config, opt->passphrase_file, &c.keybox, &c.state, &why);
	if (rc == ERR_OK)
		rc = loop_create(&c.loop);
	if (rc == ERR_OK)
		rc = loop_signals(c.loop);
	if (rc == ERR_OK) {
		step = "store";
		rc = start_node(&c);
	}
	if (rc == ERR_OK) {
		step = "sockets";
		rc = start_io(&c);
	}
	if (rc == ERR_OK)
		rc = sandbox_enter(SANDBOX_CORE);
	if (rc != ERR_OK) {
		log_write(LOG_ERROR, LOG_FAILED, "step=%s err=\"%s\" why=\"%s\"", step,
			  err_text(rc), why.text);
		return rc == ERR_BUSY || rc == ERR_FULL || rc == ERR_NOMEM ? ROLES_FAILED
									   : ROLES_CONFIG;
	}
	log_write(LOG_NOTICE, LOG_STARTED, "members=%zu", engine_node(c.engine)->peer_count);
	code = loop_run(c.loop);
	ctlsrv_close(c.ctl);
	store_close(c.main);
	store_close(c.prekeys);
	keybox_free(c.keybox);
	return code;
}

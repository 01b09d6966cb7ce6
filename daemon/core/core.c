/* SPDX-License-Identifier: EUPL-1.2 */
/* Keys, store, domain, control socket.  No network: everything from outside comes over net's line, sealed to our keys.
 * core outlives net (the supervisor sends a new line) and ends when it cannot trust its store: it starts again from disk. */
#include "core/core.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cause.h"
#include "base/check.h"
#include "base/clock.h"
#include "base/endpoint.h"
#include "base/log/log.h"
#include "core/control/alone.h"
#include "core/control/hashing.h"
#include "core/control/screens.h"
#include "core/control/watchers.h"
#include "core/disk/fetched.h"
#include "core/disk/prekeys.h"
#include "core/disk/resting.h"
#include "core/disk/settings.h"
#include "core/disk/space.h"
#include "core/disk/unlock.h"
#include "core/netsetup.h"
#include "core/opened.h"
#include "core/ownrecord.h"
#include "core/serving.h"
#include "crypto/foreign.h"
#include "crypto/secret.h"
#include "domain/desk/table.h"
#include "domain/newcomer/door.h"
#include "io/ctlsrv.h"
#include "io/fdpass.h"
#include "io/ipc.h"
#include "io/notify.h"
#include "roles/causes.h"
#include "roles/config.h"
#include "roles/sandbox.h"
#include "roles/socketfile.h"

enum {
	HOUR_MS = 3600000,   /* prekeys and checkpoints */
	TICK_MIN_MS = 10,    /* or a timer that is due would never let go */
	TICK_MAX_MS = 60000, /* the wall clock may be set meanwhile */
	ENDING_MS = 300,     /* the reply leaves first */
	LOOKED_INTO = 4096   /* longer requests are not parsed twice */
};

struct core {
	const struct role_options *opt;
	struct config config;
	struct loop *loop;
	struct loop_timer *tick, *hourly, *ending, *more;
	struct fetched fetched; /* the backup that somebody fetches */
	struct opened o;
	bool listened;	   /* net could, in this run */
	bool panic, moves; /* after this turn: suspend ourselves; publish a new address */
	char address[LIMIT_ENDPOINT + 1]; /* ... this one */
	int net_fd;			  /* net's line, while no keys are there to use it; -1 */
	uint32_t net_pid;		  /* has no business at the control socket */
	struct ctlsrv *ctl;
	struct ipc *net;	 /* NULL while there is none */
	uint64_t tick_at_ms;	 /* monotonic, when the armed tick fires; 0: none is armed */
	struct space_watch disk; /* how full it is */
	int dir_fd;		 /* a path cannot be opened in the sandbox */
	struct resting resting;
	struct serving *serving; /* what net handed over */
	struct watchers *watchers;
	struct hashing *hashing; /* NULL: nobody signs in by a passphrase */
	struct screens *screens; /* the line with their process */
	struct notify *notify;	 /* NULL: nobody wants to know */
};

/* Its keys are open and it runs with them.  One that could not is ending, and answers as if it were locked. */
static bool awake(const struct core *c)
{
	return c->serving != NULL;
}

static struct node_time now_of(const struct core *c)
{
	return (struct node_time){
		(uint64_t)((int64_t)clock_wall_ms() + roles_clock_offset_s(c->opt) * 1000),
		clock_mono_ms()};
}

/* ---- net ---- */

/* Whom net may speak to, and where it listens.  The transport key goes with the first one only: a net that runs has it.  A net that
 * does not know whom to refuse must not run, so a failure here ends this process. */
static void send_setup(struct core *c, bool first)
{
	const struct netsetup s = {c->net, c->o.engine, first ? c->o.keys.keybox : NULL,
				   c->config.listen};

	if (c->net != NULL && netsetup_send(&s) != ERR_OK)
		loop_stop(c->loop, ROLES_FAILED);
}

/* What cannot succeed, and never did in this run, is a start that failed; later it is an alarm, and core lives. */
static void on_listening(struct core *c, int error)
{
	const struct endpoint_trouble *why = endpoint_trouble(error);

	c->listened = c->listened || error == 0;
	node_set_listening(engine_node(c->o.engine), c->config.listen, error, now_of(c).wall_ms);
	if (error != 0 && why->lasting && !c->listened)
		loop_stop(c->loop, ROLES_CONFIG);
}

static void on_door(struct core *c, struct span bytes)
{
	struct node_door d;

	if (netsetup_door(bytes, &d))
		door_said(engine_node(c->o.engine), &d);
}

static void on_record(void *ctx, uint8_t type, uint16_t peer, struct span bytes)
{
	struct core *c = ctx;

	require(awake(c)); /* net's line is opened after the rest */
	if (type == IPC_LISTENING && bytes.len == 4)
		on_listening(c, (int)be32_get(bytes.p));
	else if (type == IPC_DOOR)
		on_door(c, bytes);
	else if (type == IPC_SWAPPABLE)
		opened_swappable(&c->o);
	else
		serving_record(c->serving, type, peer, bytes);
}

/* All connections were net's.  Each partner is told to be down, so that its keys go and what was under way is sent again. */
static void on_net_gone(void *ctx)
{
	struct core *c = ctx;
	const struct node *n = engine_node(c->o.engine);

	require(c->net != NULL);
	ipc_close(c->net);
	c->net = NULL;
	serving_net_gone(c->serving);
	on_listening(c, ENDPOINT_NO_NET);
	door_unsaid(engine_node(c->o.engine));
	for (uint16_t i = 1; i <= n->peer_count; i++)
		if (engine_peer_down(c->o.engine, i) != ERR_OK)
			log_write(LOG_WARN, LOG_CREDIT_DROPPED, "peer=%u up=0", i);
}

static void settings_judged(const struct core *c, bool taken, bool later)
{
	if (c->o.engine != NULL) /* a locked node has nobody to show it to */
		node_settings_judged(engine_node(c->o.engine), now_of(c).wall_ms, taken, later);
}

/* Where to listen goes to net when it starts: the supervisor starts it again when that changed. */
static void on_settings(struct core *c, int fd)
{
	struct node_settings s;
	unsigned later = 0;

	if (settings_take(&c->config, fd, c->o.words, &later)) {
		s = settings_of(&c->config);
		log_init("core", (enum log_level)c->config.log_level);
		if (c->o.engine != NULL)
			node_set_settings(engine_node(c->o.engine), &s);
	}
	(void)close(fd);
	settings_judged(c, true, later > 0);
}

/* The supervisor hands over a descriptor and says what it is: settings, the line of the screens, or a net that was just started. */
static void on_new_net(void *ctx, int fd, uint32_t pid)
{
	struct core *c = ctx;
	const struct ipc_calls calls = {on_record, on_net_gone, c};

	if (pid == FDPASS_SETTINGS || pid == FDPASS_SCREENS) {
		if (pid == FDPASS_SETTINGS)
			on_settings(c, fd);
		else
			screens_connect(c->screens, fd);
		return;
	}
	if (pid == FDPASS_REFUSED) {
		(void)close(fd);
		settings_judged(c, false, false);
		return;
	}
	c->net_pid = pid;
	ctlsrv_shut_out(c->ctl, pid); /* also while the node is locked */
	if (!awake(c)) {	      /* locked: net waits, without a key and without a socket */
		if (c->net_fd >= 0)
			(void)close(c->net_fd);
		c->net_fd = fd;
		return;
	}
	if (c->net != NULL)
		on_net_gone(c);
	if (ipc_open(c->loop, &c->net, fd, &calls) != ERR_OK) {
		c->net = NULL;
		return;
	}
	send_setup(c, true);
}

/* Nobody would start net again, or take this process down: the service manager begins anew with all of them. */
static void on_supervisor_gone(void *ctx)
{
	struct core *c = ctx;

	loop_stop(c->loop, ROLES_FAILED);
}

/* ---- control, effects ---- */

static void answer(struct core *c, uint64_t client, struct span bytes)
{
	if (screens_client(client)) {
		watchers_catch_up(c->watchers);
		screens_answer(c->screens, client, bytes);
	} else
		ctlsrv_reply(c->ctl, client, bytes);
}

/* An answer without a turn: in memory of its own, because the engine's may be what is full, or locked. */
static void answer_alone(struct core *c, uint64_t client, const char *error, enum refusal code,
			 const struct err_text *why)
{
	struct arena a;
	struct span bytes;

	if (arena_create(&a, LIMIT_CONTROL) != ERR_OK)
		return;
	if (alone_pack(&a, &(struct alone){error, code, why, !awake(c)}, &bytes) == ERR_OK)
		answer(c, client, bytes);
	arena_free(&a);
}

static void on_locked_request(struct core *c, uint64_t client, struct span bytes);
static bool backup_request(struct core *c, uint64_t client, uint32_t uid, struct span bytes);

/* Who may not watch is answered by the domain, which says why; who may, again and again, by core. */
static bool may(const struct core *c, uint32_t uid, unsigned field)
{
	return table_allows(&engine_node(c->o.engine)->rights, uid, now_of(c).wall_ms, field);
}

/* Names are given and end while lines stay open.  After each commit the table of rights is read again (node_turn_end), so that this is
 * asked of what holds now. */
static bool may_watch(void *ctx, const struct watchers_who *who)
{
	const struct core *c = ctx;
	const struct node *n = engine_node(c->o.engine);
	const struct node_time now = now_of(c);

	require(awake(c) && n != NULL);
	if (!who->brought)
		return may(c, who->uid, REQUEST_WATCH);
	return rights_keeper(&n->rights, who->uid) &&
	       table_allows_session(n, &who->key, now.wall_ms, now.mono_ms, REQUEST_WATCH);
}

static bool watch_request(struct core *c, uint64_t client, uint32_t uid, struct span bytes)
{
	struct watchers_who who = {.uid = uid};

	if (!watchers_wanted(bytes, &who) || !may_watch(c, &who))
		return false;
	if (watchers_add(c->watchers, client, &who) != ERR_OK)
		answer_alone(c, client, "not-now", REFUSAL_TOO_MUCH_WAITING, NULL);
	return true;
}

/* What this client asks behind it waits, or it would take that answer for the one to this.  What is not looked into waits, too. */
static void hold_while_hashed(struct core *c, uint64_t client, struct span bytes)
{
	struct arena a;
	struct err_text why;
	struct msg *m;
	bool hashed = true;

	if (c->hashing == NULL)
		return;
	if (bytes.len <= LOOKED_INTO && arena_create(&a, LIMIT_CONTROL) == ERR_OK) {
		hashed = msg_parse(&a, MSG_REQUEST, bytes, &m, &why) == ERR_OK &&
			 (msg_has(m, REQUEST_LOGIN_PASSPHRASE) || msg_has(m, REQUEST_LOGIN_LINK));
		arena_free(&a);
	}
	if (hashed)
		ctlsrv_hold(c->ctl, client);
}

static void push(struct core *c, const struct event *ev)
{
	if (engine_push(c->o.engine, ev) != ERR_OK)
		answer_alone(c, ev->client, "not-now", REFUSAL_TOO_MUCH_WAITING, NULL);
}

/* The request again, with what came of it. */
static void on_hashed(void *ctx, const struct event *ev)
{
	struct core *c = ctx;

	require(awake(c) && ev->worked.len > 0);
	push(c, ev);
}

static void hash(struct core *c, const struct effect *x)
{
	if (c->hashing == NULL || hashing_add(c->hashing, x->ev, x->bytes) != ERR_OK)
		answer_alone(c, x->ev->client, "not-now", REFUSAL_TOO_MUCH_WAITING, NULL);
}

static void on_request(void *ctx, uint64_t client, uint32_t uid, struct span bytes)
{
	const struct event ev = {
		.type = EVENT_REQUEST, .client = client, .uid = uid, .bytes = bytes};
	struct core *c = ctx;

	if (bytes.p != NULL && awake(c))
		hold_while_hashed(c, client, bytes);
	if (bytes.p == NULL)
		answer_alone(c, client, "usage", REFUSAL_REQUEST_TOO_LARGE, NULL);
	else if (!awake(c))
		on_locked_request(c, client, bytes);
	else if (!backup_request(c, client, uid, bytes) && !watch_request(c, client, uid, bytes))
		push(c, &ev);
}

/* Whoever takes that process over can do what people do who are signed in there, and no more: without a session it gets nothing, and
 * it neither unlocks nor takes a backup. */
static void on_screens(void *ctx, uint64_t client, struct span bytes)
{
	struct event ev = {
		.type = EVENT_REQUEST, .client = client, .bytes = bytes, .screens = true};
	struct core *c = ctx;

	if (!awake(c)) {
		answer_alone(c, client, "not-now", REFUSAL_NODE_LOCKED, NULL);
		return;
	}
	ev.uid = engine_node(c->o.engine)->rights.own_uid;
	watchers_heard(c->watchers, ev.uid, bytes);
	push(c, &ev);
}

/* Asked before each turn of a request that goes on: who hung up is in no list of the socket any more. */
static bool on_here(void *ctx, uint64_t client)
{
	const struct core *c = ctx;

	return screens_client(client) ? screens_waits(c->screens, client)
				      : ctlsrv_unread(c->ctl, client) >= 0;
}

static void on_reply(void *ctx, uint64_t client, struct span bytes)
{
	answer(ctx, client, bytes);
}

/* What finds no room on the line to net is as if lost on the way: the partner's receipts tell, and it is sent again. */
static void on_envelope(void *ctx, uint16_t peer, struct span bytes)
{
	struct core *c = ctx;

	if (c->net != NULL && ipc_put(c->net, IPC_SEND, peer, bytes) != ERR_OK)
		log_write(LOG_WARN, LOG_CREDIT_DROPPED, "peer=%u", peer);
}

static void on_dial(void *ctx, uint16_t peer, bool silent)
{
	struct core *c = ctx;
	const uint8_t hang_up = silent;

	if (c->net != NULL && ipc_put(c->net, IPC_DIAL, peer, span_of(&hang_up, 1)) != ERR_OK)
		log_write(LOG_WARN, LOG_CREDIT_DROPPED, "peer=%u dial=1", peer);
}

static void on_onboard(void *ctx, uint16_t line, struct span bytes)
{
	struct core *c = ctx;

	if (c->net != NULL && ipc_put(c->net, IPC_ONBOARD_SEND, line, bytes) != ERR_OK)
		log_write(LOG_WARN, LOG_CREDIT_DROPPED, "line=%u", line);
}

/* Committed by now.  The number is kept beside the store as well, or an older copy of the store would bring a removed member back. */
static void on_members(void *ctx)
{
	struct core *c = ctx;

	opened_keep_roster_seq(&c->o);

	log_write(LOG_NOTICE, LOG_ROSTER_APPLIED, "seq=%llu",
		  (unsigned long long)engine_node(c->o.engine)->roster_seq);
	send_setup(c, false);
}

/* ---- keys ---- */

/* The keys a snapshot is wrapped under end with an erasure, and the snapshot with them. */
static enum err shred(struct core *c)
{
	enum err rc;

	require(c->o.engine != NULL);
	fetched_drop(&c->fetched);
	rc = erasing_now(&c->o.erasing, now_of(c).wall_ms);
	opened_tell_shred(&c->o, engine_node(c->o.engine));
	return rc;
}

/* The next piece of a backup changes nothing and is no work for the domain. */
static bool backup_request(struct core *c, uint64_t client, uint32_t uid, struct span bytes)
{
	struct arena a;
	struct span reply;
	bool ours = false;

	if (bytes.len > FETCHED_REQUEST_MAX || !may(c, uid, REQUEST_BACKUP_NEXT) ||
	    arena_create(&a, LIMIT_CONTROL) != ERR_OK)
		return false;
	ours = fetched_answer(&c->fetched, c->o.main, &a, bytes, &reply);
	if (ours)
		ctlsrv_reply(c->ctl, client, reply);
	arena_free(&a);
	return ours;
}

/* Effects that only whoever holds the keys can have.  They come before the reply they belong to. */
static enum err on_keys(void *ctx, const struct effect *x)
{
	struct core *c = ctx;
	const enum effect_type what = x->type;
	struct id16 id;
	enum err rc = ERR_OK;

	if (what == EFFECT_SHRED)
		rc = shred(c);
	if (what == EFFECT_INCARNATION)
		rc = opened_keep_incarnation(&c->o);
	if (what == EFFECT_HASH)
		hash(c, x);
	if (what == EFFECT_BACKUP)
		fetched_begin(&c->fetched, &(struct fetched_from){c->o.main, &c->o.keys, c->o.words,
								  now_of(c).wall_ms / 1000});
	if (what == EFFECT_ERASED) {
		require(x->bytes.len == sizeof id.b);
		memcpy(id.b, x->bytes.p, sizeof id.b);
		rc = erasing_add(&c->o.erasing, &id);
	}
	if (rc != ERR_OK && rc != ERR_FULL) { /* it is finished forward at the next start */
		log_write(LOG_ERROR, LOG_FAILED, "step=keys err=\"%s\"", err_text(rc));
		loop_stop(c->loop, ROLES_TRY_AGAIN);
	}
	if (what == EFFECT_LOCK)
		loop_timer_start(c->ending, ENDING_MS);
	c->panic = c->panic || what == EFFECT_PANIC;
	if (what == EFFECT_ADDRESS && x->bytes.len < sizeof c->address) {
		memcpy(c->address, x->bytes.p, x->bytes.len);
		c->address[x->bytes.len] = '\0';
		c->moves = true;
	}
	return rc;
}

static void on_ending(void *ctx)
{
	struct core *c = ctx;

	loop_stop(c->loop, ROLES_LOCKED);
}

/* We sign and publish a new node record: with another address, or, in a compromise drill, suspending ourselves; then every
 * prekey is destroyed and the keys are forgotten.  The way back is the key that was promised: kring rotate. */
static enum err say_record(struct core *c, const struct node_time *now)
{
	const struct ownrecord_change change = {.endpoint = c->moves ? c->address : NULL,
						.suspend = c->panic};
	enum err rc = ownrecord_say(c->o.engine, c->o.keys.keybox, &change, now);

	require(c->moves || c->panic);
	if (rc == ERR_OK)
		rc = ownrecord_keep(c->o.engine, c->o.record_fd);
	if (c->panic) {
		engine_node(c->o.engine)->have_prekey = false; /* announced no more */
		if (rc == ERR_OK)
			rc = prekeys_destroy_all(c->o.prekeys, &c->o.keys);
		loop_timer_start(c->ending, ENDING_MS);
	}
	/* a panic ends with the keys away, whatever could not be written: that is all of it that nothing may stop */
	if (c->panic && rc != ERR_OK)
		log_write(LOG_ERROR, LOG_FAILED, "step=panic err=\"%s\"", err_text(rc));
	rc = c->panic ? ERR_OK : rc;
	c->moves = c->panic = false;
	return rc;
}

/* ---- turns ---- */

static void arm_tick(struct core *c)
{
	const struct node_time now = now_of(c);
	uint64_t wall, mono, ms = TICK_MAX_MS;

	engine_next(c->o.engine, &wall, &mono);
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
	bool more = false;
	enum err rc;

	if (!awake(c))
		return;
	space_watch(&c->disk, c->dir_fd, engine_node(c->o.engine), now.mono_ms);
	if (c->fetched.now != NULL && store_crowded(c->o.main))
		fetched_drop(&c->fetched);
	rc = engine_turn(c->o.engine, &now); /* what people ask first */
	if (rc == ERR_OK)
		rc = serving_slice(c->serving, &more);
	if (more ||
	    engine_goes_on(
		    c->o.engine)) /* in the next round of the loop, when people were heard again */
		loop_timer_start(c->more, 0);
	if (rc == ERR_OK && (c->moves || c->panic))
		rc = say_record(c, &now);
	if (rc != ERR_OK) { /* never retry a failed commit in this process: start again from disk */
		log_write(LOG_ERROR, LOG_FAILED, "step=turn err=\"%s\"", err_text(rc));
		loop_stop(c->loop, ROLES_TRY_AGAIN);
		return;
	}
	if (c->net != NULL) {
		if (serving_credit(c->serving, c->net) != ERR_OK)
			loop_stop(c->loop, ROLES_FAILED);
		ipc_flush(c->net);
	}
	resting_turn(&c->resting);
	arm_tick(c);
}

static void on_store_broken(void *ctx)
{
	const struct core *c = ctx;

	require(c->loop != NULL && c->resting.store != NULL);
	loop_stop(c->loop, ROLES_TRY_AGAIN);
}

/* Threads begin inside the walls around files and outside the filter of calls, which then holds for them too. */
static enum err start_thread(void *ctx)
{
	struct core *c = ctx;
	enum err rc;

	require(c->o.main != NULL && c->resting.store == c->o.main);
	rc = store_thread(c->o.main);
	return rc == ERR_OK && c->config.web_passphrase != 0
		       ? hashing_start(&c->hashing, c->loop, on_hashed, c)
		       : rc;
}

static void on_more(void *ctx)
{
	(void)ctx; /* its only work is that the loop does not wait: the slice comes at the end of the turn */
}

static void on_changed(void *ctx, uint64_t tables, unsigned sides)
{
	const struct core *c = ctx;

	watchers_note(c->watchers, watchers_kinds(tables, sides));
}

static void on_spent(void *ctx, const struct event *ev, uint64_t us)
{
	const struct core *c = ctx;

	if (c->serving != NULL)
		serving_spent(c->serving, ev, us);
}

static struct node_time on_time(void *ctx)
{
	return now_of(ctx);
}

static void on_tick(void *ctx)
{
	struct core *c = ctx;

	c->tick_at_ms = 0; /* none is armed now */
	log_tell();
	opened_push(&c->o, &(struct event){.type = EVENT_TICK});
}

static void on_hour(void *ctx)
{
	struct core *c = ctx;
	uint8_t record[WIRE_PREKEY_LEN];
	bool changed;

	if (prekeys_turn_over(c->o.prekeys, &c->o.keys, now_of(c).wall_ms / 1000, record,
			      &changed) == ERR_OK &&
	    changed)
		node_set_prekey(engine_node(c->o.engine), record);
	engine_checkpoint(c->o.engine); /* partners cosign how far the log goes */
	/* Erasures of the day in one batch: each takes every case key through our hands. */
	if (erasing_due(&c->o.erasing, now_of(c).mono_ms))
		(void)on_keys(c, &(struct effect){.type = EFFECT_SHRED});
	loop_timer_start(c->hourly, HOUR_MS);
}

/* ---- start ---- */

static enum err start_io(struct core *c, struct err_text *why)
{
	const struct fdpass_calls line = {on_new_net, on_supervisor_gone, c};
	char path[PATH_MAX];
	enum err rc = loop_create(&c->loop);

	if (rc == ERR_OK)
		rc = loop_signals(c->loop);
	socketfile_path(path, sizeof path, c->config.dir);
	if (rc == ERR_OK)
		rc = ctlsrv_open(c->loop, &c->ctl,
				 &(struct ctlsrv_at){path, c->opt->staff_group, on_request, c},
				 why);
	if (rc == ERR_OK)
		rc = screens_create(c->loop, &c->screens, on_screens, c);
	if (rc == ERR_OK)
		rc = watchers_create(&c->watchers, c->loop, c->ctl, c->screens,
				     &(struct watchers_right){may_watch, c});
	if (rc == ERR_OK)
		rc = fdpass_listen(c->loop, ROLES_FD_SUPERVISOR, &line);
	if (rc == ERR_OK)
		rc = loop_timer_create(c->loop, &c->tick, on_tick, c);
	if (rc == ERR_OK)
		rc = loop_timer_create(c->loop, &c->hourly, on_hour, c);
	if (rc == ERR_OK)
		rc = loop_timer_create(c->loop, &c->ending, on_ending, c);
	if (rc == ERR_OK)
		rc = fetched_create(&c->fetched, c->loop);
	if (rc == ERR_OK)
		rc = loop_timer_create(c->loop, &c->more, on_more, c);
	if (rc == ERR_OK)
		rc = notify_create(c->loop, ROLES_FD_SUPERVISOR, &c->notify);
	if (rc == ERR_OK)
		rc = resting_create(&c->resting, c->loop);
	if (rc == ERR_OK)
		loop_on_turn_end(c->loop, on_turn_end, c);
	return rc;
}

/* With the keys in hand: store, node, timers, net; and nothing of the outside after that. */
static enum err wake(struct core *c, struct err_text *why)
{
	const struct engine_calls calls = {on_reply, on_here, on_envelope, on_members, on_onboard,
					   on_dial,  on_keys, on_spent,	   on_changed, c};
	const struct opened_from from = {&c->config, &calls, now_of(c)};
	const int fd = c->net_fd;
	enum err rc = opened_start(&c->o, &from, why);

	if (rc == ERR_OK) {
		c->dir_fd = open(c->config.dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		rc = c->dir_fd < 0 ? ERR_IO : ERR_OK;
	}
	c->resting.store = c->o.main;
	if (rc == ERR_OK)
		rc = sandbox_enter(SANDBOX_CORE,
				   &(struct sandbox_own){c->config.dir, start_thread, c}, why);
	if (rc == ERR_OK)
		rc = serving_create(&c->serving, &(struct serving_parts){c->o.engine, on_time, c});
	if (rc != ERR_OK)
		return rc;
	loop_timer_start(c->hourly, HOUR_MS);
	erasing_look(&c->o.erasing, c->loop, engine_node(c->o.engine));
	c->net_fd = -1;
	if (fd >= 0)
		on_new_net(c, fd, c->net_pid);
	log_write(LOG_NOTICE, LOG_STARTED, "members=%zu", engine_node(c->o.engine)->peer_count);
	return ERR_OK;
}

/* The secret that somebody typed; a node that cannot run with its keys ends, and is started again by the supervisor. */
static void on_unlock(struct core *c, uint64_t client, const struct msg *ask)
{
	enum refusal code = REFUSAL_UNLOCK_WRONG;
	struct err_text why = {""};
	enum err rc;

	if (c->o.keys.keybox != NULL) { /* opened a moment ago, and could not run with them */
		answer_alone(c, client, "not-now", REFUSAL_NODE_STARTS_AGAIN, NULL);
		return;
	}
	rc = unlock_typed(&c->config, msg_text(ask, UNLOCK_SECRET), &c->o.keys, &code, &why);
	if (rc == ERR_OK)
		rc = wake(c, &why);
	if (rc == ERR_OK) {
		answer_alone(c, client, NULL, REFUSAL_NONE, NULL);
		return;
	}
	if (rc == ERR_CRYPTO) {
		answer_alone(c, client, "refused", code, NULL);
		return;
	}
	if (why.text[0] == '\0')
		(void)cause_set(&why, rc, "error", FILL({"error", err_text(rc), 0}));
	answer_alone(c, client, "not-now", REFUSAL_NODE_CANNOT_RUN, &why);
	loop_stop(c->loop, ROLES_TRY_AGAIN);
}

/* What a locked node answers: its state, and the way out of it. */
static void on_locked_request(struct core *c, uint64_t client, struct span bytes)
{
	struct arena a;
	struct msg *request;
	struct err_text why;
	bool understood;

	if (arena_create(&a, LIMIT_CONTROL) != ERR_OK)
		return;
	understood = msg_parse(&a, MSG_REQUEST, bytes, &request, &why) == ERR_OK;
	if (understood && msg_has(request, REQUEST_UNLOCK))
		on_unlock(c, client, msg_get(request, REQUEST_UNLOCK));
	else if (understood &&
		 (msg_has(request, REQUEST_STATUS) || msg_has(request, REQUEST_PUBLIC_STATUS)))
		answer_alone(c, client, NULL, REFUSAL_NONE, NULL);
	else
		answer_alone(c, client, "not-now", REFUSAL_NODE_LOCKED, NULL);
	arena_free(&a); /* wiped */
}

int core_main(const struct role_options *opt)
{
	struct core c = {
		.opt = opt, .net_fd = -1, .resting = {.broken = on_store_broken, .ctx = &c}};
	struct err_text why = {""};
	const char *step = "config";
	char text[CAUSES_LEN];
	enum err rc = config_read(&c.config, opt->dir, opt->config, &why);
	bool wait = opt->locked;
	int code;

	log_init("core", (enum log_level)c.config.log_level);
	(void)close(ROLES_FD_PEER); /* the first socketpair; the real one comes over the line */
	if (rc == ERR_OK) {
		step = "sockets";
		wait = wait || (opt->passphrase_file == NULL && !unlock_unattended(&c.config));
		rc = secret_init();
	}
	if (rc == ERR_OK && !foreign_init())
		rc = ERR_CRYPTO;
	if (rc == ERR_OK)
		rc = sandbox_begin(&why);
	if (rc == ERR_OK)
		rc = start_io(&c, &why);
	if (rc == ERR_OK && !wait) {
		step = "unlock";
		rc = unlock_open(&c.config, opt->passphrase_file, &c.o.keys, &why);
	}
	if (rc == ERR_OK && !wait) {
		step = "store";
		rc = wake(&c, &why);
	}
	if (rc != ERR_OK) {
		log_write(LOG_ERROR, LOG_FAILED,
			  "step=%s err=\"%s\" why=\"%s\" see=\"kring doctor\"", step, err_text(rc),
			  causes_log(&why, text));
		return rc == ERR_BUSY || rc == ERR_FULL || rc == ERR_NOMEM ? ROLES_FAILED
									   : ROLES_CONFIG;
	}
	if (wait)
		log_write(LOG_NOTICE, LOG_LOCKED, "waits=1");
	notify_ready(c.notify);
	code = loop_run(c.loop);
	serving_free(c.serving);
	fetched_drop(&c.fetched);
	ctlsrv_close(c.ctl);
	opened_close(&c.o);
	return code;
}

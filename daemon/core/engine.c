/* SPDX-License-Identifier: EUPL-1.2 */
/* Events in, turns run, effects out.  The order is the promise: a transaction is committed first, then what it says is
 * sent, so a partner never hears of what a crash could take back.  Many events share one transaction; when it fails, each
 * runs again alone, so one sick row costs what hangs on it and nothing else.
 * Signing alone happens before the commit, because a signature is part of what is kept.
 * Invariant: queued <= QUEUE_MAX, later_count <= LATER_MAX. */
#include "core/engine.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/log/log.h"
#include "base/rng.h"
#include "core/control/going.h"
#include "core/pairkeys.h"
#include "crypto/hash.h"
#include "crypto/secret.h"
#include "domain/evidence/audit.h"
#include "domain/membership/members.h"
#include "domain/membership/noderecord.h"

enum {
	BATCH = 64, /* events that share a transaction, as long as a burst and the memory have room */
	QUEUE_MAX = 1024,
	ROUNDS = 4,  /* statements of ours may bring up others */
	RERUNS = 16, /* sick rows that one event may leave out */
	TICK_PAUSE_MS = 60000
};

enum { LATER_MAX = 32, CHECKPOINT_ENTRIES = 256 };
static_assert(BATCH <= QUEUE_MAX && ROUNDS > 1, "what one round brings up runs in the next");

/* A statement that was signed while effects went out: it becomes an event when the queue is free. */
struct later {
	uint16_t peer;
	size_t len;
	uint8_t bytes[WIRE_CHECKPOINT_MAX];
};

struct engine {
	struct engine_parts parts;
	struct arena turn_arena, queue_arena;
	struct event queue[QUEUE_MAX];
	size_t queued;
	uint64_t next_wall_ms, next_mono_ms;
	bool members_changed, checkpoint_due;
	uint64_t checkpoint_seq; /* of our last checkpoint in this run */
	struct later later[LATER_MAX];
	size_t later_count;
	uint64_t took_us[BATCH]; /* by the events of the present attempt */
	struct node_time now;	 /* of the turn that runs */
	struct pairkeys *pairkeys;
	struct going *going;
	bool goes;	       /* what runs is the next one of those */
	struct id32 witnessed; /* head of the roster that our last cosignature names */
};

/* A turn's memory.  Tests of what happens when it is full make it smaller. */
static size_t turn_memory(void)
{
#ifdef KRING_DEV
	const char *kib = getenv("KRING_DEV_TURN_KIB");

	if (kib != NULL && strtoul(kib, NULL, 10) != 0)
		return (size_t)strtoul(kib, NULL, 10) * 1024;
#endif
	return LIMIT_TURN_ARENA;
}

enum err engine_create(struct engine **out, const struct engine_parts *parts)
{
	struct engine *e = calloc(1, sizeof *e);

	if (e == NULL)
		return ERR_NOMEM;
	require(parts->calls.reply != NULL && parts->calls.here != NULL &&
		parts->calls.keys != NULL);
	require(parts->store != NULL && parts->node != NULL && parts->keybox != NULL);
	e->parts = *parts;
	if (going_create(&e->going) != ERR_OK ||
	    pairkeys_create(&e->pairkeys, parts->node, parts->keybox) != ERR_OK ||
	    arena_create(&e->turn_arena, turn_memory()) != ERR_OK ||
	    arena_create(&e->queue_arena, LIMIT_TURN_ARENA) != ERR_OK) {
		engine_free(e);
		return ERR_NOMEM;
	}
	*out = e;
	return ERR_OK;
}

void engine_free(struct engine *e)
{
	if (e == NULL)
		return;
	arena_free(&e->turn_arena);
	arena_free(&e->queue_arena);
	going_free(e->going);
	pairkeys_free(e->pairkeys);
	node_free(e->parts.node);
	free(e);
}

struct node *engine_node(struct engine *e)
{
	return e->parts.node;
}

enum err engine_push(struct engine *e, const struct event *ev)
{
	struct event *slot;

	require(e->queued <= QUEUE_MAX);
	if (e->queued == QUEUE_MAX)
		return ERR_FULL;
	slot = &e->queue[e->queued];
	*slot = *ev;
	/* Copied: what the caller has lies in a buffer that the next read overwrites, and the turn
	 * runs later. */
	slot->bytes = arena_copy(&e->queue_arena, ev->bytes);
	slot->worked = arena_copy(&e->queue_arena, ev->worked);
	if (slot->bytes.p == NULL || slot->worked.p == NULL) {
		e->queue_arena.failed = false; /* the next event may be smaller */
		return ERR_FULL;
	}
	/* Drawn now and kept with the event: when it runs again alone it draws the same, so nothing
	 * differs. */
	rng_fill(slot->seed.b, sizeof slot->seed.b);
	e->queued++;
	return ERR_OK;
}

enum err engine_peer_up(struct engine *e, uint16_t peer, const struct node_time *now)
{
	pairkeys_renew(e->pairkeys, peer, now);
	return engine_push(e, &(struct event){.type = EVENT_PEER_UP, .peer = peer});
}

enum err engine_peer_down(struct engine *e, uint16_t peer)
{
	/* With the connection go its keys: what was sealed to them and is still under way is sent
	 * again. */
	pairkeys_drop(e->pairkeys, peer);
	return engine_push(e, &(struct event){.type = EVENT_PEER_DOWN, .peer = peer});
}

enum err engine_push_message(struct engine *e, uint16_t peer, struct span bytes,
			     const struct node_time *now)
{
	struct event ev = {.type = EVENT_PREKEY, .peer = peer, .bytes = bytes};
	struct wire_envelope env;
	struct keybox_used used;
	uint8_t *inner;
	enum err rc;

	if (bytes.len == WIRE_PREKEY_LEN)
		return engine_push(e, &ev);
	if (wire_envelope_get(bytes, &env) != ERR_OK)
		return ERR_MALFORMED;
	inner = arena_alloc(&e->queue_arena, env.inner_len);
	if (inner == NULL) {
		e->queue_arena.failed = false;
		return ERR_FULL;
	}
	rc = keybox_open(e->parts.keybox, bytes.p, &env.prekey, env.inner_len, inner, &used);
	/* The partner sealed to a key that we destroyed or never had: it is told, and seals again. */
	if (rc == ERR_NOTFOUND) {
		pairkeys_asked(e->pairkeys, peer, now);
		ev.type = EVENT_UNOPENED;
		ev.bytes = span_of(env.prekey.b, sizeof env.prekey.b);
		return engine_push(e, &ev);
	}
	if (rc == ERR_OK && used.peer != 0 && used.peer != peer)
		rc = ERR_CRYPTO; /* a PAIR key is one partner's alone */
	if (rc != ERR_OK)
		return rc;
	if (used.newest)
		pairkeys_served(e->pairkeys, peer, now);
	ev.type = EVENT_FRAME;
	ev.bytes = span_of(inner, env.inner_len);
	return engine_push(e, &ev);
}

/* ---- effects, after the commit ---- */

static void frame_out(struct engine *e, const struct effect *fx)
{
	struct keybox *kb = e->parts.keybox;
	const struct span head = span_of(fx->bytes.p, WIRE_FRAME_HEAD);
	const struct span parts = span_of(fx->bytes.p + WIRE_FRAME_HEAD,
					  fx->bytes.len - WIRE_FRAME_HEAD);
	const struct id32 hash = hash_one(HASH_FRAMEPART, parts);
	const struct span to_sign[] = {head, {hash.b, sizeof hash.b}};
	const struct peer *p = state_peer(e->parts.node, fx->peer);

	require(p != NULL && !p->self);
	struct wire_envelope env = {.suite = WIRE_SUITE_1,
				    .fed_id = e->parts.node->fed_id,
				    .recipient = p->node_id,
				    .prekey = fx->prekey_id,
				    .not_after_s = fx->not_after_s / 3600 * 3600};
	struct keybox_seal job = {.prekey_pub = fx->prekey_pub, .recipient = p->node_id};
	const size_t mark = e->turn_arena.used;
	uint8_t *inner, *out;
	size_t n;

	/* The smallest of the three lengths that holds frame and signature; zeros fill the rest. */
	while (env.class_no < WIRE_CLASSES - 1 &&
	       wire_class_len(env.class_no) < fx->bytes.len + WIRE_SIG)
		env.class_no++;
	n = wire_class_len(env.class_no);
	require(fx->bytes.len >= WIRE_FRAME_HEAD &&
		fx->bytes.len + WIRE_SIG <= n); /* the sender chose parts that fit */
	inner = arena_alloc(&e->turn_arena, n);
	out = arena_alloc(&e->turn_arena, WIRE_ENVELOPE_EXTRA + n);
	if (inner == NULL || out == NULL) { /* as if lost on the way: it is sent again */
		arena_rewind(&e->turn_arena, mark);
		return;
	}
	memcpy(inner, fx->bytes.p, fx->bytes.len); /* arena_alloc left zeros behind it */
	keybox_sign(kb, SIGN_FRAME, to_sign, 2, inner + fx->bytes.len);
	wire_envelope_put(&env, out);
	job.envelope = out;
	job.inner = inner;
	job.inner_len = n;
	job.frame_sig = inner + fx->bytes.len;
	if (keybox_seal(kb, &job) == ERR_OK)
		e->parts.calls.envelope(e->parts.calls.ctx, fx->peer,
					span_of(out, WIRE_ENVELOPE_EXTRA + n));
	arena_rewind(&e->turn_arena, mark);
}

/* We cosign how far a partner's audit log goes.  A checkpoint that finds no room comes again. */
static void cosign_log(struct engine *e, const struct effect *fx)
{
	struct later *l = &e->later[e->later_count];
	uint8_t b[WIRE_CHECKPOINT_SIGNED], sig[SIGN_LEN];
	const struct span parts[] = {{b, sizeof b}, {e->parts.node->node_id.b, 32}};
	struct wire_checkpoint c;
	struct wr w;

	require(e->later_count <= LATER_MAX);
	if (e->later_count == LATER_MAX || wire_checkpoint_get(fx->bytes, &c) != ERR_OK)
		return;
	wire_checkpoint_signed(&c, b);
	keybox_sign(e->parts.keybox, SIGN_COSIGN, parts, 2, sig);
	c.cosigner = e->parts.node->node_id;
	c.cosig = sig;
	w = wr_of(l->bytes, sizeof l->bytes);
	wire_checkpoint_put(&w, &c);
	l->peer = fx->peer;
	l->len = w.len;
	e->later_count++;
}

/* "At once" was not possible: the case is gone here, and whoever asked has to know that copies still open. */
static struct span not_shredded(struct turn *t, struct span done)
{
	struct span reply;

	(void)turn_refuse(t, ERR_FULL, REFUSAL_CASE_ERASED_NOT_SHREDDED);
	return node_error_reply(t, ERR_FULL, &reply) == ERR_OK ? reply : done;
}

/* The request goes on, or waits for the one before it of its client. */
static void go_on(struct engine *e, struct turn *t, const struct effect *x)
{
	struct span reply;
	enum err rc;

	if (e->goes) {
		rc = going_leave(e->going, x->bytes, x->owed);
		e->goes = rc != ERR_OK; /* else it is over */
	} else {
		rc = going_add(e->going, x->ev, x->bytes, x->owed);
	}
	if (rc == ERR_OK)
		return;
	(void)turn_refuse(t, rc, REFUSAL_TOO_MUCH_WAITING);
	if (node_error_reply(t, rc, &reply) == ERR_OK)
		e->parts.calls.reply(e->parts.calls.ctx, x->ev->client, reply);
}

/* No default: a new effect does not compile until somebody decides here what it is. */
static void release(struct engine *e, struct turn *t, const struct effects *fx)
{
	const struct engine_calls *c = &e->parts.calls;
	const struct node *n = e->parts.node;
	enum err shredded = ERR_OK;

	for (const struct effect *x = fx->first; x != NULL; x = x->next) {
		switch (x->type) {
		case EFFECT_REPLY:
			c->reply(c->ctx, x->client,
				 shredded == ERR_OK ? x->bytes : not_shredded(t, x->bytes));
			shredded = ERR_OK; /* it was of the event whose effect failed */
			break;
		case EFFECT_AGAIN:
			go_on(e, t, x);
			break;
		case EFFECT_FRAME:
			frame_out(e, x);
			break;
		case EFFECT_PREKEY:
			require(x->peer >= 1 && x->peer <= n->peer_count);
			/* the line was silent: a key that nobody used for hours is drawn again */
			pairkeys_asked(e->pairkeys, x->peer, &e->now);
			if (n->peers[x->peer - 1].have_prekey)
				c->envelope(c->ctx, x->peer,
					    span_of(n->peers[x->peer - 1].prekey, WIRE_PREKEY_LEN));
			break;
		case EFFECT_MEMBERS:
			e->members_changed = true; /* read again once the batch is over */
			break;
		case EFFECT_ONBOARD:
			c->onboard(c->ctx, x->peer, x->bytes);
			break;
		case EFFECT_DIAL:
			c->dial(c->ctx, x->peer, x->client != 0);
			break;
		case EFFECT_CHECKPOINT:
			e->checkpoint_due = true; /* signed at the end of the round */
			break;
		case EFFECT_COSIGN:
			cosign_log(e, x);
			break;
		case EFFECT_SHRED:
			shredded = c->keys(c->ctx, x);
			break;
		case EFFECT_HASH:
		case EFFECT_LOCK:
		case EFFECT_PANIC:
		case EFFECT_ADDRESS:
		case EFFECT_INCARNATION:
		case EFFECT_ERASED:
		case EFFECT_BACKUP:
			/* it says itself what failed */
			(void)c->keys(c->ctx, x);
			break;
		case EFFECT_ALARM:
			log_write(LOG_WARN, LOG_STATE_LOSS, "kind=%u peer=%u", (unsigned)x->client,
				  x->peer);
			break;
		case EFFECT_PEER_INC:
			log_write(LOG_NOTICE, LOG_STREAM_RESET, "peer=%u", x->peer);
			break;
		case EFFECT_CHANGED:
			log_write(LOG_INFO, LOG_STATE_CHANGED, "peer=%u", x->peer);
			break;
		}
	}
}

/* Of a turn that only asked what would follow. */
static void answer_only(struct engine *e, const struct effects *fx)
{
	require(e != NULL && fx != NULL);
	for (const struct effect *x = fx->first; x != NULL; x = x->next)
		if (x->type == EFFECT_REPLY)
			e->parts.calls.reply(e->parts.calls.ctx, x->client, x->bytes);
}

/* Of threads that changed in this turn.  Known before any answer of it goes out: what an answer shows is no news to whoever reads it. */
static unsigned sides_of(const struct effects *fx)
{
	unsigned sides = 0;

	for (const struct effect *x = fx->first; x != NULL; x = x->next)
		if (x->type == EFFECT_CHANGED)
			sides |= 1u << x->client;
	return sides;
}

/* ---- turns ---- */

static enum err sign_and_end(struct engine *e, struct turn *t)
{
	struct id32 root;
	uint16_t count;
	uint8_t count_be[2], sig[SIGN_LEN];
	const struct span parts[] = {{count_be, 2}, {root.b, sizeof root.b}};

	/* one signature over the root of all documents of this turn: each carries its path to it */
	node_turn_sign(t, &root, &count);
	if (count == 0)
		return node_turn_end(t, NULL);
	be16_put(count_be, count);
	keybox_sign(e->parts.keybox, SIGN_DOC, parts, 2, sig);
	return node_turn_end(t, sig);
}

/* Replies come in the order of a client's requests. */
static bool behind_another(const struct engine *e, const struct turn *t, const struct event *ev)
{
	if (ev->type != EVENT_REQUEST || e->goes)
		return false;
	for (const struct effect *x = t->fx->first; x != NULL; x = x->next)
		if (x->type == EFFECT_AGAIN && x->ev->client == ev->client)
			return true;
	return going_has(e->going, ev->client);
}

/* Nothing of it was done yet: it begins once the one before it is answered. */
static enum err wait_behind(struct turn *t, const struct event *ev)
{
	struct effect *x = turn_effect(t, EFFECT_AGAIN);

	if (x == NULL)
		return ERR_NOMEM;
	x->ev = ev;
	return ERR_OK;
}

/* One more like the widest of this turn may not fit: it begins the next one, instead of undoing all of them. */
static bool nearly_full(const struct turn *t, size_t widest)
{
	require(t->doc_count <= LIMIT_BURST);
	return LIMIT_BURST - t->doc_count < widest || t->arena->used > t->arena->cap / 2;
}

/* *n: so many at most; then, how many were tried, with the one that failed. */
static enum err steps(struct engine *e, struct turn *t, const struct event *evs, size_t *n)
{
	size_t i, widest = 1;
	enum err rc = ERR_OK;

	require(*n >= 1 && *n <= BATCH && t->txn != NULL);
	for (i = 0; i < *n && rc == ERR_OK && !t->dry_run; i++) {
		const uint64_t since_ns = clock_mono_ns();
		const size_t before = t->doc_count;

		if (i > 0 && nearly_full(t, widest))
			break;
		rc = behind_another(e, t, &evs[i]) ? wait_behind(t, &evs[i])
						   : node_step(t, &evs[i]);
		e->took_us[i] = (clock_mono_ns() - since_ns) / 1000;
		if (t->doc_count - before > widest)
			widest = t->doc_count - before;
	}
	if (rc == ERR_OK && t->dry_run) /* its answer alone goes out */
		rc = *n == 1 ? ERR_OK : ERR_BUSY;
	*n = i;
	if (t->dry_run)
		return rc;
	if (rc == ERR_OK)
		rc = sign_and_end(e, t);
	return rc == ERR_OK ? node_next_tick(t, &e->next_wall_ms, &e->next_mono_ms) : rc;
}

/* The culprit alone, after its transaction is gone: it gets the error, nobody else does.  The turn's memory is
 * given back first: that it was full is the cause of many an error. */
static void refuse(struct engine *e, struct turn *t, const struct event *ev, enum err rc)
{
	struct span bytes;

	require(rc != ERR_OK);
	log_write(LOG_NOTICE, LOG_REQUEST_REFUSED, "event=%d err=\"%s\"", (int)ev->type,
		  err_text(rc));
	arena_reset(&e->turn_arena);
	if (ev->type == EVENT_REQUEST && node_error_reply(t, rc, &bytes) == ERR_OK)
		e->parts.calls.reply(e->parts.calls.ctx, ev->client, bytes);
}

/* Each event took its own step, and its part of what they share: signatures, answers, the disk. */
static void tell_spent(struct engine *e, const struct event *evs, size_t n, uint64_t all_us)
{
	uint64_t steps_us = 0;

	for (size_t i = 0; i < n; i++)
		steps_us += e->took_us[i];
	for (size_t i = 0; i < n && e->parts.calls.spent != NULL; i++)
		e->parts.calls.spent(e->parts.calls.ctx, &evs[i],
				     e->took_us[i] +
					     (all_us > steps_us ? all_us - steps_us : 0) / n);
}

/* One attempt; *t is what was left of it, and *n as steps has it. */
static enum err run(struct engine *e, struct turn *t, const struct event *evs, size_t *n)
{
	const uint64_t since_ns = clock_mono_ns();
	struct effects fx;
	uint64_t tables;
	enum err rc;

	memset(e->took_us, 0, sizeof e->took_us);
	*t = (struct turn){.arena = &e->turn_arena, .fx = &fx};
	effects_init(&fx);
	node_turn_begin(e->parts.node, t, &e->now);
	rc = store_begin(e->parts.store, true, &t->txn);
	if (rc != ERR_OK)
		return rc;
	rc = steps(e, t, evs, n);
	tables = store_touched(t->txn);
	if (rc == ERR_OK && !t->dry_run)
		rc = store_commit(t->txn);
	else
		store_abort(t->txn);
	if (rc == ERR_OK && t->dry_run) {
		node_turn_abort(e->parts.node);
		answer_only(e, &fx);
	} else if (rc == ERR_OK) {
		/* Only now: what is in memory follows the store, and effects are of what a crash
		 * cannot take back. */
		node_turn_done(e->parts.node);
		if (e->parts.calls.changed != NULL)
			e->parts.calls.changed(e->parts.calls.ctx, tables, sides_of(&fx));
		release(e, t, &fx);
	} else {
		node_turn_abort(e->parts.node);
	}
	t->fx = NULL; /* of this attempt */
	arena_reset(&e->turn_arena);
	secret_wipe_stack(); /* keys of bundles and files are handed about down there */
	tell_spent(e, evs, *n, (clock_mono_ns() - since_ns) / 1000);
	return rc;
}

/* What fails by itself is noted and left out, and the event runs again: nothing else waits behind it.  Only a disk
 * that does not do what it should ends the process. */
static enum err run_alone(struct engine *e, const struct event *ev)
{
	struct turn t;
	size_t one = 1;
	enum err rc = ERR_OK;
	bool again = true;

	require(e->parts.node != NULL);
	for (unsigned i = 0; i < RERUNS && again; i++) {
		rc = run(e, &t, ev, &one);
		again = rc != ERR_OK && rc != ERR_IO && node_turn_failed(&t, rc);
		if (again)
			log_write(LOG_ERROR, LOG_FAULT, "what=%s peer=%u type=%u err=\"%s\"",
				  fault_part_name(t.doing.part), t.doing.peer, t.doing.type,
				  err_text(rc));
	}
	if (rc != ERR_OK)
		refuse(e, &t, ev, rc);
	if (rc != ERR_OK && ev->type == EVENT_TICK) { /* not at once again */
		e->next_wall_ms = UINT64_MAX;
		e->next_mono_ms = e->now.mono_ms + TICK_PAUSE_MS;
	}
	node_event_over(e->parts.node);
	arena_reset(&e->turn_arena);
	return rc == ERR_IO ? ERR_IO : ERR_OK;
}

/* *n as steps has it: what it left is for the next one. */
static enum err run_batch(struct engine *e, const struct event *evs, size_t *n)
{
	struct turn t;
	enum err rc;

	require(*n >= 1 && *n <= BATCH);
	if (*n == 1)
		return run_alone(e, evs);
	rc = run(e, &t, evs, n);
	if (rc == ERR_OK || rc == ERR_IO)
		return rc;
	log_write(LOG_INFO, LOG_TURN_RETRIED, "events=%zu err=\"%s\"", *n, err_text(rc));
	rc = ERR_OK;
	for (size_t i = 0; i < *n && rc == ERR_OK; i++)
		rc = run_alone(e, &evs[i]);
	return rc;
}

/* We saw this head: as a member we sign that, for all (proto/PROTOCOL.md 3). */
static void cosign(struct engine *e, const struct node_time *now)
{
	struct node *n = e->parts.node;
	const struct peer *self = state_peer_by_id(n, &n->node_id);
	uint8_t buf[WIRE_WITNESS_SIGNED], out[WIRE_WITNESS_LEN], sig[SIGN_LEN];
	const struct span part = {buf, sizeof buf};
	struct wr w = wr_of(out, sizeof out);
	struct wire_witness v = {.node = n->node_id,
				 .hash = n->roster_head,
				 .seq = n->roster_seq,
				 .time_s = now->wall_ms / 1000,
				 .sig = sig};

	if (self == NULL || !self->active || id32_equal(&e->witnessed, &n->roster_head))
		return;
	if (n->cosign_manual && n->cosign_seq < n->roster_seq)
		return; /* a person looks first: kring roster cosign */
	wire_witness_signed(&v, &n->fed_id, buf);
	keybox_sign(e->parts.keybox, SIGN_WITNESS, &part, 1, sig);
	wire_witness_put(&w, &v);
	if (engine_push(e, &(struct event){.type = EVENT_WITNESS, .bytes = wr_span(&w)}) == ERR_OK)
		e->witnessed = n->roster_head;
}

enum err engine_reload(struct engine *e, const struct node_time *now, bool first)
{
	struct effects fx;
	struct turn t = {.arena = &e->turn_arena, .fx = &fx};
	enum err rc;

	effects_init(&fx);
	node_turn_begin(e->parts.node, &t, now);
	rng_fill(t.seed.b, sizeof t.seed.b);
	rc = store_begin(e->parts.store, first, &t.txn);
	if (rc != ERR_OK)
		return rc;
	if (first)
		store_use(t.txn, STORE_FREES);
	rc = first ? node_load(e->parts.node, &t) : node_reload(e->parts.node, &t);
	if (rc == ERR_OK && first)
		rc = node_next_tick(&t, &e->next_wall_ms, &e->next_mono_ms);
	if (rc == ERR_OK && first)
		rc = store_commit(t.txn);
	else
		store_abort(t.txn);
	arena_reset(&e->turn_arena);
	if (rc == ERR_OK && first)
		cosign(e, now);
	return rc;
}

void engine_checkpoint(struct engine *e)
{
	struct node *n = e->parts.node;
	struct effects fx;
	struct turn t = {.arena = &e->turn_arena, .fx = &fx};
	uint8_t b[WIRE_CHECKPOINT_SIGNED], out[WIRE_CHECKPOINT_MAX], sig[SIGN_LEN];
	const struct span part = {b, sizeof b};
	struct wr w = wr_of(out, sizeof out);
	struct wire_checkpoint c = {.node = n->node_id,
				    .inc_no = n->inc.no,
				    .time_s = e->now.wall_ms / 1000,
				    .sig = sig};
	enum err rc;

	e->checkpoint_due = false;
	effects_init(&fx);
	node_turn_begin(n, &t, &e->now);
	if (store_begin(e->parts.store, false, &t.txn) != ERR_OK)
		return;
	rc = audit_head(&t, &c.seq, &c.hash);
	store_abort(t.txn);
	arena_reset(&e->turn_arena);
	if (rc != ERR_OK || c.seq == 0 || c.seq == e->checkpoint_seq)
		return;
	wire_checkpoint_signed(&c, b);
	keybox_sign(e->parts.keybox, SIGN_CHECKPOINT, &part, 1, sig);
	wire_checkpoint_put(&w, &c);
	if (engine_push(e, &(struct event){.type = EVENT_CHECKPOINT, .bytes = wr_span(&w)}) ==
	    ERR_OK)
		e->checkpoint_seq = c.seq;
}

/* Statements of our own that came up in this round. */
static void push_later(struct engine *e)
{
	require(e->later_count <= LATER_MAX);
	for (size_t i = 0; i < e->later_count; i++) {
		const struct event ev = {.type = EVENT_COSIGNED,
					 .peer = e->later[i].peer,
					 .bytes = span_of(e->later[i].bytes, e->later[i].len)};

		if (engine_push(e, &ev) != ERR_OK)
			break; /* it is asked again with the next introduction */
	}
	e->later_count = 0;
	if (e->checkpoint_due || e->parts.node->audit_seq >= e->checkpoint_seq + CHECKPOINT_ENTRIES)
		engine_checkpoint(e);
}

/* Whoever looks sees what the time has made of it, also right after the machine slept or its clock was set. */
static enum err late_timers(struct engine *e, const struct node_time *now)
{
	const struct event tick = {.type = EVENT_TICK};

	if (e->queued == 0 || e->queue[0].type != EVENT_REQUEST || now->wall_ms < e->next_wall_ms)
		return ERR_OK;
	return run_alone(e, &tick);
}

/* One turn of one request that goes on, by itself: so each gets further. */
static enum err one_going(struct engine *e)
{
	struct event ev;
	enum err rc;

	going_forget(e->going, e->parts.calls.here, e->parts.calls.ctx);
	if (!going_next(e->going, &ev))
		return ERR_OK;
	rng_fill(ev.seed.b, sizeof ev.seed.b); /* another turn: nothing is drawn twice */
	e->goes = true;
	rc = run_alone(e, &ev);
	if (e->goes)
		going_over(e->going);
	e->goes = false;
	return rc;
}

static enum err one_round(struct engine *e, const struct node_time *now)
{
	enum err rc = late_timers(e, now);

	for (size_t at = 0, n; at < e->queued && rc == ERR_OK; at += n) {
		n = e->queued - at < BATCH ? e->queued - at : BATCH;
		rc = run_batch(e, &e->queue[at], &n);
	}
	/* Also after an error: the process ends then, and partners send again what was not receipted. */
	e->queued = 0;
	arena_reset(&e->queue_arena);
	if (rc == ERR_OK && e->members_changed) {
		e->members_changed = false;
		rc = engine_reload(e, now, false);
		if (rc == ERR_OK) {
			e->parts.calls.members(e->parts.calls.ctx);
			cosign(e, now);
		}
	}
	if (rc == ERR_OK)
		push_later(e);
	return rc;
}

/* After a start, a part of what is kept in memory in each round: the node answers meanwhile, and looks into the store. */
static enum err fill(struct engine *e, bool busy)
{
	struct effects fx;
	struct turn t = {.arena = &e->turn_arena, .fx = &fx};
	enum err rc;

	if (!node_fills(e->parts.node))
		return ERR_OK;
	effects_init(&fx);
	node_turn_begin(e->parts.node, &t, &e->now);
	rc = store_begin(e->parts.store, false, &t.txn);
	if (rc != ERR_OK)
		return rc;
	rc = node_fill(&t, busy);
	store_abort(t.txn);
	arena_reset(&e->turn_arena);
	return rc;
}

enum err engine_turn(struct engine *e, const struct node_time *now)
{
	const bool busy = e->queued > 0;
	enum err rc = ERR_OK;

	e->now = *now;
	pairkeys_look(e->pairkeys, now);
	rc = one_going(e);
	/* A change of members makes us sign statements, which are events too. */
	for (unsigned i = 0; i < ROUNDS && rc == ERR_OK && (i == 0 || e->queued > 0); i++)
		rc = one_round(e, now);
	return rc == ERR_OK ? fill(e, busy) : rc;
}

/* A shred is no turn: what waits for it would otherwise be looked at when something else happens. */
void engine_next(const struct engine *e, uint64_t *wall_ms, uint64_t *mono_ms)
{
	require(wall_ms != NULL && mono_ms != NULL);
	*wall_ms = node_shredded(e->parts.node) ? 0 : e->next_wall_ms;
	*mono_ms = e->next_mono_ms;
}

bool engine_goes_on(const struct engine *e)
{
	return going_any(e->going) || node_fills(e->parts.node);
}

struct span engine_own_record(struct engine *e, uint8_t *buf, size_t cap)
{
	const struct node *n = e->parts.node;
	const struct peer *self = state_peer_by_id(e->parts.node, &n->node_id);
	struct effects fx;
	struct turn t = {.arena = &e->turn_arena, .fx = &fx};
	struct span v = {NULL, 0};

	require(buf != NULL && cap >= WIRE_NODE_CARRIED_MAX);
	if (self == NULL || store_begin(e->parts.store, false, &t.txn) != ERR_OK)
		return v;
	effects_init(&fx);
	node_turn_begin(e->parts.node, &t, &e->now);
	if (noderecord_get(&t, self->no, self->key_seq, &v) != ERR_OK || v.len > cap)
		v = span_of(NULL, 0);
	if (v.len != 0) {
		memcpy(buf, v.p, v.len);
		v.p = buf;
	}
	store_abort(t.txn);
	arena_reset(&e->turn_arena);
	return v;
}

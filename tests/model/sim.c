/* SPDX-License-Identifier: EUPL-1.2 */
#include "sim.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/check.h"
#include "base/date.h"
#include "crypto/hash.h"
#include "crypto/identity.h"
#include "domain/evidence/audit.h"
#include "domain/exchange/pair.h"
#include "domain/membership/roster.h"
#include "fake_crypto.h"

/* OWED_ROUNDS: of two minutes each, twice as long as an answer waits for the shred before it */
enum { STEP_MS = 240000, START_DAY = 20000, WATCH_EVERY = 97, OWED_ROUNDS = 10 };

uint64_t sim_rand(struct sim *s)
{
	uint64_t z = (s->rng += 0x9e3779b97f4a7c15u);

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

double sim_chance(struct sim *s)
{
	return (double)(sim_rand(s) >> 11) / 9007199254740992.0;
}

uint64_t sim_below(struct sim *s, uint64_t n)
{
	return sim_rand(s) % n;
}

void sim_fail(struct sim *s, const char *fmt, ...)
{
	va_list ap;

	if (s->failed[0] != '\0')
		return;
	va_start(ap, fmt);
	(void)vsnprintf(s->failed, sizeof s->failed, fmt, ap);
	va_end(ap);
}

static void seed_of(struct sim *s, struct id32 *out)
{
	for (size_t i = 0; i < sizeof out->b; i += 8)
		be64_put(out->b + i, sim_rand(s));
}

/* ---- words on their way ---- */

static void bag_put(struct sim *s, int dst, int src, enum event_type type, struct span bytes)
{
	struct sim_msg *m = malloc(sizeof *m);

	require(m != NULL);
	*m = (struct sim_msg){NULL,
			      dst,
			      src,
			      s->nodes[src].conn[s->nodes[dst].no],
			      type,
			      bytes.len,
			      malloc(bytes.len)};
	require(m->bytes != NULL);
	memcpy(m->bytes, bytes.p, bytes.len);
	if (s->bag_len == s->bag_cap) {
		s->bag_cap = s->bag_cap == 0 ? 64 : 2 * s->bag_cap;
		s->bag = realloc(s->bag, s->bag_cap * sizeof(struct sim_msg *));
		require(s->bag != NULL);
	}
	s->bag[s->bag_len++] = m;
}

static void msg_drop(struct sim_msg *m)
{
	free(m->bytes);
	free(m);
}

static void frame_out(struct sim *s, struct sim_node *n, const struct effect *fx)
{
	const struct span head = span_of(fx->bytes.p, WIRE_FRAME_HEAD);
	const struct span parts = span_of(fx->bytes.p + WIRE_FRAME_HEAD,
					  fx->bytes.len - WIRE_FRAME_HEAD);
	const struct id32 hash = hash_one(HASH_FRAMEPART, parts);
	const struct span to_sign[] = {head, {hash.b, sizeof hash.b}};
	uint8_t *inner = calloc(1, fx->bytes.len + WIRE_SIG);

	require(inner != NULL);
	memcpy(inner, fx->bytes.p, fx->bytes.len);
	fake_sign(SIGN_FRAME, to_sign, 2, &n->who.nk_pub, inner + fx->bytes.len);
	s->frames++;
	sim_watch_frame(s, n, fx->peer - 1, fx->bytes);
	if (n->conn[fx->peer - 1] != 0)
		bag_put(s, n->conn_to[fx->peer - 1], n->key, EVENT_FRAME,
			span_of(inner, fx->bytes.len + WIRE_SIG));
	free(inner);
}

static void note_reply(struct sim *s, struct sim_node *n, struct span bytes)
{
	struct err_text why;
	struct msg *reply;

	s->reply_id[0] = '\0';
	if (msg_parse(&n->arena, MSG_REPLY, bytes, &reply, &why) != ERR_OK)
		return;
	s->reply_error = msg_has(reply, REPLY_ERROR);
	(void)snprintf(s->reply_id, sizeof s->reply_id, "%s", msg_text(reply, REPLY_ID));
	(void)snprintf(s->reply_token, sizeof s->reply_token, "%s", msg_text(reply, REPLY_TOKEN));
}

/* peer -1: the EPOCH record, for anyone; else the PAIR record of a connection. */
static void make_prekey(struct sim *s, struct sim_node *n, int peer)
{
	struct wire_prekey w = {
		.fed_id = n->who.fed_id,
		.node = n->who.node_id,
		.key_seq = 1,
		.kind = peer < 0 ? WIRE_PREKEY_EPOCH : WIRE_PREKEY_PAIR,
		.suite = WIRE_SUITE_1,
		.time_ms = s->now_ms + ++s->pair_keys % 1000,
		.not_after_s = s->now_ms / 1000 + 9 * 86400,
	};
	uint8_t rec[WIRE_PREKEY_LEN] = {0};
	struct span part = span_of(rec, WIRE_PREKEY_SIGNED);
	struct id32 r;

	if (peer >= 0)
		w.peer = s->nodes[peer].who.node_id;
	seed_of(s, &r);
	memcpy(w.id.b, r.b, 16);
	wire_prekey_put(&w, rec);
	fake_sign(SIGN_PREKEY, &part, 1, &n->who.nk_pub, rec + WIRE_PREKEY_SIGNED);
	if (peer >= 0) {
		node_set_pair_prekey(n->node, (uint16_t)(peer + 1), rec);
		return;
	}
	node_set_prekey(n->node, rec);
	n->prekey_ms = s->now_ms;
}

/* Whatever was erased waits in the store for the next night: that comes before the next turn, and so does what a start
 * finishes.  There are no copies of a disk here. */
static void shred(struct sim_node *n)
{
	const uint8_t key[1] = {STORE_META_SHRED};
	struct store_txn *txn;
	bool waits;

	require(store_begin(n->store, false, &txn) == ERR_OK);
	waits = record_exists(txn, STORE_META, span_of(key, sizeof key));
	store_abort(txn);
	if (!waits)
		return;
	require(store_begin(n->store, true, &txn) == ERR_OK);
	require(store_del(txn, STORE_META, span_of(key, sizeof key)) == ERR_OK);
	require(store_commit(txn) == ERR_OK);
	node_set_epoch(n->node, n->node->shred_epoch + 1); /* whoever owes an answer looks again */
}

static void release(struct sim *s, struct sim_node *n, const struct effects *fx)
{
	for (const struct effect *x = fx->first; x != NULL; x = x->next) {
		if (x->type == EFFECT_FRAME)
			frame_out(s, n, x);
		else if (x->type == EFFECT_PREKEY && n->conn[x->peer - 1] != 0) {
			make_prekey(s, n,
				    x->peer - 1); /* a silent line: perhaps the old one expired */
			bag_put(s, n->conn_to[x->peer - 1], n->key, EVENT_PREKEY,
				span_of(n->node->peers[x->peer - 1].prekey, WIRE_PREKEY_LEN));
		} else if (x->type == EFFECT_AGAIN) {
			s->left_len = x->bytes.len;
			s->left = malloc(x->bytes.len + 1);
			require(s->left != NULL);
			memcpy(s->left, x->bytes.p, x->bytes.len);
		} else if (x->type == EFFECT_REPLY) {
			note_reply(s, n, x->bytes);
		} else if (x->type == EFFECT_ONBOARD) {
			require(x->bytes.len > 17);
			memcpy(s->onboard, x->bytes.p,
			       x->bytes.len < sizeof s->onboard ? x->bytes.len : sizeof s->onboard);
		} else if (x->type == EFFECT_INCARNATION) {
			n->who.incarnation_no = n->node->inc.no;
			n->unaware = false;
		} else if (x->type == EFFECT_ALARM) {
			sim_alarm(s, n, x->peer, (uint8_t)x->client);
		}
	}
}

/* ---- one node ---- */

static struct node_time now_of(const struct sim *s)
{
	return (struct node_time){s->now_ms, s->now_ms};
}

/* A process starts: everything in memory is new, the store is as committed. */
void sim_boot(struct sim *s, struct sim_node *n)
{
	struct effects fx;
	struct turn t = {.arena = &n->arena, .fx = &fx};
	struct node_time now = now_of(s);

	node_free(n->node);
	require(node_create(&n->node, &n->who, s->now_ms) == ERR_OK);
	effects_init(&fx);
	node_turn_begin(n->node, &t, &now);
	seed_of(s, &t.seed);
	require(store_begin(n->store, true, &t.txn) == ERR_OK);
	require(node_load(n->node, &t) == ERR_OK);
	require(store_commit(t.txn) == ERR_OK);
	arena_reset(&n->arena);
	if (n->who.incarnation_no < n->node->inc.no)
		n->who.incarnation_no = n->node->inc.no;
	make_prekey(s, n, -1);
	n->up = true;
}

static void deliver(struct sim *s, struct sim_msg *m);

/* What was said just before may still arrive. */
static void last_words(struct sim *s, const struct sim_node *n)
{
	for (size_t k = 0; k < s->bag_len; k++) {
		struct sim_msg *m = s->bag[k];

		if (m->src != n->key || sim_chance(s) < .5)
			continue;
		memmove(s->bag + k, s->bag + k + 1,
			(s->bag_len - k - 1) * sizeof(struct sim_msg *));
		s->bag_len--;
		deliver(s, m);
		k = (size_t)-1; /* the bag changed: from the start */
	}
}

static void crash(struct sim *s, struct sim_node *n)
{
	n->up = false;
	last_words(s, n);
	s->crashes++;
	sim_down(s, n);
}

void sim_down(struct sim *s, struct sim_node *n)
{
	n->up = false;
	for (int i = 0; i < s->n; i++)
		sim_cut(s, n->key, i);
}

enum err sim_try(struct sim *s, const struct sim_node *n, struct turn *t, const struct event *ev)
{
	struct id32 root;
	uint16_t count;
	uint8_t be[2], sig[SIGN_LEN];
	const struct span parts[] = {{be, 2}, {root.b, 32}};
	enum err rc = node_step(t, ev);

	if (rc != ERR_OK)
		return rc;
	node_turn_sign(t, &root, &count);
	s->docs += count;
	be16_put(be, count);
	if (count > 0)
		fake_sign(SIGN_DOC, parts, 2, &n->who.nk_pub, sig);
	return node_turn_end(t, count > 0 ? sig : NULL);
}

void sim_turn(struct sim *s, struct sim_node *n, const struct event *ev)
{
	struct effects fx;
	struct turn t = {.arena = &n->arena, .fx = &fx};
	struct node_time now = now_of(s);
	const bool die = !s->quiet && sim_chance(s) < s->profile.crash;
	const bool before = sim_chance(s) < .5;
	struct event mine = *ev;
	enum err rc;

	shred(n);
	s->events++;
	seed_of(s, &mine.seed);
	if (s->each != NULL)
		s->each(s, n, &mine);
	effects_init(&fx);
	node_turn_begin(n->node, &t, &now);
	require(store_begin(n->store, true, &t.txn) == ERR_OK);
	rc = sim_try(s, n, &t, &mine);
	if (rc != ERR_OK || (die && before)) {
		const bool may_refuse = ev->type == EVENT_REQUEST || s->profile.hostile;

		s->refused += rc != ERR_OK;
		s->reply_error = true;
		store_abort(t.txn);
		node_turn_abort(n->node);
		if (rc != ERR_OK && (!may_refuse || rc == ERR_CORRUPT || rc == ERR_NOMEM)) {
			arena_reset(&n->arena);
			sim_check_names(s, n); /* the cause, when it is that */
			sim_fail(s, "node %d: event %d ended in \"%s\"", n->no, (int)ev->type,
				 err_text(rc));
		}
		if (rc == ERR_OK && s->speak_first)
			release(s, n, &fx); /* the planted fault: words out, commit lost */
	} else if (t.dry_run) {		    /* as the engine does */
		store_abort(t.txn);
		node_turn_abort(n->node);
	} else {
		require(store_commit(t.txn) == ERR_OK);
		node_turn_done(n->node);
		if (!die)
			release(s, n, &fx);
	}
	arena_reset(&n->arena);
	sim_index(s, n);
	if (s->profile.move > 0 && s->events % WATCH_EVERY == 0)
		sim_watch_moves(s);
	if (die && rc == ERR_OK)
		crash(s, n);
	if (s->left != NULL) { /* the request goes on */
		uint8_t *left = s->left;

		mine.so_far = span_of(left, s->left_len);
		s->left = NULL;
		sim_turn(s, n, &mine);
		free(left);
	}
}

/* ---- lines ---- */

static void hang_up(struct sim_node *x, int peer)
{
	x->conn[peer] = 0;
	x->node->peers[peer].conn = (struct conn){.question = x->node->peers[peer].conn.question};
}

/* a: instance; b: node number.  The other end notices; its own crash it does not. */
void sim_cut(struct sim *s, int a, int b)
{
	struct sim_node *x = &s->nodes[a], *y;

	if (x->no == b || x->conn[b] == 0)
		return;
	y = &s->nodes[x->conn_to[b]];
	hang_up(x, b);
	hang_up(y, x->no);
}

void sim_connect(struct sim *s, int a, int b)
{
	struct sim_node *x = &s->nodes[a], *y = &s->nodes[b];

	if (x->no == y->no || !x->up || !y->up || s->blocked[x->no][y->no] || x->conn[y->no] != 0)
		return;
	if (y->conn[x->no] != 0) /* a twin of ours held the line: one line for each identity */
		sim_cut(s, y->key, x->no);
	x->conn[y->no] = y->conn[x->no] = ++s->next_conn;
	x->conn_to[y->no] = y->key;
	y->conn_to[x->no] = x->key;
	make_prekey(s, x, y->no);
	make_prekey(s, y, x->no);
	sim_turn(s, x, &(struct event){.type = EVENT_PEER_UP, .peer = (uint16_t)(y->no + 1)});
	if (y->up)
		sim_turn(s, y,
			 &(struct event){.type = EVENT_PEER_UP, .peer = (uint16_t)(x->no + 1)});
}

static void deliver(struct sim *s, struct sim_msg *m)
{
	struct sim_node *n = &s->nodes[m->dst];
	const int from = s->nodes[m->src].no;

	if (n->up && n->conn[from] == m->conn && m->conn != 0) {
		if (m->type == EVENT_FRAME)
			make_prekey(s, n, from); /* the present key has served */
		sim_turn(s, n,
			 &(struct event){.type = m->type,
					 .peer = (uint16_t)(from + 1),
					 .bytes = span_of(m->bytes, m->len)});
	}
	msg_drop(m);
}

void sim_drop_one(struct sim *s)
{
	msg_drop(s->bag[0]);
	memmove(s->bag, s->bag + 1, --s->bag_len * sizeof(struct sim_msg *));
}

void sim_deliver_one(struct sim *s)
{
	size_t k = sim_below(s, s->profile.any_order || s->bag_len < 4 ? s->bag_len : 4);
	struct sim_msg *m = s->bag[k];
	const double x = sim_chance(s);

	memmove(s->bag + k, s->bag + k + 1, (s->bag_len - k - 1) * sizeof(struct sim_msg *));
	s->bag_len--;
	if (x < s->profile.loss) {
		msg_drop(m);
		return;
	}
	if (x > 1 - s->profile.dup && s->nodes[m->src].conn[s->nodes[m->dst].no] == m->conn &&
	    m->conn != 0)
		bag_put(s, m->dst, m->src, m->type, span_of(m->bytes, m->len));
	deliver(s, m);
}

static void faults(struct sim *s)
{
	const int a = (int)sim_below(s, (uint64_t)s->n), b = (int)sim_below(s, (uint64_t)s->n);

	if (sim_chance(s) < s->profile.reset)
		sim_cut(s, a, b);
	if (sim_chance(s) < s->profile.part) {
		s->blocked[a][b] = s->blocked[b][a] = sim_chance(s) < .4;
		if (s->blocked[a][b])
			sim_cut(s, a, b);
	}
	sim_loss(s);
}

/* Any process, a copy included. */
static struct sim_node *any(struct sim *s)
{
	const uint64_t k = sim_below(s, (uint64_t)s->n + (s->clone_of >= 0 ? 1 : 0));

	return &s->nodes[k == (uint64_t)s->n ? SIM_NODES_MAX : (int)k];
}

void sim_step(struct sim *s)
{
	const double r = sim_chance(s);
	struct sim_node *n = any(s);

	s->now_ms += sim_below(s, STEP_MS);
	if (s->profile.night > 0 && sim_chance(s) < s->profile.night)
		sim_night(s);
	if (n->up && s->now_ms > n->prekey_ms + DAY_MS)
		make_prekey(s, n, -1);
	if (r < (s->bag_len > 60 ? .93 : .66) && s->bag_len > 0) {
		sim_deliver_one(s);
	} else if (r < .80 || (s->bag_len > 60 && r < .96)) {
		if (n->up)
			sim_act(s, n);
	} else {
		if (!n->up && sim_chance(s) < .3)
			sim_boot(s, n);
		if (n->up) {
			sim_connect(s, n->key, any(s)->key);
			if (n->up && sim_chance(s) < .05)
				sim_confirm(s, n);
			if (n->up)
				sim_turn(s, n, &(struct event){.type = EVENT_TICK});
		}
	}
	faults(s);
}

bool sim_busy(struct sim *s, bool why, uint64_t *left)
{
	bool any = s->bag_len > 0;

	*left = 0;
	for (int i = 0; i < s->n; i++)
		for (int j = 0; j < s->n; j++) {
			struct effects fx;
			struct turn t = {.arena = &s->nodes[i].arena, .fx = &fx};
			struct node_time now = now_of(s);
			struct pair *p;
			bool owed;
			uint64_t waits, held;

			if (i == j)
				continue;
			held = sim_held_up(s, i, j); /* for people there, and nobody acts */
			effects_init(&fx);
			node_turn_begin(s->nodes[i].node, &t, &now);
			/* never committed; of a pair of before this incarnation pair_get forgets rows */
			require(store_begin(s->nodes[i].store, true, &t.txn) == ERR_OK);
			require(pair_get(&t, (uint16_t)(j + 1), &p) == ERR_OK);
			require(p->waiting >= held);
			waits = p->waiting - held;
			owed = p->tail < p->out_last || p->acked < p->num_last ||
			       p->verdicts < p->acked || p->off_from < p->off_to || p->unheard ||
			       p->uncompared || p->unconfirmed || p->stopped || waits > 0 ||
			       s->nodes[i].node->quarantine;
			store_abort(t.txn);
			if (owed && why)
				sim_fail(
					s,
					"no convergence: the stream of node %d to %d stands "
					"still: owed %llu, offered %llu "
					"of %llu, "
					"receipted %llu of %llu, verdicts %llu, got %llu, waiting "
					"%llu,%s%s%s%s%s",
					i, j, (unsigned long long)(p->out_last - p->tail),
					(unsigned long long)p->off_from,
					(unsigned long long)p->off_to, (unsigned long long)p->acked,
					(unsigned long long)p->num_last,
					(unsigned long long)p->verdicts, (unsigned long long)p->got,
					(unsigned long long)waits, p->unheard ? " unheard" : "",
					p->uncompared ? " uncompared" : "",
					p->unconfirmed ? " unconfirmed" : "",
					p->stopped ? " stopped" : "",
					s->nodes[i].node->quarantine ? " quarantine" : "");
			*left += p->out_last - p->tail + p->num_last - p->verdicts + p->off_to -
				 p->off_from + waits;
			any = any || owed;
			arena_reset(&s->nodes[i].arena);
		}
	return any;
}

void sim_round(struct sim *s)
{
	for (int i = 0; i < s->n; i++)
		for (int j = 0; j < i; j++)
			sim_connect(s, i, j);
	for (int i = 0; i < s->n; i++)
		sim_turn(s, &s->nodes[i], &(struct event){.type = EVENT_TICK});
	for (unsigned guard = 0; s->bag_len > 0 && s->failed[0] == '\0'; guard++) {
		if (guard > 200000)
			sim_fail(s, "chatter without end in the quiet phase");
		sim_deliver_one(s);
	}
}

/* Two that hardly met in two years have thousands of documents to catch up with, and of a window that arrives in any
 * order a round takes the beginning: as long as less is left than ever before, it goes on. */
void sim_settle(struct sim *s)
{
	uint64_t least = UINT64_MAX, left;
	unsigned owed = 0; /* rounds in which nothing but an answer was waited for */

	s->quiet = true;
	s->profile.loss = s->profile.dup = 0;
	memset(s->blocked, 0, sizeof s->blocked);
	sim_end_clone(s);
	for (int i = 0; i < s->n; i++)
		if (!s->nodes[i].up)
			sim_boot(s, &s->nodes[i]);
	for (int round = 0, still = 0; still < 500 && s->failed[0] == '\0'; round++, still++) {
		/* what may be done once a day only needs its day, at the end; and between two hours nothing is offered again
		 * that the partner has no place for, so that what is under way arrives */
		s->now_ms += still < 100      ? 2 * LIMIT_ASK_MAX_MS
			     : round % 4 == 0 ? DAY_MS / 24
					      : DAY_MS / 24 / 60 / 60;
		for (int i = 0; i < s->n; i++)
			sim_confirm(s, &s->nodes[i]);
		sim_round(s);
		if (!sim_busy(s, false, &left) && round > 1 &&
		    (owed++ == OWED_ROUNDS || !sim_answers_owed(s)))
			return;
		if (left < least)
			still = 0;
		least = left < least ? left : least;
	}
	(void)sim_busy(s, true, &left);
	sim_fail(s, "no convergence");
}

/* ---- a federation ---- */

static enum err take_entry(struct turn *t, struct span bytes)
{
	bool fork;
	const enum err rc = roster_apply(t, bytes, &fork);

	return rc == ERR_OK ? roster_settle(t) : rc;
}

static enum err take_witness(struct turn *t, struct span bytes)
{
	struct chain c;
	bool news;

	require(roster_chain(t, &c) == ERR_OK);
	require(members_witness(t, bytes, &c, &news) == ERR_OK);
	t->unsettled = true;
	return roster_settle(t);
}

static void in_all(struct sim *s, enum err (*take)(struct turn *t, struct span bytes),
		   const uint8_t *bytes, size_t len)
{
	for (int i = 0; i < s->n; i++) {
		struct sim_node *n = &s->nodes[i];
		struct effects fx;
		struct turn t = {.arena = &n->arena, .fx = &fx};
		struct node_time now = now_of(s);

		effects_init(&fx);
		node_turn_begin(n->node, &t, &now);
		require(store_begin(n->store, true, &t.txn) == ERR_OK);
		require(take(&t, span_of(bytes, len)) == ERR_OK);
		require(audit_settle(&t) == ERR_OK);
		require(store_commit(t.txn) == ERR_OK);
		arena_reset(&n->arena);
		require(store_begin(n->store, false, &t.txn) == ERR_OK);
		require(node_reload(n->node, &t) == ERR_OK);
		store_abort(t.txn);
		arena_reset(&n->arena);
	}
}

static struct span carry(struct sim *s, struct wire_roster *e, const struct id32 *root, bool apply,
			 struct id32 *hash)
{
	static uint8_t bytes[4096], carried[8192];
	uint8_t sig[SIGN_LEN];
	struct wr w = wr_of(bytes, sizeof bytes), cw = wr_of(carried, sizeof carried);

	e->time_s = s->now_ms / 1000;
	e->valid_until_s = e->time_s + CHAIN_VALID_S;
	wire_roster_put(&w, e);
	e->signed_bytes = wr_span(&w);
	*hash = chain_hash(e);
	fake_sign(SIGN_ROSTER, &e->signed_bytes, 1, root, sig);
	e->sig_count = 1;
	e->sigs[0].root = 0;
	e->sigs[0].sig = sig;
	wire_roster_carry(&cw, e);
	if (apply)
		in_all(s, take_entry, carried, cw.len);
	return wr_span(&cw);
}

static void add_payload(struct sim *s, int i, const struct inception *in, uint8_t *payload,
			struct wr *pw)
{
	struct wire_node nr = {.fed_id = in->fed_id,
			       .node = s->nodes[i].who.node_id,
			       .version = 1,
			       .key_seq = 1,
			       .nk_pub = in->nk_pub,
			       .next_digest = in->next_digest};
	uint8_t rec[512], inception[IDENTITY_INCEPTION_LEN], sig[SIGN_LEN];
	struct wr nw = wr_of(rec, sizeof rec);
	struct span part;
	struct wire_add add = {.classes = WIRE_MEMBER, .node_sig = sig};

	seed_of(s, &nr.tk_pub);
	wire_node_put(&nw, &nr);
	part = wr_span(&nw);
	fake_sign(SIGN_NODE, &part, 1, &in->nk_pub, sig);
	identity_inception_bytes(in, inception);
	add.inception = span_of(inception, sizeof inception);
	add.node = part;
	(void)snprintf(add.country, sizeof add.country, "%s", i % 2 == 0 ? "NL" : "BE");
	(void)snprintf(add.org, sizeof add.org, "Partner %c", 'A' + i);
	*pw = wr_of(payload, 2048);
	wire_add_put(pw, &add);
}

/* Every node tells every other that it saw the roster's head: all are let in (proto/PROTOCOL.md 3). */
static void cosign(struct sim *s, const struct id32 *head)
{
	for (int i = 0; i < s->n; i++) {
		const struct sim_node *n = &s->nodes[i];
		uint8_t buf[WIRE_WITNESS_SIGNED], bytes[WIRE_WITNESS_LEN], sig[SIGN_LEN];
		const struct span part = {buf, sizeof buf};
		struct wr w = wr_of(bytes, sizeof bytes);
		struct wire_witness v = {.node = n->who.node_id,
					 .hash = *head,
					 .seq = (uint64_t)s->n,
					 .time_s = s->now_ms / 1000,
					 .sig = sig};

		wire_witness_signed(&v, &n->who.fed_id, buf);
		fake_sign(SIGN_WITNESS, &part, 1, &n->who.nk_pub, sig);
		wire_witness_put(&w, &v);
		in_all(s, take_witness, bytes, w.len);
	}
}

static void make_federation(struct sim *s)
{
	struct wire_genesis g = {.m = 1, .n = 1, .min_suite = WIRE_SUITE_1, .name = "Sim"};
	struct wire_roster e = {.op = WIRE_ROSTER_GENESIS};
	struct inception in[SIM_NODES_MAX];
	uint8_t payload[2048];
	struct wr pw = wr_of(payload, sizeof payload);
	struct id32 hash;

	seed_of(s, &g.roots[0]);
	wire_genesis_put(&pw, &g);
	e.payload = wr_span(&pw);
	(void)carry(s, &e, &g.roots[0], false, &hash);
	memcpy(e.fed_id.b, hash.b, 16);
	for (int i = 0; i < s->n; i++) {
		struct sim_node *n = &s->nodes[i];
		const struct store_options o = {.cipher = &s->cipher};

		n->no = n->key = i;
		in[i].fed_id = e.fed_id;
		seed_of(s, &in[i].nk_pub);
		seed_of(s, &in[i].next_digest);
		in[i].org_uuid = (struct id16){{(uint8_t)i}};
		n->who = (struct node_identity){.memory = sim_memory(),
						.fed_id = e.fed_id,
						.node_id = identity_node_id(&in[i]),
						.nk_pub = in[i].nk_pub,
						.key_seq = 1,
						.incarnation_no = 1};
		require(arena_create(&n->arena, SIM_ARENA) == ERR_OK);
		require(store_open(&n->store, &o) == ERR_OK);
		sim_boot(s, n);
	}
	(void)carry(s, &e, &g.roots[0], true, &hash);
	for (int i = 0; i < s->n; i++) {
		e.op = WIRE_ROSTER_ADD;
		e.seq = (uint64_t)i + 1;
		e.prev_hash = hash;
		add_payload(s, i, &in[i], payload, &pw);
		e.payload = wr_span(&pw);
		(void)carry(s, &e, &g.roots[0], true, &hash);
	}
	s->fed_id = e.fed_id;
	s->roster_root = g.roots[0];
	s->roster_head = hash;
	cosign(s, &hash);
}

struct span sim_removal(struct sim *s, int node, uint64_t from_ms)
{
	const struct wire_remove gone = {
		.node = s->nodes[node].who.node_id, .reason = 1, .effective_s = from_ms / 1000};
	struct wire_roster e = {.op = WIRE_ROSTER_REMOVE,
				.fed_id = s->fed_id,
				.seq = (uint64_t)s->n + 1,
				.prev_hash = s->roster_head};
	uint8_t payload[256];
	struct wr pw = wr_of(payload, sizeof payload);

	wire_remove_put(&pw, &gone);
	e.payload = wr_span(&pw);
	return carry(s, &e, &s->roster_root, false, &s->roster_head);
}

void sim_open(struct sim *s, uint64_t seed, const struct sim_profile *p, bool speak_first)
{
	*s = (struct sim){.profile = *p,
			  .rng = seed * 1000003,
			  .speak_first = speak_first,
			  .clone_of = -1,
			  .leaves = -1};
	s->n = p->story ? 4 : 2 + (int)(seed % 7);
	s->now_ms = (uint64_t)START_DAY * DAY_MS;
	fake_cipher(&s->cipher);
	require(arena_create(&s->look, SIM_ARENA) == ERR_OK);
	make_federation(s);
	sim_agreements(s);
	if (p->two)
		sim_staff(s);
}

uint64_t sim_days(const struct sim *s)
{
	return s->now_ms / DAY_MS - START_DAY;
}

void sim_close(struct sim *s)
{
	for (size_t i = 0; i < s->bag_len; i++)
		msg_drop(s->bag[i]);
	sim_end_clone(s);
	for (int i = 0; i < s->n; i++) {
		for (size_t k = 0; k < s->nodes[i].backup_count; k++)
			store_close(s->nodes[i].backups[k].store);
		node_free(s->nodes[i].node);
		store_close(s->nodes[i].store);
		arena_free(&s->nodes[i].arena);
		free(s->nodes[i].cases);
	}
	arena_free(&s->look);
	free(s->kept.marks);
	free(s->lostable.marks);
	free(s->withdrawn.marks);
	free(s->forgotten.marks);
	free(s->bag);
	free(s->threads);
}

/* SPDX-License-Identifier: EUPL-1.2 */
/* What a federation does when nobody does anything: every timer that is due fires, and after that nothing is
 * written any more. */
#include "base/check.h"
#include "domain/care/acts.h"
#include "domain/consent/alone.h"
#include "domain/consent/casefile.h"
#include "domain/exchange/pair.h"
#include "sim.h"

enum {
	MINUTE_MS = 60000,
	HOUR_MS = 3600000,
	SILENT_HOURS = 30,
	DUE_ROUNDS = 60,
	IDLE_MINUTES = 10
};

/* Rows that the passing of time may change: answers to requests are remembered for a day, settled documents
 * for a month. */
static bool passes(enum store_table t)
{
	return t == STORE_REQUEST || t == STORE_REQUESTAGE || t == STORE_OUTPLACE ||
	       t == STORE_OUTNUM || t == STORE_OUTID;
}

struct print {
	uint64_t of[STORE_TABLE_COUNT]; /* of pairs without when they were last heard */
	uint64_t pair[SIM_NODES_MAX];	/* of each, with it */
	uint64_t kept[SIM_NODES_MAX];	/* first place retained: moving it writes the row */
};

/* Eight bytes at a time: the rows of every node go through here. */
uint64_t sim_mixed(uint64_t h, struct span s)
{
	size_t i = 0;

	for (; i + 8 <= s.len; i += 8)
		h = ((h ^ be64_get(s.p + i)) * 0x9e3779b97f4a7c15u) ^ h >> 29;
	for (; i < s.len; i++)
		h = (h ^ s.p[i]) * 0x100000001b3u;
	return h ^ s.len;
}

/* When a partner was last heard, and the time of its newest key, are written once an hour, and the first place that is
 * retained moves with the month: that is no change. */
static void take_pair(struct sim_view *v, const struct store_row *row, struct print *out)
{
	uint8_t b[1024];
	struct wr w = wr_of(b, sizeof b);
	struct record_place place;
	struct pair p = {.peer = be16_get(row->key.p)};
	struct span val;

	require(record_open(v->t.txn, v->t.arena, STORE_PAIR, row, &place, &val) == ERR_OK &&
		pair_unpack(val, &p) == ERR_OK);
	out->kept[p.peer - 1] = p.kept_from;
	p.kept_from = 0;
	pair_pack(&p, &w);
	out->pair[p.peer - 1] = sim_mixed(0, wr_span(&w));
	p.last_frame_ms = p.last_heard_ms = p.their_key_ms = 0;
	w.len = 0;
	pair_pack(&p, &w);
	require(!w.over);
	out->of[STORE_PAIR] = sim_mixed(sim_mixed(out->of[STORE_PAIR], row->key), wr_span(&w));
}

static void print_table(struct sim_view *v, enum store_table t, struct print *out)
{
	struct store_walk w = {.rc = ERR_OK};

	out->of[t] = 0xcbf29ce484222325u;
	while (!passes(t) && store_each(v->t.txn, t, span_of(NULL, 0), &w))
		if (t == STORE_PAIR)
			take_pair(v, &w.row, out);
		else
			out->of[t] = sim_mixed(sim_mixed(out->of[t], w.row.key), w.row.val);
}

static void take_print(struct sim *s, struct sim_node *n, struct print *out)
{
	struct sim_view v;

	*out = (struct print){.of = {0}};
	sim_view_open(s, &v, n);
	for (int t = 0; t < STORE_TABLE_COUNT; t++)
		print_table(&v, (enum store_table)t, out);
	sim_view_close(&v);
}

/* Of the pairs alone: they are counted every minute, all other rows are compared when the minutes are over. */
static void print_pairs(struct sim *s, struct sim_node *n, struct print *out)
{
	struct sim_view v;

	*out = (struct print){.of = {0}};
	sim_view_open(s, &v, n);
	print_table(&v, STORE_PAIR, out);
	sim_view_close(&v);
}

/* A consent whose referral never came is let go within that time. */
static bool lets_go(struct sim *s, struct sim_node *n, uint64_t until_ms)
{
	struct id16 case_id;
	struct sim_view v;
	bool due;

	sim_view_open(s, &v, n);
	v.t.wall_ms = until_ms;
	require(alone_due(&v.t, &case_id, &due) == ERR_OK);
	sim_view_close(&v);
	return due;
}

static uint64_t next_due(struct sim *s, struct sim_node *n)
{
	struct sim_view v;
	uint64_t wall, mono;

	sim_view_open(s, &v, n);
	require(node_next_tick(&v.t, &wall, &mono) == ERR_OK);
	sim_view_close(&v);
	return wall;
}

/* Every timer belongs to a thread that waits for it, of a case that is there. */
static void check_timers(struct sim *s, struct sim_node *n)
{
	struct store_walk w = {.rc = ERR_OK};
	struct sim_view v;

	sim_view_open(s, &v, n);
	while (store_each(v.t.txn, STORE_TIMER, span_of(NULL, 0), &w)) {
		struct store_key k;
		struct thread th;
		struct id16 id;
		bool owed;

		memcpy(id.b, w.row.key.p + 8, 16);
		if (thread_load(&v.t, &id, &th) != ERR_OK) {
			sim_fail(s, "node %d: a timer without a thread", n->no);
			break;
		}
		k = turn_key_id(&th.case_id);
		/* a holder owes its answer to a withdrawal, and those of whom it told, also when its case is gone */
		owed = th.kind == THREAD_CONSENT && th.role == THREAD_RECEIVER && th.withdrawn;
		if (!owed && !record_exists(v.t.txn, STORE_CASES, key_span(&k)))
			sim_fail(s, "node %d: a timer of a referral whose case was erased", n->no);
		if (th.timer_ms != be64_get(w.row.key.p))
			sim_fail(s, "node %d: a timer that its referral does not know", n->no);
	}
	sim_view_close(&v);
}

static bool any_due(struct sim *s)
{
	for (int i = 0; i < s->n; i++)
		if (next_due(s, &s->nodes[i]) <= s->now_ms || lets_go(s, &s->nodes[i], s->now_ms))
			return true;
	return false;
}

/* How many rows of pairs changed since the last look, each of which may do so once an hour. */
static void count_pairs(struct sim *s, struct print *last, unsigned written[][SIM_NODES_MAX])
{
	for (int i = 0; i < s->n; i++) {
		struct print now;

		print_pairs(s, &s->nodes[i], &now);
		for (int j = 0; j < s->n; j++)
			written[i][j] += now.pair[j] != last[i].pair[j] &&
					 now.kept[j] == last[i].kept[j];
		last[i] = now;
	}
}

/* What was lost on the way before is asked for again: a verdict on what a timer said would come with the first question of the
 * idle minutes and set its referral's timer anew, which is no writing of an idle node. */
static void catch_up(struct sim *s)
{
	uint64_t left;

	for (unsigned i = 0; i < DUE_ROUNDS && s->failed[0] == '\0' && sim_busy(s, false, &left);
	     i++) {
		s->now_ms += LIMIT_ASK_MAX_MS;
		sim_round(s);
	}
}

static void idle(struct sim *s)
{
	const uint64_t until = s->now_ms + (uint64_t)IDLE_MINUTES * MINUTE_MS;
	struct print before[SIM_NODES_MAX] = {{.of = {0}}}, last[SIM_NODES_MAX] = {{.of = {0}}};
	unsigned written[SIM_NODES_MAX][SIM_NODES_MAX] = {{0}};
	bool someone = false; /* has something to do then, and tells the others */

	for (int i = 0; i < s->n; i++) {
		someone = someone || next_due(s, &s->nodes[i]) <= until ||
			  lets_go(s, &s->nodes[i], until);
		take_print(s, &s->nodes[i], &before[i]);
		last[i] = before[i];
	}
	for (bool first = true; s->now_ms < until && s->failed[0] == '\0'; first = false) {
		s->now_ms += MINUTE_MS;
		sim_round(s);
		count_pairs(s, last, written);
		for (int i = 0; i < s->n && first; i++) {
			/* with its first question each tells how far it was at the end of what came before: that receipt
			 * is kept */
			before[i].of[STORE_PAIR] = last[i].of[STORE_PAIR];
			memset(written[i], 0, sizeof written[i]);
		}
	}
	for (int i = 0; i < s->n && !someone; i++) {
		take_print(s, &s->nodes[i], &last[i]);
		for (int t = 0; t < STORE_TABLE_COUNT; t++)
			if (before[i].of[t] != last[i].of[t])
				sim_fail(s, "node %d: an idle node writes into %s", i,
					 key_table_name((enum store_table)t));
		for (int j = 0; j < s->n; j++)
			if (written[i][j] > 1)
				sim_fail(s, "node %d: an idle node writes about node %d %u times",
					 i, j, written[i][j]);
		s->life.idle++;
	}
}

void sim_rest(struct sim *s)
{
	for (unsigned h = 0; h < SILENT_HOURS && s->failed[0] == '\0'; h += 3) {
		s->now_ms += 3 * (uint64_t)HOUR_MS;
		sim_round(s);
	}
	for (unsigned i = 0; i < DUE_ROUNDS && s->failed[0] == '\0' && any_due(s); i++) {
		s->now_ms += 1000;
		sim_round(s);
	}
	for (int i = 0; i < s->n && s->failed[0] == '\0'; i++) {
		check_timers(s, &s->nodes[i]);
		if (next_due(s, &s->nodes[i]) <= s->now_ms)
			sim_fail(s, "node %d: a timer is overdue at rest and never fires", i);
		if (lets_go(s, &s->nodes[i], s->now_ms))
			sim_fail(s, "node %d: a consent without its referral is never let go", i);
	}
	for (unsigned i = 0; i < 2 && s->failed[0] == '\0'; i++) {
		catch_up(s);
		idle(s);
	}
}

/* SPDX-License-Identifier: EUPL-1.2 */
/* What a federation does when nobody does anything: every timer that is due fires, and after that nothing is
 * written any more. */
#include "base/check.h"
#include "domain/care/acts.h"
#include "domain/consent/casefile.h"
#include "sim.h"

enum {
	MINUTE_MS = 60000,
	HOUR_MS = 3600000,
	SILENT_HOURS = 30,
	DUE_ROUNDS = 60,
	IDLE_MINUTES = 10
};

/* Rows that the passing of time may change: answers to requests are remembered for a day, settled documents
 * for a month, and a partner's last sign of life is written down with its pair. */
static bool passes(enum store_table t)
{
	return t == STORE_REQUEST || t == STORE_REQUESTAGE || t == STORE_PAIR ||
	       t == STORE_OUTPLACE || t == STORE_OUTNUM || t == STORE_OUTID;
}

struct print {
	uint64_t of[STORE_TABLE_COUNT];
};

/* Eight bytes at a time: the rows of every node go through here. */
static uint64_t mixed(uint64_t h, struct span s)
{
	size_t i = 0;

	for (; i + 8 <= s.len; i += 8)
		h = ((h ^ be64_get(s.p + i)) * 0x9e3779b97f4a7c15u) ^ h >> 29;
	for (; i < s.len; i++)
		h = (h ^ s.p[i]) * 0x100000001b3u;
	return h ^ s.len;
}

static void take_print(struct sim *s, struct sim_node *n, struct print *out)
{
	struct sim_view v;

	sim_view_open(s, &v, n);
	for (int t = 0; t < STORE_TABLE_COUNT; t++) {
		struct store_key at = {.len = 0};
		struct store_row row;

		out->of[t] = 0xcbf29ce484222325u;
		while (!passes((enum store_table)t) &&
		       store_next_prefix(v.t.txn, (enum store_table)t, span_of(NULL, 0), &at,
					 &row) == ERR_OK)
			out->of[t] = mixed(mixed(out->of[t], row.key), row.val);
	}
	sim_view_close(&v);
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
	struct store_key at = {.len = 0};
	struct store_row row;
	struct sim_view v;

	sim_view_open(s, &v, n);
	while (store_next_prefix(v.t.txn, STORE_TIMER, span_of(NULL, 0), &at, &row) == ERR_OK) {
		struct store_key k;
		struct thread th;
		struct id16 id;

		memcpy(id.b, row.key.p + 8, 16);
		if (thread_load(&v.t, &id, &th) != ERR_OK) {
			sim_fail(s, "node %d: a timer without a thread", n->no);
			break;
		}
		k = turn_key_id(&th.case_id);
		if (!record_exists(v.t.txn, STORE_CASES, key_span(&k)))
			sim_fail(s, "node %d: a timer of a referral whose case was erased", n->no);
		if (th.timer_ms != be64_get(row.key.p))
			sim_fail(s, "node %d: a timer that its referral does not know", n->no);
	}
	sim_view_close(&v);
}

static bool any_due(struct sim *s)
{
	for (int i = 0; i < s->n; i++)
		if (next_due(s, &s->nodes[i]) <= s->now_ms)
			return true;
	return false;
}

static void idle(struct sim *s)
{
	const uint64_t until = s->now_ms + (uint64_t)IDLE_MINUTES * MINUTE_MS;
	struct print before[SIM_NODES_MAX], after;
	bool busy[SIM_NODES_MAX] = {false};

	for (int i = 0; i < s->n; i++) {
		busy[i] = next_due(s, &s->nodes[i]) <= until; /* it has something to do then */
		take_print(s, &s->nodes[i], &before[i]);
	}
	while (s->now_ms < until && s->failed[0] == '\0') {
		s->now_ms += MINUTE_MS;
		sim_round(s);
	}
	for (int i = 0; i < s->n; i++) {
		bool someone = false; /* who has to do something tells the others */

		for (int j = 0; j < s->n; j++)
			someone = someone || busy[j];
		take_print(s, &s->nodes[i], &after);
		for (int t = 0; t < STORE_TABLE_COUNT && !someone; t++)
			if (before[i].of[t] != after.of[t])
				sim_fail(s, "node %d: an idle node writes into %s", i,
					 key_table_name((enum store_table)t));
		s->life.idle += !someone;
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
	}
	for (unsigned i = 0; i < 2 && s->failed[0] == '\0'; i++)
		idle(s);
}

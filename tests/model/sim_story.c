/* SPDX-License-Identifier: EUPL-1.2 */
/* Few moments decide whether some rules hold, and chance hardly ever meets them: a partner that is out of reach while a case goes on and
 * on; a loss between an act and what follows from it.  Each story brings one about; the judge is the same. */
#include "base/check.h"
#include "base/date.h"
#include "domain/handover/rows.h"
#include "domain/loss/settled.h"
#include "sim.h"

enum { SCRATCH = 65536, MOST = 32, MINUTE_MS = 60000, SILENT_DAYS = 16 };

void sim_minutes(struct sim *s, unsigned n)
{
	for (unsigned i = 0; i < n && s->failed[0] == '\0'; i++) {
		s->now_ms += MINUTE_MS;
		sim_round(s);
	}
}

void sim_apart(struct sim *s, int a, int b, bool yes)
{
	require(a != b);
	s->blocked[a][b] = s->blocked[b][a] = yes;
	if (yes)
		sim_cut(s, a, b);
}

/* The handover of these two that is not over, as that node has it. */
bool sim_between(struct sim *s, int node, int other, struct thread *out)
{
	struct thread all[MOST];
	const size_t n = sim_under_way(s, &s->nodes[node], all, MOST);

	for (size_t i = 0; i < n; i++)
		if (all[i].peer == other + 1) {
			*out = all[i];
			return true;
		}
	return false;
}

/* Step by step, until this node has it in that state. */
void sim_hand(struct sim *s, struct arena *a, int from, int to, enum handover_state until)
{
	struct thread th;

	for (unsigned i = 0; i < 12 && s->failed[0] == '\0'; i++) {
		if (sim_between(s, from, to, &th)) {
			if (th.state >= (unsigned)until)
				return;
			sim_bring_on(s, &s->nodes[from], a, &th);
			arena_reset(a);
		}
		if (sim_between(s, to, from, &th) && th.state < (unsigned)until) {
			sim_bring_on(s, &s->nodes[to], a, &th);
			arena_reset(a);
		}
		sim_minutes(s, 2);
	}
}

/* A case of a new person, given as far as CEDE. */
void sim_cede_new(struct sim *s, struct arena *a, int from, int to)
{
	struct sim_node *n = &s->nodes[from];

	sim_open_case(s, n, a);
	require(n->case_count > 0);
	sim_propose(s, n, a, &n->cases[n->case_count - 1], to);
	arena_reset(a);
	sim_hand(s, a, from, to, HANDOVER_CEDED);
}

/* The next step of a case that was ceded: at the one end it is taken over, at the other it may be taken back. */
static struct id16 next(struct sim *s, struct arena *a, int node, int other,
			void (*step)(struct sim *s, struct sim_node *n, struct arena *a,
				     const struct thread *th))
{
	struct thread th;

	require(sim_between(s, node, other, &th) && th.state == HANDOVER_CEDED);
	step(s, &s->nodes[node], a, &th);
	arena_reset(a);
	return th.case_id;
}

/* It goes on from hand to hand while whoever had it first hears nothing, and takes it back. */
static void handed_on(struct sim *s, struct arena *a)
{
	struct id16 id;

	sim_cede_new(s, a, 0, 1);
	sim_apart(s, 0, 1, true);
	id = next(s, a, 1, 0, sim_bring_on);
	for (int at = 1; at < 3 && s->failed[0] == '\0'; at++) {
		struct thread th;

		sim_propose(s, &s->nodes[at], a, &id, at + 1);
		arena_reset(a);
		sim_hand(s, a, at, at + 1, HANDOVER_CEDED);
		require(sim_between(s, at + 1, at, &th) && th.state == HANDOVER_CEDED);
		id = th.case_id;
		sim_hand(s, a, at, at + 1, HANDOVER_TAKEN);
	}
	s->now_ms += SILENT_DAYS * (uint64_t)DAY_MS;
	(void)next(s, a, 0, 1, sim_reclaim);
	sim_apart(s, 0, 1, false);
	sim_minutes(s, 10);
}

/* What is said to the one arrives there; whatever goes the other way is lost. */
void sim_to_one_alone(struct sim *s, int from, int to)
{
	for (unsigned i = 0; i < 8; i++) {
		s->now_ms += MINUTE_MS;
		sim_turn(s, &s->nodes[from], &(struct event){.type = EVENT_TICK});
		while (s->bag_len > 0 && s->failed[0] == '\0') {
			size_t k = 0;

			while (k < s->bag_len && s->bag[k]->dst == to)
				k++;
			if (k == s->bag_len) {
				sim_deliver_one(s);
				continue;
			}
			struct sim_msg *const lost = s->bag[k];

			s->bag[k] = s->bag[0];
			s->bag[0] = lost;
			sim_drop_one(s);
		}
	}
}

/* Taken over at the one end, taken back at the other, and then that one forgets that it took it back before it heard of the taking. */
static void forgotten_reclaim(struct sim *s, struct arena *a)
{
	sim_cede_new(s, a, 0, 1);
	sim_back_up(s, &s->nodes[0]);
	s->now_ms += SILENT_DAYS * (uint64_t)DAY_MS;
	sim_minutes(s, 5);
	(void)next(s, a, 1, 0, sim_bring_on);
	(void)next(s, a, 0, 1, sim_reclaim);
	sim_to_one_alone(s, 0, 1);
	sim_go_back(s, &s->nodes[0], true);
	sim_minutes(s, 10);
}

/* Passed on, and forgotten by whoever did: it hears of the end before it hears of those that it passed the person on to. */
static void forgotten_child(struct sim *s, struct arena *a)
{
	struct sim_node *first = &s->nodes[0], *holder = &s->nodes[1];
	struct msg *req = msg_new(a, MSG_REQUEST), *m;
	struct thread th;
	char hex[33];

	sim_open_case(s, first, a);
	sim_give(s, first, a, &first->cases[first->case_count - 1], 1, SIM_CATS, 90);
	sim_refer(s, first, a, &first->cases[first->case_count - 1], 1);
	sim_minutes(s, 3);
	require(s->thread_count == 1 && sim_look(s, holder, s->threads[0].ref, &th));
	sim_back_up(s, holder);
	sim_give(s, holder, a, &th.case_id, 2, SIM_CATS, 60);
	sim_refer(s, holder, a, &th.case_id, 2);
	sim_minutes(s, 3);
	sim_apart(s, 1, 2, true);
	sim_go_back(s, holder, true);
	sim_minutes(s, 5);
	sim_confirm(s, first);
	bytes_hex(hex, th.grant_id.b, 16);
	arena_reset(a);
	req = msg_new(a, MSG_REQUEST);
	m = msg_sub(a, req, REQUEST_CONSENT_WITHDRAW);
	msg_set_text(a, m, CONSENT_WITHDRAW_ID, hex);
	sim_ask(s, first, a, req);
	require(!s->reply_error);
	sim_minutes(s, 30);
	sim_check_ended(s, false);
	sim_apart(s, 1, 2, false);
	sim_minutes(s, 10);
}

/* Whoever gave it and went back to before that lets go of nothing by what it hears before both have the same log again. */
static void watch_seal(struct sim *s, struct sim_node *n, const struct event *ev)
{
	struct store_walk w = {.rc = ERR_OK};
	struct sim_view v;
	struct thread th;
	struct msg *m;

	(void)ev;
	sim_view_open(s, &v, n);
	while (rows_each(&v.t, NULL, &w, &th, &m)) {
		struct pair *pr;

		require(pair_get(&v.t, th.peer, &pr) == ERR_OK);
		if (th.role == THREAD_SENDER && !settled_is(&th, pr) &&
		    msg_u64(m, HANDOVER_RECORD_SEALED) != 0)
			sim_fail(s, "node %d sealed a case before the logs were compared", n->no);
	}
	require(w.rc == ERR_OK);
	sim_view_close(&v);
}

/* Taken over, and what is kept for its new owner is on its way: that this one has it is forgotten. */
static void forgotten_end(struct sim *s, struct arena *a)
{
	sim_cede_new(s, a, 0, 1);
	(void)next(s, a, 1, 0, sim_bring_on);
	sim_to_one_alone(s, 1, 0);
	sim_back_up(s, &s->nodes[0]);
	sim_minutes(s, 10);
	sim_go_back(s, &s->nodes[0], true);
	s->each = watch_seal;
	sim_minutes(s, 10);
	s->each = NULL;
}

void sim_story(struct sim *s, uint64_t seed)
{
	static sim_told_story *const stories[] = {handed_on,
						  forgotten_reclaim,
						  forgotten_child,
						  forgotten_end,
						  sim_added_before_close,
						  sim_added_while_sealing,
						  sim_added_after,
						  sim_added_below,
						  sim_added_between,
						  sim_added_bundled,
						  sim_added_stuck,
						  sim_added_and_taken_back,
						  sim_added_and_not_given,
						  sim_kept_without_its_file};
	struct arena a;

	require(s->n == 4);
	require(arena_create(&a, SCRATCH) == ERR_OK);
	stories[seed % (sizeof stories / sizeof stories[0])](s, &a);
	arena_free(&a);
}

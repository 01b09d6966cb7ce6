/* SPDX-License-Identifier: EUPL-1.2 */
/* The rest of a person's life at an organisation: cases are erased, consent is renewed, widened, narrowed and
 * taken back, the same person comes again, and nights, weekends and holidays pass. */
#include <stdio.h>

#include "base/check.h"
#include "domain/care/acts.h"
#include "domain/consent/casefile.h"
#include "domain/exchange/quota.h"
#include "sim.h"

enum { HOUR_MS = 3600000, SOME_CASES = 64 };

size_t sim_cases(struct sim *s, struct sim_node *n, struct sim_case *out, size_t cap)
{
	struct sim_view v;
	struct store_walk w = {.rc = ERR_OK};
	size_t count = 0, seen = 0;

	sim_view_open(s, &v, n);
	while (store_each(v.t.txn, STORE_CASES, span_of(NULL, 0), &w)) {
		const size_t k = seen++ < cap ? count++ : sim_below(s, seen);

		if (k < cap)
			memcpy(out[k].id.b, w.row.key.p, 16);
	}
	for (size_t i = 0; i < count; i++) {
		const struct store_key k = turn_key_id(&out[i].id);
		struct store_row first;
		struct msg *m;

		require(casefile_load(&v.t, &out[i].id, &m) == ERR_OK);
		out[i].theirs = msg_u64(m, CASE_RECORD_THEIRS) != 0;
		require(quota_any_open(&v.t, &out[i].id, &out[i].open) == ERR_OK);
		out[i].referred = store_seek(v.t.txn, STORE_THREADCASE, key_span(&k), &first) ==
					  ERR_OK &&
				  memcmp(first.key.p, out[i].id.b, 16) == 0;
		out[i].work = store_seek(v.t.txn, STORE_WORK, key_span(&k), &first) == ERR_OK &&
			      memcmp(first.key.p, out[i].id.b, 16) == 0;
		arena_reset(&n->arena);
	}
	sim_view_close(&v);
	return count;
}

static void forget_case(struct sim_node *n, const struct id16 *id)
{
	for (size_t i = 0; i < n->case_count; i++)
		if (id16_equal(&n->cases[i], id))
			n->cases[i--] = n->cases[--n->case_count];
}

/* Any case, own or a partner's; mostly one that may be erased, now and then one that is still open. */
static void erase(struct sim *s, struct sim_node *n, struct arena *a)
{
	struct sim_case all[SOME_CASES], *c;
	const size_t count = sim_cases(s, n, all, SOME_CASES);
	const bool mine = sim_chance(s) < .4, any = sim_chance(s) < .1;
	struct msg *req = msg_new(a, MSG_REQUEST), *m = msg_sub(a, req, REQUEST_CASE_ERASE);
	char hex[33];
	size_t k = count == 0 ? 0 : sim_below(s, count), i;

	for (i = 0; i < count; i++, k = (k + 1) % count)
		if (any || (all[k].theirs != mine && all[k].referred && !all[k].open))
			break;
	if (i == count)
		return;
	c = &all[k];
	bytes_hex(hex, c->id.b, 16);
	msg_set_text(a, m, CASE_ERASE_ID, hex);
	sim_ask(s, n, a, req);
	if (s->reply_error)
		return;
	forget_case(n, &c->id);
	*(c->theirs ? &s->life.erased_theirs : &s->life.erased_own) += 1;
}

/* Of whom did this node make a referral before?  false: of nobody whose case is still there. */
static bool somebody(struct sim *s, struct sim_node *n, struct id16 *case_id, int *to, char ref[16])
{
	for (int i = 0; i < 12 && s->thread_count > 0; i++) {
		const struct sim_thread *st = &s->threads[sim_below(s, s->thread_count)];
		struct thread th;

		if (st->from != n->no || !sim_look(s, n, st->ref, &th))
			continue;
		for (size_t k = 0; k < n->case_count; k++)
			if (id16_equal(&n->cases[k], &th.case_id)) {
				*case_id = th.case_id;
				*to = st->to;
				(void)snprintf(ref, 16, "%s", st->ref);
				return true;
			}
	}
	return false;
}

/* A consent again: the same, a wider or a narrower one, for longer. */
static void renew(struct sim *s, struct sim_node *n, struct arena *a)
{
	static const uint64_t wider[] = {SIM_CATS, SIM_CATS, SIM_CATS & ~(1u << 16),
					 SIM_CATS & ~(1u << 1), SIM_CATS | 1u << 11};
	struct id16 id;
	char ref[16];
	int to;

	if (!somebody(s, n, &id, &to, ref))
		return;
	sim_give(s, n, a, &id, to, wider[sim_below(s, 5)], 5 + sim_below(s, 200));
	s->life.renewed += !s->reply_error;
}

/* The same person once more: under the consent that is there, or under a new one. */
static void refer_again(struct sim *s, struct sim_node *n, struct arena *a)
{
	struct id16 id;
	char ref[16];
	int to;

	if (!somebody(s, n, &id, &to, ref))
		return;
	if (sim_chance(s) < .6) {
		sim_give(s, n, a, &id, to, SIM_CATS, 1 + sim_below(s, 90));
		if (s->reply_error || !n->up)
			return;
	}
	sim_refer(s, n, a, &id, to);
	s->life.again += !s->reply_error;
}

static void revoke(struct sim *s, struct sim_node *n, struct arena *a, const char *ref)
{
	struct msg *req = msg_new(a, MSG_REQUEST), *m = msg_sub(a, req, REQUEST_ACT);

	msg_set_text(a, m, ACT_NEW_REF, ref);
	msg_set_u64(m, ACT_NEW_TYPE, DOC_REVOKE);
	msg_set_text(a, m, ACT_NEW_REASON, "consent-withdrawn");
	sim_ask(s, n, a, req);
	s->life.revoked += !s->reply_error;
}

/* One consent, or all of a case: at whoever collected it, or at whoever was shown the person. */
static void withdraw(struct sim *s, struct sim_node *n, struct arena *a)
{
	struct msg *req = msg_new(a, MSG_REQUEST), *m = msg_sub(a, req, REQUEST_CONSENT_WITHDRAW);
	const bool all = sim_chance(s) < .2;

	for (int i = 0; i < 12 && s->thread_count > 0; i++) {
		const struct sim_thread *st = &s->threads[sim_below(s, s->thread_count)];
		struct thread th;
		char hex[33];

		if ((st->from != n->no && (st->to != n->no || sim_chance(s) < .5)) ||
		    !sim_look(s, n, st->ref, &th))
			continue;
		bytes_hex(hex, all ? th.case_id.b : th.grant_id.b, 16);
		msg_set_text(a, m, CONSENT_WITHDRAW_ID, hex);
		if (all)
			msg_set_u64(m, CONSENT_WITHDRAW_ALL, 1);
		sim_ask(s, n, a, req);
		*(st->from == n->no ? &s->life.withdrawn
				    : &s->life.withdrawn_there) += !s->reply_error;
		return;
	}
}

static void take_back(struct sim *s, struct sim_node *n, struct arena *a)
{
	struct id16 id;
	char ref[16];
	int to;

	if (sim_chance(s) < .6)
		withdraw(s, n, a);
	else if (somebody(s, n, &id, &to, ref))
		revoke(s, n, a, ref);
}

static bool note(struct sim *s, struct sim_node *n, struct arena *a, const char *ref,
		 uint32_t corrects)
{
	struct msg *req = msg_new(a, MSG_REQUEST), *m = msg_sub(a, req, REQUEST_ACT);

	msg_set_text(a, m, ACT_NEW_REF, ref);
	msg_set_u64(m, ACT_NEW_TYPE, DOC_NOTE);
	msg_set_text(a, m, ACT_NEW_REASON, corrects == 0 ? "no-show" : "appointment");
	msg_set_u64(m, ACT_NEW_CORRECTS, corrects);
	sim_ask(s, n, a, req);
	return !s->reply_error;
}

/* A slip of the pen, seen at once: the note is said again, and names the wrong one. */
static void correct(struct sim *s, struct sim_node *n, struct arena *a)
{
	const size_t young = s->thread_count > 40 ? 40 : s->thread_count; /* the old have ended */

	for (size_t i = 0; i < young; i++) {
		const struct sim_thread *st = &s->threads[s->thread_count - 1 - i];
		struct thread th;

		if (st->to != n->no || !sim_look(s, n, st->ref, &th) ||
		    !referral_may((enum referral_state)th.state, REFERRAL_BY_RECEIVER, DOC_NOTE))
			continue;
		if (note(s, n, a, st->ref, 0) && n->up && sim_look(s, n, st->ref, &th))
			s->life.corrected += note(s, n, a, st->ref, th.my_no);
		return;
	}
}

static bool ask_of_case(struct sim *s, struct sim_node *n, struct arena *a, const struct id16 *id,
			unsigned field)
{
	struct msg *req = msg_new(a, MSG_REQUEST), *m = msg_sub(a, req, field);
	char hex[33];

	bytes_hex(hex, id->b, 16);
	msg_set_text(a, m, BY_ID_ID, hex);
	sim_ask(s, n, a, req);
	return !s->reply_error && n->up;
}

/* Closed too early: mostly it is seen at once, and then the lists are as they were. */
static void close_case(struct sim *s, struct sim_node *n, struct arena *a)
{
	struct sim_case all[SOME_CASES];
	const size_t count = sim_cases(s, n, all, SOME_CASES), from = sim_below(s, count + 1);

	for (size_t k = 0; k < count; k++) {
		const struct sim_case *c = &all[(from + k) % count];

		if (c->open || !c->work)
			continue;
		if (ask_of_case(s, n, a, &c->id, REQUEST_CASE_CLOSE) && sim_chance(s) < .8 &&
		    ask_of_case(s, n, a, &c->id, REQUEST_CASE_REOPEN)) {
			s->life.reopened++;
			sim_check_case(s, n, &c->id);
		}
		return;
	}
}

void sim_live(struct sim *s, struct sim_node *n, struct arena *a)
{
	const double r = sim_chance(s);

	if (r < .3)
		erase(s, n, a);
	else if (r < .6)
		refer_again(s, n, a);
	else if (r < .68)
		correct(s, n, a);
	else if (r < .7)
		close_case(s, n, a);
	else if (r < .85)
		renew(s, n, a);
	else
		take_back(s, n, a);
}

/* Everybody goes home; lines break, or hold; in the morning every node looks at its clock. */
void sim_night(struct sim *s)
{
	const bool lines = sim_chance(s) < .5;
	const double r = sim_chance(s);
	/* long enough for whoever gave a case away to take it back */
	const uint64_t away = s->profile.move > 0 ? 24 * 16 : 24 * 12;
	const uint64_t hours = r < .7 ? 14 : r < .95 ? 62 : away;

	for (unsigned i = 0; s->bag_len > 0 && i < 500 && lines; i++)
		sim_deliver_one(s);
	while (s->bag_len > 0)
		sim_drop_one(s);
	for (int i = 0; i < s->n && !lines; i++)
		for (int j = 0; j < s->n; j++)
			sim_cut(s, i, j);
	s->now_ms += hours * HOUR_MS + sim_below(s, 4 * (uint64_t)HOUR_MS);
	for (int i = 0; i < s->n; i++)
		for (unsigned k = 0; k < 4 && s->nodes[i].up; k++)
			sim_turn(s, &s->nodes[i], &(struct event){.type = EVENT_TICK});
}

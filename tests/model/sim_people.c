/* SPDX-License-Identifier: EUPL-1.2 */
/* What people do: open cases, ask consent, refer, answer.  All through the control requests. */
#include <stdio.h>
#include <stdlib.h>

#include "base/check.h"
#include "base/date.h"
#include "domain/care/acts.h"
#include "domain/referral/fold.h"
#include "domain/views/may.h"
#include "sim.h"

enum { SCRATCH = 65536 };

/* One of the acts that people do. */
static const struct act *some_act(struct sim *s)
{
	size_t people = 0, pick;

	for (size_t i = 0; i < act_count; i++)
		people += act_table[i].command != NULL;
	pick = sim_below(s, people);
	for (size_t i = 0;; i++)
		if (act_table[i].command != NULL && pick-- == 0)
			return &act_table[i];
}

void sim_ask(struct sim *s, struct sim_node *n, struct arena *a, struct msg *req)
{
	struct span bytes;
	uint8_t id[16];

	be64_put(id, sim_rand(s));
	be64_put(id + 8, sim_rand(s));
	msg_set_u64(req, REQUEST_VERSION, 1);
	msg_set_bytes(a, req, REQUEST_REQUEST_ID, span_of(id, sizeof id));
	require(msg_pack(a, req, &bytes) == ERR_OK);
	s->reply_error = true;
	s->reply_id[0] = '\0';
	const struct event ev = {.type = EVENT_REQUEST, .client = 1, .uid = s->uid, .bytes = bytes};

	sim_turn(s, n, &ev);
	/* a client that hears nothing, or is unsure, asks again with the same id: nothing doubles */
	if (n->up && sim_chance(s) < .05)
		sim_turn(s, n, &ev);
}

void sim_confirm(struct sim *s, struct sim_node *n)
{
	const uint32_t uid = s->uid;
	struct arena a;

	s->uid = 0; /* an administrator's to say */
	require(arena_create(&a, SCRATCH) == ERR_OK);
	for (int j = 0; j < s->n && n->up; j++) {
		struct msg *req = msg_new(&a, MSG_REQUEST);
		struct msg *m = msg_sub(&a, req, REQUEST_PARTNER_RESTORED);
		char name[16];

		if (j == n->no || (s->clone_of == j && !s->quiet))
			continue; /* nobody confirms what still runs twice */
		(void)snprintf(name, sizeof name, "partner-%c", 'a' + j);
		msg_set_text(&a, m, BY_ID_ID, name);
		sim_ask(s, n, &a, req);
		arena_reset(&a);
	}
	arena_free(&a);
	s->uid = uid;
}

void sim_staff(struct sim *s)
{
	const double crash = s->profile.crash;
	struct arena a;

	s->profile.crash = 0;
	require(arena_create(&a, SCRATCH) == ERR_OK);
	for (int i = 0; i < s->n; i++)
		for (uint32_t uid = SIM_WORKER; uid <= SIM_SECOND; uid++) {
			struct msg *req = msg_new(&a, MSG_REQUEST);
			struct msg *m = msg_sub(&a, req, REQUEST_STAFF_ADD);

			msg_set_text(&a, m, STAFF_ADD_NAME, uid == SIM_WORKER ? "An" : "Bea");
			msg_set_text(&a, m, STAFF_ADD_USER, uid == SIM_WORKER ? "an" : "bea");
			msg_set_u64(m, STAFF_ADD_UID, uid);
			msg_add_text(&a, m, STAFF_ADD_ROLES, "caseworker");
			sim_ask(s, &s->nodes[i], &a, req);
			require(!s->reply_error);
			arena_reset(&a);
		}
	arena_free(&a);
	s->profile.crash = crash;
	s->uid = SIM_WORKER;
}

void sim_agreements(struct sim *s)
{
	struct arena a;
	const double crash = s->profile.crash;

	s->profile.crash = 0;
	require(arena_create(&a, SCRATCH) == ERR_OK);
	for (int i = 0; i < s->n; i++)
		for (int j = 0; j < s->n; j++)
			for (uint64_t way = 0; way < 2 && i != j; way++) {
				struct msg *req = msg_new(&a, MSG_REQUEST);
				struct msg *m = msg_sub(&a, req, REQUEST_PARTNER_AGREE);
				/* the receiver takes less than the sender would give, now and then */
				uint64_t cats = way == 1 && !s->profile.story && sim_chance(s) < .3
							? SIM_CATS & ~(1u << 16)
							: SIM_CATS;
				const bool closed = sim_chance(s) < .15; /* for messages */
				char name[16];

				(void)snprintf(name, sizeof name, "partner-%c", 'a' + j);
				if (s->profile.move > 0)
					cats |= SIM_FILES;
				msg_set_text(&a, m, PARTNER_AGREE_PARTNER, name);
				msg_set_u64(m, PARTNER_AGREE_CATS, cats);
				msg_set_u64(m, PARTNER_AGREE_RECEIVE, way);
				if (closed)
					msg_set_u64(m, PARTNER_AGREE_WITHOUT, SIM_MESSAGE);
				else
					cats |= SIM_MESSAGE;
				*(way == 0 ? &s->send_cats[i][j] : &s->take_cats[i][j]) = cats;
				sim_ask(s, &s->nodes[i], &a, req);
				require(!s->reply_error);
				arena_reset(&a);
			}
	arena_free(&a);
	s->profile.crash = crash;
}

void sim_open_case(struct sim *s, struct sim_node *n, struct arena *a)
{
	struct msg *req = msg_new(a, MSG_REQUEST);
	struct msg *m = msg_sub(a, req, REQUEST_CASE_NEW), *p = msg_sub(a, m, CASE_NEW_PERSON);
	struct id16 id;

	msg_set_text(a, p, PERSON_NAME, "Testpersoon Verzonnen");
	msg_set_text(a, p, PERSON_PHONE, "000-000");
	msg_set_text(a, p, PERSON_GOALS, "rust");
	if (sim_chance(s) < .5)
		msg_set_text(a, p, PERSON_STORY, "een verzonnen verhaal");
	if (sim_chance(s) < .3)
		msg_set_text(a, p, PERSON_HOUSING, "kamer");
	sim_ask(s, n, a, req);
	if (s->reply_error || !bytes_unhex(id.b, 16, s->reply_id))
		return;
	n->cases = realloc(n->cases, (n->case_count + 1) * sizeof id);
	require(n->cases != NULL);
	n->cases[n->case_count++] = id;
}

void sim_give(struct sim *s, struct sim_node *n, struct arena *a, const struct id16 *case_id,
	      int to, uint64_t cats, uint64_t days)
{
	struct msg *req = msg_new(a, MSG_REQUEST), *m = msg_sub(a, req, REQUEST_CONSENT_GIVE);
	char hex[33], name[16];

	bytes_hex(hex, case_id->b, 16);
	(void)snprintf(name, sizeof name, "partner-%c", 'a' + to);
	msg_set_text(a, m, CONSENT_GIVE_CASE_ID, hex);
	msg_set_text(a, m, CONSENT_GIVE_PARTNER, name);
	msg_set_text(a, m, CONSENT_GIVE_PURPOSE, "refer");
	msg_set_text(a, m, CONSENT_GIVE_HOW, "written");
	if (s->profile.move > 0) {
		cats |= SIM_FILES;
		msg_set_text(a, m, CONSENT_GIVE_ONWARD, sim_chance(s) < .4 ? "member" : "none");
	}
	msg_set_u64(m, CONSENT_GIVE_CATS, cats);
	msg_set_u64(m, CONSENT_GIVE_UNTIL_MS, s->now_ms + (uint64_t)DAY_MS * days);
	sim_ask(s, n, a, req);
}

void sim_refer(struct sim *s, struct sim_node *n, struct arena *a, const struct id16 *case_id,
	       int to)
{
	struct msg *req = msg_new(a, MSG_REQUEST), *m = msg_sub(a, req, REQUEST_REFER);
	char hex[33], name[16];

	bytes_hex(hex, case_id->b, 16);
	(void)snprintf(name, sizeof name, "partner-%c", 'a' + to);
	msg_set_text(a, m, REFER_NEW_CASE_ID, hex);
	msg_set_text(a, m, REFER_NEW_PARTNER, name);
	msg_set_text(a, m, REFER_NEW_NEED, "income-debt");
	msg_set_u64(m, REFER_NEW_URGENCY, 1 + sim_below(s, 2));
	msg_set_u64(m, REFER_NEW_AGAIN, 1);
	msg_set_text(a, m, REFER_NEW_KNOWING, "few nodes: most ways are circles");
	if (sim_chance(s) < .3)
		msg_set_u64(m, REFER_NEW_WITHOUT, 1u << 16);
	sim_ask(s, n, a, req);
	if (s->reply_error)
		return;
	s->threads = realloc(s->threads, (s->thread_count + 1) * sizeof *s->threads);
	require(s->threads != NULL);
	(void)snprintf(s->threads[s->thread_count].ref, 16, "%.15s", s->reply_id);
	s->threads[s->thread_count].from = n->no;
	s->threads[s->thread_count++].to = to;
}

static void recall_it(struct sim *s, struct sim_node *n, struct arena *a, const char *ref)
{
	struct msg *req = msg_new(a, MSG_REQUEST), *m = msg_sub(a, req, REQUEST_ACT);

	msg_set_text(a, m, ACT_NEW_REF, ref);
	msg_set_u64(m, ACT_NEW_TYPE, DOC_ERROR);
	msg_set_text(a, m, ACT_NEW_REASON, "sent-by-mistake");
	sim_ask(s, n, a, req);
	*(s->reply_error ? &s->life.too_late : &s->life.recalled) += 1;
}

/* Somebody sees that it was a mistake: mostly too late, since the partner may have answered. */
static void recall(struct sim *s, struct sim_node *n, struct arena *a)
{
	for (size_t i = 0; i < s->thread_count && i < 12; i++) {
		const struct sim_thread *st = &s->threads[s->thread_count - 1 - i];

		if (st->from == n->no && (i == 0 || sim_chance(s) < .5)) {
			recall_it(s, n, a, st->ref);
			return;
		}
	}
}

static void bring(struct sim *s, uint64_t most)
{
	for (; most > 0 && s->bag_len > 0; most--)
		sim_deliver_one(s);
}

/* Its partner is quick, and what it said is here before the mistake is seen. */
static void asked_first(struct sim *s, struct sim_node *p, struct arena *a, const char *ref)
{
	struct msg *req = msg_new(a, MSG_REQUEST), *m = msg_sub(a, req, REQUEST_ACT);
	struct thread th;

	bring(s, 200);
	if (!p->up || !sim_look(s, p, ref, &th) ||
	    !referral_may((enum referral_state)th.state, fold_our_side(&th), DOC_ASK))
		return;
	msg_set_text(a, m, ACT_NEW_REF, ref);
	msg_set_u64(m, ACT_NEW_TYPE, DOC_ASK);
	msg_set_text(a, m, ACT_NEW_REASON, "best-contact");
	sim_ask(s, p, a, req);
	bring(s, 200);
}

static void refer(struct sim *s, struct sim_node *n, struct arena *a)
{
	const int to = (int)sim_below(s, (uint64_t)s->n);
	const struct id16 id = n->cases[sim_below(s, n->case_count)];
	const uint64_t cats = sim_chance(s) < .7 ? SIM_CATS : SIM_CATS & ~(1u << 16);

	if (to == n->no)
		return;
	sim_give(s, n, a, &id, to, cats, 1 + sim_below(s, 40));
	if (!s->reply_error && n->up)
		sim_refer(s, n, a, &id, to);
	else
		return;
	/* at once, or after its partner had the time to look */
	if (!s->reply_error && n->up && sim_chance(s) < .08) {
		const char *ref = s->threads[s->thread_count - 1].ref;

		bring(s, sim_below(s, 12));
		if (sim_chance(s) < .3)
			asked_first(s, &s->nodes[to], a, ref);
		if (n->up)
			recall_it(s, n, a, ref);
	}
}

bool sim_look(struct sim *s, struct sim_node *n, const char *ref, struct thread *th)
{
	struct sim_view v;
	struct thread_fits fits;
	bool found;

	sim_view_open(s, &v, n);
	found = thread_find(&v.t, ref, th, &fits) == ERR_OK;
	sim_view_close(&v);
	return found;
}

static const char *reason_for(uint16_t type)
{
	switch (type) {
	case DOC_DECLINE:
		return "no-capacity";
	case DOC_OUTCOME:
		return "helped";
	case DOC_NOTE:
		return "appointment";
	case DOC_ASK:
		return "best-contact";
	case DOC_REOPEN:
		return "not-better";
	case DOC_HOLD:
	case DOC_WITHDRAW:
		return "other";
	default:
		return act_of(type) != NULL && (act_of(type)->needs & ACT_WITH_REASON) != 0
			       ? list_code((enum list_id)act_of(type)->reasons, act_of(type)->code,
					   0)
			       : NULL;
	}
}

/* A word between two workers, now and then with an appointment, or with how to reach the person. */
static void put_message(struct sim *s, struct arena *a, const struct thread *th, struct msg *m)
{
	const double r = sim_chance(s);

	msg_clear(m, ACT_NEW_DATE_MS);
	if (r < .6)
		msg_set_text(a, m, ACT_NEW_TEXT, "Wij bellen haar vrijdag.");
	if (r > .5) {
		msg_set_text(a, msg_sub(a, m, ACT_NEW_PERSON), PERSON_PHONE, "000-001");
		s->life.told++;
	}
	if (sim_chance(s) < .3) {
		msg_set_u64(m, ACT_NEW_DATE_MS, s->now_ms + 86400000u * sim_below(s, 20));
		msg_set_text(a, m, ACT_NEW_PLACE, "aan de balie");
	}
	if (th->their_no > 0 && sim_chance(s) < .3)
		msg_set_u64(m, ACT_NEW_ANSWERS, 1 + sim_below(s, th->their_no));
}

/* What a message leaves as it was. */
static void check_unmoved(struct sim *s, struct sim_node *n, const char *ref,
			  const struct thread *before)
{
	struct thread now;

	/* after a loss any act writes a state that was looked at last before it */
	if (!n->up || s->profile.life == 0 || !sim_look(s, n, ref, &now))
		return;
	if (now.state != before->state || now.changed_ms != before->changed_ms ||
	    now.due_ms != before->due_ms || now.escalated != before->escalated ||
	    now.pause_days != before->pause_days)
		sim_fail(s, "node %d: a message moved a state or a term", n->no);
}

/* A mistake is said again, better: of an outcome that stands always, of a note now and then.  0: nothing to correct. */
static uint32_t corrected(struct sim *s, struct sim_node *n, const struct thread *th, uint16_t type)
{
	const bool outcome = type == DOC_OUTCOME && th->state == REFERRAL_OUTCOME;
	struct sim_view v;
	uint32_t found = 0;

	if (!outcome && (type != DOC_NOTE || sim_chance(s) < .3))
		return 0;
	sim_view_open(s, &v, n);
	for (uint32_t no = th->my_no; no >= 1 && found == 0; no--) {
		struct log_entry e;
		bool yes = false;

		require(thread_entry(&v.t, th, true, no, &e) == ERR_OK);
		if (e.type == type && may_correct(&v.t, th, type, no, &yes) == ERR_OK && yes)
			found = no;
	}
	sim_view_close(&v);
	return found;
}

/* By its table, but for INFO that nobody asked for: that goes with a file (domain/files/send.c). */
static bool may_sign(const struct thread *th, uint16_t type)
{
	return referral_may((enum referral_state)th->state, fold_our_side(th), type) &&
	       (type != DOC_INFO || th->state == REFERRAL_NEEDS_INFO);
}

static void answer(struct sim *s, struct sim_node *n, struct arena *a)
{
	/* mostly the younger ones: the old have ended */
	const size_t young = s->thread_count > 40 && sim_chance(s) < .8 ? 40 : s->thread_count;
	const struct sim_thread *st = &s->threads[s->thread_count - 1 - sim_below(s, young)];
	struct msg *req = msg_new(a, MSG_REQUEST), *m = msg_sub(a, req, REQUEST_ACT);
	uint16_t type = 0;
	struct thread th;

	if ((st->from != n->no && st->to != n->no) || !sim_look(s, n, st->ref, &th))
		return;
	for (int i = 0; i < 12 && (type == 0 || !may_sign(&th, type)); i++)
		type = some_act(s)->number;
	if ((type == DOC_REVOKE || type == DOC_ERROR) && sim_chance(s) < .8)
		return; /* rare in life */
	msg_set_text(a, m, ACT_NEW_REF, st->ref);
	msg_set_u64(m, ACT_NEW_TYPE, type);
	if (reason_for(type) != NULL)
		msg_set_text(a, m, ACT_NEW_REASON, reason_for(type));
	msg_set_text(a, m, ACT_NEW_ALTERNATIVE, "none");
	msg_set_u64(m, ACT_NEW_DATE_MS, s->now_ms + (uint64_t)DAY_MS * (1 + sim_below(s, 20)));
	msg_set_u64(m, ACT_NEW_LATE, 1);
	msg_set_u64(m, ACT_NEW_EXPECT, (uint64_t)th.my_no + th.their_no + 1);
	msg_set_u64(m, ACT_NEW_CORRECTS, corrected(s, n, &th, type));
	if (type == DOC_INFO)
		msg_set_u64(m, ACT_NEW_SHARE, 2);
	if (type == DOC_MESSAGE)
		put_message(s, a, &th, m);
	if (type != 0 && act_has(act_of(type), ACT_WITH_TARGET))
		msg_add_text(a, m, ACT_NEW_TARGETS, "outside");
	sim_ask(s, n, a, req);
	s->life.corrected += !s->reply_error && msg_u64(m, ACT_NEW_CORRECTS) != 0;
	if (type == DOC_MESSAGE && !s->reply_error) {
		s->life.said++;
		check_unmoved(s, n, st->ref, &th);
	}
}

void sim_act(struct sim *s, struct sim_node *n)
{
	struct arena a;
	const double r = sim_chance(s);

	require(arena_create(&a, SCRATCH) == ERR_OK);
	if (s->profile.move > 0 && n->case_count >= 3 && sim_chance(s) < s->profile.move)
		sim_move(s, n, &a);
	else if (s->profile.life > 0 && n->case_count >= 3 && sim_chance(s) < s->profile.life)
		sim_live(s, n, &a);
	else if (n->case_count < 3 || r < .05)
		sim_open_case(s, n, &a);
	else if (s->thread_count == 0 || r < .17)
		refer(s, n, &a);
	else if (r < .19)
		recall(s, n, &a);
	else
		answer(s, n, &a);
	arena_free(&a);
}

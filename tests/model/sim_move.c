/* SPDX-License-Identifier: EUPL-1.2 */
/* People move cases: one is handed over step by step, a partner's person is passed on, a referral is redirected and followed there,
 * files are added and lent, a consent becomes narrower.  Each step is asked for as a person would, and may be refused. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/limits/files.h"
#include "domain/handover/rows.h"
#include "domain/referral/fold.h"
#include "sim.h"

enum {
	SOME = 32,
	FILE_ARENA = 256 * 1024,
	LARGE_FILE = 60000,
	SILENT_MS = 12 * 86400000,
	LOST_MS = 16 * 86400000
};

static void partner_name(char out[16], int node)
{
	(void)snprintf(out, 16, "partner-%c", 'a' + node);
}

static int other_node(struct sim *s, const struct sim_node *n)
{
	const int k = (int)sim_below(s, (uint64_t)s->n - 1);

	return k >= n->no ? k + 1 : k;
}

static void keep_case(struct sim_node *n, const struct id16 *id)
{
	for (size_t i = 0; i < n->case_count; i++)
		if (id16_equal(&n->cases[i], id))
			return;
	n->cases = realloc(n->cases, (n->case_count + 1) * sizeof *id);
	require(n->cases != NULL);
	n->cases[n->case_count++] = *id;
}

/* ---- handing over ---- */

/* Some handovers of this node that are not over. */
size_t sim_under_way(struct sim *s, struct sim_node *n, struct thread *out, size_t cap)
{
	struct store_walk w = {.rc = ERR_OK};
	size_t count = 0, seen = 0;
	struct sim_view v;
	struct thread th;
	struct msg *m;

	sim_view_open(s, &v, n);
	while (rows_each(&v.t, NULL, &w, &th, &m)) {
		if (handover_over((enum handover_state)th.state))
			continue;
		const size_t k = seen++ < cap ? count++ : sim_below(s, seen);

		if (k < cap)
			out[k] = th;
	}
	require(w.rc == ERR_OK);
	sim_view_close(&v);
	return count;
}

static bool ask_step(struct sim *s, struct sim_node *n, struct arena *a, const struct thread *th,
		     const char *step)
{
	struct msg *req = msg_new(a, MSG_REQUEST), *m = msg_sub(a, req, REQUEST_HANDOVER_STEP);
	char hex[33];

	bytes_hex(hex, th->id.b, 16);
	msg_set_text(a, m, HANDOVER_STEP_REF, hex);
	msg_set_text(a, m, HANDOVER_STEP_STEP, step);
	msg_set_u64(m, HANDOVER_STEP_NOTES, 1);
	if (strcmp(step, "refuse") == 0 || strcmp(step, "abort") == 0 ||
	    strcmp(step, "reclaim") == 0)
		msg_set_text(a, m, HANDOVER_STEP_REASON, "other");
	if (strcmp(step, "send") == 0 && sim_chance(s) < .2)
		msg_set_u64(m, HANDOVER_STEP_WITHOUT, 1u << 1);
	sim_ask(s, n, a, req);
	return !s->reply_error;
}

/* The step that brings it on, and how many of them were done. */
static const struct {
	enum thread_side side;
	const char *step;
	size_t count; /* in struct sim_moves */
} next[HANDOVER_STATE_COUNT] = {
	[HANDOVER_PROPOSED] = {THREAD_RECEIVER, "agree", offsetof(struct sim_moves, agreed)},
	[HANDOVER_AGREED] = {THREAD_SENDER, "send", offsetof(struct sim_moves, sent)},
	[HANDOVER_STAGED] = {THREAD_SENDER, "cede", offsetof(struct sim_moves, ceded)},
	[HANDOVER_CEDED] = {THREAD_RECEIVER, "take", offsetof(struct sim_moves, taken)},
};

void sim_bring_on(struct sim *s, struct sim_node *n, struct arena *a, const struct thread *th)
{
	const char *name = next[th->state].step;

	if (name == NULL || th->role != next[th->state].side || !ask_step(s, n, a, th, name))
		return;
	*(uint64_t *)(void *)((char *)&s->moves + next[th->state].count) += 1;
	if (th->state == HANDOVER_CEDED)
		keep_case(n, &th->case_id);
}

/* Nobody took it in ten working days: two people take it back, where people have names. */
void sim_reclaim(struct sim *s, struct sim_node *n, struct arena *a, const struct thread *th)
{
	const uint32_t uid = s->uid;
	char id[sizeof s->reply_id];
	bool done;

	if (s->now_ms < th->changed_ms + (uint64_t)SILENT_MS)
		return;
	done = ask_step(s, n, a, th, "reclaim");
	if (s->profile.two && !done && n->up && s->reply_id[0] != '\0') {
		struct msg *req = msg_new(a, MSG_REQUEST);

		memcpy(id, s->reply_id, sizeof id);
		msg_set_text(a, msg_sub(a, req, REQUEST_PENDING_CONFIRM), BY_ID_ID, id);
		s->uid = SIM_SECOND;
		sim_ask(s, n, a, req);
		s->uid = uid;
		done = !s->reply_error;
	}
	s->reclaimed += done;
}

/* Mostly it goes on; now and then somebody thinks better of it. */
static void step(struct sim *s, struct sim_node *n, struct arena *a)
{
	struct thread all[SOME];
	const size_t count = sim_under_way(s, n, all, SOME);
	const struct thread *th;

	if (count == 0)
		return;
	th = &all[sim_below(s, count)];
	if (th->state == HANDOVER_CEDED && th->role == THREAD_SENDER)
		sim_reclaim(s, n, a, th);
	else if (sim_chance(s) < .92)
		sim_bring_on(s, n, a, th);
	else if (th->role == THREAD_SENDER)
		s->moves.aborted += ask_step(s, n, a, th, "abort");
	else
		s->moves.refused += ask_step(s, n, a, th, "refuse");
}

static bool agree_to_move(struct sim *s, struct sim_node *n, struct arena *a,
			  const struct id16 *case_id, int to)
{
	struct msg *req = msg_new(a, MSG_REQUEST), *m = msg_sub(a, req, REQUEST_CONSENT_GIVE);
	char hex[33], name[16];

	bytes_hex(hex, case_id->b, 16);
	partner_name(name, to);
	msg_set_text(a, m, CONSENT_GIVE_CASE_ID, hex);
	msg_set_text(a, m, CONSENT_GIVE_PARTNER, name);
	msg_set_text(a, m, CONSENT_GIVE_PURPOSE, "handover");
	msg_set_text(a, m, CONSENT_GIVE_HOW, "written");
	msg_set_u64(m, CONSENT_GIVE_CATS, SIM_CATS | SIM_FILES);
	msg_set_u64(m, CONSENT_GIVE_UNTIL_MS, s->now_ms + (uint64_t)86400000 * 300);
	sim_ask(s, n, a, req);
	return !s->reply_error && n->up;
}

void sim_note(struct sim *s, struct sim_node *n, struct arena *a, const struct id16 *id,
	      const char *text)
{
	struct msg *req = msg_new(a, MSG_REQUEST), *m = msg_sub(a, req, REQUEST_CASE_NOTE);
	char hex[33];

	bytes_hex(hex, id->b, 16);
	msg_set_text(a, m, CASE_NOTE_ID, hex);
	msg_set_text(a, m, CASE_NOTE_TEXT, text);
	sim_ask(s, n, a, req);
	s->moves.notes += !s->reply_error;
}

static void add_note(struct sim *s, struct sim_node *n, struct arena *a, const struct id16 *id)
{
	char text[48];

	(void)snprintf(text, sizeof text, "a word of %c, number %llu.", 'a' + n->no,
		       (unsigned long long)s->moves.notes);
	sim_note(s, n, a, id, text);
}

static void add_file(struct sim *s, struct sim_node *n, const struct id16 *id)
{
	const size_t size = sim_chance(s) < .1 ? LARGE_FILE : 1 + sim_below(s, 300);
	static const uint8_t bytes[LIMIT_CHUNK];
	char hex[33], file[33];
	struct arena a;

	require(arena_create(&a, FILE_ARENA) == ERR_OK);
	bytes_hex(hex, id->b, 16);
	struct msg *req = msg_new(&a, MSG_REQUEST), *m = msg_sub(&a, req, REQUEST_FILE_NEW);

	msg_set_text(&a, m, FILE_NEW_CASE_ID, hex);
	msg_set_text(&a, m, FILE_NEW_NAME, "brief.pdf");
	msg_set_u64(m, FILE_NEW_SIZE, size);
	sim_ask(s, n, &a, req);
	(void)snprintf(file, sizeof file, "%.32s", s->reply_id);
	for (size_t at = 0; at < size && !s->reply_error && n->up; at += LIMIT_CHUNK) {
		const size_t len = size - at < LIMIT_CHUNK ? size - at : LIMIT_CHUNK;

		arena_reset(&a);
		req = msg_new(&a, MSG_REQUEST);
		m = msg_sub(&a, req, REQUEST_FILE_MORE);
		msg_set_text(&a, m, FILE_MORE_CASE_ID, hex);
		msg_set_text(&a, m, FILE_MORE_FILE, file);
		msg_set_u64(m, FILE_MORE_NO, at / LIMIT_CHUNK);
		msg_set_bytes(&a, m, FILE_MORE_BYTES, span_of(bytes, len));
		sim_ask(s, n, &a, req);
		s->moves.files += at + len == size && !s->reply_error;
	}
	arena_free(&a);
}

/* Asks the person, and then the partner. */
void sim_propose(struct sim *s, struct sim_node *n, struct arena *a, const struct id16 *id, int to)
{
	struct msg *req, *m;
	char hex[33], name[16];

	if (!agree_to_move(s, n, a, id, to))
		return;
	req = msg_new(a, MSG_REQUEST);
	m = msg_sub(a, req, REQUEST_HANDOVER_PROPOSE);
	bytes_hex(hex, id->b, 16);
	partner_name(name, to);
	msg_set_text(a, m, HANDOVER_NEW_CASE_ID, hex);
	msg_set_text(a, m, HANDOVER_NEW_PARTNER, name);
	if (sim_chance(s) < .3)
		msg_set_u64(m, HANDOVER_NEW_DATE_MS, s->now_ms + 86400000u * sim_below(s, 10));
	sim_ask(s, n, a, req);
	s->moves.proposed += !s->reply_error;
}

/* Of somebody for whom nobody else works: a person who comes now, or one of before. */
static void hand_over(struct sim *s, struct sim_node *n, struct arena *a)
{
	const int to = other_node(s, n);
	struct id16 id;

	if (sim_chance(s) < .5)
		sim_open_case(s, n, a);
	else
		s->reply_error = false;
	if (s->reply_error || !n->up || n->case_count == 0)
		return;
	id = n->cases[sim_chance(s) < .5 ? n->case_count - 1 : sim_below(s, n->case_count)];
	if (sim_chance(s) < .4)
		add_note(s, n, a, &id);
	if (n->up && sim_chance(s) < .3)
		add_file(s, n, &id);
	if (n->up)
		sim_propose(s, n, a, &id, to);
}

/* Mostly about a case that is on its way, or that went: there it is an addition. */
static void note(struct sim *s, struct sim_node *n, struct arena *a)
{
	struct store_walk w = {.rc = ERR_OK};
	struct sim_view v;
	size_t seen = 0;
	struct id16 id;
	struct thread th;
	struct msg *m;

	sim_view_open(s, &v, n);
	while (rows_each(&v.t, NULL, &w, &th, &m))
		if (th.role == THREAD_SENDER && sim_below(s, ++seen) == 0)
			id = th.case_id;
	sim_view_close(&v);
	if (seen == 0 || sim_chance(s) < .2)
		id = n->cases[sim_below(s, n->case_count)];
	add_note(s, n, a, &id);
}

/* ---- passing on ---- */

/* A person whom a partner brought goes to a third one: under passing on, or under a word of its own. */
static void pass_on(struct sim *s, struct sim_node *n, struct arena *a)
{
	struct sim_case all[SOME];
	const size_t count = sim_cases(s, n, all, SOME);
	const size_t first = count == 0 ? 0 : sim_below(s, count);
	const int to = other_node(s, n);
	const bool asks = sim_chance(s) < .5;

	for (size_t i = 0; i < count; i++) {
		const struct sim_case *c = &all[(first + i) % count];

		if (!c->theirs)
			continue;
		if (asks)
			sim_give(s, n, a, &c->id, to, SIM_CATS, 1 + sim_below(s, 60));
		if (asks && (s->reply_error || !n->up))
			return;
		sim_refer(s, n, a, &c->id, to);
		*(asks ? &s->moves.asked : &s->moves.onward) += !s->reply_error;
		return;
	}
}

static bool young(struct sim *s, struct sim_node *n, bool ours, struct thread *th,
		  const struct sim_thread **out)
{
	for (size_t i = 0; i < s->thread_count && i < 40; i++) {
		const struct sim_thread *st = &s->threads[s->thread_count - 1 - i];

		if ((ours ? st->from : st->to) != n->no || sim_chance(s) < .5 ||
		    !sim_look(s, n, st->ref, th))
			continue;
		*out = st;
		return true;
	}
	return false;
}

static void redirect(struct sim *s, struct sim_node *n, struct arena *a)
{
	struct msg *req = msg_new(a, MSG_REQUEST), *m = msg_sub(a, req, REQUEST_ACT);
	const struct sim_thread *st;
	struct thread th;
	char name[16];

	if (!young(s, n, false, &th, &st) ||
	    !referral_may((enum referral_state)th.state, REFERRAL_BY_RECEIVER, DOC_REDIRECT))
		return;
	partner_name(name, other_node(s, n));
	msg_set_text(a, m, ACT_NEW_REF, st->ref);
	msg_set_u64(m, ACT_NEW_TYPE, DOC_REDIRECT);
	msg_add_text(a, m, ACT_NEW_TARGETS, name);
	sim_ask(s, n, a, req);
	s->moves.redirected += !s->reply_error;
}

/* Whoever was redirected refers the person there, or anywhere. */
static void follow(struct sim *s, struct sim_node *n, struct arena *a)
{
	const struct sim_thread *st;
	struct thread th;
	const int to = other_node(s, n);

	if (!young(s, n, true, &th, &st) || th.state != REFERRAL_REDIRECTED)
		return;
	sim_give(s, n, a, &th.case_id, to, SIM_CATS, 1 + sim_below(s, 60));
	if (s->reply_error || !n->up)
		return;
	sim_refer(s, n, a, &th.case_id, to);
	s->moves.followed += !s->reply_error;
}

/* ---- what goes along ---- */

static void lend(struct sim *s, struct sim_node *n, struct arena *a)
{
	struct msg *req = msg_new(a, MSG_REQUEST), *m = msg_sub(a, req, REQUEST_FILE_SEND);
	const struct sim_thread *st;
	struct thread th;

	if (!young(s, n, true, &th, &st) || referral_terminal((enum referral_state)th.state))
		return;
	add_file(s, n, &th.case_id);
	if (!n->up)
		return;
	msg_set_text(a, m, FILE_SEND_REF, st->ref);
	msg_set_text(a, m, FILE_SEND_FILE, "1");
	sim_ask(s, n, a, req);
	s->moves.lent += !s->reply_error;
}

/* A part of a consent is taken back; the rest goes on under a narrower one. */
static void narrow(struct sim *s, struct sim_node *n, struct arena *a)
{
	static const uint64_t parts[] = {1u << 16, 1u << 1, (1u << 16) | (1u << 1), SIM_FILES};
	struct msg *req = msg_new(a, MSG_REQUEST), *m = msg_sub(a, req, REQUEST_CONSENT_WITHDRAW);
	const struct sim_thread *st;
	struct thread th;
	char hex[33];

	if (!young(s, n, true, &th, &st))
		return;
	bytes_hex(hex, th.grant_id.b, 16);
	msg_set_text(a, m, CONSENT_WITHDRAW_ID, hex);
	msg_set_u64(m, CONSENT_WITHDRAW_ONLY, parts[sim_below(s, 4)]);
	sim_ask(s, n, a, req);
	s->moves.narrowed += !s->reply_error;
}

void sim_move(struct sim *s, struct sim_node *n, struct arena *a)
{
	const double r = sim_chance(s);

	if (r < .5)
		step(s, n, a);
	else if (r < .62)
		hand_over(s, n, a);
	else if (r < .70)
		note(s, n, a);
	else if (r < .80)
		pass_on(s, n, a);
	else if (r < .86)
		redirect(s, n, a);
	else if (r < .92)
		follow(s, n, a);
	else if (r < .97)
		lend(s, n, a);
	else
		narrow(s, n, a);
}

/* Nobody waits any more: what was only talked about ends, at whichever side looks first. */
static void end_or_bring_on(struct sim *s, struct sim_node *n, struct arena *a,
			    const struct thread *th, bool last)
{
	if (th->state == HANDOVER_STAGED || th->state == HANDOVER_CEDED)
		sim_bring_on(s, n, a, th);
	else if (last && th->state <= HANDOVER_AGREED)
		(void)ask_step(s, n, a, th, th->role == THREAD_SENDER ? "abort" : "refuse");
}

void sim_finish(struct sim *s, bool last)
{
	struct arena a;

	require(arena_create(&a, FILE_ARENA) == ERR_OK);
	for (int i = 0; i < s->n; i++) {
		struct sim_node *n = &s->nodes[i];
		struct thread all[SOME];
		const size_t count = sim_under_way(s, n, all, SOME);

		for (size_t k = 0; k < count && s->failed[0] == '\0'; k++) {
			end_or_bring_on(s, n, &a, &all[k], last);
			arena_reset(&a);
		}
	}
	arena_free(&a);
}

void sim_wait_for_files(struct sim *s)
{
	for (int i = 0; i < s->n; i++) {
		struct thread all[SOME];
		const size_t count = sim_under_way(s, &s->nodes[i], all, SOME);

		for (size_t k = 0; k < count && k < SOME; k++)
			if (all[k].role == THREAD_RECEIVER && all[k].state == HANDOVER_CEDED) {
				s->now_ms += (uint64_t)LOST_MS;
				sim_settle(s);
				return;
			}
	}
}

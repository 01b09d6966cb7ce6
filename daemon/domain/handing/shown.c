/* SPDX-License-Identifier: EUPL-1.2 */
/* Of a case that moved away its page says only where it is, and until when what is kept of it here stays closed. */
#include "domain/handing/shown.h"

#include <string.h>

#include "base/check.h"
#include "domain/attach/along.h"
#include "domain/blob/blob.h"
#include "domain/consent/casefile.h"
#include "domain/consent/grant.h"
#include "domain/day/today.h"
#include "domain/evidence/audit.h"
#include "domain/handover/steps.h"
#include "domain/loss/settled.h"
#include "domain/moving/runs.h"
#include "domain/page.h"
#include "domain/papers/attached.h"
#include "domain/papers/together.h"
#include "domain/referral/calendar.h"
#include "domain/referral/deadline.h"
#include "domain/staff/worker.h"
#include "domain/views/cases.h"
#include "domain/views/find.h"
#include "domain/views/referrals.h"

enum {
	IDENTITY = 1,
	WAITING_ROWS = 50,
	SILENT_DAYS =
		10 /* working days, after which a case that was given over and not taken may be taken back */
};

uint64_t shown_theirs_ms(const struct turn *t, const struct thread *th)
{
	require(th->kind == THREAD_HANDOVER);
	return calendar_add(t->node->country, th->changed_ms, SILENT_DAYS);
}

/* Nobody takes it back because it goes slowly: ten working days without a word, or a partner that is in the federation no more. */
bool shown_silent(const struct turn *t, const struct thread *th)
{
	const struct peer *p = state_peer(t->node, th->peer);

	return (p != NULL && p->removed) || t->wall_ms > shown_theirs_ms(t, th);
}

enum err shown_find(struct turn *t, const char *text, struct thread *th)
{
	struct thread_fits fits;
	enum err rc = thread_find(t, text, th, &fits);

	if (rc == ERR_NOTFOUND || (rc == ERR_OK && th->kind != THREAD_HANDOVER))
		return turn_refuse(t, ERR_NOTFOUND, REFUSAL_HANDOVER_UNKNOWN);
	return rc;
}

/* A step as people call it; its verb in kring is the same word. */
static const struct shown_step steps[] = {
	{"agree", DOC_AGREE},	  {"refuse", DOC_REFUSE},
	{"send", DOC_BUNDLE},	  {"abort", DOC_ABORT},
	{"cede", DOC_CEDE},	  {"take", DOC_TAKE},
	{"reclaim", DOC_RECLAIM}, {"done", 0},
};

const struct shown_step *shown_step_of(const char *name)
{
	for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++)
		if (strcmp(steps[i].name, name) == 0)
			return &steps[i];
	return NULL;
}

/* By the table that the steps themselves are held against; before both ends were compared there is none, and of what is too early neither. */
static enum err may_row(struct turn *t, const struct thread *th, struct msg *row)
{
	bool writable;
	enum err rc = settled_writable(t, th, &writable);

	for (size_t i = 0; rc == ERR_OK && writable && i < sizeof steps / sizeof steps[0]; i++)
		if (steps[i].type != 0 &&
		    handover_may((enum handover_state)th->state, rows_side(th), steps[i].type) &&
		    (steps[i].type != DOC_RECLAIM || shown_silent(t, th)))
			msg_add_text(t->arena, row, HANDOVER_ROW_MAY, steps[i].name);
	return rc;
}

/* What ran elsewhere when the case came here. */
static enum err runs_rows(struct turn *t, const struct thread *th, const struct msg *record,
			  struct msg *row)
{
	bool wait;
	enum err rc = runs_wait(t, &th->case_id, record, &wait);

	if (rc == ERR_OK && wait && th->state == HANDOVER_TAKEN)
		msg_add_text(t->arena, row, HANDOVER_ROW_MAY, "done");
	for (size_t i = 0; rc == ERR_OK && i < msg_count(record, HANDOVER_RECORD_RUNS); i++) {
		const struct msg *run = msg_at(record, HANDOVER_RECORD_RUNS, i);
		struct msg *one = msg_add(t->arena, row, HANDOVER_ROW_RUNS);
		const struct peer *p = runs_peer(t, run);
		bool goes_on;

		rc = runs_go_on(t, &th->case_id, run, &goes_on);
		msg_set_text(t->arena, one, RUN_ROW_PARTNER, p == NULL ? "" : p->org);
		msg_set_text(t->arena, one, RUN_ROW_NEED, msg_text(run, HANDOVER_RUN_NEED));
		if (rc == ERR_OK && goes_on)
			msg_set_u64(one, RUN_ROW_GOES_ON, 1);
	}
	return rc;
}

/* How much of the file, and of those that go along, is here. */
static enum err file_row(struct turn *t, const struct msg *record, struct msg *row)
{
	const struct span s = msg_bytes(record, HANDOVER_RECORD_BLOB);
	uint64_t chunks, have;
	struct id32 id;
	struct blob b;
	enum err rc;

	if (s.len != sizeof id.b)
		return ERR_OK;
	memcpy(id.b, s.p, sizeof id.b);
	rc = blob_load(t, &id, &b);
	if (rc != ERR_OK)
		return rc == ERR_NOTFOUND ? ERR_OK : rc;
	chunks = b.chunks;
	have = b.have;
	rc = along_count(t, record, &chunks, &have);
	msg_set_u64(row, HANDOVER_ROW_CHUNKS, chunks);
	msg_set_u64(row, HANDOVER_ROW_HAVE, have);
	return rc;
}

/* Nothing of a person whose case moved away. */
static enum err name_row(struct turn *t, const struct thread *th, struct msg *row)
{
	struct msg *m, *person;
	uint64_t until_ms;
	enum err rc = rows_closed(t, &th->case_id, &until_ms, NULL);

	if (rc != ERR_OK || until_ms != 0)
		return rc;
	rc = casefile_load(t, &th->case_id, &m);
	if (rc == ERR_OK)
		rc = casefile_person(t, &th->case_id, m, &person);
	if (rc == ERR_OK)
		msg_set_text(t->arena, row, HANDOVER_ROW_NAME, msg_text(person, PERSON_NAME));
	return rc == ERR_NOTFOUND ? ERR_OK : rc;
}

enum err shown_row(struct turn *t, const struct thread *th, struct msg *reply)
{
	const struct peer *p = state_peer(t->node, th->peer);
	struct msg *record, *row;
	char ref[THREAD_REF_LEN + 1], hex[33], day[DATE_TEXT];
	bool gone;
	enum err rc = rows_load(t, th, &record);

	if (rc != ERR_OK)
		return rc;
	row = msg_add(t->arena, reply, REPLY_HANDOVERS);
	thread_reference(t, &th->id, ref);
	msg_set_text(t->arena, row, HANDOVER_ROW_REF, ref);
	bytes_hex(hex, th->id.b, 16);
	msg_set_text(t->arena, row, HANDOVER_ROW_ID, hex);
	bytes_hex(hex, th->case_id.b, 16);
	msg_set_text(t->arena, row, HANDOVER_ROW_CASE_ID, hex);
	msg_set_text(t->arena, row, HANDOVER_ROW_PARTNER, p == NULL ? "" : p->org);
	msg_set_text(t->arena, row, HANDOVER_ROW_STATE,
		     handover_state_name((enum handover_state)th->state));
	/* one that was removed takes no step any more */
	gone = p != NULL && p->removed && strcmp(steps_next(th), "partner") == 0;
	msg_set_text(t->arena, row, HANDOVER_ROW_NEXT, gone ? "gone" : steps_next(th));
	msg_set_u64(row, HANDOVER_ROW_MINE, th->role == THREAD_SENDER);
	msg_set_u64(row, HANDOVER_ROW_SINCE_MS, th->changed_ms);
	if (th->due_ms != 0 && !handover_over((enum handover_state)th->state)) {
		deadline_day(t->node->country, th->due_ms, day);
		msg_set_text(t->arena, row, HANDOVER_ROW_DUE_DAY, day);
	}
	if (msg_u64(record, HANDOVER_RECORD_TAKEOVER_MS) != 0) {
		deadline_day(t->node->country, msg_u64(record, HANDOVER_RECORD_TAKEOVER_MS), day);
		msg_set_text(t->arena, row, HANDOVER_ROW_TAKEOVER_DAY, day);
	}
	if (msg_u64(record, HANDOVER_RECORD_CLOSED_UNTIL_MS) != 0) {
		deadline_day(t->node->country, msg_u64(record, HANDOVER_RECORD_CLOSED_UNTIL_MS),
			     day);
		msg_set_text(t->arena, row, HANDOVER_ROW_CLOSED_UNTIL, day);
	}
	if (th->role == THREAD_SENDER && th->state == HANDOVER_CEDED) {
		deadline_day(t->node->country, shown_theirs_ms(t, th), day);
		msg_set_text(t->arena, row, HANDOVER_ROW_THEIR_DAY, day);
	}
	if (msg_u64(record, HANDOVER_RECORD_SEALED) != 0)
		msg_set_u64(row, HANDOVER_ROW_SEALED, 1);
	rc = file_row(t, record, row);
	if (rc == ERR_OK)
		rc = may_row(t, th, row);
	if (rc == ERR_OK)
		rc = runs_rows(t, th, record, row);
	return rc == ERR_OK ? name_row(t, th, row) : rc;
}

/* The next one that can be read; those that cannot are named. */
static bool next_of(struct turn *t, const struct id16 *case_id, struct store_walk *w,
		    struct thread *th, struct msg *reply)
{
	struct store_key from;
	struct msg *m;

	do {
		from = w->at;
		if (rows_each(t, case_id, w, th, &m))
			return true;
	} while (page_past(t, w, &from, STORE_HANDOVER, reply));
	return false;
}

/* Of one with damage in what hangs on it, so much is shown as can be read. */
static enum err readable_row(struct turn *t, const struct thread *th, struct msg *reply)
{
	const struct store_key k = turn_key_ids(&th->case_id, &th->id);
	const enum err rc = shown_row(t, th, reply);

	return page_damaged(t, rc, STORE_HANDOVER, key_span(&k), reply) ? ERR_OK : rc;
}

/* What is not over stands first, and of both the newest first. */
struct place {
	struct id16 id;
	uint64_t created_ms;
	bool over;
};

static bool stands_before(const struct place *a, const struct place *b)
{
	if (a->over != b->over)
		return !a->over;
	if (a->created_ms != b->created_ms)
		return a->created_ms > b->created_ms;
	return memcmp(a->id.b, b->id.b, sizeof a->id.b) < 0; /* so that a page has one end */
}

static struct place place_of(const struct thread *th)
{
	return (struct place){th->id, th->created_ms,
			      handover_over((enum handover_state)th->state)};
}

/* A part of the list: of one case (NULL: of all), of one partner (0: of all), behind a row that was shown (NULL: from the first). */
struct part {
	const struct id16 *case_id;
	uint16_t only;
	const struct place *after;
	size_t limit;
};

/* Into their places, at most limit; the reply says how many the list has if some of them stand behind these. */
static enum err places(struct turn *t, const struct part *p, struct place *v, size_t *count,
		       struct msg *reply)
{
	struct store_walk w = {.rc = ERR_OK};
	struct thread th;
	uint64_t all = 0;
	bool more = false;
	size_t n = 0;

	require(p->limit > 0 && p->limit <= LIMIT_LIST_ROWS);
	/* a list is short beside what it is walked for: each row is looked at, and only those of the page are opened */
	while (next_of(t, p->case_id, &w, &th, reply)) {
		const struct place one = place_of(&th);
		size_t at = n;

		if (p->only != 0 && th.peer != p->only)
			continue;
		all++;
		if (p->after != NULL && !stands_before(p->after, &one))
			continue;
		while (at > 0 && stands_before(&one, &v[at - 1]))
			at--;
		more = more || n == p->limit;
		if (at == p->limit)
			continue;
		n += n < p->limit;
		memmove(&v[at + 1], &v[at], (n - 1 - at) * sizeof *v);
		v[at] = one;
	}
	*count = n;
	if (more) {
		msg_set_u64(reply, REPLY_TRUNCATED, 1);
		msg_set_u64(reply, REPLY_TOTAL, all);
	}
	return w.rc;
}

static enum err rows_of(struct turn *t, const struct part *p, struct msg *reply)
{
	struct place *v = arena_keep(t->arena, p->limit * sizeof *v);
	char ref[THREAD_REF_LEN + 1];
	size_t n;
	enum err rc = v == NULL ? ERR_NOMEM : places(t, p, v, &n, reply);

	for (size_t i = 0; rc == ERR_OK && i < n; i++) {
		struct thread th;

		rc = thread_load(t, &v[i].id, &th);
		if (rc == ERR_OK)
			rc = readable_row(t, &th, reply);
	}
	if (rc != ERR_OK || !msg_has(reply, REPLY_TOTAL))
		return rc;
	thread_reference(t, &v[n - 1].id, ref);
	msg_set_text(t->arena, reply, REPLY_NEXT, ref);
	return ERR_OK;
}

enum err shown_list(struct turn *t, const struct msg *req, struct msg *reply)
{
	/* as of every list: how many rows, behind which one, of which partner */
	const char *from = msg_text(req, LIST_ASK_FROM), *after = msg_text(req, LIST_ASK_AFTER);
	struct part p = {.case_id = NULL};
	struct peer *peer;
	struct place place;
	struct thread th;
	enum err rc = page_limit(t, msg_u64(req, LIST_ASK_LIMIT), &p.limit);

	if (rc == ERR_OK && from[0] != '\0') {
		rc = find_partner(t, from, &peer);
		p.only = rc == ERR_OK ? peer->no : 0;
	}
	if (rc == ERR_OK && after[0] != '\0') {
		rc = shown_find(t, after, &th);
		place = place_of(&th);
		p.after = &place;
	}
	return rc == ERR_OK ? rows_of(t, &p, reply) : rc;
}

/* Is what the partner added part of our case by now? */
static bool in_the_case(const struct thread *th)
{
	return th->role == THREAD_SENDER || th->state == HANDOVER_TAKEN;
}

/* Files that were added behind the bundle, by either side; of a case that is closed here, or not taken yet, without a name. */
static enum err added_rows(struct turn *t, const struct thread *th, struct msg *reply)
{
	uint64_t until_ms;
	enum err rc = rows_closed(t, &th->case_id, &until_ms, NULL);

	for (uint32_t n = 1; rc == ERR_OK && n <= (uint32_t)th->my_no + th->their_no; n++) {
		const bool mine = n <= th->my_no;
		struct attachment a;
		struct log_entry e;

		rc = thread_entry(t, th, mine, mine ? n : n - th->my_no, &e);
		if (rc != ERR_OK || e.type != DOC_ADDENDUM)
			continue;
		rc = attach_of(t, &e.doc, &a);
		if (rc == ERR_OK) {
			a.added_ms = e.created_ms;
			attached_row(t, &a, until_ms == 0 && (mine || in_the_case(th)), reply);
		}
		if (rc == ERR_NOTFOUND)
			rc = ERR_OK; /* words, or what opened it went */
	}
	return rc;
}

enum err shown_one(struct turn *t, const struct msg *req, struct msg *reply)
{
	struct thread th;
	enum err rc = shown_find(t, msg_text(req, BY_ID_ID), &th);

	if (rc == ERR_OK)
		rc = shown_row(t, &th, reply);
	if (rc == ERR_OK)
		rc = added_rows(t, &th, reply);
	return rc == ERR_OK ? audit_look(t, &(struct audit_entry){.event = AUDIT_VIEW,
								  .peer = th.peer,
								  .case_id = &th.case_id,
								  .detail = "handover-show"})
			    : rc;
}

/* ---- a case ---- */

static void owner_row(struct turn *t, const struct case_pen *pen, bool way, struct msg *reply)
{
	const struct owner *o = &pen->owner;
	struct msg *row = msg_sub(t->arena, reply, REPLY_OWNER);
	const struct peer *p = state_peer(t->node, o->peer);
	const char *who = "us";

	if (way)
		who = "on-its-way";
	else if (o->who == OWNER_THEM)
		who = "partner";
	else if (o->who == OWNER_ELSEWHERE)
		who = "elsewhere";
	else if (o->who == OWNER_NOBODY)
		who = "nobody";
	else if (!pen->released && (!o->compared || pen->waits_for != NULL))
		who = "being-compared";
	else if (pen->given_back)
		who = "being-given-back";
	msg_set_text(t->arena, row, OWNER_ROW_WHO, who);
	msg_set_text(t->arena, row, OWNER_ROW_PARTNER, p == NULL ? "" : p->org);
	if (p != NULL)
		msg_set_text(t->arena, row, OWNER_ROW_PHONE, p->phone);
}

/* Whose pen it is, if it was ever handed over; of one that moved away that is all there is to show. */
enum err shown_case(struct turn *t, const struct msg *req, struct msg *reply)
{
	struct store_walk w = {.rc = ERR_OK};
	struct case_pen pen;
	struct thread th, open = {.peer = 0};
	struct msg *m;
	struct id16 id;
	uint64_t until_ms;
	enum err rc = find_case(t, msg_text(req, BY_ID_ID), &id);

	if (rc == ERR_OK)
		rc = rows_pen(t, &id, &pen);
	if (rc == ERR_OK)
		rc = rows_closed(t, &id, &until_ms, NULL);
	if (rc != ERR_OK)
		return rc;
	rc = rows_of(t, &(struct part){.case_id = &id, .limit = LIMIT_LIST_ROWS}, reply);
	if (rc != ERR_OK)
		return rc;
	while (rows_each(t, &id, &w, &th, &m))
		if (th.role == THREAD_SENDER &&
		    owner_of_thread(HANDOVER_BY_FROM, (enum handover_state)th.state) ==
			    OWNER_NOBODY)
			open = th;
	if (w.rc != ERR_OK)
		return w.rc;
	if (msg_count(reply, REPLY_HANDOVERS) > 0) {
		if (open.peer != 0)
			pen.owner.peer = open.peer;
		owner_row(t, &pen, open.peer != 0, reply);
	}
	if (until_ms != 0)
		return rows_readable(t, &id);
	rc = view_case_show(t, req, reply);
	if (rc == ERR_OK)
		rc = attached_rows(t, &id, reply);
	return rc == ERR_OK ? together_rows(t, &id, reply) : rc;
}

/* Of one that is on its way, or was taken: nobody looks for it here. */
static enum err away(struct turn *t, const struct id16 *id, struct msg *row)
{
	struct owner o;
	struct thread th;
	const struct peer *p;
	bool given_back;
	enum err rc = rows_owner(t, id, &o, &given_back);

	require(msg_kind_of(row) == MSG_CASE_ROW);
	if (rc != ERR_OK)
		return rc;
	rc = rows_open(t, id, &th);
	if (rc == ERR_OK && th.role == THREAD_SENDER &&
	    owner_of_thread(HANDOVER_BY_FROM, (enum handover_state)th.state) == OWNER_NOBODY)
		o = (struct owner){.who = OWNER_NOBODY, .peer = th.peer};
	else if (rc != ERR_OK && rc != ERR_NOTFOUND)
		return rc;
	else if (o.who != OWNER_THEM)
		return ERR_OK;
	p = state_peer(t->node, o.peer);
	msg_set_text(t->arena, row, CASE_ROW_OWNER, o.who == OWNER_THEM ? "partner" : "on-its-way");
	msg_set_text(t->arena, row, CASE_ROW_OWNER_PARTNER, p == NULL ? "" : p->org);
	return ERR_OK;
}

enum err shown_cases(struct turn *t, const struct msg *req, struct msg *reply)
{
	enum err rc = view_case_list(t, req, reply);

	for (size_t i = 0; rc == ERR_OK && i < msg_count(reply, REPLY_CASES); i++) {
		struct msg *row = msg_edit(reply, REPLY_CASES, i);
		struct id16 id;

		if (bytes_unhex(id.b, sizeof id.b, msg_text(row, CASE_ROW_ID)))
			rc = away(t, &id, row);
		if (page_damaged(t, rc, STORE_HANDOVER, span_of(id.b, sizeof id.b), reply))
			rc = ERR_OK;
	}
	return rc;
}

enum err shown_ended(struct turn *t, const struct id16 *case_id, struct msg *reply)
{
	struct store_walk w = {.rc = ERR_OK};
	struct thread th;
	struct msg *m;

	while (rows_each(t, case_id, &w, &th, &m)) {
		bool gone;

		if (handover_over((enum handover_state)th.state))
			continue;
		w.rc = consent_gone(t, &th.grant_id, &gone);
		if (w.rc == ERR_OK && gone)
			w.rc = shown_row(t, &th, reply);
	}
	return w.rc;
}

/* ---- today ---- */

/* Nothing is to be done here in it: the partner is to move. */
static enum err is_waiting(struct turn *t, const struct msg *req, const struct peer *from,
			   const struct thread *th, bool *yes)
{
	*yes = !handover_over((enum handover_state)th->state) &&
	       strcmp(steps_next(th), "partner") == 0 && (from == NULL || th->peer == from->no);
	if (!*yes || msg_u64(req, LIST_ASK_MINE) == 0)
		return ERR_OK;
	return worker_mine(t, &t->node->rights, &th->case_id, yes);
}

/* Some of them: kring handover list has all.  Of very many that are over so many are passed by, and no more. */
static enum err waiting(struct turn *t, const struct msg *req, struct msg *reply)
{
	const char *from = msg_text(req, LIST_ASK_FROM);
	struct store_walk w = {.rc = ERR_OK};
	struct peer *peer = NULL;
	unsigned looked = 0;
	struct thread th;

	if (from[0] != '\0')
		w.rc = find_partner(t, from, &peer);
	while (w.rc == ERR_OK && msg_count(reply, REPLY_HANDOVERS) < WAITING_ROWS &&
	       looked++ < LIMIT_TURN_ROWS) {
		const size_t mark = t->arena->used, named = msg_count(reply, REPLY_DAMAGE);
		bool yes;

		if (!next_of(t, NULL, &w, &th, reply))
			break;
		if (msg_count(reply, REPLY_DAMAGE) == named)
			arena_rewind(t->arena, mark);
		w.rc = is_waiting(t, req, peer, &th, &yes);
		if (w.rc == ERR_OK && yes)
			w.rc = readable_row(t, &th, reply);
	}
	return w.rc;
}

/* Whoever turns the page saw them on the first one. */
enum err shown_today(struct turn *t, const struct msg *req, struct msg *reply)
{
	enum err rc = view_today(t, req, reply);

	return rc == ERR_OK && !t->again && msg_text(req, LIST_ASK_AFTER)[0] == '\0'
		       ? waiting(t, req, reply)
		       : rc;
}

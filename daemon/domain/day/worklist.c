/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What is to be done, the most urgent first; what has no term comes last.  The day shown is the day where the term runs; what
 * is ours to deliver is by our own calendar.  Which command helps is the client's to say: a row has all that stands in one.
 */
#include "domain/day/worklist.h"

#include "base/check.h"

#include <string.h>

#include "base/date.h"
#include "base/text.h"
#include "domain/consent/casefile.h"
#include "domain/day/alike.h"
#include "domain/loss/quarantine.h"
#include "domain/membership/names.h"
#include "domain/onward/target.h"
#include "domain/referral/deadline.h"
#include "domain/referral/referral.h"
#include "domain/referral/worklist.h"
#include "domain/staff/worker.h"
#include "domain/views/find.h"
#include "domain/views/proposals.h"
#include "domain/views/referrals.h"

enum { IDENTITY = 1 << 0, CONTACT = 1 << 1, NEEDS = 1 << 15, NAME_CAP = 160 };

enum { KEY_LEN = VIEW_WORK_KEY };
enum { SUNDAY_TO_SUNDAY = 7 };

/* Above every due day. */
#define UNDATED (UINT64_C(1) << 62)

/* What is due first stands first; what has no term comes last, and of that the oldest first. */
static uint64_t rank_of(const struct turn *t, const struct view_work *w)
{
	(void)t;
	return w->due_ms == 0 ? UNDATED + w->since_ms : w->due_ms - 1;
}

/* An appointment that was yesterday is no work any more.  No timer rings for it, since a message begins no term: its row goes with
 * the next change of the referral, and is shown to nobody until then. */
static bool passed(const struct turn *t, const struct view_work *w)
{
	return w->item.key.b[w->item.key.len - 1] == WORK_APPOINTMENT && t->wall_ms > w->due_ms;
}

void view_work_kept(const struct turn *t, const struct page *p, const struct running_row *row,
		    const struct running_work *work, struct view_work *out)
{
	*out = (struct view_work){.due_ms = work->due_ms,
				  .since_ms = work->since_ms,
				  .peer = work->peer,
				  .item.urgent = work->urgent};
	out->item.key = turn_key_ids(&row->case_id, &row->thread);
	key_u8(&out->item.key, work->kind);
	out->item.peer = page_part_of(p, work->peer);
	out->passed = passed(t, out);
	out->item.rank = rank_of(t, out);
}

/* A row is ordered by the day until when; the list that is asked may order it otherwise. */
enum err view_work_item(struct turn *t, const struct page *p, struct span key,
			struct view_work *out)
{
	struct msg *m;
	enum err rc;

	*out = (struct view_work){.due_ms = 0};
	key_put(&out->item.key, key.p, key.len);
	rc = out->item.key.len == KEY_LEN ? worklist_get(t, &out->item.key, &m) : ERR_CORRUPT;
	if (rc != ERR_OK)
		return rc;
	out->item.urgent = msg_u64(m, WORK_RECORD_URGENT) != 0;
	out->item.peer = page_part_of(p, msg_u64(m, WORK_RECORD_PEER));
	out->peer = (uint16_t)msg_u64(m, WORK_RECORD_PEER);
	out->due_ms = msg_u64(m, WORK_RECORD_DUE_MS);
	out->since_ms = msg_u64(m, WORK_RECORD_SINCE_MS);
	out->passed = passed(t, out);
	out->item.rank = rank_of(t, out);
	return ERR_OK;
}

enum err view_work_mine(struct turn *t, const struct page *p, const struct view_work *w, bool *yes)
{
	struct id16 case_id;

	require(w->item.key.len == KEY_LEN);
	*yes = true;
	if (!p->mine)
		return ERR_OK;
	memcpy(case_id.b, w->item.key.b, sizeof case_id.b);
	return worker_mine(t, &t->node->rights, &case_id, yes);
}

/* Ranks only: the rows that are shown are opened later, once it is known which they are.  A row of which neither rank nor partner can
 * be read takes nobody's place. */
static enum err offer(struct turn *t, struct page *p, uint16_t only, struct span key,
		      struct msg *reply)
{
	const size_t mark = t->arena->used;
	struct view_work one;
	bool mine = true;
	enum err rc = view_work_item(t, p, key, &one);

	if (rc == ERR_OK)
		rc = view_work_mine(t, p, &one, &mine);
	arena_rewind(t->arena, mark);
	if (page_damaged(t, rc, STORE_WORK, key_span(&one.item.key), reply))
		return ERR_OK;
	if (rc == ERR_OK && !one.passed && mine && (only == 0 || one.peer == only))
		page_offer_of(p, &one.item);
	return rc;
}

/* The same by what is kept in memory.  Whose list a case is on is asked once for all work of one referral, and only where somebody asks
 * for their own. */
static enum err offer_kept(struct turn *t, const void *ctx, uint32_t place,
			   const struct running_row *row, struct page *p)
{
	const uint16_t only = *(const uint16_t *)ctx;
	struct running_work work[RUNNING_WORK];
	const size_t count = running_work_of(t->node->running, place, work);
	bool mine = true;
	enum err rc = ERR_OK;

	if (p->mine && count != 0)
		rc = worker_mine(t, &t->node->rights, &row->case_id, &mine);
	for (size_t i = 0; rc == ERR_OK && mine && i < count; i++) {
		struct view_work one;

		view_work_kept(t, p, row, &work[i], &one);
		if (!one.passed && (only == 0 || one.peer == only))
			page_offer_of(p, &one.item);
	}
	return rc;
}

/* In the order of their keys, which is no order of a list: so the walk may rest anywhere, and goes on where it was. */
static enum err items(struct turn *t, struct page *p, uint16_t only, struct msg *reply)
{
	struct store_walk w = {.key_len = 0};
	bool kept;
	enum err rc = follow_begin(t, p, &kept);

	if (rc != ERR_OK || t->again)
		return rc;
	if (kept)
		return follow_each(t, p, offer_kept, &only);
	w.at = p->at;
	while (store_each(t->txn, STORE_WORK, span_of(NULL, 0), &w)) {
		w.rc = offer(t, p, only, w.row.key, reply);
		p->at = w.at;
		if (w.rc == ERR_OK && turn_enough(t))
			return page_rest(t, p);
	}
	return w.rc;
}

/* A row is called by its reference and what is to be done: "91C4A7K3M.answer-due". */
static void work_name(const struct msg *row, char out[VIEW_WORK_NAME])
{
	const unsigned field = msg_has(row, WORK_ROW_REF) ? WORK_ROW_REF
			       : msg_has(row, WORK_ROW_ID)
				       ? WORK_ROW_ID /* consents and agreements have no reference */
				       : WORK_ROW_CASE_ID; /* it is of no thread */
	struct err_text name;

	text_format(name.text, sizeof name.text, "%s.%s", msg_text(row, field),
		    msg_text(row, WORK_ROW_KIND));
	memcpy(out, name.text, VIEW_WORK_NAME - 1);
	out[VIEW_WORK_NAME - 1] = '\0';
}

/* A row is found by its name, not by its number: those before it may be done when the next page is asked for. */
static enum err named(struct turn *t, const char *name, struct store_key *k)
{
	const char *dot = strchr(name, '.');
	char ref[33] = ""; /* or an id */
	enum work_kind kind = 0;
	struct thread th;
	struct msg *m;
	struct thread_fits fits;
	enum err rc = ERR_NOTFOUND;

	while (dot != NULL && kind < WORK_KIND_COUNT && strcmp(worklist_code(kind), dot + 1) != 0)
		kind++;
	if (dot != NULL && (size_t)(dot - name) < sizeof ref && kind < WORK_KIND_COUNT) {
		memcpy(ref, name, (size_t)(dot - name));
		th = (struct thread){.kind = 0};
		if (kind != WORK_RETAIN)
			rc = thread_find(t, ref, &th, &fits);
		else if (bytes_unhex(th.case_id.b, sizeof th.case_id.b, ref))
			rc = ERR_OK;
	}
	if (rc == ERR_OK) {
		*k = worklist_key(&th, kind);
		rc = worklist_get(t, k, &m);
	}
	if (rc == ERR_NOTFOUND)
		return turn_refuse(t, rc, REFUSAL_ROW_GONE);
	return rc;
}

/* The row that was shown last may stand for its referral no more: the list goes on where it would. */
enum err view_work_after(struct turn *t, const struct msg *req, struct page *p,
			 uint64_t (*rank)(const struct turn *t, const struct view_work *w))
{
	const char *name = msg_text(req, LIST_ASK_AFTER);
	struct view_work one;
	struct store_key k;
	enum err rc;

	require(p->begun || p->total == 0);
	if (name[0] == '\0' || p->begun)
		return ERR_OK;
	rc = named(t, name, &k);
	if (rc == ERR_OK)
		rc = view_work_item(t, p, key_span(&k), &one);
	if (rc == ERR_OK)
		page_after(p, rank(t, &one), key_span(&k));
	return rc;
}

/* Where it stands among the days of whoever has to do it.  A week ends on Sunday. */
static const char *group_of(const struct turn *t, const char *place, uint64_t due_ms)
{
	const int64_t today = calendar_day(place, t->wall_ms), day = calendar_day(place, due_ms);
	const int left = (SUNDAY_TO_SUNDAY - date_weekday(today)) % SUNDAY_TO_SUNDAY;

	if (due_ms == 0)
		return "undated";
	if (t->wall_ms > due_ms)
		return "late";
	if (day <= today)
		return "today";
	return day <= today + left ? "week" : "later";
}

/* When it is due, as the day where its term runs; what is to be delivered is our own affair. */
static void due_row(struct turn *t, const struct thread *th, const struct page_item *i,
		    uint64_t due_ms, struct msg *out)
{
	char day[DATE_TEXT];
	const char *place;
	uint8_t kind;

	require(i->key.len == KEY_LEN);
	kind = i->key.b[i->key.len - 1];
	place = kind == WORK_UNDELIVERABLE || kind == WORK_CONSENT || kind == WORK_APPOINTMENT ||
				kind == WORK_KEPT
			? t->node->country
			: deadline_place(t, th);
	msg_set_text(t->arena, out, WORK_ROW_GROUP, group_of(t, place, due_ms));
	if (due_ms == 0)
		return;
	deadline_day(place, due_ms, day);
	msg_set_u64(out, WORK_ROW_DUE_MS, due_ms);
	msg_set_text(t->arena, out, WORK_ROW_DUE_DAY, day);
	if (t->wall_ms > due_ms)
		msg_set_u64(out, WORK_ROW_OVERDUE, 1);
}

/* Its words are copied before the case's record is given back: a page may have five hundred of them. */
static enum err name_row(struct turn *t, const struct thread *th, uint64_t cats, struct msg *out)
{
	const size_t mark = t->arena->used;
	char name[NAME_CAP] = "";
	struct msg *record, *person;
	bool quiet = false;
	enum err rc = casefile_load(t, &th->case_id, &record);

	if (rc == ERR_OK)
		rc = casefile_person(t, &th->case_id, record, &person);
	if (rc == ERR_OK) {
		const char *text = turn_short(t, msg_text(person, PERSON_NAME));

		require(strlen(text) < sizeof name);
		memcpy(name, text, strlen(text) + 1);
		quiet = msg_u64(person, PERSON_DO_NOT_CONTACT) != 0;
	}
	arena_rewind(t->arena, mark);
	if ((cats & IDENTITY) != 0 && name[0] != '\0')
		msg_set_text(t->arena, out, WORK_ROW_NAME, name);
	if ((cats & CONTACT) != 0 && quiet)
		msg_set_u64(out, WORK_ROW_DO_NOT_CONTACT, 1);
	return rc == ERR_NOTFOUND ? ERR_OK : rc; /* erased */
}

/* Of the person what consent lets this node see now.  What a partner told waits, after a loss of state, until that partner
 * was heard: it may have taken it back meanwhile. */
static enum err person_row(struct turn *t, const struct thread *th, struct msg *out)
{
	const char *why;
	uint64_t cats;
	bool held = false;
	enum err rc = view_readable(t, th, &cats, &why);

	if (rc == ERR_OK && th->role == THREAD_RECEIVER)
		rc = quarantine_holds(t, &th->case_id, &held);
	if (rc != ERR_OK)
		return rc;
	if (held) {
		cats = 0;
		why = "on-hold";
	}
	if (why[0] != '\0')
		msg_set_text(t->arena, out, WORK_ROW_HOLLOW, why);
	if ((cats & NEEDS) != 0 && th->need[0] != '\0')
		msg_set_text(t->arena, out, WORK_ROW_NEED, th->need);
	return (cats & (IDENTITY | CONTACT)) != 0 ? name_row(t, th, cats, out) : ERR_OK;
}

/* Which referral, and where it stands. */
static void thread_row(struct turn *t, const struct thread *th, struct msg *out)
{
	char ref[THREAD_REF_LEN + 1], hex[33];

	require(th->peer != 0);
	bytes_hex(hex, th->case_id.b, 16);
	msg_set_text(t->arena, out, WORK_ROW_CASE_ID, hex);
	bytes_hex(hex, th->id.b, 16);
	msg_set_text(t->arena, out, WORK_ROW_ID, hex);
	msg_set_u64(out, WORK_ROW_LOG_LEN, (uint64_t)th->my_no + th->their_no);
	msg_set_text(t->arena, out, WORK_ROW_URGENCY, th->urgency == 2 ? "urgent" : "routine");
	msg_set_u64(out, WORK_ROW_MINE, th->role == THREAD_SENDER);
	if (!kind_has(th->kind, KIND_LISTED) && !kind_has(th->kind, KIND_NAMED))
		return; /* a consent has no reference for the phone */
	thread_reference(t, &th->id, ref);
	msg_set_text(t->arena, out, WORK_ROW_REF, ref);
	if (!kind_has(th->kind, KIND_LISTED))
		return; /* its state is of another table */
	msg_set_text(t->arena, out, WORK_ROW_STATE,
		     referral_state_name((enum referral_state)th->state));
	msg_set_text(t->arena, out, WORK_ROW_NEXT, view_next_of(t, th));
}

/* Where the partner says that the person is better helped, as the one command has it. */
static enum err target_row(struct turn *t, const struct thread *th, struct msg *out)
{
	char typed[NAMES_TYPED_LEN];
	const struct peer *p;
	enum err rc = target_of(t, th, &p);

	if (rc != ERR_OK || p == NULL)
		return rc;
	names_typed(t->node, p, typed);
	msg_set_text(t->arena, out, WORK_ROW_TARGET, typed);
	return ERR_OK;
}

/* Of a case and of no thread: what is known is whose it is. */
static enum err case_row(struct turn *t, const struct page_item *i, const struct msg *m,
			 struct msg *reply)
{
	struct thread th = {.kind = 0};
	struct msg *out;
	char hex[33];
	enum err rc;

	memcpy(th.case_id.b, i->key.b, sizeof th.case_id.b);
	if (turn_case_erased(t, &th.case_id))
		return ERR_OK;
	out = msg_add(t->arena, reply, REPLY_WORK);
	bytes_hex(hex, th.case_id.b, sizeof th.case_id.b);
	msg_set_text(t->arena, out, WORK_ROW_KIND, msg_text(m, WORK_RECORD_KIND));
	msg_set_text(t->arena, out, WORK_ROW_CASE_ID, hex);
	msg_set_text(t->arena, out, WORK_ROW_GROUP, "undated");
	msg_set_text(t->arena, out, WORK_ROW_URGENCY, "routine");
	msg_set_u64(out, WORK_ROW_SINCE_MS, msg_u64(m, WORK_RECORD_SINCE_MS));
	msg_set_u64(out, WORK_ROW_MINE, 1);
	rc = name_row(t, &th, IDENTITY | CONTACT, out);
	return page_damaged(t, rc, STORE_CASES, span_of(th.case_id.b, 16), reply) ? ERR_OK : rc;
}

/* The thread may be damaged while its work is not: then the row is named and left out. */
static enum err work_row(struct turn *t, const struct page_item *i, struct msg *reply)
{
	char typed[NAMES_TYPED_LEN];
	struct id16 thread_id;
	const struct peer *p;
	struct msg *m, *out;
	struct thread th;
	enum err rc = i->key.len == KEY_LEN ? worklist_get(t, &i->key, &m) : ERR_CORRUPT;

	if (rc != ERR_OK)
		return rc;
	memcpy(thread_id.b, i->key.b + 16, 16);
	if (i->key.b[KEY_LEN - 1] == WORK_RETAIN)
		return case_row(t, i, m, reply);
	rc = thread_load(t, &thread_id, &th);
	if (page_damaged(t, rc, STORE_THREAD, span_of(thread_id.b, 16), reply))
		return ERR_OK;
	if (rc != ERR_OK || turn_case_erased(t, &th.case_id))
		return rc; /* its work goes with the rest of it, in the next ticks */
	p = state_peer(t->node, th.peer);
	out = msg_add(t->arena, reply, REPLY_WORK);
	msg_set_text(t->arena, out, WORK_ROW_KIND, msg_text(m, WORK_RECORD_KIND));
	thread_row(t, &th, out);
	msg_set_u64(out, WORK_ROW_SINCE_MS, msg_u64(m, WORK_RECORD_SINCE_MS));
	due_row(t, &th, i, msg_u64(m, WORK_RECORD_DUE_MS), out);
	msg_set_text(t->arena, out, WORK_ROW_DETAIL, msg_text(m, WORK_RECORD_DETAIL));
	msg_set_text(t->arena, out, WORK_ROW_PARTNER, p == NULL ? "" : p->org);
	if (p != NULL) {
		names_typed(t->node, p, typed);
		msg_set_text(t->arena, out, WORK_ROW_TYPED, typed);
	}
	/* who left the federation hears nothing from here any more */
	if (i->key.b[KEY_LEN - 1] == WORK_UNANSWERED && (p == NULL || p->removed))
		msg_set_text(t->arena, out, WORK_ROW_DETAIL, "write-letter");
	if ((work_flags((enum work_kind)i->key.b[KEY_LEN - 1]) & WORK_BY_HAND) != 0)
		msg_set_u64(out, WORK_ROW_BY_HAND, 1);
	if (i->key.b[KEY_LEN - 1] == WORK_APPOINTMENT)
		rc = view_meeting_place(t, &th, out, WORK_ROW_PLACE);
	if (i->key.b[KEY_LEN - 1] == WORK_PASSED_AROUND)
		msg_set_u64(out, WORK_ROW_HOPS, th.hops);
	if (i->key.b[KEY_LEN - 1] == WORK_REFER_ON)
		rc = target_row(t, &th, out);
	if (rc == ERR_OK)
		rc = person_row(t, &th, out);
	return page_damaged(t, rc, STORE_CASES, span_of(th.case_id.b, 16), reply) ? ERR_OK : rc;
}

/* The rows of the page; *last is how the last one is called that has none left out before it. */
enum err view_work_rows(struct turn *t, const struct page *p, char last[VIEW_WORK_NAME],
			struct msg *reply)
{
	const size_t whole = page_whole(p);
	enum err rc = ERR_OK;

	for (size_t i = 0; rc == ERR_OK && i < p->count; i++) {
		const size_t n = msg_count(reply, REPLY_WORK);

		rc = work_row(t, &p->items[i], reply);
		if (rc == ERR_OK && i < whole && msg_count(reply, REPLY_WORK) > n)
			work_name(msg_at(reply, REPLY_WORK, n), last);
	}
	return rc;
}

/* Not audited, as inbox and sent are not: a row has a name, as every list has, and nothing of why the person came but a code. */
enum err view_worklist(struct turn *t, const struct msg *req, struct msg *reply)
{
	struct page p;
	char last[VIEW_WORK_NAME] = "";
	uint16_t only = 0;
	enum err rc = page_begin(t, &p, msg_u64(req, LIST_ASK_LIMIT));

	if (rc != ERR_OK)
		return rc;
	p.mine = msg_u64(req, LIST_ASK_MINE) != 0;
	rc = view_work_after(t, req, &p, rank_of);
	if (rc != ERR_OK)
		return rc;
	rc = find_page_of(t, req, &p, &only);
	if (rc != ERR_OK)
		return rc;
	rc = items(t, &p, only, reply);
	if (rc != ERR_OK || t->again)
		return rc;
	rc = view_work_rows(t, &p, last, reply);
	/* of the node, not of a person: on the first page, for who looks after it */
	if (rc == ERR_OK && (t->roles & ROLE_ADMINISTRATOR) != 0 &&
	    msg_text(req, LIST_ASK_AFTER)[0] == '\0')
		rc = view_proposals(t, reply);
	if (rc == ERR_OK)
		rc = view_alike(t, reply);
	if (rc == ERR_OK)
		page_end(t, &p, reply, last);
	return rc;
}

/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What is to be done, the most urgent first; what has no term comes last.  The day shown is the day where the term runs; what
 * is ours to deliver is by our own calendar.  Where one command helps, the row carries it.
 */
#include "domain/day/worklist.h"

#include "base/check.h"

#include <string.h>

#include "domain/consent/casefile.h"
#include "domain/membership/names.h"
#include "domain/page.h"
#include "domain/referral/deadline.h"
#include "domain/referral/worklist.h"
#include "domain/views/find.h"
#include "domain/views/referrals.h"

enum { KEY_LEN = 16 + 16 + 1 }; /* case, thread, kind */

/* The most urgent first; what has no term comes last: nothing minus one is the largest number. */
static uint64_t rank_of(const struct msg *m)
{
	return msg_u64(m, WORK_RECORD_DUE_MS) - 1;
}

/* An appointment that was yesterday is no work any more.  No timer rings for it, since a message begins no term: its row goes with
 * the next change of the referral, and is shown to nobody until then. */
static bool passed(const struct turn *t, const struct page_item *i, const struct msg *m)
{
	return i->key.b[i->key.len - 1] == WORK_APPOINTMENT &&
	       t->wall_ms > msg_u64(m, WORK_RECORD_DUE_MS);
}

/* Ranks only: the rows that are shown are opened later, once it is known which they are.  A row of which neither rank nor partner can
 * be read takes nobody's place. */
static enum err offer(struct turn *t, struct page *p, uint16_t only, struct span key,
		      struct msg *reply)
{
	const size_t mark = t->arena->used;
	struct page_item one = {.rank = 0};
	struct msg *m;
	enum err rc;

	key_put(&one.key, key.p, key.len);
	rc = one.key.len == KEY_LEN ? worklist_get(t, &one.key, &m) : ERR_CORRUPT;
	if (rc == ERR_OK) {
		one.rank = rank_of(m);
		one.urgent = msg_u64(m, WORK_RECORD_URGENT) != 0;
		one.peer = page_part_of(p, msg_u64(m, WORK_RECORD_PEER));
		if ((only != 0 && msg_u64(m, WORK_RECORD_PEER) != only) || passed(t, &one, m))
			one.key.len = 0;
	}
	arena_rewind(t->arena, mark);
	if (page_damaged(t, rc, STORE_WORK, key_span(&one.key), reply))
		return ERR_OK;
	if (rc == ERR_OK && one.key.len != 0)
		page_offer_of(p, &one);
	return rc;
}

/* In the order of their keys, which is no order of a list: so the walk may rest anywhere, and goes on where it was. */
static enum err items(struct turn *t, struct page *p, uint16_t only, struct msg *reply)
{
	struct store_walk w = {.at = p->at};

	while (store_each(t->txn, STORE_WORK, span_of(NULL, 0), &w)) {
		w.rc = offer(t, p, only, w.row.key, reply);
		p->at = w.at;
		if (w.rc == ERR_OK && turn_enough(t))
			return page_rest(t, p);
	}
	return w.rc;
}

/* A row is called by its reference and what is to be done: "91C4A7K3M.answer-due". */
static void row_name(const struct msg *row, char out[64])
{
	const bool had = msg_has(row, WORK_ROW_REF); /* consents and agreements have none */
	struct err_text name;

	(void)err_explain(&name, ERR_OK, "%s.%s", msg_text(row, had ? WORK_ROW_REF : WORK_ROW_ID),
			  msg_text(row, WORK_ROW_KIND));
	memcpy(out, name.text, 63);
	out[63] = '\0';
}

/* A row is found by its name, not by its number: those before it may be done when the next page is asked for. */
static enum err start_after(struct turn *t, const char *name, struct page *p)
{
	const char *dot = strchr(name, '.');
	char ref[33] = ""; /* or an id */
	enum work_kind kind = 0;
	struct thread th;
	struct store_key k;
	struct msg *m;
	struct thread_fits fits;
	enum err rc = ERR_NOTFOUND;

	require(p->begun || p->total == 0);
	if (name[0] == '\0' || p->begun)
		return ERR_OK;
	while (dot != NULL && kind < WORK_KIND_COUNT && strcmp(worklist_code(kind), dot + 1) != 0)
		kind++;
	if (dot != NULL && (size_t)(dot - name) < sizeof ref && kind < WORK_KIND_COUNT) {
		memcpy(ref, name, (size_t)(dot - name));
		rc = thread_find(t, ref, &th, &fits);
	}
	if (rc == ERR_OK) {
		k = worklist_key(&th, kind);
		rc = worklist_get(t, &k, &m);
	}
	if (rc == ERR_OK)
		page_after(p, rank_of(m), key_span(&k));
	if (rc == ERR_NOTFOUND)
		return turn_refuse(t, rc, REFUSAL_ROW_GONE);
	return rc;
}

/* What to type, where one command helps. */
static enum err item_command(struct turn *t, const struct msg *m, const struct thread *th,
			     const struct peer *p, struct msg *out)
{
	char typed[NAMES_TYPED_LEN];
	struct err_text words;
	size_t n = 0;

	require(p != NULL && p->no != 0);
	names_typed(t->node, p, typed);
	if (strcmp(msg_text(m, WORK_RECORD_KIND), worklist_code(WORK_CONSENT)) == 0) {
		char id[9];

		casefile_short(&th->case_id, id);
		if (th->role == THREAD_SENDER)
			(void)err_explain(&words, ERR_OK,
					  "kring consent give %s --to %s --share ...", id, typed);
		else
			(void)err_explain(&words, ERR_OK,
					  "kring case show %s; ask %s for a new consent", id,
					  p->org);
		msg_set_text(t->arena, out, WORK_ROW_COMMAND, words.text);
		return ERR_OK;
	}
	if (strcmp(msg_text(m, WORK_RECORD_KIND), worklist_code(WORK_AGREEMENT)) != 0)
		return ERR_OK;
	(void)err_explain(&words, ERR_OK, "kring partner agree %s --receive --share %s", typed,
			  msg_text(m, WORK_RECORD_DETAIL));
	for (const char *s = words.text; *s != '\0'; s++)
		if (*s != ' ' || s == words.text || s[-1] != ',')
			words.text[n++] = *s; /* a list of categories is one word */
	words.text[n] = '\0';
	msg_set_text(t->arena, out, WORK_ROW_COMMAND, words.text);
	return ERR_OK;
}

/* When it is due, as the day where its term runs; what is to be delivered is our own affair. */
static void due_row(struct turn *t, const struct thread *th, const struct page_item *i,
		    uint64_t due_ms, struct msg *out)
{
	char day[DATE_TEXT];
	uint8_t kind;
	bool ours;

	require(i->key.len == KEY_LEN);
	if (due_ms == 0)
		return;
	kind = i->key.b[i->key.len - 1];
	ours = kind == WORK_UNDELIVERABLE || kind == WORK_CONSENT || kind == WORK_APPOINTMENT;
	deadline_day(ours ? t->node->country : deadline_place(t, th), due_ms, day);
	msg_set_u64(out, WORK_ROW_DUE_MS, due_ms);
	msg_set_text(t->arena, out, WORK_ROW_DUE_DAY, day);
	if (t->wall_ms > due_ms)
		msg_set_u64(out, WORK_ROW_OVERDUE, 1);
}

/* The thread may be damaged while its work is not: then the row is named and left out. */
static enum err item_row(struct turn *t, const struct page_item *i, struct msg *reply)
{
	char ref[THREAD_REF_LEN + 1], hex[33];
	struct id16 thread_id;
	const struct peer *p;
	struct msg *m, *out;
	struct thread th;
	enum err rc = i->key.len == KEY_LEN ? worklist_get(t, &i->key, &m) : ERR_CORRUPT;

	if (rc != ERR_OK)
		return rc;
	memcpy(thread_id.b, i->key.b + 16, 16);
	rc = thread_load(t, &thread_id, &th);
	if (page_damaged(t, rc, STORE_THREAD, span_of(thread_id.b, 16), reply))
		return ERR_OK;
	if (rc != ERR_OK || turn_case_erased(t, &th.case_id))
		return rc; /* its work goes with the rest of it, in the next ticks */
	p = state_peer(t->node, th.peer);
	thread_reference(t, &thread_id, ref);
	bytes_hex(hex, th.case_id.b, 16);
	out = msg_add(t->arena, reply, REPLY_WORK);
	msg_set_text(t->arena, out, WORK_ROW_KIND, msg_text(m, WORK_RECORD_KIND));
	if (kind_has(th.kind, KIND_LISTED)) /* a consent has no reference for the phone */
		msg_set_text(t->arena, out, WORK_ROW_REF, ref);
	msg_set_text(t->arena, out, WORK_ROW_CASE_ID, hex);
	msg_set_u64(out, WORK_ROW_SINCE_MS, msg_u64(m, WORK_RECORD_SINCE_MS));
	due_row(t, &th, i, msg_u64(m, WORK_RECORD_DUE_MS), out);
	msg_set_text(t->arena, out, WORK_ROW_DETAIL, msg_text(m, WORK_RECORD_DETAIL));
	msg_set_text(t->arena, out, WORK_ROW_PARTNER, p == NULL ? "" : p->org);
	msg_set_u64(out, WORK_ROW_LOG_LEN, (uint64_t)th.my_no + th.their_no);
	bytes_hex(hex, thread_id.b, 16);
	msg_set_text(t->arena, out, WORK_ROW_ID, hex);
	msg_set_text(t->arena, out, WORK_ROW_URGENCY, th.urgency == 2 ? "urgent" : "routine");
	if (i->key.b[i->key.len - 1] == WORK_APPOINTMENT)
		rc = view_meeting_place(t, &th, out, WORK_ROW_PLACE);
	return p == NULL || rc != ERR_OK ? rc : item_command(t, m, &th, p, out);
}

/* The rows of the page; *last is how the last one is called that has none left out before it. */
static enum err rows_of(struct turn *t, const struct page *p, char last[64], struct msg *reply)
{
	const size_t whole = page_whole(p);
	enum err rc = ERR_OK;

	for (size_t i = 0; rc == ERR_OK && i < p->count; i++) {
		const size_t n = msg_count(reply, REPLY_WORK);

		rc = item_row(t, &p->items[i], reply);
		if (rc == ERR_OK && i < whole && msg_count(reply, REPLY_WORK) > n)
			row_name(msg_at(reply, REPLY_WORK, n), last);
	}
	return rc;
}

/* Not audited: a row has a reference and a case, and no name. */
enum err view_worklist(struct turn *t, const struct msg *req, struct msg *reply)
{
	struct page p;
	char last[64] = "";
	uint16_t only = 0;
	enum err rc = page_begin(t, &p, msg_u64(req, LIST_ASK_LIMIT));

	if (rc != ERR_OK)
		return rc;
	rc = start_after(t, msg_text(req, LIST_ASK_AFTER), &p);
	if (rc != ERR_OK)
		return rc;
	rc = find_page_of(t, req, &p, &only);
	if (rc != ERR_OK)
		return rc;
	rc = items(t, &p, only, reply);
	if (rc != ERR_OK || t->again)
		return rc;
	rc = rows_of(t, &p, last, reply);
	if (rc == ERR_OK)
		page_end(t, &p, reply, last);
	return rc;
}

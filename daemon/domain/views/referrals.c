/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Referrals as people look at them.  What of a partner's person may be seen is asked of the gate at the moment of looking,
 * not of what was shown yesterday; a row without its person says why.  A view writes nothing but its audit entry, and that
 * messages were looked at; a row that is damaged is named while the list goes on.
 */
#include "domain/views/referrals.h"

#include "base/check.h"
#include "base/text.h"

#include <string.h>

#include "domain/consent/bodies.h"
#include "domain/consent/bylaw.h"
#include "domain/consent/casefile.h"
#include "domain/consent/grant.h"
#include "domain/evidence/audit.h"
#include "domain/exchange/outbox.h"
#include "domain/exchange/quota.h"
#include "domain/handover/rows.h"
#include "domain/moving/came.h"
#include "domain/page.h"
#include "domain/referral/deadline.h"
#include "domain/referral/fold.h"
#include "domain/referral/message.h"
#include "domain/referral/referral.h"
#include "domain/referral/states.h"
#include "domain/referral/worklist.h"
#include "domain/stream/connect.h"
#include "domain/views/find.h"
#include "domain/views/history.h"
#include "domain/views/may.h"
#include "domain/views/silence.h"

enum { IDENTITY = 1 << 0, CONTACT = 1 << 1, NEEDS = 1 << 15 };
enum {
	SHOWN_ENTRIES = 100, /* of a history: each may hold a text of LIMIT_BODY */
	ENTER_URGENT = 2,
	/* threads of one case that its page looks at; kring inbox and kring sent have all */
	CASE_LOOKED = 8192
};
static_assert(SHOWN_ENTRIES * (LIMIT_BODY + 512) < LIMIT_CONTROL, "a history fits a reply");

static struct span id_span(const struct id16 *id)
{
	return span_of(id->b, sizeof id->b);
}

/* Nobody moves in what is with one that was removed: neither side hears of the other again. */
const char *view_next_of(const struct turn *t, const struct thread *th)
{
	const struct peer *p = state_peer(t->node, th->peer);
	uint8_t next;

	require(th->state < REFERRAL_STATE_COUNT);
	next = state_row((enum referral_state)th->state)->next;
	return next == 0 || (p != NULL && p->removed) ? "nobody"
	       : next == fold_our_side(th)	      ? "us"
						      : "partner";
}

/* What of a received payload may be looked at now, and why not; our own words are ours to read. */
enum err view_readable(struct turn *t, const struct thread *th, uint64_t *cats, const char **why)
{
	const struct consent_scope s = {state_peer(t->node, th->peer), th->case_id, true};
	struct consent_view v;
	bool kept = false;
	enum err rc;

	require(th->role == THREAD_SENDER || th->role == THREAD_RECEIVER);
	*cats = th->role == THREAD_SENDER ? ~UINT64_C(0) : 0;
	*why = "";
	if (th->role == THREAD_SENDER || s.p == NULL)
		return ERR_OK;
	rc = consent_living(t, &s, CONSENT_RECEIVE, &v);
	if (rc != ERR_OK)
		return rc;
	if (!th->hidden)
		*cats = consent_covered(&v, t->wall_ms);
	if (*cats != 0)
		return ERR_OK;
	rc = bylaw_in(t, &th->case_id, s.p, &kept);
	*why = kept ? "restricted"
	       : th->hidden && v.living
		       ? "erased"
		       : wire_verdict_text((uint16_t)consent_check(&v, IDENTITY, t->wall_ms));
	return rc;
}

/* Of our own first document: whether the partner has it is what people ask first. */
static enum err delivery_row(struct turn *t, const struct thread *th, struct msg *row)
{
	const char *delivery;
	struct log_entry first;
	uint64_t stored;
	enum err rc;

	if (th->my_no == 0)
		return ERR_OK;
	rc = thread_entry(t, th, true, th->my_no, &first);
	if (rc == ERR_OK)
		rc = view_delivery(t, &first.doc, &delivery, &stored);
	if (rc == ERR_OK && (strcmp(delivery, "queued") == 0 || strcmp(delivery, "handed") == 0)) {
		msg_set_u64(row, REFERRAL_ROW_UNDELIVERED, 1);
		/* nothing is let go of there before that is */
		if (th->hidden && th->role == THREAD_SENDER)
			msg_set_u64(row, REFERRAL_ROW_PROVISIONAL, 1);
	}
	if (rc != ERR_OK || th->role != THREAD_SENDER)
		return rc;
	if (th->my_no > 1) {
		rc = thread_entry(t, th, true, 1, &first);
		if (rc == ERR_OK)
			rc = view_delivery(t, &first.doc, &delivery, &stored);
		if (rc != ERR_OK)
			return rc;
	}
	msg_set_text(t->arena, row, REFERRAL_ROW_DELIVERY, delivery);
	if (stored != 0)
		msg_set_u64(row, REFERRAL_ROW_STORED_MS, stored);
	return ERR_OK;
}

/* Is it not over, and its partner no member any more? */
static bool with_gone(const struct turn *t, const struct thread *th)
{
	const struct peer *p = state_peer(t->node, th->peer);

	require(th->state < REFERRAL_STATE_COUNT);
	return p != NULL && p->removed && state_row((enum referral_state)th->state)->next != 0;
}

/* By when, as the last day there where the term runs. */
static void due_row(struct turn *t, const struct thread *th, struct msg *row)
{
	const char *place = deadline_place(t, th);
	char day[DATE_TEXT];

	if (th->due_ms == 0 || with_gone(t, th)) /* nobody keeps a term there */
		return;
	deadline_day(place, th->due_ms, day);
	msg_set_u64(row, REFERRAL_ROW_DUE_MS, th->due_ms);
	msg_set_text(t->arena, row, REFERRAL_ROW_DUE_DAY, day);
	if (t->wall_ms > th->due_ms)
		msg_set_u64(row, REFERRAL_ROW_OVERDUE, 1);
	else
		msg_set_u64(row, REFERRAL_ROW_DAYS_LEFT,
			    calendar_between(place, t->wall_ms, th->due_ms));
	if (!calendar_known(place))
		msg_set_u64(row, REFERRAL_ROW_NO_CALENDAR, 1);
}

/* Whoever is a member no more is not to move: what is left of it is work here, as on the list of today. */
static void gone_row(struct turn *t, const struct thread *th, struct msg *row)
{
	if (!worklist_waits(t, th, WORK_GONE))
		return;
	msg_set_text(t->arena, row, REFERRAL_ROW_NEXT, "us");
	msg_set_text(t->arena, row, REFERRAL_ROW_TODO, worklist_code(WORK_GONE));
}

/* Who is next, what with, and what may be done here; whether the other side can hear of it. */
static enum err move_row(struct turn *t, const struct thread *th, struct msg *row)
{
	const struct peer *p = state_peer(t->node, th->peer);
	const enum referral_state s = (enum referral_state)th->state;
	const uint8_t next = state_row(s)->next;
	const bool gone = p != NULL && p->removed;
	const enum work_kind todo = next != 0 && gone
					    ? WORK_GONE
					    : state_work(s, next == 0 ? fold_our_side(th)
								      : (enum referral_actor)next);
	const struct peer *to;
	enum err rc;

	msg_set_text(t->arena, row, REFERRAL_ROW_NEXT, view_next_of(t, th));
	if (next != 0 && gone)
		msg_set_u64(row, REFERRAL_ROW_GONE, 1);
	if (todo != WORK_KIND_COUNT && ((next != 0 && !gone) || worklist_waits(t, th, todo)))
		msg_set_text(t->arena, row, REFERRAL_ROW_TODO, worklist_code(todo));
	gone_row(t, th, row);
	rc = came_to(t, th, &to);
	if (rc == ERR_OK)
		msg_set_text(t->arena, row, REFERRAL_ROW_MOVED_TO, to->org);
	if (rc == ERR_OK || rc == ERR_NOTFOUND)
		rc = may_rows(t, th, row);
	if (rc != ERR_OK || p == NULL)
		return rc;
	if (gone || connect_alive(t, p)) /* nobody is waited for that never comes */
		return ERR_OK;
	msg_set_u64(row, REFERRAL_ROW_AWAY, 1);
	if (p->phone[0] != '\0')
		msg_set_text(t->arena, row, REFERRAL_ROW_PHONE, p->phone);
	return view_silent_since(t, p, row, REFERRAL_ROW_SILENT_SINCE_MS);
}

/* Of the person, within consent: the name, and that nobody phones or comes by. */
static enum err person_row(struct turn *t, const struct thread *th, uint64_t cats, struct msg *row)
{
	struct msg *record, *person;
	enum err rc;

	if ((cats & (IDENTITY | CONTACT)) == 0)
		return ERR_OK;
	rc = casefile_load(t, &th->case_id, &record);
	if (rc == ERR_OK)
		rc = casefile_person(t, &th->case_id, record, &person);
	if (rc != ERR_OK)
		return rc == ERR_NOTFOUND ? ERR_OK : rc;
	if ((cats & IDENTITY) != 0)
		msg_set_text(t->arena, row, REFERRAL_ROW_NAME,
			     turn_short(t, msg_text(person, PERSON_NAME)));
	if ((cats & CONTACT) != 0 && msg_u64(person, PERSON_DO_NOT_CONTACT) != 0)
		msg_set_u64(row, REFERRAL_ROW_DO_NOT_CONTACT, 1);
	return ERR_OK;
}

/* What a row shows of the person depends on where it goes: replies to commands that write are kept for a day, so
 * they have no names. */
enum err view_referral_row(struct turn *t, const struct thread *th, struct msg *reply, bool name)
{
	const struct peer *p = state_peer(t->node, th->peer);
	struct msg *row = msg_add(t->arena, reply, REPLY_REFERRALS);
	char ref[THREAD_REF_LEN + 1], hex[33];
	const char *why;
	uint64_t cats;
	enum err rc = view_readable(t, th, &cats, &why);

	require(th->peer != 0);
	if (rc != ERR_OK && !page_damaged(t, rc, STORE_THREAD, id_span(&th->id), reply))
		return rc;
	rc = ERR_OK;
	thread_reference(t, &th->id, ref);
	msg_set_text(t->arena, row, REFERRAL_ROW_REF, ref);
	bytes_hex(hex, th->id.b, 16);
	msg_set_text(t->arena, row, REFERRAL_ROW_ID, hex);
	msg_set_text(t->arena, row, REFERRAL_ROW_PARTNER, p == NULL ? "" : p->org);
	if (name && (cats & NEEDS) != 0)
		msg_set_text(t->arena, row, REFERRAL_ROW_NEED, th->need);
	if (why[0] != '\0') /* a row without a person says why */
		msg_set_text(t->arena, row, REFERRAL_ROW_HOLLOW, why);
	msg_set_text(t->arena, row, REFERRAL_ROW_STATE,
		     referral_state_name((enum referral_state)th->state));
	msg_set_u64(row, REFERRAL_ROW_CREATED_MS, th->created_ms);
	due_row(t, th, row);
	msg_set_u64(row, REFERRAL_ROW_MINE, th->role == THREAD_SENDER);
	bytes_hex(hex, th->case_id.b, 16);
	msg_set_text(t->arena, row, REFERRAL_ROW_CASE_ID, hex);
	msg_set_u64(row, REFERRAL_ROW_PROVISIONAL, th->provisional);
	msg_set_u64(row, REFERRAL_ROW_LOG_LEN, (uint64_t)th->my_no + th->their_no);
	if (th->unread != 0 && !th->hidden)
		msg_set_u64(row, REFERRAL_ROW_UNREAD, 1);
	if (th->hops != 0 && !th->hidden)
		msg_set_u64(row, REFERRAL_ROW_HOPS, th->hops);
	if (message_recall_until(th) >= t->wall_ms)
		msg_set_u64(row, REFERRAL_ROW_RECALL_UNTIL_MS, message_recall_until(th));
	msg_set_text(t->arena, row, REFERRAL_ROW_URGENCY,
		     th->urgency == ENTER_URGENT ? "urgent" : "routine");
	if (name)
		rc = person_row(t, th, cats, row);
	if (rc != ERR_OK && !page_damaged(t, rc, STORE_CASES, id_span(&th->case_id), reply))
		return rc;
	rc = move_row(t, th, row);
	if (rc == ERR_OK)
		rc = delivery_row(t, th, row);
	return page_damaged(t, rc, STORE_THREAD, id_span(&th->id), reply) ? ERR_OK : rc;
}

/* By our own clock: a partner that dates its referrals in advance does not stand first for ever. */
static uint64_t since(const struct thread *th)
{
	require(th->role == THREAD_SENDER || th->role == THREAD_RECEIVER);
	return th->role == THREAD_RECEIVER ? th->stored_ms : th->created_ms;
}

/* "Partner, day, person: reference", as the lists show it; the person as far as consent goes. */
static enum err name_one(struct turn *t, const struct id16 *id, struct err_text *out)
{
	struct msg *scratch = msg_new(t->arena, MSG_REPLY);
	const struct msg *row;
	char day[DATE_TEXT];
	struct thread th;
	const char *name;
	enum err rc = thread_load(t, id, &th);

	if (rc == ERR_OK)
		rc = view_referral_row(t, &th, scratch, true);
	if (rc != ERR_OK)
		return rc;
	row = msg_at(scratch, REPLY_REFERRALS, 0);
	if (row == NULL)
		return ERR_NOMEM;
	name = msg_text(row, REFERRAL_ROW_NAME);
	date_text(calendar_day(t->node->country, since(&th)), day);
	text_format(out->text, sizeof out->text, "%.40s, %s%s%.40s: %s",
		    msg_text(row, REFERRAL_ROW_PARTNER), day, name[0] == '\0' ? "" : ", ", name,
		    msg_text(row, REFERRAL_ROW_REF));
	return ERR_OK;
}

/* A damaged one is left out of the sentence: the others can be typed all the same. */
static enum err refuse_many(struct turn *t, const struct thread_fits *fits)
{
	const size_t shown = fits->count < THREAD_FITS_MAX ? fits->count : THREAD_FITS_MAX;
	struct err_text list = {""}, one;

	require(fits->count > 1);
	for (size_t i = 0; i < shown; i++) {
		const size_t had = strlen(list.text);
		const enum err rc = name_one(t, &fits->id[i], &one);
		size_t len;

		if (rc != ERR_OK && rc != ERR_CORRUPT)
			return rc;
		len = strlen(one.text);
		if (rc != ERR_OK || had + 2 + len > SAY_TEXT_MAX)
			continue;
		if (had != 0)
			memcpy(list.text + had, "; ", 2);
		memcpy(list.text + had + (had == 0 ? 0 : 2), one.text, len + 1);
	}
	return turn_refuse_with(t, ERR_NOTFOUND, REFUSAL_REFERRAL_SEVERAL,
				say_text("list", list.text));
}

/* Never the older or the nearer one: what partners choose decides nothing about what a person means. */
enum err view_find_referral(struct turn *t, const char *text, enum refusal unknown,
			    struct thread *th)
{
	struct thread_fits fits;
	enum err rc = thread_find(t, text, th, &fits);

	require(text != NULL);
	if (rc == ERR_NOTFOUND && fits.count > 1)
		return refuse_many(t, &fits);
	/* a whole id names any thread: a handover has a list of its own, and a consent is none of these */
	if (rc == ERR_NOTFOUND || (rc == ERR_OK && !kind_has(th->kind, KIND_LISTED)))
		return find_no_referral(t, text, unknown);
	return rc;
}

/* The rows of a page, newest first; *last is the reference of the last one that has none left out before it. */
static enum err rows_of(struct turn *t, const struct page *p, char last[THREAD_REF_LEN + 1],
			struct msg *reply)
{
	const size_t whole = page_whole(p);

	require(p->count <= p->limit);
	last[0] = '\0';
	for (size_t i = 0; i < p->count; i++) {
		struct thread th;
		struct id16 id;
		enum err rc;

		memcpy(id.b, p->items[i].key.b, 16);
		rc = thread_load(t, &id, &th);
		if (rc == ERR_OK)
			rc = view_referral_row(t, &th, reply, true);
		if (rc != ERR_OK && !page_damaged(t, rc, STORE_THREAD, id_span(&id), reply))
			return rc;
		if (i < whole)
			thread_reference(t, &id, last);
	}
	return ERR_OK;
}

/* Newest first, of as many threads as the page of a case looks at: a partner may have brought a hundred thousand under one person, and
 * the lists of referrals show them all.  Other things hang on threads too: consents have a part of the page for themselves. */
static enum err each_of_case(struct turn *t, const struct id16 *case_id, struct page *p,
			     struct msg *reply)
{
	const struct store_key prefix = turn_key_id(case_id);
	struct store_walk w = {.key_len = 32};
	unsigned looked = 0;

	while (store_each(t->txn, STORE_THREADCASE, key_span(&prefix), &w)) {
		const size_t mark = t->arena->used;
		struct id16 id;
		struct thread th;
		enum err rc;

		if (looked++ == CASE_LOOKED) {
			p->more = true;
			return ERR_OK;
		}
		memcpy(id.b, w.row.key.p + 16, 16);
		rc = thread_load(t, &id, &th);
		arena_rewind(t->arena, mark);
		if (page_damaged(t, rc, STORE_THREAD, id_span(&id), reply))
			continue;
		if (rc != ERR_OK)
			return rc;
		if (kind_has(th.kind, KIND_LISTED))
			page_offer(p, PAGE_NEWEST(since(&th)), id_span(&id));
	}
	return w.rc;
}

/* Ours and those of partners alike: who looks at a person asks what runs, not who began it. */
enum err view_referrals_of_case(struct turn *t, const struct id16 *case_id, struct msg *reply)
{
	char last[THREAD_REF_LEN + 1];
	struct page p;
	enum err rc = page_begin(t, &p, 0);

	if (rc == ERR_OK)
		rc = each_of_case(t, case_id, &p, reply);
	if (rc == ERR_OK)
		rc = rows_of(t, &p, last, reply);
	/* no next page here: kring inbox and kring sent have them all */
	if (rc == ERR_OK && p.more)
		msg_set_u64(reply, REPLY_TRUNCATED, 1);
	return rc;
}

/* Is this need already with this partner?  Then a second offer is asked for on purpose, or not at all.  A row that is damaged is an
 * error: who decides by the answer must not take it for one that is over. */
enum err view_open_referral(struct turn *t, const struct id16 *case_id, uint16_t peer,
			    const char *need, bool *open)
{
	struct quota_place at = {.case_id = *case_id};
	enum err rc = ERR_OK;

	require(peer != 0 && need != NULL);
	*open = false;
	while (rc == ERR_OK && !*open) {
		const size_t mark = t->arena->used;
		struct thread th;

		rc = quota_next_open(t, peer, THREAD_SENDER, &at);
		if (rc == ERR_NOTFOUND || !id16_equal(&at.case_id, case_id))
			return rc == ERR_NOTFOUND ? ERR_OK : rc;
		if (rc == ERR_OK)
			rc = thread_load(t, &at.thread, &th);
		*open = rc == ERR_OK && strcmp(th.need, need) == 0;
		arena_rewind(t->arena, mark);
		if (rc == ERR_NOTFOUND)
			rc = ERR_CORRUPT;
	}
	return rc;
}

/* The reference of the last row that was shown: it stays what it is while rows come and go. */
static enum err start_after(struct turn *t, const char *ref, struct page *p)
{
	struct thread th;
	enum err rc;

	require(p->begun || p->total == 0);
	if (ref[0] == '\0' || p->begun)
		return ERR_OK;
	rc = view_find_referral(t, ref, REFUSAL_ROW_GONE, &th);
	if (rc == ERR_OK)
		page_after(p, PAGE_NEWEST(since(&th)), id_span(&th.id));
	return rc;
}

/* What is asked of inbox and sent. */
struct of_role {
	uint8_t role;
	bool all;      /* also what is over */
	uint16_t only; /* of this partner; 0: of all */
};

/* One row of such a list, if it is one.  A row that is damaged is named once, whatever the turn in which it is met, and keeps no other
 * one out. */
static enum err offer(struct turn *t, const void *ctx, const struct id16 *id, struct page *p,
		      struct msg *reply)
{
	const struct of_role *o = ctx;
	const size_t mark = t->arena->used;
	struct page_item one = {.rank = 0};
	struct thread th;
	enum err rc = thread_load(t, id, &th);

	arena_rewind(t->arena, mark);
	if (page_damaged(t, rc, STORE_THREAD, id_span(id), reply))
		return ERR_OK;
	if (rc != ERR_OK || !kind_has(th.kind, KIND_LISTED) || th.role != o->role ||
	    (o->only != 0 && th.peer != o->only) ||
	    (!o->all && referral_terminal((enum referral_state)th.state)))
		return rc;
	one.rank = PAGE_NEWEST(since(&th));
	one.peer = page_part_of(p, th.peer);
	one.urgent = th.urgency == ENTER_URGENT;
	key_put(&one.key, id->b, sizeof id->b);
	page_offer_of(p, &one);
	return ERR_OK;
}

/* The same by what is kept in memory: nothing is opened, because a page has to know of very many rows only where each would stand.
 * Those that stand on it are read from the store in the end, and whatever is damaged in them is said there. */
static enum err offer_kept(struct turn *t, const void *ctx, uint32_t place,
			   const struct running_row *row, struct page *p)
{
	struct page_item one = {.rank = PAGE_NEWEST(row->since_ms),
				.peer = page_part_of(p, row->peer),
				.urgent = row->urgent};

	(void)t;
	(void)place;
	key_put(&one.key, row->thread.b, sizeof row->thread.b);
	if (view_open_kept(ctx, row))
		page_offer_of(p, &one);
	return ERR_OK;
}

/* Whoever left the federation has a number as before, so its referrals stay in the lists until somebody ended them. */
bool view_open_kept(const struct view_open *of, const struct running_row *row)
{
	return row->open && (of->only == 0 || of->only == row->peer) &&
	       (of->roles >> row->role & 1) != 0;
}

/* What is not over has an index, by partner and role: what is over may be a hundred times as much.  p->peer counts each partner
 * twice, once for each role. */
static enum err open_stored(struct turn *t, const struct view_open *of, struct page *p,
			    struct msg *reply)
{
	enum err rc = ERR_NOTFOUND;

	for (; rc == ERR_NOTFOUND && p->peer < t->node->peer_count * 2; p->peer++) {
		const uint16_t no = t->node->peers[p->peer / 2].no;
		const uint8_t role = p->peer % 2 == 0 ? THREAD_SENDER : THREAD_RECEIVER;
		struct quota_place at = {.case_id = {{0}}};

		if ((of->only != 0 && of->only != no) || (of->roles >> role & 1) == 0)
			continue;
		if (p->at.len == sizeof at)
			memcpy(&at, p->at.b, sizeof at);
		while ((rc = quota_next_open(t, no, role, &at)) == ERR_OK) {
			rc = of->one(t, of->ctx, &at.thread, p, reply);
			if (rc != ERR_OK)
				return rc == ERR_NOTFOUND ? ERR_CORRUPT : rc;
			if (!turn_enough(t))
				continue;
			p->at.len = 0;
			key_put(&p->at, &at, sizeof at);
			return page_rest(t, p);
		}
		p->at.len = 0;
	}
	return rc == ERR_NOTFOUND ? ERR_OK : rc;
}

/* By what is kept in memory where that has everything: after a start that takes some moments, and what is damaged is met in the store
 * alone. */
enum err view_open_referrals(struct turn *t, const struct view_open *of, struct page *p,
			     struct msg *reply)
{
	bool kept;
	enum err rc = follow_begin(t, p, &kept);

	if (rc != ERR_OK || t->again)
		return rc;
	return kept ? follow_each(t, p, of->kept, of) : open_stored(t, of, p, reply);
}

/* Those that are over, too; they have no list of their own, so every thread is looked at.  Whoever asks for all of them waits for all
 * of them, and nobody else does. */
static enum err offer_all(struct turn *t, const struct of_role *o, struct page *p,
			  struct msg *reply)
{
	struct store_walk w = {.key_len = 16, .at = p->at};

	while (store_each(t->txn, STORE_THREAD, span_of(NULL, 0), &w)) {
		struct id16 id;

		memcpy(id.b, w.row.key.p, 16);
		w.rc = offer(t, o, &id, p, reply);
		p->at = w.at;
		if (w.rc == ERR_OK && turn_enough(t))
			return page_rest(t, p);
	}
	return w.rc;
}

/* Two lists that differ by our side alone; what is over is left out unless all is asked for. */
static enum err list_role(struct turn *t, const struct msg *req, uint8_t role, struct msg *reply)
{
	struct of_role o = {.role = role, .all = msg_u64(req, LIST_ASK_ALL) != 0};
	char last[THREAD_REF_LEN + 1];
	struct page p;
	enum err rc = page_begin(t, &p, msg_u64(req, LIST_ASK_LIMIT));

	require(role == THREAD_SENDER || role == THREAD_RECEIVER);
	if (rc != ERR_OK)
		return rc;
	rc = start_after(t, msg_text(req, LIST_ASK_AFTER), &p);
	if (rc != ERR_OK)
		return rc;
	rc = find_page_of(t, req, &p, &o.only);
	if (rc != ERR_OK)
		return rc;
	rc = o.all ? offer_all(t, &o, &p, reply)
		   : view_open_referrals(
			     t, &(struct view_open){1u << role, o.only, offer, offer_kept, &o}, &p,
			     reply);
	if (rc != ERR_OK || t->again)
		return rc;
	rc = rows_of(t, &p, last, reply);
	if (rc == ERR_OK)
		page_end(t, &p, reply, last);
	return rc;
}

enum err view_inbox(struct turn *t, const struct msg *req, struct msg *reply)
{
	return list_role(t, req, THREAD_RECEIVER, reply);
}

enum err view_sent(struct turn *t, const struct msg *req, struct msg *reply)
{
	return list_role(t, req, THREAD_SENDER, reply);
}

/* The place is words between two workers: it is read where it lies, and is shown as far as its consent reaches now.  A row of the
 * worklist has no copy of it, so that an erasure has nothing to look for there. */
enum err view_meeting_place(struct turn *t, const struct thread *th, struct msg *row,
			    unsigned field)
{
	struct log_entry e;
	struct document d;
	struct msg *body;
	const char *why;
	uint64_t cats;
	enum err rc = view_readable(t, th, &cats, &why);

	require(row != NULL && field != 0);
	if (rc != ERR_OK)
		return rc;
	rc = thread_entry(t, th, th->meet_ours, th->meet_no, &e);
	if (rc != ERR_OK || e.type != DOC_MESSAGE)
		return rc == ERR_NOTFOUND ? ERR_OK : rc; /* a comparison took it out of the log */
	rc = document_load(t, &e.doc, &d);
	if (rc != ERR_OK || (!th->meet_ours && (d.head.cats & ~cats) != 0))
		return rc == ERR_NOTFOUND ? ERR_CORRUPT : rc;
	rc = document_body(t, &d, &body);
	if (rc == ERR_OK && msg_text(body, MESSAGE_PLACE)[0] != '\0')
		msg_set_text(t->arena, row, field, msg_text(body, MESSAGE_PLACE));
	return rc == ERR_NOTFOUND ? ERR_OK : rc; /* it went with its consent */
}

/* As the receiver: the person of the case, within what its living grants cover. */
static enum err held(struct turn *t, const struct thread *th, uint64_t cats, struct msg **person)
{
	struct msg *record;
	enum err rc = ERR_OK;

	require(th->role == THREAD_RECEIVER);
	*person = NULL;
	if (cats != 0)
		rc = casefile_load(t, &th->case_id, &record);
	if (rc != ERR_OK || cats == 0)
		return rc == ERR_NOTFOUND
			       ? ERR_OK
			       : rc; /* erased: that something was disclosed, and no more */
	rc = casefile_person(t, &th->case_id, record, person);
	consent_blank(*person, cats);
	return rc;
}

/* The person in one document of ours, as far as the partner has it; NULL: it refused it, or its consent is gone. */
static enum err said_in(struct turn *t, const struct log_entry *e, const struct msg **said)
{
	struct outbox_row row = {.verdict = WIRE_VERDICT_OK};
	struct document d;
	struct msg *body;
	uint16_t peer;
	uint64_t place;
	bool gone;
	enum err rc = document_load(t, &e->doc, &d);

	*said = NULL;
	if (rc == ERR_OK)
		rc = consent_gone(t, &d.head.grant_id, &gone);
	if (rc != ERR_OK || gone)
		return rc;
	rc = outbox_find(t, &e->doc.msg, &peer, &place, &row);
	if (rc == ERR_OK || rc == ERR_NOTFOUND)
		rc = document_body(t, &d, &body);
	if (rc == ERR_OK && row.verdict == WIRE_VERDICT_OK)
		*said = msg_get(body, bodies_person_field(e->type));
	return rc;
}

/* As the sender: what the partner was told in this referral and keeps, not our whole file. */
static enum err disclosed(struct turn *t, const struct thread *th, struct msg **person)
{
	require(th->role == THREAD_SENDER);
	*person = msg_new(t->arena, MSG_PERSON);
	if (*person == NULL)
		return ERR_NOMEM;
	for (uint32_t no = 1; no <= th->my_no && !th->hidden; no++) {
		const struct msg *said = NULL;
		struct log_entry e;
		enum err rc = thread_entry(t, th, true, no, &e);

		if (rc == ERR_OK && bodies_person_field(e.type) != 0)
			rc = said_in(t, &e, &said);
		if (said != NULL)
			msg_copy_fields(*person, said);
		if (rc != ERR_OK && rc != ERR_NOTFOUND)
			return rc;
	}
	return ERR_OK;
}

/* Its messages are no news any more, for nobody here: whoever looked knows of them, and what they ask for stands in the history.
 * The task goes with the mark, in the turn that shows them. */
static enum err looked_at(struct turn *t, struct thread *th)
{
	enum err rc;

	require(th->unread <= th->their_no);
	if (th->unread == 0)
		return ERR_OK;
	th->unread = 0;
	rc = worklist_done(t, th, WORK_MESSAGE);
	return rc == ERR_OK ? thread_save(t, th) : rc;
}

/* The history as both ends have it, with the state after each step; only the newest hundred steps fit a reply. */
enum err view_referral_show(struct turn *t, const struct msg *req, struct msg *reply)
{
	struct fold_step *steps;
	enum referral_state state;
	struct msg *person;
	struct thread th;
	const char *why;
	uint64_t cats;
	size_t n = 0;
	enum err rc = view_find_referral(t, msg_text(req, BY_ID_ID), REFUSAL_REFERRAL_UNKNOWN, &th);

	/* one that runs came since the case moved away: it is ours to answer */
	if (rc == ERR_OK && referral_terminal((enum referral_state)th.state))
		rc = rows_readable(t, &th.case_id);
	if (rc == ERR_OK)
		rc = view_referral_row(t, &th, reply, true);
	if (rc == ERR_OK)
		rc = fold_thread(t, &th, &steps, &n, &state);
	if (rc == ERR_OK)
		rc = view_readable(t, &th, &cats, &why);
	if (rc == ERR_OK && n > SHOWN_ENTRIES)
		msg_set_u64(reply, REPLY_TRUNCATED, 1);
	for (size_t i = n > SHOWN_ENTRIES ? n - SHOWN_ENTRIES : 0; rc == ERR_OK && i < n; i++)
		rc = view_history_row(t, &th, &steps[i], th.hidden ? 0 : cats, reply);
	if (rc == ERR_OK)
		rc = th.role == THREAD_SENDER ? disclosed(t, &th, &person)
					      : held(t, &th, cats, &person);
	if (rc != ERR_OK)
		return rc;
	if (person != NULL && msg_cats(person) != 0)
		msg_put_sub(reply, REPLY_PERSON, person);
	rc = looked_at(t, &th);
	return rc != ERR_OK ? rc
			    : audit_look(t, &(struct audit_entry){.event = AUDIT_VIEW,
								  .peer = th.peer,
								  .case_id = &th.case_id,
								  .detail = "referral"});
}

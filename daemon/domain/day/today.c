/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The worklist as one reads it in the morning.  Of several things to do in one referral the most pressing stands for all; what is
 * urgent stands first, then what is late, due today, without a term, and later.  Behind it the referrals, ours and theirs, in which
 * the partner is to move, the one first whose term ends first: so that an empty list still says what is on its way.
 */
#include "domain/day/today.h"

#include "base/check.h"
#include "base/date.h"

#include <string.h>

#include "domain/day/alike.h"
#include "domain/day/worklist.h"
#include "domain/referral/calendar.h"
#include "domain/referral/states.h"
#include "domain/staff/worker.h"
#include "domain/state.h"
#include "domain/views/find.h"
#include "domain/views/referrals.h"

enum { WAITING_ROWS = 50, THREAD_KEY = 32, URGENT = 2 };
static_assert(WAITING_ROWS < LIMIT_LIST_ROWS, "both lists fit a reply");

/* Each above every moment: what has no term, what is due after today, what is not urgent. */
#define UNDATED	   (UINT64_C(1) << 60)
#define LATER	   (UINT64_C(1) << 61)
#define NOT_URGENT (UINT64_C(1) << 62)

/* By the moment until when, urgent ones before all others. */
static uint64_t rank(uint64_t until_ms, bool urgent)
{
	return (until_ms < NOT_URGENT ? until_ms : NOT_URGENT - 1) + (urgent ? 0 : NOT_URGENT);
}

/* What has no term stands behind what is due today, the oldest first, and before what is later. */
static uint64_t rank_of(const struct turn *t, const struct view_work *w)
{
	const uint64_t tonight = calendar_add_all(t->node->country, t->wall_ms, 0);
	const uint64_t until = w->due_ms - 1;

	require(w->item.key.len == VIEW_WORK_KEY);
	if (w->due_ms == 0)
		return rank(UNDATED + w->since_ms, w->item.urgent);
	return rank(until > tonight ? LATER + until : until, w->item.urgent);
}

/* Rows of one referral stand side by side in their table. */
static bool same_thread(const struct view_work *a, const struct view_work *b)
{
	return a->item.key.len >= THREAD_KEY && b->item.key.len >= THREAD_KEY &&
	       memcmp(a->item.key.b, b->item.key.b, THREAD_KEY) == 0;
}

/* One row, with its place in this list; without a key: it is not of this list. */
static enum err take(struct turn *t, struct page *p, uint16_t only, struct span key,
		     struct view_work *out, struct msg *reply)
{
	const size_t mark = t->arena->used;
	bool mine = true;
	enum err rc = view_work_item(t, p, key, out);

	if (rc == ERR_OK)
		rc = view_work_mine(t, p, out, &mine);
	arena_rewind(t->arena, mark);
	if (page_damaged(t, rc, STORE_WORK, key_span(&out->item.key), reply) ||
	    (rc == ERR_OK && (out->passed || !mine || (only != 0 && out->peer != only)))) {
		out->item.key.len = 0;
		return ERR_OK;
	}
	if (rc == ERR_OK)
		out->item.rank = rank_of(t, out);
	return rc;
}

/* By what is kept in memory: of one referral the most pressing, and of two that press equally the one whose kind comes first, as the walk
 * over the store has it. */
static enum err take_kept(struct turn *t, const void *ctx, uint32_t place,
			  const struct running_row *row, struct page *p)
{
	const uint16_t only = *(const uint16_t *)ctx;
	struct running_work work[RUNNING_WORK];
	const size_t count = running_work_of(t->node->running, place, work);
	struct view_work best = {.due_ms = 0}, one;
	bool mine = true;
	enum err rc = ERR_OK;

	if (p->mine && count != 0)
		rc = worker_mine(t, &t->node->rights, &row->case_id, &mine);
	for (size_t i = 0; rc == ERR_OK && mine && i < count; i++) {
		view_work_kept(t, p, row, &work[i], &one);
		if (one.passed || (only != 0 && one.peer != only))
			continue;
		one.item.rank = rank_of(t, &one);
		if (best.item.key.len == 0 || one.item.rank < best.item.rank)
			best = one;
	}
	if (best.item.key.len != 0)
		page_offer_of(p, &best.item);
	return rc;
}

/* A walk over all work.  It rests between two referrals and never within one: there it would forget the best. */
static enum err items(struct turn *t, struct page *p, uint16_t only, struct msg *reply)
{
	struct store_walk w = {.key_len = 0};
	struct view_work best = {.due_ms = 0}, one;
	bool kept;
	enum err rc = follow_begin(t, p, &kept);

	if (rc != ERR_OK || t->again)
		return rc;
	require(p->begun || p->total == 0);
	if (kept)
		return follow_each(t, p, take_kept, &only);
	w.at = p->at;
	for (;;) {
		const struct store_key here = w.at;

		if (!store_each(t->txn, STORE_WORK, span_of(NULL, 0), &w))
			break;
		w.rc = take(t, p, only, w.row.key, &one, reply);
		if (w.rc != ERR_OK || one.item.key.len == 0)
			continue;
		if (same_thread(&one, &best)) {
			best = one.item.rank < best.item.rank ? one : best;
			continue;
		}
		if (best.item.key.len != 0)
			page_offer_of(p, &best.item);
		p->at = here;
		if (best.item.key.len != 0 && turn_enough(t))
			return page_rest(t, p);
		best = one;
	}
	if (w.rc == ERR_OK && best.item.key.len != 0)
		page_offer_of(p, &best.item);
	return w.rc;
}

/* Is a row of this referral shown?  An appointment that is over is not, although its row may still be there. */
static enum err has_work(struct turn *t, const struct page *p, const struct thread *th, bool *yes)
{
	const struct store_key prefix = turn_key_ids(&th->case_id, &th->id);
	struct store_walk w = {.rc = ERR_OK};
	struct view_work one;

	*yes = false;
	while (!*yes && store_each(t->txn, STORE_WORK, key_span(&prefix), &w))
		*yes = view_work_item(t, p, w.row.key, &one) != ERR_OK || !one.passed;
	return w.rc;
}

/* Of a referral with work of ours the work is shown: one referral is one line. */
static enum err offer_waiting(struct turn *t, const void *ctx, const struct id16 *id,
			      struct page *p, struct msg *reply)
{
	const size_t mark = t->arena->used;
	struct page_item one = {.rank = 0};
	struct thread th;
	bool ours, mine = true;
	enum err rc = thread_load(t, id, &th);

	(void)ctx;
	if (rc == ERR_OK && p->mine)
		rc = worker_mine(t, &t->node->rights, &th.case_id, &mine);
	arena_rewind(t->arena, mark);
	if (page_damaged(t, rc, STORE_THREAD, span_of(id->b, 16), reply))
		return ERR_OK;
	if (rc != ERR_OK)
		return rc;
	require(th.state < REFERRAL_STATE_COUNT);
	if (!mine || strcmp(view_next_of(t, &th), "partner") != 0)
		return ERR_OK;
	rc = has_work(t, p, &th, &ours);
	arena_rewind(t->arena, mark);
	if (rc != ERR_OK || ours)
		return rc;
	one.rank = rank(th.due_ms - 1, th.urgency == URGENT);
	one.peer = page_part_of(p, th.peer);
	one.urgent = th.urgency == URGENT;
	/* of two that end on one day the older one first: ids are random */
	one.key = turn_key_u64(th.created_ms);
	key_put(&one.key, id->b, sizeof id->b);
	page_offer_of(p, &one);
	return ERR_OK;
}

/* By what is kept in memory.  An appointment that is over is no work, whether or not its row is still there. */
static enum err kept_waiting(struct turn *t, const void *ctx, uint32_t place,
			     const struct running_row *row, struct page *p)
{
	const struct peer *to = state_peer(t->node, row->peer);
	struct running_work work[RUNNING_WORK];
	struct page_item one = {.rank = rank(row->due_ms - 1, row->urgent),
				.peer = page_part_of(p, row->peer),
				.urgent = row->urgent};
	bool mine = true;
	enum err rc = ERR_OK;
	size_t count;

	if (!view_open_kept(ctx, row) || !row->partners ||
	    (to != NULL && to->removed)) /* who never answers is not waited for */
		return ERR_OK;
	count = running_work_of(t->node->running, place, work);
	for (size_t i = 0; i < count; i++) {
		struct view_work w;

		view_work_kept(t, p, row, &work[i], &w);
		if (!w.passed)
			return ERR_OK;
	}
	if (p->mine)
		rc = worker_mine(t, &t->node->rights, &row->case_id, &mine);
	one.key = turn_key_u64(row->created_ms);
	key_put(&one.key, row->thread.b, sizeof row->thread.b);
	if (rc == ERR_OK && mine)
		page_offer_of(p, &one);
	return rc;
}

/* Some of them, and how many there are: kring sent and kring inbox have all. */
static enum err waiting(struct turn *t, uint16_t only, bool mine, struct msg *reply)
{
	const struct view_open of = {VIEW_SENT | VIEW_CAME, only, offer_waiting, kept_waiting,
				     NULL};
	struct page p;
	enum err rc = page_begin(t, &p, WAITING_ROWS);

	require(msg_count(reply, REPLY_REFERRALS) == 0);
	p.mine = mine;
	if (rc == ERR_OK && only == 0 && !p.begun)
		rc = page_share(t, &p);
	if (rc == ERR_OK)
		rc = view_open_referrals(t, &of, &p, reply);
	if (rc != ERR_OK || t->again)
		return rc;
	for (size_t i = 0; rc == ERR_OK && i < p.count; i++) {
		struct thread th;
		struct id16 id;

		memcpy(id.b, p.items[i].key.b + sizeof(uint64_t), sizeof id.b);
		rc = thread_load(t, &id, &th);
		if (rc == ERR_OK)
			rc = view_referral_row(t, &th, reply, true);
		rc = page_damaged(t, rc, STORE_THREAD, span_of(id.b, 16), reply) ? ERR_OK : rc;
	}
	msg_set_u64(reply, REPLY_WAITING, p.total);
	return rc;
}

/* What is ours to do; *behind: not the first page. */
static enum err work(struct turn *t, const struct msg *req, struct msg *reply, bool *behind)
{
	char last[VIEW_WORK_NAME] = "", day[DATE_TEXT];
	struct page p;
	uint16_t only = 0;
	enum err rc = page_begin(t, &p, msg_u64(req, LIST_ASK_LIMIT));

	p.mine = msg_u64(req, LIST_ASK_MINE) != 0;
	if (rc == ERR_OK)
		rc = view_work_after(t, req, &p, rank_of);
	if (rc == ERR_OK)
		rc = find_page_of(t, req, &p, &only);
	if (rc == ERR_OK)
		rc = items(t, &p, only, reply);
	if (rc != ERR_OK || t->again)
		return rc;
	*behind = p.behind;
	rc = view_work_rows(t, &p, last, reply);
	if (rc != ERR_OK)
		return rc;
	page_end(t, &p, reply, last);
	date_text(calendar_day(t->node->country, t->wall_ms), day);
	msg_set_text(t->arena, reply, REPLY_DAY, day);
	t->left = span_of(NULL, 0); /* what this list left is taken up; the next one begins */
	return ERR_OK;
}

/* Two lists in one reply: the first is whole when the reply has its day, and what a turn before left is of the other one then.
 * Whoever turns the page has seen what partners have to do on the first one. */
enum err view_today(struct turn *t, const struct msg *req, struct msg *reply)
{
	const char *from = msg_text(req, LIST_ASK_FROM);
	struct peer *peer = NULL;
	bool behind = false;
	enum err rc = ERR_OK;

	if (!msg_has(reply, REPLY_DAY))
		rc = work(t, req, reply, &behind);
	if (rc != ERR_OK || t->again)
		return rc;
	if (from[0] != '\0')
		rc = find_partner(t, from, &peer);
	if (rc == ERR_OK && !behind)
		rc = waiting(t, peer == NULL ? 0 : peer->no, msg_u64(req, LIST_ASK_MINE) != 0,
			     reply);
	return rc == ERR_OK && !t->again ? view_alike(t, reply) : rc;
}

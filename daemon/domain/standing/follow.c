/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Two tables name all that there may be: OPEN and WORK.  A row is read as the lists read it, so that both ways give the same page; one
 * that cannot be read sends every list to the store, where it is named.
 */
#include "domain/standing/follow.h"

#include <string.h>

#include "base/check.h"
#include "domain/exchange/quota.h"
#include "domain/referral/fold.h"
#include "domain/referral/referral.h"
#include "domain/referral/states.h"
#include "domain/referral/worklist.h"

enum {
	FILL_ROWS = 256,
	URGENT = 2,
	OPEN_AT = 2 + 1,
	OPEN_KEY = OPEN_AT + 16 + 16,
	WORK_KEY = 16 + 16 + 1
};

/* By our own clock, as inbox and sent are ordered: a partner that dates its referrals in advance does not stand first for ever.  Whether it
 * is open says the table, as it does for a list; what the state says besides is asked only of those that are. */
static void of_thread(struct turn *t, const struct thread *th, struct running_row *row)
{
	const struct quota_place at = {row->case_id, row->thread};

	require(th->role == THREAD_SENDER || th->role == THREAD_RECEIVER);
	row->peer = th->peer;
	row->role = th->role;
	row->since_ms = th->role == THREAD_RECEIVER ? th->stored_ms : th->created_ms;
	row->created_ms = th->created_ms;
	row->due_ms = th->due_ms;
	row->urgent = th->urgency == URGENT;
	row->open = kind_has(th->kind, KIND_LISTED) &&
		    !referral_terminal((enum referral_state)th->state) &&
		    quota_is_open(t, th->peer, th->role, &at);
	if (row->open) {
		const uint8_t next = state_row((enum referral_state)th->state)->next;

		row->partners = next != 0 && next != fold_our_side(th);
	}
}

/* What is to be done about it, by kind.  A row that cannot be read says nothing of when or for whom, so all of them are given up: one that
 * is left out of a list is worse than a list that takes its time. */
static enum err work_of(struct turn *t, struct running_row *row, struct running_work *work,
			size_t *count)
{
	const struct store_key prefix = turn_key_ids(&row->case_id, &row->thread);
	struct store_walk w = {.rc = ERR_OK};

	*count = 0;
	while (!row->damaged && store_each(t->txn, STORE_WORK, key_span(&prefix), &w)) {
		struct store_key k = {.len = 0};
		struct msg *m;
		enum err rc;

		key_put(&k, w.row.key.p, w.row.key.len);
		rc = k.len == WORK_KEY && *count < RUNNING_WORK ? worklist_get(t, &k, &m)
								: ERR_CORRUPT;
		row->damaged = rc == ERR_CORRUPT;
		if (rc != ERR_OK) {
			w.rc = row->damaged ? ERR_OK : rc;
			continue;
		}
		work[(*count)++] = (struct running_work){
			.due_ms = msg_u64(m, WORK_RECORD_DUE_MS),
			.since_ms = msg_u64(m, WORK_RECORD_SINCE_MS),
			.peer = (uint16_t)msg_u64(m, WORK_RECORD_PEER),
			.kind = k.b[WORK_KEY - 1],
			.urgent = msg_u64(m, WORK_RECORD_URGENT) != 0,
		};
	}
	return w.rc;
}

/* The next one of those that changed, as this transaction has it.  What was read stays in no arena: a list looks at thousands before it
 * takes up its first row. */
static enum err look(struct turn *t, bool unsure)
{
	struct running *x = t->node->running;
	const size_t mark = t->arena->used;
	struct running_work work[RUNNING_WORK];
	struct running_row row = {.peer = 0};
	struct thread th;
	size_t count = 0;
	enum err rc;

	require(running_stale(x, &row.case_id, &row.thread));
	/* work of a case names no thread, which is zeros, and no thread has that id */
	rc = thread_load(t, &row.thread, &th);
	row.damaged = rc == ERR_CORRUPT;
	if (rc == ERR_OK && id16_equal(&th.case_id, &row.case_id))
		of_thread(t, &th, &row);
	/* not there: the turn that began it was undone */
	if (rc == ERR_OK || rc == ERR_CORRUPT || rc == ERR_NOTFOUND)
		rc = work_of(t, &row, work, &count);
	arena_rewind(t->arena, mark);
	if (rc == ERR_OK)
		running_put(x, &row, work, count, unsure);
	return rc;
}

/* ---- filled ---- */

/* Also when nothing was written since: a row that was named and not looked at yet is not in the lists. */
bool follow_fills(const struct node *n)
{
	struct id16 c, th;

	return n->running != NULL && !running_gave_up(n->running) &&
	       (!running_is_whole(n->running) || running_stale(n->running, &c, &th));
}

/* The ids of some rows of one table; *over: of all.  Nothing is opened yet: what is written meanwhile is named once more, and looked at
 * once.  An open referral without its own row is damage that lists have to name. */
static enum err names(struct turn *t, enum store_table table, size_t *rows, bool *over)
{
	struct node *n = t->node;
	struct store_walk w = {.key_len = table == STORE_OPEN ? OPEN_KEY : WORK_KEY,
			       .at = running_fill(n->running)->at};
	const size_t at = table == STORE_OPEN ? OPEN_AT : 0;

	*over = false;
	while (*rows < FILL_ROWS) {
		struct id16 case_id, thread;

		*over = !store_each(t->txn, table, span_of(NULL, 0), &w);
		if (*over)
			break;
		memcpy(case_id.b, w.row.key.p + at, sizeof case_id.b);
		memcpy(thread.b, w.row.key.p + at + sizeof case_id.b, sizeof thread.b);
		if (table == STORE_OPEN &&
		    !record_exists(t->txn, STORE_THREAD, span_of(thread.b, sizeof thread.b)))
			return ERR_CORRUPT;
		running_touch(n->running, &case_id, &thread);
		++*rows;
	}
	running_fill(n->running)->at = w.at;
	return w.rc;
}

/* One table behind the other: which one stands in the node. */
static enum err name_all(struct turn *t, size_t *rows)
{
	struct node *n = t->node;
	struct running_fill *f = running_fill(n->running);
	bool over;
	enum err rc = names(t, f->second ? STORE_WORK : STORE_OPEN, rows, &over);

	if (rc == ERR_OK && !over)
		return ERR_OK;
	f->at.len = 0;
	if (rc == ERR_CORRUPT) { /* a key that is none of ours: lists of the store say so */
		running_give_up(n->running);
		return ERR_OK;
	}
	if (rc == ERR_OK && f->second)
		running_whole(n->running);
	f->second = true;
	return rc;
}

/* Filling goes on whatever else there is to do, or a busy node would never have it; what changed since waits for a quiet moment, because a
 * referral that is sent changes several times in a second and has to be looked at once. */
enum err follow_fill(struct turn *t, bool busy)
{
	struct running *x = t->node->running;
	struct id16 c, th;
	size_t rows = 0;
	enum err rc = ERR_OK;

	require(follow_fills(t->node));
	if (!running_is_whole(x))
		rc = name_all(t, &rows);
	else if (busy)
		return ERR_OK;
	for (; rc == ERR_OK && rows < FILL_ROWS && running_stale(x, &c, &th); rows++)
		rc = look(t, false);
	if (rc == ERR_OK || rc == ERR_IO)
		return rc;
	/* nobody asked for this, so nobody is refused for it, and the node goes on: lists ask the store, and name what is the matter */
	running_give_up(x);
	return ERR_OK;
}

/* ---- lists ---- */

/* One damaged row is enough to ask the store for all: it is named there, as it always was, and an administrator will mend it; until then
 * lists cost what they cost without this memory. */
static bool usable(const struct node *n)
{
	return n->running != NULL && running_is_whole(n->running) && !running_damaged(n->running);
}

/* What this transaction wrote may be undone: another one of the same round may fail, and then none of them counts. */
static bool wrote(const struct turn *t)
{
	return store_changes(t->txn, STORE_OPEN) != 0 || store_changes(t->txn, STORE_WORK) != 0 ||
	       store_changes(t->txn, STORE_THREAD) != 0;
}

/* What somebody wrote in this very turn is in the list as well. */
enum err follow_begin(struct turn *t, struct page *p, bool *kept)
{
	const bool here = p->at.len == sizeof(uint32_t);
	struct id16 c, th;
	enum err rc = ERR_OK;

	*kept = false;
	while (rc == ERR_OK && (here || !p->begun) && usable(t->node) &&
	       running_stale(t->node->running, &c, &th)) {
		rc = look(t, wrote(t));
		if (rc != ERR_OK || !turn_enough(t))
			continue;
		if (!here)
			key_u32(&p->at, 0);
		return page_rest(t, p);
	}
	*kept = (here || !p->begun) && usable(t->node);
	return rc == ERR_OK && here && !*kept ? ERR_BUSY : rc;
}

/* In memory a row costs next to nothing, so what is counted are rows of the store that `one` asks for. */
enum err follow_each(struct turn *t, struct page *p, follow_one *one, const void *ctx)
{
	uint32_t place = p->at.len == sizeof place ? be32_get(p->at.b) : 0;
	struct running_row row;

	require(usable(t->node));
	while (running_each(t->node->running, &place, &row)) {
		const enum err rc = one(t, ctx, place, &row, p);

		if (rc != ERR_OK)
			return rc;
		if (!turn_enough(t))
			continue;
		p->at.len = 0;
		key_u32(&p->at, place);
		return page_rest(t, p);
	}
	p->at.len = 0;
	return ERR_OK;
}

/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What people have to do follows from the state and is written again with each change, so that no row outlives its reason.  What
 * somebody ticked off (work_flags) is not written again while the state lasts.  The kinds that do not follow from a state
 * (undelivered, hollow, lost act, agreement, consent ends, kept ends) have their own begin and end.  Of an erased case there is no work:
 * nobody could do it.
 */
#include "domain/referral/worklist.h"

#include "base/check.h"
#include "base/plant.h"

#include <string.h>

#include "domain/referral/deadline.h"
#include "domain/referral/fold.h"
#include "domain/referral/message.h"
#include "domain/referral/request.h"
#include "domain/referral/states.h"
#include "domain/running/running.h"
#include "domain/state.h"

enum {
	URGENT = 2,	 /* Offer.urgency */
	HOPS_LONG = 3,	 /* passed on so often without first contact: somebody looks today */
	REQUEST_DAYS = 5 /* working days for whoever is asked for a case */
};

/* clang-format off */
static const char *const names[WORK_KIND_COUNT] = {
#define WORK_NAME(name, text) [WORK_##name] = (text),
	WORK_KINDS(WORK_NAME)
#undef WORK_NAME
};
/* clang-format on */

const char *worklist_code(enum work_kind kind)
{
	require(kind < WORK_KIND_COUNT);
	return names[kind];
}

struct store_key worklist_key(const struct thread *th, enum work_kind kind)
{
	struct store_key k = turn_key_ids(&th->case_id, &th->id);

	require(kind < WORK_KIND_COUNT);
	key_u8(&k, (uint8_t)kind);
	return k;
}

bool worklist_waits(struct turn *t, const struct thread *th, enum work_kind kind)
{
	const struct store_key work = worklist_key(th, kind);

	return record_exists(t->txn, STORE_WORK, key_span(&work));
}

/* Whoever is told that a partner said no, stays silent or is gone goes on by another way, which this referral does not
 * know of.  What a partner waits for is never ticked off: an act answers it. */
unsigned work_flags(enum work_kind kind)
{
	switch (kind) {
	case WORK_FOLLOW_UP:
	case WORK_TAKEN_BACK:
	case WORK_ESCALATED:
	case WORK_UNDELIVERABLE:
	case WORK_REFER_ON:
	case WORK_PASSED_AROUND:
	case WORK_MOVED:
	case WORK_GONE:
		return WORK_BY_HAND | WORK_STATE;
	case WORK_HOLLOW:
	case WORK_LOST:
	case WORK_TOO_MANY:
		return WORK_BY_HAND;
	case WORK_ERASE:
		return WORK_STATE;
	case WORK_ANSWER:
	case WORK_QUESTION:
	case WORK_START:
	case WORK_REVIEW:
	case WORK_PROGRESS:
	case WORK_OUTCOME:
	case WORK_WITHDRAW:
	case WORK_REOPEN:
	case WORK_AGREEMENT:
	case WORK_CONSENT:
	case WORK_REMINDED:
	case WORK_MESSAGE:
	case WORK_APPOINTMENT:
	case WORK_UNANSWERED:
	case WORK_HANDOVER_ANSWER:
	case WORK_HANDOVER_SEND:
	case WORK_HANDOVER_CEDE:
	case WORK_HANDOVER_TAKE:
	case WORK_HANDOVER_SLOW:
	case WORK_RETAIN:
	case WORK_KEPT:
	case WORK_GO_ON:
	case WORK_REQUESTED:
	case WORK_KIND_COUNT:
		break;
	}
	return 0;
}

/* Every row that is written or goes: whoever keeps them in memory looks again. */
static void changed(struct turn *t, const struct store_key *k)
{
	struct id16 case_id, thread;

	if (k->len < 32)
		return; /* it names nothing */
	memcpy(case_id.b, k->b, 16);
	memcpy(thread.b, k->b + 16, 16);
	running_touch(t->node->running, &case_id, &thread);
}

static enum err del(struct turn *t, const struct store_key *k)
{
	changed(t, k);
	return store_del(t->txn, STORE_WORK, key_span(k));
}

static enum err add_due(struct turn *t, const struct thread *th, enum work_kind kind,
			const char *detail, uint64_t due_ms)
{
	const struct store_key k = worklist_key(th, kind);
	struct msg *m = msg_new(t->arena, MSG_WORK_RECORD);
	struct span v;
	enum err rc;

	require(kind < WORK_KIND_COUNT);
	require(detail != NULL);
	if (turn_case_erased(t, &th->case_id))
		return ERR_OK; /* nobody can do anything about it any more */
	if ((th->handled & work_bit(kind)) != 0)
		return ERR_OK; /* somebody saw to it */
	msg_set_text(t->arena, m, WORK_RECORD_KIND, names[kind]);
	msg_set_u64(m, WORK_RECORD_SINCE_MS, t->wall_ms);
	msg_set_u64(m, WORK_RECORD_DUE_MS, due_ms);
	msg_set_bytes(t->arena, m, WORK_RECORD_THREAD, span_of(th->id.b, 16));
	msg_set_text(t->arena, m, WORK_RECORD_DETAIL, detail);
	msg_set_u64(m, WORK_RECORD_PEER, th->peer);
	if (th->urgency == URGENT)
		msg_set_u64(m, WORK_RECORD_URGENT, 1);
	rc = msg_pack(t->arena, m, &v);
	changed(t, &k);
	return rc == ERR_OK ? turn_put(t, STORE_WORK, &k, v) : rc;
}

/* Nothing there is as good: a row may have gone with a change of the state. */
enum err worklist_done(struct turn *t, const struct thread *th, enum work_kind kind)
{
	const struct store_key k = worklist_key(th, kind);
	enum err rc = del(t, &k);

	return rc == ERR_NOTFOUND ? ERR_OK : rc;
}

enum err worklist_handled(struct turn *t, struct thread *th, unsigned flag, unsigned *count)
{
	*count = 0;
	for (enum work_kind kind = 0; kind < WORK_KIND_COUNT; kind++) {
		const struct store_key k = worklist_key(th, kind);
		enum err rc = ERR_NOTFOUND;

		if ((work_flags(kind) & flag) != 0)
			rc = del(t, &k);
		if (rc == ERR_NOTFOUND)
			continue;
		if (rc != ERR_OK)
			return rc;
		if ((work_flags(kind) & WORK_STATE) != 0)
			th->handled |= work_bit(kind);
		(*count)++;
	}
	return ERR_OK;
}

void worklist_anew(struct thread *th, enum work_kind kind)
{
	th->handled &= ~work_bit(kind);
}

enum err worklist_add(struct turn *t, const struct thread *th, enum work_kind kind,
		      const char *detail)
{
	return add_due(t, th, kind, detail, th->due_ms);
}

enum err worklist_delivery(struct turn *t, const struct thread *th)
{
	const struct store_key k = worklist_key(th, WORK_UNDELIVERABLE);
	enum err rc;

	if (deadline_undelivered(t, th))
		return add_due(t, th, WORK_UNDELIVERABLE, "", th->deliver_ms);
	rc = del(t, &k);
	return rc == ERR_NOTFOUND ? ERR_OK : rc;
}

/* Nobody has seen the person yet. */
static bool before_contact(enum referral_state s)
{
	return s == REFERRAL_OFFERED || s == REFERRAL_NEEDS_INFO || s == REFERRAL_ACCEPTED ||
	       s == REFERRAL_ON_HOLD;
}

/* At both ends: each may be the one that telephones.  Due on the day on which it came. */
static enum err add_passed(struct turn *t, const struct thread *th, enum work_kind besides)
{
	const char *here = t->node->country;
	const uint64_t came = th->role == THREAD_RECEIVER ? th->stored_ms : th->created_ms;

	if (th->hops < HOPS_LONG || !before_contact((enum referral_state)th->state))
		return ERR_OK;
	return add_due(t, th, WORK_PASSED_AROUND, besides == WORK_KIND_COUNT ? "" : names[besides],
		       calendar_end(here, calendar_day(here, came)));
}

/* The partner asks for the case; whoever has it says yes or no. */
static enum err add_requested(struct turn *t, const struct thread *th)
{
	struct request r;
	enum err rc;

	if (th->role != THREAD_SENDER || th->hidden)
		return ERR_OK;
	rc = request_read(t, th, &r);
	if (rc != ERR_OK || r.no == 0)
		return rc;
	return add_due(t, th, WORK_REQUESTED, "",
		       calendar_add(t->node->country, r.kept_ms, REQUEST_DAYS));
}

/* Is it with somebody who was removed, and not over?  That one hears nothing and answers nothing: whatever the state asks of either side,
 * only a person can find another way. */
static bool with_removed(const struct turn *t, const struct thread *th)
{
	const struct peer *p = state_peer(t->node, th->peer);

	return p != NULL && p->removed && !referral_terminal((enum referral_state)th->state);
}

/* What follows from the state and from what was said, whatever else is there. */
static enum err add_of_state(struct turn *t, const struct thread *th, const char *detail)
{
	enum work_kind kind;
	enum err rc = ERR_OK;

	require(th->kind == THREAD_REFERRAL);
	require(th->state < REFERRAL_STATE_COUNT);
	if (with_removed(t, th))
		return add_due(t, th, WORK_GONE, "", 0);
	kind = state_work((enum referral_state)th->state, fold_our_side(th));
	/* what was sent by mistake went in the turn that brought the word, and nobody here had begun */
	if (kind == WORK_ERASE && th->state == REFERRAL_ERROR && th->my_no == 0)
		kind = WORK_KIND_COUNT;
	if (th->escalated)
		rc = worklist_add(t, th, th->role == THREAD_SENDER ? WORK_ESCALATED : WORK_REMINDED,
				  "");
	if (rc == ERR_OK && deadline_undelivered(t, th))
		rc = worklist_delivery(t, th);
	if (rc == ERR_OK && kind != WORK_KIND_COUNT)
		rc = worklist_add(t, th, kind, detail);
	if (rc == ERR_OK)
		rc = add_passed(t, th, kind);
	if (rc == ERR_OK)
		rc = add_requested(t, th);
	/* a message moves no term: what it leaves has none, or a day of its own */
	if (rc == ERR_OK && message_appointed(t, th))
		rc = add_due(t, th, WORK_APPOINTMENT, "", message_appointed_until(t, th));
	/* of one referral one row is shown: this one says what is to be done besides */
	if (rc == ERR_OK && th->unread != 0 && !th->hidden)
		rc = add_due(t, th, WORK_MESSAGE, kind == WORK_KIND_COUNT ? "" : names[kind], 0);
	return rc;
}

enum err worklist_refresh(struct turn *t, const struct thread *th, const char *detail)
{
	const struct store_key prefix = turn_key_ids(&th->case_id, &th->id);
	enum err rc;

	changed(t, &prefix);
	rc = turn_drop_prefix(t, STORE_WORK, &prefix);

	return rc == ERR_OK ? add_of_state(t, th, detail) : rc;
}

enum err worklist_clear(struct turn *t, const struct thread *th)
{
	const struct store_key prefix = turn_key_ids(&th->case_id, &th->id);

	changed(t, &prefix);
	return turn_drop_prefix(t, STORE_WORK, &prefix);
}

enum err worklist_clear_case(struct turn *t, const struct id16 *case_id, bool *over)
{
	const struct store_key prefix = turn_key_id(case_id);
	struct store_walk w = {.rc = ERR_OK};

	*over = true;
	while (*over && store_each(t->txn, STORE_WORK, key_span(&prefix), &w)) {
		struct store_key k = {.len = 0};

		key_put(&k, w.row.key.p, w.row.key.len);
		w.rc = del(t, &k);
		*over = w.rc != ERR_OK || !turn_enough(t);
	}
	return w.rc;
}

/* What came while it was closed stays: only what follows from a state is written. */
enum err worklist_again(struct turn *t, const struct id16 *case_id, struct store_key *at,
			bool *over)
{
	const struct store_key prefix = turn_key_id(case_id);
	struct store_walk w = {.at = *at};

	*over = planted(PLANT_REOPEN_BARE);
	while (!*over) {
		struct id16 id;
		struct thread th;

		*over = !store_each(t->txn, STORE_THREADCASE, key_span(&prefix), &w);
		if (*over)
			break;
		*at = w.at;
		memcpy(id.b, w.row.key.p + 16, 16);
		w.rc = thread_load(t, &id, &th);
		if (w.rc == ERR_OK && th.kind == THREAD_REFERRAL)
			w.rc = add_of_state(t, &th, "");
		if (w.rc == ERR_OK && turn_enough(t))
			break; /* one at least: whatever else this turn did, it comes to its end */
	}
	return w.rc;
}

/* An agreement is between two nodes, so one command settles this row for all referrals with that partner. */
enum err worklist_agreed(struct turn *t, uint16_t peer, struct store_key *at, bool *over)
{
	struct store_walk w = {.at = *at};
	enum err rc;

	require(peer != 0);
	*over = false;
	while (!(at->len != 0 && turn_enough(t)) &&
	       store_each(t->txn, STORE_WORK, span_of(NULL, 0), &w)) {
		struct store_key k = {.len = 0};
		struct id16 id;
		struct thread th;

		*at = w.at;
		if (w.row.key.len != 33 || w.row.key.p[32] != WORK_AGREEMENT)
			continue;
		key_put(&k, w.row.key.p, w.row.key.len);
		memcpy(id.b, w.row.key.p + 16, 16);
		rc = thread_load(t, &id, &th);
		if (rc == ERR_OK && th.peer == peer)
			rc = del(t, &k);
		if (rc != ERR_OK && rc != ERR_NOTFOUND)
			return rc;
	}
	*over = at->len == 0 || !turn_enough(t);
	return w.rc;
}

/* A key that is too short names no thread, and who reads the row reads the thread out of its key. */
enum err worklist_get(struct turn *t, const struct store_key *k, struct msg **m)
{
	const enum err rc = turn_get_msg(t, STORE_WORK, k, MSG_WORK_RECORD, m);

	return rc == ERR_OK && k->len < 32 ? ERR_CORRUPT : rc;
}

/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What people have to do follows from the state and is written again with each change; nothing is ticked off by hand, so a
 * row cannot outlive its reason.  The kinds that do not follow from a state (undelivered, hollow, lost act, agreement,
 * consent ends) have their own begin and end.  Of an erased case there is no work: nobody could do it.
 */
#include "domain/referral/worklist.h"

#include "base/check.h"

#include <string.h>

#include "domain/referral/deadline.h"
#include "domain/referral/fold.h"
#include "domain/referral/message.h"
#include "domain/referral/states.h"

enum { URGENT = 2 }; /* Offer.urgency */

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
	msg_set_text(t->arena, m, WORK_RECORD_KIND, names[kind]);
	msg_set_u64(m, WORK_RECORD_SINCE_MS, t->wall_ms);
	msg_set_u64(m, WORK_RECORD_DUE_MS, due_ms);
	msg_set_bytes(t->arena, m, WORK_RECORD_THREAD, span_of(th->id.b, 16));
	msg_set_text(t->arena, m, WORK_RECORD_DETAIL, detail);
	msg_set_u64(m, WORK_RECORD_PEER, th->peer);
	if (th->urgency == URGENT)
		msg_set_u64(m, WORK_RECORD_URGENT, 1);
	rc = msg_pack(t->arena, m, &v);
	return rc == ERR_OK ? turn_put(t, STORE_WORK, &k, v) : rc;
}

/* Nothing there is as good: a row may have gone with a change of the state. */
enum err worklist_done(struct turn *t, const struct thread *th, enum work_kind kind)
{
	const struct store_key k = worklist_key(th, kind);
	enum err rc = store_del(t->txn, STORE_WORK, key_span(&k));

	return rc == ERR_NOTFOUND ? ERR_OK : rc;
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
	rc = store_del(t->txn, STORE_WORK, key_span(&k));
	return rc == ERR_NOTFOUND ? ERR_OK : rc;
}

enum err worklist_refresh(struct turn *t, const struct thread *th, const char *detail)
{
	const struct store_key prefix = turn_key_ids(&th->case_id, &th->id);
	enum work_kind kind;
	enum err rc;

	require(th->kind == THREAD_REFERRAL);
	require(th->state < REFERRAL_STATE_COUNT);
	kind = state_work((enum referral_state)th->state, fold_our_side(th));
	rc = turn_drop_prefix(t, STORE_WORK, &prefix);
	if (rc == ERR_OK && th->escalated)
		rc = worklist_add(t, th, th->role == THREAD_SENDER ? WORK_ESCALATED : WORK_REMINDED,
				  "");
	if (rc == ERR_OK && deadline_undelivered(t, th))
		rc = worklist_delivery(t, th);
	if (rc == ERR_OK && kind != WORK_KIND_COUNT)
		rc = worklist_add(t, th, kind, detail);
	/* a message moves no term: what it leaves has none, or a day of its own */
	if (rc == ERR_OK && message_appointed(t, th))
		rc = add_due(t, th, WORK_APPOINTMENT, "", message_appointed_until(t, th));
	if (rc == ERR_OK && th->unread != 0 && !th->hidden)
		rc = add_due(t, th, WORK_MESSAGE, "", 0);
	return rc;
}

enum err worklist_clear(struct turn *t, const struct thread *th)
{
	const struct store_key prefix = turn_key_ids(&th->case_id, &th->id);

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
		w.rc = store_del(t->txn, STORE_WORK, key_span(&k));
		*over = w.rc != ERR_OK || !turn_enough(t);
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
			rc = store_del(t->txn, STORE_WORK, key_span(&k));
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

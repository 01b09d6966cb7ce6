/* SPDX-License-Identifier: EUPL-1.2 */
#include "domain/care/worklist.h"

#include "domain/care/cases.h"
#include "domain/care/referral.h"

/* clang-format off */
static const char *const names[WORK_KIND_COUNT] = {
#define WORK_NAME(name, text) [WORK_##name] = (text),
	WORK_KINDS(WORK_NAME)
#undef WORK_NAME
};
/* clang-format on */

static struct store_key work_key(const struct thread *th, enum work_kind kind)
{
	struct store_key k = turn_key_ids(&th->case_id, &th->id);

	key_u8(&k, (uint8_t)kind);
	return k;
}

enum err worklist_add(struct turn *t, const struct thread *th, enum work_kind kind,
		      const char *detail)
{
	const struct store_key k = work_key(th, kind);
	struct msg *m = msg_new(t->arena, MSG_WORK_RECORD);
	struct span v;
	enum err rc;

	msg_set_text(t->arena, m, WORK_RECORD_KIND, names[kind]);
	msg_set_u64(m, WORK_RECORD_SINCE_MS, t->wall_ms);
	msg_set_u64(m, WORK_RECORD_DUE_MS, th->due_ms);
	msg_set_bytes(t->arena, m, WORK_RECORD_THREAD, span_of(th->id.b, 16));
	msg_set_text(t->arena, m, WORK_RECORD_DETAIL, detail);
	rc = msg_pack(t->arena, m, &v);
	return rc == ERR_OK ? turn_put(t, STORE_WORK, &k, v) : rc;
}

/* What the state asks of our side; WORK_KIND_COUNT: nothing. */
static enum work_kind duty(const struct thread *th)
{
	const bool receiver = th->role == THREAD_RECEIVER;

	switch ((enum referral_state)th->state) {
	case REFERRAL_OFFERED:
		return receiver ? WORK_ANSWER : WORK_KIND_COUNT;
	case REFERRAL_NEEDS_INFO:
		return receiver ? WORK_KIND_COUNT : WORK_QUESTION;
	case REFERRAL_ACCEPTED:
		return receiver ? WORK_START : WORK_KIND_COUNT;
	case REFERRAL_ON_HOLD:
		return receiver ? WORK_REVIEW : WORK_KIND_COUNT;
	case REFERRAL_ACTIVE:
		return receiver ? WORK_PROGRESS : WORK_KIND_COUNT;
	case REFERRAL_WITHDRAW_PENDING:
		return receiver ? WORK_WITHDRAW : WORK_KIND_COUNT;
	case REFERRAL_OUTCOME:
		return receiver ? WORK_KIND_COUNT : WORK_OUTCOME;
	case REFERRAL_REOPEN_PENDING:
		return receiver ? WORK_REOPEN : WORK_KIND_COUNT;
	case REFERRAL_DECLINED:
	case REFERRAL_REDIRECTED:
	case REFERRAL_EXPIRED:
		return receiver ? WORK_KIND_COUNT : WORK_FOLLOW_UP;
	case REFERRAL_REVOKED:
	case REFERRAL_ERROR:
		return receiver ? WORK_ERASE : WORK_FOLLOW_UP;
	case REFERRAL_DRAFT:
	case REFERRAL_CLOSED:
	case REFERRAL_WITHDRAWN:
	case REFERRAL_STATE_COUNT:
		break;
	}
	return WORK_KIND_COUNT;
}

enum err worklist_refresh(struct turn *t, const struct thread *th, const char *detail)
{
	const struct store_key prefix = turn_key_ids(&th->case_id, &th->id);
	const enum work_kind kind = duty(th);
	enum err rc = turn_drop_prefix(t, STORE_WORK, &prefix);

	if (rc == ERR_OK && th->escalated)
		rc = worklist_add(t, th, WORK_ESCALATED, "");
	if (rc == ERR_OK && kind != WORK_KIND_COUNT)
		rc = worklist_add(t, th, kind, detail);
	return rc;
}

enum err worklist_clear_case(struct turn *t, const struct id16 *case_id)
{
	const struct store_key prefix = turn_key_id(case_id);

	return turn_drop_prefix(t, STORE_WORK, &prefix);
}

enum err worklist_list(struct turn *t, const struct msg *req, struct msg *reply)
{
	struct store_key at = {.len = 0};
	struct store_row row;
	enum err rc;

	(void)req;
	while ((rc = store_next_prefix(t->txn, STORE_WORK, span_of(NULL, 0), &at, &row)) ==
	       ERR_OK) {
		struct store_key k = {.len = 0};
		struct thread th;
		struct id16 thread_id;
		struct msg *m, *out;
		char ref[THREAD_REF_LEN + 1], hex[33];
		const struct peer *p;

		key_put(&k, row.key.p, row.key.len);
		rc = turn_get_msg(t, STORE_WORK, &k, MSG_WORK_RECORD, &m);
		if (rc != ERR_OK || k.len < 32)
			return rc == ERR_OK ? ERR_CORRUPT : rc;
		memcpy(thread_id.b, k.b + 16, 16);
		rc = thread_load(t, &thread_id, &th);
		if (rc != ERR_OK)
			return rc;
		p = state_peer(t->node, th.peer);
		thread_reference(&thread_id, ref);
		bytes_hex(hex, th.case_id.b, 16);
		out = msg_add(t->arena, reply, REPLY_WORK);
		msg_set_text(t->arena, out, WORK_ROW_KIND, msg_text(m, WORK_RECORD_KIND));
		msg_set_text(t->arena, out, WORK_ROW_REF, ref);
		msg_set_text(t->arena, out, WORK_ROW_CASE_ID, hex);
		msg_set_u64(out, WORK_ROW_SINCE_MS, msg_u64(m, WORK_RECORD_SINCE_MS));
		msg_set_u64(out, WORK_ROW_DUE_MS, msg_u64(m, WORK_RECORD_DUE_MS));
		msg_set_text(t->arena, out, WORK_ROW_DETAIL, msg_text(m, WORK_RECORD_DETAIL));
		msg_set_text(t->arena, out, WORK_ROW_PARTNER, p == NULL ? "" : p->org);
	}
	return rc == ERR_NOTFOUND ? ERR_OK : rc;
}

/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The walk goes over all cases once a day, a slice in each turn, and writes a row where the time is over, or takes one back where it is
 * not any more: the setting may have changed, or a referral came.  Of a closed case the time runs since it was closed, or since the
 * last referral of it changed, where that was later.
 */
#include "domain/retain/retain.h"

#include <string.h>

#include "base/check.h"
#include "base/date.h"
#include "base/limits/cases.h"
#include "domain/consent/casefile.h"
#include "domain/exchange/quota.h"
#include "domain/referral/calendar.h"
#include "domain/referral/worklist.h"
#include "domain/stream/connect.h"

enum {
	META_LOOK = 19,
	LOOKED_AT = 256, /* referrals of one case: whatever it has more came before */
	MONTHS_OF_YEAR = 12,
	DAYS_OF_YEAR = 365
};

/* The row stands for no thread. */
static struct thread row_of(const struct id16 *case_id)
{
	return (struct thread){.case_id = *case_id};
}

enum err retain_forget(struct turn *t, const struct id16 *case_id)
{
	const struct thread row = row_of(case_id);

	return worklist_done(t, &row, WORK_RETAIN);
}

enum err retain_close(struct turn *t, const struct id16 *case_id, struct msg *record,
		      uint64_t until_ms)
{
	const char *here = t->node->country;
	const uint64_t most_ms = (uint64_t)LIMIT_KEEP_YEARS * DAYS_OF_YEAR * DAY_MS;

	require(msg_kind_of(record) == MSG_CASE_RECORD);
	if (until_ms != 0 && (until_ms > t->wall_ms + most_ms ||
			      calendar_day(here, until_ms) <= calendar_day(here, t->wall_ms)))
		return turn_refuse(t, ERR_INVAL, REFUSAL_KEEP_UNTIL_WRONG);
	msg_set_u64(record, CASE_RECORD_CLOSED, 1);
	msg_set_u64(record, CASE_RECORD_CLOSED_MS, t->wall_ms);
	msg_clear(record, CASE_RECORD_KEEP_UNTIL_MS);
	if (until_ms != 0)
		msg_set_u64(record, CASE_RECORD_KEEP_UNTIL_MS,
			    calendar_end(here, calendar_day(here, until_ms)));
	return retain_forget(t, case_id);
}

enum err retain_reopen(struct turn *t, const struct id16 *case_id, struct msg *record)
{
	require(msg_kind_of(record) == MSG_CASE_RECORD);
	msg_clear(record, CASE_RECORD_CLOSED);
	msg_clear(record, CASE_RECORD_CLOSED_MS);
	msg_clear(record, CASE_RECORD_KEEP_UNTIL_MS);
	return retain_forget(t, case_id);
}

/* Since when nothing happened in it. */
static enum err quiet_since(struct turn *t, const struct id16 *case_id, const struct msg *record,
			    uint64_t *since_ms)
{
	const struct store_key prefix = turn_key_id(case_id);
	struct store_walk w = {.key_len = 32};

	require(msg_u64(record, CASE_RECORD_CLOSED) != 0);
	*since_ms = msg_u64(record, CASE_RECORD_CLOSED_MS);
	for (unsigned n = 0;
	     n < LOOKED_AT && store_each(t->txn, STORE_THREADCASE, key_span(&prefix), &w); n++) {
		struct thread th;
		struct id16 id;

		memcpy(id.b, w.row.key.p + 16, sizeof id.b);
		w.rc = thread_load(t, &id, &th);
		if (w.rc == ERR_OK && th.kind == THREAD_REFERRAL && th.changed_ms > *since_ms)
			*since_ms = th.changed_ms;
	}
	return w.rc;
}

/* From when on it is work: the later of what the setting says and what somebody said. */
static enum err due_of(struct turn *t, const struct id16 *case_id, const struct msg *record,
		       uint64_t *due_ms)
{
	const uint64_t keep_ms = msg_u64(record, CASE_RECORD_KEEP_UNTIL_MS);
	bool open;
	enum err rc = quota_any_open(t, case_id, &open);

	require(t->node->retain_months >= 1 && t->node->retain_months <= LIMIT_RETAIN_MONTHS);
	*due_ms = UINT64_MAX;
	if (rc != ERR_OK || open)
		return rc;
	rc = quiet_since(t, case_id, record, due_ms);
	*due_ms += (uint64_t)t->node->retain_months * DAYS_OF_YEAR * DAY_MS / MONTHS_OF_YEAR;
	/* a date was chosen in place of the setting */
	if (keep_ms != 0)
		*due_ms = keep_ms;
	return rc;
}

/* A row that is there stays as old as it is. */
static enum err look_at(struct turn *t, const struct id16 *case_id, const struct msg *record)
{
	const struct thread row = row_of(case_id);
	const struct store_key k = worklist_key(&row, WORK_RETAIN);
	uint64_t due_ms;
	enum err rc = due_of(t, case_id, record, &due_ms);

	if (rc != ERR_OK)
		return rc;
	if (t->wall_ms < due_ms)
		return worklist_done(t, &row, WORK_RETAIN);
	return record_exists(t->txn, STORE_WORK, key_span(&k))
		       ? ERR_OK
		       : worklist_add(t, &row, WORK_RETAIN, "");
}

enum err retain_slice(struct turn *t, struct chore *c)
{
	struct store_walk w = {.key_len = 16, .at = turn_key_id(&c->after_case)};
	unsigned n = 0;

	require(c->kind == CHORE_RETAIN);
	key_u8(&w.at, 0); /* just above it */
	while (n < CHORE_SLICE && store_each(t->txn, STORE_CASES, span_of(NULL, 0), &w)) {
		const size_t mark = t->arena->used;
		struct msg *record;

		n++;
		memcpy(c->after_case.b, w.row.key.p, sizeof c->after_case.b);
		w.rc = casefile_load(t, &c->after_case, &record);
		if (w.rc == ERR_OK && msg_u64(record, CASE_RECORD_CLOSED) != 0 &&
		    msg_u64(record, CASE_RECORD_MOVED) == 0)
			w.rc = look_at(t, &c->after_case, record);
		/* one that cannot be read keeps the others from nothing: lists and kring verify name it */
		if (w.rc == ERR_CORRUPT || w.rc == ERR_NOTFOUND)
			w.rc = ERR_OK;
		arena_rewind(t->arena, mark);
	}
	c->over = w.rc == ERR_OK && n < CHORE_SLICE;
	return w.rc;
}

/* When it is to begin again; a moment that a clock which was put back would wait for too long is no such moment. */
static enum err is_due(struct turn *t, const struct store_key *k, bool *yes)
{
	struct span v;
	enum err rc = turn_get(t, STORE_META, k, &v);

	if (rc == ERR_OK && v.len != sizeof(uint64_t))
		return ERR_CORRUPT;
	*yes = rc == ERR_NOTFOUND;
	if (rc == ERR_OK)
		*yes = t->wall_ms >= be64_get(v.p) || be64_get(v.p) > t->wall_ms + DAY_MS;
	return rc == ERR_NOTFOUND ? ERR_OK : rc;
}

enum err retain_tick(struct turn *t)
{
	struct store_key k = {.len = 0};
	uint8_t next[sizeof(uint64_t)];
	bool due, sure = false;
	enum err rc;

	key_u8(&k, META_LOOK);
	rc = is_due(t, &k, &due);
	if (rc == ERR_OK && due)
		rc = connect_clock_sure(t, &sure);
	if (rc != ERR_OK || !sure)
		return rc;
	be64_put(next, t->wall_ms + DAY_MS);
	rc = turn_put(t, STORE_META, &k, span_of(next, sizeof next));
	return rc == ERR_OK ? chores_save(t, &(struct chore){.kind = CHORE_RETAIN}) : rc;
}

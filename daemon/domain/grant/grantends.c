/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A consent that ends ends what rests on it, so both sides are told thirty days before, once, and about the right one: of
 * several that hold, the last to end decides.  The work is taken back as soon as another consent holds longer or nothing
 * runs any more.  What a partner's word let us hold is kept seven days longer, for a renewal that is on its way.
 */
#include "base/check.h"
#include "base/date.h"
#include "domain/referral/worklist.h"

#include "domain/consent/bodies.h"
#include "domain/consent/grant.h"
#include "domain/grant/grantends.h"
#include "domain/referral/deadline.h"

enum { WARN_DAYS = 30 };

/* When something about this grant has to be done next; 0: nothing.  One of ours that ran out is looked at day by day, until its
 * referrals ended and its end can be said (care/grants.c). */
static uint64_t due_of_grant(const struct turn *t, const struct msg *record)
{
	const uint64_t until = consent_until(record);
	const uint64_t warn = until - (uint64_t)WARN_DAYS * DAY_MS;
	const uint64_t over = until + (uint64_t)GRANTENDS_GRACE_DAYS * DAY_MS;

	if (msg_has(record, GRANT_RECORD_WITHDRAWN_MS))
		return 0;
	if (msg_has(record, GRANT_RECORD_SAID_MS))
		return msg_u64(record, GRANT_RECORD_SAID_MS) +
		       (uint64_t)GRANTENDS_UNSURE_HOURS * 3600000;
	if (warn < until && t->wall_ms < warn)
		return warn;
	if (t->wall_ms < over)
		return over;
	return msg_u64(record, GRANT_RECORD_RECEIVED) != 0 ? 0 : t->wall_ms + DAY_MS;
}

/* The thread of a consent, as its work needs it. */
static struct thread thread_of(const struct consent_scope *s, const struct id16 *grant,
			       uint64_t until)
{
	struct thread th = {
		.id = *grant, .case_id = s->case_id, .kind = THREAD_CONSENT, .due_ms = until};

	require(s->p != NULL);
	th.peer = s->p->no;
	return th;
}

/* The grant whose end ends what is going on, and when that is: the last to end of those that hold, else the last that did. */
struct last {
	struct id16 living, ended;
	uint64_t living_ms, ended_ms;
};

static void later(struct id16 *last, uint64_t *last_ms, const struct id16 *grant, uint64_t until)
{
	if (until <= *last_ms)
		return;
	*last = *grant;
	*last_ms = until;
}

/* All of the scope: none of them is work any more, and which is the last one. */
static enum err look_at_all(struct turn *t, const struct consent_scope *s, struct last *l)
{
	struct store_walk w = {.rc = ERR_OK};
	struct id16 id;
	struct msg *m;

	while (consent_each_open(t, &s->case_id, &w, &id, &m)) {
		const enum consent_state now = consent_grant_state(m, t->wall_ms);
		const struct thread th = thread_of(s, &id, consent_until(m));

		if (!consent_between(m, s->p->no, s->received))
			continue;
		if (now == CONSENT_LIVING)
			later(&l->living, &l->living_ms, &id, th.due_ms);
		if (now == CONSENT_ENDED)
			later(&l->ended, &l->ended_ms, &id, th.due_ms);
		w.rc = worklist_done(t, &th, WORK_CONSENT);
	}
	return w.rc;
}

/* Recomputed from all grants of the scope: which one matters changes with every renewal.  A consent that never left has nothing
 * resting on it, so its end is no work. */
enum err grantends_changed(struct turn *t, const struct peer *p, const struct id16 *case_id,
			   bool received)
{
	const size_t mark = t->arena->used;
	const struct consent_scope s = {p, *case_id, received};
	struct last l = {.living_ms = 0};
	bool running = false;
	struct store_key k;
	struct thread th;
	enum err rc;

	require(p != NULL);
	rc = look_at_all(t, &s, &l);
	arena_rewind(t->arena, mark); /* many of a turn's steps end here */
	th = l.living_ms != 0 ? thread_of(&s, &l.living, l.living_ms)
			      : thread_of(&s, &l.ended, l.ended_ms);
	if (rc != ERR_OK || th.due_ms == 0 || th.due_ms > t->wall_ms + (uint64_t)WARN_DAYS * DAY_MS)
		return rc;
	rc = bodies_running(t, p, case_id, received ? THREAD_RECEIVER : THREAD_SENDER, &running);
	k = turn_key_id(&th.id);
	if (rc != ERR_OK || !running || !record_exists(t->txn, STORE_THREAD, key_span(&k)))
		return rc;
	rc = worklist_add(t, &th, WORK_CONSENT, "");
	arena_rewind(t->arena, mark);
	return rc;
}

enum err grantends_watch(struct turn *t, struct thread *th, const struct msg *record)
{
	enum err rc = deadline_timer_set(t, th, due_of_grant(t, record));

	require(th->kind == THREAD_CONSENT);
	return rc == ERR_OK ? thread_save(t, th) : rc;
}

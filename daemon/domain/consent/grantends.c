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
#include "domain/consent/grantends.h"
#include "domain/referral/deadline.h"

enum { WARN_DAYS = 30 };

/* When something about this grant has to be done next; 0: nothing. */
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
	return t->wall_ms < over ? over : 0;
}

/* A consent that never left has nothing resting on it, so its end is no work. */
static enum err work_of(struct turn *t, const struct consent_scope *s, const struct id16 *grant,
			const struct msg *record, bool add)
{
	struct thread th = {.id = *grant,
			    .case_id = s->case_id,
			    .kind = THREAD_CONSENT,
			    .due_ms = consent_until(record)};
	const struct store_key k = turn_key_id(grant);

	require(s->p != NULL);
	th.peer = s->p->no;
	if (!record_exists(t->txn, STORE_THREAD, key_span(&k)))
		return ERR_OK; /* not sent: nothing rests on it */
	if (add)
		return worklist_add(t, &th, WORK_CONSENT, "");
	return worklist_done(t, &th, WORK_CONSENT);
}

/* The grant whose end ends what is going on: the last to end of those that hold, else the last that did. */
static enum err last_to_end(struct turn *t, const struct consent_scope *s, bool living,
			    struct id16 *grant, uint64_t *until)
{
	struct store_walk w = {.rc = ERR_OK};
	struct id16 id;
	struct msg *m;

	*until = 0;
	while (consent_each(t, &s->case_id, &w, &id, &m)) {
		const enum consent_state now = consent_grant_state(m, t->wall_ms);

		if (consent_between(m, s->p->no, s->received) && consent_until(m) > *until &&
		    now == (living ? CONSENT_LIVING : CONSENT_ENDED)) {
			*until = consent_until(m);
			*grant = id;
		}
	}
	return w.rc;
}

/* Recomputed from all grants of the scope: which one matters changes with every renewal. */
enum err grantends_changed(struct turn *t, const struct peer *p, const struct id16 *case_id,
			   bool received)
{
	const size_t mark = t->arena->used;
	const struct consent_scope s = {p, *case_id, received};
	struct store_walk w = {.rc = ERR_OK};
	struct id16 last, id;
	uint64_t until = 0;
	struct msg *m;
	bool running = false;
	enum err rc;

	require(p != NULL);
	rc = last_to_end(t, &s, true, &last, &until);
	if (rc == ERR_OK && until == 0)
		rc = last_to_end(t, &s, false, &last, &until);
	if (until > t->wall_ms + (uint64_t)WARN_DAYS * DAY_MS)
		until = 0;
	if (rc == ERR_OK && until != 0)
		rc = bodies_running(t, p, case_id, received ? THREAD_RECEIVER : THREAD_SENDER,
				    &running);
	if (rc != ERR_OK)
		return rc;
	while (consent_each(t, case_id, &w, &id, &m)) {
		if (consent_between(m, p->no, received))
			w.rc = work_of(t, &s, &id, m, running && id16_equal(&id, &last));
	}
	arena_rewind(t->arena, mark); /* many of a turn's steps end here */
	return w.rc;
}

enum err grantends_watch(struct turn *t, struct thread *th, const struct msg *record)
{
	enum err rc = deadline_timer_set(t, th, due_of_grant(t, record));

	require(th->kind == THREAD_CONSENT);
	return rc == ERR_OK ? thread_save(t, th) : rc;
}

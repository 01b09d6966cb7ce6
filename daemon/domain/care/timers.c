/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What happens when nobody does anything.  A timer only signs what the table lets this side sign, and only when the clock is
 * sure and the partner was heard: a wrong clock must not end what somebody waits for.  The receiver's node never ends
 * anything; it reminds its own people and releases what it was shown.  One timer that fails is passed over until its pause is
 * over, so that it holds up no other.
 */
#include "domain/care/timers.h"

#include "base/check.h"
#include "domain/care/acts.h"
#include "domain/consent/bylaw.h"
#include "domain/evidence/audit.h"
#include "domain/exchange/hooks.h"
#include "domain/loss/settled.h"
#include "domain/referral/deadline.h"
#include "domain/referral/states.h"
#include "domain/referral/worklist.h"
#include "domain/stream/connect.h"

enum {
	UNSURE_MS = 600000,   /* a clock that nobody confirmed: ask again after this */
	CATCH_UP_MS = 3000,   /* what a partner has for us comes in within this */
	STARTING_MS = 120000, /* partners report within this after a start */
	STARTING_UNSURE_MS = 5000,
	TIMER_KEY = 8 + 16 + 1,
};

/* Missed START, review or progress: say so; when that was there and its own term is over, withdraw. */
static enum err escalate(struct turn *t, struct thread *th, const char *reason)
{
	if (th->escalated)
		return acts_automatic(t, th, DOC_WITHDRAW, reason);
	acts_heard(t, th, DOC_ESCALATE, true);
	return acts_automatic(t, th, DOC_ESCALATE, reason);
}

/* The sender's node goes on without the word that did not come. */
static enum err fire_sender(struct turn *t, struct thread *th)
{
	const struct state_row *row = state_row((enum referral_state)th->state);
	enum err rc;

	require(th->role == THREAD_SENDER);
	if (row->fires == 0) {
		rc = deadline_timer_set(t, th, 0);
		return rc == ERR_OK ? thread_save(t, th) : rc;
	}
	if (row->fires == DOC_ESCALATE)
		return escalate(t, th, row->reason);
	if (row->fires == DOC_EXPIRE && th->stored_ms == 0)
		return acts_automatic(t, th, DOC_EXPIRE, "undeliverable");
	return acts_automatic(t, th, row->fires, row->reason);
}

/* The deadline stays, and the timer looks again at that moment; where the calendar ends, after a pause like any other. */
static enum err later(struct turn *t, struct thread *th, uint64_t at_ms)
{
	enum err rc = deadline_timer_set(t, th,
					 at_ms > t->wall_ms ? at_ms : t->wall_ms + UNSURE_MS);

	if (rc == ERR_OK)
		rc = worklist_delivery(t, th);
	return rc == ERR_OK ? thread_save(t, th) : rc;
}

/* The receiver's node only reminds: its person sees the entry as overdue, the node looks again tomorrow. */
static enum err fire_receiver(struct turn *t, struct thread *th)
{
	require(th->role == THREAD_RECEIVER);
	if (referral_terminal((enum referral_state)th->state) && th->state != REFERRAL_MOVED)
		return acts_forget(t, th);
	return later(t, th, calendar_add(t->node->country, t->wall_ms, DEADLINE_REMIND_DAYS) + 1);
}

/* Ending what somebody else waits for needs a sure clock, and that the partner was heard: while we were
 * away it may have answered, and its answer takes a moment to come in. */
static enum err may_end(struct turn *t, const struct thread *th, uint64_t *again_ms)
{
	const struct peer *p = state_peer(t->node, th->peer);
	const bool starting = t->mono_ms < t->node->start_mono_ms + STARTING_MS;
	bool agreed = false;
	enum err rc = connect_clock_agreed(t, th->peer, &agreed);

	*again_ms = 0;
	if (rc != ERR_OK)
		return rc;
	if (!agreed)
		*again_ms = t->wall_ms + (starting ? STARTING_UNSURE_MS : UNSURE_MS);
	else if (p != NULL && p->conn.heard && t->mono_ms < p->conn.heard_mono_ms + CATCH_UP_MS)
		*again_ms = t->wall_ms + CATCH_UP_MS;
	return ERR_OK;
}

/* A timer of nobody: its thread is gone, waits for another day, or has no case any more. */
static enum err drop_timer(struct turn *t, const struct store_key *k, struct thread *th)
{
	enum err rc = store_del(t->txn, STORE_TIMER, key_span(k));

	if (rc != ERR_OK || th == NULL)
		return rc;
	th->timer_ms = 0;
	rc = deadline_timer_stop(t, th);
	return rc == ERR_OK ? thread_save(t, th) : rc;
}

/* What is owed to the person comes before what the state asks for. */
enum err timers_referral(struct turn *t, struct thread *th)
{
	enum err rc;

	require(th->kind == THREAD_REFERRAL);
	if (th->owes_end) {
		th->owes_end = false;
		return referral_may((enum referral_state)th->state, fold_our_side(th), DOC_REVOKE)
			       ? acts_automatic(t, th, DOC_REVOKE, "consent-withdrawn")
			       : acts_changed(t, th, "");
	}
	rc = audit_add(t, &(struct audit_entry){
				  .event = AUDIT_TIMER,
				  .peer = th->peer,
				  .case_id = &th->case_id,
				  .detail = referral_state_name((enum referral_state)th->state)});
	if (rc != ERR_OK)
		return rc;
	return th->role == THREAD_SENDER ? fire_sender(t, th) : fire_receiver(t, th);
}

/* What a law has kept until today goes whatever became of its partner.  *again_ms: later, by a clock that is sure, because it
 * cannot be had back. */
static enum err law_day(struct turn *t, const struct thread *th, bool *over, uint64_t *again_ms)
{
	uint64_t until;
	bool sure = false;
	enum err rc = bylaw_until(t, &th->id, &until);

	*over = rc == ERR_OK && until != 0 && t->wall_ms >= until;
	if (*over)
		rc = connect_clock_sure(t, &sure);
	if (*over && !sure)
		*again_ms = t->wall_ms + UNSURE_MS;
	return rc;
}

/* Whether a timer that rings may do what it is for.
 *
 *	thread gone, or its timer moved        the row is dropped
 *	case erased                            the row is dropped, the thread waits for nobody; an answer that is owed goes
 *	before the deadline (rules: retimes)   it looks again: what is undelivered is work for a person, nothing ends
 *	a law's day came                       when the clock is sure, whoever the partner is
 *	the two ends are being compared        later
 *	it would end what a partner waits for  later, until the clock is sure and the partner was heard
 *	else                                   the rules of its kind
 *
 * What is owed (owes_end) waits for no deadline and for no clock: the person has said it. */
static enum err fire(struct turn *t, const struct store_key *k)
{
	const struct kind_rules *rules;
	struct thread th;
	struct id16 id;
	bool writable = false, law = false;
	uint64_t again_ms = 0;
	enum err rc;

	require(k->len == TIMER_KEY);
	memcpy(id.b, k->b + 8, 16);
	rc = thread_load(t, &id, &th);
	if (rc == ERR_NOTFOUND || (rc == ERR_OK && th.timer_ms != be64_get(k->b)))
		return drop_timer(t, k, NULL);
	if (rc != ERR_OK)
		return rc;
	if (turn_case_erased(t, &th.case_id) && !(th.withdrawn && th.owes_end))
		return drop_timer(t, k, &th);
	rules = hooks_rules(t->node, &th);
	if (rules->retimes && !th.owes_end && (th.due_ms == 0 || t->wall_ms <= th.due_ms))
		return acts_retime(t, &th);
	rc = settled_writable(t, &th, &writable);
	if (rc == ERR_OK && th.kind == THREAD_CONSENT)
		rc = law_day(t, &th, &law, &again_ms);
	if (rc != ERR_OK)
		return rc;
	if (!writable && !law)
		return later(t, &th, t->wall_ms + UNSURE_MS);
	if (!th.owes_end && !th.withdrawn && (th.role == THREAD_SENDER || rules->both_end))
		rc = may_end(t, &th, &again_ms);
	if (rc != ERR_OK)
		return rc;
	if (again_ms != 0)
		return later(t, &th, again_ms);
	return rules->rang != NULL ? rules->rang(t, &th) : drop_timer(t, k, &th);
}

/* The first timer at or after *k that did not fail lately: one that fails is never first again.  ERR_NOTFOUND:
 * no more. */
static enum err next_timer(struct turn *t, struct store_key *k, struct fault_place *at)
{
	*at = (struct fault_place){.part = FAULT_TIMER};
	for (;;) {
		struct store_row row;
		enum err rc = store_seek(t->txn, STORE_TIMER, key_span(k), &row);

		if (rc != ERR_OK)
			return rc;
		if (row.key.len != TIMER_KEY)
			return ERR_CORRUPT;
		k->len = 0;
		key_put(k, row.key.p, row.key.len);
		memcpy(at->id.b, k->b + 8, sizeof at->id.b);
		if (!fault_paused(t, at))
			return ERR_OK;
		key_u8(k, 0); /* just above it */
	}
}

/* A few a turn, no more documents than one signature covers, and no more than fits the memory of a turn. */
enum err timers_run(struct turn *t, unsigned limit)
{
	const size_t half = t->arena->used + (t->arena->cap - t->arena->used) / 2;
	struct store_key k = {.len = 0};

	while (limit-- > 0 && t->doc_count < LIMIT_BURST && t->arena->used < half) {
		struct fault_place at;
		enum err rc = next_timer(t, &k, &at);

		if (rc == ERR_NOTFOUND || (rc == ERR_OK && be64_get(k.b) > t->wall_ms))
			return ERR_OK;
		if (rc != ERR_OK)
			return rc;
		fault_doing(t, &at);
		rc = fire(t, &k);
		if (rc ==
		    ERR_NOTFOUND) /* of something of it: damage, and not the end of the list */
			return ERR_CORRUPT;
		rc = fault_over(t, rc);
		if (rc != ERR_OK)
			return rc;
	}
	return ERR_OK;
}

enum err timers_next_due(struct turn *t, uint64_t *due_ms)
{
	struct store_key k = {.len = 0};
	struct fault_place at;
	enum err rc = next_timer(t, &k, &at);

	*due_ms = rc == ERR_OK ? be64_get(k.b) : UINT64_MAX;
	return rc == ERR_NOTFOUND ? ERR_OK : rc;
}

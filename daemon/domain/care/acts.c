/* SPDX-License-Identifier: EUPL-1.2 */
#include "domain/care/acts.h"

#include "domain/care/grants.h"
#include "domain/consent/casefile.h"
#include "domain/consent/grant.h"
#include "domain/consent/ledger.h"
#include "domain/evidence/audit.h"
#include "domain/exchange/answer.h"
#include "domain/exchange/outbox.h"
#include "domain/loss/settled.h"
#include "domain/referral/deadline.h"
#include "domain/referral/worklist.h"
#include "domain/stream/connect.h"

enum {
	DAY_MS = 86400000,
	UNSURE_MS = 600000,   /* a clock that nobody confirmed: ask again after this */
	CATCH_UP_MS = 3000,   /* what a partner has for us comes in within this */
	STARTING_MS = 120000, /* partners report within this after a start */
	STARTING_UNSURE_MS = 5000,
	TIMER_KEY = 8 + 16 + 1,
};

static enum err load_side(struct turn *t, const struct thread *th, bool mine, uint32_t n,
			  struct fold_event **out)
{
	struct fold_event *e = arena_alloc(t->arena, (n + 1u) * sizeof *e);

	*out = e;
	if (e == NULL)
		return ERR_NOMEM;
	for (uint32_t i = 0; i < n; i++) {
		struct log_entry le;
		enum err rc = thread_entry(t, th, mine, i + 1, &le);

		if (rc != ERR_OK)
			return rc == ERR_NOTFOUND ? ERR_CORRUPT : rc;
		e[i] = (struct fold_event){le.type, le.seen_no};
	}
	return ERR_OK;
}

enum err acts_fold(struct turn *t, const struct thread *th, struct fold_step **steps, size_t *count,
		   enum referral_state *state)
{
	const bool sender = th->role == THREAD_SENDER;
	const uint32_t ns = sender ? th->my_no : th->their_no;
	const uint32_t nr = sender ? th->their_no : th->my_no;
	struct fold_event *s, *r;
	enum err rc = load_side(t, th, sender, ns, &s);

	if (rc == ERR_OK)
		rc = load_side(t, th, !sender, nr, &r);
	if (rc != ERR_OK)
		return rc;
	*steps = arena_alloc(t->arena, (ns + nr + 1u) * sizeof **steps);
	if (*steps == NULL)
		return ERR_NOMEM;
	*state = referral_fold(s, ns, r, nr, *steps, count);
	return ERR_OK;
}

enum err acts_allowed(struct turn *t, const struct thread *th, uint32_t no, bool *yes)
{
	const bool sender = th->role == THREAD_SENDER;
	struct fold_event *theirs, *ours;
	enum referral_state state;
	struct log_entry e;
	uint32_t seen;
	size_t n;
	enum err rc = thread_entry(t, th, false, no, &e);

	if (rc != ERR_OK)
		return rc == ERR_NOTFOUND ? ERR_CORRUPT : rc;
	seen = e.seen_no < th->my_no ? e.seen_no : th->my_no;
	rc = load_side(t, th, false, no - 1, &theirs);
	if (rc == ERR_OK)
		rc = load_side(t, th, true, seen, &ours);
	if (rc != ERR_OK)
		return rc;
	state = sender ? referral_fold(ours, seen, theirs, no - 1, NULL, &n)
		       : referral_fold(theirs, no - 1, ours, seen, NULL, &n);
	*yes = referral_may(state, sender ? REFERRAL_BY_RECEIVER : REFERRAL_BY_SENDER, e.type);
	return ERR_OK;
}

static struct store_key timer_key(const struct thread *th)
{
	struct store_key k = turn_key_u64(th->timer_ms);

	key_put(&k, th->id.b, 16);
	key_u8(&k, 0);
	return k;
}

static enum err timer_set(struct turn *t, struct thread *th, uint64_t at_ms)
{
	struct store_key k = timer_key(th);
	enum err rc = ERR_OK;

	if (th->timer_ms == at_ms)
		return ERR_OK;
	if (th->timer_ms != 0)
		rc = store_del(t->txn, STORE_TIMER, key_span(&k));
	if (rc != ERR_OK && rc != ERR_NOTFOUND)
		return rc;
	th->timer_ms = at_ms;
	if (at_ms == 0)
		return ERR_OK;
	k = timer_key(th);
	return turn_put(t, STORE_TIMER, &k, span_of(&th->role, 1));
}

enum err acts_timer_set(struct turn *t, struct thread *th, uint64_t at_ms)
{
	return timer_set(t, th, at_ms);
}

void acts_heard(const struct turn *t, struct thread *th, uint16_t type, bool mine)
{
	const enum referral_actor they = th->role == THREAD_SENDER ? REFERRAL_BY_RECEIVER
								   : REFERRAL_BY_SENDER;
	bool note;

	(void)referral_step((enum referral_state)th->state, mine ? acts_our_side(th) : they, type,
			    &note);
	if (note)
		return;
	if (type == DOC_ESCALATE)
		th->escalated = true;
	if (type == DOC_NOTE) {
		th->changed_ms = t->wall_ms;
		th->escalated = false;
	}
}

/* What entering a state does besides its timer. */
static void enter(struct turn *t, struct thread *th, enum referral_state before)
{
	const enum referral_state now = (enum referral_state)th->state;

	th->changed_ms = t->wall_ms;
	th->escalated = false;
	if (now == REFERRAL_NEEDS_INFO && !th->paused_once) {
		th->paused_once = true; /* the answer term pauses once, at most five days */
		th->paused_ms = t->wall_ms;
		th->pause_days = ACTS_PAUSE_DAYS;
	}
	if (before == REFERRAL_NEEDS_INFO && th->paused_ms != 0) {
		const uint32_t used = calendar_between(deadline_place(t, th), th->paused_ms,
						       t->wall_ms);

		th->pause_days = used < ACTS_PAUSE_DAYS ? used : ACTS_PAUSE_DAYS;
		th->paused_ms = 0;
	}
	if (now == REFERRAL_REVOKED || now == REFERRAL_ERROR)
		th->hidden = true;
	/* the receiver's own word, or one that has seen our last, confirms our end */
	th->provisional = th->role == THREAD_SENDER && th->their_seen < th->my_no &&
			  (now == REFERRAL_WITHDRAWN || now == REFERRAL_EXPIRED);
}

static enum err forget(struct turn *t, struct thread *th);

enum err acts_timer_stop(struct turn *t, struct thread *th)
{
	th->due_ms = th->deliver_ms = 0;
	return timer_set(t, th, 0);
}

/* What entering a state does to what we hold, and to consents that nothing runs under any more. */
static enum err follow_up(struct turn *t, struct thread *th, enum referral_state before)
{
	const struct peer *p = state_peer(t->node, th->peer);
	enum err rc = ERR_OK;

	if (!referral_terminal((enum referral_state)th->state) && before != REFERRAL_DRAFT)
		return ERR_OK;
	if (th->state == REFERRAL_REVOKED)
		rc = grants_let_go(t, th, WIRE_VERDICT_WITHDRAWN);
	return rc == ERR_OK && p != NULL
		       ? grants_changed(t, p, &th->case_id, th->role == THREAD_RECEIVER)
		       : rc;
}

static enum err retime(struct turn *t, struct thread *th)
{
	enum err rc;

	if (turn_case_erased(t, &th->case_id)) /* waits for nobody here */
		return acts_timer_stop(t, th);
	rc = deadline_of(t, th, &th->due_ms);
	if (rc == ERR_OK && th->owes_end) /* its REVOKE, as soon as it may be signed */
		return timer_set(t, th, t->wall_ms);
	return rc == ERR_OK ? timer_set(t, th, deadline_next(t, th)) : rc;
}

enum err acts_retime(struct turn *t, struct thread *th)
{
	enum err rc = retime(t, th);

	if (rc == ERR_OK)
		rc = worklist_delivery(t, th);
	return rc == ERR_OK ? thread_save(t, th) : rc;
}

enum err acts_changed(struct turn *t, struct thread *th, const char *detail)
{
	const enum referral_state before = (enum referral_state)th->state;
	struct fold_step *steps;
	struct effect *e;
	enum referral_state now;
	size_t n;
	enum err rc = acts_fold(t, th, &steps, &n, &now);

	if (rc != ERR_OK)
		return rc;
	th->state = (uint8_t)now;
	if (now != before)
		enter(t, th, before);
	if (th->their_seen == th->my_no) { /* the partner's own word says that it has ours */
		th->provisional = false;
		th->deliver_ms = 0;
	}
	rc = retime(t, th);
	if (rc == ERR_OK)
		rc = worklist_refresh(t, th, detail);
	if (rc == ERR_OK)
		rc = thread_save(t, th);
	if (rc == ERR_OK && now != before)
		rc = follow_up(t, th, before);
	e = turn_effect(t, EFFECT_CHANGED);
	if (e == NULL)
		return ERR_NOMEM;
	e->peer = th->peer;
	/* Entered in error: what came of a person who was never meant is let go of at once. */
	if (rc == ERR_OK && now != before && now == REFERRAL_ERROR && th->role == THREAD_RECEIVER &&
	    !turn_case_erased(t, &th->case_id))
		rc = forget(t, th);
	return rc;
}

static enum err make(struct turn *t, struct thread *th, uint16_t type, const struct msg *body,
		     const struct pending_doc **doc, uint64_t *cats, struct id16 *grant)
{
	const struct consent_scope s = {state_peer(t->node, th->peer), th->case_id,
					th->role == THREAD_RECEIVER};
	struct document_spec spec = {
		.thread_id = th->id,
		.grant_id = th->grant_id,
		.case_id = th->case_id,
		.msg_id = th->birth,
		.peer = th->peer,
		.type = type,
		.basis = bytes_zero(th->grant_id.b, 16) ? WIRE_BASIS_NONE : WIRE_BASIS_CONSENT,
		.table_version = REFERRAL_TABLE_VERSION,
		.expires_ms = t->wall_ms + (uint64_t)LIMIT_TTL_DAYS * DAY_MS,
		.thread_no = th->my_no + 1,
		.seen_no = th->their_no,
		.prev_hash = th->my_hash,
		.seen_hash = th->their_hash,
	};
	enum err rc;

	if (s.p == NULL || th->my_no >= THREAD_LOG_MAX)
		return ERR_STATE;
	rc = consent_pack_body(t, &s, type, body, &spec.body, &spec.cats, &spec.grant_id);
	if (!bytes_zero(spec.grant_id.b, 16))
		spec.basis = WIRE_BASIS_CONSENT;
	*cats = spec.cats;
	*grant = spec.grant_id;
	return rc == ERR_OK ? document_make(t, &spec, doc) : rc;
}

enum err acts_sign(struct turn *t, struct thread *th, uint16_t type, const struct msg *body)
{
	const struct pending_doc *doc = NULL;
	const char *name = document_type_name(type);
	struct id16 grant = th->grant_id;
	uint64_t cats = 0;
	enum err rc = make(t, th, type, body, &doc, &cats, &grant);

	if (rc == ERR_OK && th->my_no + th->their_no == 0)
		th->grant_id = grant; /* what it began under; nothing is judged by it */

	if (rc == ERR_OK && th->my_no + th->their_no == 0) {
		rc = settled_birth(t, th, true);
		if (rc == ERR_OK)
			rc = thread_create(t, th);
		th->birth = (struct id16){{0}};
	}
	if (rc == ERR_OK)
		rc = thread_append(t, th, true,
				   &(struct log_entry){doc->key, doc->hash, type, th->their_no,
						       t->wall_ms, 0});
	if (th->deliver_ms == 0)
		th->deliver_ms = deadline_delivery(t, th);
	if (rc == ERR_OK)
		rc = outbox_put(t, th->peer, &doc->key);
	if (rc == ERR_OK && cats != 0)
		rc = ledger_add(t, &grant, &doc->key.msg, th->peer, type, cats);
	if (rc == ERR_OK)
		rc = cases_entry(t, &th->case_id, name, NULL, &th->id);
	if (rc == ERR_OK)
		rc = audit_add(t, &(struct audit_entry){.event = AUDIT_SEND,
							.peer = th->peer,
							.case_id = &th->case_id,
							.grant = &th->grant_id,
							.detail = name});
	if (rc == ERR_OK)
		rc = answer_owe(t, th->peer);
	return rc == ERR_OK ? acts_changed(t, th, name) : rc;
}

enum err acts_automatic(struct turn *t, struct thread *th, uint16_t type, const char *reason)
{
	struct msg *body;

	if (document_body_kind(type) == MSG_ASK) {
		body = msg_new(t->arena, MSG_ASK);
		msg_set_text(t->arena, body, ASK_QUESTION, reason);
		return acts_sign(t, th, type, body);
	}
	body = msg_new(t->arena, MSG_ACT);
	msg_set_text(t->arena, body, ACT_REASON, reason);
	msg_set_u64(body, ACT_AUTOMATIC, 1);
	if (type == DOC_DECLINE)
		msg_set_text(t->arena, body, ACT_ALTERNATIVE, "none");
	return acts_sign(t, th, type, body);
}

/* The receiver lets go of what it was shown: bodies go, signed heads stay. */
static enum err forget(struct turn *t, struct thread *th)
{
	enum err rc = grants_let_go(t, th, WIRE_VERDICT_HOLLOW);

	if (rc == ERR_OK)
		rc = cases_entry(t, &th->case_id, "payload-erased", NULL, &th->id);
	return rc == ERR_OK ? acts_changed(t, th, "erased") : rc;
}

/* Missed START, review or progress: say so; when that was there and its own term is over, withdraw. */
static enum err escalate(struct turn *t, struct thread *th, const char *reason)
{
	if (th->escalated)
		return acts_automatic(t, th, DOC_WITHDRAW, reason);
	acts_heard(t, th, DOC_ESCALATE, true);
	return acts_automatic(t, th, DOC_ESCALATE, reason);
}

static enum err fire_sender(struct turn *t, struct thread *th)
{
	switch ((enum referral_state)th->state) {
	case REFERRAL_OFFERED:
	case REFERRAL_NEEDS_INFO:
		return acts_automatic(t, th, DOC_EXPIRE,
				      th->stored_ms == 0 ? "undeliverable" : "no-answer");
	case REFERRAL_ACCEPTED:
		return escalate(t, th, "no-start");
	case REFERRAL_ON_HOLD:
		return escalate(t, th, "review-passed");
	case REFERRAL_ACTIVE:
		return escalate(t, th, "no-progress");
	case REFERRAL_WITHDRAW_PENDING:
		return acts_automatic(t, th, DOC_WD_TIMEOUT, "no-answer");
	case REFERRAL_OUTCOME:
	case REFERRAL_REOPEN_PENDING:
		return acts_automatic(t, th, DOC_ACK, "unacknowledged");
	case REFERRAL_DRAFT:
	case REFERRAL_CLOSED:
	case REFERRAL_DECLINED:
	case REFERRAL_REDIRECTED:
	case REFERRAL_WITHDRAWN:
	case REFERRAL_EXPIRED:
	case REFERRAL_REVOKED:
	case REFERRAL_ERROR:
	case REFERRAL_STATE_COUNT:
		break;
	}
	return timer_set(t, th, 0);
}

/* The deadline stays, and the timer looks again at that moment. */
static enum err later(struct turn *t, struct thread *th, uint64_t at_ms)
{
	enum err rc = timer_set(t, th, at_ms);

	if (rc == ERR_OK)
		rc = worklist_delivery(t, th);
	return rc == ERR_OK ? thread_save(t, th) : rc;
}

/* The receiver's node only reminds: its person sees the entry as overdue, the node looks again tomorrow. */
static enum err fire_receiver(struct turn *t, struct thread *th)
{
	if (referral_terminal((enum referral_state)th->state))
		return forget(t, th);
	return later(t, th, calendar_add(t->node->country, t->wall_ms, ACTS_REMIND_DAYS) + 1);
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
	rc = acts_timer_stop(t, th);
	return rc == ERR_OK ? thread_save(t, th) : rc;
}

static enum err fire(struct turn *t, const struct store_key *k)
{
	struct thread th;
	struct id16 id;
	bool writable = false;
	uint64_t again_ms = 0;
	enum err rc;

	memcpy(id.b, k->b + 8, 16);
	rc = thread_load(t, &id, &th);
	if (rc == ERR_NOTFOUND || (rc == ERR_OK && th.timer_ms != be64_get(k->b)))
		return drop_timer(t, k, NULL);
	if (rc == ERR_OK && turn_case_erased(t, &th.case_id))
		return drop_timer(t, k, &th);
	if (rc == ERR_OK && th.kind == THREAD_REFERRAL && !th.owes_end &&
	    (th.due_ms == 0 || t->wall_ms <= th.due_ms))
		return acts_retime(t, &th); /* undelivered is work for a person; nothing ends */
	if (rc == ERR_OK)
		rc = settled_writable(t, &th, &writable);
	if (rc == ERR_OK && writable && !th.owes_end &&
	    (th.role == THREAD_SENDER || th.kind == THREAD_CONSENT))
		rc = may_end(t, &th, &again_ms);
	if (rc != ERR_OK)
		return rc;
	if (!writable) /* the two ends are being compared: what follows is done after that */
		again_ms = t->wall_ms + UNSURE_MS;
	if (again_ms != 0)
		return later(t, &th, again_ms);
	if (th.kind == THREAD_CONSENT)
		return grants_timer(t, &th);
	if (th.owes_end) {
		th.owes_end = false;
		return referral_may((enum referral_state)th.state, acts_our_side(&th), DOC_REVOKE)
			       ? acts_automatic(t, &th, DOC_REVOKE, "consent-withdrawn")
			       : acts_changed(t, &th, "");
	}
	rc = audit_add(t, &(struct audit_entry){
				  .event = AUDIT_TIMER,
				  .peer = th.peer,
				  .case_id = &th.case_id,
				  .detail = referral_state_name((enum referral_state)th.state)});
	if (rc != ERR_OK)
		return rc;
	return th.role == THREAD_SENDER ? fire_sender(t, &th) : fire_receiver(t, &th);
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

enum err acts_timers(struct turn *t, unsigned limit)
{
	struct store_key k = {.len = 0};

	while (limit-- > 0 && t->doc_count < LIMIT_BURST) {
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
		if (rc != ERR_OK)
			return rc;
		fault_over(t);
	}
	return ERR_OK;
}

enum err acts_next_due(struct turn *t, uint64_t *due_ms)
{
	struct store_key k = {.len = 0};
	struct fault_place at;
	enum err rc = next_timer(t, &k, &at);

	*due_ms = rc == ERR_OK ? be64_get(k.b) : UINT64_MAX;
	return rc == ERR_NOTFOUND ? ERR_OK : rc;
}

enum err acts_partner_gone(struct turn *t, uint16_t peer)
{
	struct store_key at = {.len = 0};
	struct store_row row;
	enum err rc;

	while ((rc = store_next_prefix(t->txn, STORE_THREAD, span_of(NULL, 0), &at, &row)) ==
	       ERR_OK) {
		struct thread th;
		struct id16 id;

		if (row.key.len != 16)
			return ERR_CORRUPT;
		memcpy(id.b, row.key.p, 16);
		rc = thread_load(t, &id, &th);
		if (rc == ERR_OK && th.peer == peer && th.kind == THREAD_REFERRAL &&
		    !referral_terminal((enum referral_state)th.state))
			rc = worklist_add(t, &th, WORK_GONE, "");
		if (rc != ERR_OK)
			return rc;
	}
	return rc == ERR_NOTFOUND ? ERR_OK : rc;
}

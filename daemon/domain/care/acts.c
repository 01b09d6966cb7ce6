/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Signing one act and everything that follows from a changed log, in one order: the document, the log, the outbox, what
 * was disclosed, the timeline, the audit log, then the fold, the timer and the worklist.  All of it is one transaction; a
 * turn that fails leaves none of it.  acts_changed may be called as often as one likes: it computes everything from the logs.
 */
#include "domain/care/acts.h"

#include "base/check.h"
#include "base/date.h"
#include "base/plant.h"
#include "domain/consent/bodies.h"
#include "domain/consent/casefile.h"
#include "domain/consent/grant.h"
#include "domain/consent/ledger.h"
#include "domain/consent/pack.h"
#include "domain/evidence/audit.h"
#include "domain/exchange/answer.h"
#include "domain/exchange/outbox.h"
#include "domain/exchange/quota.h"
#include "domain/grant/grantends.h"
#include "domain/loss/settled.h"
#include "domain/onward/passed.h"
#include "domain/referral/deadline.h"
#include "domain/referral/fold.h"
#include "domain/referral/states.h"
#include "domain/referral/terms.h"
#include "domain/referral/worklist.h"

/* An entry that moves nothing still counts as a word: a note says that somebody is at work. */
void acts_heard(const struct turn *t, struct thread *th, uint16_t type, bool mine)
{
	const enum referral_actor they = th->role == THREAD_SENDER ? REFERRAL_BY_RECEIVER
								   : REFERRAL_BY_SENDER;
	bool note;

	(void)referral_step((enum referral_state)th->state, mine ? fold_our_side(th) : they, type,
			    &note);
	if (note)
		return;
	if (type == DOC_ESCALATE) {
		th->escalated = true;
		worklist_anew(th, WORK_ESCALATED);
	}
	if (type == DOC_NOTE || (type == DOC_MESSAGE && planted(PLANT_MESSAGE_MOVES))) {
		th->changed_ms = t->wall_ms;
		th->escalated = false;
	}
}

/* What entering a state does besides its timer. */
static void enter(struct turn *t, struct thread *th, enum referral_state before)
{
	const uint8_t does = state_row((enum referral_state)th->state)->does;

	require(before != (enum referral_state)th->state);
	th->changed_ms = t->wall_ms;
	th->escalated = false;
	th->handled = 0; /* another state is other work */
	if ((does & STATE_HIDES) != 0)
		th->hidden = true;
	/* the receiver's own word, or one that has seen our last, confirms our end */
	th->provisional = th->role == THREAD_SENDER && th->their_seen < th->my_no &&
			  (does & STATE_CONFIRMED) != 0;
}

/* What entering a state does to what we hold, and to consents that nothing runs under any more. */
static enum err follow_up(struct turn *t, struct thread *th, enum referral_state before)
{
	const struct peer *p = state_peer(t->node, th->peer);
	enum err rc = ERR_OK;

	if (!referral_terminal((enum referral_state)th->state) && before != REFERRAL_DRAFT)
		return ERR_OK;
	if (th->state == REFERRAL_REVOKED)
		rc = bodies_let_go(t, th, WIRE_VERDICT_WITHDRAWN);
	return rc == ERR_OK && p != NULL
		       ? grantends_changed(t, p, &th->case_id, th->role == THREAD_RECEIVER)
		       : rc;
}

/* An erased case waits for nobody; a withdrawal that is owed is signed at the first moment. */
static enum err retime(struct turn *t, struct thread *th)
{
	enum err rc;

	if (turn_case_erased(t, &th->case_id)) /* waits for nobody here */
		return deadline_timer_stop(t, th);
	rc = deadline_of(t, th, &th->due_ms);
	if (rc == ERR_OK && th->owes_end) /* its REVOKE, as soon as it may be signed */
		return deadline_timer_set(t, th, t->wall_ms);
	return rc == ERR_OK ? deadline_timer_set(t, th, deadline_next(t, th)) : rc;
}

enum err acts_retime(struct turn *t, struct thread *th)
{
	enum err rc;

	require(th->kind == THREAD_REFERRAL);
	rc = retime(t, th);
	if (rc == ERR_OK)
		rc = worklist_delivery(t, th);
	return rc == ERR_OK ? thread_save(t, th) : rc;
}

/* In this order: the state, what entering it does, the timer, the work, the row; then what a new state does to
 * what we hold. */
enum err acts_changed(struct turn *t, struct thread *th, const char *detail)
{
	const enum referral_state before = (enum referral_state)th->state;
	struct fold_step *steps;
	struct effect *e;
	enum referral_state now;
	size_t n;
	enum err rc;

	require(th->kind == THREAD_REFERRAL);
	rc = fold_thread(t, th, &steps, &n, &now);
	if (rc != ERR_OK)
		return rc;
	th->state = (uint8_t)now;
	rc = terms_read(t, th, steps, n);
	if (rc == ERR_OK)
		rc = quota_open(t, th, referral_terminal(now));
	if (rc != ERR_OK)
		return rc;
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
	e->client = th->role;
	/* Entered in error: what came about a person who was never meant is removed at once. */
	if (rc == ERR_OK && now != before && now == REFERRAL_ERROR && th->role == THREAD_RECEIVER &&
	    !planted(PLANT_RECALL_KEPT) && !turn_case_erased(t, &th->case_id))
		rc = acts_forget(t, th);
	return rc;
}

enum err acts_pack(struct turn *t, const struct thread *th, uint16_t type, const struct msg *body,
		   struct document_spec *spec)
{
	const struct consent_scope s = {state_peer(t->node, th->peer), th->case_id,
					th->role == THREAD_RECEIVER};
	enum err rc;

	*spec = thread_next(th, type);
	if (s.p == NULL || th->my_no >= THREAD_LOG_MAX)
		return ERR_STATE;
	spec->table_version = REFERRAL_TABLE_VERSION;
	spec->expires_ms = t->wall_ms + (uint64_t)LIMIT_TTL_DAYS * DAY_MS;
	rc = consent_pack_body(t, &s, type, body, &spec->body, &spec->cats, &spec->grant_id);
	spec->basis = bytes_zero(spec->grant_id.b, 16) ? WIRE_BASIS_NONE : WIRE_BASIS_CONSENT;
	return rc;
}

enum err acts_sign(struct turn *t, struct thread *th, uint16_t type, const struct msg *body)
{
	struct document_spec spec;
	enum err rc = acts_pack(t, th, type, body, &spec);

	return rc == ERR_OK ? acts_sign_packed(t, th, &spec) : rc;
}

/* The first act makes the thread too.  Each step stops the rest: the turn is undone as a whole. */
enum err acts_sign_packed(struct turn *t, struct thread *th, const struct document_spec *spec)
{
	const struct pending_doc *doc = NULL;
	const uint16_t type = spec->type;
	const char *name = document_type_name(type);
	const struct id16 grant = spec->grant_id;
	const uint64_t cats = spec->cats;
	enum err rc;

	/* whoever calls asked the table: an act that it does not allow is never signed */
	require(th->kind == THREAD_REFERRAL);
	require(referral_takes((enum referral_state)th->state, fold_our_side(th), type));
	require(spec->thread_no == th->my_no + 1);
	rc = document_make(t, spec, &doc);
	if (rc != ERR_OK)
		return rc;
	if (th->my_no + th->their_no == 0) {
		th->grant_id = grant; /* what it began under; nothing is judged by it */
		rc = settled_begin(t, th, true);
		th->birth = (struct id16){{0}};
	}
	if (rc != ERR_OK)
		return rc;
	rc = thread_append(
		t, th, true,
		&(struct log_entry){doc->key, doc->hash, type, th->their_no, t->wall_ms, 0});
	if (th->deliver_ms == 0) {
		th->deliver_ms = deadline_delivery(t, th);
		worklist_anew(th, WORK_UNDELIVERABLE);
	}
	if (rc != ERR_OK)
		return rc;
	rc = outbox_put(t, th->peer, &doc->key, &doc->brief);
	if (rc != ERR_OK)
		return rc;
	if (cats != 0)
		rc = ledger_add(t, &grant, &doc->key.msg, th->peer, type, cats);
	if (rc == ERR_OK && cats != 0)
		rc = passed_on(t, &th->case_id, &grant, th->peer, cats);
	if (rc != ERR_OK)
		return rc;
	rc = casefile_entry(t, &th->case_id, name, NULL, &th->id);
	if (rc != ERR_OK)
		return rc;
	rc = audit_add(t, &(struct audit_entry){.event = AUDIT_SEND,
						.peer = th->peer,
						.case_id = &th->case_id,
						.grant = &th->grant_id,
						.detail = name});
	if (rc != ERR_OK)
		return rc;
	rc = answer_owe(t, th->peer);
	if (rc != ERR_OK)
		return rc;
	return acts_changed(t, th, name);
}

/* Says that no person did it; a decline by rule has no better place to name. */
enum err acts_automatic(struct turn *t, struct thread *th, uint16_t type, const char *reason)
{
	struct msg *body;

	require(act_of(type) != NULL);
	require(reason != NULL && reason[0] != '\0');
	if (document_body_kind(type) == MSG_ASK) {
		body = msg_new(t->arena, MSG_ASK);
		msg_set_text(t->arena, body, ASK_QUESTION, reason);
		return acts_sign(t, th, type, body);
	}
	body = msg_new(t->arena, MSG_ACT);
	msg_set_text(t->arena, body, ACT_REASON, reason);
	msg_set_u64(body, ACT_AUTOMATIC, 1);
	if ((act_of(type)->needs & ACT_WITH_ALTERNATIVE) != 0)
		msg_set_text(t->arena, body, ACT_ALTERNATIVE, "none");
	return acts_sign(t, th, type, body);
}

/* The receiver releases what it was shown: bodies go, signed heads stay. */
enum err acts_forget(struct turn *t, struct thread *th)
{
	enum err rc;

	require(th->role == THREAD_RECEIVER);
	if (th->state == REFERRAL_ERROR)
		th->need[0] = '\0'; /* what the person needs was not meant for us either */
	rc = bodies_let_go(t, th, WIRE_VERDICT_HOLLOW);
	if (rc == ERR_OK)
		rc = casefile_entry(t, &th->case_id, "payload-erased", NULL, &th->id);
	return rc == ERR_OK ? acts_changed(t, th, "erased") : rc;
}

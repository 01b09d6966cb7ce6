/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What happens to a document about a person as it arrives, leaves and is receipted.  Nothing that comes authentic is
 * refused: it is stored and receipted, and what may not stay is hollow from the first moment, with a verdict that tells the
 * sender why.  The same question is asked once more when a document leaves, however long it waited: consent may have
 * ended since it was signed.
 */
#include "domain/care/intake.h"

#include "base/check.h"

#include <string.h>

#include "base/plant.h"
#include "base/text.h"
#include "domain/attach/attach.h"
#include "domain/care/acts.h"
#include "domain/care/answers.h"
#include "domain/care/grants.h"
#include "domain/care/recover.h"
#include "domain/consent/agreement.h"
#include "domain/consent/alone.h"
#include "domain/consent/bodies.h"
#include "domain/consent/casefile.h"
#include "domain/consent/grant.h"
#include "domain/documents/words.h"
#include "domain/evidence/audit.h"
#include "domain/exchange/quota.h"
#include "domain/grant/grantdocs.h"
#include "domain/grant/tree.h"
#include "domain/referral/begin.h"
#include "domain/referral/deadline.h"
#include "domain/referral/fold.h"
#include "domain/referral/message.h"
#include "domain/referral/offer.h"
#include "domain/referral/worklist.h"

/* Is the consent that the head names one of these two about this person?  Its body lies under that consent's key: under another
 * one's it would outlive the withdrawal of its own. */
static enum err names_own(struct turn *t, const struct consent_scope *s, const struct id16 *grant,
			  bool *yes)
{
	struct msg *record;
	struct pair *pr;
	enum err rc = consent_record(t, grant, &record);

	*yes = false;
	if (rc == ERR_NOTFOUND) { /* after a loss it may come behind what rests on it */
		rc = pair_get(t, s->p->no, &pr);
		*yes = rc == ERR_OK && pr->uncompared;
		return rc;
	}
	if (rc == ERR_OK) {
		const struct span c = msg_bytes(record, GRANT_RECORD_CASE_ID);

		*yes = consent_between(record, s->p->no, s->received) &&
		       c.len == sizeof s->case_id.b &&
		       memcmp(c.p, s->case_id.b, sizeof s->case_id.b) == 0;
	}
	return rc;
}

/* Asked of what holds now, by the receiver, whatever the sender's daemon thought; and the head must name what the
 * body holds, and a consent that it can rest on. */
enum err intake_scope(struct turn *t, const struct peer *p, const struct wire_doc *d,
		      const struct thread *th, const struct msg *body, uint16_t *verdict)
{
	const struct consent_scope s = {p, th->case_id, th->role == THREAD_RECEIVER};
	struct consent_view v;
	bool gone = false, own = false;
	uint64_t cats;
	enum err rc;

	require(body != NULL);
	cats = words_cats(d->head.type, body);
	rc = consent_living(t, &s, CONSENT_RECEIVE, &v);
	if (rc == ERR_OK)
		rc = consent_gone(t, &d->head.grant_id, &gone);
	if (rc == ERR_OK && cats != 0)
		rc = names_own(t, &s, &d->head.grant_id, &own);
	if (rc != ERR_OK || planted(PLANT_NO_CONSENT))
		return rc;
	*verdict = (uint16_t)consent_check(&v, cats, t->wall_ms);
	if (*verdict == WIRE_VERDICT_OK && cats != 0 && !own)
		*verdict = WIRE_VERDICT_NO_GRANT;
	if (gone && cats != 0)
		*verdict = WIRE_VERDICT_WITHDRAWN;
	if (*verdict == WIRE_VERDICT_OK && (cats & ~d->head.cats) != 0)
		*verdict = WIRE_VERDICT_SCOPE; /* the head must own up to what the body holds */
	return ERR_OK;
}

/* Rests it, or its thread, on a case that was erased here? */
static enum err erased_here(struct turn *t, const struct peer *p, const struct wire_doc *d,
			    struct thread *th, bool *yes)
{
	if (bytes_zero(th->case_id.b, 16))
		return consent_erased_with(t, p, &d->head, &th->case_id, yes);
	*yes = turn_case_erased(t, &th->case_id);
	return *yes && planted(PLANT_ERASED_THROWS) ? ERR_CORRUPT : ERR_OK;
}

/* The body as its lists and its kind allow it; *body stays NULL when there is none that can be read. */
static enum err read_body(struct turn *t, const struct wire_doc *d, struct msg **body,
			  uint16_t *verdict)
{
	enum err rc;

	*body = NULL;
	if (d->form != WIRE_WHOLE)
		return ERR_OK;
	rc = words_parse(t, d->head.type, d->body, body);
	if (rc == ERR_NOMEM)
		return rc;
	if (rc != ERR_OK)
		*verdict = WIRE_VERDICT_MALFORMED;
	return ERR_OK;
}

/* What stands in the head that this node does not know was meant for rules that it lacks. */
enum err intake_body(struct turn *t, const struct wire_doc *d, uint8_t table_version,
		     struct msg **body, uint16_t *verdict)
{
	const struct wire_head *h = &d->head;

	if (h->table_version == table_version && h->flags == 0 &&
	    (h->basis == WIRE_BASIS_NONE || h->basis == WIRE_BASIS_CONSENT))
		return read_body(t, d, body, verdict);
	*body = NULL;
	*verdict = WIRE_VERDICT_MALFORMED;
	return ERR_OK;
}

/* Its thread has begun; what belongs to a case that was erased here is not let in again. */
static enum err arrived(struct turn *t, const struct peer *p, const struct wire_doc *d,
			struct thread *th, bool *erased)
{
	const bool fresh = th->my_no + th->their_no == 0;
	enum err rc = fresh ? begin_thread(t, th, THREAD_RECEIVER, &d->head) : ERR_OK;

	require(th->peer == p->no);
	*erased = false;
	return rc == ERR_OK ? erased_here(t, p, d, th, erased) : rc;
}

/* Codes and numbers about an end: owed on to others, also when the case was erased here. */
static bool outlives(const struct wire_head *h, bool fresh)
{
	return !fresh && document_answers(h->type) && h->type != DOC_WITHDRAWAL;
}

enum err intake_consent(struct turn *t, const struct peer *p, const struct wire_doc *d,
			struct thread *th, uint16_t *verdict, enum quota *over)
{
	const bool fresh = th->my_no + th->their_no == 0;
	struct msg *body;
	bool erased;
	enum err rc = arrived(t, p, d, th, &erased);

	require(th->kind == THREAD_CONSENT);
	if (rc == ERR_OK && erased && !outlives(&d->head, fresh)) {
		*verdict = WIRE_VERDICT_ERASED_HERE;
		return ERR_OK;
	}
	if (rc != ERR_OK)
		return rc;
	if (fresh)
		return grantdocs_receive(t, p, d, th, verdict, over);
	rc = read_body(t, d, &body, verdict);
	if (rc != ERR_OK || body == NULL)
		return rc;
	if (d->head.type == DOC_ONWARD_ANSWER)
		return tree_judge(t, th, body, verdict);
	return erased ? ERR_OK : intake_scope(t, p, d, th, body, verdict);
}

/* A message answers an entry that its author had read. */
static bool answers_nothing(const struct wire_head *h, const struct msg *body)
{
	return h->type == DOC_MESSAGE && msg_has(body, MESSAGE_ANSWERS) &&
	       (msg_u64(body, MESSAGE_ANSWERS) == 0 || msg_u64(body, MESSAGE_ANSWERS) > h->seen_no);
}

enum err intake_referral(struct turn *t, const struct peer *p, const struct wire_doc *d,
			 struct thread *th, uint16_t *verdict, enum quota *over)
{
	const bool fresh = th->my_no + th->their_no == 0;
	struct msg *body;
	bool erased;
	enum err rc = arrived(t, p, d, th, &erased);

	require(th->kind == THREAD_REFERRAL);
	if (rc == ERR_OK && erased)
		*verdict = WIRE_VERDICT_ERASED_HERE;
	if (rc != ERR_OK || erased)
		return rc;
	rc = intake_body(t, d, REFERRAL_TABLE_VERSION, &body, verdict);
	if (rc == ERR_OK && bytes_zero(th->case_id.b, 16))
		rc = casefile_of_document(
			t, p, d,
			msg_bytes(d->head.type == DOC_OFFER ? body : NULL, OFFER_SUBJECT_REF),
			&th->case_id, over);
	if (rc == ERR_OK && fresh && *over == QUOTA_NONE)
		rc = quota_in_case(t, &th->case_id, THREAD_REFERRAL, over);
	if (*over != QUOTA_NONE)
		return rc;
	if (body != NULL && (answers_nothing(&d->head, body) ||
			     (d->head.type == DOC_INFO && !attach_sound(DOC_INFO, body)))) {
		*verdict = WIRE_VERDICT_MALFORMED;
		body = NULL;
	}
	if (rc == ERR_OK && fresh)
		rc = alone_over(t, &th->case_id);
	return rc == ERR_OK && body != NULL ? intake_scope(t, p, d, th, body, verdict) : rc;
}

/* What is more than a case holds stays in the history, and kring status says whose words those were. */
static enum err hear(struct turn *t, const struct thread *th, const struct msg *person)
{
	const enum err rc = casefile_hear(t, &th->case_id, person);

	return rc == ERR_LIMIT ? quota_passed_over(t, th->peer, QUOTA_CASE) : rc;
}

/* Its words stay in the thread.  How to reach the person is shown in the case of whoever was referred to; who referred has a
 * file of its own, and reads it in the history. */
static enum err learn_message(struct turn *t, struct thread *th, const struct msg *body)
{
	enum err rc = message_heard(t, th, false, th->their_no, th->their_seen, body);

	require(th->their_no >= 1);
	return rc == ERR_OK && th->role == THREAD_RECEIVER
		       ? hear(t, th, msg_get(body, MESSAGE_PERSON))
		       : rc;
}

/* What a whole body adds to the thread and the case. */
static enum err learn(struct turn *t, struct thread *th, const struct document *d)
{
	struct msg *body;
	bool may;
	enum err rc = document_body(t, d, &body);

	if (rc == ERR_NOTFOUND)
		return ERR_OK;
	if (rc != ERR_OK)
		return rc;
	rc = fold_allowed(t, th, th->their_no, &may);
	if (rc != ERR_OK || !may || th->hidden)
		return rc; /* out of turn: it teaches nothing */
	if (d->head.type == DOC_OFFER) {
		offer_read(th, body);
		return hear(t, th, msg_get(body, OFFER_PERSON));
	}
	if (d->head.type == DOC_INFO && msg_has(body, INFO_BLOB)) {
		th->unread = th->their_no; /* nobody asked for it: somebody looks at it */
		rc = attach_came(t, th, d, body);
	}
	if (d->head.type == DOC_INFO)
		return rc == ERR_OK ? hear(t, th, msg_get(body, INFO_PERSON)) : rc;
	if (d->head.type == DOC_MESSAGE)
		return learn_message(t, th, body);
	if (act_reviews(d->head.type))
		th->review_ms = deadline_date(t, msg_u64(body, ACT_DATE_MS));
	return ERR_OK;
}

enum err intake_note(struct turn *t, const struct peer *p, const struct thread *th,
		     const struct document *d, uint16_t verdict)
{
	const char *name = document_type_name(d->head.type);
	enum err rc = audit_add(t,
				&(struct audit_entry){.event = AUDIT_RECEIVE,
						      .peer = p->no,
						      .outcome = verdict == 0 ? ERR_OK : ERR_DENIED,
						      .case_id = &th->case_id,
						      .grant = &th->grant_id,
						      .detail = name});

	require(th->peer == p->no);
	if (rc != ERR_OK)
		return rc;
	return casefile_entry(t, &th->case_id, name,
			      verdict == 0 ? NULL : wire_verdict_text(verdict), &th->id);
}

enum err intake_stored_consent(struct turn *t, const struct peer *p, struct thread *th,
			       const struct doc_key *key, uint16_t verdict)
{
	struct document d;
	enum err rc = document_load(t, key, &d);

	require(th->kind == THREAD_CONSENT);
	require(th->their_no > 0);
	if (rc == ERR_OK)
		rc = intake_note(t, p, th, &d, verdict);
	return rc == ERR_OK ? grants_stored(t, th, d.head.type) : rc;
}

/* The person was never meant for us, and that was said in time: what came goes also where our own end crossed it. */
static enum err let_go(struct turn *t, struct thread *th)
{
	bool may;
	enum err rc = fold_allowed(t, th, th->their_no, &may);

	if (rc != ERR_OK || !may || th->role != THREAD_RECEIVER || planted(PLANT_RECALL_KEPT) ||
	    turn_case_erased(t, &th->case_id))
		return rc;
	if (!th->hidden || th->need[0] != '\0') {
		th->need[0] = '\0';
		return acts_forget(t, th);
	}
	/* Gone already, and written down; but a message may have come since, from a partner that had lost its mistake. */
	return bodies_let_go(t, th, WIRE_VERDICT_HOLLOW);
}

/* First what it teaches, then what it changes, then what the rule answers. */
enum err intake_stored_referral(struct turn *t, const struct peer *p, struct thread *th,
				const struct doc_key *key, uint16_t verdict)
{
	struct document d;
	enum err rc = document_load(t, key, &d);

	require(th->kind == THREAD_REFERRAL);
	require(th->their_no > 0);
	if (rc == ERR_OK)
		rc = intake_note(t, p, th, &d, verdict);
	if (rc == ERR_OK)
		rc = learn(t, th, &d);
	if (rc != ERR_OK)
		return rc;
	acts_heard(t, th, d.head.type, false);
	rc = acts_changed(t, th, document_type_name(d.head.type));
	if (rc == ERR_OK && th->owes_end)
		rc = recover_catch_up(t, th);
	if (rc == ERR_OK && d.head.type == DOC_ERROR)
		rc = let_go(t, th);
	if (rc != ERR_OK)
		return rc;
	if (turn_case_erased(t, &th->case_id))
		return answers_erased(t, th);
	return d.hollow ? answers_hollow(t, th, &d) : ERR_OK;
}

/* Asked again at the last moment: a document may have waited for weeks. */
enum err intake_leaving(struct turn *t, const struct peer *p, const struct document *d,
			uint16_t *reason)
{
	struct consent_scope s = {.p = p};
	struct consent_view v;
	struct thread th;
	bool gone = false;
	enum err rc;

	*reason = 0;
	if (d->head.cats == 0 || d->hollow)
		return ERR_OK;
	rc = thread_load(t, &d->head.thread_id, &th);
	if (rc != ERR_OK)
		return rc;
	s.case_id = th.case_id;
	s.received = th.role == THREAD_RECEIVER;
	rc = consent_living(t, &s, CONSENT_SEND, &v);
	if (rc == ERR_OK)
		rc = consent_gone(t, &d->head.grant_id, &gone);
	if (rc != ERR_OK)
		return rc;
	*reason = (uint16_t)consent_check(&v, d->head.cats, t->wall_ms);
	if (gone || (*reason == 0 && th.hidden))
		*reason = !gone && th.state == REFERRAL_ERROR ? WIRE_VERDICT_RECALLED
							      : WIRE_VERDICT_WITHDRAWN;
	return ERR_OK;
}

/* A referral of ours that waits there: who knows the person has to hear of it today, not when its term is over. */
static enum err say_full(struct turn *t, const struct thread *th)
{
	struct err_text many;
	struct pair *pr;
	enum err rc = pair_get(t, th->peer, &pr);

	if (rc != ERR_OK || referral_terminal((enum referral_state)th->state))
		return rc;
	text_format(many.text, sizeof many.text, "%llu", (unsigned long long)pr->open_ours);
	return worklist_add(t, th, WORK_TOO_MANY, many.text);
}

/* Of a consent that they do not take, what rests on it is what people wait for. */
enum err intake_not_taken(struct turn *t, struct thread *th, const struct doc_brief *d,
			  uint16_t code)
{
	const struct consent_scope s = {state_peer(t->node, th->peer), th->case_id, false};
	struct bodies_walk w = bodies_walk_of(&s);
	struct thread one;

	if (code != WIRE_VERDICT_TOO_MANY || s.p == NULL || th->role != THREAD_SENDER)
		return ERR_OK;
	if (th->kind == THREAD_REFERRAL)
		return d->thread_no == 1 ? say_full(t, th) : ERR_OK;
	while (bodies_each(t, &w, &one))
		if (one.stored_ms == 0)
			w.rows.rc = say_full(t, &one);
	return w.rows.rc;
}

/* From the moment on at which this lies at the partner, a term runs. */
static bool begins_term(uint16_t type)
{
	return type == DOC_OFFER || type == DOC_ESCALATE || type == DOC_WITHDRAW ||
	       type == DOC_REOPEN;
}

/* The receipt starts the partner's term; a verdict other than OK is work for our own people. */
enum err intake_receipted(struct turn *t, struct thread *th, const struct doc_brief *d,
			  const struct wire_verdict *v)
{
	enum err rc;

	require(th->kind == THREAD_REFERRAL);
	if (d->type == DOC_OFFER)
		th->stored_ms = v->stored_ms; /* from here runs the answer term */
	if (d->thread_no == th->my_no) {      /* they have our last word */
		th->provisional = false;
		th->deliver_ms = 0;
	}
	rc = begins_term(d->type) ? acts_changed(t, th, "stored") : acts_retime(t, th);
	if (rc == ERR_OK)
		rc = consent_agreement_receipt(t, th->peer, d->cats, v->code);
	if (rc != ERR_OK || referral_terminal((enum referral_state)th->state))
		return rc; /* it is over: nobody has to look at what was not stored */
	if (v->code != WIRE_VERDICT_OK)
		rc = worklist_add(t, th, WORK_HOLLOW, wire_verdict_text(v->code));
	return rc;
}

/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * After a loss of state our own documents come back from partners.  Each finds its case again: by its grant, by the name
 * that we gave the person, or by trying the key of every case; if the case itself is younger than the backup, it begins again.
 * Nothing is signed again before both ends of a thread were compared; what was put off is done then, once.
 */
#include "domain/care/recover.h"

#include "base/check.h"
#include "domain/attach/attach.h"
#include "domain/care/acts.h"
#include "domain/care/answers.h"
#include "domain/care/grants.h"
#include "domain/consent/casefile.h"
#include "domain/consent/grant.h"
#include "domain/consent/ledger.h"
#include "domain/documents/pseudonym.h"
#include "domain/documents/words.h"
#include "domain/evidence/audit.h"
#include "domain/grant/grantdocs.h"
#include "domain/loss/settled.h"
#include "domain/onward/passed.h"
#include "domain/referral/begin.h"
#include "domain/referral/deadline.h"
#include "domain/referral/fold.h"
#include "domain/referral/message.h"
#include "domain/referral/offer.h"
#include "domain/referral/worklist.h"

/* The name a document gives its person: the pseudonym we drew for that partner, when its body is there. */
static bool subject_of(struct turn *t, const struct wire_doc *d, struct msg **body,
		       struct id16 *subject)
{
	struct span ref;

	*body = NULL;
	if (d->form != WIRE_WHOLE || words_parse(t, d->head.type, d->body, body) != ERR_OK)
		return false;
	ref = d->head.type == DOC_OFFER	    ? msg_bytes(*body, OFFER_SUBJECT_REF)
	      : d->head.type == DOC_CONSENT ? msg_bytes(*body, CONSENT_GRANT_SUBJECT_REF)
	      : d->head.type == DOC_PROPOSE ? msg_bytes(*body, HANDOVER_PROPOSE_SUBJECT_REF)
					    : span_of(NULL, 0);
	if (ref.len != 16)
		return false;
	memcpy(subject->b, ref.p, 16);
	return true;
}

/* Which of our cases derives this pseudonym, or this thread's id out of its first document's?  Every case
 * is tried: ids are derived so that only whoever holds the case's key can tell. */
static enum err search(struct turn *t, const struct peer *p, const struct wire_doc *d,
		       const struct id16 *subject, struct id16 *case_id)
{
	struct store_walk w = {.key_len = 16};
	enum err rc;

	while (store_each(t->txn, STORE_CASES, span_of(NULL, 0), &w)) {
		struct id16 got;

		memcpy(case_id->b, w.row.key.p, 16);
		rc = subject != NULL ? pseudonym_subject(t, case_id, p, &got)
				     : pseudonym_thread(t, case_id, p, &d->head.msg_id, &got);
		if (rc == ERR_OK &&
		    id16_equal(&got, subject != NULL ? subject : &d->head.thread_id))
			return ERR_OK;
		w.rc = rc == ERR_NOTFOUND ? ERR_OK : rc;
	}
	return w.rc == ERR_OK ? ERR_NOTFOUND : w.rc;
}

/* From the cheapest to the dearest way; a case is opened only when no key of ours derives the name. */
static enum err case_of(struct turn *t, const struct peer *p, const struct wire_doc *d,
			struct msg **body, struct id16 *case_id)
{
	struct id16 subject = d->head.thread_id;
	const bool named = subject_of(t, d, body, &subject);
	struct msg *g;
	bool erased;
	enum err rc = ERR_NOTFOUND;

	if (!bytes_zero(case_id->b, 16))
		return ERR_OK; /* it began here once: it is of the case of which it was */
	if (!bytes_zero(d->head.grant_id.b, 16))
		rc = consent_record(t, &d->head.grant_id, &g);
	if (rc == ERR_OK && consent_between(g, p->no, false) &&
	    msg_bytes(g, GRANT_RECORD_CASE_ID).len == 16) {
		memcpy(case_id->b, msg_bytes(g, GRANT_RECORD_CASE_ID).p, 16);
		return named ? casefile_named(t, case_id, p, &subject) : ERR_OK;
	}
	if (rc != ERR_OK && rc != ERR_NOTFOUND)
		return rc;
	rc = consent_erased_with(t, p, &d->head, case_id, &erased);
	if (rc != ERR_OK || erased)
		return rc;
	rc = casefile_of_subject(t, p, &subject, false, case_id);
	if (rc == ERR_NOTFOUND)
		rc = search(t, p, d, named ? &subject : NULL, case_id);
	/* The case itself is younger than the backup: it begins again with what the partner gives back. */
	return rc == ERR_NOTFOUND ? casefile_open(t, p, &subject, false, case_id) : rc;
}

enum err recover_case(struct turn *t, const struct peer *p, const struct wire_doc *d,
		      struct id16 *case_id)
{
	struct msg *body;

	return case_of(t, p, d, &body, case_id);
}

enum err recover_referral(struct turn *t, const struct peer *p, const struct wire_doc *d,
			  struct thread *th)
{
	struct msg *body;
	enum err rc = case_of(t, p, d, &body, &th->case_id);

	require(th->kind == THREAD_REFERRAL);
	require(th->my_no + th->their_no == 0);
	return rc == ERR_OK ? begin_thread(t, th, THREAD_SENDER, &d->head) : rc;
}

enum err recover_consent(struct turn *t, const struct peer *p, const struct wire_doc *d,
			 struct thread *th)
{
	struct msg *body;
	enum err rc = case_of(t, p, d, &body, &th->case_id);

	require(th->kind == THREAD_CONSENT);
	require(th->my_no + th->their_no == 0);
	if (rc == ERR_OK)
		rc = begin_thread(t, th, THREAD_SENDER, &d->head);
	/* whoever leaves was told that all of them end, but for this one, which was forgotten then */
	if (rc == ERR_OK && p->leaves_s != 0)
		rc = turn_leaves(t, p->no);
	/* any document of a consent can come back first; the grant itself is in one of them only */
	return rc == ERR_OK && body != NULL && d->head.type == DOC_CONSENT
		       ? grantdocs_recover(t, th, body)
		       : rc;
}

/* A case that only its own returned documents tell about learns the person from them. */
static enum err learn(struct turn *t, struct thread *th, const struct document *d)
{
	struct msg *body, *record;
	enum err rc = document_body(t, d, &body);

	if (rc != ERR_OK)
		return rc == ERR_NOTFOUND ? ERR_OK : rc;
	if (act_reviews(d->head.type))
		th->review_ms = deadline_date(t, msg_u64(body, ACT_DATE_MS));
	if (d->head.type == DOC_MESSAGE)
		return message_heard(t, th, true, th->my_no, d->head.seen_no, body);
	if (d->head.type == DOC_INFO)
		return attach_returned(t, th, d, body);
	if (d->head.type != DOC_OFFER)
		return ERR_OK;
	offer_read(th, body);
	rc = casefile_load(t, &th->case_id, &record);
	if (rc != ERR_OK || msg_has(record, CASE_RECORD_PERSON))
		return rc == ERR_NOTFOUND ? ERR_OK : rc;
	return casefile_amend(t, &th->case_id, msg_get(body, OFFER_PERSON));
}

/* In the audit log, in the timeline, and among what was disclosed. */
static enum err note_return(struct turn *t, const struct peer *p, const struct thread *th,
			    const struct document *d)
{
	enum err rc = audit_add(t, &(struct audit_entry){.event = AUDIT_LOSS,
							 .peer = p->no,
							 .case_id = &th->case_id,
							 .grant = &th->grant_id,
							 .detail = "returned"});

	require(th->peer == p->no);
	if (rc == ERR_OK)
		rc = casefile_entry(t, &th->case_id, document_type_name(d->head.type), "returned",
				    &th->id);
	if (rc != ERR_OK || d->head.cats == 0)
		return rc;
	rc = ledger_add(t, &d->head.grant_id, &d->key.msg, p->no, d->head.type, d->head.cats);
	return rc == ERR_OK ? passed_on(t, &th->case_id, &d->head.grant_id, p->no, d->head.cats)
			    : rc;
}

enum err recover_returned_consent(struct turn *t, const struct peer *p, struct thread *th,
				  const struct doc_key *key)
{
	struct document d;
	enum err rc = document_load(t, key, &d);

	require(th->kind == THREAD_CONSENT);
	require(th->my_no > 0);
	if (rc == ERR_OK)
		rc = note_return(t, p, th, &d);
	return rc == ERR_OK ? grants_stored(t, th, d.head.type) : rc;
}

/* Words between workers go with their consent, our own too; a partner that has not heard of its end gives them back. */
static enum err gone_meanwhile(struct turn *t, struct document *d)
{
	bool gone = false;
	enum err rc = d->head.type == DOC_MESSAGE && !d->hollow
			      ? consent_gone(t, &d->head.grant_id, &gone)
			      : ERR_OK;

	d->hollow = d->hollow || gone;
	return rc == ERR_OK && gone ? document_hollow(t, &d->key, WIRE_VERDICT_WITHDRAWN) : rc;
}

enum err recover_returned(struct turn *t, const struct peer *p, struct thread *th,
			  const struct doc_key *key)
{
	struct document d;
	enum err rc = document_load(t, key, &d);

	require(th->kind == THREAD_REFERRAL);
	require(th->my_no > 0);
	if (rc == ERR_OK)
		rc = note_return(t, p, th, &d);
	if (rc == ERR_OK)
		rc = gone_meanwhile(t, &d);
	if (rc == ERR_OK)
		rc = learn(t, th, &d);
	return rc == ERR_OK ? acts_changed(t, th, document_type_name(d.head.type)) : rc;
}

/* It happened and counts for nothing: people see it in the timeline, and whoever wrote it may do it again. */
enum err recover_shelved(struct turn *t, struct thread *th, const struct doc_key *key,
			 uint16_t type)
{
	const char *name = document_type_name(type);
	enum err rc = casefile_entry(t, &th->case_id, "lost-act", name, &th->id);

	if (type == DOC_REVOKE || type == DOC_WITHDRAWAL) {
		/* a withdrawal stays one, whatever became of its document */
		th->hidden = th->hidden || type == DOC_REVOKE;
		th->withdrawn = th->withdrawn || type == DOC_WITHDRAWAL;
		th->owes_end = th->owes_end || key->sender == 0 || type == DOC_WITHDRAWAL;
		/* a consent ends by a withdrawal alone, whatever else was signed in its thread */
		if (th->kind == THREAD_CONSENT)
			th->owes_end = th->owes_end && th->withdrawn;
	}
	if (rc == ERR_OK)
		rc = audit_add(t, &(struct audit_entry){.event = AUDIT_LOSS,
							.peer = th->peer,
							.case_id = &th->case_id,
							.detail = "lost-act"});
	return rc == ERR_OK ? thread_save(t, th) : rc;
}

enum err recover_lost_act(struct turn *t, struct thread *th, const struct doc_key *key,
			  uint16_t type)
{
	enum err rc = recover_shelved(t, th, key, type);

	return rc == ERR_OK ? worklist_add(t, th, WORK_LOST, document_type_name(type)) : rc;
}

/* The person's word outlived the document that carried it. */
static enum err revoke_again(struct turn *t, struct thread *th)
{
	const enum referral_state s = (enum referral_state)th->state;

	require(th->owes_end);
	th->owes_end = false;
	if (referral_may(s, fold_our_side(th), DOC_REVOKE))
		return acts_automatic(t, th, DOC_REVOKE, "consent-withdrawn");
	return thread_save(t, th);
}

/* What came without its content while nothing could be said here, from this entry on: a word behind it that came whole answers it as
 * little as nobody does. */
static enum err answer_hollow(struct turn *t, struct thread *th, uint32_t no)
{
	const uint32_t last = th->their_no;

	for (; no <= last; no++) {
		const size_t mark = t->arena->used;
		struct log_entry e;
		struct document d;
		enum err rc = thread_entry(t, th, false, no, &e);

		if (rc == ERR_OK)
			rc = document_load(t, &e.doc, &d);
		if (rc != ERR_OK)
			return rc == ERR_NOTFOUND ? ERR_CORRUPT
						  : rc; /* its log lacks what it counts */
		if (d.hollow)
			rc = answers_hollow(t, th, &d);
		else
			arena_rewind(t->arena, mark);
		if (rc != ERR_OK)
			return rc;
	}
	return ERR_OK;
}

/* Only what the partner has not seen answered yet is answered; a referral that went on meanwhile needs nothing. */
enum err recover_catch_up(struct turn *t, struct thread *th)
{
	struct log_entry ours = {.seen_no = 0};
	bool yes = false;
	enum err rc;

	require(th->kind == THREAD_REFERRAL);
	rc = settled_writable(t, th, &yes);
	if (rc != ERR_OK || !yes)
		return rc;
	if (th->owes_end) {
		rc = revoke_again(t, th);
		if (rc != ERR_OK)
			return rc;
	}
	rc = acts_changed(t, th, "compared");
	if (rc == ERR_OK && turn_case_erased(t, &th->case_id))
		return answers_erased(t, th);
	if (rc == ERR_OK && th->my_no > 0)
		rc = thread_entry(t, th, true, th->my_no, &ours);
	if (rc == ERR_NOTFOUND)
		return ERR_CORRUPT;
	return rc == ERR_OK ? answer_hollow(t, th, ours.seen_no + 1) : rc;
}

/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * As in a referral nothing that comes authentic is refused: it is stored and receipted, and what may not stay is hollow from the first
 * moment.  What a document moves is the table's to say; here is only whose case it is, whether its body may stay, and what a loss of
 * state means for it.
 */
#include "domain/handover/rules.h"

#include "base/check.h"
#include "base/plant.h"
#include "domain/attach/added.h"
#include "domain/attach/along.h"
#include "domain/bundle/bundle.h"
#include "domain/care/intake.h"
#include "domain/care/recover.h"
#include "domain/consent/agreement.h"
#include "domain/consent/alone.h"
#include "domain/consent/casefile.h"
#include "domain/consent/grant.h"
#include "domain/consent/ledger.h"
#include "domain/evidence/audit.h"
#include "domain/handover/back.h"
#include "domain/handover/steps.h"
#include "domain/onward/passed.h"
#include "domain/referral/begin.h"

/* ---- arriving ---- */

/* A new thread of theirs: its case, if there is room for one more. */
static enum err place(struct turn *t, const struct peer *p, const struct wire_doc *d,
		      struct thread *th, const struct msg *body, enum quota *over)
{
	bool room;
	enum err rc = rows_room(t, p->no, &room);

	if (rc == ERR_OK && !room)
		*over = QUOTA_HANDOVERS;
	if (rc == ERR_OK && *over == QUOTA_NONE && bytes_zero(th->case_id.b, 16))
		rc = casefile_of_document(t, p, d, msg_bytes(body, HANDOVER_PROPOSE_SUBJECT_REF),
					  &th->case_id, over);
	if (rc == ERR_OK && *over == QUOTA_NONE)
		rc = quota_in_case(t, &th->case_id, THREAD_HANDOVER, over);
	return rc == ERR_OK && *over == QUOTA_NONE ? alone_over(t, &th->case_id) : rc;
}

static enum err judge(struct turn *t, const struct peer *p, const struct wire_doc *d,
		      struct thread *th, uint16_t *verdict, enum quota *over)
{
	const bool fresh = th->my_no + th->their_no == 0;
	struct msg *body;
	bool erased = false;
	enum err rc = fresh ? begin_thread(t, th, THREAD_RECEIVER, &d->head) : ERR_OK;

	require(th->kind == THREAD_HANDOVER && th->peer == p->no);
	if (rc == ERR_OK && bytes_zero(th->case_id.b, 16))
		rc = consent_erased_with(t, p, &d->head, &th->case_id, &erased);
	else if (rc == ERR_OK)
		erased = turn_case_erased(t, &th->case_id);
	if (rc == ERR_OK && erased)
		*verdict = WIRE_VERDICT_ERASED_HERE;
	if (rc != ERR_OK || erased)
		return rc;
	rc = intake_body(t, d, HANDOVER_TABLE_VERSION, &body, verdict);
	if (rc == ERR_OK && body != NULL &&
	    ((d->head.type == DOC_BUNDLE && !along_sound(body)) ||
	     (d->head.type == DOC_ADDENDUM && !attach_sound(DOC_ADDENDUM, body)))) {
		*verdict = WIRE_VERDICT_MALFORMED;
		body = NULL;
	}
	if (rc == ERR_OK && fresh)
		rc = place(t, p, d, th, d->head.type == DOC_PROPOSE ? body : NULL, over);
	if (rc != ERR_OK || *over != QUOTA_NONE || body == NULL)
		return rc;
	return intake_scope(t, p, d, th, body, verdict);
}

/* Before the case is taken an addition waits in the log; its file is fetched meanwhile. */
static enum err add_later(struct turn *t, const struct thread *th, const struct document *d,
			  struct msg *record)
{
	struct msg *body;
	enum err rc = handover_over((enum handover_state)th->state) ? ERR_NOTFOUND
								    : document_body(t, d, &body);

	if (rc == ERR_OK)
		rc = added_want(t, th, record, body);
	return rc == ERR_OK ? rows_save(t, th, record) : rc == ERR_NOTFOUND ? ERR_OK : rc;
}

/* Whoever gave the case sealed what it held: the words of this one are in what it keeps for us, and that is said behind it. */
static enum err add_sealed(struct turn *t, const struct thread *th, const struct document *d,
			   struct msg *record)
{
	require(d->hollow && d->head.type == DOC_ADDENDUM);
	msg_set_u64(record, HANDOVER_RECORD_WORDS_COME, d->head.thread_no);
	return rows_save(t, th, record);
}

/* An addition for a case that we took already goes into it at once. */
static enum err add_now(struct turn *t, const struct thread *th, const struct document *d,
			uint16_t verdict)
{
	struct msg *record;
	enum err rc;

	if (d->head.type != DOC_ADDENDUM || turn_case_erased(t, &th->case_id))
		return ERR_OK;
	/* it went back to us: what is written there since is part of our file again; or it was taken from both, and goes further up */
	if (th->role == THREAD_SENDER)
		return th->state == HANDOVER_RECLAIMED	  ? bundle_add(t, th, &d->key)
		       : th->state == HANDOVER_SUPERSEDED ? back_pass(t, th, &d->key)
							  : ERR_OK;
	rc = rows_load(t, th, &record);
	if (rc == ERR_OK && verdict == WIRE_VERDICT_HOLLOW && !planted(PLANT_WORDS_SEALED))
		return add_sealed(t, th, d, record);
	if (rc == ERR_OK && msg_u64(record, HANDOVER_RECORD_TAKEN) == 0)
		return add_later(t, th, d, record);
	if (rc == ERR_OK)
		rc = bundle_add(t, th, &d->key);
	return rc == ERR_OK ? back_wake(t, th) : rc; /* given on since: it goes after the case */
}

static enum err stored(struct turn *t, const struct peer *p, struct thread *th,
		       const struct doc_key *key, uint16_t verdict)
{
	struct document d;
	enum err rc = document_load(t, key, &d);

	require(th->kind == THREAD_HANDOVER && th->their_no > 0);
	if (rc == ERR_OK)
		rc = intake_note(t, p, th, &d, verdict);
	if (rc == ERR_OK)
		rc = add_now(t, th, &d, verdict);
	return rc == ERR_OK ? steps_changed(t, th, document_type_name(d.head.type)) : rc;
}

/* A verdict other than OK is work for our own people. */
static enum err receipted(struct turn *t, struct thread *th, const struct doc_brief *d,
			  const struct wire_verdict *v)
{
	enum err rc;

	require(th->kind == THREAD_HANDOVER);
	if (d->type == DOC_PROPOSE)
		th->stored_ms = v->stored_ms;
	if (d->thread_no == th->my_no)
		th->deliver_ms = 0;
	rc = steps_changed(t, th, "");
	return rc == ERR_OK ? consent_agreement_receipt(t, th->peer, d->cats, v->code) : rc;
}

/* ---- after a loss of state ---- */

static enum err recovered(struct turn *t, const struct peer *p, const struct wire_doc *d,
			  struct thread *th)
{
	enum err rc = recover_case(t, p, d, &th->case_id);

	require(th->kind == THREAD_HANDOVER && th->my_no + th->their_no == 0);
	return rc == ERR_OK ? begin_thread(t, th, THREAD_SENDER, &d->head) : rc;
}

static enum err returned(struct turn *t, const struct peer *p, struct thread *th,
			 const struct doc_key *key)
{
	struct msg *record;
	struct document d;
	enum err rc = document_load(t, key, &d);

	require(th->kind == THREAD_HANDOVER && th->my_no > 0);
	if (rc == ERR_OK)
		rc = audit_add(t, &(struct audit_entry){.event = AUDIT_LOSS,
							.peer = p->no,
							.case_id = &th->case_id,
							.detail = "returned"});
	if (rc == ERR_OK)
		rc = casefile_entry(t, &th->case_id, document_type_name(d.head.type), "returned",
				    &th->id);
	if (rc == ERR_OK && d.head.cats != 0)
		rc = ledger_add(t, &d.head.grant_id, &d.key.msg, p->no, d.head.type, d.head.cats);
	if (rc == ERR_OK && d.head.cats != 0)
		rc = passed_on(t, &th->case_id, &d.head.grant_id, p->no, d.head.cats);
	if (rc == ERR_OK && d.head.type == DOC_ADDENDUM && !turn_case_erased(t, &th->case_id)) {
		rc = rows_load(t, th, &record);
		if (rc == ERR_OK)
			rc = added_returned(t, th, record, key);
		if (rc == ERR_OK)
			rc = rows_save(t, th, record);
	}
	return rc == ERR_OK ? steps_changed(t, th, document_type_name(d.head.type)) : rc;
}

enum err rules_settled(struct turn *t, struct thread *th)
{
	return steps_changed(t, th, "compared");
}

const struct kind_rules kind_handover = {
	.judge = judge,
	.stored = stored,
	.receipted = receipted,
	.recovered = recovered,
	.returned = returned,
	.shelved = recover_shelved,
	.settled = rules_settled,
	.rang = steps_rang,
};

/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Behind a loss one person can lie here in two cases: a referral that came back without its content names nobody, so it got a case of
 * its own, and the consent under which it was sent came back in another.  Who takes back consent there sees one of them, and means the
 * person.  What was said in the referral tells which consents those are: every document names its own.
 */
#include "domain/care/revoke.h"

#include "base/check.h"
#include "domain/documents/document.h"

/* The case that the referral lies in was seen to by grants_revoke; whose consent a partner's document names is the partner's word. */
static enum err end_elsewhere(struct turn *t, const struct thread *th, const struct id16 *grant,
			      struct grants_ended *out)
{
	struct consent_scope s = {.p = state_peer(t->node, th->peer),
				  .received = th->role == THREAD_RECEIVER};
	struct thread consent;
	enum err rc = thread_load(t, grant, &consent);

	require(s.p != NULL);
	if (rc != ERR_OK || consent.kind != THREAD_CONSENT || consent.withdrawn ||
	    consent.peer != th->peer || (consent.role == THREAD_RECEIVER) != s.received ||
	    id16_equal(&consent.case_id, &th->case_id))
		return rc == ERR_NOTFOUND ? ERR_OK : rc;
	s.case_id = consent.case_id;
	if (turn_case_erased(
		    t,
		    &consent.case_id)) /* nothing of it is here, but its other end has it still */
		return grants_record(t, &s, grant);
	return grants_withdraw(t, &s, grant, out);
}

enum err revoke_all(struct turn *t, const struct thread *th, struct grants_ended *out)
{
	const bool received = th->role == THREAD_RECEIVER;
	const uint32_t last = received ? th->their_no : th->my_no;
	enum err rc = grants_revoke(t, th, out);

	require(th->kind == THREAD_REFERRAL);
	if (rc != ERR_OK || state_peer(t->node, th->peer) == NULL)
		return rc;
	for (uint32_t no = 1; rc == ERR_OK && no <= last; no++) {
		struct log_entry e;
		struct document d;

		rc = thread_entry(t, th, !received, no, &e);
		if (rc == ERR_OK && e.type == DOC_REVOKE)
			continue; /* it names none, and that of this turn is not stored yet */
		if (rc == ERR_OK)
			rc = document_load_head(t, &e.doc, &d);
		if (rc == ERR_NOTFOUND)
			return ERR_CORRUPT;
		if (rc == ERR_OK && d.head.cats != 0)
			rc = end_elsewhere(t, th, &d.head.grant_id, out);
	}
	return rc;
}

/* Of the consents that its documents name the one that ended last; one that went with its case says nothing. */
static enum err ended_last(struct turn *t, const struct id16 *grant, uint64_t *last_ms, bool *yes)
{
	struct msg *m;
	enum err rc = consent_record(t, grant, &m);

	if (rc != ERR_OK)
		return rc == ERR_NOTFOUND ? ERR_OK : rc;
	if (!msg_has(m, GRANT_RECORD_WITHDRAWN_MS) ||
	    msg_u64(m, GRANT_RECORD_WITHDRAWN_MS) < *last_ms)
		return ERR_OK;
	*last_ms = msg_u64(m, GRANT_RECORD_WITHDRAWN_MS);
	*yes = msg_u64(m, GRANT_RECORD_AUTOMATIC) != 0;
	return ERR_OK;
}

/*
 * A referral ends with its consent by a REVOKE that this node signs, whoever wanted it:
 *
 *	what ended the consent	its record		the referral's page
 *	the person		withdrawn		as a person's act
 *	a narrower one		withdrawn		as a person's act
 *	its last day		withdrawn, automatic	"automatic"
 */
enum err revoke_by_itself(struct turn *t, const struct thread *th, bool *yes)
{
	const bool mine = th->role == THREAD_SENDER;
	const uint32_t last = mine ? th->my_no : th->their_no;
	uint64_t last_ms = 0;

	require(th->kind == THREAD_REFERRAL);
	*yes = false;
	for (uint32_t no = 1; no <= last; no++) {
		const size_t mark = t->arena->used;
		struct log_entry e;
		struct document d = {.hollow = true};
		enum err rc = thread_entry(t, th, mine, no, &e);

		if (rc == ERR_OK && e.type != DOC_REVOKE) /* it names none */
			rc = document_load_head(t, &e.doc, &d);
		if (rc == ERR_NOTFOUND)
			return ERR_CORRUPT;
		if (rc == ERR_OK && d.head.cats != 0)
			rc = ended_last(t, &d.head.grant_id, &last_ms, yes);
		if (rc != ERR_OK)
			return rc;
		arena_rewind(t->arena, mark);
	}
	return ERR_OK;
}

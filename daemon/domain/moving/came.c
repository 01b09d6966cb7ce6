/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Two words make one move: the former owner's, that the case went there, and the new one's, that its referral goes on with this one.
 * Neither does anything by itself, so that nobody can put a referral of its own in another one's place.  They may come in either
 * order.  What had been answered is not asked of people a second time.
 */
#include "domain/moving/came.h"

#include <string.h>

#include "base/check.h"
#include "base/limits/cases.h"
#include "domain/care/acts.h"
#include "domain/care/grants.h"
#include "domain/care/intake.h"
#include "domain/care/recover.h"
#include "domain/care/timers.h"
#include "domain/consent/casefile.h"
#include "domain/exchange/quota.h"
#include "domain/loss/settled.h"
#include "domain/referral/fold.h"
#include "domain/referral/referral.h"
#include "domain/referral/request.h"
#include "domain/referral/work.h"

/* The body of the newest entry of this type that the sender wrote.  ERR_NOTFOUND: there is none, or it cannot be read any more. */
static enum err said(struct turn *t, const struct thread *th, uint16_t type, struct msg **body)
{
	const bool mine = th->role == THREAD_SENDER;

	for (uint32_t no = mine ? th->my_no : th->their_no; no > 0; no--) {
		struct log_entry e;
		struct document d;
		enum err rc = thread_entry(t, th, mine, no, &e);

		if (rc == ERR_OK && e.type != type)
			continue;
		if (rc == ERR_OK)
			rc = document_load(t, &e.doc, &d);
		return rc == ERR_OK ? document_body(t, &d, body) : rc;
	}
	return ERR_NOTFOUND;
}

enum err came_to(struct turn *t, const struct thread *th, const struct peer **to)
{
	struct msg *body;
	struct id32 node;
	enum err rc = th->state == REFERRAL_MOVED ? said(t, th, DOC_MOVED, &body) : ERR_NOTFOUND;

	if (rc != ERR_OK)
		return rc;
	if (msg_bytes(body, MOVED_TO).len != sizeof node.b)
		return ERR_NOTFOUND;
	memcpy(node.b, msg_bytes(body, MOVED_TO).p, sizeof node.b);
	*to = state_peer_by_id(t->node, &node);
	return *to == NULL ? ERR_NOTFOUND : ERR_OK;
}

/* How far the work was when the case moved. */
static enum err far(struct turn *t, const struct thread *th, enum referral_state *was)
{
	struct fold_step *steps;
	enum referral_state now;
	size_t n;
	enum err rc = fold_thread(t, th, &steps, &n, &now);

	*was = REFERRAL_OFFERED;
	for (size_t i = 0; rc == ERR_OK && i < n && steps[i].state != REFERRAL_MOVED; i++)
		*was = steps[i].state;
	return rc;
}

static enum err by_rule(struct turn *t, struct thread *th, uint16_t type)
{
	return referral_may((enum referral_state)th->state, REFERRAL_BY_RECEIVER, type)
		       ? acts_automatic(t, th, type, "goes-on")
		       : ERR_OK;
}

/*	what it was            what the rule answers
 *	not answered           nothing: people do
 *	accepted, on hold      ACCEPT
 *	begun, or further      ACCEPT, START */
static enum err as_far(struct turn *t, struct thread *th, enum referral_state was)
{
	bool may;
	enum err rc = settled_writable(t, th, &may);

	if (rc != ERR_OK || !may || was < REFERRAL_ACCEPTED)
		return rc;
	rc = by_rule(t, th, DOC_ACCEPT);
	return rc == ERR_OK && was >= REFERRAL_ACTIVE ? by_rule(t, th, DOC_START) : rc;
}

/* This referral of the new owner goes on with that one, whose case went there. */
static enum err join(struct turn *t, struct thread *th, struct thread *before)
{
	enum referral_state was;
	enum err rc = far(t, before, &was);

	require(th->role == THREAD_RECEIVER && before->state == REFERRAL_MOVED);
	if (rc != ERR_OK)
		return rc;
	th->continues = before->id;
	rc = thread_save(t, th);
	if (rc == ERR_OK)
		rc = as_far(t, th, was);
	before->handled |= work_bit(WORK_MOVED); /* nobody waits for it any more */
	return rc == ERR_OK ? acts_changed(t, before, "") : rc;
}

/* Is this an offer of p that names that referral?  A hollow one names nothing. */
static enum err names(struct turn *t, const struct thread *th, struct id16 *before, bool *yes)
{
	struct msg *body;
	struct span s = {.len = 0};
	enum err rc = bytes_zero(th->continues.b, 16) ? said(t, th, DOC_OFFER, &body)
						      : ERR_NOTFOUND;

	if (rc == ERR_OK)
		s = msg_bytes(body, OFFER_CONTINUES);
	*yes = rc == ERR_OK && s.len == sizeof before->b;
	if (*yes)
		memcpy(before->b, s.p, sizeof before->b);
	return rc == ERR_NOTFOUND ? ERR_OK : rc;
}

static enum err offered(struct turn *t, const struct peer *p, struct thread *th)
{
	const struct peer *to;
	struct thread before;
	struct id16 id;
	bool yes;
	enum err rc = names(t, th, &id, &yes);

	if (rc == ERR_OK && yes)
		rc = thread_load(t, &id, &before);
	if (rc == ERR_OK && yes && before.role == THREAD_RECEIVER &&
	    before.kind == THREAD_REFERRAL && !turn_case_erased(t, &before.case_id)) {
		rc = came_to(t, &before, &to);
		if (rc == ERR_OK && to == p)
			rc = join(t, th, &before);
	}
	return rc == ERR_NOTFOUND ? ERR_OK
				  : rc; /* another one's, or one that did not move there yet */
}

/* The new owner was faster: its person has a case of its own here. */
static enum err came_before(struct turn *t, const struct peer *to, const struct id16 *case_id,
			    struct thread *before)
{
	struct quota_place at = {.case_id = *case_id};
	enum err rc = quota_next_open(t, to->no, THREAD_RECEIVER, &at);

	while (rc == ERR_OK && id16_equal(&at.case_id, case_id)) {
		struct thread th;
		struct id16 id;
		bool yes = false;

		rc = thread_load(t, &at.thread, &th);
		if (rc == ERR_OK)
			rc = names(t, &th, &id, &yes);
		if (rc == ERR_OK && yes && id16_equal(&id, &before->id))
			return join(t, &th, before);
		if (rc == ERR_OK)
			rc = quota_next_open(t, to->no, THREAD_RECEIVER, &at);
	}
	return rc == ERR_NOTFOUND ? ERR_OK : rc;
}

/* Under the name in it the new owner's referral will come to this very case; or it came before, and has a case of its own by now.
 * Without a name that one is a person like any other, whom people may find to be the same. */
static enum err moved(struct turn *t, struct thread *th)
{
	const struct peer *to;
	struct id16 subject, there;
	struct msg *body;
	enum err rc = came_to(t, th, &to);

	if (rc == ERR_OK && to->self) { /* it came to us: its work is that of our own case now */
		th->handled |= work_bit(WORK_MOVED);
		return acts_changed(t, th, "");
	}
	if (rc == ERR_OK)
		rc = said(t, th, DOC_MOVED, &body);
	if (rc != ERR_OK || msg_bytes(body, MOVED_SUBJECT_REF).len != sizeof subject.b)
		return rc == ERR_NOTFOUND ? ERR_OK : rc;
	memcpy(subject.b, msg_bytes(body, MOVED_SUBJECT_REF).p, sizeof subject.b);
	rc = casefile_of_subject(t, to, &subject, true, &there);
	if (rc == ERR_NOTFOUND)
		return casefile_also(t, to, &subject, &th->case_id);
	return rc == ERR_OK ? came_before(t, to, &there, th) : rc;
}

/* The person came here from somebody else, and so did the case: whoever asks for it asks the wrong one.  Whoever asks more often than
 * there is an answer hears so once, where no question of before waits; each of them is counted. */
static enum err requested(struct turn *t, struct thread *th)
{
	const char *why = NULL;
	struct request r;
	struct msg *m;
	bool writable = false;
	enum err rc = request_read(t, th, &r);

	if (rc == ERR_OK && r.count > LIMIT_REQUESTS)
		rc = quota_passed_over(t, th->peer, QUOTA_CASE);
	if (rc == ERR_OK)
		rc = casefile_load(t, &th->case_id, &m);
	if (rc == ERR_OK)
		rc = settled_writable(t, th, &writable);
	if (rc != ERR_OK || !writable ||
	    !referral_may((enum referral_state)th->state, REFERRAL_BY_SENDER, DOC_REQUEST_ANSWER))
		return rc;
	if (r.count == LIMIT_REQUESTS + 1 && r.no == 0)
		why = "asked-often";
	else if (r.count <= LIMIT_REQUESTS && msg_u64(m, CASE_RECORD_THEIRS) != 0)
		why = "not-ours";
	return why == NULL ? ERR_OK : acts_automatic(t, th, DOC_REQUEST_ANSWER, why);
}

static enum err stored(struct turn *t, const struct peer *p, struct thread *th,
		       const struct doc_key *key, uint16_t verdict)
{
	struct log_entry e;
	enum err rc = intake_stored_referral(t, p, th, key, verdict);

	if (rc == ERR_OK)
		rc = thread_entry(t, th, false, th->their_no, &e);
	if (rc != ERR_OK || verdict != WIRE_VERDICT_OK || turn_case_erased(t, &th->case_id))
		return rc;
	if (th->role != THREAD_RECEIVER)
		return e.type == DOC_REQUEST ? requested(t, th) : ERR_OK;
	if (e.type == DOC_OFFER)
		return offered(t, p, th);
	return e.type == DOC_MOVED && th->state == REFERRAL_MOVED ? moved(t, th) : ERR_OK;
}

const struct kind_rules kind_referral = {
	.judge = intake_referral,
	.not_taken = intake_not_taken,
	.stored = stored,
	.receipted = intake_receipted,
	.recovered = recover_referral,
	.returned = recover_returned,
	.shelved = recover_lost_act,
	.settled = recover_catch_up,
	.flagged = grants_referral_flagged,
	.rang = timers_referral,
	.retimes = true,
};

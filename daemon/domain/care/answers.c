/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Where a document came without its content, or its case is gone, waiting for a person would leave the other side
 * without an answer; so the rule answers at once and says the true reason.  What is missing between the two partners goes on
 * the worklist beside it, with the command that mends it.
 */
#include "domain/care/answers.h"

#include "base/check.h"
#include "domain/care/acts.h"
#include "domain/consent/agreement.h"
#include "domain/consent/grant.h"
#include "domain/loss/settled.h"
#include "domain/referral/fold.h"
#include "domain/referral/worklist.h"

/* Our administrator can mend what is missing between the partners: the command stands on our worklist. */
static enum err ask_agreement(struct turn *t, const struct thread *th, uint64_t cats)
{
	char names[200];
	enum err rc = consent_agreement_miss(t, th->peer, CONSENT_RECEIVE, cats);

	consent_names(cats, names, sizeof names);
	return rc == ERR_OK ? worklist_add(t, th, WORK_AGREEMENT, names) : rc;
}

static bool between_partners(enum wire_verdict_code code)
{
	return code == WIRE_VERDICT_NO_AGREEMENT || code == WIRE_VERDICT_AGREEMENT ||
	       code == WIRE_VERDICT_AGREEMENT_ENDED;
}

/* Why an offer is declined by rule: what is in its way here and now, not what its sender says of it. */
static const char *hollow_reason(enum wire_verdict_code now, const struct document *d)
{
	require(d->hollow);
	if (between_partners(now))
		return "no-agreement";
	if (d->reason == WIRE_VERDICT_MALFORMED)
		return "unreadable";
	return d->reason == WIRE_VERDICT_DROPPED ? "no-content" : "consent-missing";
}

/* Never refused, only hollowed: what came without its body is answered by rule. */
enum err answers_hollow(struct turn *t, struct thread *th, const struct document *d)
{
	const enum referral_state state = (enum referral_state)th->state;
	const struct peer *p = state_peer(t->node, th->peer);
	const uint16_t type = d->head.type;
	enum wire_verdict_code now = WIRE_VERDICT_OK;
	struct consent_view v = {.agreed = false};
	bool may;
	enum err rc = ERR_OK;

	require(th->kind == THREAD_REFERRAL);
	require(d->hollow);
	if (d->reason == WIRE_VERDICT_RECALLED)
		return ERR_OK;	       /* its end comes right behind it */
	if (!referral_terminal(state)) /* what is over needs nobody to look at it */
		rc = worklist_add(t, th, WORK_HOLLOW, document_type_name(type));
	if (rc != ERR_OK)
		return rc;
	rc = settled_writable(t, th, &may);
	if (rc != ERR_OK || !may)
		return rc; /* once the thread was compared: recover_catch_up */
	if (p != NULL) {
		const struct consent_scope s = {p, th->case_id, th->role == THREAD_RECEIVER};

		rc = consent_living(t, &s, CONSENT_RECEIVE, &v);
		now = consent_check(&v, d->head.cats, t->wall_ms);
	}
	if (rc != ERR_OK)
		return rc;
	if (type == DOC_OFFER && referral_may(state, fold_our_side(th), DOC_DECLINE))
		rc = acts_automatic(t, th, DOC_DECLINE, hollow_reason(now, d));
	else if (type == DOC_INFO && referral_may(state, fold_our_side(th), DOC_ASK))
		rc = acts_automatic(t, th, DOC_ASK, "other");
	if (rc != ERR_OK)
		return rc;
	/* words are closed on purpose only: nobody forgot them in an agreement */
	if (between_partners(now) && !(v.agreed && type == DOC_MESSAGE))
		rc = ask_agreement(t, th, d->head.cats | v.agreement_cats);
	return rc;
}

/* Of an erased case only the heads go on; what its state asks of us is answered by rule. */
enum err answers_erased(struct turn *t, struct thread *th)
{
	const enum referral_state s = (enum referral_state)th->state;
	bool may;
	enum err rc;

	require(th->kind == THREAD_REFERRAL);
	require(turn_case_erased(t, &th->case_id));
	rc = settled_writable(t, th, &may);
	if (rc != ERR_OK || !may)
		return rc;
	if (th->role == THREAD_RECEIVER)
		return referral_may(s, REFERRAL_BY_RECEIVER, DOC_DECLINE)
			       ? acts_automatic(t, th, DOC_DECLINE, "case-erased")
			       : ERR_OK;
	if (referral_may(s, REFERRAL_BY_SENDER, DOC_WITHDRAW))
		return acts_automatic(t, th, DOC_WITHDRAW, "erased");
	return referral_may(s, REFERRAL_BY_SENDER, DOC_ACK)
		       ? acts_automatic(t, th, DOC_ACK, "erased")
		       : ERR_OK;
}

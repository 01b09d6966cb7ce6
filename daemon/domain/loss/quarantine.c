/* SPDX-License-Identifier: EUPL-1.2 */
/* After a loss of state this node may have forgotten a withdrawal, or that a case was handed on.  So nothing of a case
 * that is older than the loss leaves before every partner was heard, because any of them may be the one that knows.
 * A worker who cannot wait for one that is away lets a single case go on, with a name in the audit log. */
#include "domain/loss/quarantine.h"

#include "domain/evidence/audit.h"
#include "domain/exchange/answer.h"
#include "domain/exchange/pair.h"
#include "domain/loss/incarnation.h"
#include "domain/membership/members.h"

/* A case that was begun after the loss has no past that anybody could remember better. */
bool quarantine_holds(struct turn *t, const struct id16 *case_id)
{
	uint64_t born = 0;

	if (!t->node->quarantine)
		return false;
	for (size_t i = 0; i < 6;
	     i++) /* an id begins with 48 bits of milliseconds: when it was drawn */
		born = born << 8 | case_id->b[i];
	return born < t->node->restored_ms &&
	       !record_exists(t->txn, STORE_RELEASED, span_of(case_id->b, 16));
}

/* What waits for any partner is looked at again: number.c asks quarantine_holds() of each document. */
static enum err recheck_all(struct turn *t)
{
	enum err rc = ERR_OK;

	for (uint16_t no = 1; rc == ERR_OK && no <= t->node->peer_count; no++) {
		struct pair *pr;

		rc = pair_get(t, no, &pr);
		if (rc != ERR_OK || pr->waiting == 0)
			continue;
		pr->recheck = true;
		rc = answer_owe(t, no);
	}
	return rc;
}

/* By a person, for one case: its documents go before every partner was heard. */
enum err quarantine_release(struct turn *t, const struct id16 *case_id)
{
	const struct store_key k = turn_key_id(case_id);
	const uint8_t one = 1;
	enum err rc = turn_put(t, STORE_RELEASED, &k, span_of(&one, 1));

	return rc == ERR_OK ? recheck_all(t) : rc;
}

bool quarantine_counts(const struct peer *p)
{
	return !p->self && members_hold_cases(p);
}

/* Of observers and evaluators nothing about a case can come: they are not waited for. */
enum err quarantine_heard(struct turn *t)
{
	struct node *n = t->node;
	enum err rc = ERR_OK;

	if (!n->quarantine)
		return ERR_OK;
	for (size_t i = 0; i < n->peer_count; i++) {
		struct pair *pr;

		if (!quarantine_counts(&n->peers[i]))
			continue;
		rc = pair_get(t, n->peers[i].no, &pr);
		if (rc != ERR_OK || pr->unheard)
			return rc;
	}
	incarnation_save(n);
	n->quarantine = false;
	rc = incarnation_write(t);
	if (rc == ERR_OK)
		rc = audit_add(t,
			       &(struct audit_entry){.event = AUDIT_LOSS, .detail = "all-heard"});
	return rc == ERR_OK ? recheck_all(t) : rc;
}

/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * An administrator phoned a partner whose node says it lost its state.  Until then its word destroys nothing here.
 */
#include "domain/admin/restored.h"

#include "base/check.h"
#include "domain/evidence/audit.h"
#include "domain/exchange/answer.h"
#include "domain/exchange/hooks.h"
#include "domain/exchange/pair.h"
#include "domain/loss/alarm.h"
#include "domain/membership/names.h"

/* What an administrator settles with a phone call, and what by looking into this node's own past. */
static const uint8_t theirs[] = {ALARM_PAST, ALARM_CLONE, ALARM_TOLD,
				 ALARM_NEW,  ALARM_OFTEN, ALARM_OLD_KEY};
static const uint8_t own[] = {ALARM_RESTORED, ALARM_ROLLED_BACK, ALARM_SECOND};

static enum err clear(struct turn *t, const uint8_t *kinds, size_t n, uint16_t peer, bool *any)
{
	enum err rc = ERR_OK;

	*any = false;
	for (size_t i = 0; rc == ERR_OK && i < n; i++) {
		*any = *any || alarm_is(t, (enum alarm)kinds[i], peer);
		rc = alarm_clear(t, kinds[i], peer);
	}
	return rc;
}

/* This node's own name: somebody knows why it came back from an older state. */
static enum err seen_here(struct turn *t)
{
	bool any;
	enum err rc = clear(t, own, sizeof own, 0, &any);

	if (rc == ERR_OK && !any)
		return turn_refuse(t, ERR_STATE, REFUSAL_NO_LOSS_HERE);
	return rc == ERR_OK ? audit_add(t, &(struct audit_entry){.event = AUDIT_LOSS,
								 .detail = "confirmed"})
			    : rc;
}

/* Only where a loss was reported and nobody vouched for it yet: a confirmation in advance would vouch for a thief. */
enum err admin_restored(struct turn *t, const struct msg *req, struct msg *reply)
{
	struct peer *p;
	struct pair *pr;
	bool any;
	enum err rc = names_find(t, msg_text(req, BY_ID_ID), &p);

	(void)reply;
	if (rc == ERR_OK && p->self)
		return seen_here(t);
	if (rc == ERR_OK)
		rc = pair_get(t, p->no, &pr);
	if (rc == ERR_OK)
		rc = clear(t, theirs, sizeof theirs, p->no, &any);
	if (rc != ERR_OK)
		return rc;
	if (!any && !pr->unconfirmed && !pr->stopped && pr->strike_ms == 0)
		return turn_refuse_with(t, ERR_STATE, REFUSAL_NO_LOSS_THERE,
					say_text("partner", p->org));
	pr->unconfirmed = pr->stopped = false;
	require(t->node->hooks != NULL && t->node->hooks->confirmed != NULL);
	rc = t->node->hooks->confirmed(t, p->no);
	if (rc != ERR_OK)
		return rc;
	pr->strike_ms = 0;
	pr->since_strike = false;
	pr->recheck = true;
	rc = audit_add(t, &(struct audit_entry){
				  .event = AUDIT_LOSS, .peer = p->no, .detail = "confirmed"});
	return rc == ERR_OK ? answer_owe(t, p->no) : rc;
}

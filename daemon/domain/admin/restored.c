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

/* Only where a loss was reported and nobody vouched for it yet: a confirmation in advance would vouch for a thief. */
enum err admin_restored(struct turn *t, const struct msg *req, struct msg *reply)
{
	static const uint8_t settled[] = {ALARM_PAST, ALARM_CLONE, ALARM_TOLD, ALARM_NEW};
	struct peer *p;
	struct pair *pr;
	enum err rc = names_partner(t, msg_text(req, BY_ID_ID), &p);

	(void)reply;
	if (rc == ERR_OK)
		rc = pair_get(t, p->no, &pr);
	if (rc != ERR_OK)
		return rc;
	if (!pr->unconfirmed && !pr->stopped && pr->strike_ms == 0)
		return turn_refuse(
			t, ERR_STATE,
			"this partner has not reported a restore; there is nothing to confirm", "",
			"see: kring status");
	pr->unconfirmed = pr->stopped = false;
	require(t->node->hooks != NULL && t->node->hooks->confirmed != NULL);
	rc = t->node->hooks->confirmed(t, p->no);
	if (rc != ERR_OK)
		return rc;
	pr->strike_ms = 0;
	pr->since_strike = false;
	pr->recheck = true;
	for (size_t i = 0; i < sizeof settled; i++) {
		rc = alarm_clear(t, settled[i], p->no);
		if (rc != ERR_OK)
			return rc;
	}
	rc = audit_add(t, &(struct audit_entry){
				  .event = AUDIT_LOSS, .peer = p->no, .detail = "confirmed"});
	return rc == ERR_OK ? answer_owe(t, p->no) : rc;
}

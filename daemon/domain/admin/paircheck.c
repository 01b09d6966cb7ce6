/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * `kring partner check`: without digits it answers what to read aloud; with digits, whether they are those that the other
 * screen shows.
 */
#include "domain/admin/paircheck.h"

#include "domain/membership/names.h"
#include "domain/membership/paircheck.h"

/* Answered by the reply, not by a refusal: the turn commits, so that the audit log keeps the attempt. */
static void other_digits(struct turn *t, struct msg *reply)
{
	msg_set_text(t->arena, reply, REPLY_ERROR, turn_error_code(ERR_DENIED));
	msg_set_text(t->arena, reply, REPLY_WHAT, "these are not the digits");
	msg_set_text(t->arena, reply, REPLY_WHY,
		     "a slip of the tongue, or one of you has another partner's keys");
	msg_set_text(
		t->arena, reply, REPLY_REMEDY,
		"read them again, on a number you knew before; if they differ again, phone the "
		"roots");
}

/* What to read aloud comes with every answer, also after other digits: the next try needs it again. */
enum err admin_partner_check(struct turn *t, const struct msg *req, struct msg *reply)
{
	const char *typed = msg_text(req, PARTNER_CHECK_DIGITS);
	struct paircheck check;
	struct peer *p;
	bool same = true;
	enum err rc = names_partner(t, msg_text(req, PARTNER_CHECK_PARTNER), &p);

	if (rc != ERR_OK)
		return rc;
	if (!p->active)
		return turn_refuse_old(t, ERR_STATE, "this partner is suspended or removed", "",
				       "see: kring partner list");
	rc = paircheck_digits(t, p, &check);
	if (rc != ERR_OK)
		return rc;
	msg_set_text(t->arena, reply, REPLY_READ_ALOUD, check.read);
	msg_set_text(t->arena, reply, REPLY_TELEPHONE, p->phone);
	if (typed[0] != '\0')
		rc = paircheck_heard(t, p, &check, typed, &same);
	if (!same)
		other_digits(t, reply);
	return rc;
}

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
	(void)turn_refuse(t, ERR_DENIED, REFUSAL_DIGITS_DIFFER_PARTNER);
	turn_refused_into(t, ERR_DENIED, reply);
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
		return turn_refuse_with(t, ERR_STATE, REFUSAL_PARTNER_SUSPENDED,
					say_text("partner", p->org));
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

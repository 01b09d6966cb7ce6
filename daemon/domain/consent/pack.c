/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * No body becomes bytes but here, after the lists of words and the gate were asked; tests/lint/lint.py holds the rest of
 * the tree to that.  A refusal names what is not covered and the one thing that helps, because whoever meets it sits with
 * the person and can ask.
 */
#include "domain/consent/pack.h"

#include <string.h>

#include "domain/documents/words.h"
#include "domain/membership/names.h"

/* What helps against each cause, before and after the partner as one types it.  The first one is for all
 * that the person has to be asked for. */
static const struct {
	enum wire_verdict_code code;
	const char *before, *after;
	bool leave; /* leaving it out helps as well */
} remedies[] = {
	{WIRE_VERDICT_NO_GRANT, "ask the person, then: kring consent give CASE --to ",
	 " --share ...", true},
	{WIRE_VERDICT_NO_AGREEMENT, "make an agreement first: kring partner agree ", " --share ...",
	 false},
	{WIRE_VERDICT_AGREEMENT, "widen the agreement: kring partner agree ", " --share ...", true},
	{WIRE_VERDICT_AGREEMENT_ENDED, "the agreement ended; renew it: kring partner agree ",
	 " --share ...", false},
	{WIRE_VERDICT_EXPIRED,
	 "the consent ended; ask the person again, then: kring consent give CASE --to ",
	 " --share ...", false},
	{WIRE_VERDICT_WITHDRAWN,
	 "the person took this consent back; only a new one helps: kring consent give CASE --to ",
	 " --share ...", false},
	{WIRE_VERDICT_PURPOSE,
	 "ask the person for this purpose too, then: kring consent give CASE --to ",
	 " --purpose refer --share ...", true},
};

/* The one who records a consent asks the person; the other end can only say less.  Only a referral has --without. */
static void remedy_of(const struct turn *t, const struct consent_scope *s, uint16_t type,
		      uint64_t uncovered, enum wire_verdict_code cause, struct err_text *why)
{
	const uint64_t never = uncovered & ~consent_purpose_cats("refer");
	const char *leave = type == DOC_OFFER ? ", or leave it out: --without ..."
					      : ", or leave it out";
	char names[200], typed[NAMES_TYPED_LEN];
	size_t at = 0;

	for (size_t i = 0; i < sizeof remedies / sizeof remedies[0]; i++)
		at = remedies[i].code == cause ? i : at;
	names_typed(t->node, s->p, typed);
	consent_names(never, names, sizeof names);
	if (cause == WIRE_VERDICT_PURPOSE && type == DOC_OFFER && never != 0)
		(void)err_explain(why, ERR_DENIED,
				  "a referral never carries this, leave it out: --without %s",
				  names);
	else if (s->received && cause != WIRE_VERDICT_NO_AGREEMENT &&
		 cause != WIRE_VERDICT_AGREEMENT && cause != WIRE_VERDICT_AGREEMENT_ENDED)
		(void)err_explain(
			why, ERR_DENIED,
			"leave it out, or phone %s: the consent that they recorded decides",
			s->p->org);
	else
		(void)err_explain(why, ERR_DENIED, "%s%s%s%s", remedies[at].before, typed,
				  remedies[at].after, remedies[at].leave ? leave : "");
}

/* The client asks the person with what it is given here: which categories, which partner, which one command. */
static enum err refuse_scope(struct turn *t, const struct consent_scope *s,
			     const struct consent_view *v, uint16_t type, uint64_t cats,
			     enum wire_verdict_code code)
{
	const uint64_t covered = consent_covered(v, t->wall_ms);
	/* asking the person is no use while the partners have no agreement */
	const enum wire_verdict_code cause = v->agreed ? code : WIRE_VERDICT_NO_AGREEMENT;
	char names[200];
	struct err_text why;

	t->refusal.covered = covered;
	t->refusal.uncovered = cats & ~covered;
	consent_names(t->refusal.uncovered, names, sizeof names);
	(void)err_explain(&why, ERR_DENIED, "not covered (%s): %s",
			  wire_verdict_text((uint16_t)cause), names);
	(void)turn_refuse_old(t, ERR_DENIED, "", why.text, "");
	(void)err_explain(&why, ERR_DENIED, "%s may not see all of this", s->p->org);
	memcpy(t->refusal.what, why.text, sizeof t->refusal.what - 1);
	if (v->holds_cases)
		remedy_of(t, s, type, t->refusal.uncovered, cause, &why);
	else
		(void)err_explain(&why, ERR_DENIED,
				  "%s takes no referrals now; see: kring partner list", s->p->org);
	memcpy(t->refusal.remedy, why.text, sizeof t->refusal.remedy - 1);
	return ERR_DENIED;
}

/* NOLINTNEXTLINE(readability-function-size): body, categories and consent are one answer */
enum err consent_pack_body(struct turn *t, const struct consent_scope *s, uint16_t type,
			   const struct msg *body, struct span *out, uint64_t *cats,
			   struct id16 *grant)
{
	struct words_fault fault;
	struct consent_view v;
	enum wire_verdict_code code;
	enum err rc = ERR_OK;

	if (body == NULL)
		return ERR_NOMEM;
	if (!words_check(t, type, body, &fault))
		return words_refuse(t, &fault);
	*cats = msg_cats(body);
	if (*cats != 0) {
		rc = consent_living(t, s, CONSENT_SEND, &v);
		if (rc != ERR_OK)
			return rc;
		code = consent_check(&v, *cats, t->wall_ms);
		if (code != WIRE_VERDICT_OK)
			return refuse_scope(t, s, &v, type, *cats, code);
		rc = consent_grant_for(t, s, *cats, grant);
	}
	return rc == ERR_OK ? msg_pack(t->arena, body, out) : rc;
}

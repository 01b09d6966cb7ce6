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

/* What helps against each cause; the first one is for all that the person has to be asked for. */
static const struct {
	enum wire_verdict_code code;
	enum refusal refusal;
} remedies[] = {
	{WIRE_VERDICT_NO_GRANT, REFUSAL_NOT_COVERED},
	{WIRE_VERDICT_NO_AGREEMENT, REFUSAL_NOT_COVERED_NO_AGREEMENT},
	{WIRE_VERDICT_AGREEMENT, REFUSAL_NOT_COVERED_BY_AGREEMENT},
	{WIRE_VERDICT_AGREEMENT_ENDED, REFUSAL_NOT_COVERED_AGREEMENT_ENDED},
	{WIRE_VERDICT_EXPIRED, REFUSAL_NOT_COVERED_CONSENT_ENDED},
	{WIRE_VERDICT_WITHDRAWN, REFUSAL_NOT_COVERED_WITHDRAWN},
	{WIRE_VERDICT_PURPOSE, REFUSAL_NOT_COVERED_PURPOSE},
};

/* The one who records a consent asks the person; the other end can only say less. */
static enum refusal remedy_of(const struct consent_scope *s, const struct consent_view *v,
			      enum wire_verdict_code cause)
{
	size_t at = 0;

	if (!v->holds_cases)
		return s->p->removed	 ? REFUSAL_NOT_COVERED_REMOVED
		       : s->p->suspended ? REFUSAL_NOT_COVERED_SUSPENDED
					 : REFUSAL_NOT_COVERED_TAKES_NONE;
	if (s->received && cause != WIRE_VERDICT_NO_AGREEMENT && cause != WIRE_VERDICT_AGREEMENT &&
	    cause != WIRE_VERDICT_AGREEMENT_ENDED)
		return REFUSAL_NOT_COVERED_THEIR_CONSENT;
	for (size_t i = 0; i < sizeof remedies / sizeof remedies[0]; i++)
		at = remedies[i].code == cause ? i : at;
	return remedies[at].refusal;
}

/* Free words of an act, and nothing but these in the way: a message may say what is no story of the person. */
static bool only_words(const struct turn *t, uint16_t type)
{
	return type != DOC_OFFER && type != DOC_MESSAGE &&
	       t->refusal.uncovered == GATE_BIT(GATE_STORY) &&
	       (t->refusal.covered & GATE_BIT(GATE_MESSAGE)) != 0;
}

/* "a, b" as an option takes it: a,b. */
static const char *as_typed(char *names)
{
	char *out = names;

	for (const char *s = names; *s != '\0'; s++)
		if (*s != ' ')
			*out++ = *s;
	*out = '\0';
	return names;
}

/* The client asks the person with what it is given here: which categories, which partner, which one command. */
static enum err refuse_scope(struct turn *t, const struct consent_scope *s,
			     const struct consent_view *v, uint16_t type, uint64_t cats,
			     enum wire_verdict_code code)
{
	const uint64_t covered = consent_covered(v, t->wall_ms);
	/* asking the person is no use while the partners have no agreement */
	const enum wire_verdict_code cause = v->agreed ? code : WIRE_VERDICT_NO_AGREEMENT;
	const uint64_t never = cats & ~covered & ~consent_purpose_cats("refer");
	const char *why = wire_verdict_text((uint16_t)cause);
	char names[200], leave[200], typed[NAMES_TYPED_LEN];

	t->refusal.covered = covered;
	t->refusal.uncovered = cats & ~covered;
	consent_names(t->refusal.uncovered, names, sizeof names);
	names_typed(t->node, s->p, typed);
	if (v->holds_cases && cause == WIRE_VERDICT_PURPOSE && type == DOC_OFFER && never != 0) {
		consent_names(never, names, sizeof names);
		consent_names(never, leave, sizeof leave);
		return turn_refuse_with(t, ERR_DENIED, REFUSAL_NEVER_IN_A_REFERRAL,
					say_text("partner", s->p->org),
					say_code("cats", LIST_CATEGORIES, names),
					say_text("typed", as_typed(leave)));
	}
	if (only_words(t, type))
		return turn_refuse_with(t, ERR_DENIED, REFUSAL_WORDS_ARE_STORY,
					say_text("partner", s->p->org),
					say_code("cause", LIST_VERDICTS, why),
					say_code("cats", LIST_CATEGORIES, names));
	return turn_refuse_with(t, ERR_DENIED, remedy_of(s, v, cause),
				say_text("partner", s->p->org), say_text("typed", typed),
				say_code("cause", LIST_VERDICTS, why),
				say_code("cats", LIST_CATEGORIES, names));
}

/* NOLINTNEXTLINE(readability-function-size): body, categories and consent are one answer */
enum err consent_pack_body(struct turn *t, const struct consent_scope *s, uint16_t type,
			   const struct msg *body, struct span *out, uint64_t *cats,
			   struct id16 *grant)
{
	struct words_fault fault;
	struct consent_view v;
	struct id16 named = *grant;
	enum wire_verdict_code code;
	enum err rc = ERR_OK;

	if (body == NULL)
		return ERR_NOMEM;
	if (!words_check(t, type, body, &fault))
		return words_refuse(t, &fault);
	*cats = words_cats(type, body);
	if (*cats != 0) {
		rc = consent_for(t, s, *cats, &v, &named);
		if (rc != ERR_OK)
			return rc;
		code = consent_check(&v, *cats, t->wall_ms);
		if (code != WIRE_VERDICT_OK)
			return refuse_scope(t, s, &v, type, *cats, code);
		*grant = named;
	}
	return rc == ERR_OK ? msg_pack(t->arena, body, out) : rc;
}

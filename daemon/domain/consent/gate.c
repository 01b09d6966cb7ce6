/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The decision is pure: a view of what holds, the categories asked for, the time.  Deny by default, in the order in which a
 * person can mend it: no consent, then its end, then its purpose, then its reach, then what the partners agreed.  Every
 * field must pass all of them; nothing personal asked for is always allowed, since codes and times go with any referral.
 *
 *	granted  withdrawn  in time  purpose  grant  agreed  in time  agreement  verdict
 *	no       -          -        -        -      -       -        -          no grant
 *	yes      yes        -        -        -      -       -        -          withdrawn
 *	yes      no         no       -        -      -       -        -          expired
 *	yes      no         yes      no       -      -       -        -          purpose
 *	yes      no         yes      yes      no     -       -        -          scope
 *	yes      no         yes      yes      yes    no      -        -          no agreement
 *	yes      no         yes      yes      yes    yes     no       -          agreement ended
 *	yes      no         yes      yes      yes    yes     yes      no         agreement
 *	yes      no         yes      yes      yes    yes     yes      yes        ok
 */
#include "domain/consent/gate.h"

#include "base/check.h"
#include "base/plant.h"

#include <string.h>

/* Words between two workers are part of every purpose. */
uint64_t consent_purpose_cats(const char *purpose)
{
	require(purpose != NULL);
	if (strcmp(purpose, "refer") == 0 || strcmp(purpose, "coordinate") == 0 ||
	    strcmp(purpose, "handover") == 0)
		return (GATE_ALL & ~GATE_BIT(GATE_NATIONAL)) | GATE_BIT(GATE_MESSAGE);
	if (strcmp(purpose, "follow-up") == 0)
		return GATE_BIT(0) | GATE_BIT(1) | GATE_BIT(15) | GATE_BIT(GATE_MESSAGE);
	if (strcmp(purpose, "evaluate") == 0)
		return GATE_BIT(14) | GATE_BIT(15) | GATE_BIT(GATE_MESSAGE);
	return 0;
}

uint64_t consent_covered(const struct consent_view *v, uint64_t now_ms)
{
	require(v != NULL);
	if (!v->granted || !v->agreed || !v->holds_cases || v->withdrawn_ms != 0 ||
	    now_ms < v->from_ms || now_ms >= v->until_ms ||
	    (v->agreement_until_ms != 0 && now_ms >= v->agreement_until_ms))
		return 0;
	return v->cats & v->purpose_cats & v->agreement_cats;
}

void consent_blank(struct msg *person, uint64_t cats)
{
	struct msg_field f;

	for (size_t i = 0; msg_field_at(person, i, &f); i++)
		if (f.cat == MSG_CAT_OPEN || (cats >> f.cat & 1) == 0)
			msg_clear(person, f.number);
}

/* The partners' own agreement, which no word of the person can stand in for. */
static enum wire_verdict_code agreement_check(const struct consent_view *v, uint64_t cats,
					      uint64_t now_ms)
{
	if (!v->agreed)
		return WIRE_VERDICT_NO_AGREEMENT;
	if (v->agreement_until_ms != 0 && now_ms >= v->agreement_until_ms)
		return WIRE_VERDICT_AGREEMENT_ENDED;
	if (planted(PLANT_MESSAGE_CLOSED))
		cats &= ~GATE_BIT(GATE_MESSAGE);
	return (cats & ~v->agreement_cats) == 0 ? WIRE_VERDICT_OK : WIRE_VERDICT_AGREEMENT;
}

enum wire_verdict_code consent_check(const struct consent_view *v, uint64_t cats, uint64_t now_ms)
{
	require(v != NULL);
	if (cats == 0)
		return WIRE_VERDICT_OK; /* codes and times: nothing personal in it */
	if (!v->granted)
		return WIRE_VERDICT_NO_GRANT;
	if (v->withdrawn_ms != 0)
		return WIRE_VERDICT_WITHDRAWN;
	if (now_ms < v->from_ms || now_ms >= v->until_ms)
		return WIRE_VERDICT_EXPIRED;
	if (v->purpose_cats == 0 || (cats & ~v->purpose_cats) != 0)
		return WIRE_VERDICT_PURPOSE;
	if (!v->holds_cases || (cats & ~v->cats) != 0)
		return WIRE_VERDICT_SCOPE;
	return agreement_check(v, cats, now_ms);
}

void consent_names(uint64_t cats, char *out, size_t cap)
{
	size_t len = 0;

	require(cap > 0);
	out[0] = '\0';
	for (unsigned bit = 0; bit <= GATE_MESSAGE; bit++) {
		const char *name = msg_cat_name(bit);
		size_t n = strlen(name);

		if ((cats & GATE_BIT(bit)) == 0 || len + n + 3 > cap)
			continue;
		if (len > 0) {
			memcpy(out + len, ", ", 2);
			len += 2;
		}
		memcpy(out + len, name, n + 1);
		len += n;
	}
}

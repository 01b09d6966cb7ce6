/* SPDX-License-Identifier: EUPL-1.2 */
/* What a browser sent becomes a question to core.  What an act takes stands in its row (proto/acts.h): a field that it does not take is not
 * handed on, and what is missing or wrong is core's to say, so that a screen and a terminal are told the same. */
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/date.h"
#include "base/limits.h"
#include "proto/acts.h"
#include "web/referral/referral.h"

enum { TEXT = 4 * 4000, DECIMAL = 10 };

const struct form_field act_fields[ACT_FIELDS] = {
	{"e", FORM_NUMBER, 9, false},
	{"yes", FORM_CODE, 1, false},
	{"late", FORM_CODE, 1, false},
	{"corrects", FORM_NUMBER, 9, false},
	{"reason", FORM_CODE, 40, false},
	{"day", FORM_LINE, 40, false},
	{"place", FORM_LINE, 800, false},
	{"outside", FORM_LINE, 1600, false},
	{"at", FORM_LINE, 4 * LIMIT_MESSAGE_PLACE, false},
	{"text", FORM_LINES, TEXT, false},
	{"phone", FORM_LINE, 1600, false},
	{"email", FORM_LINE, 1600, false},
	{"address", FORM_LINE, 1600, false},
	{"best_time", FORM_LINE, 1600, false},
	/* categories, by their bits; a file, a message and a national number go another way or not at all */
	{"c0", FORM_CODE, 1, false},
	{"c1", FORM_CODE, 1, false},
	{"c2", FORM_CODE, 1, false},
	{"c3", FORM_CODE, 1, false},
	{"c4", FORM_CODE, 1, false},
	{"c5", FORM_CODE, 1, false},
	{"c6", FORM_CODE, 1, false},
	{"c7", FORM_CODE, 1, false},
	{"c8", FORM_CODE, 1, false},
	{"c9", FORM_CODE, 1, false},
	{"c10", FORM_CODE, 1, false},
	{"c11", FORM_CODE, 1, false},
	{"c12", FORM_CODE, 1, false},
	{"c13", FORM_CODE, 1, false},
	{"c14", FORM_CODE, 1, false},
	{"c15", FORM_CODE, 1, false},
	{"c16", FORM_CODE, 1, false},
	{"c18", FORM_CODE, 1, false},
};

static const char *typed(const struct visit *v, const char *name)
{
	return form_value(&v->form, name);
}

/* A number that was not typed is not there, which is not the same as 0. */
static void put_number(const struct visit *v, struct msg *to, unsigned field, const char *name)
{
	if (typed(v, name)[0] != '\0')
		msg_set_u64(to, field, strtoul(typed(v, name), NULL, DECIMAL));
}

static void put_text(struct visit *v, struct msg *to, unsigned field, const char *name)
{
	if (typed(v, name)[0] != '\0')
		msg_set_text(&v->a, to, field, typed(v, name));
}

/* Noon of that day, so that it is the same day where it is read.  What is no day of the calendar is sent as the first there was, which
 * core refuses as past: an act must not go out without the day that somebody meant. */
static void put_day(const struct visit *v, struct msg *to)
{
	int64_t day;

	if (typed(v, "day")[0] == '\0')
		return;
	if (!date_parse(typed(v, "day"), &day))
		day = 0;
	msg_set_u64(to, ACT_NEW_DATE_MS, (uint64_t)day * DAY_MS + DAY_MS / 2);
}

/* A place outside, in words, is meant before one of the list: it takes more to type it. */
static void put_place(struct visit *v, const struct act *act, struct msg *to)
{
	const char *place = typed(v, typed(v, "outside")[0] != '\0' ? "outside" : "place");

	if (place[0] == '\0')
		return;
	if (act_has(act, ACT_WITH_TARGET))
		msg_add_text(&v->a, to, ACT_NEW_TARGETS, place);
	else
		msg_set_text(&v->a, to, ACT_NEW_ALTERNATIVE, place);
}

/* One box for each category: what is ticked is sent, all else is not. */
static void put_share(const struct visit *v, struct msg *to)
{
	uint64_t cats = 0;

	require(msg_kind_of(to) == MSG_ACT_NEW);
	for (size_t i = 0; i < ACT_FIELDS; i++) {
		const char *name = act_fields[i].name;

		if (name[0] == 'c' && name[1] >= '0' && name[1] <= '9' && typed(v, name)[0] == '1')
			cats |= UINT64_C(1) << strtoul(name + 1, NULL, DECIMAL);
	}
	if (cats != 0)
		msg_set_u64(to, ACT_NEW_SHARE, cats);
}

static void put_person(struct visit *v, struct msg *to)
{
	struct msg *person = msg_sub(&v->a, to, ACT_NEW_PERSON);

	require(v->route->post);
	put_text(v, person, PERSON_PHONE, "phone");
	put_text(v, person, PERSON_EMAIL, "email");
	put_text(v, person, PERSON_ADDRESS, "address");
	put_text(v, person, PERSON_BEST_TIME, "best_time");
}

struct msg *act_request(struct visit *v, const struct act *act, bool tried)
{
	struct msg *m = visit_request(v), *to = msg_sub(&v->a, m, REQUEST_ACT);
	const char *name = route_word(v->route, &v->path, "ACT");

	require(act->command != NULL && v->route->post);
	msg_set_text(&v->a, to, ACT_NEW_REF, route_word(v->route, &v->path, "REF"));
	msg_set_u64(to, ACT_NEW_TYPE, act->number);
	put_number(v, to, ACT_NEW_EXPECT, "e");
	if (tried)
		msg_set_u64(m, REQUEST_DRY_RUN, 1);
	if (strcmp(name, "contact") == 0) {
		put_person(v, to);
		return m;
	}
	if (strcmp(name, "recall") == 0) {
		msg_set_text(&v->a, to, ACT_NEW_REASON, "sent-by-mistake");
		return m;
	}
	put_text(v, to, ACT_NEW_TEXT, "text");
	if (act->reasons != MSG_HOLDS_ANY && act_has(act, ACT_WITH_REASON))
		put_text(v, to, ACT_NEW_REASON, "reason");
	if (act_has(act, ACT_WITH_REVIEW | ACT_WITH_DATE | ACT_WITH_DAY))
		put_day(v, to);
	if (act_has(act, ACT_WITH_ALTERNATIVE | ACT_WITH_TARGET))
		put_place(v, act, to);
	if (act_has(act, ACT_WITH_PLACE))
		put_text(v, to, ACT_NEW_PLACE, "at");
	if (act_has(act, ACT_WITH_SHARE))
		put_share(v, to);
	if (act_has(act, ACT_WITH_LATE) && typed(v, "late")[0] == '1')
		msg_set_u64(to, ACT_NEW_LATE, 1);
	if (act_has(act, ACT_WITH_CORRECTS))
		put_number(v, to, ACT_NEW_CORRECTS, "corrects");
	return m;
}

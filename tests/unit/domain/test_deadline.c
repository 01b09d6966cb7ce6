/* SPDX-License-Identifier: EUPL-1.2 */
/* How long everybody is waited for, as the table of states promises it.  Every number stands here once more: who changes
 * one changes what organisations agreed on. */
#include "test.h"

#include <string.h>

#include "base/date.h"
#include "domain/care/acts.h"
#include "domain/referral/deadline.h"
#include "domain/referral/referral.h"

#define DAY ((uint64_t)DAY_MS)

enum { TUESDAY = 3, WEDNESDAY = 4 }; /* of March 2026, in which no country has a holiday */

static struct peer peers[2] = {{.no = 1, .self = true, .country = "NL"},
			       {.no = 2, .country = "UK"}};
static struct node node = {.country = "NL", .peers = peers, .peer_count = 2};

static uint64_t noon(int day)
{
	return (uint64_t)date_day(2026, 3, day) * DAY + DAY / 2;
}

/* The last day of a wait that began on Tuesday, 3 March 2026, at our partner in the United Kingdom. */
static const char *last_day(enum referral_state state, uint8_t role, bool escalated)
{
	static char text[DATE_TEXT];
	struct turn t = {.node = &node, .wall_ms = noon(WEDNESDAY)};
	struct thread th = {.state = (uint8_t)state,
			    .role = role,
			    .peer = 2,
			    .escalated = escalated,
			    .created_ms = noon(TUESDAY),
			    .stored_ms = noon(TUESDAY),
			    .changed_ms = noon(TUESDAY),
			    .since_ms = noon(TUESDAY),
			    .term_days = DEADLINE_TERM_DAYS + DEADLINE_GRACE_DAYS};
	uint64_t due;

	assert_int_equal(deadline_of(&t, &th, &due), ERR_OK);
	if (due == 0)
		return "";
	deadline_day(deadline_place(&t, &th), due, text);
	return text;
}

static void every_state_waits_as_long_as_promised(void **state)
{
	static const struct {
		enum referral_state state;
		const char *first, *second; /* at the sender; after a reminder */
		const char *receiver;	    /* "=": the same */
	} terms[] = {
		/* seven working days: five, and two of grace */
		{REFERRAL_OFFERED, "2026-03-12", "2026-03-12", "="},
		{REFERRAL_NEEDS_INFO, "2026-03-12", "2026-03-12", "="},
		/* ten working days to the first contact, then a reminder and five more */
		{REFERRAL_ACCEPTED, "2026-03-17", "2026-03-10", "="},
		/* on the day that was named, here the first one */
		{REFERRAL_ON_HOLD, "2026-03-03", "2026-03-10", "="},
		/* thirty days without a word */
		{REFERRAL_ACTIVE, "2026-04-02", "2026-03-10", "="},
		/* ten working days for the partner's word on a withdrawal */
		{REFERRAL_WITHDRAW_PENDING, "2026-03-17", "2026-03-17", "="},
		/* thirty days to acknowledge, or to answer a reopening */
		{REFERRAL_OUTCOME, "2026-04-02", "2026-04-02", "="},
		{REFERRAL_REOPEN_PENDING, "2026-04-02", "2026-04-02", "="},
		/* the receiver lets go of what it was shown after seven days */
		{REFERRAL_DECLINED, "", "", "2026-03-10"},
		{REFERRAL_REDIRECTED, "", "", "2026-03-10"},
		{REFERRAL_WITHDRAWN, "", "", "2026-03-10"},
		{REFERRAL_EXPIRED, "", "", "2026-03-10"},
		{REFERRAL_CLOSED, "", "", ""},
		{REFERRAL_REVOKED, "", "", ""},
		{REFERRAL_ERROR, "", "", ""},
		/* whoever went on refers within ten working days */
		{REFERRAL_MOVED, "", "", "2026-03-17"},
		{REFERRAL_DRAFT, "", "", ""},
	};

	(void)state;
	assert_int_equal(sizeof terms / sizeof terms[0], REFERRAL_STATE_COUNT);
	for (size_t i = 0; i < sizeof terms / sizeof terms[0]; i++) {
		const bool same = terms[i].receiver[0] == '=';

		assert_string_equal(last_day(terms[i].state, THREAD_SENDER, false), terms[i].first);
		assert_string_equal(last_day(terms[i].state, THREAD_SENDER, true), terms[i].second);
		assert_string_equal(last_day(terms[i].state, THREAD_RECEIVER, false),
				    same ? terms[i].first : terms[i].receiver);
	}
}

/* Thirty days from a Thursday in March 2026 end on the Saturday before Easter: the Tuesday after it is the last day. */
static void nothing_falls_due_on_a_day_off(void **state)
{
	static const enum referral_state states[] = {REFERRAL_ACTIVE, REFERRAL_OUTCOME};

	(void)state;
	for (size_t i = 0; i < sizeof states / sizeof states[0]; i++) {
		struct turn t = {.node = &node, .wall_ms = noon(TUESDAY) + 2 * DAY};
		struct thread th = {.state = (uint8_t)states[i],
				    .role = THREAD_RECEIVER,
				    .peer = 2,
				    .changed_ms = noon(TUESDAY) + 2 * DAY,
				    .since_ms = noon(TUESDAY) + 2 * DAY};
		char text[DATE_TEXT];
		uint64_t due;

		assert_int_equal(deadline_of(&t, &th, &due), ERR_OK);
		deadline_day("NL", due, text);
		assert_string_equal(text, "2026-04-07");
	}
}

static void an_answer_has_its_term_by_urgency(void **state)
{
	(void)state;
	assert_int_equal(DEADLINE_TERM_DAYS, 5);
	assert_int_equal(DEADLINE_GRACE_DAYS, 2);
	assert_int_equal(DEADLINE_URGENT_DAYS, 1);
	assert_int_equal(DEADLINE_URGENT_GRACE, 1);
	assert_int_equal(DEADLINE_PAUSE_DAYS, 5);  /* while a question is open, once */
	assert_int_equal(DEADLINE_REMIND_DAYS, 1); /* the receiver's own people, again */
	assert_int_equal(LIMIT_TTL_DAYS, 30);	   /* undelivered: nobody waits longer */
	assert_int_equal(LIMIT_DATE_DAYS, 366);
}

static void what_is_not_delivered_is_work_in_time(void **state)
{
	static const char *const last[] = {"2026-03-09", "2026-03-09", "2026-03-05"};

	(void)state;
	for (uint8_t urgency = 0; urgency < 3; urgency++) {
		struct turn t = {.node = &node, .wall_ms = noon(WEDNESDAY)};
		struct thread th = {.state = REFERRAL_OFFERED,
				    .role = THREAD_SENDER,
				    .peer = 2,
				    .urgency = urgency,
				    .created_ms = noon(TUESDAY)};
		char text[DATE_TEXT];
		uint64_t due;

		deadline_day("NL", deadline_delivery(&t, &th), text);
		assert_string_equal(text, last[urgency]);
		assert_int_equal(deadline_of(&t, &th, &due), ERR_OK);
		assert_int_equal(due, noon(TUESDAY) + 30 * DAY); /* signed, and never there */
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_state_waits_as_long_as_promised),
		cmocka_unit_test(nothing_falls_due_on_a_day_off),
		cmocka_unit_test(an_answer_has_its_term_by_urgency),
		cmocka_unit_test(what_is_not_delivered_is_work_in_time),
	};

	return cmocka_run_group_tests_name("deadline", tests, NULL, NULL);
}

/* SPDX-License-Identifier: EUPL-1.2 */
/* daemon/domain/day/today.c: in which order the day is shown, one line for each referral, who is called alike, and of whom nothing
 * is shown. */
#include "test.h"

#include <string.h>

#include "bedcase.h"
#include "domain/day/today.h"
#include "domain/day/worklist.h"
#include "domain/desk/cases.h"
#include "domain/exchange/pair.h"
#include "domain/referral/calendar.h"
#include "domain/referral/states.h"
#include "domain/referral/worklist.h"

enum { URGENT = 2 };

static int setup(void **state)
{
	if (bed_setup(state) != 0)
		return -1;
	bedcase_setup(*state);
	return 0;
}

static struct id16 person(struct bed *b, const char *name, const char *birth)
{
	struct msg *req = msg_new(b->t.arena, MSG_CASE_NEW),
		   *p = msg_sub(b->t.arena, req, CASE_NEW_PERSON),
		   *reply = msg_new(b->t.arena, MSG_REPLY);
	struct id16 id;

	msg_set_text(b->t.arena, p, PERSON_NAME, name);
	if (birth != NULL)
		msg_set_text(b->t.arena, p, PERSON_BIRTH_DATE, birth);
	assert_int_equal(desk_case_new(&b->t, req, reply), ERR_OK);
	assert_true(bytes_unhex(id.b, 16, msg_text(reply, REPLY_ID)));
	return id;
}

/* A referral of this person, without work. */
static struct thread referral(struct bed *b, const struct id16 *who)
{
	(void)bedcase_consent(b, who, BED_PARTNER, 100);
	return bedcase_refer(b, who, BED_PARTNER);
}

/* The end of a day, so many days from today. */
static uint64_t due_in(const struct bed *b, int days)
{
	return calendar_end("NL", calendar_day("NL", b->t.wall_ms) + days);
}

static void work(struct bed *b, struct thread *th, enum work_kind kind, uint64_t due_ms)
{
	th->due_ms = due_ms;
	assert_int_equal(worklist_add(&b->t, th, kind, ""), ERR_OK);
}

static struct msg *ask(struct bed *b, unsigned limit, const char *after)
{
	struct msg *req = msg_new(b->t.arena, MSG_LIST_ASK),
		   *reply = msg_new(b->t.arena, MSG_REPLY);

	msg_set_u64(req, LIST_ASK_LIMIT, limit);
	msg_set_text(b->t.arena, req, LIST_ASK_AFTER, after);
	assert_int_equal(view_today(&b->t, req, reply), ERR_OK);
	return reply;
}

static struct msg *today(struct bed *b)
{
	return ask(b, 0, "");
}

/* The field of all rows, with blanks between. */
static const char *column(struct bed *b, const struct msg *reply, unsigned list, unsigned field)
{
	char *out = arena_alloc(b->t.arena, 400);

	for (size_t i = 0; i < msg_count(reply, list); i++) {
		strcat(out, i == 0 ? "" : " ");
		strcat(out, msg_text(msg_at(reply, list, i), field));
	}
	return out;
}

/* Wednesday: the week has four days left. */
static void wednesday(struct bed *b)
{
	while (date_weekday(calendar_day("NL", b->now_ms)) != 3)
		b->now_ms += DAY_MS;
	(void)bed_turn(b);
}

static void what_presses_stands_first(void **state)
{
	static const struct {
		const char *name;
		int days; /* until it is due; NEVER: no term */
		uint8_t urgency;
	} them[] = {{"Later", 12, 1}, {"Week", 4, 1},  {"Undated", 999, 1},
		    {"Today", 0, 1},  {"Late", -2, 1}, {"Urgent", 3, URGENT}};
	struct bed *b = *state;
	struct msg *reply;

	wednesday(b);
	for (size_t i = 0; i < sizeof them / sizeof them[0]; i++) {
		const struct id16 who = person(b, them[i].name, NULL);
		struct thread th = referral(b, &who);

		th.urgency = them[i].urgency;
		work(b, &th, WORK_FOLLOW_UP, them[i].days == 999 ? 0 : due_in(b, them[i].days));
	}
	reply = today(b);
	assert_string_equal(column(b, reply, REPLY_WORK, WORK_ROW_NAME),
			    "Urgent Late Today Undated Week Later");
	assert_string_equal(column(b, reply, REPLY_WORK, WORK_ROW_GROUP),
			    "week late today undated week later");
	/* page by page it is the same list */
	for (size_t i = 0; i < 3; i++) {
		static const char *const pages[] = {"Urgent Late", "Today Undated", "Week Later"};

		reply = ask(b, 2, i == 0 ? "" : msg_text(reply, REPLY_NEXT));
		assert_int_equal(msg_u64(reply, REPLY_TOTAL), 6);
		assert_string_equal(column(b, reply, REPLY_WORK, WORK_ROW_NAME), pages[i]);
	}
	assert_false(msg_has(reply, REPLY_NEXT));
}

/* Ids are drawn at random here, so of eight rows nobody sees them in order by chance. */
static void what_has_no_term_is_shown_oldest_first(void **state)
{
	static const char order[] = "A B C D E F G H";
	struct bed *b = *state;
	struct thread th[8];
	struct msg *reply, *list;

	for (size_t i = 0; i < 8; i++) {
		const char name[] = {(char)('H' - (int)i), '\0'};
		const struct id16 who = person(b, name, NULL);

		th[i] = referral(b, &who);
	}
	for (size_t i = 8; i-- > 0;) { /* the last referral has been work for longest */
		b->now_ms += 1000;
		(void)bed_turn(b);
		work(b, &th[i], WORK_FOLLOW_UP, 0);
	}
	assert_string_equal(column(b, today(b), REPLY_WORK, WORK_ROW_NAME), order);
	list = msg_new(b->t.arena, MSG_REPLY);
	assert_int_equal(view_worklist(&b->t, msg_new(b->t.arena, MSG_LIST_ASK), list), ERR_OK);
	assert_string_equal(column(b, list, REPLY_WORK, WORK_ROW_NAME), order);
	/* page by page, too, and what is due tomorrow stands behind all of them */
	work(b, &th[7], WORK_FOLLOW_UP, due_in(b, 1));
	reply = ask(b, 4, "");
	assert_string_equal(column(b, reply, REPLY_WORK, WORK_ROW_NAME), "B C D E");
	reply = ask(b, 4, msg_text(reply, REPLY_NEXT));
	assert_string_equal(column(b, reply, REPLY_WORK, WORK_ROW_NAME), "F G H A");
}

static void one_referral_is_one_line(void **state)
{
	struct bed *b = *state;
	const struct id16 who = person(b, "Testpersoon", NULL);
	struct thread th = referral(b, &who);
	struct msg *list = msg_new(b->t.arena, MSG_REPLY);

	work(b, &th, WORK_HOLLOW, 0);
	work(b, &th, WORK_ESCALATED, due_in(b, -1));
	work(b, &th, WORK_UNDELIVERABLE, due_in(b, 5));
	assert_string_equal(column(b, today(b), REPLY_WORK, WORK_ROW_KIND), "escalated");
	assert_int_equal(msg_u64(today(b), REPLY_TOTAL), 1);
	assert_int_equal(view_worklist(&b->t, msg_new(b->t.arena, MSG_LIST_ASK), list), ERR_OK);
	assert_int_equal(msg_count(list, REPLY_WORK), 3);
	assert_string_equal(msg_text(msg_at(list, REPLY_WORK, 0), WORK_ROW_STATE), "offered");
	assert_string_equal(msg_text(msg_at(list, REPLY_WORK, 0), WORK_ROW_NEED), "income-debt");
	assert_string_equal(msg_text(msg_at(list, REPLY_WORK, 0), WORK_ROW_NEXT), "partner");
}

static void who_is_called_alike_has_a_birth_date(void **state)
{
	static const char *const names[][2] = {{"An Janssen", "1980-01-31"},
					       {"jansen,  Án", "1990-12-01"},
					       {"Piet Anders", "1970-05-05"},
					       {"Léa Alleen", NULL},
					       {"Lea Alleen", NULL}};
	struct bed *b = *state;
	struct msg *reply;

	for (size_t i = 0; i < 5; i++) {
		const struct id16 who = person(b, names[i][0], names[i][1]);
		struct thread th = referral(b, &who), again = bedcase_refer(b, &who, BED_PARTNER);

		work(b, &th, WORK_FOLLOW_UP, due_in(b, (int)i));
		work(b, &again, WORK_FOLLOW_UP,
		     due_in(b, 20)); /* the same person is not another one */
	}
	reply = today(b);
	assert_int_equal(msg_count(reply, REPLY_WORK), 10);
	for (size_t i = 0; i < 5; i++) {
		const struct msg *row = msg_at(reply, REPLY_WORK, i);

		assert_string_equal(msg_text(row, WORK_ROW_NAME), names[i][0]);
		assert_string_equal(msg_text(row, WORK_ROW_BIRTH_DATE),
				    i == 2 || names[i][1] == NULL ? "" : names[i][1]);
		assert_int_equal(msg_u64(row, WORK_ROW_ALIKE), i != 2);
	}
}

static void without_work_there_is_what_is_on_its_way(void **state)
{
	struct bed *b = *state;
	const struct id16 who = person(b, "Testpersoon", NULL), other = person(b, "Ander", NULL);
	struct thread th = referral(b, &who);
	struct msg *reply = today(b);

	assert_int_equal(msg_count(reply, REPLY_WORK), 0);
	assert_int_equal(msg_u64(reply, REPLY_WAITING), 1);
	assert_string_equal(column(b, reply, REPLY_REFERRALS, REFERRAL_ROW_NAME), "Testpersoon");
	assert_string_equal(column(b, reply, REPLY_REFERRALS, REFERRAL_ROW_NEXT), "partner");
	assert_true(msg_has(reply, REPLY_DAY));
	/* one that is work already stands once */
	work(b, &th, WORK_UNDELIVERABLE, due_in(b, 0));
	(void)referral(b, &other);
	reply = today(b);
	assert_string_equal(column(b, reply, REPLY_WORK, WORK_ROW_NAME), "Testpersoon");
	assert_string_equal(column(b, reply, REPLY_REFERRALS, REFERRAL_ROW_NAME), "Ander");
	/* and names of both lists are compared */
	for (unsigned i = 0; i < 60; i++) {
		const struct id16 many = person(b, "Test Persoon", "1980-02-03");

		(void)referral(b, &many);
		(void)bed_turn(b);
	}
	reply = today(b);
	assert_int_equal(msg_u64(reply, REPLY_WAITING), 61);
	assert_int_equal(msg_count(reply, REPLY_REFERRALS), 50);
	assert_string_equal(msg_text(msg_at(reply, REPLY_REFERRALS, 49), REFERRAL_ROW_BIRTH_DATE),
			    "1980-02-03");
}

static void of_whom_nothing_may_be_seen_nothing_is_shown(void **state)
{
	struct bed *b = *state;
	struct thread consent = bedcase_consent_came(b, BED_PARTNER, 0x41, 100), th;
	const struct msg *row;
	struct pair *pr;

	th = bedcase_offer_came(b, &consent, 0x42);
	row = msg_at(today(b), REPLY_WORK, 0);
	assert_string_equal(msg_text(row, WORK_ROW_KIND), "answer-due");
	assert_string_equal(msg_text(row, WORK_ROW_NAME), "Testpersoon Ontvangen");
	assert_string_equal(msg_text(row, WORK_ROW_NEED), "income-debt");
	/* withheld: the payload is hidden */
	th = bedcase_thread(b, &th.id);
	th.hidden = true;
	assert_int_equal(thread_save(&b->t, &th), ERR_OK);
	row = msg_at(today(b), REPLY_WORK, 0);
	assert_string_equal(msg_text(row, WORK_ROW_NAME), "");
	assert_string_equal(msg_text(row, WORK_ROW_NEED), "");
	assert_string_equal(msg_text(row, WORK_ROW_HOLLOW), "erased");
	th.hidden = false;
	assert_int_equal(thread_save(&b->t, &th), ERR_OK);
	/* after a loss of state, until the partner was heard */
	b->node->quarantine = true;
	b->node->restored_ms = b->now_ms + DAY_MS;
	assert_int_equal(pair_get(&b->t, BED_PARTNER, &pr), ERR_OK);
	pr->unheard = true;
	row = msg_at(today(b), REPLY_WORK, 0);
	assert_string_equal(msg_text(row, WORK_ROW_NAME), "");
	assert_string_equal(msg_text(row, WORK_ROW_NEED), "");
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, bed_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(what_presses_stands_first),
		T(what_has_no_term_is_shown_oldest_first),
		T(one_referral_is_one_line),
		T(who_is_called_alike_has_a_birth_date),
		T(without_work_there_is_what_is_on_its_way),
		T(of_whom_nothing_may_be_seen_nothing_is_shown),
	};

	return cmocka_run_group_tests_name("today", tests, NULL, NULL);
}

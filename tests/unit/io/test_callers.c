/* SPDX-License-Identifier: EUPL-1.2 */
/* Who is connected where newcomers speak: nobody who proved nothing keeps out somebody else. */
#include "test.h"

#include "io/newcomer/callers.h"

static struct callers c;

static struct caller_from from(uint8_t n)
{
	return (struct caller_from){{4, 192, 0, 2, n}};
}

static int came(int fd, uint8_t n, uint64_t ms)
{
	const struct caller_from f = from(n);

	return callers_came(&c, fd, 0, &f, ms);
}

static struct id16 session_of(uint8_t n)
{
	return (struct id16){{n, 1}};
}

/* Asked and answered in this session. */
static int proves(int fd, uint8_t session, uint64_t ms)
{
	const struct id16 s = session_of(session);
	struct caller *who = callers_of(&c, fd);

	assert_non_null(who);
	assert_int_equal(callers_ask(&c, who, ms), CALLERS_ASK);
	return callers_answered(&c, who, &s, ms);
}

static void one_address_ends_its_own_oldest(void **state)
{
	(void)state;
	callers_init(&c);
	assert_int_equal(came(1000, 2, 1), -1);
	for (int i = 0; i < (int)LIMIT_ONBOARD_ADDRESS; i++)
		assert_int_equal(came(i, 1, 10 + (uint64_t)i), -1);
	assert_int_equal(proves(0, 1, 100), -1);
	/* the one that proved an invite stays, also as the oldest; the other address is not touched */
	assert_int_equal(came(500, 1, 101), 1);
	assert_int_equal(came(501, 1, 102), 2);
	assert_non_null(callers_of(&c, 0));
	assert_non_null(callers_of(&c, 1000));
	assert_null(callers_of(&c, 1));
}

static void the_greediest_address_gives_way_when_all_is_full(void **state)
{
	uint64_t ms = 0;
	int fd = 0;

	(void)state;
	callers_init(&c);
	for (uint8_t n = 0; n < 3; n++)
		for (unsigned i = 0; i < LIMIT_ONBOARD_ADDRESS; i++)
			assert_int_equal(came(fd++, n, ++ms), -1);
	for (unsigned i = 0; i < LIMIT_ONBOARD_ADDRESS; i++) /* as many addresses */
		assert_int_equal(came(fd++, (uint8_t)(100 + i), ++ms), -1);
	assert_int_equal(came(fd, 250, ++ms), 0);
	assert_non_null(callers_of(&c, fd));
	assert_non_null(callers_of(&c, fd - 1));
}

static void whoever_proved_is_ended_for_nobody(void **state)
{
	int fd = 0;

	(void)state;
	callers_init(&c);
	for (unsigned i = 0; i < LIMIT_ONBOARD_ADDRESS; i++) {
		assert_int_equal(came(fd, 1, 1), -1);
		assert_int_equal(proves(fd, (uint8_t)(i / 2 + 1), 2), -1);
		fd++;
	}
	assert_int_equal(came(fd, 1, 3), fd); /* itself, and it has no place */
	assert_null(callers_of(&c, fd));
}

static void a_session_has_its_newest_connections(void **state)
{
	(void)state;
	callers_init(&c);
	for (int fd = 0; fd < 3; fd++) {
		assert_int_equal(came(fd, 1, 10 + (uint64_t)fd), -1);
		assert_int_equal(proves(fd, 7, 20), fd < (int)LIMIT_ONBOARD_SESSION ? -1 : 0);
	}
	assert_null(callers_of(&c, 0));
	assert_non_null(callers_of(&c, 2));
}

/* A handshake goes on over its oldest line: that one was answered just now, and another of it ends. */
static void the_line_answered_just_now_stays(void **state)
{
	(void)state;
	callers_init(&c);
	for (int fd = 0; fd <= (int)LIMIT_ONBOARD_SESSION; fd++)
		assert_int_equal(came(fd, 1, 10 + (uint64_t)fd), -1);
	for (int fd = 1; fd <= (int)LIMIT_ONBOARD_SESSION; fd++)
		assert_int_equal(proves(fd, 7, 20), -1);
	assert_int_equal(proves(0, 7, 21), 1);
	assert_non_null(callers_of(&c, 0));
}

/* Whoever was told that there is nothing for it has proved nothing any more. */
static void an_answer_in_no_session_ends_the_proof(void **state)
{
	struct caller *who;

	(void)state;
	callers_init(&c);
	assert_int_equal(came(1, 1, 0), -1);
	assert_int_equal(proves(1, 7, 1), -1);
	who = callers_of(&c, 1);
	assert_int_equal(callers_ask(&c, who, LIMIT_ONBOARD_UNPROVED_MS), CALLERS_ASK);
	assert_int_equal(callers_late(&c, LIMIT_ONBOARD_UNPROVED_MS), -1);
	assert_int_equal(callers_answered(&c, who, NULL, LIMIT_ONBOARD_UNPROVED_MS), -1);
	assert_int_equal(callers_late(&c, LIMIT_ONBOARD_UNPROVED_MS), 1);
}

static void whoever_says_goodbye_soon_ends(void **state)
{
	(void)state;
	callers_init(&c);
	assert_int_equal(came(1, 1, 0), -1);
	assert_int_equal(proves(1, 7, 1), -1);
	callers_bye(callers_of(&c, 1), 10);
	assert_int_equal(callers_ask(&c, callers_of(&c, 1), 11), CALLERS_IGNORE);
	assert_int_equal(callers_late(&c, 10), -1);
	assert_int_equal(callers_late(&c, LIMIT_ONBOARD_IDLE_MS / 2), 1);
}

/* The end of the one before was not told: it has no place beside the new one. */
static void a_number_given_away_again_is_one_connection(void **state)
{
	(void)state;
	callers_init(&c);
	assert_int_equal(came(1, 1, 0), -1);
	assert_int_equal(came(1, 2, 1), -1);
	callers_went(&c, 1);
	assert_false(callers_any(&c));
}

static void questions_are_few_at_a_time(void **state)
{
	const struct id16 s = session_of(1);
	int fd = 0;

	(void)state;
	callers_init(&c);
	for (uint8_t n = 1; n <= 3; n++)
		for (unsigned i = 0; i <= LIMIT_ONBOARD_ADDRESS_ASKED; i++) {
			enum callers_may want = i < LIMIT_ONBOARD_ADDRESS_ASKED && n < 3
							? CALLERS_ASK
							: CALLERS_WAIT;

			assert_int_equal(came(fd, n, 1), -1);
			assert_int_equal(callers_ask(&c, callers_of(&c, fd), 1), want);
			if (want == CALLERS_ASK) /* one question, one answer */
				assert_int_equal(callers_ask(&c, callers_of(&c, fd), 1),
						 CALLERS_IGNORE);
			fd++;
		}
	assert_int_equal(callers_answered(&c, callers_of(&c, 0), &s, 2), -1);
	assert_int_equal(callers_ask(&c, callers_of(&c, fd - 1), 3), CALLERS_ASK);
}

static void an_address_has_so_many_questions_in_a_second(void **state)
{
	const struct id16 s = session_of(1);

	(void)state;
	callers_init(&c);
	assert_int_equal(came(1, 1, 1), -1);
	assert_int_equal(came(2, 2, 1), -1);
	for (unsigned i = 0; i < LIMIT_ONBOARD_ADDRESS_SECOND; i++) {
		assert_int_equal(callers_ask(&c, callers_of(&c, 1), 1), CALLERS_ASK);
		assert_int_equal(callers_answered(&c, callers_of(&c, 1), &s, 1), -1);
	}
	assert_int_equal(callers_ask(&c, callers_of(&c, 1), 1), CALLERS_WAIT);
	assert_int_equal(callers_ask(&c, callers_of(&c, 2), 1), CALLERS_ASK);
	assert_int_equal(callers_ask(&c, callers_of(&c, 1), 1001), CALLERS_ASK);
}

static void all_addresses_have_so_many_questions_in_a_second(void **state)
{
	(void)state;
	callers_init(&c);
	for (unsigned i = 0; i <= LIMIT_ONBOARD_SECOND; i++) {
		const int fd = (int)(i % 4); /* each of them may ask more than its quarter */
		const struct id16 s = session_of((uint8_t)(fd + 1));

		if (callers_of(&c, fd) == NULL)
			assert_int_equal(came(fd, (uint8_t)fd, 1), -1);
		assert_int_equal(callers_ask(&c, callers_of(&c, fd), 1),
				 i < LIMIT_ONBOARD_SECOND ? CALLERS_ASK : CALLERS_WAIT);
		assert_int_equal(callers_answered(&c, callers_of(&c, fd), &s, 1), -1);
	}
}

static void time_ends_who_says_nothing_or_proves_nothing(void **state)
{
	(void)state;
	callers_init(&c);
	assert_int_equal(came(1, 1, 0), -1);
	assert_int_equal(callers_late(&c, LIMIT_ONBOARD_IDLE_MS - 1), -1);
	assert_int_equal(callers_late(&c, LIMIT_ONBOARD_IDLE_MS), 1);
	assert_false(callers_any(&c));

	assert_int_equal(came(2, 1, 0), -1);
	assert_int_equal(came(3, 1, 0), -1);
	for (uint64_t ms = 0; ms < LIMIT_ONBOARD_UNPROVED_MS; ms += 5000) {
		assert_int_equal(proves(3, 1, ms), -1);
		assert_int_equal(callers_ask(&c, callers_of(&c, 2), ms), CALLERS_ASK);
		assert_int_equal(callers_answered(&c, callers_of(&c, 2), NULL, ms), -1);
		assert_int_equal(callers_late(&c, ms), -1);
	}
	assert_int_equal(callers_late(&c, LIMIT_ONBOARD_UNPROVED_MS), 2);
	assert_int_equal(callers_late(&c, LIMIT_ONBOARD_UNPROVED_MS), -1);
}

static void a_late_answer_is_not_given_to_who_came_after(void **state)
{
	uint16_t line;

	(void)state;
	callers_init(&c);
	assert_int_equal(came(1, 1, 0), -1);
	line = callers_line(&c, callers_of(&c, 1));
	assert_ptr_equal(callers_at(&c, line), callers_of(&c, 1));
	callers_went(&c, 1);
	assert_null(callers_at(&c, line));
	assert_int_equal(came(2, 1, 0), -1); /* at the same place */
	assert_int_equal(callers_line(&c, callers_of(&c, 2)) & 0xff, line & 0xff);
	assert_null(callers_at(&c, line));
	callers_went(&c, 2);
	for (int i = 0; i < 600; i++) { /* the number of a life comes back, and is never 0 */
		assert_int_equal(came(1, 1, 0), -1);
		assert_true(callers_line(&c, callers_of(&c, 1)) > 0xff);
		callers_went(&c, 1);
	}
	assert_null(callers_at(&c, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_address_ends_its_own_oldest),
		cmocka_unit_test(the_greediest_address_gives_way_when_all_is_full),
		cmocka_unit_test(whoever_proved_is_ended_for_nobody),
		cmocka_unit_test(a_session_has_its_newest_connections),
		cmocka_unit_test(the_line_answered_just_now_stays),
		cmocka_unit_test(an_answer_in_no_session_ends_the_proof),
		cmocka_unit_test(whoever_says_goodbye_soon_ends),
		cmocka_unit_test(a_number_given_away_again_is_one_connection),
		cmocka_unit_test(questions_are_few_at_a_time),
		cmocka_unit_test(all_addresses_have_so_many_questions_in_a_second),
		cmocka_unit_test(an_address_has_so_many_questions_in_a_second),
		cmocka_unit_test(time_ends_who_says_nothing_or_proves_nothing),
		cmocka_unit_test(a_late_answer_is_not_given_to_who_came_after),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

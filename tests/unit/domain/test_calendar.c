/* SPDX-License-Identifier: EUPL-1.2 */
/* Working days against the true holidays of several years, written by hand; days against the clocks of the
 * countries; and nothing that anybody sends makes a sum run over. */
#include "test.h"

#include <string.h>

#include "base/date.h"
#include "base/limits.h"
#include "domain/referral/calendar.h"
#include "proto/lists.h"

#define DAY ((uint64_t)DAY_MS)

/* Every holiday of that year on a weekday; what falls on Saturday or Sunday is left out. */
static const struct {
	const char *place;
	int year;
	const char *days;
} known[] = {
	{"NL", 2025, "01-01 04-21 05-05 05-29 06-09 12-25 12-26"},
	{"NL", 2026, "01-01 04-06 04-27 05-14 05-25 12-25"},
	{"NL", 2027, "01-01 03-29 04-27 05-06 05-17"},
	{"NL", 2030, "01-01 04-22 05-30 06-10 12-25 12-26"},
	{"NL", 2035, "01-01 03-26 04-27 05-03 05-14 12-25 12-26"},
	{"BE", 2026, "01-01 04-06 05-01 05-14 05-25 07-21 11-11 12-25"},
	{"BE", 2027, "01-01 03-29 05-06 05-17 07-21 11-01 11-11"},
	{"BE-VLG", 2028, "04-17 05-01 05-25 06-05 07-11 07-21 08-15 11-01 12-25"},
	{"BE-BRU", 2028, "04-17 05-01 05-08 05-25 06-05 07-21 08-15 11-01 12-25"},
	{"BE-WAL", 2027, "01-01 03-29 05-06 05-17 07-21 09-27 11-01 11-11"},
	{"FR", 2026, "01-01 04-06 05-01 05-08 05-14 05-25 07-14 11-11 12-25"},
	{"FR", 2027, "01-01 03-29 05-06 05-17 07-14 11-01 11-11"},
	{"FR-ALS", 2026, "01-01 04-03 04-06 05-01 05-08 05-14 05-25 07-14 11-11 12-25"},
	{"FR-ALS", 2028, "04-14 04-17 05-01 05-08 05-25 06-05 07-14 08-15 11-01 12-25 12-26"},
	{"LU", 2025, "01-01 04-21 05-01 05-09 05-29 06-09 06-23 08-15 12-25 12-26"},
	{"LU", 2026, "01-01 04-06 05-01 05-14 05-25 06-23 12-25"},
	{"DE", 2025, "01-01 04-18 04-21 05-01 05-29 06-09 10-03 12-25 12-26"},
	{"DE", 2026, "01-01 04-03 04-06 05-01 05-14 05-25 12-25"},
	{"DE-BY", 2026, "01-01 01-06 04-03 04-06 05-01 05-14 05-25 06-04 12-25"},
	{"DE-NW", 2028, "04-14 04-17 05-01 05-25 06-05 06-15 10-03 11-01 12-25 12-26"},
	{"DE-SN", 2027, "01-01 03-26 03-29 05-06 05-17 11-17"},
	{"DE-TH", 2027, "01-01 03-26 03-29 05-06 05-17 09-20"},
	{"DE-BE", 2027, "01-01 03-08 03-26 03-29 05-06 05-17"},
	{"UK", 2021, "01-01 04-02 04-05 05-03 05-31 08-30 12-27 12-28"},
	{"UK", 2026, "01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-28"},
	{"UK", 2027, "01-01 03-26 03-29 05-03 05-31 08-30 12-27 12-28"},
	{"UK-ENG", 2028, "01-03 04-14 04-17 05-01 05-29 08-28 12-25 12-26"},
	{"UK-SCT", 2025, "01-01 01-02 04-18 05-05 05-26 08-04 12-01 12-25 12-26"},
	{"UK-SCT", 2027, "01-01 01-04 03-26 05-03 05-31 08-02 11-30 12-27 12-28"},
	{"UK-SCT", 2028, "01-03 01-04 04-14 05-01 05-29 08-07 11-30 12-25 12-26"},
	{"UK-NIR", 2026, "01-01 03-17 04-03 04-06 05-04 05-25 07-13 08-31 12-25 12-28"},
};

static void the_holidays_of_every_country_are_the_true_ones(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
		for (int64_t day = date_day(known[i].year, 1, 1);
		     day < date_day(known[i].year + 1, 1, 1); day++) {
			const int w = date_weekday(day);
			char text[DATE_TEXT];
			bool right;

			date_text(day, text);
			right = w != DATE_SATURDAY && w != DATE_SUNDAY &&
				strstr(known[i].days, text + 5) == NULL;
			if (calendar_is_working(known[i].place, day) != right)
				fail_msg("%s %s: %s", known[i].place, text,
					 right ? "should be a working day" : "should be a holiday");
		}
}

static void every_country_has_a_row_above_and_a_known_name(void **state)
{
	(void)state;
	for (size_t i = 0; i < list_country_count; i++) {
		bool there = false;

		for (size_t k = 0; k < sizeof known / sizeof known[0]; k++)
			there = there || strcmp(known[k].place, list_countries[i].country) == 0;
		assert_true(there);
		assert_true(calendar_known(list_countries[i].country));
	}
	for (size_t k = 0; k < sizeof known / sizeof known[0]; k++)
		assert_true(calendar_known(known[k].place));
	for (size_t i = 0; i < 9; i++)
		assert_false(calendar_known((const char *[]){"ES", "", "N", "nl", "NL-", "NL-X",
							     "BE-V", "BE-VLGX", "XX-BE"}[i]));
}

static void easter_is_where_it_was_and_will_be(void **state)
{
	static const char *const sundays[] = {
		"2024-03-31", "2025-04-20", "2026-04-05", "2027-03-28", "2028-04-16",
		"2029-04-01", "2030-04-21", "2031-04-13", "2032-03-28", "2033-04-17",
		"2034-04-09", "2035-03-25", "2038-04-25"};

	(void)state;
	for (size_t i = 0; i < sizeof sundays / sizeof sundays[0]; i++) {
		int64_t day;

		assert_true(date_parse(sundays[i], &day));
		assert_int_equal(date_easter(date_of(day).year), day);
	}
}

/* A day ends at midnight of its own clock, on the two days a year as well on which that clock changes. */
static void a_day_ends_at_midnight_where_it_is(void **state)
{
	static const struct {
		const char *place;
		int month, day;
		int utc_hour; /* of the midnight after it, on that same day */
	} ends[] = {{"NL", 1, 15, 23},	{"NL", 7, 15, 22},  {"UK", 1, 15, 24},	{"UK", 7, 15, 23},
		    {"BE", 3, 27, 23},	{"BE", 3, 28, 22},  {"UK", 3, 27, 24},	{"UK", 3, 28, 23},
		    {"DE", 10, 30, 22}, {"DE", 10, 31, 23}, {"UK", 10, 30, 23}, {"UK", 10, 31, 24}};

	(void)state;
	for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
		const int64_t day = date_day(2027, ends[i].month, ends[i].day);
		const uint64_t end = calendar_end(ends[i].place, day);

		assert_int_equal(end,
				 (uint64_t)day * DAY + (uint64_t)ends[i].utc_hour * 3600000 - 1);
		assert_int_equal(calendar_day(ends[i].place, end), day);
		assert_int_equal(calendar_day(ends[i].place, end + 1), day + 1);
		assert_int_equal(calendar_day(ends[i].place, calendar_noon(ends[i].place, end)),
				 day);
	}
}

static void a_term_ends_with_its_last_working_day(void **state)
{
	const uint64_t sunday = (uint64_t)date_day(2026, 11, 22) * DAY + DAY / 2;
	const uint64_t christmas = (uint64_t)date_day(2026, 12, 18) * DAY + 15 * 3600000;
	static const char *const last[][2] = {{"UK", "2026-12-31"},
					      {"FR", "2026-12-30"},
					      {"NL", "2026-12-30"},
					      {"UK-SCT", "2026-12-31"}};
	char text[DATE_TEXT];

	(void)state;
	assert_int_equal(calendar_add("NL", sunday, 0), calendar_end("NL", date_day(2026, 11, 22)));
	assert_int_equal(calendar_add("NL", sunday, 1), calendar_end("NL", date_day(2026, 11, 23)));
	assert_int_equal(calendar_add("NL", sunday, 5), calendar_end("NL", date_day(2026, 11, 27)));
	assert_int_equal(calendar_add("NL", sunday, 6), calendar_end("NL", date_day(2026, 11, 30)));
	assert_int_equal(calendar_add_all("NL", sunday, 30),
			 calendar_end("NL", date_day(2026, 12, 22)));
	for (size_t i = 0; i < sizeof last / sizeof last[0]; i++) {
		date_text(calendar_day(last[i][0], calendar_add(last[i][0], christmas, 7)), text);
		assert_string_equal(text, last[i][1]);
	}
	assert_int_equal(calendar_between("NL", sunday, sunday + 8 * DAY), 6);
	assert_int_equal(calendar_between("NL", sunday, sunday), 0);
	assert_int_equal(calendar_between("NL", sunday, sunday - DAY), 0);
}

static void no_number_makes_a_sum_run_over(void **state)
{
	static const uint64_t far[] = {UINT64_MAX, INT64_MAX, UINT64_MAX / 2, UINT64_C(1) << 62,
				       UINT64_C(253402300800000)};

	(void)state;
	for (size_t i = 0; i < sizeof far / sizeof far[0]; i++) {
		const uint64_t end = calendar_add("NL", far[i], UINT32_MAX);
		char text[DATE_TEXT];

		assert_true(end > calendar_end("NL", date_day(9998, 1, 1)) && end < INT64_MAX / 2);
		assert_true(calendar_add_all("UK", far[i], UINT32_MAX) < INT64_MAX / 2);
		(void)calendar_between("BE", 0, far[i]);
		date_text(calendar_day("FR", far[i]), text);
		assert_int_equal(strncmp(text, "999", 3), 0);
	}
	assert_true(calendar_add("XX", 0, 3) > 0); /* nowhere: Monday to Friday, and no crash */
}

static void a_date_is_a_day_that_exists(void **state)
{
	static const char *const bad[] = {"2027-02-30",
					  "2027-02-29",
					  "2027-04-31",
					  "2027-13-01",
					  "2027-00-10",
					  "2027-01-00",
					  "2027-01-32",
					  "1969-12-31",
					  "27-01-15",
					  "2027-1-15",
					  "2027-01-5",
					  "2027/01/15",
					  "2027-01-15 ",
					  " 2027-01-15",
					  "2027-01-15T00:00",
					  "+027-01-15",
					  "2027-+1-15",
					  "15-01-2027",
					  "",
					  "morgen",
					  "2100-02-29",
					  "0000-00-00"};
	static const char *const good[] = {"1970-01-01", "2024-02-29", "2027-02-28",
					   "2000-02-29", "9999-12-31", "2027-12-31"};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		int64_t day;

		if (date_parse(bad[i], &day))
			fail_msg("taken for a date: '%s'", bad[i]);
	}
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		char text[DATE_TEXT];
		int64_t day;

		assert_true(date_parse(good[i], &day));
		date_text(day, text);
		assert_string_equal(text, good[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_holidays_of_every_country_are_the_true_ones),
		cmocka_unit_test(every_country_has_a_row_above_and_a_known_name),
		cmocka_unit_test(easter_is_where_it_was_and_will_be),
		cmocka_unit_test(a_day_ends_at_midnight_where_it_is),
		cmocka_unit_test(a_term_ends_with_its_last_working_day),
		cmocka_unit_test(no_number_makes_a_sum_run_over),
		cmocka_unit_test(a_date_is_a_day_that_exists),
	};

	return cmocka_run_group_tests_name("calendar", tests, NULL, NULL);
}

/* SPDX-License-Identifier: EUPL-1.2 */
/* A day as people write it in four languages; and no guess where there is none. */
#include "test.h"

#include <stdio.h>

#include "client/words/day.h"

static const struct {
	const char *typed, *day; /* NULL: refused */
	enum list_lang lang;
	enum day_fault fault;
} known[] = {
	/* today is Thursday 26 November 2026 */
	{"2027-06-30", "2027-06-30", LIST_NL, DAY_OK},
	{"30-06-2027", "2027-06-30", LIST_NL, DAY_OK},
	{"30/06/2027", "2027-06-30", LIST_FR, DAY_OK},
	{"30.06.2027", "2027-06-30", LIST_DE, DAY_OK},
	{" 30. 6. 2027 ", "2027-06-30", LIST_DE, DAY_OK},
	{"2027/06/30", "2027-06-30", LIST_EN, DAY_OK},
	{"30 juni 2027", "2027-06-30", LIST_NL, DAY_OK},
	{"30 JUNI 2027", "2027-06-30", LIST_NL, DAY_OK},
	{"30. Juni 2027", "2027-06-30", LIST_DE, DAY_OK},
	{"1er juillet 2027", "2027-07-01", LIST_FR, DAY_OK},
	{"1st july 2027", "2027-07-01", LIST_EN, DAY_OK},
	{"15 août 2027", "2027-08-15", LIST_FR, DAY_OK},
	{"15 aout 2027", "2027-08-15", LIST_FR, DAY_OK},
	{"5. März 2027", "2027-03-05", LIST_DE, DAY_OK},
	{"woensdag 30 juni 2027", "2027-06-30", LIST_NL, DAY_OK},
	/* without a year: the next one that comes */
	{"30/06", "2027-06-30", LIST_NL, DAY_OK},
	{"30-6", "2027-06-30", LIST_NL, DAY_OK},
	{"30.6.", "2027-06-30", LIST_DE, DAY_OK},
	{"26/11", "2026-11-26", LIST_NL, DAY_OK},
	{"25/11", "2027-11-25", LIST_NL, DAY_OK},
	{"1 december", "2026-12-01", LIST_NL, DAY_OK},
	{"29 februari", "2028-02-29", LIST_NL, DAY_OK},
	/* words */
	{"vandaag", "2026-11-26", LIST_NL, DAY_OK},
	{"morgen", "2026-11-27", LIST_NL, DAY_OK},
	{"Morgen", "2026-11-27", LIST_DE, DAY_OK},
	{"demain", "2026-11-27", LIST_FR, DAY_OK},
	{"tomorrow", "2026-11-27", LIST_EN, DAY_OK},
	{"overmorgen", "2026-11-28", LIST_NL, DAY_OK},
	{"après-demain", "2026-11-28", LIST_FR, DAY_OK},
	{"uebermorgen", "2026-11-28", LIST_DE, DAY_OK},
	{"aujourd'hui", "2026-11-26", LIST_FR, DAY_OK},
	{"vrijdag", "2026-11-27", LIST_NL, DAY_OK},
	{"vr", "2026-11-27", LIST_NL, DAY_OK},
	{"donderdag", "2026-12-03", LIST_NL, DAY_OK}, /* today's name: in a week */
	{"ma", "2026-11-30", LIST_NL, DAY_OK},
	{"mar", "2026-12-01", LIST_FR, DAY_OK},
	{"sonntag", "2026-11-29", LIST_DE, DAY_OK},
	{"over 2 weken", "2026-12-10", LIST_NL, DAY_OK},
	{"2 weken", "2026-12-10", LIST_NL, DAY_OK},
	{"over een week", "2026-12-03", LIST_NL, DAY_OK},
	{"dans 3 jours", "2026-11-29", LIST_FR, DAY_OK},
	{"in 6 months", "2027-05-26", LIST_EN, DAY_OK},
	{"in einem Jahr", "2027-11-26", LIST_DE, DAY_OK},
	/* a longer word of another of our languages */
	{"tomorrow", "2026-11-27", LIST_NL, DAY_OK},
	{"morgen", "2026-11-27", LIST_EN, DAY_OK},
	/* no such day */
	{"30-02-2027", NULL, LIST_NL, DAY_NONE},
	{"2027-02-30", NULL, LIST_NL, DAY_NONE},
	{"29-02-2027", NULL, LIST_NL, DAY_NONE},
	{"30 februari", NULL, LIST_NL, DAY_NONE},
	{"31-04", NULL, LIST_NL, DAY_NONE},
	{"06-30-2027", NULL, LIST_EN, DAY_NONE},
	{"0-6-2027", NULL, LIST_NL, DAY_NONE},
	{"maandag 30 juni 2027", NULL, LIST_NL, DAY_WEEKDAY},
	{"30-06-27", NULL, LIST_NL, DAY_YEAR},
	{"05-06-07", NULL, LIST_NL, DAY_YEAR},
	{"", NULL, LIST_NL, DAY_UNKNOWN},
	{"ooit", NULL, LIST_NL, DAY_UNKNOWN},
	{"30", NULL, LIST_NL, DAY_UNKNOWN},
	{"2027", NULL, LIST_NL, DAY_UNKNOWN},
	{"ma", NULL, LIST_EN, DAY_UNKNOWN},
	{"over 2 eeuwen", NULL, LIST_NL, DAY_UNKNOWN},
	{"over 9999 weken", NULL, LIST_NL, DAY_UNKNOWN},
	{"30-06-2027-1", NULL, LIST_NL, DAY_UNKNOWN},
	{"2027-1-1x", NULL, LIST_NL, DAY_UNKNOWN},
	{"مساء", NULL, LIST_NL, DAY_UNKNOWN},
	{"06-2027", NULL, LIST_NL, DAY_UNKNOWN},
};

static void a_day_is_read_as_people_write_it(void **state)
{
	const int64_t today = date_day(2026, 11, 26);
	char text[DATE_TEXT];

	(void)state;
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
		int64_t day = 0;
		const enum day_fault f = day_read(known[i].typed, known[i].lang, today, &day);

		if (f != known[i].fault)
			fail_msg("%s: fault %d", known[i].typed, (int)f);
		if (f != DAY_OK)
			continue;
		date_text(day, text);
		if (strcmp(text, known[i].day) != 0)
			fail_msg("%s: %s", known[i].typed, text);
	}
}

/* Every day of the years that count, in every way of writing it, comes back as itself. */
static void every_day_comes_back(void **state)
{
	const int64_t today = date_day(2026, 11, 26);
	static const char between[] = "-/. ";
	char text[40];

	(void)state;
	for (int64_t day = today - 800; day < today + 800; day++)
		for (size_t w = 0; between[w] != '\0'; w++) {
			const struct date d = date_of(day);
			int64_t back = 0;

			(void)snprintf(text, sizeof text, "%02d%c%d%c%d", d.day, between[w],
				       d.month, between[w], d.year);
			assert_int_equal(day_read(text, LIST_NL, today, &back), DAY_OK);
			assert_int_equal(back, day);
		}
}

static const struct {
	const char *typed, *out;
	enum day_fault fault;
} births[] = {
	{"31-01-1980", "1980-01-31", DAY_OK},
	{"1980-01-31", "1980-01-31", DAY_OK},
	{"31 januari 1980", "1980-01-31", DAY_OK},
	{"01-1980", "1980-01", DAY_OK},
	{"1980-01", "1980-01", DAY_OK},
	{"januari 1980", "1980-01", DAY_OK},
	{"1980", "1980", DAY_OK},
	{"5.3.1931", "1931-03-05", DAY_OK},
	{"1931", "1931", DAY_OK},
	{"12-1950", "1950-12", DAY_OK},
	{"26-11-2026", "2026-11-26", DAY_OK},
	{"27-11-2026", "", DAY_TO_COME},
	{"2027", "", DAY_TO_COME},
	{"30-02-1980", "", DAY_NONE},
	{"13-1980", "", DAY_NONE},
	{"1849", "", DAY_NONE},
	{"31-01-80", "", DAY_YEAR},
	{"morgen", "", DAY_UNKNOWN},
	{"80", "", DAY_UNKNOWN},
	{"31-01", "", DAY_UNKNOWN},
	{"vroeger", "", DAY_UNKNOWN},
	{"", "", DAY_UNKNOWN},
};

static void a_birthday_may_be_known_in_part(void **state)
{
	char out[DATE_TEXT];

	(void)state;
	for (size_t i = 0; i < sizeof births / sizeof births[0]; i++) {
		const enum day_fault f = day_birth(births[i].typed, LIST_NL, date_day(2026, 11, 26),
						   out);

		if (f != births[i].fault || (f == DAY_OK && strcmp(out, births[i].out) != 0))
			fail_msg("%s: fault %d, %s", births[i].typed, (int)f, out);
	}
}

/* Every fault has its words in every language, and no two the same. */
static void each_fault_is_said(void **state)
{
	(void)state;
	for (int f = DAY_UNKNOWN; f <= DAY_TO_COME; f++)
		for (int l = 0; l < LIST_LANGS; l++) {
			const char *text = day_fault_text((enum day_fault)f, (enum list_lang)l);

			assert_true(strlen(text) > 10 && strncmp(text, "day-", 4) != 0);
		}
	assert_string_equal(day_fault_text(DAY_OK, LIST_NL), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_day_is_read_as_people_write_it),
		cmocka_unit_test(every_day_comes_back),
		cmocka_unit_test(a_birthday_may_be_known_in_part),
		cmocka_unit_test(each_fault_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

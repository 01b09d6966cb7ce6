/* SPDX-License-Identifier: EUPL-1.2 */
/* A number of 64 bits says any year; what people are shown of it is a day that can be. */
#include "test.h"

#include "base/limits.h"
#include "domain/documents/dates.h"

#define DAY   UINT64_C(86400000)
#define HEARD UINT64_C(1795881600000) /* 2026-11-28 */

static void a_day_ahead_lies_ahead(void **state)
{
	const uint64_t last = HEARD + LIMIT_DATE_DAYS * DAY;

	(void)state;
	assert_int_equal(dates_ahead(HEARD, 0), 0);
	assert_int_equal(dates_ahead(HEARD, 1), 0); /* 1970 */
	assert_int_equal(dates_ahead(HEARD, HEARD - (LIMIT_RETAIN_DAYS + 1) * DAY), 0);
	/* it was under way for long */
	assert_int_equal(dates_ahead(HEARD, HEARD - LIMIT_TTL_DAYS * DAY),
			 HEARD - LIMIT_TTL_DAYS * DAY);
	assert_int_equal(dates_ahead(HEARD, HEARD + 3 * DAY), HEARD + 3 * DAY);
	assert_int_equal(dates_ahead(HEARD, last + 1), last);
	assert_int_equal(dates_ahead(HEARD, UINT64_MAX), last);
}

static void what_was_did_not_come_later_than_it_was_heard(void **state)
{
	(void)state;
	assert_int_equal(dates_past(HEARD, 0), HEARD);
	assert_int_equal(dates_past(HEARD, 1), HEARD);
	assert_int_equal(dates_past(HEARD, HEARD - 900 * DAY), HEARD - 900 * DAY);
	assert_int_equal(dates_past(HEARD, HEARD + DAY / 24), HEARD + DAY / 24); /* its clock */
	assert_int_equal(dates_past(HEARD, HEARD + 2 * DAY), HEARD);
	assert_int_equal(dates_past(HEARD, UINT64_MAX), HEARD);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_day_ahead_lies_ahead),
		cmocka_unit_test(what_was_did_not_come_later_than_it_was_heard),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: EUPL-1.2 */
#include "domain/care/calendar.h"

#include "base/check.h"
#include "proto/lists.h"

enum { DAY_MS = 86400000, HOUR_MS = 3600000, SUNDAY = 0, SATURDAY = 6, SPAN_MAX = 20000 };

struct date {
	int year, month, day;
};

/* Civil calendar from days since 1970 and back (proleptic Gregorian, eras of 400 years). */
static struct date date_of(int64_t day)
{
	int64_t z = day + 719468, era = (z >= 0 ? z : z - 146096) / 146097;
	int64_t doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;
	struct date d = {(int)(yoe + era * 400), (int)(mp < 10 ? mp + 3 : mp - 9),
			 (int)(doy - (153 * mp + 2) / 5 + 1)};

	if (d.month <= 2)
		d.year++;
	return d;
}

static int64_t day_of(int year, int month, int day)
{
	int64_t y = month <= 2 ? year - 1 : year, era = (y >= 0 ? y : y - 399) / 400;
	int64_t yoe = y - era * 400;
	int64_t doy = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;

	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

static int weekday(int64_t day)
{
	return (int)((day % 7 + 11) % 7); /* 1970-01-01 was a Thursday */
}

/* Easter Sunday by the rule of Gauss and Meeus. */
static int64_t easter(int year)
{
	int a = year % 19, b = year / 100, c = year % 100, d = b / 4, e = b % 4;
	int f = (b + 8) / 25, g = (b - f + 1) / 3, h = (19 * a + b - d - g + 15) % 30;
	int i = c / 4, k = c % 4, l = (32 + 2 * e + 2 * i - h - k) % 7;
	int m = (a + 11 * h + 22 * l) / 451, n = h + l - 7 * m + 114;

	return day_of(year, n / 31, n % 31 + 1);
}

static int64_t last_sunday(int year, int month)
{
	int64_t day = day_of(year, month, 31); /* March and October have 31 days */

	return day - weekday(day);
}

int64_t calendar_day(uint64_t ms)
{
	const int year = date_of((int64_t)(ms / DAY_MS)).year;
	const int64_t from = last_sunday(year, 3) * DAY_MS + HOUR_MS;
	const int64_t to = last_sunday(year, 10) * DAY_MS + HOUR_MS;
	const int64_t at = (int64_t)ms;
	const int64_t local = at + (at >= from && at < to ? 2 : 1) * (int64_t)HOUR_MS;

	return local / DAY_MS;
}

static bool rule_hits(const struct holiday_rule *r, const struct date *d, int64_t day)
{
	switch (r->kind) {
	case HOLIDAY_DATE:
		return r->month == d->month && r->day == d->day;
	case HOLIDAY_EASTER:
		return day == easter(d->year) + r->day;
	case HOLIDAY_KING: { /* 27 April, the day before when that is a Sunday */
		int64_t king = day_of(d->year, 4, 27);

		return day == (weekday(king) == SUNDAY ? king - 1 : king);
	}
	}
	return false;
}

bool calendar_is_working(const char *country, int64_t day)
{
	const struct date d = date_of(day);

	if (weekday(day) == SATURDAY || weekday(day) == SUNDAY)
		return false;
	for (size_t i = 0; i < list_holiday_count; i++) {
		const struct holiday_rule *r = &list_holidays[i];

		if (r->country[0] == country[0] && r->country[1] == country[1] &&
		    rule_hits(r, &d, day))
			return false;
	}
	return true;
}

uint64_t calendar_add(const char *country, uint64_t from_ms, uint32_t days)
{
	int64_t day = calendar_day(from_ms);

	require(days < SPAN_MAX);
	while (days > 0)
		if (calendar_is_working(country, ++day))
			days--;
	return (uint64_t)(day + 1) * DAY_MS -
	       HOUR_MS; /* midnight in winter, an hour later in summer */
}

uint32_t calendar_between(const char *country, uint64_t a_ms, uint64_t b_ms)
{
	int64_t day = calendar_day(a_ms);
	const int64_t end = calendar_day(b_ms);
	uint32_t n = 0;

	while (day < end && n < SPAN_MAX)
		n += calendar_is_working(country, ++day) ? 1 : 0;
	return n;
}

/* SPDX-License-Identifier: EUPL-1.2 */
/* Dates without time zones: a day is a count since 1970-01-01, a date is a day in words.  Deadlines are days, so that
 * neither summer time nor the zone of a server moves one. */
#include "base/date.h"

#include <assert.h>
#include <string.h>

#include "base/check.h"

static_assert(DATE_TEXT == sizeof "2027-01-15", "ten characters and their end");
static_assert(DATE_YEAR_MIN < DATE_YEAR_MAX && DATE_YEAR_MAX <= 9999, "a year has four digits");

/* Civil calendar from days since 1970 and back (proleptic Gregorian, eras of 400 years). */
struct date date_of(int64_t day)
{
	int64_t z = day + 719468, era = (z >= 0 ? z : z - 146096) / 146097;
	/* The year begins in March here, so that the leap day is the last day and no month after it
	 * moves. */
	int64_t doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;
	struct date d = {(int)(yoe + era * 400), (int)(mp < 10 ? mp + 3 : mp - 9),
			 (int)(doy - (153 * mp + 2) / 5 + 1)};

	if (d.month <= 2)
		d.year++;
	return d;
}

int64_t date_day(int year, int month, int day)
{
	int64_t y = month <= 2 ? year - 1 : year, era = (y >= 0 ? y : y - 399) / 400;
	int64_t yoe = y - era * 400;
	int64_t doy = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;

	/* months may lie a little outside of the year: a holiday that hangs on Easter has month 0 */
	require(month >= 0 && month <= 14);
	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

int date_weekday(int64_t day)
{
	/* % keeps the sign in C: days before 1970 would give negative weekdays without the 7 that
	 * is added. */
	return (int)((day % 7 + 11) % 7); /* 1970-01-01 was a Thursday */
}

/* By the rule of Gauss and Meeus. */
int64_t date_easter(int year)
{
	int a = year % 19, b = year / 100, c = year % 100, d = b / 4, e = b % 4;
	int f = (b + 8) / 25, g = (b - f + 1) / 3, h = (19 * a + b - d - g + 15) % 30;
	int i = c / 4, k = c % 4, l = (32 + 2 * e + 2 * i - h - k) % 7;
	int m = (a + 11 * h + 22 * l) / 451, n = h + l - 7 * m + 114;

	return date_day(year, n / 31, n % 31 + 1);
}

/* count digits from text; -1: something else stands there. */
static int digits(const char *text, int count)
{
	int v = 0;

	require(count > 0 && count <= 9);
	for (int i = 0; i < count; i++) {
		if (text[i] < '0' || text[i] > '9')
			return -1;
		v = v * 10 + (text[i] - '0');
	}
	return v;
}

bool date_read(const char *text, int from_year, int64_t *day)
{
	struct date d, back;

	/* The length first: the places below are read without asking again. */
	if (strlen(text) != DATE_TEXT - 1 || text[4] != '-' || text[7] != '-')
		return false;
	d = (struct date){digits(text, 4), digits(text + 5, 2), digits(text + 8, 2)};
	if (d.year < from_year || d.month < 1 || d.month > 12 || d.day < 1)
		return false;
	*day = date_day(d.year, d.month, d.day);
	back = date_of(*day); /* 30 February comes back as 2 March */
	return back.month == d.month && back.day == d.day;
}

bool date_parse(const char *text, int64_t *day)
{
	return date_read(text, DATE_YEAR_MIN, day);
}

static void put_digits(char *at, int count, int v)
{
	require(v >= 0);
	while (count-- > 0) {
		at[count] = (char)('0' + v % 10);
		v /= 10;
	}
}

void date_text(int64_t day, char out[DATE_TEXT])
{
	const int64_t first = date_day(DATE_YEAR_MIN, 1, 1), last = date_day(DATE_YEAR_MAX, 12, 31);
	/* A day outside of four digits is shown as the nearest that has them: the buffer has a
	 * fixed length. */
	const struct date d = date_of(day < first ? first : day > last ? last : day);

	put_digits(out, 4, d.year);
	put_digits(out + 5, 2, d.month);
	put_digits(out + 8, 2, d.day);
	out[4] = out[7] = '-';
	out[DATE_TEXT - 1] = '\0';
}

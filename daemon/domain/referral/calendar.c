/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Working days and midnights by the rules of config/holidays, for each place its own.  A place that is not known counts
 * Monday to Friday by Central European time, which is never relied on: who makes a deadline asks calendar_known first.
 * Every function is pure and total; days are counted from 1970-01-01 and may lie far ahead.
 */
#include "domain/referral/calendar.h"

#include "base/check.h"

#include <limits.h>
#include <string.h>

#include "base/date.h"
#include "proto/lists.h"

enum { HOUR_MS = 3600000, SPAN_MAX = 20000, CENTRAL_EUROPE = 1 };

/* Nothing that a partner or a person sends makes a sum run over: time ends with the year 9999. */
static int64_t bounded(uint64_t ms)
{
	const int64_t last = date_day(DATE_YEAR_MAX, 1, 1) * DAY_MS;

	return ms < (uint64_t)last ? (int64_t)ms : last;
}

bool calendar_known(const char *place)
{
	return list_has_place(place);
}

static int64_t last_sunday(int year, int month)
{
	int64_t day = date_day(year, month, 31); /* March and October have 31 days */

	return day - date_weekday(day);
}

/* Local time minus UTC.  Both rules, of EU and of UK, change at 01:00 UTC. */
static int64_t offset(const char *place, int64_t at)
{
	const struct holiday_country *c = list_country(place);
	const int year = date_of(at / DAY_MS).year;
	const int64_t from = last_sunday(year, 3) * DAY_MS + HOUR_MS;
	const int64_t to = last_sunday(year, 10) * DAY_MS + HOUR_MS;

	return ((c == NULL ? CENTRAL_EUROPE : c->utc_hours) + (at >= from && at < to ? 1 : 0)) *
	       (int64_t)HOUR_MS;
}

int64_t calendar_day(const char *place, uint64_t ms)
{
	const int64_t at = bounded(ms);

	require(place != NULL);
	return (at + offset(place, at)) / DAY_MS;
}

uint64_t calendar_end(const char *place, int64_t day)
{
	const int64_t midnight = (day + 1) * DAY_MS; /* no zone changes its clock at midnight */

	require(place != NULL);
	return (uint64_t)(midnight - offset(place, midnight - HOUR_MS) - 1);
}

uint64_t calendar_noon(const char *place, uint64_t ms)
{
	require(place != NULL);
	return (uint64_t)calendar_day(place, ms) * DAY_MS + DAY_MS / 2;
}

/* A holiday on a weekend that is made up for on the next days. */
static int64_t moved(const struct holiday_rule *r, int64_t day)
{
	const int w = date_weekday(day);

	if (w != DATE_SATURDAY && w != DATE_SUNDAY)
		return day;
	if (r->kind == HOLIDAY_MOVED_PAIR) /* the other of the two is made up for as well */
		return day + 2;
	return day + (w == DATE_SATURDAY ? 2 : 1);
}

/* A day that is asked about, with what several rules need of it. */
struct asked {
	int64_t day, easter; /* easter: of its year */
	struct date date;
};

/* A place whose days are asked one after another: where its country's rules stand among those of all, and the year in which
 * Easter is known already. */
struct looked {
	const char *place;
	const struct holiday_rule *first, *end;
	int year;
	int64_t easter;
};

/* By hand: this is asked of every rule there is. */
static bool of_country(const struct holiday_rule *r, const char *place)
{
	return r->country[0] == place[0] && r->country[1] == place[1];
}

/* Once for a term and not for each of its days: most rules there are belong to other countries.  A place without any has an empty
 * range. */
static struct looked look(const char *place)
{
	struct looked l = {.place = place, .year = INT_MIN};

	require(place != NULL);
	for (size_t i = 0; i < list_holiday_count; i++) {
		if (!of_country(&list_holidays[i], place))
			continue;
		if (l.first == NULL)
			l.first = &list_holidays[i];
		l.end = &list_holidays[i + 1];
	}
	return l;
}

static bool rule_hits(const struct holiday_rule *r, const struct asked *a)
{
	const struct date *d = &a->date;

	switch (r->kind) {
	case HOLIDAY_DATE:
		return d->month == r->month && d->day == r->day;
	case HOLIDAY_FIFTH_YEAR:
		return d->month == r->month && d->day == r->day && d->year % 5 == 0;
	case HOLIDAY_EASTER:
		return a->day == a->easter + r->day;
	case HOLIDAY_MOVED:
	case HOLIDAY_MOVED_PAIR:
		return a->day == moved(r, date_day(d->year, r->month, r->day));
	case HOLIDAY_WEEKDAY: { /* the first one from that date on */
		const int64_t on = date_day(d->year, r->month, r->day);

		return date_weekday(a->day) == r->weekday && a->day >= on && a->day < on + 7;
	}
	}
	return false;
}

/* Regions are a list of those that have the holiday, or with "!" of those that do not. */
static bool rule_holds(const struct holiday_rule *r, const char *place)
{
	const char *region;

	if (!of_country(r, place))
		return false;
	if (r->regions[0] == '\0')
		return true;
	region = list_region(place);
	return r->regions[0] == '!' ? !list_word(r->regions + 1, region)
				    : list_word(r->regions, region);
}

/* Easter only where the year is another one than that of the day before: a country has half a dozen days that move with it. */
static bool works(struct looked *l, int64_t day)
{
	struct asked a = {.day = day};

	if (date_weekday(day) == DATE_SATURDAY || date_weekday(day) == DATE_SUNDAY)
		return false;
	a.date = date_of(day);
	if (a.date.year != l->year) {
		l->year = a.date.year;
		l->easter = date_easter(l->year);
	}
	a.easter = l->easter;
	/* the range may hold those of others too, should the list ever be in another order: rule_holds asks again */
	for (const struct holiday_rule *r = l->first; r != l->end; r++)
		if (rule_hits(r, &a) && rule_holds(r, l->place))
			return false;
	return true;
}

bool calendar_is_working(const char *place, int64_t day)
{
	struct looked l = look(place);

	return works(&l, day);
}

uint64_t calendar_add(const char *place, uint64_t from_ms, uint32_t days)
{
	int64_t day = calendar_day(place, from_ms);
	struct looked l = look(place);

	for (uint32_t left = days < SPAN_MAX ? days : SPAN_MAX; left > 0;)
		if (works(&l, ++day))
			left--;
	return calendar_end(place, day);
}

uint64_t calendar_add_all(const char *place, uint64_t from_ms, uint32_t days)
{
	return calendar_end(place,
			    calendar_day(place, from_ms) + (days < SPAN_MAX ? days : SPAN_MAX));
}

uint32_t calendar_between(const char *place, uint64_t a_ms, uint64_t b_ms)
{
	int64_t day = calendar_day(place, a_ms);
	const int64_t end = calendar_day(place, b_ms);
	struct looked l = look(place);
	uint32_t n = 0;

	for (int i = 0; day < end && i < SPAN_MAX; i++)
		n += works(&l, ++day) ? 1 : 0;
	return n;
}

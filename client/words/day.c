/* SPDX-License-Identifier: EUPL-1.2 */
/* A day as people write it.  What was typed is brought to words and numbers with a hyphen between them (text_slug), so that
 * 30/06/2027, 30.6.2027 and "30 juni 2027" are one grammar, and capitals and accents do not matter.  The day comes before the
 * month in all our languages.  Nothing is guessed: 05-06-07 and 30-02 are refused with what is wrong. */
#include "client/words/day.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/check.h"
#include "base/text.h"

enum { TYPED_MAX = 80, PARTS_MAX = 5, OTHER_WORD_MIN = 4, YEARS_AHEAD = 8, BORN_FROM = 1850 };
enum { AHEAD_MAX = 3660 }; /* "in N days": ten years are enough for anything here */

struct typed {
	char words[TYPED_MAX];
	char *part[PARTS_MAX];
	size_t count;
	enum list_lang lang;
};

int64_t day_today(void)
{
	const time_t now = time(NULL);
	struct tm tm;

	if (localtime_r(&now, &tm) == NULL)
		return (int64_t)now / 86400;
	return date_day(tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
}

/* ---- words ---- */

/* Is it one of the words, parted by commas, of this row? */
static bool one_of(const char *words, const char *slug)
{
	char word[TYPED_MAX], plain[TYPED_MAX];

	for (size_t n; *words != '\0'; words += n + (words[n] == ',' ? 1 : 0)) {
		n = strcspn(words, ",");
		require(n < sizeof word);
		memcpy(word, words, n);
		word[n] = '\0';
		if (text_slug(plain, sizeof plain, word) && strcmp(plain, slug) == 0)
			return true;
	}
	return false;
}

/* Short words mean other things elsewhere (ma is Monday here and Tuesday there): only of the user's own language. */
static bool is_word(enum list_lang lang, const char *code, const char *slug)
{
	if (one_of(list_text(LIST_DAYS, lang, code), slug))
		return true;
	for (int l = 0; strlen(slug) >= OTHER_WORD_MIN && l < LIST_LANGS; l++)
		if (one_of(list_text(LIST_DAYS, (enum list_lang)l, code), slug))
			return true;
	return false;
}

/* The place of the word among these codes, from 0; -1: it is none of them. */
static int which(enum list_lang lang, const char *const codes[], int count, const char *slug)
{
	for (int i = 0; i < count; i++)
		if (one_of(list_text(LIST_DAYS, lang, codes[i]), slug))
			return i;
	for (int i = 0; i < count; i++)
		if (is_word(lang, codes[i], slug))
			return i;
	return -1;
}

/* 0 Sunday, as date_weekday() counts; -1: it is no day of the week. */
static int weekday_of(enum list_lang lang, const char *slug)
{
	static const char *const codes[] = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};

	return which(lang, codes, 7, slug);
}

/* Up to four digits; 1er, 1st and 3rd are days too.  -1: no number. */
static int number(const char *part)
{
	const size_t n = strspn(part, "0123456789");
	int v = 0;

	if (n == 0 || n > 4)
		return -1;
	for (size_t i = 0; i < n; i++)
		v = v * 10 + (part[i] - '0');
	part += n;
	return *part == '\0' || (n <= 2 && (strcmp(part, "er") == 0 || strcmp(part, "e") == 0 ||
					    strcmp(part, "st") == 0 || strcmp(part, "nd") == 0 ||
					    strcmp(part, "rd") == 0 || strcmp(part, "th") == 0))
		       ? v
		       : -1;
}

/* By its number or its name; -1. */
static int month_of(enum list_lang lang, const char *part)
{
	static const char *const codes[] = {"jan", "feb", "mar", "apr", "may", "jun",
					    "jul", "aug", "sep", "oct", "nov", "dec"};
	const int i = which(lang, codes, 12, part);

	return i >= 0 ? i + 1 : number(part);
}

/* ---- days ---- */

/* A day of the calendar: 30 February comes back as 2 March. */
static bool exists(int year, int month, int day, int64_t *out)
{
	struct date back;

	if (month < 1 || month > 12 || day < 1 || day > 31)
		return false;
	*out = date_day(year, month, day);
	back = date_of(*out);
	return back.month == month && back.day == day;
}

/* The next one that comes; 29 February may be seven years away. */
static enum day_fault without_year(int day, int month, int64_t today, int64_t *out)
{
	const int year = date_of(today).year;

	for (int i = 0; i <= YEARS_AHEAD; i++)
		if (exists(year + i, month, day, out) && *out >= today)
			return DAY_OK;
	return DAY_NONE;
}

/* So many months later, on the same day or on the last one of a shorter month. */
static int64_t months_later(int64_t today, int months)
{
	const struct date d = date_of(today);
	const int month = d.month - 1 + months;
	int64_t out = 0;
	int day = d.day;

	while (!exists(d.year + month / 12, month % 12 + 1, day, &out))
		day--;
	require(day > 0);
	return out;
}

/* "over 2 weken", "2 weken", "over een maand": the parts behind the first word. */
static bool later(const struct typed *t, int64_t today, int64_t *out)
{
	static const char *const units[] = {"day", "week", "month", "year"};
	size_t i = is_word(t->lang, "in", t->part[0]) ? 1 : 0;
	int n, unit;

	if (t->count != i + 2)
		return false;
	n = is_word(t->lang, "one", t->part[i]) ? 1 : number(t->part[i]);
	unit = which(t->lang, units, 4, t->part[i + 1]);
	if (n < 0 || unit < 0 ||
	    n * (unit == 0   ? 1
		 : unit == 1 ? 7
		 : unit == 2 ? 31
			     : 366) >
		    AHEAD_MAX)
		return false;
	*out = unit == 0   ? today + n
	       : unit == 1 ? today + (int64_t)n * 7
			   : months_later(today, unit == 2 ? n : 12 * n);
	return true;
}

/* Day and month, with or without the year behind them, or 2027-06-30. */
static enum day_fault numbers(const struct typed *t, size_t from, int64_t today, int64_t *out)
{
	const size_t count = t->count - from;
	char *const *p = t->part + from;
	int day, month, year = -1;

	if (count != 2 && count != 3)
		return DAY_UNKNOWN;
	if (count == 3 && strlen(p[0]) == 4 && number(p[0]) >= 0) {
		year = number(p[0]);
		month = number(p[1]);
		day = number(p[2]);
	} else {
		day = number(p[0]);
		month = month_of(t->lang, p[1]);
		year = count == 3 ? number(p[2]) : -1;
		if (count == 3 && year >= 0 && strlen(p[2]) != 4 && day >= 0 && month >= 0)
			return DAY_YEAR;
	}
	if (day < 0 || month < 0 || (count == 3 && year < 0) ||
	    (count == 2 && (strlen(p[0]) > 2 || month > 99)))
		return DAY_UNKNOWN;
	if (count == 2)
		return without_year(day, month, today, out);
	return exists(year, month, day, out) ? DAY_OK : DAY_NONE;
}

/* False: too long, or more words than any day has. */
static bool split(struct typed *t, const char *text, enum list_lang lang)
{
	char *save = NULL;

	*t = (struct typed){.lang = lang};
	if (!text_slug(t->words, sizeof t->words, text) || t->words[0] == '\0')
		return false;
	for (char *p = strtok_r(t->words, "-", &save); p != NULL; p = strtok_r(NULL, "-", &save)) {
		if (t->count == PARTS_MAX)
			return false;
		t->part[t->count++] = p;
	}
	return t->count > 0;
}

/* Words first: "morgen" is no month, and a day of the week alone is no date. */
enum day_fault day_read(const char *text, enum list_lang lang, int64_t today, int64_t *day)
{
	static const char *const near[] = {"today", "tomorrow", "day-after"};
	char whole[TYPED_MAX];
	struct typed t;
	enum day_fault fault;
	int n, on;

	require(text != NULL && day != NULL && lang < LIST_LANGS);
	if (!text_slug(whole, sizeof whole, text) || !split(&t, text, lang))
		return DAY_UNKNOWN;
	n = which(lang, near, 3, whole);
	if (n >= 0) {
		*day = today + n;
		return DAY_OK;
	}
	if (later(&t, today, day))
		return DAY_OK;
	on = weekday_of(lang, t.part[0]);
	if (on >= 0 && t.count == 1) { /* today's name means in a week */
		*day = today + 1 + (on - date_weekday(today + 1) + 7) % 7;
		return DAY_OK;
	}
	fault = numbers(&t, on >= 0 ? 1 : 0, today, day);
	return fault == DAY_OK && on >= 0 && date_weekday(*day) != on ? DAY_WEEKDAY : fault;
}

/* Four digits; -1: it is none. */
static int year_of(const char *part)
{
	return strlen(part) == 4 ? number(part) : -1;
}

/* date_text begins with the clock's first year, and people were born before. */
static void born_text(int64_t day, char out[DATE_TEXT])
{
	const struct date d = date_of(day);

	(void)snprintf(out, DATE_TEXT, "%04u-%02u-%02u", (unsigned)d.year % 10000,
		       (unsigned)d.month % 100, (unsigned)d.day % 100);
}

/* The parts that are known and nothing filled up: who is born in 1980 is not born on 1 January. */
enum day_fault day_birth(const char *text, enum list_lang lang, int64_t today, char out[DATE_TEXT])
{
	const struct date now = date_of(today);
	enum day_fault fault = DAY_OK;
	struct typed t;
	int64_t day = 0;
	int year = -1, month = 1;

	require(text != NULL && out != NULL);
	if (!split(&t, text, lang))
		return DAY_UNKNOWN;
	if (t.count == 1) {
		year = year_of(t.part[0]);
	} else if (t.count == 2) { /* 1980-01, 01-1980, januari 1980 */
		const size_t y = year_of(t.part[0]) >= 0 ? 0 : 1;

		year = year_of(t.part[y]);
		month = month_of(lang, t.part[1 - y]);
	} else {
		fault = numbers(&t, 0, today, &day);
		if (fault != DAY_OK)
			return fault;
		year = date_of(day).year;
	}
	if (year < 0 || month < 0)
		return DAY_UNKNOWN;
	if (year < BORN_FROM || month < 1 || month > 12)
		return DAY_NONE;
	if (t.count < 3 && !exists(year, month, 1, &day))
		return DAY_NONE;
	if (day > today || year > now.year)
		return DAY_TO_COME;
	born_text(day, out);
	out[t.count == 1 ? 4 : t.count == 2 ? 7 : 10] = '\0';
	return DAY_OK;
}

/* One row of the list for each fault. */
const char *day_fault_text(enum day_fault fault, enum list_lang lang)
{
	static const char *const codes[] = {
		[DAY_UNKNOWN] = "day-unknown", [DAY_NONE] = "day-none",
		[DAY_WEEKDAY] = "day-weekday", [DAY_YEAR] = "day-year",
		[DAY_TO_COME] = "day-to-come",
	};

	require(fault <= DAY_TO_COME);
	return fault == DAY_OK ? "" : list_text(LIST_DAYS, lang, codes[fault]);
}

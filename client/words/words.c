/* SPDX-License-Identifier: EUPL-1.2 */
/* Words come from lists and never from the machine's locale: the language is the reader's choice, and the same node is read
 * in four of them. */
#include "client/words/words.h"

#include <string.h>
#include <time.h>

#include "base/check.h"
#include "base/date.h"
#include "base/text.h"

enum { HOUR_S = 3600, DAY_S = 86400, NAME_LEN = 64, ANY_YEAR = 1 };

enum fill_plural words_plural(enum list_lang lang)
{
	return lang == LIST_FR ? FILL_ZERO_IS_ONE_TOO : FILL_ONE_IS_ONE;
}

const char *words_of(enum list_lang lang, const char *key)
{
	require(key != NULL);
	return list_text(LIST_SAY, lang, key);
}

void words_say(enum list_lang lang, FILE *to, const char *key, const struct fill *values)
{
	require(to != NULL && key != NULL);
	fill_print(to, words_of(lang, key), values, words_plural(lang));
}

char *words_into(enum list_lang lang, char *out, size_t cap, const char *key,
		 const struct fill *values)
{
	require(out != NULL && key != NULL);
	return fill_text(out, cap, words_of(lang, key), values, words_plural(lang));
}

const char *words_errno(enum list_lang lang, int number)
{
	const char *name = strerrorname_np(number);

	return list_text(LIST_ERRORS, lang, name == NULL ? "unknown error" : name);
}

const char *words_colon(enum list_lang lang)
{
	return words_of(lang, "colon");
}

const char *words_semicolon(enum list_lang lang)
{
	return words_of(lang, "semicolon");
}

const char *words_help(enum list_lang lang, const char *noun, const char *verb)
{
	char key[NAME_LEN];

	require(noun != NULL);
	(void)snprintf(key, sizeof key, "%s%s%s", noun, verb == NULL ? "" : " ",
		       verb == NULL ? "" : verb);
	/* a row for each command: lint */
	return list_has(LIST_COMMANDS, key) ? list_text(LIST_COMMANDS, lang, key) : "";
}

/* A row of this command goes before that of all; a field of a person is called as it is called elsewhere. */
const char *words_option(enum list_lang lang, const char *noun, const char *verb, const char *name)
{
	char key[96], field[NAME_LEN];
	const char *every = key;

	require(noun != NULL && name != NULL);
	(void)snprintf(key, sizeof key, "%.20s%s%.20s --%.40s", noun, verb == NULL ? "" : " ",
		       verb == NULL ? "" : verb, name);
	if (list_has(LIST_OPTIONS, key))
		return list_text(LIST_OPTIONS, lang, key);
	every = strstr(key, " --") + 1;
	if (list_has(LIST_OPTIONS, every))
		return list_text(LIST_OPTIONS, lang, every);
	(void)snprintf(field, sizeof field, "%s", name);
	for (char *p = field; *p != '\0'; p++)
		*p = (char)(*p == '-' ? '_' : *p);
	return list_has(LIST_PERSON, field) ? list_text(LIST_PERSON, lang, field) : "";
}

const char *const words_national[] = {"national-BE", "national-DE", "national-FR", "national-LU",
				      "national-NL", "national-UK", NULL};

/* Whoever reads it has a number of one country in hand, and knows it by that country's name. */
const char *words_called(enum list_lang lang, const char *country, enum list_id list,
			 const char *code)
{
	require(country != NULL && code != NULL);
	if ((list == LIST_PERSON && strcmp(code, "national_number") == 0) ||
	    (list == LIST_CATEGORIES && strcmp(code, "national-number") == 0))
		for (size_t i = 0; words_national[i] != NULL; i++)
			if (strncmp(words_national[i] + sizeof "national-" - 1, country, 2) == 0)
				return words_of(lang, words_national[i]);
	return list_text(list, lang, code);
}

const char *words_beside_need(enum list_lang lang, const char *called, const char *need,
			      char out[WORDS_SHORT])
{
	require(called != NULL && need != NULL);
	if (need[0] == '\0' || strcmp(called, list_text(LIST_NEEDS, lang, need)) != 0)
		return called;
	return fill_text(out, WORDS_SHORT, list_text(LIST_DIALOGUE, lang, "preview-noted"),
			 FILL({"field", called, 0}), words_plural(lang));
}

/* Names are capitals; brackets, dots and what else stands there is the same in every language. */
void words_arguments(enum list_lang lang, const char *words, char *out, size_t cap)
{
	static const char capitals[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
	size_t len = 0;

	require(words != NULL && out != NULL && cap > 0);
	for (const char *p = words; *p != '\0';) {
		const size_t n = strspn(p, capitals);
		char name[NAME_LEN] = "";
		const char *shown = name;

		memcpy(name, p, n == 0 || n >= sizeof name ? 1 : n);
		if (n > 0)
			shown = list_text(LIST_ARGUMENTS, lang, name);
		for (; *shown != '\0' && len + 1 < cap; shown++)
			out[len++] = *shown;
		p += strlen(name);
	}
	out[len] = '\0';
}

/* ---- days and moments ---- */

static char *pattern(enum list_lang lang, const char *code, const struct fill *values,
		     char out[WORDS_SHORT])
{
	return fill_text(out, WORDS_SHORT, list_text(LIST_DATES, lang, code), values,
			 words_plural(lang));
}

char *words_day(enum list_lang lang, const char *text, char out[WORDS_SHORT])
{
	static const char *const days[] = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};
	static const char *const months[] = {"jan", "feb", "mar", "apr", "may", "jun",
					     "jul", "aug", "sep", "oct", "nov", "dec"};
	struct date d;
	int64_t day;

	require(text != NULL && out != NULL);
	if (!date_read(text, ANY_YEAR, &day)) { /* people are older than the clock's first day */
		(void)snprintf(out, WORDS_SHORT, "%s", text[0] == '\0' ? "-" : text);
		return out;
	}
	d = date_of(day);
	return pattern(lang, "day-pattern",
		       FILL({"weekday", list_text(LIST_DATES, lang, days[date_weekday(day)]), 0},
			    {"day", NULL, (uint64_t)d.day},
			    {"month", list_text(LIST_DATES, lang, months[d.month - 1]), 0},
			    {"year", NULL, (uint64_t)d.year}),
		       out);
}

/* In all our languages the day of the week stands first. */
char *words_date(enum list_lang lang, const char *text, char out[WORDS_SHORT])
{
	const char *blank;

	(void)words_day(lang, text, out);
	blank = strcmp(out, text) == 0 ? NULL : strchr(out, ' ');
	if (blank != NULL)
		memmove(out, blank + 1, strlen(blank));
	return out;
}

char *words_day_of(enum list_lang lang, uint64_t ms, char out[WORDS_SHORT])
{
	const time_t s = (time_t)(ms / 1000);
	char text[DATE_TEXT] = "";
	struct tm tm;

	require(out != NULL);
	if (ms != 0 && localtime_r(&s, &tm) != NULL)
		date_text(date_day(tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday), text);
	return words_day(lang, text, out);
}

static char *moment(enum list_lang lang, const char *code, const struct tm *tm,
		    char out[WORDS_SHORT])
{
	char day[3], month[3], hour[3], minute[3];

	(void)strftime(day, sizeof day, "%d", tm);
	(void)strftime(month, sizeof month, "%m", tm);
	(void)strftime(hour, sizeof hour, "%H", tm);
	(void)strftime(minute, sizeof minute, "%M", tm);
	return pattern(lang, code,
		       FILL({"day", day, 0}, {"month", month, 0},
			    {"year", NULL, (uint64_t)tm->tm_year + 1900}, {"hour", hour, 0},
			    {"minute", minute, 0}),
		       out);
}

char *words_moment(enum list_lang lang, uint64_t ms, char out[WORDS_SHORT])
{
	const time_t s = (time_t)(ms / 1000);
	struct tm tm;

	require(out != NULL);
	if (ms != 0 && localtime_r(&s, &tm) != NULL)
		return moment(lang, "moment-pattern", &tm, out);
	(void)snprintf(out, WORDS_SHORT, "-");
	return out;
}

char *words_clock(enum list_lang lang, uint64_t ms, char out[WORDS_SHORT])
{
	const time_t s = (time_t)(ms / 1000), now = time(NULL);
	struct tm tm, today;

	require(out != NULL);
	if (ms != 0 && localtime_r(&s, &tm) != NULL && localtime_r(&now, &today) != NULL &&
	    tm.tm_yday == today.tm_yday && tm.tm_year == today.tm_year)
		return moment(lang, "clock-pattern", &tm, out);
	return words_moment(lang, ms, out);
}

/* ---- numbers ---- */

char *words_length(enum list_lang lang, uint64_t s, char out[WORDS_SHORT])
{
	const uint64_t days = (s + DAY_S / 2) / DAY_S, hours = (s + HOUR_S / 2) / HOUR_S;

	if (s >= DAY_S - HOUR_S / 2)
		return pattern(lang, "days", FILL({"n", NULL, days}), out);
	if (s >= 2 * HOUR_S - HOUR_S / 2)
		return pattern(lang, "hours", FILL({"n", NULL, hours}), out);
	return pattern(lang, "minutes", FILL({"n", NULL, (s + 30) / 60}), out);
}

char *words_thousandths(enum list_lang lang, uint64_t milli, char out[WORDS_SHORT])
{
	char part[8];

	require(out != NULL);
	(void)snprintf(part, sizeof part, "%03u", (unsigned)(milli % 1000));
	return pattern(lang, "decimal-pattern",
		       FILL({"whole", NULL, milli / 1000}, {"part", part, 0}), out);
}

/* From ten thousand kB on as MB, so that a number is short enough to be read at a glance. */
char *words_size(enum list_lang lang, uint64_t bytes, char out[WORDS_SHORT])
{
	const uint64_t kib = (bytes + 1023) / 1024;
	const bool small = kib < 10240;

	require(out != NULL);
	(void)snprintf(out, WORDS_SHORT, "%llu %s", (unsigned long long)(small ? kib : kib >> 10),
		       words_of(lang, small ? "unit-kib" : "unit-mib"));
	return out;
}

/* As a name in a command line is read, too: "TÉLÉPHONE", "Téléphone" and "telephone" are one word. */
bool words_same(struct span typed, struct span ours)
{
	char text[WORDS_LONG], a[WORDS_LONG], b[WORDS_LONG];
	const struct span both[] = {typed, ours};
	char *const to[] = {a, b};

	if (typed.len == 0 || ours.len == 0)
		return false;
	/* signs such as ? are words as they stand */
	if (typed.len == ours.len && memcmp(typed.p, ours.p, ours.len) == 0)
		return true;
	for (size_t i = 0; i < 2; i++) {
		if (both[i].len >= sizeof text)
			return false;
		memcpy(text, both[i].p, both[i].len);
		text[both[i].len] = '\0';
		if (!text_slug(to[i], sizeof a, text) || to[i][0] == '\0')
			return false;
	}
	return strcmp(a, b) == 0;
}

/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Every reading of what was typed is tried, and the best one counts: a number may be a birth year, a part of a telephone number
 * or of a case's number.  What is short fits many by chance, so birth dates and case numbers begin with four signs.
 */
#include "domain/people/query.h"

#include <assert.h>
#include <string.h>

#include "base/check.h"

enum { SOUGHT_LEAST = 4, DIALLED_LEAST = 2, DATE = 10, WHOLE_NUMBER = 9, COUNTRY_CODE = 3 };

/* ---- what was typed ---- */

static void split(struct query *q)
{
	const char *s = q->name;
	size_t joined = 0;

	while (*s != '\0') {
		const size_t n = strcspn(s, " ");

		memcpy(q->joined + joined, s, n);
		joined += n;
		if (q->word_count < QUERY_WORDS) {
			const bool small = fold_particle(s, n);

			q->words[q->word_count].at = s;
			q->words[q->word_count].len = n;
			q->words[q->word_count++].particle = small;
			q->meant += !small;
		}
		s += n + (s[n] == ' ' ? 1 : 0);
	}
	q->joined[joined] = '\0';
}

static bool only(const char *s, size_t n, const char *signs)
{
	for (size_t i = 0; i < n; i++)
		if (strchr(signs, s[i]) == NULL)
			return false;
	return n > 0;
}

static bool is_digits(const char *s, size_t n)
{
	return only(s, n, "0123456789");
}

/* 1980-01-31 or its beginning; 31-01-1980, 31/1/1980, 31.1.1980 as well. */
static bool date_of(const char *s, size_t n, char out[DATE + 1])
{
	size_t a = 0, b = 0;

	if (n >= SOUGHT_LEAST && n <= DATE && is_digits(s, 4) &&
	    (n == 4 || (s[4] == '-' && only(s, n, "0123456789-")))) {
		memcpy(out, s, n);
		out[n] = '\0';
		return true;
	}
	while (a < n && s[a] >= '0' && s[a] <= '9')
		a++;
	while (a + 1 + b < n && s[a + 1 + b] >= '0' && s[a + 1 + b] <= '9')
		b++;
	if (a < 1 || a > 2 || b < 1 || b > 2 || n != a + b + 6 || strchr("-/.", s[a]) == NULL ||
	    s[a + 1 + b] != s[a] || !is_digits(s + n - 4, 4))
		return false;
	memcpy(out, s + n - 4, 4);
	memcpy(out + 4, "-00-00", sizeof "-00-00");
	memcpy(out + 7 - b, s + a + 1, b);
	memcpy(out + 10 - a, s, a);
	return true;
}

/* What is dialled: digits, and what people put between them. */
static void dialled(struct query *q, const char *typed)
{
	uint64_t v[FOLD_PHONES];

	if (!only(typed, strlen(typed), "0123456789 +-./()"))
		return;
	fold_phones(v, typed);
	if (fold_number(q->digits, v[0]) < DIALLED_LEAST)
		q->digits[0] = '\0';
	else
		q->dialled = v[0];
}

/* The first digits of a case's number; capitals are as good. */
static void numbered(struct query *q, const char *typed)
{
	const size_t n = strlen(typed);

	if (n < SOUGHT_LEAST || n >= sizeof q->number || !only(typed, n, "0123456789abcdefABCDEF"))
		return;
	for (size_t i = 0; i < n; i++)
		q->number[i] = (char)(typed[i] >= 'A' && typed[i] <= 'F' ? typed[i] + 32
									 : typed[i]);
}

/* What a row must have to fit by its name: each word of it; small words only where nothing else was typed, as in name_fits.  To fit by a
 * telephone: the digits, of a long one without the code of a country, which a row does not have. */
static void letters_of(struct query *q)
{
	const size_t typed = strlen(q->digits), code = typed >= WHOLE_NUMBER ? COUNTRY_CODE : 0;

	for (size_t i = 0; i < q->word_count; i++)
		if (!q->words[i].particle || q->meant == 0)
			q->letters |= fold_pairs(q->words[i].at, q->words[i].len);
	q->want.letters = q->letters;
	q->want.ways = q->word_count == 0 ? 0 : INDEX_BY_NAME;
	if (typed == 0)
		return;
	q->dialled_pairs = fold_pairs(q->digits + code, typed - code);
	q->want.digits = q->dialled_pairs;
	q->want.ways |= INDEX_BY_PHONE;
}

/* The year stands first, whatever else was typed of the date. */
static void born_in(struct query *q)
{
	uint32_t year = 0;

	if (q->born[0] == '\0')
		return;
	for (size_t i = 0; i < 4; i++)
		year = year * 10 + (uint32_t)(q->born[i] - '0');
	q->want.ways |= INDEX_BY_BIRTH;
	q->want.born_from = year * 10000;
	q->want.born_below = (year + 1) * 10000;
}

/* Its first four digits, as bytes. */
static void numbered_in(struct query *q)
{
	static const char digits[] = "0123456789abcdef";

	static_assert(SOUGHT_LEAST == 4, "a number that was typed has two bytes");
	if (q->number[0] == '\0')
		return;
	q->want.ways |= INDEX_BY_NUMBER;
	for (size_t i = 0; i < SOUGHT_LEAST; i++)
		q->want.behind = (uint16_t)(q->want.behind << 4 |
					    (strchr(digits, q->number[i]) - digits));
}

void query_of(struct query *q, const char *typed)
{
	const char *last;
	char name[2 * FOLD_MAX];
	size_t n = strlen(typed);

	memset(q, 0, sizeof *q);
	while (n > 0 && typed[n - 1] == ' ')
		n--;
	for (last = typed + n; last > typed && last[-1] != ' ';)
		last--;
	dialled(q, typed);
	numbered(q, typed);
	if (date_of(last, (size_t)(typed + n - last), q->born) && last > typed &&
	    q->digits[0] == '\0' && (size_t)(last - typed) < sizeof name) {
		memcpy(name, typed, (size_t)(last - typed));
		name[last - typed] = '\0';
		typed = name;
		q->name_too = true;
	} else if (last > typed) {
		q->born[0] = '\0';
	}
	(void)fold_name(q->name, typed);
	split(q);
	letters_of(q);
	if (q->name_too)
		return; /* the name alone decides who is asked for a birth date */
	born_in(q);
	numbered_in(q);
}

/* ---- how it fits ---- */

/* One word of the query in the words of a name. */
static enum query_fit word_fits(const char *word, size_t len, const char *name)
{
	enum query_fit best = QUERY_NOT;

	for (const char *s = name; *s != '\0';) {
		const size_t n = strcspn(s, " ");

		if (n >= len && memcmp(s, word, len) == 0) {
			if (n == len)
				return QUERY_EXACT;
			best = QUERY_BEGINS;
		} else if (n > len && best == QUERY_NOT) {
			for (size_t i = 1; i + len <= n; i++)
				if (s[i] == word[0] && memcmp(s + i, word, len) == 0) {
					best = QUERY_PART;
					break;
				}
		}
		s += n + (s[n] == ' ' ? 1 : 0);
	}
	return best;
}

/* Vandenberg, van den Berg: as if no blanks were there. */
static bool joined_fits(const char *joined, const char *name)
{
	char all[FOLD_MAX + 1];
	size_t n = 0;

	if (strchr(name, joined[0]) == NULL)
		return false;
	for (; *name != '\0'; name++)
		if (*name != ' ')
			all[n++] = *name;
	all[n] = '\0';
	return strstr(all, joined) != NULL;
}

/* Words that carry the name, without the small ones between them. */
static size_t meant_words(const char *name)
{
	size_t count = 0;

	for (const char *s = name; *s != '\0';) {
		const size_t n = strcspn(s, " ");

		count += !fold_particle(s, n);
		s += n + (s[n] == ' ' ? 1 : 0);
	}
	return count;
}

static enum query_fit name_fits(const struct query *q, const char *name)
{
	enum query_fit worst = QUERY_EXACT;

	if (q->word_count == 0 || name[0] == '\0')
		return QUERY_NOT;
	for (size_t i = 0; i < q->word_count && worst != QUERY_NOT; i++) {
		enum query_fit fit = word_fits(q->words[i].at, q->words[i].len, name);

		/* a small word counts only where it is all that was typed */
		if (q->words[i].particle && q->meant > 0 && fit != QUERY_EXACT)
			fit = QUERY_EXACT;
		if (fit > worst)
			worst = fit;
	}
	if (worst == QUERY_NOT)
		return joined_fits(q->joined, name) ? QUERY_PART : QUERY_NOT;
	if (worst == QUERY_EXACT && meant_words(name) > q->meant)
		return QUERY_BEGINS;
	return worst;
}

static enum query_fit phone_fits(const struct query *q, const struct index_entry *e)
{
	enum query_fit best = QUERY_NOT;
	const size_t typed = strlen(q->digits);

	for (size_t i = 0; typed > 0 && i < FOLD_PHONES && e->phones[i] != 0; i++) {
		char at[FOLD_NUMBER];

		if (e->phones[i] == q->dialled)
			return QUERY_EXACT;
		(void)fold_number(at, e->phones[i]);
		/* with the code of the country, and without a sign before it */
		if (strstr(at, q->digits) != NULL ||
		    (typed >= WHOLE_NUMBER && strlen(at) + 1 < typed &&
		     strlen(at) + COUNTRY_CODE >= typed &&
		     strcmp(q->digits + typed - strlen(at), at) == 0))
			best = QUERY_PART;
	}
	return best;
}

static enum query_fit born_fits(const struct query *q, const struct index_entry *e)
{
	const uint32_t parts[] = {e->born / 10000, e->born / 100 % 100, e->born % 100};
	char text[DATE + 1] = "0000";
	size_t n = 4;

	if (q->born[0] == '\0' || e->born == 0)
		return QUERY_NOT;
	for (size_t i = 4, v = parts[0]; i-- > 0; v /= 10)
		text[i] = (char)('0' + v % 10);
	for (size_t i = 1; i < 3 && parts[i] != 0; i++, n += 3) {
		text[n] = '-';
		text[n + 1] = (char)('0' + parts[i] / 10);
		text[n + 2] = (char)('0' + parts[i] % 10);
	}
	text[n] = '\0';
	if (strncmp(text, q->born, strlen(q->born)) != 0)
		return QUERY_NOT;
	return strcmp(text, q->born) == 0 ? QUERY_EXACT : QUERY_PART;
}

static enum query_fit number_fits(const struct query *q, const struct index_entry *e)
{
	const uint8_t *id = e->id.b + INDEX_BEHIND_TIME;
	size_t i = 0;

	require(strlen(q->number) <= 2 * (sizeof e->id.b - INDEX_BEHIND_TIME));
	while (q->number[i] != '\0' &&
	       q->number[i] == "0123456789abcdef"[i % 2 == 0 ? id[i / 2] >> 4 : id[i / 2] & 15])
		i++;
	return i > 0 && q->number[i] == '\0' ? QUERY_EXACT : QUERY_NOT;
}

static enum query_fit better(enum query_fit a, enum query_fit b)
{
	return a < b ? a : b;
}

/* A number that was typed whole ends as the row's does, or is a part of a longer one. */
static bool phone_may(const struct query *q, const struct index_entry *e)
{
	const bool whole = q->dialled >= UINT64_C(100000000);

	static_assert(WHOLE_NUMBER == 9, "the least number of so many digits");
	if (q->dialled == 0 || (e->digits & q->dialled_pairs) != q->dialled_pairs)
		return false;
	for (size_t i = 0; i < FOLD_PHONES; i++)
		if (e->phones[i] != 0 && (!whole || e->phones[i] / 10 >= q->dialled ||
					  e->phones[i] % 1000 == q->dialled % 1000))
			return true;
	return false;
}

bool query_may(const struct query *q, const struct index_entry *e)
{
	const bool letters = (e->letters & q->letters) == q->letters;

	if (q->name_too)
		return letters && born_fits(q, e) != QUERY_NOT;
	return letters || phone_may(q, e) || born_fits(q, e) != QUERY_NOT ||
	       number_fits(q, e) != QUERY_NOT;
}

enum query_fit query_fits(const struct query *q, const struct index_entry *e)
{
	const enum query_fit name = name_fits(q, e->name), born = born_fits(q, e);

	require(q->word_count <= QUERY_WORDS);
	if (q->name_too) /* the date narrows the name down */
		return born == QUERY_NOT ? QUERY_NOT : name;
	return better(better(name, born), better(phone_fits(q, e), number_fits(q, e)));
}

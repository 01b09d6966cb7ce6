/* SPDX-License-Identifier: EUPL-1.2 */
#include "proto/person_kind.h"

#include <stddef.h>
#include <string.h>

#include "base/date.h"
#include "proto/fields.h"

enum { BORN_FROM = 1850 };

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_small(char c)
{
	return c >= 'a' && c <= 'z';
}

bool person_lines(unsigned field)
{
	switch (field) {
	case PERSON_NAME:
	case PERSON_BIRTH_DATE:
	case PERSON_LANGUAGE:
	case PERSON_PHONE:
	case PERSON_EMAIL:
	case PERSON_BEST_TIME:
	case PERSON_DO_NOT_CONTACT:
	case PERSON_NATIONAL_NUMBER:
		return false;
	default:
		return true;
	}
}

bool person_day(const char *text)
{
	static const char rest[] =
		"0000-01-01"; /* of whom the year or the month is all that is known */
	char whole[DATE_TEXT];
	const size_t n = strlen(text);
	int64_t day;

	if (n != 4 && n != 7 && n != 10)
		return false;
	memcpy(whole, rest, sizeof whole);
	memcpy(whole, text, n);
	return date_read(whole, BORN_FROM, &day);
}

/* nl, ary, nl-BE, sr-Latn: as BCP 47 writes them. */
static bool language(const char *s)
{
	size_t n = 0;

	while (is_small(s[n]))
		n++;
	if (n != 2 && n != 3)
		return false;
	for (s += n; *s != '\0'; s += n) {
		if (*s++ != '-')
			return false;
		for (n = 0; is_small(s[n]) || is_digit(s[n]) || (s[n] >= 'A' && s[n] <= 'Z');)
			n++;
		if (n < 2 || n > 8)
			return false;
	}
	return true;
}

static bool email(const char *s)
{
	const char *at = strchr(s, '@');

	return at != NULL && at != s && at[1] != '\0' && strchr(at + 1, '@') == NULL;
}

const char *person_fault(unsigned field, const char *text, const char **remedy)
{
	const bool number = strpbrk(text, "0123456789") != NULL;

	*remedy = "";
	if (text[0] == '\0')
		return NULL;
	if (!person_lines(field) && strpbrk(text, "\n\r\t") != NULL)
		return "has one line";
	if (field == PERSON_BIRTH_DATE && !person_day(text)) {
		*remedy = "like 1980-01-31, 1980-01 or 1980";
		return "is not a day that exists";
	}
	if (field == PERSON_LANGUAGE && !language(text)) {
		*remedy = "two or three small letters, like nl, fr, ar or zgh";
		return "is not the code of a language";
	}
	if (field == PERSON_PHONE && !number) {
		*remedy = "like 0113-123456 or +31 113 123456";
		return "has no digit";
	}
	if (field == PERSON_EMAIL && (strchr(text, ' ') != NULL || !email(text))) {
		*remedy = "like jan@voorbeeld.invalid, without blanks";
		return "is not an address for e-mail";
	}
	if (field == PERSON_NATIONAL_NUMBER && !number) {
		*remedy = "as it stands on the card";
		return "has no digit";
	}
	return NULL;
}

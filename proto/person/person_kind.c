/* SPDX-License-Identifier: EUPL-1.2 */
/* What a text about a person must look like, by its field: asked by the client before a line is sent and by the node again,
 * because anybody may speak to its socket.  It finds slips (a birthday in the field of the telephone), never whether something
 * is true, and it refuses nothing that a real person might have: numbers of any country, languages of three letters, a birthday
 * of which the year alone is known. */
#include "proto/person/person_kind.h"

#include <stddef.h>
#include <string.h>

#include "base/check.h"
#include "base/date.h"
#include "base/text.h"
#include "proto/schema.h"

/* Earlier is a mistyped century. */
enum { BORN_FROM = 1850 };

static_assert((int)BORN_FROM < (int)DATE_YEAR_MIN, "people are older than the clock's first day");

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_small(char c)
{
	return c >= 'a' && c <= 'z';
}

/* What lists show in one line may not: a second one could look like another row. */
bool person_lines(unsigned field)
{
	const struct schema *s = &schema_table[MSG_PERSON];

	for (unsigned i = 0; i < s->count; i++)
		if (s->fields[i].number == field)
			return s->fields[i].text == TEXT_LINES;
	return false;
}

bool person_day(const char *text)
{
	static const char rest[] =
		"0000-01-01"; /* of whom the year or the month is all that is known */
	char whole[DATE_TEXT];
	const size_t n = strlen(text);
	int64_t day;

	static_assert(sizeof rest == sizeof whole, "a year alone is filled up to a day");
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

/* Something, one @, something: stricter rules refuse addresses that work. */
static bool email(const char *s)
{
	const char *at = strchr(s, '@');

	return at != NULL && at != s && at[1] != '\0' && strchr(at + 1, '@') == NULL;
}

const char *person_fault(unsigned field, const char *text, const char **remedy)
{
	uint32_t at;
	bool number;

	require(text != NULL && remedy != NULL);
	number = strpbrk(text, "0123456789") != NULL;
	/* An empty text is a field that is taken out again, and always right. */
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
	if (field == PERSON_PHONE && text_phone_fault(text, &at) != NULL) {
		*remedy = "like 0113-123456 or +31 113 123456 x12";
		return text_phone_fault(text, &at);
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

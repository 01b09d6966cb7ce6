/* SPDX-License-Identifier: EUPL-1.2 */
/* Decoded once and here: whoever decodes twice reads two things out of one address, and a library that writes C strings ends
 * one at %00. */
#include "web/form.h"

#include <assert.h>
#include <string.h>

#include "base/check.h"
#include "base/limits_screens.h"
#include "base/text.h"

enum { FIRST_PRINTED = 0xa0 }; /* behind the two rows of control characters */

static_assert(LIMIT_FORM <= UINT16_MAX + 1u, "the size of a field fits its table");

/* Both ways of writing a digit: browsers write capitals, people who copy an address may not. */
static int digit_of(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* What may stand in an address or a form without a % in front; browsers code all else. */
static bool bare(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       strchr("-._~*!$'(),;:@/?", c) != NULL;
}

/* plus: a blank, as forms have it.  False: a byte that stands for nothing, or no room. */
static bool decode(struct span s, bool plus, char *out, size_t cap, size_t *len)
{
	*len = 0;
	for (size_t i = 0; i < s.len; i++) {
		uint8_t c = s.p[i];

		if (*len + 1 >= cap)
			return false;
		if (c == '%') {
			const int high = i + 2 < s.len ? digit_of(s.p[i + 1]) : -1;
			const int low = i + 2 < s.len ? digit_of(s.p[i + 2]) : -1;

			if (high < 0 || low < 0)
				return false;
			c = (uint8_t)(high << 4 | low);
			if (c == 0)
				return false;
			i += 2;
		} else if (c == '+' && plus) {
			c = ' ';
		} else if (c == 0 || !bare(c)) {
			return false;
		}
		out[(*len)++] = (char)c;
	}
	out[*len] = '\0';
	return true;
}

/* CR LF is how a browser ends a line of a text. */
static void unify_lines(char *s)
{
	size_t n = 0;

	for (size_t i = 0; s[i] != '\0'; i++)
		if (s[i] != '\r' || s[i + 1] != '\n')
			s[n++] = s[i];
	s[n] = '\0';
}

/* What nobody typed and nobody sees comes along when a text is copied out of another program.  It is left out: whoever wrote a page of
 * text must not lose it for that.  A blank of a table, and the ends of lines that other programs have, become those of a form.  all: also
 * what would be refused. */
static void strip(enum text_class class, char *s, bool all)
{
	char *to = s;

	for (size_t left = strlen(s); left > 0;) {
		uint32_t c = 0;
		size_t at = 0, n;
		const bool sound = text_fault(class, span_of(s, left), &at) == NULL;

		n = sound ? left : at;
		memmove(to, s, n);
		to += n;
		s += n;
		left -= n;
		if (left == 0)
			break;
		n = text_next((const uint8_t *)s, left, &c);
		if (c == '\t' || c == '\v' || c == '\f')
			*to++ = class == TEXT_LINE ? ' ' : '\n';
		else if (!all && (n == 0 || c < FIRST_PRINTED)) /* stays, and is refused */
			*to++ = *s;
		n = n == 0 ? 1 : n;
		s += n;
		left -= n;
	}
	*to = '\0';
}

/* Held against its row: a text is one that may be stored and shown, before any page looks at it. */
static bool fits(const struct form_field *field, char *value)
{
	size_t len = strlen(value);

	if (field->kind == FORM_LINES)
		unify_lines(value);
	if (field->kind == FORM_LINES || field->kind == FORM_LINE) {
		strip(field->kind == FORM_LINE ? TEXT_LINE : TEXT_LINES, value, false);
		len = strlen(value);
	}
	if (len > field->max)
		return false;
	switch (field->kind) {
	case FORM_LINE:
	case FORM_SECRET:
		return text_fault(TEXT_LINE, span_of(value, len), NULL) == NULL;
	case FORM_LINES:
		return text_fault(TEXT_LINES, span_of(value, len), NULL) == NULL;
	case FORM_CODE:
		return text_fault(TEXT_CODE, span_of(value, len), NULL) == NULL;
	case FORM_NUMBER:
		return value[strspn(value, "0123456789")] == '\0';
	}
	return false;
}

/* What may not stand in a text is left out, and a code that is none, whole: for a form that comes back to be looked at. */
static void clean(const struct form_field *field, char *value)
{
	const enum text_class class = field->kind == FORM_LINES ? TEXT_LINES : TEXT_LINE;

	if (field->kind == FORM_CODE || field->kind == FORM_NUMBER) {
		if (!fits(field, value))
			value[0] = '\0';
		return;
	}
	if (field->kind == FORM_LINES)
		unify_lines(value);
	strip(class, value, true);
}

/* Tables are short; one behind the last says that there is no such field. */
static size_t field_at(const struct form *f, const char *name)
{
	size_t i = 0;

	while (i < f->count && strcmp(f->fields[i].name, name) != 0)
		i++;
	return i;
}

/* One "name=value".  A name without = is an empty value, as browsers read it. */
static enum err take(struct form *f, struct span pair, bool typed, struct arena *a)
{
	const uint8_t *equals = pair.len == 0 ? NULL : memchr(pair.p, '=', pair.len);
	const size_t name_len = equals == NULL ? pair.len : (size_t)(equals - pair.p);
	const struct span coded = equals == NULL ? span_of(NULL, 0)
						 : span_of(equals + 1, pair.len - name_len - 1);
	char name[FORM_SEGMENT + 1], *value;
	size_t at, len;

	/* whoever returns from here on has said where it was wrong */
	f->flaw = "";
	if (!decode(span_of(pair.p, name_len), true, name, sizeof name, &len))
		return ERR_MALFORMED;
	at = field_at(f, name);
	if (at == f->count)
		return ERR_MALFORMED;
	f->flaw = f->fields[at].name;
	/* two of a name: of two readers each may take another one */
	if (f->values[at] != NULL)
		return ERR_MALFORMED;
	/* decoding makes nothing longer */
	value = arena_alloc(a, coded.len + 2);
	if (value == NULL)
		return ERR_NOMEM;
	if (!decode(coded, true, value, coded.len + 2, &len))
		return ERR_MALFORMED;
	if (typed)
		clean(&f->fields[at], value);
	else if (!fits(&f->fields[at], value))
		return ERR_MALFORMED;
	f->values[at] = value;
	f->flaw = NULL;
	return ERR_OK;
}

static enum err read_body(struct form *f, struct span body, bool typed, struct arena *a)
{
	enum err rc = ERR_OK;

	require(f->count <= FORM_FIELDS && a != NULL);
	for (size_t at = 0; rc == ERR_OK && at < body.len;) {
		const uint8_t *end = memchr(body.p + at, '&', body.len - at);
		const size_t len = end == NULL ? body.len - at : (size_t)(end - body.p) - at;

		rc = take(f, span_of(body.p + at, len), typed, a);
		at += len + 1;
	}
	for (size_t i = 0; rc == ERR_OK && i < f->count; i++)
		if (f->fields[i].needed && f->values[i] == NULL) {
			f->flaw = f->fields[i].name;
			rc = ERR_MALFORMED;
		}
	return rc;
}

/* The first fault ends it: nothing of a form is used that is wrong in one place. */
enum err form_read(struct form *f, const struct form_field *fields, size_t count, struct span body,
		   struct arena *a)
{
	*f = (struct form){.fields = fields, .count = count};
	return read_body(f, body, false, a);
}

enum err form_typed(struct form *f, const struct form_field *fields, size_t count, struct span body,
		    struct arena *a)
{
	*f = (struct form){.fields = fields, .count = count};
	return read_body(f, body, true, a);
}

const char *form_value(const struct form *f, const char *name)
{
	const size_t at = field_at(f, name);

	require(at < f->count); /* of its own table */
	return f->values[at] == NULL ? "" : f->values[at];
}

/* A path that is not taken is no fault to explain: nobody was ever given one like it. */
bool form_path(struct form_path *out, const char *raw)
{
	*out = (struct form_path){.count = 0};
	if (raw[0] != '/')
		return false;
	if (raw[1] == '\0')
		return true;
	for (const char *p = raw + 1; out->count < FORM_SEGMENTS; p++) {
		const size_t n = strcspn(p, "/");
		char *to = out->segment[out->count];
		size_t len;

		if (n == 0 || !decode(span_of(p, n), false, to, FORM_SEGMENT + 1, &len) ||
		    strchr(to, '/') != NULL || to[strspn(to, ".")] == '\0' ||
		    text_fault(TEXT_LINE, span_of(to, len), NULL) != NULL)
			return false;
		out->count++;
		p += n;
		if (*p == '\0')
			return true;
	}
	return false; /* more than any page has */
}

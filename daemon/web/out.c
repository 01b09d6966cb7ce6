/* SPDX-License-Identifier: EUPL-1.2 */
/* A page is written front to back by the code that tpl.py makes, and only by the functions here: so whatever is wrong in a text can
 * spoil that text and never the page around it.  A page that does not fit is not sent at all: half of one could end inside of a
 * tag. */
#include "web/out.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/limits_screens.h"
#include "base/text.h"

enum { OUT_FIRST = 16384, DELETE = 0x7f, SHORT_WORD = 6, YEAR = 4 };

static_assert(OUT_FIRST < LIMIT_PAGE, "a page begins smaller than the largest one");

/* The whole room and not only what was written: it may have held the page before. */
static void wipe(struct out *o)
{
	if (o->p != NULL)
		explicit_bzero(o->p, o->cap);
	free(o->p);
}

void out_free(struct out *o)
{
	wipe(o);
	*o = (struct out){.p = NULL};
}

/* Not realloc: it would leave what people wrote in memory that is free. */
static bool grow(struct out *o, size_t more)
{
	size_t cap = o->cap == 0 ? OUT_FIRST : o->cap;
	uint8_t *p;

	require(o->len <= o->cap);
	if (o->p != NULL && more <= o->cap - o->len)
		return true;
	while (cap - o->len < more && cap <= LIMIT_PAGE)
		cap *= 2;
	p = cap > LIMIT_PAGE ? NULL : malloc(cap);
	if (p == NULL)
		return false;
	if (o->len != 0)
		memcpy(p, o->p, o->len);
	wipe(o);
	o->p = p;
	o->cap = cap;
	return true;
}

/* Failing is remembered, so that the code of a page asks nothing and visit_show() asks once. */
void out_raw(struct out *o, const char *p, size_t len)
{
	require(o != NULL && p != NULL);
	o->failed = o->failed || len > LIMIT_PAGE || !grow(o, len);
	if (o->failed)
		return;
	memcpy(o->p + o->len, p, len);
	o->len += len;
}

/* The five that end a text or a value in quotes.  One set for both places: what is too much for one of them does no harm there. */
static const char *escape_of(uint32_t c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default:
		return NULL;
	}
}

static bool digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (uint8_t)c >= DELETE;
}

/* So many bytes of one kind stand in front of s. */
static size_t before(const char *from, const char *s, bool (*kind)(char c))
{
	size_t n = 0;

	while (s - n > from && kind(s[-(ptrdiff_t)n - 1]))
		n++;
	return n;
}

static bool inked(char c)
{
	return c != ' ' && c != '\n';
}

/* "vr 27 nov. 2026" is not broken into two lines, nor is "5 werkdagen": a short word stays with the number behind it, and a number that is
 * no year with the word behind it, in German also behind its point.  More would make lines that do not fit a telephone. */
static bool joins(const char *from, const char *s)
{
	const char *end = s > from && s[-1] == '.' ? s - 1 : s;
	const size_t digits = before(from, end, digit);

	if (s[0] != ' ')
		return false;
	if (digit(s[1]))
		return before(from, s, inked) <= SHORT_WORD || digits != 0;
	return letter(s[1]) && digits != 0 && digits < YEAR;
}

/* By characters: half of one would take the quote behind it along in some readers. */
static void escaped(struct out *o, const char *s, bool prose)
{
	const char *from = s;
	size_t left = s == NULL ? 0 : strlen(s);

	while (left > 0) {
		uint32_t c = 0;
		const size_t n = text_next((const uint8_t *)s, left, &c);
		const char *escape = escape_of(c);

		require(n <= left);
		if (prose && joins(from, s))
			out_raw(o, "\xc2\xa0", 2);
		else if (n == 0 || (c < ' ' && c != '\n' && c != '\t') || c == DELETE)
			out_raw(o, "\xef\xbf\xbd", 3);
		else if (escape != NULL)
			out_raw(o, escape, strlen(escape));
		else
			out_raw(o, s, n);
		s += n == 0 ? 1 : n;
		left -= n == 0 ? 1 : n;
	}
}

void out_text(struct out *o, const char *s)
{
	escaped(o, s, false);
}

void out_prose(struct out *o, const char *s)
{
	escaped(o, s, true);
}

/* What an address may hold as it is, whichever part of it this becomes. */
static bool plain(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '-' || c == '.' || c == '_' || c == '~';
}

/* "." and ".." would lead elsewhere: a browser takes them away before it asks. */
void out_segment(struct out *o, const char *s)
{
	static const char digits[] = "0123456789ABCDEF";
	const bool dots = s != NULL && s[0] == '.' && s[strspn(s, ".")] == '\0';

	for (; s != NULL && *s != '\0'; s++) {
		const unsigned char c = (unsigned char)*s;
		const char code[] = {'%', digits[c >> 4], digits[c & 15]};

		if (plain(c) && !dots)
			out_raw(o, s, 1);
		else if (!dots)
			out_raw(o, code, sizeof code);
	}
}

bool out_empty(const char *s)
{
	return s == NULL || s[0] == '\0';
}

/* SPDX-License-Identifier: EUPL-1.2 */
/* What a text of a person may hold.  Outside of ASCII one character has many spellings, some of them invisible: text that
 * turns around what follows it, or that nobody sees, would let a name look like another one on somebody's screen. */
#include "base/text.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/check.h"

enum { CODE_MAX = 40, DISTANCE_MAX = 64 };

static_assert((int)DISTANCE_MAX < (int)TEXT_FAR, "no true distance is taken for it");

size_t text_next(const uint8_t *p, size_t left, uint32_t *out)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	size_t n;

	require(left > 0);
	if (p[0] < 0x80) {
		*out = p[0];
		return 1;
	}
	/* 0x80 to 0xbf continue a character, 0xc0 and 0xc1 could only begin one that has a shorter
	 * form. */
	n = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : p[0] >= 0xc2 ? 2 : 0;
	if (n == 0 || p[0] > 0xf4 || n > left)
		return 0;
	*out = p[0] & (0x7fu >> n);
	for (size_t i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		*out = *out << 6 | (p[i] & 0x3fu);
	}
	/* A longer form of a short character would pass a comparison of bytes that the short one
	 * does not; halves of UTF-16 are none. */
	if (*out < least[n] || *out > 0x10ffff || (*out >= 0xd800 && *out <= 0xdfff))
		return 0;
	return n;
}

/* Of these a reader sees nothing: two names could differ by them alone, a line could end or turn round where nobody looks. */
static const struct {
	uint32_t from, to;
} invisible[] = {
	{0x00ad, 0x00ad}, {0x034f, 0x034f}, {0x061c, 0x061c},	{0x115f, 0x1160},
	{0x17b4, 0x17b5}, {0x180b, 0x180f}, {0x200b, 0x200f},	{0x2028, 0x202e},
	{0x2060, 0x206f}, {0x3164, 0x3164}, {0xfe00, 0xfe0f},	{0xfeff, 0xfeff},
	{0xffa0, 0xffa0}, {0xfff9, 0xfffb}, {0x1d173, 0x1d17a}, {0xe0000, 0xe0fff},
};

/* Persian and the scripts of India need joiners between letters, pictures need them and a choice of their shape.  Behind a Latin,
 * Greek or Cyrillic letter nobody needs either, and nobody sees it. */
static bool joins(uint32_t c)
{
	require(c <= 0x10ffff);
	return (c >= 0x590 && c <= 0x1aaf) || (c >= 0x2190 && c <= 0x2bff) ||
	       (c >= 0xa800 && c <= 0xabff) || (c >= 0xfb50 && c <= 0xfdff) || c == 0xfe0f ||
	       (c >= 0x10a00 && c <= 0x11fff) || (c >= 0x1f000 && c <= 0x1faff);
}

static bool needed(uint32_t c, uint32_t before)
{
	if (c == 0x200c || c == 0x200d)
		return joins(before);
	return c >= 0xfe00 && c <= 0xfe0f &&
	       (before == 0xa9 || before == 0xae || (before >= 0x2000 && before < 0xfe00) ||
		before >= 0x1f000 || (before >= '0' && before <= '9') || before == '#' ||
		before == '*');
}

static bool is_invisible(enum text_class class, uint32_t c, uint32_t before)
{
	if (c < invisible[0].from) /* most letters of our languages: the rest is not asked */
		return false;
	if (c == 0xad && class == TEXT_LINES)
		return false; /* where a long word may be broken: texts from elsewhere are full of it */
	for (size_t i = 0; i < sizeof invisible / sizeof invisible[0]; i++)
		if (c >= invisible[i].from && c <= invisible[i].to)
			return !needed(c, before);
	return (c & 0xfffe) == 0xfffe; /* no character, and never will be */
}

/* What codes of lists, references and numbers in hexadecimal are written with, and nothing else: such a word is compared, becomes part of
 * an address and is typed at a terminal, where no other character means the same everywhere. */
static bool of_code(uint32_t c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       c == '-' || c == '_' || c == '.';
}

static const char *fault_of(enum text_class class, uint32_t c, uint32_t before)
{
	if (c == '\n' || c == '\t')
		return class == TEXT_LINES ? NULL : "has one line";
	if (c < 0x20 || (c >= 0x7f && c < 0xa0))
		return "contains a control character";
	if (is_invisible(class, c, before))
		return "contains an invisible character";
	return class == TEXT_CODE && !of_code(c) ? "is no code" : NULL;
}

const char *text_fault(enum text_class class, struct span s, size_t *at)
{
	uint32_t c = 0, before = 0;

	for (size_t i = 0, n; i < s.len; i += n, before = c) {
		const char *fault;

		n = text_next(s.p + i, s.len - i, &c);
		fault = n == 0 ? "is not valid UTF-8" : fault_of(class, c, before);
		if (fault != NULL) {
			if (at != NULL)
				*at = i;
			return fault;
		}
	}
	return NULL;
}

void text_print(FILE *f, const char *s)
{
	const struct span in = span_of(s, strlen(s));
	uint32_t c = 0, before = 0;

	require(f != NULL);
	for (size_t i = 0, n; i < in.len; i += n, before = c) {
		n = text_next(in.p + i, in.len - i, &c);
		if (n == 0 || fault_of(TEXT_LINE, c, before) != NULL) {
			(void)fputc('?', f);
			n = n == 0 ? 1 : n;
			c = '?';
			continue;
		}
		(void)fwrite(in.p + i, 1, n, f);
	}
}

/* The widest of the three: what was stored by another class before is valid still. */
bool text_valid(struct span s)
{
	return text_fault(TEXT_LINES, s, NULL) == NULL;
}

/* Wider than what text may not hold: a blank of any width is allowed in a text, but a name of
 * blanks alone is none. */
static bool unseen(uint32_t c)
{
	return c <= 0x20 || c == 0xa0 || c == 0xad || c == 0x1680 || (c >= 0x2000 && c <= 0x200f) ||
	       (c >= 0x2028 && c <= 0x202f) || (c >= 0x205f && c <= 0x2064) || c == 0x3000 ||
	       c == 0x2800 || c == 0xfeff;
}

bool text_blank(const char *s)
{
	const struct span in = span_of(s, strlen(s));
	size_t n;

	for (size_t i = 0; i < in.len; i += n) {
		uint32_t c = 0;

		n = text_next(in.p + i, in.len - i, &c);
		if (n == 0 || !unseen(c))
			return false;
	}
	return true;
}

size_t text_blank_len(const char *s)
{
	const struct span in = span_of(s, strlen(s));
	uint32_t c = 0;
	const size_t n = in.len == 0 ? 0 : text_next(in.p, in.len, &c);

	require(n <= in.len);
	return n != 0 && unseen(c) ? n : 0;
}

unsigned text_distance(const char *a, const char *b)
{
	/* One row of the usual table (Levenshtein) is kept and written over from left to right;
	 * diagonal is what it had before. */
	unsigned row[DISTANCE_MAX + 1];
	const size_t n = strlen(a), m = strlen(b);

	if (n > DISTANCE_MAX || m > DISTANCE_MAX)
		return TEXT_FAR;
	for (size_t j = 0; j <= m; j++)
		row[j] = (unsigned)j;
	for (size_t i = 1; i <= n; i++) {
		unsigned diagonal = row[0];

		row[0] = (unsigned)i;
		for (size_t j = 1; j <= m; j++) {
			const unsigned above = row[j];
			unsigned least = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);

			least = row[j - 1] + 1 < least ? row[j - 1] + 1 : least;
			row[j] = above + 1 < least ? above + 1 : least;
			diagonal = above;
		}
	}
	return row[m];
}

bool text_code(const char *s)
{
	size_t n = strlen(s);

	if (n == 0 || n > CODE_MAX || s[0] == '-' || s[n - 1] == '-')
		return false;
	for (size_t i = 0; i < n; i++) {
		bool plain = (s[i] >= 'a' && s[i] <= 'z') || (s[i] >= '0' && s[i] <= '9');

		if (!plain && !(s[i] == '-' && s[i - 1] != '-'))
			return false;
	}
	return true;
}

/* clang-format off */
/* Letters of Latin without their accents; a capital stands for two letters, a hyphen for none. */
static const struct {
	uint32_t from, to;
	const char *plain;
} latin[] = {
	{0x00c0, 0x017f,
	 "aaaaaaAceeeeiiiidnooooo-ouuuuyTSaaaaaaAceeeeiiiidnooooo-ouuuuyTy"
	 "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiJJjjkkklllllll"
	 "lllnnnnnnnnnooooooOOrrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs"},
	{0x0218, 0x021b, "sstt"},
	{0x1e00, 0x1eff,
	 "aabbbbbbccddddddddddeeeeeeeeeeffgghhhhhhhhhhiiiikkkkkkllllllllmm"
	 "mmmmnnnnnnnnoooooooopppprrrrrrrrssssssssssttttttttuuuuuuuuuuvvvv"
	 "wwwwwwwwwwxxxxyyzzzzzzhtwyasssSdaaaaaaaaaaaaaaaaaaaaaaaaeeeeeeee"
	 "eeeeeeeeiiiioooooooooooooooooooooooouuuuuuuuuuuuuuyyyyyyyy--vvyy"},
};
/* clang-format on */

/* "" for what is no letter; combining accents are told apart by the caller. */
static const char *plain_of(uint32_t c, char one[2])
{
	char p = '-';

	if (c < 0x80)
		p = (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
	for (size_t i = 0; i < sizeof latin / sizeof latin[0]; i++)
		if (c >= latin[i].from && c <= latin[i].to)
			p = latin[i].plain[c - latin[i].from];
	switch (p) {
	case 'A':
		return "ae";
	case 'J':
		return "ij";
	case 'O':
		return "oe";
	case 'S':
		return "ss";
	case 'T':
		return "th";
	default:
		one[0] = (char)((p >= 'a' && p <= 'z') || (p >= '0' && p <= '9') ? p : '\0');
		one[1] = '\0';
		return one;
	}
}

bool text_slug(char *out, size_t cap, const char *s)
{
	const struct span in = span_of(s, strlen(s));
	size_t n = 0, step;

	out[0] = '\0';
	for (size_t i = 0; i < in.len; i += step) {
		uint32_t c = 0;
		char one[2];
		const char *plain;

		step = text_next(in.p + i, in.len - i, &c);
		if (step == 0)
			step = 1; /* no text of ours: a gap between two words */
		if (c >= 0x300 && c <= 0x36f)
			continue; /* an accent that stands beside its letter */
		plain = plain_of(c, one);
		/* Two letters at most, and the end; a name that does not fit is refused as a whole,
		 * for a cut one could be another's. */
		if (n + 3 > cap) {
			out[0] = '\0';
			return false;
		}
		if (plain[0] == '\0' && n > 0 && out[n - 1] != '-')
			out[n++] = '-';
		for (; *plain != '\0'; plain++)
			out[n++] = *plain;
	}
	while (n > 0 && out[n - 1] == '-')
		n--;
	out[n] = '\0';
	return true;
}

void text_put(struct wr *w, const char *s)
{
	const size_t n = strlen(s);

	/* The length has one byte: over tells the caller, which made the text and can make it shorter. */
	if (n > UINT8_MAX) {
		w->over = true;
		return;
	}
	wr_u8(w, (uint8_t)n);
	wr_put(w, s, n);
}

void text_get(struct rd *r, char *out, size_t cap)
{
	const size_t n = rd_u8(r);
	const uint8_t *p = rd_take(r, n);

	out[0] = '\0';
	/* A NUL within would make the text shorter for C than for whoever signed it; text_fault
	 * refuses it as a control character. */
	if (p == NULL || n >= cap || text_fault(TEXT_LINE, span_of(p, n), NULL) != NULL) {
		r->bad = true;
		return;
	}
	if (n > 0)
		memcpy(out, p, n);
	out[n] = '\0';
}

void text_format(char *out, size_t cap, const char *fmt, ...)
{
	va_list ap;

	require(out != NULL && cap > 0);
	va_start(ap, fmt);
	(void)vsnprintf(out, cap, fmt, ap);
	va_end(ap);
}

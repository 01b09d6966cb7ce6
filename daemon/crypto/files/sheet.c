/* SPDX-License-Identifier: EUPL-1.2 */
/* The recovery sheet: two secrets in letters that a person can copy by hand.  There are no letters that look alike, what
 * is typed in their place is understood, and four check letters behind each secret tell a mistake from another sheet.
 * Reading takes what people make of it: the file, lines out of it, a word processor's dashes and blanks, one secret alone. */
#include "crypto/files/sheet.h"

#include <stdio.h>
#include <time.h>

#include "base/check.h"
#include "crypto/hash.h"
#include "crypto/secret.h"

enum {
	CHECK = 4,	  /* letters, 20 bits: one wrong sheet in a million passes */
	LETTERS_MAX = 56, /* of the longer secret, check letters among them */
	BYTES_MAX = 32,
	LINES_AFTER = 4 /* a label speaks for so many lines */
};

/* One of the two secrets. */
struct part {
	const char *label; /* small letters, no blanks */
	enum hash_label check;
	size_t bytes, letters; /* without the check letters */
};

static const struct part code_part = {"recoverycode", HASH_SHEETCODE, KEYFILE_RECOVERY_LEN, 32};
static const struct part seed_part = {"nextsigningkey", HASH_SHEETKEY, 32, 52};

/* Crockford's base 32: no I, L, O, U. */
static const char alphabet[] = "0123456789abcdefghjkmnpqrstvwxyz";

/* ---- letters ---- */

static_assert(sizeof alphabet == 32 + 1, "five bits a letter");

static void letters_of(const uint8_t *bytes, size_t len, size_t count, uint8_t *values)
{
	require(count <= LETTERS_MAX);
	for (size_t i = 0; i < count; i++) {
		uint8_t v = 0;

		/* Behind the last byte zeros fill up the last letter; read_at holds them against
		 * what was typed. */
		for (size_t bit = i * 5; bit < i * 5 + 5; bit++)
			v = (uint8_t)(v << 1 |
				      (bit / 8 < len ? bytes[bit / 8] >> (7 - bit % 8) & 1 : 0));
		values[i] = v;
	}
}

static void bytes_of(const uint8_t *values, size_t count, uint8_t *bytes, size_t len)
{
	memset(bytes, 0, len);
	for (size_t bit = 0; bit < count * 5; bit++)
		if (bit / 8 < len)
			bytes[bit / 8] |= (uint8_t)((values[bit / 5] >> (4 - bit % 5) & 1)
						    << (7 - bit % 8));
}

static void check_of(const struct part *p, const uint8_t *bytes, uint8_t values[CHECK])
{
	const struct id32 h = hash_one(p->check, span_of(bytes, p->bytes));

	letters_of(h.b, sizeof h.b, CHECK, values);
}

/* In groups of four. */
static void print_letters(const uint8_t *values, size_t count, char *out)
{
	size_t n = 0;

	for (size_t i = 0; i < count; i++) {
		if (i > 0 && i % 4 == 0)
			out[n++] = '-';
		out[n++] = alphabet[values[i]];
	}
	out[n] = '\0';
}

static void print_part(const struct part *p, const uint8_t *bytes, char *out)
{
	uint8_t values[LETTERS_MAX];

	letters_of(bytes, p->bytes, p->letters, values);
	check_of(p, bytes, values + p->letters);
	print_letters(values, p->letters + CHECK, out);
	secret_wipe(values, sizeof values);
}

/* ---- reading ---- */

/* The value of a letter, or -1. */
static int value_of(uint8_t c)
{
	const char small = (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
	/* Letters that the alphabet lacks because they look like digits: whoever copied by hand may
	 * have written them. */
	const char like = (char)(small == 'o' ? '0' : small == 'i' || small == 'l' ? '1' : small);
	const char *at = like == '\0' ? NULL : strchr(alphabet, like);

	return at == NULL ? -1 : (int)(at - alphabet);
}

/* Length of what only separates: blanks, line ends, dashes of every width, a byte order mark.  0: none. */
static size_t gap_at(struct span s, size_t at)
{
	const uint8_t *p = s.p + at;
	const size_t left = s.len - at;

	/* strchr finds the NUL at the end of its list too, and a NUL in a text is no gap. */
	if (*p == '\0')
		return 0;
	if (strchr(" \t\r\n\v\f-_.", *p) != NULL)
		return 1;
	if (left >= 2 && p[0] == 0xc2 && p[1] == 0xa0)
		return 2;
	if (left >= 3 && ((p[0] == 0xe2 && (p[1] == 0x80 || p[1] == 0x88)) ||
			  (p[0] == 0xef && p[1] == 0xbb && p[2] == 0xbf)))
		return 3;
	return 0;
}

/* Does anything but gaps follow on this line? */
static bool line_goes_on(struct span s, size_t at)
{
	size_t n;

	while (at < s.len && s.p[at] != '\n') {
		n = gap_at(s, at);
		if (n == 0)
			return true;
		at += n;
	}
	return false;
}

/* Exactly count letters from here on, over line ends if need be.
 * A letter too many is a mistake too: whoever typed it may have doubled another one. */
static bool gather(struct span s, size_t at, uint8_t *values, size_t count)
{
	size_t n = 0;

	require(count <= LETTERS_MAX);
	while (at < s.len && n < count) {
		const int v = value_of(s.p[at]);
		const size_t gap = v < 0 ? gap_at(s, at) : 0;

		if (v < 0 && gap == 0)
			return false;
		if (v >= 0)
			values[n++] = (uint8_t)v;
		at += v >= 0 ? 1 : gap;
	}
	return n == count && !line_goes_on(s, at);
}

/* A secret that begins here and whose check letters fit. */
static bool read_at(const struct part *p, struct span s, size_t at, uint8_t *out)
{
	uint8_t values[LETTERS_MAX], check[CHECK], again[LETTERS_MAX], bytes[BYTES_MAX];
	bool ok = gather(s, at, values, p->letters + CHECK);

	if (ok) {
		bytes_of(values, p->letters, bytes, p->bytes);
		check_of(p, bytes, check);
		letters_of(bytes, p->bytes, p->letters, again);
		/* The second comparison: bits that fill up the last letter must be zero, or two
		 * texts would stand for one secret. */
		ok = memcmp(check, values + p->letters, CHECK) == 0 &&
		     memcmp(again, values, p->letters) == 0;
	}
	if (ok)
		memcpy(out, bytes, p->bytes);
	secret_wipe(values, sizeof values);
	secret_wipe(again, sizeof again);
	secret_wipe(bytes, sizeof bytes);
	return ok;
}

/* Where the label that begins at `at` ends; 0: it does not stand here. */
static size_t label_end(const struct part *p, struct span s, size_t at)
{
	const char *want = p->label;

	while (*want != '\0') {
		const uint8_t c = at < s.len ? s.p[at] : 0;
		const size_t gap = at < s.len && want != p->label ? gap_at(s, at) : 0;

		/* A word processor may have put blanks or a dash into the heading, but a heading
		 * has one line. */
		if (gap != 0 && c != '\n') {
			at += gap;
			continue;
		}
		if ((c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c) != *want)
			return 0;
		at++;
		want++;
	}
	return at;
}

/* Places where a secret may begin: lines, and what follows a colon. */
static bool begins(struct span s, size_t at)
{
	return at == 0 || s.p[at - 1] == '\n' || s.p[at - 1] == ':';
}

static bool read_after(const struct part *p, struct span s, size_t at, uint8_t *out)
{
	size_t lines = 0;

	if (read_at(p, s, at, out))
		return true;
	/* The secret stands on the line below its heading, or further down when the heading was
	 * folded. */
	for (; at < s.len && lines <= LINES_AFTER; at++) {
		if (begins(s, at) && read_at(p, s, at, out))
			return true;
		lines += s.p[at] == '\n';
	}
	return false;
}

static bool one_line(struct span s)
{
	size_t lines = 0;

	for (size_t at = 0; at < s.len; at++)
		if (begins(s, at))
			lines += line_goes_on(s, at);
	return lines == 1;
}

static bool read_anywhere(const struct part *p, struct span s, uint8_t *out)
{
	for (size_t at = 0; at < s.len; at++)
		if (begins(s, at) && read_at(p, s, at, out))
			return true;
	return false;
}

/* The other secret, typed alone, is no mistake in this one. */
static bool is_other(const struct part *p, struct span s)
{
	uint8_t bytes[BYTES_MAX];
	const bool other = read_anywhere(p == &code_part ? &seed_part : &code_part, s, bytes);

	secret_wipe(bytes, sizeof bytes);
	return other;
}

static enum sheet_found find(const struct part *p, struct span s, uint8_t *out)
{
	bool labelled = false;

	for (size_t at = 0; at < s.len; at++) {
		const size_t end = label_end(p, s, at);

		/* A heading with nothing behind it that fits says that somebody tried: then it is
		 * mistyped, and not absent. */
		labelled = labelled || end != 0;
		if (end != 0 && read_after(p, s, end, out))
			return SHEET_FOUND;
	}
	if (read_anywhere(p, s, out))
		return SHEET_FOUND;
	/* The caller may look at it after an error; no part of another secret stays in it. */
	memset(out, 0, p->bytes);
	return labelled || (one_line(s) && !is_other(p, s)) ? SHEET_MISTYPED : SHEET_ABSENT;
}

enum sheet_found sheet_code(struct span text, uint8_t code[KEYFILE_RECOVERY_LEN])
{
	return find(&code_part, text, code);
}

enum sheet_found sheet_seed(struct span text, uint8_t seed[32])
{
	return find(&seed_part, text, seed);
}

bool sheet_code_bare(const char *text, uint8_t code[KEYFILE_RECOVERY_LEN])
{
	uint8_t values[LETTERS_MAX];
	const bool ok = gather(span_of(text, strlen(text)), 0, values, code_part.letters);

	memset(code, 0, KEYFILE_RECOVERY_LEN);
	if (ok)
		bytes_of(values, code_part.letters, code, KEYFILE_RECOVERY_LEN);
	secret_wipe(values, sizeof values);
	return ok;
}

/* ---- writing ---- */

void sheet_code_text(const uint8_t code[KEYFILE_RECOVERY_LEN], char out[SHEET_CODE_TEXT + 1])
{
	print_part(&code_part, code, out);
}

void sheet_number(const uint8_t recovery_pub[32], char out[SHEET_NUMBER + 1])
{
	const struct id32 h = hash_one(HASH_SHEETNO, span_of(recovery_pub, 32));
	uint8_t values[8];

	letters_of(h.b, sizeof h.b, sizeof values, values);
	print_letters(values, sizeof values, out);
}

/* A name fills one line, whatever it holds. */
static void name_line(const char *org, char out[LIMIT_ORG_NAME + 1])
{
	size_t n = 0;

	/* A line end in a name could write a second heading onto the sheet. */
	for (; n < LIMIT_ORG_NAME && org[n] != '\0'; n++)
		out[n] = (char)((uint8_t)org[n] < ' ' || org[n] == 0x7f ? ' ' : org[n]);
	out[n] = '\0';
}

size_t sheet_write(const struct sheet *s, char *out)
{
	char name[LIMIT_ORG_NAME + 1], code[SHEET_CODE_TEXT + 1], number[SHEET_NUMBER + 1],
		seed[LETTERS_MAX + LETTERS_MAX / 4], day[16] = "";
	uint8_t pub[32], sec[32];
	struct tm tm;
	int n;

	require(s->org != NULL && out != NULL);
	name_line(s->org, name);
	keyfile_recovery_pair(s->code, pub, sec);
	sheet_number(pub, number);
	print_part(&code_part, s->code, code);
	print_part(&seed_part, s->seed, seed);
	/* UTC: the sheet may be read in another zone than it was made in. */
	if (gmtime_r(&(time_t){(time_t)s->made_s}, &tm) != NULL)
		(void)strftime(day, sizeof day, "%Y-%m-%d", &tm);
	n = snprintf(out, SHEET_TEXT_MAX,
		     "Kring recovery sheet of %s\n"
		     "sheet %s, made %s\n"
		     "Print this, put it in a safe, then delete the file.\n\n"
		     "recovery code (opens this node, and the backups made under this sheet):\n"
		     "  %s\n"
		     "next signing key (kring rotate, for instance after a theft):\n"
		     "  %s\n\n"
		     "The last four of each are check letters: type them too.\n",
		     name, number, day, code, seed);
	require(n > 0 && n < SHEET_TEXT_MAX);
	secret_wipe(sec, sizeof sec);
	secret_wipe(code, sizeof code);
	secret_wipe(seed, sizeof seed);
	return (size_t)n;
}

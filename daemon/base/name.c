/* SPDX-License-Identifier: EUPL-1.2 */
/* What organisations are called, and how they are phoned.  People choose a partner by its name: two that look alike send
 * somebody's file to the wrong place.  So a name is written in one way, and names are compared by what a reader sees. */
#include "base/text.h"

#include <assert.h>
#include <string.h>

#include "base/check.h"
#include "base/limits.h"

/* Vietnamese writes two marks on a letter; a heap of them covers the lines above and below. */
enum { MARKS_MAX = 2 };

static bool within(uint32_t c, uint32_t from, uint32_t to)
{
	return c >= from && c <= to;
}

static bool is_mark(uint32_t c)
{
	return within(c, 0x300, 0x36f) || within(c, 0x483, 0x489) || within(c, 0x1ab0, 0x1aff) ||
	       within(c, 0x1dc0, 0x1dff) || within(c, 0x20d0, 0x20ff) || within(c, 0xfe20, 0xfe2f);
}

enum script { SCRIPT_NONE, SCRIPT_LATIN, SCRIPT_GREEK, SCRIPT_CYRILLIC, SCRIPT_OTHER };

/* The three that share their shapes are told apart; others look like none of them. */
static enum script script_of(uint32_t c)
{
	if (within(c | 0x20, 'a', 'z') || within(c, 0xc0, 0x2af) || within(c, 0x1e00, 0x1eff))
		return SCRIPT_LATIN;
	if (within(c, 0x370, 0x3ff) || within(c, 0x1f00, 0x1fff))
		return SCRIPT_GREEK;
	if (within(c, 0x400, 0x52f) || within(c, 0x1c80, 0x1c8f))
		return SCRIPT_CYRILLIC;
	if (within(c, 0x530, 0x1dff) || within(c, 0x2c00, 0xd7ff) || c > 0xf900)
		return SCRIPT_OTHER;
	return SCRIPT_NONE;
}

/* Wide, bold, circled and the like: letters that somebody else typed in the plain way; and places that no script uses. */
static bool is_disguise(uint32_t c)
{
	return within(c, 0x2460, 0x24ff) || within(c, 0xe000, 0xf8ff) ||
	       within(c, 0xff00, 0xffef) || within(c, 0x1d400, 0x1d7ff) ||
	       within(c, 0x1f100, 0x1f1ff) || c >= 0xe0000;
}

/* How far a name was read, from its first character on: a word is what stands between two
 * characters that no script has. */
struct reading {
	enum script word; /* of the letters so far */
	unsigned marks;	  /* on the last letter */
	uint32_t before;
};

static const char *take(struct reading *r, uint32_t c)
{
	const enum script s = script_of(c);

	if (s == SCRIPT_NONE && !within(c, '0', '9') && !is_mark(c))
		r->word =
			SCRIPT_NONE; /* a blank, a hyphen: another word may be of another script */
	if (c == ' ')
		return r->before == 0 || r->before == ' ' ? "has a blank too many" : NULL;
	if (is_mark(c)) {
		r->marks++;
		return r->marks > MARKS_MAX || r->before == 0 || r->before == ' '
			       ? "has too many marks on a letter"
			       : NULL;
	}
	r->marks = 0;
	if (is_disguise(c))
		return "has a letter in disguise";
	if (s == SCRIPT_NONE)
		return NULL;
	if (r->word != SCRIPT_NONE && r->word != s)
		return "mixes the letters of two scripts in one word";
	r->word = s;
	return NULL;
}

const char *text_name_fault(const char *name, uint32_t *at)
{
	const struct span in = span_of(name, strlen(name));
	struct reading r = {.word = SCRIPT_NONE};
	const char *fault;
	size_t wrong = 0;

	require(at != NULL);
	*at = 0;
	if (text_blank(name))
		return "is empty";
	if (in.len > LIMIT_ORG_NAME)
		return "is too long for a name";
	/* First what no line may hold: its character is named as well, and nothing below is asked about broken bytes. */
	fault = text_fault(TEXT_LINE, in, &wrong);
	if (fault != NULL) {
		(void)text_next(in.p + wrong, in.len - wrong, at);
		return fault;
	}
	for (size_t i = 0; i < in.len; r.before = *at) {
		/* a no-break space and its like are seen as a blank, and make another name of it */
		const size_t blank = text_blank_len(name + i);

		i += text_next(in.p + i, in.len - i, at);
		fault = blank != 0 && *at != ' ' ? "has a blank that is no common one"
						 : take(&r, *at);
		if (fault != NULL)
			return fault;
	}
	if (*at == ' ')
		return "has a blank too many";
	*at = 0;
	return NULL;
}

/* By pairs: a letter, and the Latin one of its shape. */
static const struct {
	uint16_t letter;
	char latin;
} looks[] = {
	{0x131, 'i'}, {0x251, 'a'}, {0x391, 'a'}, {0x392, 'b'}, {0x395, 'e'}, {0x396, 'z'},
	{0x397, 'h'}, {0x399, 'i'}, {0x39a, 'k'}, {0x39c, 'm'}, {0x39d, 'n'}, {0x39f, 'o'},
	{0x3a1, 'p'}, {0x3a4, 't'}, {0x3a5, 'y'}, {0x3a7, 'x'}, {0x3b1, 'a'}, {0x3b9, 'i'},
	{0x3ba, 'k'}, {0x3bd, 'v'}, {0x3bf, 'o'}, {0x3c1, 'p'}, {0x3c4, 't'}, {0x3c5, 'u'},
	{0x3c7, 'x'}, {0x405, 's'}, {0x406, 'i'}, {0x408, 'j'}, {0x410, 'a'}, {0x412, 'b'},
	{0x415, 'e'}, {0x41a, 'k'}, {0x41c, 'm'}, {0x41d, 'h'}, {0x41e, 'o'}, {0x420, 'p'},
	{0x421, 'c'}, {0x422, 't'}, {0x423, 'y'}, {0x425, 'x'}, {0x430, 'a'}, {0x435, 'e'},
	{0x43a, 'k'}, {0x43e, 'o'}, {0x440, 'p'}, {0x441, 'c'}, {0x443, 'y'}, {0x445, 'x'},
	{0x455, 's'}, {0x456, 'i'}, {0x458, 'j'}, {0x4bb, 'h'}, {0x501, 'd'}, {0x51b, 'q'},
	{0x51d, 'w'},
};

bool text_name_looks(char *out, size_t cap, const char *name)
{
	const struct span in = span_of(name, strlen(name));
	char plain[LIMIT_ORG_NAME + 1];
	size_t len = 0;

	out[0] = '\0';
	if (in.len > LIMIT_ORG_NAME)
		return false;
	for (size_t i = 0, n; i < in.len; i += n) {
		uint32_t c = 0;
		bool found = false;

		n = text_next(in.p + i, in.len - i, &c);
		if (n == 0)
			return false;
		for (size_t k = 0; k < sizeof looks / sizeof looks[0] && !found; k++) {
			found = looks[k].letter == c;
			if (found)
				plain[len++] = looks[k].latin;
		}
		if (found || is_mark(c))
			continue; /* an accent that stands behind its letter, as text_slug() leaves out one that stands in it */
		memcpy(plain + len, in.p + i, n);
		len += n;
	}
	plain[len] = '\0';
	return text_slug(out, cap, plain);
}

/* What stands before an extension, in our four languages; longer ones first. */
static const char *const extensions[] = {"durchwahl", "apparat", "toestel", "poste", "ext.", "ext",
					 "tst.",      "tst",	 "app.",    "dw",    "x"};

/* How long such a word is at s, in capitals or not; 0: none stands there. */
static size_t extension_len(const char *s)
{
	for (size_t i = 0; i < sizeof extensions / sizeof extensions[0]; i++) {
		size_t n = 0;

		while (extensions[i][n] != '\0' && (s[n] | 0x20) == (extensions[i][n] | 0x20))
			n++;
		static_assert('.' == ('.' | 0x20), "a full stop stays one");
		if (extensions[i][n] == '\0')
			return n;
	}
	return 0;
}

const char *text_phone_fault(const char *phone, uint32_t *at)
{
	const size_t number = strspn(phone, "0123456789+()/.- ");
	const size_t word = extension_len(phone + number);
	const char *behind = phone + number + word;
	size_t rest;

	require(at != NULL);
	*at = 0;
	if (phone[0] == '\0')
		return NULL;
	if (strpbrk(phone, "0123456789") == NULL)
		return "has no digit";
	behind += word == 0 ? 0 : strspn(behind, " .:");
	rest = word == 0 ? 0 : strspn(behind, "0123456789");
	if (phone[number] == '\0' || (word != 0 && rest != 0 && behind[rest] == '\0' &&
				      strcspn(phone, "0123456789") < number))
		return NULL;
	/* What is dialled is copied from here: it ends with the number or with an extension.  Behind that,
	 * too, the first character that is neither is the one to look at */
	behind = rest != 0 && behind[rest] != '\0' ? behind + rest : phone + number;
	(void)text_next((const uint8_t *)behind, strlen(behind), at);
	return "has something that is in no telephone number";
}

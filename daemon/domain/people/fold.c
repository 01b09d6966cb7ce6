/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Unicode's own tables do what can be done for every script (capitals, accents, ligatures, composed or not); the few letters that
 * they leave apart although people here type one for the other stand below.
 */
#include "domain/people/fold.h"

#include <string.h>
#include <utf8proc.h>

#include "base/check.h"

enum { TYPED_MAX = 512, POINTS = 4 * TYPED_MAX, HASHED_LEAST = 4 };

static const utf8proc_option_t options = UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD |
					 UTF8PROC_STRIPMARK | UTF8PROC_IGNORE;

/* Letters that have no parts of which one could be left out.  The dotless i is Turkish; the Arabic ones are written either way
 * by the same person, and so are y and ij in Dutch. */
static const struct {
	utf8proc_int32_t from;
	const char *to;
} letters[] = {
	{'y', "ij"},	    {0x00e6, "ae"}, {0x00f0, "d"},	{0x00f8, "o"},
	{0x00fe, "th"},	    {0x0111, "d"},  {0x0127, "h"},	{0x0131, "i"},
	{0x0142, "l"},	    {0x0153, "oe"}, {0x0167, "t"},	{0x0259, "e"},
	{0x0629, "\u0647"}, {0x0640, ""},   {0x0649, "\u064a"}, {0x06a9, "\u0643"},
	{0x06cc, "\u064a"},
};

/* Said within a word: O'Brien, d'Hondt, Qur'an.  Some are letters in Unicode. */
static const utf8proc_int32_t apostrophes[] = {'\'',   '`',    0x2018, 0x2019, 0x201b,
					       0x02bb, 0x02bc, 0x02bf, 0x055a};

static const char *const particles[] = {
	"a",	  "al",	   "ap",   "aan", "ait",   "bij", "ben", "bin", "bint", "d",
	"da",	  "das",   "de",   "del", "della", "dem", "den", "der", "des",	"di",
	"do",	  "dos",   "du",   "e",	  "el",	   "en",  "et",	 "ez",	"het",	"in",
	"la",	  "las",   "le",   "les", "los",   "op",  "of",	 "s",	"t",	"te",
	"ten",	  "ter",   "tot",  "und", "v",	   "van", "vd",	 "vom", "von",	"vander",
	"vanden", "vande", "voor", "y",	  "ij",	   "zu",  "zum", "zur",
};

/* Written as one with the name that follows, by some registers. */
static const char *const glued[] = {"vanden", "vander", "vande", "van", "el", "al", "ben"};

struct writer {
	char *out;
	size_t len;
	bool gap; /* a blank is due before the next letter */
};

/* All of these bytes or none: half a character is no text. */
static void put(struct writer *w, const char *bytes, size_t n)
{
	const size_t blank = w->gap && w->len > 0 ? 1 : 0;

	if (n == 0 || w->len + blank + n > FOLD_MAX)
		return;
	if (blank != 0)
		w->out[w->len++] = ' ';
	w->gap = false;
	memcpy(w->out + w->len, bytes, n);
	w->len += n;
}

static bool is_letter(utf8proc_int32_t cp)
{
	const utf8proc_category_t c = utf8proc_category(cp);

	return (c >= UTF8PROC_CATEGORY_LU && c <= UTF8PROC_CATEGORY_LO) ||
	       (c >= UTF8PROC_CATEGORY_ND && c <= UTF8PROC_CATEGORY_NO);
}

static void put_point(struct writer *w, utf8proc_int32_t cp)
{
	utf8proc_uint8_t bytes[4];

	for (size_t i = 0; i < sizeof apostrophes / sizeof apostrophes[0]; i++)
		if (cp == apostrophes[i])
			return;
	for (size_t i = 0; i < sizeof letters / sizeof letters[0]; i++)
		if (cp == letters[i].from) {
			put(w, letters[i].to, strlen(letters[i].to));
			return;
		}
	if (!is_letter(cp)) {
		w->gap = true;
		return;
	}
	put(w, (const char *)bytes, (size_t)utf8proc_encode_char(cp, bytes));
}

size_t fold_name(char out[FOLD_MAX + 1], const char *name)
{
	utf8proc_int32_t points[POINTS];
	struct writer w = {.out = out};
	size_t len = strlen(name);
	utf8proc_ssize_t n;

	for (; len > TYPED_MAX || (len > 0 && ((uint8_t)name[len] & 0xc0) == 0x80); len--)
		; /* between characters */
	n = utf8proc_decompose((const utf8proc_uint8_t *)name, (utf8proc_ssize_t)len, points,
			       POINTS, options);
	/* what is no text, or grows beyond all names, has no folded form */
	for (utf8proc_ssize_t i = 0; n <= POINTS && i < n; i++)
		put_point(&w, points[i]);
	require(w.len <= FOLD_MAX);
	out[w.len] = '\0';
	return w.len;
}

bool fold_particle(const char *word, size_t len)
{
	for (size_t i = 0; i < sizeof particles / sizeof particles[0]; i++)
		if (strlen(particles[i]) == len && memcmp(particles[i], word, len) == 0)
			return true;
	return false;
}

/* FNV-1a, without a letter that is said twice (Jansen, Janssen), and without what is written as one with the name only by some. */
static uint64_t word_hash(const char *word, size_t len)
{
	uint64_t h = 0xcbf29ce484222325u;

	for (size_t i = 0; i < sizeof glued / sizeof glued[0]; i++) {
		const size_t n = strlen(glued[i]);

		if (len < n + HASHED_LEAST || memcmp(word, glued[i], n) != 0)
			continue;
		word += n;
		len -= n;
		break;
	}
	for (size_t i = 0; i < len; i++)
		if (i == 0 || word[i] != word[i - 1])
			h = (h ^ (uint8_t)word[i]) * 0x100000001b3u;
	return h;
}

/* Added up, so that the order of the words makes no difference. */
static uint64_t words_hash(const char *folded, bool all)
{
	uint64_t h = 0;

	for (const char *s = folded; *s != '\0';) {
		const size_t n = strcspn(s, " ");

		if (all || !fold_particle(s, n))
			h += word_hash(s, n);
		s += n + (s[n] == ' ' ? 1 : 0);
	}
	return h;
}

uint64_t fold_hash(const char *folded)
{
	const uint64_t h = words_hash(folded, false);

	return h != 0 ? h : words_hash(folded, true);
}

uint64_t fold_pairs(const char *text, size_t len)
{
	uint64_t bits = 0;
	uint8_t last = 0;

	for (size_t i = 0; i < len; i++) {
		const uint8_t now = (uint8_t)text[i];

		if (now == ' ')
			continue;
		if (last != 0)
			bits |= UINT64_C(1) << ((last * 31u + now) * UINT32_C(2654435761) >> 26);
		last = now;
	}
	return bits;
}

/* ---- telephone ---- */

size_t fold_number(char out[FOLD_NUMBER], uint64_t number)
{
	char back[FOLD_NUMBER];
	size_t n = 0;

	for (; number != 0; number /= 10)
		back[n++] = (char)('0' + number % 10);
	require(n < FOLD_NUMBER);
	for (size_t i = 0; i < n; i++)
		out[i] = back[n - 1 - i];
	out[n] = '\0';
	return n;
}

uint64_t fold_number_pairs(uint64_t number)
{
	char d[FOLD_NUMBER];
	const size_t n = fold_number(d, number);

	return fold_pairs(d, n);
}

/* Digits of a country's code, by how it begins (ITU-T E.164). */
static size_t country_digits(const char *d)
{
	static const char two[] =
		"20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 "
		"61 62 63 64 65 66 81 82 84 86 90 91 92 93 94 95 98";

	if (d[0] == '1' || d[0] == '7')
		return 1;
	for (const char *s = two; d[0] != '\0' && d[1] != '\0'; s += 3) {
		if (s[0] == d[0] && s[1] == d[1])
			return 2;
		if (s[2] == '\0')
			break;
	}
	return 3;
}

/* Without the code of the country and the 0 before the area: how it is dialled within the country, less that 0. */
static uint64_t number_of(const char *d, size_t n, bool plus)
{
	uint64_t v = 0;

	if (!plus && n > 2 && d[0] == '0' && d[1] == '0' && d[2] != '0') {
		plus = true;
		d += 2;
		n -= 2;
	}
	if (plus && n > 3) {
		const size_t c = country_digits(d);

		d += c;
		n -= c;
	}
	for (; n > 0 && *d == '0'; d++)
		n--;
	for (; n > 0; n--)
		v = v * 10 + (uint64_t)(*d++ - '0');
	return v;
}

void fold_phones(uint64_t out[FOLD_PHONES], const char *text)
{
	char d[FOLD_DIGITS + 1] = "";
	size_t n = 0, count = 0;
	bool plus = false;

	memset(out, 0, FOLD_PHONES * sizeof *out);
	for (const char *s = text;; s++) {
		const bool digit = *s >= '0' && *s <= '9';
		/* " / " stands between two numbers, and / within one */
		const bool within = *s != '\0' && strchr(" -./()", *s) != NULL &&
				    strncmp(s, " / ", 3) != 0;

		if (digit && n < FOLD_DIGITS) {
			d[n++] = *s;
			d[n] = '\0';
		}
		if (digit || within)
			continue;
		if (n > 0 && count < FOLD_PHONES) {
			const uint64_t v = number_of(d, n, plus);

			if (v != 0)
				out[count++] = v;
		}
		n = 0;
		d[0] = '\0';
		plus = *s == '+';
		if (*s == '\0')
			return;
		if (strncmp(s, " / ", 3) == 0)
			s += 2;
	}
}

/* ---- birth date ---- */

/* A number of exactly so many digits; 0 where there is none. */
static uint32_t digits(const char *s, size_t n)
{
	uint32_t v = 0;

	for (size_t i = 0; i < n; i++) {
		if (s[i] < '0' || s[i] > '9')
			return 0;
		v = v * 10 + (uint32_t)(s[i] - '0');
	}
	return v;
}

uint32_t fold_birth(const char *date)
{
	const size_t n = strlen(date);
	uint32_t v;

	if ((n != 4 && n != 7 && n != 10) || (n > 4 && date[4] != '-') || (n > 7 && date[7] != '-'))
		return 0;
	v = digits(date, 4) * 10000;
	if (v == 0)
		return 0;
	if (n > 4)
		v += digits(date + 5, 2) * 100;
	if (n > 7)
		v += digits(date + 8, 2);
	return v;
}

bool fold_birth_fits(uint32_t a, uint32_t b)
{
	if (a == 0 || b == 0)
		return true;
	if (a / 10000 != b / 10000)
		return false;
	if (a / 100 % 100 == 0 || b / 100 % 100 == 0)
		return true;
	if (a / 100 != b / 100)
		return false;
	return a % 100 == 0 || b % 100 == 0 || a == b;
}

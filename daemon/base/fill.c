/* SPDX-License-Identifier: EUPL-1.2 */
/* Sentences stand in lists as a whole, in each language, because no two languages put their words in the same order; only
 * numbers and names are filled in.  A plural is chosen here for the same reason: "1 members" is no language. */
#include "base/fill.h"

#include <string.h>

#include "base/check.h"
#include "base/text.h"

struct sink {
	FILE *to; /* or, when NULL, out */
	char *out;
	size_t len, cap;
	bool cut;
};

static void put(struct sink *s, const char *p, size_t n)
{
	if (s->to != NULL) {
		(void)fwrite(p, 1, n, s->to);
		return;
	}
	if (s->cut || n > s->cap - 1 - s->len) {
		s->cut = true;
		n = s->cap - 1 - s->len;
	}
	memcpy(s->out + s->len, p, n);
	s->len += n;
}

static void put_value(struct sink *s, const struct fill *v)
{
	char number[24];

	if (v->text != NULL && s->to != NULL) {
		text_print(s->to, v->text);
		return;
	}
	(void)snprintf(number, sizeof number, "%llu", (unsigned long long)v->number);
	put(s, v->text != NULL ? v->text : number, strlen(v->text != NULL ? v->text : number));
}

/* The value that is named between a brace and ":" or "}"; NULL: none. */
static const struct fill *named(const struct fill *values, const char *name, size_t n)
{
	for (; values->name != NULL; values++)
		if (strlen(values->name) == n && memcmp(values->name, name, n) == 0)
			return values;
	return NULL;
}

/* p: behind the colon of {n:one;other}; end: its closing brace. */
static void put_form(struct sink *s, bool one, const char *p, const char *end)
{
	const char *other = memchr(p, ';', (size_t)(end - p));

	if (other == NULL)
		put(s, p, (size_t)(end - p));
	else if (one)
		put(s, p, (size_t)(other - p));
	else
		put(s, other + 1, (size_t)(end - other - 1));
}

static void fill(struct sink *s, const char *p, const struct fill *values, enum fill_plural plural)
{
	require(p != NULL && values != NULL);
	while (*p != '\0') {
		const char *end = *p == '{' ? strchr(p, '}') : NULL;
		const size_t n = end == NULL ? 0 : strcspn(p + 1, ":}");
		const struct fill *v = end == NULL ? NULL : named(values, p + 1, n);

		if (v == NULL) {
			put(s, p++, 1);
			continue;
		}
		if (p[1 + n] == ':')
			put_form(s,
				 v->number == 1 ||
					 (v->number == 0 && plural == FILL_ZERO_IS_ONE_TOO),
				 p + 2 + n, end);
		else
			put_value(s, v);
		p = end + 1;
	}
}

void fill_print(FILE *to, const char *text, const struct fill *values, enum fill_plural plural)
{
	struct sink s = {.to = to};

	require(to != NULL);
	fill(&s, text, values, plural);
}

char *fill_text(char *out, size_t cap, const char *text, const struct fill *values,
		enum fill_plural plural)
{
	struct sink s = {.out = out, .cap = cap};

	require(out != NULL && cap > 0);
	fill(&s, text, values, plural);
	/* A character of several bytes begins with one that is not 10xxxxxx: nothing of the last one stays. */
	if (s.cut)
		while (s.len > 0 && ((unsigned char)out[s.len - 1] & 0x80) != 0 &&
		       ((unsigned char)out[--s.len] & 0x40) == 0)
			;
	out[s.len] = '\0';
	return out;
}

/* SPDX-License-Identifier: EUPL-1.2 */
/* Codes travel, words stay local; so whoever types may type either.  Nothing is guessed: what two codes could be is refused with
 * both.  The more exact reading wins: the code as it is, then the whole words, then the beginning of them. */
#include "client/cli/choice.h"

#include <string.h>

#include "base/check.h"
#include "base/fill.h"
#include "base/text.h"
#include "client/cli/value.h"

enum { TYPED_MAX = 128, PREFIX_MIN = 3 };

/* How exactly the slug says it; 0: not at all. */
enum fit { FIT_NONE, FIT_WITHIN, FIT_BEGIN, FIT_OTHER, FIT_WHOLE, FIT_CODE };

/* slug is the words, begins them, or begins a word within them. */
static enum fit fit_of(const char *words, const char *slug)
{
	char plain[TYPED_MAX];
	const size_t n = strlen(slug);

	if (!text_slug(plain, sizeof plain, words))
		return FIT_NONE;
	if (strcmp(plain, slug) == 0)
		return FIT_WHOLE;
	if (n < PREFIX_MIN)
		return FIT_NONE; /* two letters begin half of the words */
	if (strncmp(plain, slug, n) == 0)
		return FIT_BEGIN;
	for (const char *at = plain; (at = strchr(at, '-')) != NULL;)
		if (strncmp(++at, slug, n) == 0)
			return FIT_WITHIN;
	return FIT_NONE;
}

static enum fit best_of(const struct value_code *v, enum list_lang lang, const char *slug)
{
	enum fit fit = fit_of(v->code, slug), other;

	if (fit == FIT_WHOLE)
		return FIT_CODE;
	other = fit_of(list_text(v->words, lang, v->code), slug);
	fit = other > fit ? other : fit;
	for (int l = 0; l < LIST_LANGS && fit < FIT_OTHER; l++)
		if (fit_of(list_text(v->words, (enum list_lang)l, v->code), slug) == FIT_WHOLE)
			fit = FIT_OTHER;
	return fit;
}

/* Adds what stands for v to out, behind a comma. */
static void add(char *out, size_t cap, const char *text)
{
	const size_t n = strlen(out);

	(void)fill_text(out + n, cap - n, n == 0 ? "{t}" : ", {t}", FILL({"t", text, 0}),
			FILL_ONE_IS_ONE);
}

/* One word or phrase. */
static enum choice one(const struct command *cmd, const char *type, enum list_lang lang,
		       const char *typed, char *out, size_t cap)
{
	char slug[TYPED_MAX];
	enum fit best = FIT_NONE;
	struct value_code v;
	size_t hits = 0;

	if (!text_slug(slug, sizeof slug, typed) || slug[0] == '\0')
		return CHOICE_NONE;
	for (size_t i = 0; value_code_at(cmd, type, i, &v); i++) {
		const enum fit fit = best_of(&v, lang, slug);

		/* only what is as exact as the best counts: "housing" is no question although it begins another word */
		hits = fit > best ? 1 : fit == best && fit != FIT_NONE ? hits + 1 : hits;
		best = fit > best ? fit : best;
	}
	if (hits == 0)
		return CHOICE_NONE;
	if (hits > 1)
		out[0] = '\0'; /* codes that were read before it are not what is asked */
	for (size_t i = 0; value_code_at(cmd, type, i, &v); i++)
		if (best_of(&v, lang, slug) == best)
			add(out, cap, hits == 1 ? v.code : list_text(v.words, lang, v.code));
	return hits == 1 ? CHOICE_ONE : CHOICE_MANY;
}

enum choice choice_read(const struct command *cmd, const char *type, enum list_lang lang,
			const char *typed, char *out, size_t cap)
{
	char copy[512], *save = NULL;
	struct value_code v;

	require(cmd != NULL && type != NULL && typed != NULL && out != NULL && cap > 0);
	out[0] = '\0';
	if (!value_code_at(cmd, type, 0, &v) || strlen(typed) >= sizeof copy)
		return CHOICE_NONE;
	/* a phrase may hold blanks, so that only commas part what is several */
	if (!value_takes_many(type))
		return one(cmd, type, lang, typed, out, cap);
	memcpy(copy, typed, strlen(typed) + 1);
	for (char *w = strtok_r(copy, ",", &save); w != NULL; w = strtok_r(NULL, ",", &save)) {
		const enum choice c = one(cmd, type, lang, w, out, cap);

		if (c != CHOICE_ONE)
			return c;
	}
	return out[0] == '\0' ? CHOICE_NONE : CHOICE_ONE;
}

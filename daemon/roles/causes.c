/* SPDX-License-Identifier: EUPL-1.2 */
/* The one place where what failed below becomes a sentence: kringd's tool, the client and the log all read here. */
#include "roles/causes.h"

#include <string.h>

#include "base/check.h"

static enum fill_plural plural(enum list_lang lang)
{
	return lang == LIST_FR ? FILL_ZERO_IS_ONE_TOO : FILL_ONE_IS_ONE;
}

/* What holds a value that has words of its own. */
static const char *word_of(enum list_lang lang, const struct fill *v)
{
	if (strcmp(v->name, "error") == 0)
		return list_text(LIST_ERRORS, lang, v->text);
	if (strcmp(v->name, "unit") == 0)
		return list_text(LIST_CAUSES, lang, v->text);
	return v->text;
}

static bool is_cause(const struct fill *v)
{
	return strcmp(v->name, "what") == 0 || strcmp(v->name, "do") == 0;
}

char *causes_text(enum list_lang lang, const struct err_text *why, char out[CAUSES_LEN])
{
	struct fill values[CAUSE_VALUES + 1];
	char parts[2][CAUSES_LEN];
	size_t used = 0;

	require(why != NULL && out != NULL);
	out[0] = '\0';
	if (why->text[0] == '\0')
		return out;
	cause_values(why, values);
	for (struct fill *v = values; v->name != NULL; v++)
		v->text = word_of(lang, v);
	for (struct fill *v = values; v->name != NULL && used < 2; v++)
		if (is_cause(v)) {
			(void)fill_text(parts[used], CAUSES_LEN,
					list_text(LIST_CAUSES, lang, v->text), values,
					plural(lang));
			v->text = parts[used++];
		}
	return fill_text(out, CAUSES_LEN, list_text(LIST_CAUSES, lang, why->text), values,
			 plural(lang));
}

char *causes_log(const struct err_text *why, char out[CAUSES_LEN])
{
	return causes_text(LIST_EN, why, out);
}

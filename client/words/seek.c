/* SPDX-License-Identifier: EUPL-1.2 */
/* Which codes end so is data (config/lists/seek.psv): a remedy stays one sentence about its own error. */
#include "client/words/seek.h"

#include <stdio.h>
#include <string.h>

#include "base/check.h"

/* It is copied into a shell: a name is quoted where it is more than letters and digits, and one that could end the quotes is left out. */
static void command(const char *partner, char out[WORDS_LONG])
{
	static const char plain[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-";
	const char *quote = partner[strspn(partner, plain)] == '\0' ? "" : "'";

	if (partner[0] == '\0' || partner[0] == '-' || strchr(partner, '\'') != NULL ||
	    strlen(partner) >= WORDS_LONG / 2)
		(void)snprintf(out, WORDS_LONG, "kring doctor");
	else
		(void)snprintf(out, WORDS_LONG, "kring doctor %s%s%s", quote, partner, quote);
}

/* The row of that code; NULL: none.  A question without a code would fit every row. */
static const char *row_of(const char *code)
{
	require(code != NULL);
	return code[0] == '\0' ? NULL : list_code(LIST_SEEK, code, 0);
}

const char *seek_command(const char *code, const char *partner, char out[WORDS_LONG])
{
	const char *row = row_of(code);

	require(partner != NULL && out != NULL);
	out[0] = '\0';
	if (row != NULL)
		command(strcmp(row, "partner") == 0 ? partner : "", out);
	return out;
}

const char *seek_line(enum list_lang lang, const char *code, const char *partner,
		      char out[WORDS_LONG])
{
	const char *row = row_of(code);
	char typed[WORDS_LONG];

	require(lang < LIST_LANGS && out != NULL);
	out[0] = '\0';
	if (row == NULL)
		return out;
	return fill_text(out, WORDS_LONG, list_text(LIST_SEEK, lang, row),
			 FILL({"command", seek_command(code, partner, typed), 0}),
			 words_plural(lang));
}

const char *seek_partner(const struct msg *reply)
{
	require(reply != NULL);
	for (size_t i = 0; i < msg_count(reply, REPLY_VALUES); i++) {
		const struct msg *v = msg_at(reply, REPLY_VALUES, i);

		if (strcmp(msg_text(v, VALUE_NAME), "partner") == 0)
			return msg_text(v, VALUE_TEXT);
	}
	return "";
}

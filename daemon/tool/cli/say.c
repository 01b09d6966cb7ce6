/* SPDX-License-Identifier: EUPL-1.2 */
/* kring becomes this program for offline work, and its user goes on reading in the same language: kring hands it over in the
 * environment, as it does with JSON. */
#include "tool/cli/say.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"

enum list_lang say_lang(void)
{
	const char *lang = getenv("KRING_LANG");

	for (int i = 0; lang != NULL && i < LIST_LANGS; i++)
		if (strcmp(lang, list_langs[i]) == 0)
			return (enum list_lang)i;
	return LIST_EN;
}

/* Nothing is one in French: "0 membre". */
static enum fill_plural plural(void)
{
	return say_lang() == LIST_FR ? FILL_ZERO_IS_ONE_TOO : FILL_ONE_IS_ONE;
}

const char *say_word(const char *code)
{
	require(code != NULL);
	/* a name or a path is no row, and stays as it is */
	return list_text(LIST_TOOL, say_lang(), code);
}

const char *say_errno(int number)
{
	const char *name = strerrorname_np(number); /* ENOENT: a row of errors.psv */

	require(number != 0);

	return list_text(LIST_ERRORS, say_lang(), name == NULL ? "unknown error" : name);
}

const char *say_err(enum err rc)
{
	return list_text(LIST_ERRORS, say_lang(), err_text(rc));
}

const char *say_flaw(const char *flaw)
{
	return list_text(LIST_ERRORS, say_lang(), flaw);
}

/* A sentence is filled in as a whole: no two languages put their words in the same order. */
void say_to(FILE *to, const char *code, const struct fill *values)
{
	require(to != NULL && code != NULL && values != NULL);
	fill_print(to, say_word(code), values, plural());
}

void say_line(const char *code, const struct fill *values)
{
	say_to(stdout, code, values);
	(void)putchar('\n');
}

/* Longer ones are cut between characters; the longest of the list has half of that. */
char *say_into(char out[SAY_LEN], const char *code, const struct fill *values)
{
	require(out != NULL && code != NULL && values != NULL);
	return fill_text(out, SAY_LEN, say_word(code), values, plural());
}

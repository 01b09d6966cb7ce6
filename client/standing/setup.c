/* SPDX-License-Identifier: EUPL-1.2 */
/* What all files of a setup use: answers compared, rows of its list said. */
#include "client/standing/setup.h"

#include <string.h>

#include "base/check.h"
#include "client/dialogue/talk.h"
#include "client/words/words.h"

bool setup_is(const struct setup *s, enum ask_no no, const char *word)
{
	require(s != NULL && no < ASK_COUNT && word != NULL);
	return strcmp(s->answer[no], word) == 0;
}

void setup_say(const struct setup *s, const char *key, const struct fill *values)
{
	char text[SETUP_SAY];

	require(list_has(LIST_SETUP, key));
	talk_paragraph(
		s->c,
		fill_text(text, sizeof text, setup_of(s, key), values, words_plural(s->c->lang)),
		"");
}

void setup_note(const struct setup *s, const char *key, const struct fill *values)
{
	char text[SETUP_SAY];

	require(list_has(LIST_SETUP, key));
	talk_paragraph(
		s->c,
		fill_text(text, sizeof text, setup_of(s, key), values, words_plural(s->c->lang)),
		"  ");
}

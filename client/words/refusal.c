/* SPDX-License-Identifier: EUPL-1.2 */
/* The node gives a code and values; here they become a sentence.  A sentence is read once from its beginning to its end, so a
 * brace within a value, which a partner may have written, stands for itself. */
#include "client/words/refusal.h"

#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "client/words/words.h"

enum { VALUES_MAX = 8, VALUE_MAX = 1024, CODE_MAX = 64 };

/* Whoever reads it, and where the node is. */
struct reader {
	enum list_lang lang;
	const char *country;
};

/* "identity contact": each in words, "identiteit, contact".  Where they are to be typed the code stands before its words; a code
 * that is in no list of ours stays alone. */
static void codes(const struct reader *r, const struct msg *v, bool typed, char out[VALUE_MAX])
{
	enum list_id list = LIST_COUNT;
	const bool known = list_named(msg_text(v, VALUE_LIST), &list);
	const char *p = msg_text(v, VALUE_CODE);
	size_t len = 0;

	if (known && list == LIST_ERRORS) { /* whose codes have blanks */
		(void)snprintf(out, VALUE_MAX, "%s", list_text(list, r->lang, p));
		return;
	}
	for (out[0] = '\0'; *p != '\0'; p += strspn(p, " ,")) {
		const size_t n = strcspn(p, " ,");
		const char *word, *form;
		char code[CODE_MAX] = "";

		memcpy(code, p, n < sizeof code ? n : sizeof code - 1);
		word = known ? words_called(r->lang, r->country, list, code) : code;
		form = !typed || strcmp(word, code) == 0 ? "{w}" : "{c} ({w})";
		(void)fill_text(out + len, VALUE_MAX - len, len == 0 ? "" : ", ", FILL_NONE,
				words_plural(r->lang));
		len += strlen(out + len);
		(void)fill_text(out + len, VALUE_MAX - len, form,
				FILL({"w", word, 0}, {"c", code, 0}), words_plural(r->lang));
		len += strlen(out + len);
		p += n;
	}
}

/* One kind of value is set; a kind that only newer nodes know is empty. */
static void value_words(const struct reader *r, const struct msg *v, bool typed,
			char out[VALUE_MAX])
{
	char text[WORDS_SHORT];

	out[0] = '\0';
	if (msg_has(v, VALUE_CODE))
		codes(r, v, typed, out);
	else if (msg_has(v, VALUE_TEXT))
		(void)fill_text(out, VALUE_MAX, "{v}", FILL({"v", msg_text(v, VALUE_TEXT), 0}),
				words_plural(r->lang));
	else if (msg_has(v, VALUE_DAY))
		(void)snprintf(out, VALUE_MAX, "%s",
			       words_day(r->lang, msg_text(v, VALUE_DAY), text));
	else if (msg_has(v, VALUE_MOMENT_MS))
		(void)snprintf(out, VALUE_MAX, "%s",
			       words_moment(r->lang, msg_u64(v, VALUE_MOMENT_MS), text));
	else if (msg_has(v, VALUE_SECONDS))
		(void)snprintf(out, VALUE_MAX, "%s",
			       msg_u64(v, VALUE_SECONDS) < 60
				       ? list_text(LIST_DATES, r->lang, "moment")
				       : words_length(r->lang, msg_u64(v, VALUE_SECONDS), text));
}

/* A cause is a sentence of its own, about the values beside it. */
static bool is_cause(const struct msg *v)
{
	return strcmp(msg_text(v, VALUE_LIST), list_name(LIST_CAUSES)) == 0;
}

/* Numbers stay numbers: a plural is chosen by them. */
static char *fill(const struct reader *r, const char *text, bool typed, const struct msg *reply,
		  char out[WORDS_LONG])
{
	struct fill values[VALUES_MAX + 1] = {{.name = NULL}};
	char words[VALUES_MAX][VALUE_MAX];

	require(text != NULL && out != NULL);
	for (size_t i = 0; i < VALUES_MAX && i < msg_count(reply, REPLY_VALUES); i++) {
		const struct msg *v = msg_at(reply, REPLY_VALUES, i);

		values[i].name = msg_text(v, VALUE_NAME);
		values[i].number = msg_u64(v, VALUE_NUMBER);
		if (msg_has(v, VALUE_NUMBER))
			continue;
		value_words(r, v, typed, words[i]);
		values[i].text = words[i];
	}
	for (size_t i = 0; i < VALUES_MAX && values[i].name != NULL; i++)
		if (is_cause(msg_at(reply, REPLY_VALUES, i)))
			values[i].text = fill_text(
				words[i], VALUE_MAX,
				list_text(LIST_CAUSES, r->lang,
					  msg_text(msg_at(reply, REPLY_VALUES, i), VALUE_CODE)),
				values, words_plural(r->lang));
	return fill_text(out, WORDS_LONG, text, values, words_plural(r->lang));
}

/* A part that this code has no row for says nothing. */
static void part(const struct reader *r, struct arena *a, struct msg *reply, const char *name,
		 unsigned field)
{
	const char *code = msg_text(reply, REPLY_CODE);
	char row[CODE_MAX], out[WORDS_LONG];

	(void)snprintf(row, sizeof row, "%s%s", code, name);
	if (list_has(LIST_REFUSALS, row))
		msg_set_text(a, reply, field,
			     fill(r, list_text(LIST_REFUSALS, r->lang, row), field == REPLY_REMEDY,
				  reply, out));
	else
		msg_set_text(a, reply, field, name[0] == '\0' ? code : "");
}

/* What and why are the same wherever it is read; only what to do differs: a command to type, or something on a page. */
static void whole(const struct reader *r, struct arena *a, struct msg *reply, const char *remedy)
{
	require(a != NULL && reply != NULL);
	if (msg_text(reply, REPLY_CODE)[0] == '\0')
		return;
	part(r, a, reply, "", REPLY_WHAT);
	part(r, a, reply, ".why", REPLY_WHY);
	part(r, a, reply, remedy, REPLY_REMEDY);
}

void refusal_words(enum list_lang lang, const char *country, struct arena *a, struct msg *reply)
{
	whole(&(struct reader){lang, country}, a, reply, ".do");
}

void refusal_screen(enum list_lang lang, const char *country, struct arena *a, struct msg *reply)
{
	whole(&(struct reader){lang, country}, a, reply, ".screen");
}

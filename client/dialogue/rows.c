/* SPDX-License-Identifier: EUPL-1.2 */
/* Cases and people as lists and headings name them: people of the same name are told apart by what stands beside it. */
#include "client/dialogue/dialogue.h"
#include "client/print/todo.h"

enum { LABEL = 400 };

static const char *label_of(struct cli *c, const struct msg *row)
{
	char since[WORDS_SHORT], text[LABEL], number[TODO_CASE + 1];

	todo_case(msg_text(row, CASE_ROW_ID), number);
	(void)fill_text(
		text, sizeof text,
		talk_of(c, msg_u64(row, CASE_ROW_CLOSED) != 0 ? "case-closed" : "case-row"),
		FILL({"name", msg_text(row, CASE_ROW_NAME), 0}, {"number", number, 0},
		     {"since", words_day_of(c->lang, msg_u64(row, CASE_ROW_CREATED_MS), since), 0}),
		words_plural(c->lang));
	return arena_text(&c->arena, text);
}

char *dialogue_who(const struct cli *c, const struct msg *person, char *out, size_t cap)
{
	const char *born = person == NULL ? "" : msg_text(person, PERSON_BIRTH_DATE);
	char day[WORDS_SHORT];

	return fill_text(out, cap, born[0] == '\0' ? "{name}" : talk_of(c, "who-born"),
			 FILL({"name", person == NULL ? "?" : msg_text(person, PERSON_NAME), 0},
			      {"born", words_date(c->lang, born, day), 0}),
			 words_plural(c->lang));
}

size_t dialogue_case_items(struct cli *c, const struct msg *reply, size_t most,
			   struct talk_item *items)
{
	size_t n = 0;

	for (; n < msg_count(reply, REPLY_CASES) && n < most; n++)
		items[n] = (struct talk_item){label_of(c, msg_at(reply, REPLY_CASES, n)), NULL};
	return n;
}

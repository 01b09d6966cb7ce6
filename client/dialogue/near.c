/* SPDX-License-Identifier: EUPL-1.2 */
/* Nothing is put together by itself: two people may have one name and one telephone.  Whoever is asked knows them. */
#include "client/dialogue/near.h"

#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "base/date.h"
#include "client/cli/terminal.h"
#include "client/print/print.h"
#include "client/print/todo.h"

enum { NEAR_SHOWN = 8, WHO = 400 };

/* Name, birth date, number of the case, and what is the same. */
static const char *row_text(const struct cli *c, const struct msg *row, char out[WHO])
{
	const char *born = msg_text(row, NEAR_ROW_BIRTH_DATE),
		   *same = cli_called(c, c->lang, LIST_PERSON, msg_text(row, NEAR_ROW_SAME));
	char number[TODO_CASE + 1], day[WORDS_SHORT];

	todo_case(msg_text(row, NEAR_ROW_ID), number);
	/* of a partner it may be any text */
	if (strlen(born) < DATE_TEXT)
		born = words_date(c->lang, born, day);
	return fill_text(
		out, WHO,
		list_text(LIST_SAID, c->lang, born[0] == '\0' ? "near-row" : "near-row-born"),
		FILL({"name", msg_text(row, NEAR_ROW_NAME), 0}, {"born", born, 0},
		     {"number", number, 0}, {"same", same, 0}),
		words_plural(c->lang));
}

static void say(const struct cli *c, const char *key, const struct fill *values)
{
	char text[WORDS_LONG];

	(void)fill_text(text, sizeof text, list_text(LIST_SAID, c->lang, key), values,
			words_plural(c->lang));
	terminal_sentence(c, stderr, text, strlen(text));
}

/* Fields that were typed and not taken over. */
static void print_kept(const struct cli *c, const struct msg *reply)
{
	char fields[WHO] = "", number[TODO_CASE + 1];
	size_t n = 0;

	for (size_t i = 0; i < msg_count(reply, REPLY_KEPT); i++) {
		const char *name = cli_called(c, c->lang, LIST_PERSON,
					      msg_text_at(reply, REPLY_KEPT, i));

		if (n + strlen(name) + 3 > sizeof fields)
			break;
		if (n > 0) {
			memcpy(fields + n, ", ", 2);
			n += 2;
		}
		memcpy(fields + n, name, strlen(name) + 1);
		n += strlen(name);
	}
	todo_case(msg_text(reply, REPLY_ID), number);
	if (fields[0] != '\0')
		say(c, "near-kept", FILL({"fields", fields, 0}, {"id", number, 0}));
}

/* The case of a referral that was just accepted. */
static const char *accepted(const struct msg *reply)
{
	return msg_count(reply, REPLY_REFERRALS) == 0
		       ? ""
		       : msg_text(msg_at(reply, REPLY_REFERRALS, 0), REFERRAL_ROW_CASE_ID);
}

void near_print(const struct cli *c, const struct msg *reply)
{
	const size_t count = msg_count(reply, REPLY_NEAR);
	char who[WHO], one[TODO_CASE + 1], new[TODO_CASE + 1];

	require(c != NULL && reply != NULL);
	print_kept(c, reply);
	if (count == 0)
		return;
	say(c, "near-head", FILL_NONE);
	for (size_t i = 0; i < count && i < NEAR_SHOWN; i++)
		cli_error_line(c, "  ", row_text(c, msg_at(reply, REPLY_NEAR, i), who), "");
	todo_case(msg_text(msg_at(reply, REPLY_NEAR, 0), NEAR_ROW_ID), one);
	todo_case(msg_text(reply, REPLY_ID), new);
	if (c->cmd->act != 0) {
		todo_case(accepted(reply), new);
		say(c, "near-accept", FILL({"id", one, 0}, {"new", new, 0}));
	} else if (msg_u64(reply, REPLY_DRY_RUN) != 0)
		say(c, "near-try", FILL({"id", one, 0}));
	else
		say(c, "near-new", FILL({"id", one, 0}, {"new", new, 0}));
}

/* Was more than the name the same? */
static bool surely(const struct msg *reply, const struct msg *person)
{
	for (size_t i = 0; i < msg_count(reply, REPLY_NEAR); i++) {
		const struct msg *row = msg_at(reply, REPLY_NEAR, i);
		const char *born = msg_text(row, NEAR_ROW_BIRTH_DATE);

		if (strcmp(msg_text(row, NEAR_ROW_SAME), "name") != 0 ||
		    (born[0] != '\0' && strcmp(born, msg_text(person, PERSON_BIRTH_DATE)) == 0))
			return true;
	}
	return false;
}

/* Is it one of these?  Its id into same, or "". */
static enum talk pick(struct cli *c, const struct msg *reply, const char *none, char same[64])
{
	struct talk_item items[NEAR_SHOWN + 1];
	size_t n = 0, i;
	enum talk t;

	talk_head(c, "alike-more", FILL_NONE);
	for (; n < msg_count(reply, REPLY_NEAR) && n < NEAR_SHOWN; n++) {
		char who[WHO];

		items[n] = (struct talk_item){
			arena_text(&c->arena, row_text(c, msg_at(reply, REPLY_NEAR, n), who)),
			NULL};
		if (items[n].text == NULL)
			return TALK_STOP;
	}
	/* the last one is never taken for them by Enter alone: nobody becomes somebody else by a slip */
	items[n] = (struct talk_item){talk_of(c, none), NULL};
	t = talk_pick(c, items, n + 1, TALK_NONE, &i);
	if (t == TALK_OK && i < n)
		(void)snprintf(same, 64, "%s", msg_text(msg_at(reply, REPLY_NEAR, i), NEAR_ROW_ID));
	return t;
}

int near_tell(struct cli *c, const struct msg *reply)
{
	struct msg *sub, *req, *said;
	char same[64] = "", number[TODO_CASE + 1];
	int code;

	if (c->cmd->act == 0 || msg_u64(reply, REPLY_DRY_RUN) != 0 ||
	    msg_count(reply, REPLY_NEAR) == 0 || accepted(reply)[0] == '\0' || !talk_possible(c)) {
		near_print(c, reply);
		return CLI_DONE;
	}
	/* it is accepted, whatever is answered here */
	if (pick(c, reply, "alike-other", same) != TALK_OK || same[0] == '\0')
		return CLI_DONE;
	/* a request of its own: what was accepted stays accepted, also when this one is refused */
	req = cli_request(c, REQUEST_CASE_SAME, &sub);
	msg_set_text(&c->arena, sub, CASE_SAME_ID, accepted(reply));
	msg_set_text(&c->arena, sub, CASE_SAME_OTHER, same);
	code = cli_call(c, req, &said);
	todo_case(accepted(reply), number);
	if (code == CLI_DONE)
		say(c, "did-case-same", FILL({"id", number, 0}));
	return code;
}

enum talk near_ask(struct cli *c, struct msg *person, bool known, char same[64])
{
	struct msg *sub, *req = cli_request(c, REQUEST_CASE_NEAR, &sub), *reply = NULL;

	same[0] = '\0';
	msg_put_sub(sub, CASE_NEW_PERSON, person);
	/* what the node has against it, it says when the case is made */
	if (cli_try(c, req, &reply) != CLI_DONE || msg_count(reply, REPLY_NEAR) == 0 ||
	    (known && !surely(reply, person)))
		return TALK_OK;
	return pick(c, reply, "alike-new", same);
}

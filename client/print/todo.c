/* SPDX-License-Identifier: EUPL-1.2 */
/* The node says what is to be done, in codes; how one types it is the command line's own affair.  "..." stands where a person has to
 * choose.  A kind that this client does not know comes from a newer node: it is shown without a command. */
#include "client/print/todo.h"

#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "base/fill.h"
#include "client/print/print.h"

enum { COMMAND_LEN = 320 };

/* also: other commands that end the same work, with commas between; {ref}, {id}, {case}, {partner}, {categories}, {target} and {need} are of the row. */
static const struct todo {
	const char *kind, *command, *also;
} todos[] = {
	{"answer-due", "kring accept {ref}", "ask,decline,redirect"},
	{"question-open", "kring info {ref}", "withdraw"},
	{"start-due", "kring start {ref}", "note,hold,outcome,decline"},
	{"review-due", "kring start {ref}", "note,outcome,decline"},
	{"progress-due", "kring note {ref}", "outcome,hold"},
	{"outcome-due", "kring ack {ref}", "reopen"},
	{"withdraw-due", "kring confirm-withdraw {ref}", "outcome"},
	{"reopen-due", "kring start {ref}", "outcome"},
	{"erase-due", "kring erase {ref}", ""},
	{"follow-up", "kring refer {case}", ""},
	{"escalated", "kring partner show {partner}", "withdraw"},
	{"undeliverable", "kring partner show {partner}", "withdraw"},
	{"hollow", "kring show {ref}", ""},
	{"partner-removed", "kring refer {case}", ""},
	{"lost-act", "kring show {ref}", ""},
	{"agreement-missing", "kring partner agree {partner} --receive --share {categories}", ""},
	{"consent-ends", "kring consent give {case} --to {partner} --share ...", ""},
	{"reminded", "kring note {ref}", "outcome,hold"},
	{"consent-taken-back", "kring consent list {case}", ""},
	{"erasure-unanswered", "kring partner show {partner}", ""},
	{"message-new", "kring show {ref}", "say"},
	{"appointment", "kring show {ref}", "say"},
	{"handover-answer", "kring handover agree {ref}", ""},
	{"handover-send", "kring handover send {ref}", ""},
	{"handover-cede", "kring handover cede {ref}", ""},
	{"handover-take", "kring handover take {ref}", ""},
	{"handover-slow", "kring handover show {ref}", ""},
	{"refer-on", "kring refer {case}", ""},
	{"goes-on", "kring handover show {ref}", ""},
	{"case-requested", "kring handover propose {case} --to {partner}", "keep"},
	{"moved-on", "kring show {ref}", ""},
	{"passed-around", "kring show {ref}", "say"},
	{"closed-long-ago", "kring case erase {case}", ""},
	{"kept-ends", "kring consent show {id}", ""},
	{"partner-takes-no-more", "kring partner show {partner}", "withdraw"},
};

/* The partner has to ask the person; this side can only look whose consent it is. */
static const struct todo ends_there = {"consent-ends", "kring case show {case}", ""};

/* The partner named a member: the one command refers there, for what the person needs. */
static const struct todo goes_there = {"refer-on", "kring refer {case} --to {target} --need {need}",
				       ""};

/* Who left the federation is written to: what it had of the person is on that sheet. */
static const struct todo writes_there = {"erasure-unanswered", "kring letter {case}", ""};

/* NULL: a kind of a newer node. */
static const struct todo *todo_of(const struct msg *row)
{
	const char *kind = msg_text(row, WORK_ROW_KIND);

	if (strcmp(kind, ends_there.kind) == 0 && msg_u64(row, WORK_ROW_MINE) == 0)
		return &ends_there;
	if (strcmp(kind, goes_there.kind) == 0 && msg_text(row, WORK_ROW_TARGET)[0] != '\0' &&
	    msg_text(row, WORK_ROW_NEED)[0] != '\0')
		return &goes_there;
	if (strcmp(kind, writes_there.kind) == 0 && msg_text(row, WORK_ROW_DETAIL)[0] != '\0')
		return &writes_there;
	for (size_t i = 0; i < sizeof todos / sizeof todos[0]; i++)
		if (strcmp(todos[i].kind, kind) == 0)
			return &todos[i];
	return NULL;
}

void todo_case(const char *id, char out[TODO_CASE + 1])
{
	require(id != NULL);
	(void)snprintf(out, TODO_CASE + 1, "%s", print_short(id));
}

/* Values stand in the row; what is too long for a line is cut, and a person sees that.  A list of categories is one word of a
 * command. */
static void fill(const struct msg *row, const char *text, char out[COMMAND_LEN])
{
	char id[TODO_CASE + 1], thread[TODO_CASE + 1], categories[COMMAND_LEN];
	size_t n = 0;

	todo_case(msg_text(row, WORK_ROW_CASE_ID), id);
	todo_case(msg_text(row, WORK_ROW_ID), thread);
	for (const char *s = msg_text(row, WORK_ROW_DETAIL); *s != '\0'; s++)
		if (*s != ' ' && n + 1 < sizeof categories)
			categories[n++] = *s;
	categories[n] = '\0';
	(void)fill_text(out, COMMAND_LEN, text,
			FILL({"ref", msg_text(row, WORK_ROW_REF), 0}, {"id", thread, 0},
			     {"case", id, 0}, {"partner", msg_text(row, WORK_ROW_TYPED), 0},
			     {"categories", categories, 0},
			     {"target", msg_text(row, WORK_ROW_TARGET), 0},
			     {"need", msg_text(row, WORK_ROW_NEED), 0}),
			FILL_ONE_IS_ONE);
}

/* Texts of a row that came are replaced, which a parsed message allows; its lists stay as they are. */
void todo_fill(struct cli *c, struct msg *reply)
{
	require(c != NULL && reply != NULL);
	for (size_t i = 0; i < msg_count(reply, REPLY_WORK); i++) {
		struct msg *row = msg_edit(reply, REPLY_WORK, i);
		const struct todo *todo = todo_of(row);
		char line[COMMAND_LEN];

		if (todo == NULL)
			continue;
		fill(row, todo->command, line);
		msg_set_text(&c->arena, row, WORK_ROW_COMMAND, line);
		if (todo->also[0] != '\0')
			msg_set_text(&c->arena, row, WORK_ROW_ALSO, todo->also);
	}
}

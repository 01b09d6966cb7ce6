/* SPDX-License-Identifier: EUPL-1.2 */
/* The node says what is to be done, in codes; how one types it is the command line's own affair.  "..." stands where a person has to
 * choose.  A kind that this client does not know comes from a newer node: it is shown without a command. */
#include "client/print/todo.h"

#include <stdio.h>
#include <string.h>

#include "base/check.h"

enum { ID_DIGITS = 32, TIME_DIGITS = 12, COMMAND_LEN = 320 };

/* also: other commands that end the same work, with commas between; {ref}, {case}, {partner} and {categories} are of the row. */
static const struct todo {
	const char *kind, *command, *also;
} todos[] = {
	{"answer-due", "kring accept {ref}", "ask,decline,redirect"},
	{"question-open", "kring info {ref} --share ...", "withdraw"},
	{"start-due", "kring start {ref}", "note,hold,outcome,decline"},
	{"review-due", "kring start {ref}", "note,outcome,decline"},
	{"progress-due", "kring note {ref} --reason ...", "outcome,hold"},
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
	{"reminded", "kring note {ref} --reason ...", "outcome,hold"},
	{"consent-taken-back", "kring consent list {case}", ""},
	{"message-new", "kring show {ref}", "say"},
	{"appointment", "kring show {ref}", "say"},
	{"partner-takes-no-more", "kring partner show {partner}", "withdraw"},
};

/* The partner has to ask the person; this side can only look whose consent it is. */
static const struct todo ends_there = {"consent-ends", "kring case show {case}", ""};

/* NULL: a kind of a newer node. */
static const struct todo *todo_of(const struct msg *row)
{
	const char *kind = msg_text(row, WORK_ROW_KIND);

	if (strcmp(kind, ends_there.kind) == 0 && msg_u64(row, WORK_ROW_MINE) == 0)
		return &ends_there;
	for (size_t i = 0; i < sizeof todos / sizeof todos[0]; i++)
		if (strcmp(todos[i].kind, kind) == 0)
			return &todos[i];
	return NULL;
}

/* An id begins with the time at which it was made: what tells it apart stands behind. */
void todo_case(const char *id, char out[TODO_CASE + 1])
{
	require(id != NULL);
	(void)snprintf(out, TODO_CASE + 1, "%s", strlen(id) == ID_DIGITS ? id + TIME_DIGITS : id);
}

/* A list of categories is one word of a command. */
static size_t put(char *out, size_t n, const char *value)
{
	for (; *value != '\0' && n + 1 < COMMAND_LEN; value++)
		if (*value != ' ' || n == 0 || out[n - 1] != ',')
			out[n++] = *value;
	return n;
}

/* Values stand in the row; what is too long for a line is cut, and a person sees that. */
static void fill(const struct msg *row, const char *text, char out[COMMAND_LEN])
{
	char id[TODO_CASE + 1];
	const struct {
		const char *name, *value;
	} values[] = {{"{ref}", msg_text(row, WORK_ROW_REF)},
		      {"{case}", id},
		      {"{partner}", msg_text(row, WORK_ROW_TYPED)},
		      {"{categories}", msg_text(row, WORK_ROW_DETAIL)}};
	size_t n = 0;

	todo_case(msg_text(row, WORK_ROW_CASE_ID), id);
	while (*text != '\0' && n + 1 < COMMAND_LEN) {
		size_t i = 0;

		while (i < 4 && strncmp(values[i].name, text, strlen(values[i].name)) != 0)
			i++;
		if (i == 4) {
			out[n++] = *text++;
			continue;
		}
		n = put(out, n, values[i].value);
		text += strlen(values[i].name);
	}
	out[n] = '\0';
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

/* SPDX-License-Identifier: EUPL-1.2 */
/* Drafts: listed, thrown away, and mentioned where the day begins. */
#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "client/cli/page.h"
#include "client/commands/cmd.h"
#include "client/draft/draft.h"
#include "client/print/print.h"
#include "client/print/said.h"

enum { TYPED_MIN = 4, WHAT_WIDTH = 20, WHO_WIDTH = 28 };

/* A form of a draft that one goes on with here; another one belongs to another program. */
static const struct form {
	const char *code, *name, *open, *command;
} forms[] = {{"refer", "draft-refer", "draft-open-refer", "kring refer"},
	     {"case-new", "draft-case-new", "draft-open-case-new", "kring case new"}};
enum { FORMS = sizeof forms / sizeof forms[0] };

static const struct form *form_of(const struct msg *row)
{
	for (size_t i = 0; i < FORMS; i++)
		if (strcmp(forms[i].code, msg_text(row, DRAFT_ROW_FORM)) == 0)
			return &forms[i];
	return NULL;
}

/* What, about whom, until when it is kept; and the command that goes on. */
static void print_draft(const struct cli *c, const struct msg *row)
{
	const struct form *form = form_of(row);
	char when[WORDS_SHORT], until[WORDS_SHORT];

	print_id(msg_text(row, DRAFT_ROW_ID));
	print_cell(form == NULL ? msg_text(row, DRAFT_ROW_FORM) : words_of(c->lang, form->name),
		   WHAT_WIDTH);
	print_cell(msg_text(row, DRAFT_ROW_LABEL), WHO_WIDTH);
	print_say(
		c, "draft-kept",
		FILL({"when", words_moment(c->lang, msg_u64(row, DRAFT_ROW_SAVED_MS), when), 0},
		     {"until", words_day_of(c->lang, msg_u64(row, DRAFT_ROW_UNTIL_MS), until), 0}));
	(void)putchar('\n');
	if (form != NULL)
		(void)printf("          %s\n", form->command);
}

/* The newest first, as where one is chosen to go on with. */
int cmd_draft_list(struct cli *c)
{
	struct msg *sub, *reply, *req = cli_request(c, REQUEST_DRAFT_LIST, &sub);
	const int code = cli_ask(c, req, &reply);

	require(c->word_count == 0);
	if (code != CLI_DONE || c->json)
		return code;
	page_begin(c);
	for (size_t i = msg_count(reply, REPLY_DRAFTS); i-- > 0;)
		print_draft(c, msg_at(reply, REPLY_DRAFTS, i));
	said_none(c, reply);
	page_end(c);
	return code;
}

/* Does the id begin as it was typed, whole or as it is shown? */
static bool begins(const char *id, const char *typed)
{
	const size_t n = strlen(typed);

	return n >= TYPED_MIN &&
	       (strncmp(id, typed, n) == 0 || strncmp(print_short(id), typed, n) == 0);
}

/* The node takes a whole id; what was typed is looked for among the reader's own.  None: the node says so. */
int cmd_draft_drop(struct cli *c)
{
	struct msg *sub, *reply, *req = cli_request(c, REQUEST_DRAFT_LIST, &sub);
	const char *id;
	size_t found = 0;
	int code;

	require(c->word_count > 0);
	id = c->words[0];
	code = cli_call(c, req, &reply);
	if (code != CLI_DONE)
		return code;
	for (size_t i = 0; i < msg_count(reply, REPLY_DRAFTS); i++) {
		const char *one = msg_text(msg_at(reply, REPLY_DRAFTS, i), DRAFT_ROW_ID);

		if (begins(one, c->words[0])) {
			id = one;
			found++;
		}
	}
	if (found > 1)
		return cli_refuse(c, CLI_USAGE, "draft-alike", FILL({"id", c->words[0], 0}));
	req = cli_request(c, REQUEST_DRAFT_DROP, &sub);
	msg_set_text(&c->arena, sub, BY_ID_ID, id);
	return cmd_finish(c, req);
}

void draft_mention(struct cli *c)
{
	struct msg *sub, *reply = NULL, *req = cli_request(c, REQUEST_DRAFT_LIST, &sub);
	size_t shown = 0, count;

	require(!c->json);
	if (cli_look(c, req, &reply) != CLI_DONE)
		return;
	count = msg_count(reply, REPLY_DRAFTS);
	if (count > 0)
		(void)putchar('\n');
	for (size_t f = 0; f < FORMS; f++)
		for (size_t i = count; i-- > 0;) {
			const struct msg *row = msg_at(reply, REPLY_DRAFTS, i);

			if (form_of(row) != &forms[f])
				continue;
			print_say_line(c, forms[f].open,
				       FILL({"who", msg_text(row, DRAFT_ROW_LABEL), 0}));
			shown++;
			break;
		}
	if (count > shown)
		print_say_line(c, "draft-others", FILL({"n", NULL, count - shown}));
}

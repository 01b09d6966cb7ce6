/* SPDX-License-Identifier: EUPL-1.2 */
/* Cases: people's own words, which stay on this node unless a consent and a referral take them further. */
#include <stdio.h>

#include "base/check.h"
#include "client/commands/cmd.h"
#include "client/commands/person.h"
#include "client/commands/sure.h"
#include "client/dialogue/dialogue.h"
#include "client/print/print.h"
#include "client/words/day.h"

/* Without any option it is asked for on a terminal, step by step. */
int cmd_case_new(struct cli *c)
{
	char id[64];

	struct msg *sub, *req;
	bool tries;
	int bad;

	if (c->option_count == 0 && talk_possible(c))
		return dialogue_case_new(c, id);
	/* who only asks is told who is alike, and nothing is made */
	tries = cli_option(c, "dry-run") != NULL && cli_option(c, "same-as") == NULL;
	req = cli_request(c, tries ? REQUEST_CASE_NEAR : REQUEST_CASE_NEW, &sub);
	bad = person_fill(c, msg_sub(&c->arena, sub, CASE_NEW_PERSON));
	require(c->cmd->run == cmd_case_new);
	msg_set_text(&c->arena, sub, CASE_NEW_SAME_AS, cli_option(c, "same-as"));
	if (!tries)
		cmd_put_flag(c, req, "dry-run", REQUEST_DRY_RUN);
	return bad != 0 ? bad : cmd_finish(c, req);
}

/* Only what was given changes; an option with an empty value removes a field. */
int cmd_case_edit(struct cli *c)
{
	struct msg *sub, *req = cli_request(c, REQUEST_CASE_EDIT, &sub);
	int bad = person_fill(c, msg_sub(&c->arena, sub, CASE_EDIT_PERSON));

	require(c->word_count > 0);
	msg_set_text(&c->arena, sub, CASE_EDIT_ID, c->words[0]);
	cmd_put_expect(c, sub, CASE_EDIT_EXPECT);
	return bad != 0 ? bad : cmd_finish(c, req);
}

/* Search is the same list with a text. */
int cmd_case_list(struct cli *c)
{
	struct msg *sub, *req = cli_request(c, REQUEST_CASE_LIST, &sub);
	char born[DATE_TEXT];

	require(c->word_count <= 1);
	if (c->word_count > 0) /* a birth date is looked for as it is kept */
		msg_set_text(&c->arena, sub, CASE_SEARCH_TEXT,
			     day_birth(c->words[0], c->lang, day_today(), born) == DAY_OK
				     ? born
				     : c->words[0]);
	cmd_put_number(c, sub, "limit", CASE_SEARCH_LIMIT);
	msg_set_text(&c->arena, sub, CASE_SEARCH_AFTER, cli_option(c, "after"));
	msg_set_text(&c->arena, sub, CASE_SEARCH_FROM, cli_option(c, "from"));
	return cmd_finish(c, req);
}

int cmd_case_note(struct cli *c)
{
	struct msg *sub, *req = cli_request(c, REQUEST_CASE_NOTE, &sub);

	require(c->word_count > 0);
	msg_set_text(&c->arena, sub, CASE_NOTE_ID, c->words[0]);
	msg_set_text(&c->arena, sub, CASE_NOTE_TEXT, cli_option(c, "text"));
	return cmd_finish(c, req);
}

/* Field by field and by name: a partner's values never replace ours as a whole. */
int cmd_case_take(struct cli *c)
{
	struct msg *sub, *req = cli_request(c, REQUEST_CASE_TAKE, &sub);

	if (c->word_count < 2)
		return cli_refuse(c, CLI_USAGE, "missing-argument",
				  FILL({"words", list_text(LIST_ARGUMENTS, c->lang, "FIELD"), 0},
				       {"lists", "kring case show", 0}));
	msg_set_text(&c->arena, sub, CASE_TAKE_ID, c->words[0]);
	for (size_t i = 1; i < c->word_count; i++)
		msg_add_text(&c->arena, sub, CASE_TAKE_FIELDS, c->words[i]);
	cmd_put_expect(c, sub, CASE_TAKE_EXPECT);
	return cmd_finish(c, req);
}

/* With one case it is taken back. */
int cmd_case_same(struct cli *c)
{
	struct msg *sub, *req = cli_request(c, REQUEST_CASE_SAME, &sub);

	require(c->word_count > 0 && c->word_count <= 2);
	msg_set_text(&c->arena, sub, CASE_SAME_ID, c->words[0]);
	if (c->word_count > 1)
		msg_set_text(&c->arena, sub, CASE_SAME_OTHER, c->words[1]);
	return cmd_finish(c, req);
}

/* Erasing is destroying a key.  Without --now that waits for the nightly batch, because each time all keys are
 * written again. */
int cmd_case_erase(struct cli *c)
{
	struct msg *sub, *req = cli_request(c, REQUEST_CASE_ERASE, &sub), *reply;
	int code;

	require(c->word_count > 0);
	msg_set_text(&c->arena, sub, CASE_ERASE_ID, c->words[0]);
	if (cli_option(c, "now") != NULL)
		msg_set_u64(sub, CASE_ERASE_NOW, 1);
	if (!sure(c, req, &code))
		return code;
	code = cli_ask(c, req, &reply);
	if (code != CLI_DONE || c->json)
		return code;
	print_say_line(c, "case-erased", FILL_NONE);
	print_say_line(c, cli_option(c, "now") != NULL ? "case-erased-now" : "case-erased-tonight",
		       FILL_NONE);
	return code;
}

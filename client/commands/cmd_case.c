/* SPDX-License-Identifier: EUPL-1.2 */
#include <stdio.h>

#include "client/commands/cmd.h"
#include "client/commands/person.h"

int cmd_case_new(struct cli *c)
{
	struct msg *sub, *req = cli_request(c, REQUEST_CASE_NEW, &sub);
	int bad = person_fill(c, msg_sub(&c->arena, sub, CASE_NEW_PERSON));

	return bad != 0 ? bad : cmd_finish(c, req);
}

int cmd_case_edit(struct cli *c)
{
	struct msg *sub, *req = cli_request(c, REQUEST_CASE_EDIT, &sub);
	int bad = person_fill(c, msg_sub(&c->arena, sub, CASE_EDIT_PERSON));

	msg_set_text(&c->arena, sub, CASE_EDIT_ID, c->words[0]);
	cmd_put_expect(c, sub, CASE_EDIT_EXPECT);
	return bad != 0 ? bad : cmd_finish(c, req);
}

int cmd_case_list(struct cli *c)
{
	struct msg *sub, *req = cli_request(c, REQUEST_CASE_LIST, &sub);

	if (c->word_count > 0)
		msg_set_text(&c->arena, sub, CASE_SEARCH_TEXT, c->words[0]);
	cmd_put_number(c, sub, "limit", CASE_SEARCH_LIMIT);
	msg_set_text(&c->arena, sub, CASE_SEARCH_AFTER, cli_option(c, "after"));
	return cmd_finish(c, req);
}

int cmd_case_note(struct cli *c)
{
	struct msg *sub, *req = cli_request(c, REQUEST_CASE_NOTE, &sub);

	msg_set_text(&c->arena, sub, CASE_NOTE_ID, c->words[0]);
	msg_set_text(&c->arena, sub, CASE_NOTE_TEXT, cli_option(c, "text"));
	return cmd_finish(c, req);
}

int cmd_case_take(struct cli *c)
{
	struct msg *sub, *req = cli_request(c, REQUEST_CASE_TAKE, &sub);

	if (c->word_count < 2)
		return cli_fail(c, CLI_USAGE, "missing argument", c->cmd->words, c->cmd->example);
	msg_set_text(&c->arena, sub, CASE_TAKE_ID, c->words[0]);
	for (size_t i = 1; i < c->word_count; i++)
		msg_add_text(&c->arena, sub, CASE_TAKE_FIELDS, c->words[i]);
	return cmd_finish(c, req);
}

int cmd_case_close(struct cli *c)
{
	struct msg *sub, *req = cli_request(c, REQUEST_CASE_CLOSE, &sub);

	msg_set_text(&c->arena, sub, BY_ID_ID, c->words[0]);
	cmd_put_expect(c, sub, BY_ID_EXPECT);
	return cmd_finish(c, req);
}

int cmd_case_erase(struct cli *c)
{
	struct msg *sub, *req = cli_request(c, REQUEST_CASE_ERASE, &sub), *reply;
	int code;

	msg_set_text(&c->arena, sub, CASE_ERASE_ID, c->words[0]);
	if (cli_option(c, "now") != NULL)
		msg_set_u64(sub, CASE_ERASE_NOW, 1);
	code = cli_ask(c, req, &reply);
	if (code == CLI_DONE && !c->json)
		(void)printf("erased: this case can no longer be shown\n%s",
			     cli_option(c, "now") != NULL
				     ? "its key is destroyed\n"
				     : "its key is destroyed tonight (with --now: at once)\n");
	return code;
}

/* SPDX-License-Identifier: EUPL-1.2 */
#include "client/commands/cmd.h"

#include <string.h>

#include "client/cli/seen.h"
#include "client/cli/tool.h"
#include "client/print/print.h"

/* What the option's type made of it, when it was given. */
void cmd_put_number(struct cli *c, struct msg *m, const char *option, unsigned field)
{
	if (cli_option(c, option) != NULL)
		msg_set_u64(m, field, cli_option_number(c, option));
}

void cmd_put_flag(struct cli *c, struct msg *m, const char *option, unsigned field)
{
	if (cli_option(c, option) != NULL)
		msg_set_u64(m, field, 1);
}

/* What the worker saw goes along, so that nothing is overwritten or answered unseen.  The field holds it plus one. */
void cmd_put_expect(struct cli *c, struct msg *m, unsigned field)
{
	uint64_t seen = cli_option_number(c, "expect");

	if (cli_option(c, "expect") != NULL || seen_recall(c, c->words[0], &seen))
		msg_set_u64(m, field, seen + 1);
}

int cmd_finish(struct cli *c, const struct msg *request)
{
	struct msg *reply;
	const int code = cli_ask(c, request, &reply);

	if (code == CLI_DONE && !c->json)
		print_reply(c, reply);
	if (code == CLI_DONE && msg_count(reply, REPLY_DAMAGE) > 0)
		return print_damage(c, reply);
	return code;
}

int cmd_plain(struct cli *c)
{
	struct msg *sub;

	return cmd_finish(c, cli_request(c, c->cmd->field, &sub));
}

/* Commands that take one id and nothing else. */
int cmd_by_id(struct cli *c)
{
	struct msg *sub, *req = cli_request(c, c->cmd->field, &sub);

	msg_set_text(&c->arena, sub, BY_ID_ID, c->words[0]);
	return cmd_finish(c, req);
}

int cmd_list(struct cli *c)
{
	struct msg *sub, *req = cli_request(c, c->cmd->field, &sub);

	cmd_put_flag(c, sub, "all", LIST_ASK_ALL);
	cmd_put_number(c, sub, "limit", LIST_ASK_LIMIT);
	msg_set_text(&c->arena, sub, LIST_ASK_AFTER, cli_option(c, "after"));
	return cmd_finish(c, req);
}

int cmd_tool(struct cli *c)
{
	if (c->word_count > 0) /* [FILE] */
		cli_add_option(c, "file", c->words[0], 0);
	return tool_run(c);
}

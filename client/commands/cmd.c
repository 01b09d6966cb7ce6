/* SPDX-License-Identifier: EUPL-1.2 */
/* What several commands share, and the commands of which the table says everything.  Each command builds a request
 * from what was typed and hands it to cmd_finish; none of them decides anything that the node decides. args.c has
 * counted words and judged options by the same row before a command runs, so that c->words[0] is there when the row
 * names it, and an option's number is right when the option is there. */
#include "client/commands/cmd.h"

#include <string.h>

#include "base/check.h"
#include "client/cli/out.h"
#include "client/cli/page.h"
#include "client/cli/seen.h"
#include "client/cli/tool.h"
#include "client/commands/sure.h"
#include "client/dialogue/arrived.h"
#include "client/dialogue/near.h"
#include "client/print/print.h"
#include "client/print/said.h"

/* What the option's type made of it, when it was given. */
void cmd_put_number(struct cli *c, struct msg *m, const char *option, unsigned field)
{
	require(option != NULL && field != 0);
	if (cli_option(c, option) != NULL)
		msg_set_u64(m, field, cli_option_number(c, option));
}

/* A flag that was not given stays unset: unset and false are the same to the node. */
void cmd_put_flag(struct cli *c, struct msg *m, const char *option, unsigned field)
{
	require(option != NULL && field != 0);
	if (cli_option(c, option) != NULL)
		msg_set_u64(m, field, 1);
}

/* What the worker saw goes along, so that nothing is overwritten or answered unseen.  The field holds it plus one; a number
 * beyond any version is none that there ever was, and is refused as such. */
void cmd_put_expect(struct cli *c, struct msg *m, unsigned field)
{
	uint64_t seen = cli_option_number(c, "expect");

	require(c->word_count > 0 && field != 0);
	if (cli_option(c, "expect") != NULL || seen_recall(c, c->words[0], &seen))
		msg_set_u64(m, field, seen < UINT32_MAX ? seen + 1 : UINT32_MAX);
}

/* A list that could not be shown whole is printed, and the exit code says that it is damaged. */
int cmd_finish(struct cli *c, struct msg *request)
{
	require(c != NULL && request != NULL);
	struct msg *reply;
	int code;

	if (!sure(c, request, &code))
		return code;
	code = cli_ask(c, request, &reply);
	if (code == CLI_DONE && !c->json) {
		page_begin(c);
		if (!said_done(c, reply, c->cmd->field == REQUEST_REFER ? arrived(c, reply) : NULL))
			print_reply(c, reply);
		else
			print_same(c, reply);
		page_end(c);
		code = near_tell(c, reply);
	}
	if (code == CLI_DONE && msg_count(reply, REPLY_DAMAGE) > 0)
		return print_damage(c, reply);
	return code;
}

int cmd_plain(struct cli *c)
{
	struct msg *sub;

	require(c->cmd->field != 0);
	return cmd_finish(c, cli_request(c, c->cmd->field, &sub));
}

/* Commands that take one id and nothing else. */
int cmd_by_id(struct cli *c)
{
	struct msg *sub, *req = cli_request(c, c->cmd->field, &sub);

	require(c->cmd->field != 0 && c->word_count > 0);
	msg_set_text(&c->arena, sub, BY_ID_ID, c->words[0]);
	return cmd_finish(c, req);
}

/* ... of which it matters what was seen of it last: a change since then is shown before it is done. */
int cmd_by_id_seen(struct cli *c)
{
	struct msg *sub, *req = cli_request(c, c->cmd->field, &sub);

	require(c->cmd->field != 0 && c->word_count > 0);
	msg_set_text(&c->arena, sub, BY_ID_ID, c->words[0]);
	cmd_put_expect(c, sub, BY_ID_EXPECT);
	cmd_put_number(c, sub, "until", BY_ID_UNTIL_MS);
	return cmd_finish(c, req);
}

int cmd_list(struct cli *c)
{
	struct msg *sub, *req = cli_request(c, c->cmd->field, &sub);

	require(c->cmd->field != 0);
	cmd_put_flag(c, sub, "all", LIST_ASK_ALL);
	cmd_put_number(c, sub, "limit", LIST_ASK_LIMIT);
	msg_set_text(&c->arena, sub, LIST_ASK_AFTER, cli_option(c, "after"));
	msg_set_text(&c->arena, sub, LIST_ASK_FROM, cli_option(c, "from"));
	return cmd_finish(c, req);
}

int cmd_tool(struct cli *c)
{
	require(c->cmd->tool != NULL && c->word_count <= CLI_WORDS_MAX);
	if (c->word_count > 0) /* [FILE] */
		cli_add_option(c, "file", c->words[0], 0);
	return tool_run(c);
}

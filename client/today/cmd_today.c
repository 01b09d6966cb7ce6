/* SPDX-License-Identifier: EUPL-1.2 */
/* What is to be done: the whole worklist, and today. */
#include "base/check.h"
#include "client/cli/out.h"
#include "client/cli/page.h"
#include "client/commands/cmd.h"
#include "client/dialogue/act.h"
#include "client/draft/draft.h"
#include "client/print/print.h"
#include "client/print/todo.h"

/* Asked with the options of a list; each row of the answer gets the command that one types next, in JSON too. */
int cmd_today_ask(struct cli *c, struct msg **reply)
{
	struct msg *sub, *req = cli_request(c, c->cmd->field, &sub);
	int code;

	require(c->cmd->field == REQUEST_WORKLIST || c->cmd->field == REQUEST_TODAY);
	cmd_put_flag(c, sub, "mine", LIST_ASK_MINE);
	cmd_put_number(c, sub, "limit", LIST_ASK_LIMIT);
	msg_set_text(&c->arena, sub, LIST_ASK_AFTER, cli_option(c, "after"));
	msg_set_text(&c->arena, sub, LIST_ASK_FROM, cli_option(c, "from"));
	code = cli_try(c, req, reply);
	if (code != CLI_DONE) {
		if (*reply != NULL && c->json)
			out_json(c, req, *reply);
		else if (*reply != NULL)
			cli_refused(c, *reply);
		return code;
	}
	todo_fill(c, *reply);
	if (c->json)
		out_json(c, req, *reply);
	return CLI_DONE;
}

/* Below what is to be done stands what was begun. */
static void today(struct cli *c, const struct msg *reply)
{
	print_today(c, reply);
	if (msg_count(reply, REPLY_PENDING) > 0)
		print_say_line(c, "pending-today",
			       FILL({"n", NULL, msg_count(reply, REPLY_PENDING)}));
	draft_mention(c);
}

/* Who looks after the node has no cases, and so no day: kring alone shows the node, and where all commands stand.  Everybody may ask for
 * the node, so that no entry in the log says that somebody tried for cases who typed one word. */
static int node_instead(struct cli *c, bool *shown)
{
	struct msg *sub, *reply;
	int code;

	require(c->bare && !c->json);
	code = cli_ask(c, cli_request(c, REQUEST_STATUS, &sub), &reply);
	*shown = code != CLI_DONE || msg_u64(msg_get(reply, REPLY_STATUS), STATUS_NO_DAY) != 0;
	if (code == CLI_DONE && *shown) {
		print_say_line(c, "today-of-node", FILL_NONE);
		print_reply(c, reply);
	}
	return code;
}

/* The worklist has every row, and of one referral there may be several; today has a line a referral, in groups.  A list that could
 * not be shown whole is shown, and the exit code says that it is damaged. */
int cmd_today(struct cli *c)
{
	struct msg *reply;
	bool shown = false;
	int code = CLI_DONE;

	if (c->bare && !c->json)
		code = node_instead(c, &shown);
	if (shown)
		return code;
	code = cmd_today_ask(c, &reply);
	if (code != CLI_DONE)
		return code;
	if (!c->json) {
		page_begin(c);
		if (c->cmd->field == REQUEST_TODAY)
			today(c, reply);
		else
			print_reply(c, reply);
		page_end(c);
	}
	return msg_count(reply, REPLY_DAMAGE) > 0 ? print_damage(c, reply) : CLI_DONE;
}

/* What was shown last of this referral goes along: a partner's word that came since may be what was waited for. */
int cmd_done(struct cli *c)
{
	struct msg *sub, *req = cli_request(c, REQUEST_DONE, &sub);
	const char *way = cli_option(c, "as");

	require(c->word_count > 0);
	msg_set_text(&c->arena, sub, DONE_NEW_REF, c->words[0]);
	if (way == NULL && talk_possible(c)) {
		way = dialogue_code(c, "act-done", LIST_CODES, "done");
		if (way == NULL)
			return CLI_REFUSED;
	}
	msg_set_text(&c->arena, sub, DONE_NEW_WAY, way);
	msg_set_text(&c->arena, sub, DONE_NEW_TEXT, cli_option(c, "text"));
	cmd_put_expect(c, sub, DONE_NEW_EXPECT);
	return cmd_finish(c, req);
}

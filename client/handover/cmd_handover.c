/* SPDX-License-Identifier: EUPL-1.2 */
/* A case moves to another node: each step is one command, and its verb is the step's name at the node. */
#include <stdio.h>

#include "base/check.h"
#include "client/cli/page.h"
#include "client/commands/cmd.h"
#include "client/print/print.h"

int cmd_handover_propose(struct cli *c)
{
	struct msg *sub, *req = cli_request(c, REQUEST_HANDOVER_PROPOSE, &sub);

	require(c->word_count > 0);
	msg_set_text(&c->arena, sub, HANDOVER_NEW_CASE_ID, c->words[0]);
	msg_set_text(&c->arena, sub, HANDOVER_NEW_PARTNER, cli_or_none(cli_option(c, "to")));
	cmd_put_number(c, sub, "date", HANDOVER_NEW_DATE_MS);
	cmd_put_flag(c, req, "dry-run", REQUEST_DRY_RUN);
	return cmd_finish(c, req);
}

int cmd_handover_step(struct cli *c)
{
	struct msg *sub, *req = cli_request(c, REQUEST_HANDOVER_STEP, &sub);

	require(c->word_count > 0 && c->cmd->verb != NULL);
	msg_set_text(&c->arena, sub, HANDOVER_STEP_REF, c->words[0]);
	msg_set_text(&c->arena, sub, HANDOVER_STEP_STEP, c->cmd->verb);
	if (cli_option(c, "reason") != NULL)
		msg_set_text(&c->arena, sub, HANDOVER_STEP_REASON, cli_option(c, "reason"));
	cmd_put_flag(c, sub, "notes", HANDOVER_STEP_NOTES);
	cmd_put_number(c, sub, "without", HANDOVER_STEP_WITHOUT);
	/* where it asks it is tried first (sure.h), and this is not reached */
	cmd_put_flag(c, req, "dry-run", REQUEST_DRY_RUN);
	return cmd_finish(c, req);
}

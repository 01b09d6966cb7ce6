/* SPDX-License-Identifier: EUPL-1.2 */
/* What waits for a second person: listed, confirmed, refused. */
#include <stdio.h>

#include "base/check.h"
#include "client/cli/page.h"
#include "client/commands/cmd.h"
#include "client/print/print.h"
#include "client/staff/print_staff.h"

int cmd_pending_list(struct cli *c)
{
	struct msg *sub, *reply, *req = cli_request(c, REQUEST_PENDING_LIST, &sub);
	const int code = cli_ask(c, req, &reply);

	if (code != CLI_DONE || c->json)
		return code;
	page_begin(c);
	print_pending(c, reply);
	page_end(c);
	return code;
}

/* The one command prints what was done by the other's. */
int cmd_pending_confirm(struct cli *c)
{
	struct msg *sub, *reply, *req = cli_request(c, c->cmd->field, &sub);
	int code;

	require(c->word_count > 0);
	msg_set_text(&c->arena, sub, BY_ID_ID, c->words[0]);
	code = cli_ask(c, req, &reply);
	if (code != CLI_DONE || c->json)
		return code;
	page_begin(c);
	print_staff(c, reply);
	print_say_line(c,
		       c->cmd->field == REQUEST_PENDING_CONFIRM ? "pending-confirmed"
								: "pending-refused",
		       FILL_NONE);
	page_end(c);
	return code;
}

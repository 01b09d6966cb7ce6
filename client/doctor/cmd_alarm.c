/* SPDX-License-Identifier: EUPL-1.2 */
/* kring alarm: what kring status shows among all the rest, with the code that one types, and who works on it.  It stays until its cause
 * is gone; whoever acknowledges it says that nobody else needs to be called. */
#include <stdio.h>

#include "base/check.h"
#include "client/cli/out.h"
#include "client/commands/cmd.h"
#include "client/print/print.h"

int cmd_alarm_list(struct cli *c)
{
	struct msg *sub, *reply, *request = cli_request(c, REQUEST_STATUS, &sub);
	const int code = cli_call(c, request, &reply);
	const struct msg *s = code == CLI_DONE ? msg_get(reply, REPLY_STATUS) : NULL;

	require(c->cmd->run == cmd_alarm_list);
	if (code != CLI_DONE)
		return code;
	if (c->json)
		out_json(c, request, reply);
	for (size_t i = 0; !c->json && i < msg_count(s, STATUS_ALARMS); i++) {
		const struct msg *a = msg_at(s, STATUS_ALARMS, i);
		const char *partner = msg_text(a, ALARM_ROW_PARTNER);

		print_time(c, msg_u64(a, ALARM_ROW_AT_MS));
		(void)printf("  %s%s%s", msg_text(a, ALARM_ROW_WHAT),
			     partner[0] == '\0' ? "" : "  ", partner);
		print_alarm_seen(c, a);
		(void)printf("\n  %s\n",
			     list_text(LIST_ALARMS, c->lang, msg_text(a, ALARM_ROW_WHAT)));
	}
	if (!c->json && msg_count(s, STATUS_ALARMS) == 0)
		print_say_line(c, "no-alarms", FILL_NONE);
	return CLI_DONE;
}

int cmd_alarm_ack(struct cli *c)
{
	struct msg *sub, *request = cli_request(c, REQUEST_ALARM_ACK, &sub);

	require(c->word_count > 0);
	msg_set_text(&c->arena, sub, ALARM_ACK_WHAT, c->words[0]);
	if (c->word_count > 1)
		msg_set_text(&c->arena, sub, ALARM_ACK_PARTNER, c->words[1]);
	return cmd_finish(c, request);
}

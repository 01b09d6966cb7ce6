/* SPDX-License-Identifier: EUPL-1.2 */
/* kring alarm: what kring status shows among all the rest, with the code that one types, and who works on it.  It stays until its cause
 * is gone; whoever acknowledges it says that nobody else needs to be called. */
#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "base/limits.h"
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

/* partner "": the alarm is about this node, or not there, which the node says. */
static struct msg *ack_of(struct cli *c, const char *partner)
{
	struct msg *sub, *request = cli_request(c, REQUEST_ALARM_ACK, &sub);

	msg_set_text(&c->arena, sub, ALARM_ACK_WHAT, c->words[0]);
	if (partner[0] != '\0')
		msg_set_text(&c->arena, sub, ALARM_ACK_PARTNER, partner);
	return request;
}

/* The partners about which this alarm is, and on which nobody works yet. */
static size_t about(const struct cli *c, const struct msg *s, const char *who[LIMIT_PEERS])
{
	size_t n = 0;

	for (size_t i = 0; i < msg_count(s, STATUS_ALARMS) && n < LIMIT_PEERS; i++) {
		const struct msg *a = msg_at(s, STATUS_ALARMS, i);

		if (strcmp(msg_text(a, ALARM_ROW_WHAT), c->words[0]) == 0 &&
		    msg_text(a, ALARM_ROW_PARTNER)[0] != '\0' && msg_u64(a, ALARM_ROW_SEEN_MS) == 0)
			who[n++] = msg_text(a, ALARM_ROW_PARTNER);
	}
	return n;
}

/* One code may be about several partners, and whoever phones one of them works on that one alone: the node asks which, unless all of
 * them are meant. */
int cmd_alarm_ack(struct cli *c)
{
	struct msg *sub, *reply = NULL;
	const char *who[LIMIT_PEERS];
	size_t n = 0;
	int code = CLI_DONE;

	require(c->word_count > 0);
	if (c->word_count > 1 || cli_option(c, "all") == NULL)
		return cmd_finish(c, ack_of(c, c->word_count > 1 ? c->words[1] : ""));
	code = cli_call(c, cli_request(c, REQUEST_STATUS, &sub), &reply);
	if (code != CLI_DONE)
		return code;
	n = about(c, msg_get(reply, REPLY_STATUS), who);
	for (size_t i = 0; code == CLI_DONE && i + 1 < n; i++)
		code = cli_call(c, ack_of(c, who[i]), &reply);
	return code == CLI_DONE ? cmd_finish(c, ack_of(c, n == 0 ? "" : who[n - 1])) : code;
}

/* SPDX-License-Identifier: EUPL-1.2 */
/* Every act on a referral, and documents that cannot be delivered.  What an act takes stands in
 * proto/acts.h; here it is only carried over, so that an act more needs no line in this file. */
#include <string.h>

#include "base/check.h"
#include "client/commands/cmd.h"
#include "client/dialogue/act.h"
#include "proto/acts.h"

/* What was shown last of this referral goes along, and the node refuses when it has changed since (seen.h). */
int cmd_act(struct cli *c)
{
	struct msg *sub, *req = cli_request(c, REQUEST_ACT, &sub);
	const struct act *act = act_of(c->cmd->act);
	const char *reason = cli_option(c, "reason"), *other = NULL;

	require(act != NULL && c->word_count > 0);
	/* --question and --code are other names of --reason */
	if (strcmp(act->reason_option, "reason") != 0)
		other = cli_option(c, act->reason_option);
	if (reason != NULL && other != NULL)
		return cli_refuse(c, CLI_USAGE, "given-twice", FILL({"option", "--reason", 0}));
	msg_set_text(&c->arena, sub, ACT_NEW_REF, c->words[0]);
	msg_set_u64(sub, ACT_NEW_TYPE, c->cmd->act);
	msg_set_text(&c->arena, sub, ACT_NEW_REASON, other != NULL ? other : reason);
	msg_set_text(&c->arena, sub, ACT_NEW_TEXT, cli_option(c, "text"));
	msg_set_text(&c->arena, sub, ACT_NEW_ALTERNATIVE, cli_option(c, "alternative"));
	for (size_t i = 0; cli_option_at(c, "target", i) != NULL; i++)
		msg_add_text(&c->arena, sub, ACT_NEW_TARGETS, cli_option_at(c, "target", i));
	cmd_put_number(c, sub, "share", ACT_NEW_SHARE);
	cmd_put_flag(c, sub, "late", ACT_NEW_LATE);
	cmd_put_flag(c, req, "dry-run", REQUEST_DRY_RUN);
	cmd_put_expect(c, sub, ACT_NEW_EXPECT);
	cmd_put_number(c, sub, "until", ACT_NEW_DATE_MS);
	cmd_put_number(c, sub, "date", ACT_NEW_DATE_MS);
	msg_set_text(&c->arena, sub, ACT_NEW_PLACE, cli_option(c, "place"));
	cmd_put_number(c, sub, "answers", ACT_NEW_ANSWERS);
	cmd_put_number(c, sub, "corrects", ACT_NEW_CORRECTS);
	msg_set_text(&c->arena, sub, ACT_NEW_SAME_AS, cli_option(c, "same-as"));
	if (!dialogue_act(c, act, sub))
		return CLI_REFUSED;
	if (act->number == DOC_MESSAGE) {
		const int bad = cmd_ask_message(c, sub);

		if (bad != CLI_DONE)
			return bad;
	}
	return cmd_finish(c, req);
}

int cmd_outbox_drop(struct cli *c)
{
	struct msg *sub, *req = cli_request(c, REQUEST_OUTBOX_DROP, &sub);

	require(c->word_count > 0);
	msg_set_text(&c->arena, sub, OUTBOX_DROP_ID, c->words[0]);
	return cmd_finish(c, req);
}

/* SPDX-License-Identifier: EUPL-1.2 */

#include "client/commands/cmd.h"

int cmd_refer(struct cli *c)
{
	struct msg *sub, *req = cli_request(c, REQUEST_REFER, &sub);

	msg_set_text(&c->arena, sub, REFER_NEW_CASE_ID, c->words[0]);
	msg_set_text(&c->arena, sub, REFER_NEW_PARTNER, cli_option(c, "to"));
	msg_set_text(&c->arena, sub, REFER_NEW_NEED, cli_option(c, "need"));
	msg_set_text(&c->arena, sub, REFER_NEW_SERVICE, cli_option(c, "service"));
	msg_set_u64(sub, REFER_NEW_URGENCY, 1);
	cmd_put_number(c, sub, "urgency",
		       REFER_NEW_URGENCY); /* routine, urgent: as Urgency counts */
	cmd_put_number(c, sub, "share", REFER_NEW_SHARE);
	cmd_put_number(c, sub, "without", REFER_NEW_WITHOUT);
	cmd_put_flag(c, sub, "again", REFER_NEW_AGAIN);
	cmd_put_flag(c, sub, "dry-run", REFER_NEW_DRY_RUN);
	return cmd_finish(c, req);
}

int cmd_act(struct cli *c)
{
	struct msg *sub, *req = cli_request(c, REQUEST_ACT, &sub);
	static const char *const names[] = {"reason", "question", "code"}; /* of one thing */
	const char *reason = NULL;

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		const char *v = cli_option(c, names[i]);

		if (v != NULL && reason != NULL)
			return cli_fail(c, CLI_USAGE, "option given twice",
					"--reason and its other name", "give it once");
		reason = v != NULL ? v : reason;
	}
	msg_set_text(&c->arena, sub, ACT_NEW_REF, c->words[0]);
	msg_set_u64(sub, ACT_NEW_TYPE, c->cmd->act);
	msg_set_text(&c->arena, sub, ACT_NEW_REASON, reason);
	msg_set_text(&c->arena, sub, ACT_NEW_TEXT, cli_option(c, "text"));
	msg_set_text(&c->arena, sub, ACT_NEW_ALTERNATIVE, cli_option(c, "alternative"));
	for (size_t i = 0; cli_option_at(c, "target", i) != NULL; i++)
		msg_add_text(&c->arena, sub, ACT_NEW_TARGETS, cli_option_at(c, "target", i));
	cmd_put_number(c, sub, "share", ACT_NEW_SHARE);
	cmd_put_flag(c, sub, "late", ACT_NEW_LATE);
	cmd_put_flag(c, sub, "dry-run", ACT_NEW_DRY_RUN);
	cmd_put_expect(c, sub, ACT_NEW_EXPECT);
	cmd_put_number(c, sub, "until", ACT_NEW_DATE_MS);
	return cmd_finish(c, req);
}

int cmd_outbox_drop(struct cli *c)
{
	struct msg *sub, *req = cli_request(c, REQUEST_OUTBOX_DROP, &sub);

	msg_set_text(&c->arena, sub, OUTBOX_DROP_ID, c->words[0]);
	return cmd_finish(c, req);
}

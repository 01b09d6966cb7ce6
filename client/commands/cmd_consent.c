/* SPDX-License-Identifier: EUPL-1.2 */
/* Consent of a person, and agreement between two partners.  Both are needed before a field may leave; the node's gate
 * counts what they have in common. */
#include <string.h>

#include "base/check.h"
#include "client/commands/cmd.h"
#include "client/print/print.h"

/* A purpose that was not given is referring: what nearly every consent is for. */
int cmd_consent_give(struct cli *c)
{
	struct msg *sub, *req = cli_request(c, REQUEST_CONSENT_GIVE, &sub);
	const char *purpose = cli_option(c, "purpose");

	require(c->cmd->run == cmd_consent_give);
	require(c->word_count > 0);
	msg_set_text(&c->arena, sub, CONSENT_GIVE_CASE_ID, c->words[0]);
	msg_set_text(&c->arena, sub, CONSENT_GIVE_PARTNER, cli_option(c, "to"));
	msg_set_text(&c->arena, sub, CONSENT_GIVE_PURPOSE, purpose == NULL ? "refer" : purpose);
	cmd_put_number(c, sub, "share", CONSENT_GIVE_CATS);
	msg_set_text(&c->arena, sub, CONSENT_GIVE_HOW, cli_option(c, "how"));
	msg_set_text(&c->arena, sub, CONSENT_GIVE_WITNESS, cli_option(c, "witness"));
	msg_set_text(&c->arena, sub, CONSENT_GIVE_ONWARD, cli_option(c, "onward"));
	msg_set_text(&c->arena, sub, CONSENT_GIVE_GIVEN_BY, cli_option(c, "given-by"));
	msg_set_text(&c->arena, sub, CONSENT_GIVE_PLACE, cli_option(c, "place"));
	msg_set_text(&c->arena, sub, CONSENT_GIVE_AGE_BAND, cli_option(c, "age"));
	msg_set_text(&c->arena, sub, CONSENT_GIVE_NOTICE_LANGUAGE, cli_option(c, "language"));
	cmd_put_number(c, sub, "until", CONSENT_GIVE_UNTIL_MS);
	return cmd_finish(c, req);
}

/* One consent ends, and the same partner may have another, as when it was noted down twice: whoever tells the person that nothing is
 * shared any more has to know.  What cannot be looked up is not said; the withdrawal stands. */
static void tell_others(struct cli *c)
{
	struct msg *sub, *reply, *req = cli_request(c, REQUEST_CONSENT_SHOW, &sub);
	const struct msg *ended, *g;

	require(c->word_count > 0);
	msg_set_text(&c->arena, sub, BY_ID_ID, c->words[0]);
	if (cli_look(c, req, &reply) != CLI_DONE || msg_count(reply, REPLY_GRANTS) == 0)
		return;
	ended = msg_at(reply, REPLY_GRANTS, 0);
	req = cli_request(c, REQUEST_CONSENT_LIST, &sub);
	msg_set_text(&c->arena, sub, BY_ID_ID, msg_text(ended, GRANT_ROW_CASE_ID));
	if (cli_look(c, req, &reply) != CLI_DONE)
		return;
	for (size_t i = 0; i < msg_count(reply, REPLY_GRANTS); i++) {
		const char *state = msg_text(g = msg_at(reply, REPLY_GRANTS, i), GRANT_ROW_STATE);

		if ((strcmp(state, "living") == 0 || strcmp(state, "not-yet") == 0) &&
		    strcmp(msg_text(g, GRANT_ROW_PARTNER), msg_text(ended, GRANT_ROW_PARTNER)) == 0)
			print_say_line(c, "consent-another",
				       FILL({"partner", msg_text(g, GRANT_ROW_PARTNER), 0},
					    {"id", msg_text(g, GRANT_ROW_ID), 0}));
	}
}

int cmd_consent_withdraw(struct cli *c)
{
	struct msg *sub, *req = cli_request(c, REQUEST_CONSENT_WITHDRAW, &sub);
	int code;

	require(c->cmd->field == REQUEST_CONSENT_WITHDRAW);
	require(c->word_count > 0);
	msg_set_text(&c->arena, sub, CONSENT_WITHDRAW_ID, c->words[0]);
	if (cli_option(c, "all") != NULL)
		msg_set_u64(sub, CONSENT_WITHDRAW_ALL, 1);
	cmd_put_number(c, sub, "only", CONSENT_WITHDRAW_ONLY);
	cmd_put_flag(c, sub, "now", CONSENT_WITHDRAW_NOW);
	code = cmd_finish(c, req);
	if (code == CLI_DONE && !c->json && cli_option(c, "all") == NULL &&
	    cli_option(c, "dry-run") == NULL)
		tell_others(c);
	return code;
}

/* Options that are not given are not sent: what they mean for an agreement that exists, the node decides. */
int cmd_partner_agree(struct cli *c)
{
	struct msg *sub, *req = cli_request(c, REQUEST_PARTNER_AGREE, &sub);

	require(c->word_count > 0 && c->cmd->field == REQUEST_PARTNER_AGREE);
	msg_set_text(&c->arena, sub, PARTNER_AGREE_PARTNER, c->words[0]);
	msg_set_text(&c->arena, sub, PARTNER_AGREE_PURPOSE, "refer");
	cmd_put_number(c, sub, "share", PARTNER_AGREE_CATS);
	cmd_put_number(c, sub, "without", PARTNER_AGREE_WITHOUT);
	cmd_put_flag(c, sub, "receive", PARTNER_AGREE_RECEIVE);
	cmd_put_number(c, sub, "until", PARTNER_AGREE_UNTIL_MS);
	msg_set_text(&c->arena, sub, PARTNER_AGREE_STATUTE, cli_option(c, "statute"));
	cmd_put_number(c, sub, "keep-months", PARTNER_AGREE_KEEP_MONTHS);
	return cmd_finish(c, req);
}

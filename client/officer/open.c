/* SPDX-License-Identifier: EUPL-1.2 */
/* What is kept by law, opened once: the terms, the person, and every word under that consent. */
#include "base/check.h"
#include "client/cli/page.h"
#include "client/commands/cmd.h"
#include "client/print/print.h"

int cmd_consent_open(struct cli *c)
{
	struct msg *sub, *reply, *req = cli_request(c, REQUEST_CONSENT_OPEN, &sub);
	int code;

	require(c->word_count > 0);
	msg_set_text(&c->arena, sub, CONSENT_OPEN_ID, c->words[0]);
	msg_set_text(&c->arena, sub, CONSENT_OPEN_REASON, cli_or_none(cli_option(c, "reason")));
	code = cli_ask(c, req, &reply);
	if (code != CLI_DONE || c->json)
		return code;
	page_begin(c);
	print_grants(c, reply);
	print_person(c, msg_get(reply, REPLY_PERSON));
	print_history(c, reply);
	page_end(c);
	return code;
}

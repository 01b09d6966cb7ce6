/* SPDX-License-Identifier: EUPL-1.2 */
/* The letter on the sheet of this command; what it says stands in client/words/letter.c, where a browser has it from as well. */
#include "client/words/letter.h"

#include "base/check.h"
#include "client/cli/out.h"
#include "client/commands/cmd.h"
#include "client/paper/paper.h"

static void on_head(void *ctx, const char *text)
{
	sheet_head(ctx, text);
}

static void on_text(void *ctx, const char *text)
{
	sheet_text(ctx, text);
}

static void on_point(void *ctx, const char *text)
{
	sheet_item(ctx, text);
}

static void letter(struct sheet *s, const struct msg *reply)
{
	const struct letter_to to = {s, s->lang, s->c->country, on_head, on_text, on_point};

	sheet_begin(s, list_text(LIST_PAPER, s->lang, "letter-title"));
	letter_write(&to, reply);
}

/* A reference names a referral, anything else a case: the node knows both, and the shorter letter is tried first. */
int cmd_letter(struct cli *c)
{
	struct msg *sub, *reply, *req = cli_request(c, REQUEST_REF_LETTER, &sub);
	struct sheet s;
	int code;

	require(c->word_count > 0);
	msg_set_text(&c->arena, sub, BY_ID_ID, c->words[0]);
	code = cli_try(c, req, &reply);
	if (code == CLI_NOT_FOUND) {
		req = cli_request(c, REQUEST_CASE_LETTER, &sub);
		msg_set_text(&c->arena, sub, BY_ID_ID, c->words[0]);
		code = cli_try(c, req, &reply);
	}
	if (code == CLI_DONE && c->json)
		return paper_json(c, req, reply);
	if (reply != NULL && c->json)
		out_json(c, req, reply);
	else if (reply != NULL && code != CLI_DONE)
		cli_refused(c, reply);
	if (code != CLI_DONE || !paper_open(c, &s, paper_language(c, reply), &code))
		return code;
	letter(&s, reply);
	return paper_close(c, &s, reply);
}

/* SPDX-License-Identifier: EUPL-1.2 */
/* What a reply looks like for people: the parts that came, in this order. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "client/cli/page.h"
#include "client/cli/terminal.h"
#include "client/print/print.h"
#include "client/print/said.h"

enum { DAMAGE_SHOWN = 5 };

/* What a list could not show; the rest of it was shown. */
int print_damage(const struct cli *c, const struct msg *reply)
{
	require(c != NULL && reply != NULL);
	/* tables of the store, as a person calls what lies in them */
	static const char *const kinds[][2] = {{"thread", "referral"},	   {"cases", "case"},
					       {"caselog", "note"},	   {"work", "task"},
					       {"grant", "consent"},	   {"outplace", "document"},
					       {"agreement", "agreement"}, {"ledger", "consent"},
					       {"pair", "connection"},	   {"attachment", "file"}};
	const size_t count = msg_count(reply, REPLY_DAMAGE);
	char *text = NULL;
	size_t len = 0;
	FILE *line;

	if (c->json)
		return CLI_DAMAGED; /* they are in the reply */
	/* On standard error: the list on standard output stays what a script expects of it. */
	line = open_memstream(&text, &len);
	if (line == NULL)
		return CLI_DAMAGED;
	(void)fprintf(line, "! %s%s%zu", list_text(LIST_UI, c->lang, "damaged"),
		      words_colon(c->lang), count);
	for (size_t i = 0; i < count && i < DAMAGE_SHOWN; i++) {
		const struct msg *r = msg_at(reply, REPLY_DAMAGE, i);
		const char *kind = msg_text(r, DAMAGE_ROW_TABLE);

		for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++)
			if (strcmp(kinds[k][0], kind) == 0)
				kind = kinds[k][1];
		(void)fprintf(line, "%s %s %s", i == 0 ? " -" : ",",
			      list_text(LIST_UI, c->lang, kind), msg_text(r, DAMAGE_ROW_NAME));
	}
	(void)fputs(count > DAMAGE_SHOWN ? ", ..." : "", line);
	if (fclose(line) == 0)
		terminal_sentence(c, stderr, text, len);
	free(text);
	(void)fprintf(stderr, "  %s%s%s\n", list_text(LIST_UI, c->lang, "see"),
		      words_colon(c->lang), "kring verify");
	return CLI_DAMAGED;
}

/* The command that shows further pages of this list: the one that was typed, and today for what watches it, which has none. */
static void command_of(const struct cli *c, FILE *to)
{
	(void)fprintf(to, "kring %s%s%s", c->cmd->field == REQUEST_TODAY ? "today" : c->cmd->noun,
		      c->cmd->verb == NULL ? "" : " ", cli_or_none(c->cmd->verb));
}

/* This command as it was typed, without --after. */
static void typed(const struct cli *c, FILE *to)
{
	command_of(c, to);
	for (size_t i = 0; i < c->word_count; i++)
		(void)fprintf(to, strchr(c->words[i], ' ') == NULL ? " %s" : " \"%s\"",
			      c->words[i]);
	for (size_t i = 0; i < c->option_count; i++)
		if (strcmp(c->options[i].name, "after") != 0)
			(void)fprintf(to, " --%s%s%s", c->options[i].name,
				      c->options[i].value[0] == '\0' ? "" : " ",
				      c->options[i].value);
}

/* The command for the next page is the one that was typed, with --after: nothing has to be thought of. */
static void further(const struct cli *c, const struct msg *reply)
{
	static const unsigned pages[] = {REPLY_CASES,  REPLY_REFERRALS, REPLY_WORK,
					 REPLY_OUTBOX, REPLY_AUDIT,	REPLY_HANDOVERS};
	uint64_t shown = 0;
	char *command = NULL;
	size_t len = 0;
	FILE *line;

	if (msg_u64(reply, REPLY_TRUNCATED) == 0)
		return;
	if (msg_text(reply, REPLY_NEXT)[0] == '\0') {
		print_say_line(c, "list-cut", FILL_NONE);
		return;
	}
	for (size_t i = 0; i < sizeof pages / sizeof pages[0]; i++)
		shown += msg_count(reply, pages[i]);
	/* as long as what was typed: a name of a partner, a text that was searched for */
	line = open_memstream(&command, &len);
	if (line == NULL)
		return;
	typed(c, line);
	(void)fprintf(line, " --after %s", msg_text(reply, REPLY_NEXT));
	if (fclose(line) == 0)
		print_say_line(c, msg_has(reply, REPLY_TOTAL) ? "list-next-of" : "list-next",
			       FILL({"shown", NULL, shown},
				    {"total", NULL, msg_u64(reply, REPLY_TOTAL)},
				    {"command", command, 0}));
	free(command);
}

/* Of whom there are so many rows that the page shows some of them only, so that others have their place. */
static void left_out(const struct cli *c, const struct msg *reply)
{
	for (size_t i = 0; i < msg_count(reply, REPLY_LEFT_OUT); i++) {
		const struct msg *r = msg_at(reply, REPLY_LEFT_OUT, i);

		(void)printf("%llu %s %s %s%s", (unsigned long long)msg_u64(r, LEFT_OUT_ROW_COUNT),
			     list_text(LIST_UI, c->lang, "more-of"),
			     msg_text(r, LEFT_OUT_ROW_PARTNER),
			     list_text(LIST_UI, c->lang, "not-shown"), words_colon(c->lang));
		command_of(c, stdout);
		(void)printf(" --from %s\n", msg_text(r, LEFT_OUT_ROW_TYPED));
	}
}

void print_pages(const struct cli *c, const struct msg *reply)
{
	require(c != NULL && reply != NULL);
	left_out(c, reply);
	further(c, reply);
}

/* A part that is not in the reply prints nothing, so every command can be printed by this one function. */
void print_reply(struct cli *c, const struct msg *reply)
{
	require(c != NULL && reply != NULL);
	page_begin(c);
	if (c->cmd->field == REQUEST_SHOW) {
		said_show(c, reply);
		further(c, reply);
		page_end(c);
		return;
	}
	print_owner(c, reply);
	print_status(c, reply);
	print_partners(c, reply);
	print_cases(c, reply);
	print_same(c, reply);
	print_referrals(c, reply);
	print_handovers(c, reply);
	print_person(c, msg_get(reply, REPLY_PERSON));
	print_told(c, reply);
	print_history(c, reply);
	print_grants(c, reply);
	print_proposals(c, reply);
	print_work(c, reply);
	print_outbox(c, reply);
	print_evidence(c, reply);
	print_files(c, reply);
	print_timeline(c, reply);
	print_pages(c, reply);
	said_none(c, reply);
	if (msg_u64(reply, REPLY_DRY_RUN) != 0)
		print_say_line(c, "dry-run", FILL_NONE);
	else if (msg_has(reply, REPLY_ID) && !msg_has(reply, REPLY_REFERRALS) &&
		 msg_count(reply, REPLY_CASES) == 0)
		(void)printf("%s\n", print_short(msg_text(reply, REPLY_ID)));
	page_end(c);
}

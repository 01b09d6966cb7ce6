/* SPDX-License-Identifier: EUPL-1.2 */
/* A word to the partner beside the acts, a changed telephone, and a referral taken back minutes after it went.  What is not
 * typed as an option is asked for on a terminal, with a line above it that says what does not belong there. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/check.h"
#include "base/limits.h"
#include "base/text.h"
#include "client/cli/terminal.h"
#include "client/cli/value.h"
#include "client/commands/cmd.h"
#include "client/commands/person.h"
#include "client/words/words.h"
#include "proto/acts.h"
#include "proto/person/person_kind.h"

enum { LINE_LEN = 4 * LIMIT_MESSAGE + 2 };

/* One line from the terminal, which may be empty.  False: there is none, or the node would not take it. */
static bool ask_line(const struct cli *c, const char *label, char line[LINE_LEN], char why[128])
{
	require(label != NULL);
	(void)fputs(label, stderr);
	why[0] = '\0';
	if (fgets(line, LINE_LEN, stdin) == NULL)
		return false;
	line[strcspn(line, "\r\n")] = '\0';
	if (text_blank(line))
		line[0] = '\0';
	return value_fault(c->lang, span_of(line, strlen(line)), why) == NULL;
}

/* A row of say.psv above what is asked. */
static void above(const struct cli *c, const char *key)
{
	const char *text = words_of(c->lang, key);

	terminal_sentence(c, stderr, text, strlen(text));
}

/* What was typed cannot be kept: it is named, and what would be right. */
static int wrong(const struct cli *c, const char *field, const char *fault, const char *remedy)
{
	return cli_refuse(c, CLI_USAGE, "field-wrong",
			  FILL({"field", field, 0}, {"fault", fault, 0}, {"remedy", remedy, 0}));
}

/* A message that says nothing yet is asked for; from a script it goes as it is, and the node says what it lacks.  The line above
 * the field is the only place at which somebody who types can still be kept from writing the person's story there. */
int cmd_ask_message(struct cli *c, struct msg *req)
{
	char line[LINE_LEN], why[128];
	int bad = CLI_DONE;

	require(c != NULL && req != NULL);
	if (cli_option(c, "text") != NULL || cli_option(c, "place") != NULL ||
	    !isatty(STDIN_FILENO))
		return CLI_DONE;
	above(c, "say-what");
	if (ask_line(c, words_of(c->lang, "ask-message"), line, why))
		msg_set_text(&c->arena, req, ACT_NEW_TEXT, line);
	else if (why[0] != '\0')
		bad = wrong(c, words_of(c->lang, "the-message"), why, "");
	explicit_bzero(line, sizeof line);
	return bad;
}

/* Fields by which a person is reached. */
static const struct {
	unsigned field;
	const char *name; /* in person.psv */
} contact[] = {{PERSON_PHONE, "phone"},
	       {PERSON_EMAIL, "email"},
	       {PERSON_ADDRESS, "address"},
	       {PERSON_BEST_TIME, "best_time"}};

/* Each in its turn; what is left empty stays as it is. */
static int ask_contact(struct cli *c, struct msg *person)
{
	char line[LINE_LEN], label[96], why[128];
	int bad = CLI_DONE;

	above(c, "contact-what");
	for (size_t i = 0; i < sizeof contact / sizeof contact[0] && bad == CLI_DONE; i++) {
		const char *name = list_text(LIST_PERSON, c->lang, contact[i].name), *fault,
			   *remedy;

		(void)snprintf(label, sizeof label, "%.64s%s", name, words_colon(c->lang));
		if (!ask_line(c, label, line, why)) {
			if (why[0] == '\0')
				break;
			bad = wrong(c, name, why, "");
			continue;
		}
		fault = line[0] == '\0' ? NULL : person_fault(contact[i].field, line, &remedy);
		if (fault != NULL)
			bad = wrong(c, name, list_text(LIST_ERRORS, c->lang, fault),
				    list_text(LIST_ERRORS, c->lang, remedy));
		else if (line[0] != '\0')
			msg_set_text(&c->arena, person, contact[i].field, line);
	}
	explicit_bzero(line, sizeof line);
	return bad;
}

/* How to reach the person: typed once, for the partner and for our own file.  Nothing but how to reach her has an option here, and
 * the node refuses any other field: what else the partner should know goes with an answer from the case, under its own consent. */
int cmd_contact(struct cli *c)
{
	struct msg *sub, *req = cli_request(c, REQUEST_ACT, &sub), *person;
	int bad;

	require(c->word_count > 0);
	person = msg_sub(&c->arena, sub, ACT_NEW_PERSON);
	msg_set_text(&c->arena, sub, ACT_NEW_REF, c->words[0]);
	msg_set_u64(sub, ACT_NEW_TYPE, DOC_MESSAGE);
	cmd_put_flag(c, sub, "dry-run", ACT_NEW_DRY_RUN);
	bad = person_fill(c, person);
	if (bad == CLI_DONE && msg_cats(person) == 0 && isatty(STDIN_FILENO))
		bad = ask_contact(c, person);
	return bad == CLI_DONE ? cmd_finish(c, req) : bad;
}

/* The node knows whether it is still in time, and says what to do when it is not.  It is asked before, as every error is: of two
 * references that look alike the wrong one would take the right person's referral away, and there is time for a yes. */
int cmd_recall(struct cli *c)
{
	struct msg *sub, *req = cli_request(c, REQUEST_ACT, &sub);

	require(c->word_count > 0);
	msg_set_text(&c->arena, sub, ACT_NEW_REF, c->words[0]);
	msg_set_u64(sub, ACT_NEW_TYPE, DOC_ERROR);
	msg_set_text(&c->arena, sub, ACT_NEW_REASON, "sent-by-mistake");
	return cmd_finish(c, req);
}

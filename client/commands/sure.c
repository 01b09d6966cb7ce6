/* SPDX-License-Identifier: EUPL-1.2 */
/* The node itself says what would follow: it does all of it and keeps nothing (Request.dry_run), so that what is shown is what
 * happens.  The same request then does it; what changed in between meets the same checks. */
#include "client/commands/sure.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/check.h"
#include "client/cli/out.h"
#include "client/cli/typed.h"
#include "client/cli/value.h"
#include "client/print/said.h"
#include "client/words/words.h"

/* Has this command that option? */
static bool has_option(const struct command *cmd, const char *wanted)
{
	char buf[VALUE_OPTIONS_LEN], name[32], type[32];
	const char *at = value_options(cmd, buf);
	bool many, empty;

	while (value_spec_next(&at, name, type, &many, &empty))
		if (strcmp(name, wanted) == 0)
			return true;
	return false;
}

/* A row of said.psv as it stands. */
static const char *text(const struct cli *c, const char *key)
{
	return list_text(LIST_SAID, c->lang, key);
}

/* j and ja, o and oui, y and yes: in every language that kring has, whatever it speaks now. */
static bool yes_typed(void)
{
	static const char *const yes[] = {"j", "ja", "y", "yes", "o", "oui"};
	char line[16];

	if (!typed_line(line, sizeof line)) {
		(void)fputc('\n', stderr);
		return false;
	}
	line[strcspn(line, "\n")] = '\0';
	for (size_t i = 0; i < sizeof yes / sizeof yes[0]; i++)
		if (strcasecmp(line, yes[i]) == 0)
			return true;
	return false;
}

/* What would follow, as the node says it; the request stays as it was. */
static int rehearse(struct cli *c, struct msg *request, struct msg **reply)
{
	int code;

	msg_set_u64(request, REQUEST_DRY_RUN, 1);
	code = cli_call(c, request, reply);
	msg_clear(request, REQUEST_DRY_RUN);
	return code;
}

/* --dry-run: a script reads the node's own answer, a person the sentence. */
static int show_only(struct cli *c, struct msg *request)
{
	struct msg *reply;
	const int code = rehearse(c, request, &reply);

	if (code == CLI_DONE && c->json)
		out_json(c, request, reply);
	else if (code == CLI_DONE)
		said_would(c, reply);
	return code;
}

bool sure(struct cli *c, struct msg *request, int *code)
{
	require(c != NULL && request != NULL && code != NULL);
	struct msg *reply;

	*code = CLI_DONE;
	if (!has_option(c->cmd, "yes"))
		return true;
	if (cli_option(c, "dry-run") != NULL) {
		*code = show_only(c, request);
		return false;
	}
	if (cli_option(c, "yes") != NULL)
		return true;
	if (c->json || isatty(STDIN_FILENO) == 0 || isatty(STDERR_FILENO) == 0) {
		*code = cli_refuse(c, CLI_USAGE, "needs-yes", FILL_NONE);
		return false;
	}
	*code = rehearse(c, request, &reply);
	if (*code != CLI_DONE)
		return false;
	said_would(c, reply);
	(void)fprintf(stderr, "%s ", text(c, "sure-ask"));
	if (yes_typed())
		return true;
	(void)fprintf(stderr, "%s\n", text(c, "sure-nothing-done"));
	*code = CLI_REFUSED;
	return false;
}

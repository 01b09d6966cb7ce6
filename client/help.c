/* SPDX-License-Identifier: EUPL-1.2 */
/* Help comes from the table of commands and from the lists of config/lists; nothing is written here that could differ
 * from them. */
#include "client/help.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "client/cli/value.h"
#include "client/commands/commands.h"
#include "proto/acts.h"

/* What completion and tests need: names, types, and what each type takes. */
static json_t *json_command(const struct command *k)
{
	char name[32], type[32], accepts[1024], buf[VALUE_OPTIONS_LEN];
	const char *at = value_options(k, buf);
	json_t *options = json_array();
	bool many, empty;

	while (value_spec_next(&at, name, type, &many, &empty)) {
		(void)value_accepts(k, type, accepts, sizeof accepts);
		(void)json_array_append_new(options,
					    json_pack("{s:s, s:s, s:s, s:b, s:b}", "name", name,
						      "type", type, "accepts", accepts, "many",
						      many ? 1 : 0, "empty", empty ? 1 : 0));
	}
	return json_pack("{s:s, s:s, s:s, s:s, s:o}", "noun", k->noun, "verb", cli_or_none(k->verb),
			 "words", cli_or_none(k->words), "help", k->help, "options", options);
}

/* The whole table, for completion and for tests. */
static void help_commands(void)
{
	json_t *all = json_array(), *o = json_pack("{s:o}", "commands", all);

	for (size_t i = 0; i < commands_count; i++)
		(void)json_array_append_new(all, json_command(&commands[i]));
	(void)json_dumpf(o, stdout, JSON_INDENT(1) | JSON_PRESERVE_ORDER);
	(void)putchar('\n');
	json_decref(o);
}

/* "case show CASE" */
static void line_of(const struct command *k, char out[64])
{
	(void)snprintf(out, 64, "%s%s%s%s%s", k->noun, k->verb == NULL ? "" : " ",
		       cli_or_none(k->verb), k->words == NULL ? "" : " ", cli_or_none(k->words));
}

/* One command: its line, what it is for, its options with what they take, an example. */
static void help_one(const struct command *cmd)
{
	char name[32], type[32], left[72], accepts[1024], line[64], buf[VALUE_OPTIONS_LEN];
	const char *at = value_options(cmd, buf);
	bool many, empty;

	line_of(cmd, line);
	(void)printf("kring %s\n  %s\n", line, cmd->help);
	while (value_spec_next(&at, name, type, &many, &empty)) {
		(void)snprintf(left, sizeof left, "--%s%s%s%s", name, type[0] == '\0' ? "" : " ",
			       type, many ? " ..." : "");
		(void)value_accepts(cmd, type, accepts, sizeof accepts);
		(void)printf(accepts[0] == '\0' ? "    %s\n" : "    %-26s %s\n", left, accepts);
	}
	(void)printf("  example: %s\n", cmd->example);
}

/* Codes of a list with their words in the reader's language. */
static int help_list(const struct cli *c, enum list_id list, const char *use)
{
	const char *code;

	for (size_t i = 0; (code = list_code(list, use, i)) != NULL; i++)
		(void)printf("%-22s %s\n", code, list_text(list, c->lang, code));
	return CLI_DONE;
}

/* All commands of that noun; an act also shows the words of its reasons. */
static int help_topic(const struct cli *c, const char *topic)
{
	const struct act *act = NULL;
	bool hit = false;

	for (size_t i = 0; i < commands_count; i++) {
		if (strcmp(topic, commands[i].noun) != 0)
			continue;
		help_one(&commands[i]);
		act = act_of(commands[i].act); /* NULL for most */
		hit = true;
	}
	if (!hit)
		return cli_fail(c, CLI_USAGE, "no such command", topic, "see: kring help");
	if (act != NULL && act_has(act, ACT_WITH_REASON))
		return help_list(c, (enum list_id)act->reasons, act->code);
	return CLI_DONE;
}

/* All commands, one line each, in the order of the table: what is used most comes first. */
static int help_all(void)
{
	(void)puts("usage: kring [--dir DIR | --socket PATH] [--json] [--lang nl|fr|en|de] "
		   "COMMAND\n");
	for (size_t i = 0; i < commands_count; i++) {
		char line[64];

		line_of(&commands[i], line);
		(void)printf("  %-28s %s\n", line, commands[i].help);
	}
	(void)puts("\nmore: kring help COMMAND, kring help "
		   "needs|categories|reasons|decline-reasons|outcomes");
	return CLI_DONE;
}

int help_show(struct cli *c, const char *topic)
{
	static const struct {
		const char *name;
		enum list_id list;
	} lists[] = {{"needs", LIST_NEEDS},
		     {"decline-reasons", LIST_DECLINE},
		     {"reasons", LIST_REASONS},
		     {"outcomes", LIST_OUTCOMES},
		     {"categories", LIST_CATEGORIES}};

	require(c != NULL && topic != NULL);
	c->answered = true;
	if (c->json) {
		help_commands();
		return CLI_DONE;
	}
	for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
		if (strcmp(lists[i].name, topic) == 0)
			return help_list(c, lists[i].list, "");
	return topic[0] == '\0' ? help_all() : help_topic(c, topic);
}

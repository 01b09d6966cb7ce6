/* SPDX-License-Identifier: EUPL-1.2 */
#include "client/help.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "client/cli/value.h"
#include "client/commands/commands.h"

static json_t *json_command(const struct command *k)
{
	const char *at = k->options;
	char name[32], type[32], accepts[1024];
	json_t *options = json_array();
	bool many, empty;

	while (value_spec_next(&at, name, type, &many, &empty)) {
		(void)value_accepts(k, type, accepts, sizeof accepts);
		(void)json_array_append_new(options,
					    json_pack("{s:s, s:s, s:s, s:b, s:b}", "name", name,
						      "type", type, "accepts", accepts, "many",
						      many ? 1 : 0, "empty", empty ? 1 : 0));
	}
	return json_pack("{s:s, s:s, s:s, s:s, s:o}", "noun", k->noun, "verb",
			 k->verb == NULL ? "" : k->verb, "words", k->words, "help", k->help,
			 "options", options);
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

static void help_one(const struct command *cmd)
{
	const char *at = cmd->options;
	char name[32], type[32], left[72], accepts[1024];
	bool many, empty;

	(void)printf("kring %s%s%s%s%s\n  %s\n", cmd->noun, cmd->verb == NULL ? "" : " ",
		     cmd->verb == NULL ? "" : cmd->verb, cmd->words[0] == '\0' ? "" : " ",
		     cmd->words, cmd->help);
	while (value_spec_next(&at, name, type, &many, &empty)) {
		(void)snprintf(left, sizeof left, "--%s %s%s", name, type, many ? " ..." : "");
		(void)value_accepts(cmd, type, accepts, sizeof accepts);
		(void)printf("    %-26s %s\n", left, accepts);
	}
	(void)printf("  example: %s\n", cmd->example);
}

static int help_list(const struct cli *c, enum list_id list, const char *use)
{
	const char *code;

	for (size_t i = 0; (code = list_code(list, use, i)) != NULL; i++)
		(void)printf("%-22s %s\n", code, list_text(list, c->lang, code));
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
	bool hit = false;

	c->answered = true;
	if (c->json) {
		help_commands();
		return CLI_DONE;
	}
	for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
		if (strcmp(lists[i].name, topic) == 0)
			return help_list(c, lists[i].list, "");
	if (topic[0] == '\0')
		(void)puts("usage: kring [--dir DIR | --socket PATH] [--json] [--lang nl|fr|en|de] "
			   "COMMAND\n");
	for (size_t i = 0; i < commands_count; i++) {
		const struct command *cmd = &commands[i];

		if (topic[0] != '\0' && strcmp(topic, cmd->noun) == 0) {
			help_one(cmd);
			hit = true;
		} else if (topic[0] == '\0') {
			char left[64];

			(void)snprintf(left, sizeof left, "%s %s %s", cmd->noun,
				       cmd->verb == NULL ? "" : cmd->verb, cmd->words);
			(void)printf("  %-28s %s\n", left, cmd->help);
		}
	}
	if (topic[0] == '\0')
		(void)puts("\nmore: kring help COMMAND, kring help "
			   "needs|categories|reasons|decline-reasons|outcomes");
	else if (strcmp(topic, "decline") == 0)
		return help_list(c, LIST_DECLINE, "");
	else if (strcmp(topic, "outcome") == 0)
		return help_list(c, LIST_OUTCOMES, "");
	else if (hit) /* an act has a list of its own; no other command has a row in it */
		return help_list(c, LIST_REASONS,
				 strcmp(topic, "confirm-withdraw") == 0 ? "wd-ok" : topic);
	else if (!hit)
		return cli_fail(c, CLI_USAGE, "no such command", topic, "see: kring help");
	return CLI_DONE;
}

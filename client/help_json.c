/* SPDX-License-Identifier: EUPL-1.2 */
/* What kring knows of its own commands, as JSON: deploy/manual/gen_manual.py makes manual pages and completion from it, and
 * tests walk it.  Codes and names are the same in every language; help, titles and what is shown are in the reader's. */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "client/cli/out.h"
#include "client/cli/value.h"
#include "client/commands/commands.h"
#include "client/globals.h"
#include "client/help.h"
#include "client/words/words.h"

/* ---- what both forms of help have ---- */

/* In the order of enum command_group. */
const char *const help_groups[GROUP_COUNT] = {
	"",	      "group-day",  "group-case",	"group-act",	  "group-partner",
	"group-node", "group-keys", "group-federation", "group-evidence",
};

/* What can be asked for beside commands. */
const struct help_topic help_topics[HELP_TOPICS] = {{"needs", LIST_NEEDS, ""},
						    {"decline-reasons", LIST_DECLINE, "decline"},
						    {"reasons", LIST_REASONS, ""},
						    {"outcomes", LIST_OUTCOMES, ""},
						    {"categories", LIST_CATEGORIES, ""}};

void help_line(const struct cli *c, const struct command *k, char out[HELP_LINE])
{
	char words[HELP_LINE / 2];

	words_arguments(c->lang, cli_or_none(k->words), words, sizeof words);
	(void)snprintf(out, HELP_LINE, "%.20s%s%.20s%s%s", k->noun, k->verb == NULL ? "" : " ",
		       cli_or_none(k->verb), words[0] == '\0' ? "" : " ", words);
}

/* ---- the document ---- */

/* Of an option whose values are a fixed list; [] when anything may be typed. */
static json_t *codes_of(const struct command *k, const char *type)
{
	require(k != NULL && type != NULL);
	json_t *codes = json_array();
	struct value_code v;

	for (size_t i = 0; value_code_at(k, type, i, &v); i++)
		(void)json_array_append_new(codes, json_string(v.code));
	return codes;
}

/* What an option takes is told in words as well: a test can try values that must be refused. */
static json_t *command(const struct cli *c, const struct command *k)
{
	char name[32], type[32], shown[WORDS_SHORT], accepts[1024], line[HELP_LINE];
	char buf[VALUE_OPTIONS_LEN];
	const char *at = value_options(k, buf);
	json_t *options = json_array();
	bool many, empty;

	while (value_spec_next(&at, name, type, &many, &empty)) {
		words_arguments(c->lang, type, shown, sizeof shown);
		(void)value_accepts(c->lang, k, type, accepts, sizeof accepts);
		(void)json_array_append_new(
			options,
			json_pack("{s:s, s:s, s:s, s:s, s:s, s:o, s:b, s:b, s:b}", "name", name,
				  "type", type, "help",
				  words_option(c->lang, k->noun, k->verb, name), "shown", shown,
				  "accepts", type[0] == '\0' ? "" : accepts, "codes",
				  codes_of(k, type), "several", value_takes_many(type) ? 1 : 0,
				  "many", many ? 1 : 0, "empty", empty ? 1 : 0));
	}
	help_line(c, k, line);
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:o}", "noun", k->noun, "verb",
			 cli_or_none(k->verb), "words", cli_or_none(k->words), "line", line,
			 "group", help_groups[k->group], "help",
			 words_help(c->lang, k->noun, k->verb), "example", k->example, "options",
			 options);
}

/* In the order of the table, which is that of help. */
static json_t *commands_of(const struct cli *c)
{
	json_t *all = json_array();

	for (size_t i = 0; i < commands_count; i++)
		(void)json_array_append_new(all, command(c, &commands[i]));
	return all;
}

/* The sections of help and of the manual, with their titles. */
static json_t *groups(const struct cli *c)
{
	json_t *all = json_array();

	for (unsigned g = GROUP_NONE + 1; g < GROUP_COUNT; g++)
		(void)json_array_append_new(
			all, json_pack("{s:s, s:s}", "name", help_groups[g], "title",
				       list_text(LIST_HELP, c->lang, help_groups[g])));
	return all;
}

/* Options of every command. */
static json_t *globals_of(const struct cli *c)
{
	json_t *all = json_array();
	char shown[WORDS_SHORT], row[64], letter[2] = "";

	for (size_t i = 0; i < globals_count; i++) {
		const struct global *g = &globals[i];
		json_t *codes = json_array();

		for (int k = 0; strcmp(g->type, "LANG") == 0 && k < LIST_LANGS; k++)
			(void)json_array_append_new(codes, json_string(list_langs[k]));
		letter[0] = g->letter;
		words_arguments(c->lang, g->type, shown, sizeof shown);
		(void)snprintf(row, sizeof row, "global-%s", g->name);
		(void)json_array_append_new(
			all,
			json_pack("{s:s, s:s, s:s, s:s, s:o, s:s, s:b}", "name", g->name, "type",
				  g->type, "shown", shown, "letter", letter, "codes", codes, "help",
				  list_text(LIST_HELP, c->lang, row), "alone", g->alone ? 1 : 0));
	}
	return all;
}

/* Scripts go by the number, and readers of JSON by the error's name. */
static json_t *exits(const struct cli *c)
{
	json_t *all = json_array();
	char row[64];

	for (int e = CLI_DONE; e <= CLI_DAMAGED; e++) {
		(void)snprintf(row, sizeof row, "exit-%d", e);
		(void)json_array_append_new(all, json_pack("{s:i, s:s, s:s}", "exit", e, "error",
							   out_name(e), "help",
							   list_text(LIST_HELP, c->lang, row)));
	}
	return all;
}

/* What "kring help" shows beside commands: lists of codes. */
static json_t *topics(void)
{
	json_t *all = json_array();

	require(help_topics[HELP_TOPICS - 1].name != NULL);
	for (size_t i = 0; i < HELP_TOPICS; i++)
		(void)json_array_append_new(all, json_string(help_topics[i].name));
	return all;
}

int help_json(const struct cli *c)
{
	require(c != NULL);
	out_tree(c, json_pack("{s:s, s:o, s:o, s:o, s:o, s:o}", "version", KRING_VERSION, "groups",
			      groups(c), "commands", commands_of(c), "options", globals_of(c),
			      "topics", topics(), "exits", exits(c)));
	return CLI_DONE;
}

/* Both forms name the program first: whoever reports a fault copies the line. */
int help_version(struct cli *c)
{
	require(c != NULL);
	c->answered = true;
	if (c->json)
		out_tree(c, json_pack("{s:s, s:s}", "program", "kring", "version", KRING_VERSION));
	else
		(void)puts("kring " KRING_VERSION);
	return CLI_DONE;
}

/* SPDX-License-Identifier: EUPL-1.2 */
/* Help comes from the table of commands and from the lists of config/lists; nothing is written here that could differ
 * from them. */
#include "client/help.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "client/cli/guess.h"
#include "client/cli/page.h"
#include "client/cli/terminal.h"
#include "client/cli/value.h"
#include "client/commands/commands.h"
#include "client/print/print.h"
#include "client/words/words.h"
#include "proto/acts.h"

enum { LINE_LEN = 96, NAME_COLUMNS = 24, OPTION_COLUMNS = 26 };

/* In the order of enum command_group. */
static const char *const groups[GROUP_COUNT] = {
	"",	      "group-day",  "group-case",	"group-act",	  "group-partner",
	"group-node", "group-keys", "group-federation", "group-evidence",
};

static const char *text(const struct cli *c, const char *code)
{
	return list_text(LIST_HELP, c->lang, code);
}

/* ---- as JSON: for completion, the manual and tests ---- */

/* What an option takes is told in words as well: a test can try values that must be refused. */
static json_t *json_command(const struct cli *c, const struct command *k)
{
	char name[32], type[32], accepts[1024], buf[VALUE_OPTIONS_LEN];
	const char *at = value_options(k, buf);
	json_t *options = json_array();
	bool many, empty;

	while (value_spec_next(&at, name, type, &many, &empty)) {
		(void)value_accepts(LIST_EN, k, type, accepts, sizeof accepts);
		(void)json_array_append_new(options,
					    json_pack("{s:s, s:s, s:s, s:b, s:b}", "name", name,
						      "type", type, "accepts", accepts, "many",
						      many ? 1 : 0, "empty", empty ? 1 : 0));
	}
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:o}", "noun", k->noun, "verb",
			 cli_or_none(k->verb), "words", cli_or_none(k->words), "group",
			 groups[k->group], "help", words_help(c->lang, k->noun, k->verb), "example",
			 k->example, "options", options);
}

/* One document, whatever is asked: --json help is read by programs. */
static int json_show(json_t *o)
{
	(void)json_dumpf(o, stdout, JSON_INDENT(1) | JSON_PRESERVE_ORDER);
	(void)putchar('\n');
	json_decref(o);
	return CLI_DONE;
}

/* The whole table. */
static int json_commands(const struct cli *c)
{
	json_t *all = json_array();

	for (size_t i = 0; i < commands_count; i++)
		(void)json_array_append_new(all, json_command(c, &commands[i]));
	return json_show(json_pack("{s:o}", "commands", all));
}

/* ---- for people ---- */

/* As it is typed, without options: "case show CASE". */
static void line_of(const struct cli *c, const struct command *k, char out[LINE_LEN])
{
	char words[LINE_LEN / 2];

	words_arguments(c->lang, cli_or_none(k->words), words, sizeof words);
	(void)snprintf(out, LINE_LEN, "%.20s%s%.20s%s%s", k->noun, k->verb == NULL ? "" : " ",
		       cli_or_none(k->verb), words[0] == '\0' ? "" : " ", words);
}

/* left in a column of its own, what it is beside it; a left side that is too long has the text below it. */
static void row(const struct cli *c, const char *left, size_t column, const char *right)
{
	const size_t wide = terminal_columns(left, strlen(left)) + 2;

	(void)printf("  %s", left);
	if (right[0] != '\0' && wide + 2 > column)
		(void)printf("\n%*s", (int)column, "");
	else if (right[0] != '\0')
		(void)printf("%*s", (int)(column - wide), "");
	terminal_fold(c, right, column, column);
	(void)putchar('\n');
}

/* One command: its line, what it is for, its options with what they take, an example. */
static void help_one(const struct cli *c, const struct command *cmd)
{
	char name[32], type[32], shown[40], left[96], accepts[1024], line[LINE_LEN];
	char buf[VALUE_OPTIONS_LEN];
	const char *at = value_options(cmd, buf);
	bool many, empty;

	line_of(c, cmd, line);
	(void)printf("kring %s%s%s%s\n  ", line, at[0] == '\0' ? "" : " [",
		     at[0] == '\0' ? "" : text(c, "options"), at[0] == '\0' ? "" : "]");
	terminal_fold(c, words_help(c->lang, cmd->noun, cmd->verb), 2, 2);
	(void)putchar('\n');
	while (value_spec_next(&at, name, type, &many, &empty)) {
		words_arguments(c->lang, type, shown, sizeof shown);
		(void)snprintf(left, sizeof left, "  --%s%s%s%s", name, type[0] == '\0' ? "" : " ",
			       shown, many ? " ..." : "");
		(void)value_accepts(c->lang, cmd, type, accepts, sizeof accepts);
		row(c, left, OPTION_COLUMNS, accepts);
	}
	/* on a line of its own: it is copied, and not folded */
	(void)printf("  %s%s\n    %s\n", text(c, "example"), words_colon(c->lang), cmd->example);
}

/* Whoever types a reason sees here which ones there are.  Codes of a list with their words in the reader's language. */
static int help_list(const struct cli *c, enum list_id list, const char *use)
{
	const char *code;

	for (size_t i = 0; (code = list_code(list, use, i)) != NULL; i++)
		row(c, code, OPTION_COLUMNS, list_text(list, c->lang, code));
	return CLI_DONE;
}

/* A known first word with a wrong second one gets a guess for the second. */
int help_unknown(const struct cli *c, const char *before, const char *noun, const char *verb)
{
	require(before != NULL && noun != NULL);
	char given[128], remedy[256];
	struct guess g = GUESS_NONE;
	bool known = false;

	(void)snprintf(given, sizeof given, "%.60s%s%.60s", noun, verb == NULL ? "" : " ",
		       cli_or_none(verb));
	for (size_t i = 0; i < commands_count; i++)
		known = known || strcmp(commands[i].noun, noun) == 0;
	for (size_t i = 0; i < commands_count; i++) {
		const struct command *k = &commands[i];

		/* nearest among all first words, or among the second words of this one */
		if (!known)
			guess_try(&g, noun, k->noun, "");
		else if (strcmp(k->noun, noun) == 0 && k->verb != NULL && verb != NULL)
			guess_try(&g, verb, k->verb, noun);
	}
	if (!known)
		guess_try(&g, noun, "help", "");
	if (guess_found(&g)) {
		(void)snprintf(remedy, sizeof remedy, "%s %s", before, g.name);
		return cli_refuse(c, CLI_USAGE, "misspelt-command",
				  FILL({"command", given, 0}, {"meant", remedy, 0}));
	}
	/* its second word is missing or unknown */
	(void)snprintf(remedy, sizeof remedy, "kring help%s%.60s", known ? " " : "",
		       known ? noun : "");
	return cli_refuse(c, CLI_USAGE, "unknown-command",
			  FILL({"command", given, 0}, {"help", remedy, 0}));
}

/* All commands of that noun, or the one with that verb; an act also shows the words of its reasons. */
static int help_topic(const struct cli *c, const char *noun, const char *verb)
{
	const struct act *act = NULL;
	bool hit = false;

	for (size_t i = 0; i < commands_count; i++) {
		const struct command *k = &commands[i];

		if (strcmp(noun, k->noun) != 0 ||
		    (verb != NULL && (k->verb == NULL || strcmp(verb, k->verb) != 0)))
			continue;
		if (hit)
			(void)putchar('\n');
		help_one(c, k);
		act = act_of(k->act); /* NULL for most */
		hit = true;
	}
	if (!hit)
		return help_unknown(c, "kring help", noun, verb);
	if (act != NULL && act_has(act, ACT_WITH_REASON))
		return help_list(c, (enum list_id)act->reasons, act->code);
	return CLI_DONE;
}

static size_t columns(const char *s)
{
	return terminal_columns(s, strlen(s));
}

static void labelled(const struct cli *c, const char *label, const char *typed)
{
	char what[WORDS_LONG];

	words_arguments(c->lang, typed, what, sizeof what);
	(void)printf("%s%s", text(c, label), words_colon(c->lang));
	terminal_fold(c, what, columns(text(c, label)) + columns(words_colon(c->lang)), 2);
	(void)putchar('\n');
}

/* Options that every command takes stand here and nowhere else. */
static void usage(const struct cli *c)
{
	labelled(c, "usage",
		 "kring [--dir DIR | --socket PATH] [--json] [--lang nl|fr|en|de] COMMAND");
}

static void heading(const struct cli *c, const char *title)
{
	(void)printf("%s%s%s\n", terminal_mark(c, MARK_HEAD), title, terminal_mark(c, MARK_OFF));
}

/* Every command with what it is for, group by group. */
static int help_all(const struct cli *c)
{
	char line[LINE_LEN];

	usage(c);
	for (unsigned g = GROUP_NONE + 1; g < GROUP_COUNT; g++) {
		(void)putchar('\n');
		heading(c, text(c, groups[g]));
		for (size_t i = 0; i < commands_count; i++)
			if (commands[i].group == g) {
				line_of(c, &commands[i], line);
				row(c, line, OPTION_COLUMNS + 4,
				    words_help(c->lang, commands[i].noun, commands[i].verb));
			}
	}
	return CLI_DONE;
}

/* The words with which commands of a group begin, each once. */
static void nouns_of(const struct cli *c, enum command_group g)
{
	const char *noun = "";
	char *all = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&all, &len);

	if (f == NULL)
		return;
	for (size_t i = 0; i < commands_count; i++) {
		if (commands[i].group != g || strcmp(commands[i].noun, noun) == 0)
			continue;
		noun = commands[i].noun;
		(void)fprintf(f, "%s ", noun);
	}
	if (fclose(f) == 0)
		row(c, text(c, groups[g]), NAME_COLUMNS, all);
	free(all);
}

/* On one screen: what is typed every day with what it is for, and of the rest the words.  A screen has 24 lines, and one
 * of them is the prompt: a sentence that needs a second line pushes the first one off. */
static int help_short(const struct cli *c)
{
	char line[LINE_LEN];

	usage(c);
	heading(c, text(c, "group-day"));
	for (size_t i = 0; i < commands_count; i++)
		if (commands[i].group == GROUP_DAY) {
			line_of(c, &commands[i], line);
			row(c, line, NAME_COLUMNS,
			    words_help(c->lang, commands[i].noun, commands[i].verb));
		}
	for (unsigned g = GROUP_DAY + 1; g < GROUP_COUNT; g++)
		nouns_of(c, (enum command_group)g);
	labelled(c, "more",
		 "kring help COMMAND|all|needs|categories|reasons|decline-reasons|outcomes");
	return CLI_DONE;
}

int help_show(struct cli *c, const char *noun, const char *verb)
{
	static const struct {
		const char *name;
		enum list_id list;
	} lists[] = {{"needs", LIST_NEEDS},
		     {"decline-reasons", LIST_DECLINE},
		     {"reasons", LIST_REASONS},
		     {"outcomes", LIST_OUTCOMES},
		     {"categories", LIST_CATEGORIES}};
	const enum list_id *list = NULL;
	int code;

	require(c != NULL && noun != NULL);
	c->answered = true;
	if (c->json)
		return json_commands(c);
	page_begin(c);
	for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
		if (strcmp(lists[i].name, noun) == 0)
			list = &lists[i].list;
	if (list != NULL)
		code = help_list(c, *list, "");
	else if (noun[0] == '\0')
		code = help_short(c);
	else
		code = strcmp(noun, "all") == 0 ? help_all(c) : help_topic(c, noun, verb);
	page_end(c);
	return code;
}

/* Both forms name the program first: whoever reports a fault copies the line. */
int help_version(struct cli *c)
{
	require(c != NULL);
	c->answered = true;
	if (c->json)
		return json_show(
			json_pack("{s:s, s:s}", "program", "kring", "version", KRING_VERSION));
	(void)puts("kring " KRING_VERSION);
	return CLI_DONE;
}

int help_alone(struct cli *c)
{
	require(c != NULL && c->bare);
	print_today_alone(c);
	(void)help_short(c);
	return CLI_NOT_NOW;
}

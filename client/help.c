/* SPDX-License-Identifier: EUPL-1.2 */
/* Help comes from the table of commands and from the lists of config/lists; nothing is written here that could differ
 * from them. */
#include "client/help.h"

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

enum { NAME_COLUMNS = 24, OPTION_COLUMNS = 26 };

static const char *text(const struct cli *c, const char *code)
{
	return list_text(LIST_HELP, c->lang, code);
}

/* ---- for people ---- */

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

/* What an option is for, and what it takes; a flag takes nothing. */
static void what_for(const struct cli *c, const struct command *cmd, const char *name,
		     const char *type, char *out, size_t cap)
{
	require(cap > 512);
	const char *purpose = words_option(c->lang, cmd->noun, cmd->verb, name);
	char accepts[1024];

	(void)value_accepts(c->lang, cmd, type, accepts, sizeof accepts);
	/* the same for all of them, and said once below */
	if (value_is_text(type))
		accepts[0] = '\0';
	(void)snprintf(out, cap, "%.256s%s%s", purpose,
		       purpose[0] == '\0' || accepts[0] == '\0' ? "" : words_colon(c->lang),
		       accepts);
}

/* One command: its line, what it is for, its options with what they take, an example. */
static void help_one(const struct cli *c, const struct command *cmd)
{
	char name[32], type[32], shown[40], left[96], said[1400], line[HELP_LINE];
	char buf[VALUE_OPTIONS_LEN];
	const char *at = value_options(cmd, buf);
	bool many, empty;

	help_line(c, cmd, line);
	(void)printf("kring %s%s%s%s\n  ", line, at[0] == '\0' ? "" : " [",
		     at[0] == '\0' ? "" : text(c, "options"), at[0] == '\0' ? "" : "]");
	terminal_fold(c, words_help(c->lang, cmd->noun, cmd->verb), 2, 2);
	(void)putchar('\n');
	while (value_spec_next(&at, name, type, &many, &empty)) {
		words_arguments(c->lang, type, shown, sizeof shown);
		(void)snprintf(left, sizeof left, "  --%s%s%s%s", name, type[0] == '\0' ? "" : " ",
			       shown, many ? " ..." : "");
		what_for(c, cmd, name, type, said, sizeof said);
		row(c, left, OPTION_COLUMNS, said);
	}
	/* on a line of its own: it is copied, and not folded */
	(void)printf("  %s%s\n    %s\n", text(c, "example"), words_colon(c->lang), cmd->example);
}

/* Has it an option that takes a text? */
static bool takes_text(const struct command *cmd)
{
	char name[32], type[32], buf[VALUE_OPTIONS_LEN];
	const char *at = value_options(cmd, buf);
	bool many, empty;

	while (value_spec_next(&at, name, type, &many, &empty))
		if (value_is_text(type))
			return true;
	return false;
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
	bool hit = false, texts = false;

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
		texts = texts || takes_text(k);
	}
	if (!hit)
		return help_unknown(c, "kring help", noun, verb);
	if (texts) {
		(void)putchar('\n');
		terminal_fold(c, text(c, "texts"), 0, 0);
		(void)putchar('\n');
	}
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
	char line[HELP_LINE];

	usage(c);
	for (unsigned g = GROUP_NONE + 1; g < GROUP_COUNT; g++) {
		(void)putchar('\n');
		heading(c, text(c, help_groups[g]));
		for (size_t i = 0; i < commands_count; i++)
			if (commands[i].group == g) {
				help_line(c, &commands[i], line);
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
		row(c, text(c, help_groups[g]), NAME_COLUMNS, all);
	free(all);
}

/* On one screen: what is typed every day with what it is for, and of the rest the words.  A screen has 24 lines, and one
 * of them is the prompt: a sentence that needs a second line pushes the first one off. */
static int help_short(const struct cli *c)
{
	char line[HELP_LINE];

	usage(c);
	heading(c, text(c, "group-day"));
	for (size_t i = 0; i < commands_count; i++)
		if (commands[i].group == GROUP_DAY) {
			help_line(c, &commands[i], line);
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
	const struct help_topic *topic = NULL;
	int code;

	require(c != NULL && noun != NULL);
	c->answered = true;
	if (c->json)
		return help_json(c);
	page_begin(c);
	for (size_t i = 0; i < HELP_TOPICS; i++)
		if (strcmp(help_topics[i].name, noun) == 0)
			topic = &help_topics[i];
	if (topic != NULL)
		code = help_list(c, topic->list, topic->use);
	else if (noun[0] == '\0')
		code = help_short(c);
	else
		code = strcmp(noun, "all") == 0 ? help_all(c) : help_topic(c, noun, verb);
	page_end(c);
	return code;
}

int help_alone(struct cli *c)
{
	require(c != NULL && c->bare);
	print_today_alone(c);
	(void)help_short(c);
	return CLI_NOT_NOW;
}

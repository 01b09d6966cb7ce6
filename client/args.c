/* SPDX-License-Identifier: EUPL-1.2 */
/* What was typed, judged by the command's own row before the node is asked anything: a value that is not of the
 * option's type, one that is given twice, an argument too many is refused by name.  Nothing is dropped, nothing
 * guessed.  A command therefore only sees values that fit.
 * Order: options of every command (--dir, --socket, --json,
 * --lang) may stand anywhere and are taken out first; then the command is found; then its words and options are judged
 * in the order in which they were typed. */
#include "client/args.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/check.h"
#include "base/limits.h"
#include "base/text.h"
#include "client/cli/choice.h"
#include "client/cli/guess.h"
#include "client/cli/value.h"
#include "client/commands/commands.h"
#include "client/globals.h"
#include "client/help.h"
#include "client/words/words.h"

enum { NAME_MAX_LEN = 32, ACCEPTS_LEN = 1024, SHOWN_LEN = 96 };
static_assert(NAME_MAX_LEN < sizeof((struct cli *)0)->options[0].name, "every name fits");

struct spec { /* one word of a command's table */
	char type[NAME_MAX_LEN];
	bool value, many, empty;
};

/* What the row says of one option; false: the command has no such option. */
static bool spec_of(const struct command *cmd, const char *name, struct spec *out)
{
	char found[NAME_MAX_LEN], buf[VALUE_OPTIONS_LEN];
	const char *options = value_options(cmd, buf);

	while (value_spec_next(&options, found, out->type, &out->many, &out->empty))
		if (strcmp(found, name) == 0) {
			out->value = out->type[0] != '\0';
			return true;
		}
	return false;
}

/* ---- did you mean ---- */

/* The nearest name among the command's own options and those of every command. */
static int no_such_option(const struct cli *c, const char *typed)
{
	char buf[VALUE_OPTIONS_LEN];
	const char *at = value_options(c->cmd, buf);
	char name[NAME_MAX_LEN], type[NAME_MAX_LEN], given[64];
	struct guess g = GUESS_NONE;
	bool many, empty;

	while (value_spec_next(&at, name, type, &many, &empty))
		guess_try(&g, typed, name, "");
	for (size_t i = 0; i < globals_count; i++)
		if (!globals[i].alone)
			guess_try(&g, typed, globals[i].name, "");
	(void)snprintf(given, sizeof given, "--%.50s", typed);
	if (guess_found(&g))
		return cli_refuse(c, CLI_USAGE, "misspelt-option",
				  FILL({"option", given, 0}, {"meant", g.name, 0}));
	return cli_refuse(c, CLI_USAGE, "unknown-option",
			  FILL({"option", given, 0}, {"command", c->cmd->noun, 0}));
}

/* ---- values ---- */

/* Names what the option takes: the list may be long, but it is what the user needs. */
static int refuse(const struct cli *c, const char *option, const char *value, const char *type)
{
	const char *day = value_day_fault(c->lang, type, value);
	char why[64], accepts[ACCEPTS_LEN];

	(void)fill_text(why, sizeof why, value, FILL_NONE, FILL_ONE_IS_ONE);
	(void)value_accepts(c->lang, c->cmd, type, accepts, sizeof accepts);
	return cli_refuse(c, CLI_USAGE, day != NULL ? "no-day" : "invalid-value",
			  FILL({"option", option, 0}, {"value", why, 0}, {"accepts", accepts, 0},
			       {"fault", day, 0}));
}

/* All of standard input, without a mark at its beginning and without the ends of its last lines. */
static int read_stdin(struct cli *c, const char *option, const char **value)
{
	const size_t cap = LIMIT_PB_STRING + 4;
	char *text = arena_alloc(&c->arena, cap + 1);
	size_t n = 0, k = 0;

	if (c->stdin_used)
		return cli_refuse(c, CLI_USAGE, "stdin-once", FILL({"option", option, 0}));
	c->stdin_used = true;
	if (text == NULL)
		return CLI_NOT_NOW;
	n = fread(text, 1, cap, stdin);
	if (ferror(stdin) != 0) /* half of a text is not what was meant */
		return cli_refuse(
			c, CLI_USAGE, "cannot-read",
			FILL({"path", option, 0}, {"cause", words_errno(c->lang, EIO), 0}));
	if (memchr(text, '\0', n) != NULL)
		return cli_refuse(c, CLI_USAGE, "stdin-not-text", FILL({"option", option, 0}));
	text[n] = '\0';
	for (size_t i = strncmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0; i < n; i++) {
		if (text[i] == '\r' && text[i + 1] == '\n')
			continue;
		text[k++] = (char)(text[i] == '\r' ? '\n' : text[i]);
	}
	while (k > 0 && text[k - 1] == '\n')
		k--;
	text[k] = '\0';
	*value = text;
	return CLI_DONE;
}

/* A word of the reader's language becomes the code that it means; what may be two things is refused with both. */
static int mean(struct cli *c, const char *option, const char *type, const char **value)
{
	char meant[ACCEPTS_LEN];
	struct span copy;

	switch (choice_read(c->cmd, type, c->lang, *value, meant, sizeof meant)) {
	case CHOICE_NONE:
		return CLI_DONE; /* judged as it was typed */
	case CHOICE_MANY:
		return cli_refuse(
			c, CLI_USAGE, "ambiguous-value",
			FILL({"option", option, 0}, {"value", *value, 0}, {"accepts", meant, 0}));
	case CHOICE_ONE:
		break;
	}
	copy = arena_copy(&c->arena, span_of(meant, strlen(meant) + 1));
	if (copy.p == NULL)
		return CLI_NOT_NOW;
	memcpy(value, &copy.p, sizeof *value);
	return CLI_DONE;
}

/* What was typed, from stdin when it was "-", becomes what the command gets: *value and *number. */
static int judge(struct cli *c, const char *name, const struct spec *s, const char **value,
		 uint64_t *number)
{
	const bool piped = value_is_text(s->type) && strcmp(*value, "-") == 0;
	char what[64], why[128];
	int bad = CLI_DONE;

	(void)snprintf(what, sizeof what, "--%.40s", name);
	if (piped)
		bad = read_stdin(c, what, value);
	if (bad != CLI_DONE)
		return bad;
	if (value_fault(c->lang, span_of(*value, strlen(*value)), why) != NULL)
		return cli_refuse(c, CLI_USAGE, "wrong-text",
				  FILL({"option", what, 0}, {"fault", why, 0}));
	/* a program that failed writes nothing: that removes no field, "" does */
	if (piped && s->empty && text_blank(*value))
		return cli_refuse(c, CLI_USAGE, "stdin-empty", FILL({"option", what, 0}));
	/* only blanks are no value: a name of three spaces helps nobody */
	if (text_blank(*value))
		*value = "";
	if ((*value)[0] == '\0')
		return s->empty
			       ? CLI_DONE
			       : cli_refuse(c, CLI_USAGE, "empty-value", FILL({"option", what, 0}));
	bad = mean(c, name, s->type, value);
	if (bad != CLI_DONE)
		return bad;
	return value_fits(c->lang, c->cmd, s->type, *value, number)
		       ? CLI_DONE
		       : refuse(c, name, *value, s->type);
}

/* Each refusal names the option; the first fault ends it. */
static int put_option(struct cli *c, const char *name, const char *value)
{
	struct spec s;
	char what[64];
	uint64_t number = 0;

	require(c->cmd != NULL && name != NULL);
	if (strcmp(name, "request-id") == 0)
		s = (struct spec){.type = "REQUEST", .value = true};
	else if (!spec_of(c->cmd, name, &s))
		return no_such_option(c, name);
	(void)snprintf(what, sizeof what, "--%.40s", name);
	/* from here on the option is known, and whether it takes a value */
	if (s.value != (value != NULL))
		return cli_refuse(c, CLI_USAGE, s.value ? "missing-value" : "takes-no-value",
				  FILL({"option", what, 0}));
	if (!s.many && cli_option(c, name) != NULL)
		return cli_refuse(c, CLI_USAGE, "given-twice", FILL({"option", what, 0}));
	if (c->option_count >= CLI_OPTIONS_MAX - 1)
		return cli_refuse(c, CLI_USAGE, "too-many-options", FILL({"option", what, 0}));
	if (value != NULL) {
		const int bad = judge(c, name, &s, &value, &number);

		if (bad != CLI_DONE)
			return bad;
	}
	cli_add_option(c, name, value == NULL ? "" : value, number);
	return CLI_DONE;
}

/* ---- words ---- */

/* The commands that show what may stand where the first word is missing, by the word, or by the command whose id it is; else the help of
 * the command. */
static const char *shown_by(const struct cli *c, char out[SHOWN_LEN])
{
	static const struct {
		const char *of, *lists; /* of: the word, or the first word of the command */
	} known[] = {{"CASE", "kring case list"},
		     {"REF", "kring inbox, kring sent"},
		     {"PARTNER", "kring partner list"},
		     {"consent", "kring consent list CASE"},
		     {"letter", "kring case list, kring inbox, kring sent"},
		     {"draft", "kring draft list"},
		     {"outbox", "kring outbox list"},
		     {"invites", "kring invites list"},
		     {"ALARM", "kring alarm list"}};
	const char *words = cli_or_none(c->cmd->words);
	const size_t n = strcspn(words, " ");

	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
		const bool word = strlen(known[i].of) == n && strncmp(known[i].of, words, n) == 0;

		if (!word &&
		    (strncmp(words, "ID", n) != 0 || strcmp(known[i].of, c->cmd->noun) != 0))
			continue;
		words_arguments(c->lang, known[i].lists, out, SHOWN_LEN);
		return out;
	}
	(void)snprintf(out, SHOWN_LEN, "kring help %.20s%s%.20s", c->cmd->noun,
		       c->cmd->verb == NULL ? "" : " ", cli_or_none(c->cmd->verb));
	return out;
}

/* Which words the command takes, and where to find them. */
static int wanting(const struct cli *c, const char *code)
{
	char words[WORDS_SHORT], lists[SHOWN_LEN];

	words_arguments(c->lang, cli_or_none(c->cmd->words), words, sizeof words);
	return cli_refuse(c, CLI_USAGE, code,
			  FILL({"words", words, 0}, {"lists", shown_by(c, lists), 0}));
}

static int put_word(struct cli *c, const char *word)
{
	char fault[128];

	require(c->cmd != NULL && word != NULL);
	if (c->word_count == CLI_WORDS_MAX)
		return cli_refuse(c, CLI_USAGE, "unexpected-argument", FILL({"word", word, 0}));
	if (word[0] == '\0')
		return wanting(c, "empty-argument");
	if (value_fault(c->lang, span_of(word, strlen(word)), fault) != NULL)
		return cli_refuse(c, CLI_USAGE, "invalid-argument", FILL({"fault", fault, 0}));
	c->words[c->word_count++] = word;
	return CLI_DONE;
}

/* "PARTNER [DIGITS...]": one, then any number. */
static int count_words(const struct cli *c)
{
	size_t least = 0, most = 0;
	char extra[64];

	for (const char *p = cli_or_none(c->cmd->words); *p != '\0'; p += strspn(p, " ")) {
		const size_t n = strcspn(p, " ");

		least += p[0] == '[' ? 0 : 1;
		most = memmem(p, n, "...", 3) != NULL ? CLI_WORDS_MAX : most + 1;
		p += n;
	}
	if (c->word_count < least)
		return wanting(c, "missing-argument");
	if (c->word_count <= most)
		return CLI_DONE;
	(void)fill_text(extra, sizeof extra, c->words[most], FILL_NONE, FILL_ONE_IS_ONE);
	return cli_refuse(c, CLI_USAGE, "unexpected-argument", FILL({"word", extra, 0}));
}

/* ---- the line ---- */

/* By the first two letters: nl_BE.UTF-8 is nl. */
static bool lang_of(const char *s, enum list_lang *lang)
{
	for (int i = 0; s != NULL && i < LIST_LANGS; i++)
		if (strncmp(s, list_langs[i], 2) == 0) {
			*lang = (enum list_lang)i;
			return true;
		}
	return false;
}

/* English when the environment says nothing that we have. */
enum list_lang args_lang(const char *environment)
{
	enum list_lang lang = LIST_EN;

	(void)lang_of(environment, &lang);
	return lang;
}

/* --name VALUE or --name=VALUE: the name into out, what stands behind "=" or NULL. */
static const char *split(const char *arg, char out[NAME_MAX_LEN + 1])
{
	const char *eq = strchr(arg, '=');
	size_t n = eq == NULL ? strlen(arg) - 2 : (size_t)(eq - arg) - 2;

	n = n < NAME_MAX_LEN ? n : NAME_MAX_LEN;
	memcpy(out, arg + 2, n);
	out[n] = '\0';
	return eq == NULL ? NULL : eq + 1;
}

/* A value may begin with one dash, not with two: then it is the next option, and this one lacks its value. */
static const char *value_at(const char *const *args, size_t count, size_t i)
{
	return i + 1 < count && strncmp(args[i + 1], "--", 2) != 0 ? args[i + 1] : NULL;
}

/* --dir and --socket once; the last --lang counts. */
static int put_global(struct cli *c, const char *name, const char *value, bool *wants)
{
	char shown[64];
	const char **slot = strcmp(name, "dir") == 0	  ? &c->dir
			    : strcmp(name, "socket") == 0 ? &c->socket
							  : NULL;

	*wants = true;
	(void)snprintf(shown, sizeof shown, "--%.40s", name);
	if (value == NULL || value[0] == '\0')
		return cli_refuse(c, CLI_USAGE, "missing-value", FILL({"option", shown, 0}));
	if (slot != NULL && *slot != NULL)
		return cli_refuse(c, CLI_USAGE, "given-twice", FILL({"option", shown, 0}));
	if (slot != NULL)
		*slot = value;
	else if (strlen(value) != 2 || !lang_of(value, &c->lang))
		return cli_refuse(c, CLI_USAGE, "invalid-value",
				  FILL({"option", name, 0}, {"value", value, 0},
				       {"accepts", "nl, fr, en, de", 0}));
	else
		c->lang_asked = true;
	return CLI_DONE;
}

/* Options of every command may stand anywhere; the rest is judged once the command is known. */
static int take_globals(struct cli *c, const char **args, size_t *count)
{
	size_t kept = 0, n = *count;
	bool words = false; /* behind a bare "--" */

	for (size_t i = 0; i < n; i++) {
		char name[NAME_MAX_LEN + 1] = "";
		const char *stuck = NULL;
		bool wants = false;
		int bad = CLI_DONE;

		words = words || strcmp(args[i], "--") == 0;
		if (!words && strncmp(args[i], "--", 2) == 0)
			stuck = split(args[i], name);
		/* both may be given; then the lines win, because they were asked for by name */
		if (strcmp(name, "json") == 0 || strcmp(name, "jsonl") == 0) {
			c->json = true;
			c->json_lines = c->json_lines || name[4] == 'l';
		} else if (strcmp(name, "no-pager") == 0)
			c->paged = false;
		else if (strcmp(name, "dir") == 0 || strcmp(name, "socket") == 0 ||
			 strcmp(name, "lang") == 0)
			bad = put_global(c, name, stuck != NULL ? stuck : value_at(args, n, i),
					 &wants);
		else
			args[kept++] = args[i];
		if (bad != CLI_DONE)
			return bad;
		i += wants && stuck == NULL ? 1 : 0;
	}
	*count = kept;
	return CLI_DONE;
}

/* The option at args[*i]; its value may stand behind "=" or in the argument that follows, which *i then is at. */
static int take_option(struct cli *c, const char *const *args, size_t count, size_t *i)
{
	char name[NAME_MAX_LEN + 1];
	const char *value;
	struct spec s = {.value = false};
	bool wants;

	if (strncmp(args[*i], "--", 2) != 0)
		return cli_refuse(c, CLI_USAGE, "short-option", FILL({"option", args[*i], 0}));
	value = split(args[*i], name);
	wants = strcmp(name, "request-id") == 0 || (spec_of(c->cmd, name, &s) && s.value);
	if (value == NULL && wants) {
		value = value_at(args, count, *i);
		*i += value != NULL ? 1 : 0;
	}
	return put_option(c, name, value);
}

/* Both spellings, wherever a word of the line may stand. */
static bool asks_help(const char *word)
{
	return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

/* A bare "--" ends the options: what follows are words, even with dashes. */
/* NOLINTNEXTLINE(readability-function-cognitive-complexity): the kinds of a word, in order */
static int take_rest(struct cli *c, const char *const *args, size_t count)
{
	bool words = false;
	int bad = CLI_DONE;

	require(c->cmd != NULL);
	for (size_t i = 0; i < count && bad == CLI_DONE; i++) {
		if (!words && strcmp(args[i], "--") == 0)
			words = true;
		else if (words || args[i][0] != '-')
			bad = put_word(c, args[i]);
		else if (asks_help(args[i]))
			return help_show(c, c->cmd->noun, c->cmd->verb);
		else
			bad = take_option(c, args, count, &i);
	}
	return bad != CLI_DONE ? bad : count_words(c);
}

/* The first row that fits: see the order in commands.c. */
static const struct command *find(const char *const *args, size_t count)
{
	require(count > 0);
	for (size_t i = 0; i < commands_count; i++) {
		const struct command *k = &commands[i];

		if (strcmp(k->noun, args[0]) == 0 &&
		    (k->verb == NULL || (count > 1 && strcmp(k->verb, args[1]) == 0)))
			return k;
	}
	return NULL;
}

/* Behind the word help, or before a bare --help: two words say what is asked.  Nothing of it is run, right or wrong. */
static int help_asked(struct cli *c, const char *const *args, size_t count)
{
	const char *words[2] = {"", NULL};
	size_t n = 0;

	for (size_t i = 0; i < count; i++) {
		if (asks_help(args[i]) || (i == 0 && strcmp(args[i], "help") == 0))
			continue;
		if (args[i][0] == '-' || n == 2)
			return cli_refuse(c, CLI_USAGE, "unexpected-argument",
					  FILL({"word", args[i], 0}, {"example", "kring help", 0}));
		words[n++] = args[i];
	}
	return help_show(c, words[0], words[1]);
}

/* kring alone is today.  Help and version are answered at once, and leave nothing to run. */
int args_parse(struct cli *c, const char **args, size_t count)
{
	require(c != NULL && args != NULL);
	const int bad = take_globals(c, args, &count);
	static const char *const today[] = {"today"};
	const char *first = count > 0 ? args[0] : today[0];
	size_t used;

	if (bad != CLI_DONE)
		return bad;
	c->bare = count == 0;
	if (c->bare) {
		c->cmd = find(today, 1);
		return CLI_DONE;
	}
	if (strcmp(first, "help") == 0 || asks_help(first))
		return help_asked(c, args, count);
	if (strcmp(first, "--version") == 0 || strcmp(first, "-V") == 0)
		return help_version(c);
	if (first[0] == '-')
		return cli_refuse(c, CLI_USAGE, "command-first", FILL({"word", first, 0}));
	c->cmd = find(args, count);
	if (c->cmd == NULL && count == 2 && asks_help(args[1]))
		return help_asked(c, args, count);
	if (c->cmd == NULL)
		return help_unknown(c, "kring", args[0], count > 1 ? args[1] : NULL);
	used = c->cmd->verb == NULL ? 1 : 2;
	return take_rest(c, args + used, count - used);
}

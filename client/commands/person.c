/* SPDX-License-Identifier: EUPL-1.2 */
/* What is known of a person, from options, from a file, or asked for at the prompt.  Nothing is dropped and nothing
 * guessed: a line of a file that could be a field or part of a text is refused with its number, because a phone number
 * that ends up in a story would go where the story goes, and a story that ends up in the phone field would be lost. */
#include "client/commands/person.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/check.h"
#include "base/disk/infile.h"
#include "base/limits.h"
#include "base/text.h"
#include "client/cli/choice.h"
#include "client/cli/value.h"
#include "client/words/day.h"
#include "client/words/words.h"
#include "proto/person/person_kind.h"

enum { FILE_MAX = 256 * 1024, KEY_MAX = 24, PROMPT_MAX = 512 };

static const struct field {
	const char *option;
	unsigned number;
} fields[] = {
#define FIELD_ROW(name, type, number, e) {name, number},
	PERSON_FIELDS(FIELD_ROW, "")
#undef FIELD_ROW
};
enum { FIELDS = sizeof fields / sizeof fields[0], NONE = FIELDS };

/*
 * A file is read line by line.  The state is the field that goes on (now) and how its further lines look:
 *
 * a line that is           before any field   in a field of one line   in a text of several lines
 * "field: ..."             begins it          ends one, begins it      the same; refused when further lines of the
 *                                                                      text had no space in front
 * "some words: ..."        refused            refused                  part of the text
 * "word: ...", no field    refused            refused                  refused: it may be a misspelt field
 * empty                    skipped            skipped                  part of the text
 * anything else            refused            refused                  part of the text
 */
struct reader {
	struct cli *c;
	struct msg *to;
	const char *file;
	unsigned line, at[FIELDS]; /* where each field began; 0: not in the file */
	size_t now;		   /* the field that goes on */
	unsigned more;		   /* lines that it took beyond its first */
	size_t indent;		   /* of the first of them */
	char *text;
	size_t len;
};

/* Where it went wrong, as an editor shows it; never the words themselves. */
static int fail(const struct reader *r, unsigned line, const char *code, const char *field,
		const struct fill *more)
{
	struct fill values[] = {{"file", r->file, 0},
				{"line", NULL, line},
				{"field", field, 0},
				*more,
				{.name = NULL}};

	return cli_refuse(r->c, CLI_USAGE, code, values);
}

/* ---- one line ---- */

/* As the reader's language calls it, in help and in every list. */
static const char *label(const struct cli *c, size_t i)
{
	return fields[i].number == PERSON_NATIONAL_NUMBER
		       ? cli_called(c, c->lang, LIST_PERSON, "national_number")
		       : words_option(c->lang, "case", "new", fields[i].option);
}

/* As long as it looks like the name of a field. */
static size_t name_len(const char *line)
{
	size_t n = 0;

	while (isalpha((unsigned char)line[n]) ||
	       (n > 0 && (line[n] == '-' || line[n] == '_' || line[n] == ' ')))
		n++;
	return n;
}

/* "Best time :" is best-time; *len is where the value begins.  False: the line does not begin like a field. */
static bool key_of(const char *line, char key[KEY_MAX + 1], size_t *len)
{
	const size_t n = name_len(line);
	size_t k;

	if (n == 0 || line[n] != ':' || n > KEY_MAX || strncmp(line + n, "://", 3) == 0)
		return false; /* no field, or an address: https:// */
	*len = n + 1;
	for (k = 0; k < n; k++)
		key[k] = isalpha((unsigned char)line[k]) ? (char)tolower(line[k]) : '-';
	while (k > 0 && key[k - 1] == '-')
		k--;
	key[k] = '\0';
	return true;
}

/* NONE: no field has that name. */
static size_t field_of(const char *key)
{
	size_t i = 0;

	while (i < FIELDS && strcmp(fields[i].option, key) != 0)
		i++;
	return i;
}

/* Does the line begin with this name and a colon, in whatever letters?  French has a blank before the colon. */
static bool begins(const char *line, const char *name, size_t n, size_t *len)
{
	const size_t typed = strcspn(line, ":");

	*len = typed + 1;
	/* a sign before it makes it a line of a list, in the text of a field */
	if (line[typed] != ':' ||
	    ((unsigned char)line[0] < 0x80 && !isalpha((unsigned char)line[0])))
		return false;
	return words_same(span_of(line, typed), span_of(name, n));
}

/* A national number has a name of each country, whole, without its brackets, or as it stands in them: BSN. */
static bool national(enum list_lang lang, const char *line, size_t *len)
{
	for (size_t i = 0; words_national[i] != NULL; i++) {
		const char *name = words_of(lang, words_national[i]);
		const char *in = strchr(name, '('), *end = in == NULL ? NULL : strchr(in, ')');

		if (begins(line, name, strlen(name), len) ||
		    (end != NULL && (begins(line, name, (size_t)(in - name) - 1, len) ||
				     begins(line, in + 1, (size_t)(end - in) - 1, len))))
			return true;
	}
	return false;
}

/* In the reader's language, as help and every list name it. */
static size_t field_in_words(enum list_lang lang, const char *line, size_t *len)
{
	for (size_t i = 0; i < FIELDS; i++) {
		const char *name = words_option(lang, "case", "new", fields[i].option);

		if (begins(line, name, strlen(name), len) ||
		    (fields[i].number == PERSON_NATIONAL_NUMBER && national(lang, line, len)))
			return i;
	}
	return NONE;
}

/* One field is yes or no; all others are texts, judged by the rules that the node applies too. */
static const char *fault_of(size_t i, const char *text, const char **remedy)
{
	require(i < FIELDS);
	if (fields[i].number != PERSON_DO_NOT_CONTACT)
		return person_fault(fields[i].number, text, remedy);
	*remedy = "it takes: yes, no"; /* a row of errors.psv, as what person_fault() says */
	return text[0] == '\0' || strcmp(text, "yes") == 0 || strcmp(text, "no") == 0
		       ? NULL
		       : "is not valid";
}

/* A birthday as people write it, and a language or a yes or no in words, in the form in which it is kept; anything else as it
 * stands, for the rule to judge. */
static const char *kept(struct cli *c, size_t i, const char *text)
{
	char born[DATE_TEXT], code[64];
	const char *type = fields[i].number == PERSON_LANGUAGE	       ? "LANGUAGE"
			   : fields[i].number == PERSON_DO_NOT_CONTACT ? "YESNO"
								       : NULL;
	const char *copy = NULL;

	if (fields[i].number == PERSON_BIRTH_DATE && text[0] != '\0' &&
	    day_birth(text, c->lang, day_today(), born) == DAY_OK)
		copy = arena_text(&c->arena, born);
	/* nl-BE is a code as it stands, and "other" is none: both are for the rule to judge */
	if (type != NULL && strpbrk(text, "-_") == NULL &&
	    choice_read(c->cmd, type, c->lang, text, code, sizeof code) == CHOICE_ONE &&
	    strcmp(code, "other") != 0)
		copy = arena_text(&c->arena, code);
	return copy == NULL ? text : copy;
}

/* In a file an empty field is one that was not filled in; as an option it takes away what was there. */
static void put(struct cli *c, struct msg *p, size_t i, const char *text)
{
	require(i < FIELDS);
	if (fields[i].number == PERSON_DO_NOT_CONTACT)
		msg_set_u64(p, PERSON_DO_NOT_CONTACT, strcmp(text, "yes") == 0 ? 1 : 0);
	else
		msg_set_text(&c->arena, p, fields[i].number, text);
}

/* The field that was being read is complete: trimmed, judged, stored. */
static int finish(struct reader *r)
{
	const size_t i = r->now;
	const char *fault, *remedy, *text;
	char why[128];

	require(r->len < FILE_MAX + 2);
	r->now = NONE;
	if (i == NONE)
		return CLI_DONE;
	while (r->len > 0 && strchr(" \t\n", r->text[r->len - 1]) != NULL)
		r->len--;
	for (; r->len > 0 && r->text[0] == '\n'; r->text++) /* it begins below its name */
		r->len--;
	r->text[r->len] = '\0';
	if (value_fault(r->c->lang, span_of(r->text, r->len), why) != NULL) {
		return fail(r, r->at[i], "line-wrong", label(r->c, i), FILL({"fault", why, 0}));
	}
	if (r->len > LIMIT_FIELD) {
		return fail(r, r->at[i], "line-too-long", label(r->c, i),
			    FILL({"most", NULL, LIMIT_FIELD}));
	}
	text = kept(r->c, i, r->text);
	fault = fault_of(i, text, &remedy);
	if (fault != NULL) {
		/* a line of a story that happens to begin with such a word */
		const bool word = fields[i].number == PERSON_PHONE ||
				  fields[i].number == PERSON_EMAIL ||
				  fields[i].number == PERSON_LANGUAGE;

		return cli_refuse(r->c, CLI_USAGE, word ? "line-wrong-word" : "line-wrong",
				  FILL({"file", r->file, 0}, {"line", NULL, r->at[i]},
				       {"field", label(r->c, i), 0},
				       {"fault", list_text(LIST_ERRORS, r->c->lang, fault), 0},
				       {"remedy", list_text(LIST_ERRORS, r->c->lang, remedy), 0}));
	}
	if (r->len == 0 && strcmp(cli_or_none(r->c->cmd->verb), "edit") == 0) {
		return fail(r, r->at[i], "line-empty", label(r->c, i),
			    FILL({"option", fields[i].option, 0}));
	}
	if (r->len > 0)
		put(r->c, r->to, i, text);
	return CLI_DONE;
}

/* There is always room: the text of a file never grows while its lines are put together. */
static void take(struct reader *r, const char *s)
{
	const size_t n = strlen(s);

	memcpy(r->text + r->len, s, n);
	r->len += n;
}

/* A new field begins, and the one before it ends. */
static int begin(struct reader *r, size_t i, const char *value)
{
	int bad;

	require(i < FIELDS);
	if (r->now != NONE && r->more > 0 && r->indent == 0) {
		return fail(r, r->line, "line-unclear", label(r->c, i),
			    FILL({"before", label(r->c, r->now), 0}));
	}
	bad = finish(r);
	if (bad != CLI_DONE)
		return bad;
	if (r->at[i] != 0) {
		return fail(r, r->line, "line-twice", label(r->c, i),
			    FILL({"before", NULL, r->at[i]}));
	}
	if (cli_option(r->c, fields[i].option) != NULL) {
		return fail(r, r->line, "line-and-option", label(r->c, i),
			    FILL({"option", fields[i].option, 0}));
	}
	r->at[i] = r->line;
	r->now = i;
	r->more = 0;
	r->indent = 0;
	r->len = 0;
	take(r, value + strspn(value, " \t"));
	return CLI_DONE;
}

/* A further line of the field that is being read. */
static int go_on(struct reader *r, const char *line)
{
	const size_t blank = strspn(line, " \t");

	if (line[blank] == '\0' && (r->now == NONE || !person_lines(fields[r->now].number)))
		return CLI_DONE; /* an empty line between fields */
	if (r->now == NONE)
		return fail(r, r->line, "line-no-field", "", FILL_NONE);
	if (!person_lines(fields[r->now].number)) {
		return fail(r, r->line, "line-one", label(r->c, r->now), FILL_NONE);
	}
	if (line[blank] != '\0' && r->more++ == 0)
		r->indent = blank;
	take(r, "\n");
	take(r, line + (blank < r->indent ? blank : r->indent));
	return CLI_DONE;
}

/* Does this line begin a field, or go on with one? */
static int take_line(struct reader *r, const char *line)
{
	char key[KEY_MAX + 1];
	size_t len = 0, i;
	const bool like = key_of(line, key, &len);

	i = like ? field_of(key) : NONE;
	if (i == NONE)
		i = field_in_words(r->c->lang, line, &len);
	if (i < NONE)
		return begin(r, i, line + len);
	if (!like)
		return go_on(r, line);
	/* words of a sentence before a colon are no misspelt field; a single one might be */
	if (r->now != NONE && person_lines(fields[r->now].number) && strchr(key, '-') != NULL)
		return go_on(r, line);
	return fail(r, r->line, "line-unknown-field", key, FILL_NONE);
}

/* ---- the file ---- */

/* The whole file at once; one byte over the limit tells that there is more. */
static int load(struct cli *c, const char *file, char **text, size_t *len)
{
	FILE *f = strcmp(file, "-") == 0 ? stdin : infile_stream(file);
	int why = errno;
	size_t n;
	bool bad;

	*text = arena_alloc(&c->arena, FILE_MAX + 2);
	if (f == NULL)
		return cli_refuse(c, CLI_NOT_FOUND, "cannot-read",
				  FILL({"path", file, 0}, {"cause", words_errno(c->lang, why), 0}));
	n = *text == NULL ? 0 : fread(*text, 1, FILE_MAX + 1, f);
	bad = *text == NULL || ferror(f) != 0;
	why = *text == NULL ? ENOMEM : errno;
	if (f != stdin)
		(void)fclose(f);
	if (bad)
		return cli_refuse(c, CLI_NOT_FOUND, "cannot-read",
				  FILL({"path", file, 0}, {"cause", words_errno(c->lang, why), 0}));
	if (n > FILE_MAX)
		return cli_refuse(c, CLI_USAGE, "person-too-long", FILL({"path", file, 0}));
	(*text)[n] = '\0';
	*len = n;
	return CLI_DONE;
}

/* The next line, without its end (LF, CR LF or CR); NULL when there is none. */
static char *next_line(char **at, const char *end)
{
	char *line = *at, *p = line;

	if (line >= end)
		return NULL;
	while (p < end && *p != '\n' && *p != '\r')
		p++;
	*at = p < end && p[0] == '\r' && p[1] == '\n' ? p + 2 : p + 1;
	*p = '\0';
	return line;
}

/* A byte order mark, and any of the three ends of a line, are fine: people write with what they have. */
static int read_file(struct cli *c, struct msg *p, const char *file)
{
	struct reader r = {.c = c, .to = p, .file = file, .now = NONE};
	char *text, *at, *line, why[128];
	const char *zero;
	size_t len = 0;
	int bad = load(c, file, &text, &len);

	if (bad != CLI_DONE)
		return bad;
	at = len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? text + 3 : text;
	r.text = arena_alloc(&c->arena, len + 2);
	if (r.text == NULL)
		return CLI_NOT_NOW;
	zero = memchr(text, '\0', len);
	while (bad == CLI_DONE && (line = next_line(&at, text + len)) != NULL) {
		r.line++;
		if (zero != NULL && zero >= line && zero < at)
			bad = fail(&r, r.line, "line-zero", "", FILL_NONE);
		else if (value_fault(c->lang, span_of(line, strlen(line)), why) != NULL)
			bad = fail(&r, r.line, "line-fault", "", FILL({"fault", why, 0}));
		else
			bad = take_line(&r, line);
	}
	return bad == CLI_DONE ? finish(&r) : bad;
}

/* Only a name is asked for, and only on a terminal: the rest comes with case edit. */
static int prompt_name(struct cli *c, struct msg *p)
{
	char line[PROMPT_MAX], why[128];
	int bad = CLI_DONE;

	(void)fputs(words_of(c->lang, "ask-name"), stderr);
	if (fgets(line, sizeof line, stdin) == NULL)
		line[0] = '\0';
	line[strcspn(line, "\r\n")] = '\0';
	if (value_fault(c->lang, span_of(line, strlen(line)), why) != NULL)
		bad = cli_refuse(c, CLI_USAGE, "field-wrong",
				 FILL({"field", list_text(LIST_PERSON, c->lang, "name"), 0},
				      {"fault", why, 0}, {"remedy", "", 0}));
	else
		msg_set_text(&c->arena, p, PERSON_NAME, line);
	explicit_bzero(line, sizeof line);
	return bad;
}

/* Options and file add up; the same field from both is refused where the file is read. */
int person_fill(struct cli *c, struct msg *p)
{
	require(c != NULL && p != NULL);
	const char *from = cli_option(c, "from");
	size_t given = 0;
	int bad = CLI_DONE;

	if (from != NULL && strcmp(from, "-") == 0 && c->stdin_used)
		return cli_refuse(c, CLI_USAGE, "stdin-once", FILL({"option", "--from", 0}));
	if (from != NULL)
		bad = read_file(c, p, from);
	for (size_t i = 0; i < FIELDS && bad == CLI_DONE; i++) {
		const char *v = cli_option(c, fields[i].option), *fault, *remedy;

		v = v == NULL ? NULL : kept(c, i, v);
		fault = v == NULL ? NULL : fault_of(i, v, &remedy);
		if (fault != NULL) {
			char what[64];

			(void)snprintf(what, sizeof what, "--%.40s", fields[i].option);
			return cli_refuse(
				c, CLI_USAGE, "field-wrong",
				FILL({"field", what, 0},
				     {"fault", list_text(LIST_ERRORS, c->lang, fault), 0},
				     {"remedy", list_text(LIST_ERRORS, c->lang, remedy), 0}));
		}
		if (v != NULL)
			put(c, p, i, v);
		given += v != NULL || msg_has(p, fields[i].number) ? 1 : 0;
	}
	if (bad != CLI_DONE)
		return bad;
	if (given == 0 && strcmp(cli_or_none(c->cmd->verb), "edit") == 0)
		return cli_refuse(c, CLI_USAGE, "nothing-to-change", FILL_NONE);
	if (!msg_has(p, PERSON_NAME) && strcmp(cli_or_none(c->cmd->verb), "new") == 0 &&
	    isatty(STDIN_FILENO))
		return prompt_name(c, p);
	return CLI_DONE;
}

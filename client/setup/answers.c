/* SPDX-License-Identifier: EUPL-1.2 */
/* One line for each answer, Key=value, in any order; a remark begins with # on a line of its own.  All faults are said at once, so
 * that nobody starts it ten times to find ten of them. */
#include "client/setup/answers.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/check.h"
#include "client/dialogue/talk.h"
#include "client/disk/newfile.h"
#include "client/standing/question.h"
#include "client/standing/state.h"
#include "client/words/words.h"

enum { FILE_MOST = 65536, LINES_MOST = 1000 };

struct reading {
	struct setup *s;
	const char *path;
	unsigned line[ASK_COUNT];
	unsigned faults;
};

/* what may hold words of the file */
static void fault(struct reading *r, unsigned line, const char *what, const char *remedy)
{
	struct cli *c = r->s->c;
	char place[SETUP_SAY];

	require(what != NULL && remedy != NULL);
	r->faults++;
	(void)fill_text(place, sizeof place,
			setup_of(r->s, line == 0 ? "answers-file" : "answers-line"),
			FILL({"path", r->path, 0}, {"n", NULL, line}), words_plural(c->lang));
	cli_error_line(c, "! ", place, what);
	if (remedy[0] != '\0')
		cli_error_line(c, "  ", remedy, "");
}

/* The same with the name of the answer in it. */
static void fault_of(struct reading *r, unsigned line, const char *key, const char *name,
		     const char *remedy)
{
	char what[SETUP_SAY];

	fault(r, line,
	      fill_text(what, sizeof what, setup_of(r->s, key), FILL({"key", name, 0}),
			words_plural(r->s->c->lang)),
	      remedy);
}

/* Names are written as the help and the example have them: another case is another name. */
static int number_of(const char *key)
{
	for (int i = 0; i < ASK_COUNT; i++)
		if (questions[i].key != NULL && strcmp(questions[i].key, key) == 0)
			return i;
	return -1;
}

/* What ? says on a terminal is the remedy here. */
static const char *why_of(const struct setup *s, enum ask_no no)
{
	char key[64];

	(void)snprintf(key, sizeof key, "why-%s", questions[no].name);
	return setup_of(s, key);
}

/* In the order of the questions. */
static void all_keys(char out[SETUP_SAY])
{
	size_t n = 0;

	out[0] = '\0';
	for (int i = 0; i < ASK_COUNT; i++)
		if (questions[i].key != NULL && n < SETUP_SAY - 64)
			n += (size_t)snprintf(out + n, SETUP_SAY - n, "%s%s", n == 0 ? "" : ", ",
					      questions[i].key);
}

/* A slip of the pen is found by looking at the names that there are. */
static void unknown(struct reading *r, unsigned line, const char *key)
{
	char keys[SETUP_SAY], remedy[2 * SETUP_SAY];

	all_keys(keys);
	(void)fill_text(remedy, sizeof remedy, setup_of(r->s, "answers-known"),
			FILL({"keys", keys, 0}), words_plural(r->s->c->lang));
	fault_of(r, line, "answers-unknown", key, remedy);
}

/* Blanks around a name or a value are nobody's meaning. */
static void trim(char **text)
{
	size_t n;

	*text += strspn(*text, " \t");
	n = strlen(*text);
	while (n > 0 && strchr(" \t\r", (*text)[n - 1]) != NULL)
		(*text)[--n] = '\0';
}

/* The first line of a name counts, and a second one is a fault: nobody could say which was meant. */
static void take(struct reading *r, unsigned line, char *text)
{
	char *value = strchr(text, '=');
	int no;

	require(line > 0);
	if (value == NULL) {
		fault_of(r, line, "answers-shape", text, setup_of(r->s, "answers-shape-do"));
		return;
	}
	*value++ = '\0';
	trim(&text);
	trim(&value);
	no = number_of(text);
	if (no < 0) {
		unknown(r, line, text);
	} else if (r->line[no] != 0) {
		fault_of(r, line, "answers-twice", text, setup_of(r->s, "answers-twice-do"));
	} else if (strlen(value) >= SETUP_ANSWER) {
		fault_of(r, line, "answers-long", text, why_of(r->s, (enum ask_no)no));
	} else {
		r->line[no] = line;
		memcpy(r->s->answer[no], value, strlen(value) + 1);
		r->s->given[no] = true;
	}
}

/* In the order of the questions, because whether one belongs to this setup depends on those before it.  Where one on which others depend
 * is mistyped nobody knows which of them belong to it: a line that is there is not called idle, nor one missing that is not. */
static void judge(struct reading *r)
{
	struct setup *s = r->s;
	char why[SETUP_SAY];
	bool unsure = false;

	require(s != NULL);
	for (int i = 0; i < ASK_COUNT; i++) {
		const enum ask_no no = (enum ask_no)i;
		const struct question *q = &questions[no];
		const char *flaw;

		if (q->key == NULL)
			continue;
		if (!q->asked(s)) {
			if (r->line[no] != 0 && !unsure)
				fault_of(r, r->line[no], "answers-idle", q->key,
					 setup_of(s, "answers-idle-do"));
			s->answer[no][0] = '\0';
			continue;
		}
		if (r->line[no] == 0)
			question_usual(s, no, s->answer[no]);
		if (s->answer[no][0] == '\0' && !q->may_be_empty) {
			if (r->line[no] != 0 || !unsure)
				fault_of(r, r->line[no], "answers-missing", q->key, why_of(s, no));
			continue;
		}
		flaw = question_flaw(s, no, s->answer[no], why);
		if (flaw != NULL) {
			char what[2 * SETUP_SAY];

			(void)snprintf(what, sizeof what, "%s%s%s", q->key, words_colon(s->c->lang),
				       flaw);
			fault(r, r->line[no], what, why_of(s, no));
			unsure = unsure || no == ASK_HOW || no == ASK_KEY;
		}
	}
}

int answers_read(struct setup *s, const char *path)
{
	struct reading r = {.s = s, .path = path};
	char text[FILE_MOST], *save = NULL, *at = text;
	unsigned line = 0;

	require(s->scripted);
	if (state_read(path, text, sizeof text) < 0)
		return cli_refuse(
			s->c, CLI_NOT_FOUND, "setup-no-answers",
			FILL({"path", path, 0}, {"cause", words_errno(s->c->lang, errno), 0}));
	while ((save = strsep(&at, "\n")) != NULL && line < LINES_MOST) {
		line++;
		trim(&save);
		if (save[0] != '\0' && save[0] != '#')
			take(&r, line, save);
	}
	judge(&r);
	explicit_bzero(text, sizeof text);
	return r.faults == 0
		       ? CLI_DONE
		       : cli_refuse(s->c, CLI_USAGE, "setup-answers", FILL({"n", NULL, r.faults}));
}

/* Every question is there, so that the file can be filled in on another machine. */
static void put(const struct setup *s, FILE *f, enum ask_no no)
{
	const struct question *q = &questions[no];
	char usual[SETUP_ANSWER], key[64];
	const bool hidden = q->kind == QUESTION_SECRET || q->kind == QUESTION_TOKEN;
	const bool asked = q->asked(s) && s->given[no] && !hidden;

	(void)snprintf(key, sizeof key, "ask-%s", q->name);
	(void)fprintf(f, "\n# %s", setup_of(s, key));
	if (q->words != NULL)
		(void)fprintf(f, " (%s)", q->words);
	(void)fprintf(f, "\n# %s\n", why_of(s, no));
	question_usual(s, no, usual);
	(void)fprintf(f, "%s%s=%s\n", asked ? "" : "#", q->key, asked ? s->answer[no] : usual);
}

int answers_write(struct setup *s, const char *path)
{
	struct newfile to;
	int code = newfile_begin(s->c, &to, path), fd;
	FILE *f;

	if (code != CLI_DONE)
		return code;
	fd = dup(to.fd);
	f = fd < 0 ? NULL : fdopen(fd, "w");
	if (f == NULL)
		return newfile_end(s->c, &to, newfile_unwritten(s->c, &to));
	(void)fprintf(f, "# %s\n", setup_of(s, "answers-head"));
	for (int i = 0; i < ASK_COUNT; i++)
		if (questions[i].key != NULL)
			put(s, f, (enum ask_no)i);
	code = fflush(f) == 0 && ferror(f) == 0 ? CLI_DONE : newfile_unwritten(s->c, &to);
	(void)fclose(f); /* of a copy: what it was about is told by the other one */
	code = newfile_end(s->c, &to, code);
	if (code != CLI_DONE)
		return code;
	setup_say(s, "answers-written", FILL({"path", path, 0}));
	return CLI_DONE;
}

/* SPDX-License-Identifier: EUPL-1.2 */
/* The engine of kring refer asks here, too: lines in, lines out, and "<" for one question back. */
#include "client/setup/ask.h"

#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "client/cli/typed.h"
#include "client/standing/question.h"
#include "client/standing/state.h"
#include "client/words/words.h"

enum { WORDS_MOST = 8, ROW = 64, QUESTION = 256 };

/* Rows of one question have its name behind what they are for. */
static const char *row_of(const struct setup *s, const char *kind, const char *name)
{
	char key[ROW];

	require(kind != NULL && name != NULL);
	(void)snprintf(key, sizeof key, "%.8s-%.40s", kind, name);
	return setup_of(s, key);
}

/* The words of a question as a numbered list, with why one of them cannot be chosen here. */
static size_t items_of(const struct setup *s, enum ask_no no, struct talk_item items[WORDS_MOST])
{
	char word[32];
	size_t n = 0;

	require(no < ASK_COUNT);
	if (questions[no].words == NULL)
		return 0;
	for (; n < WORDS_MOST && question_word(no, n, word); n++)
		items[n] = (struct talk_item){row_of(s, "is", word), question_off(s, no, word)};
	return n;
}

/* What was typed for a list: its number, its beginning, or the word of an answers file. */
static void chosen(const struct setup *s, enum ask_no no, const char *typed, char out[SETUP_ANSWER])
{
	struct talk_item items[WORDS_MOST];
	const size_t n = items_of(s, no, items), i = talk_which(items, n, typed);
	char word[32];

	require(n > 0);
	if (i < n && question_word(no, i, word))
		(void)snprintf(out, SETUP_ANSWER, "%s", word);
	else
		(void)snprintf(out, SETUP_ANSWER, "%s", typed);
}

/* Never on the screen, never in an answers file. */
static bool read_unseen(const struct setup *s, const char *key, char out[SETUP_ANSWER])
{
	char question[QUESTION];

	(void)snprintf(question, sizeof question, "%s> ", setup_of(s, key));
	return typed_unseen(stdout, question, out, SETUP_ANSWER);
}

/* Twice: a slip that nobody sees would lock everybody out. */
static enum talk ask_secret(struct setup *s)
{
	char again[SETUP_ANSWER];
	bool same;

	require(!s->scripted);
	for (;;) {
		if (!read_unseen(s, "secret-first", s->secret))
			return TALK_STOP;
		if (strcmp(s->secret, "<") == 0)
			return TALK_BACK;
		if (strcmp(s->secret, "?") == 0 || s->secret[0] == '\0') {
			setup_say(s, "why-passphrase", FILL_NONE);
			continue;
		}
		if (!read_unseen(s, "secret-again", again))
			return TALK_STOP;
		same = strcmp(again, s->secret) == 0;
		explicit_bzero(again, sizeof again);
		if (same)
			return TALK_OK;
		setup_say(s, "secret-differs", FILL_NONE);
	}
}

/* An answer is kept also when its question is gone back behind: it is shown in brackets then. */
static void keep(struct setup *s, enum ask_no no, const char *text)
{
	require(no < ASK_COUNT);
	(void)snprintf(s->answer[no], SETUP_ANSWER, "%s", text);
	s->given[no] = true;
}

/* Enter means what was answered before, when somebody came back to it. */
static void means(const struct setup *s, enum ask_no no, char out[SETUP_ANSWER])
{
	if (s->given[no])
		(void)snprintf(out, SETUP_ANSWER, "%s", s->answer[no]);
	else
		question_usual(s, no, out);
}

/* As the list shows it. */
static const char *shown(const struct setup *s, enum ask_no no, const char *answer)
{
	return questions[no].words == NULL || answer[0] == '\0' ? answer : row_of(s, "is", answer);
}

static enum talk ask_one(struct setup *s, enum ask_no no)
{
	const struct question *q = &questions[no];
	char line[TALK_LINE], usual[SETUP_ANSWER], text[SETUP_ANSWER], why[SETUP_SAY];
	struct talk_item items[WORDS_MOST];
	const size_t n = items_of(s, no, items);

	require(q->key != NULL);
	(void)printf("\n%s\n", row_of(s, "ask", q->name));
	if (q->kind == QUESTION_SECRET)
		return ask_secret(s);
	if (n > 0)
		talk_items(s->c, items, n, NULL);
	means(s, no, usual);
	for (;;) {
		const enum talk t = talk_line(s->c, shown(s, no, usual), line);
		const char *flaw;

		if (t != TALK_OK)
			return t;
		if (strcmp(line, "?") == 0) {
			talk_paragraph(s->c, row_of(s, "why", q->name), "");
			continue;
		}
		(void)snprintf(text, sizeof text, "%s", line[0] == '\0' ? usual : line);
		if (n > 0 && line[0] != '\0')
			chosen(s, no, line, text);
		flaw = question_flaw(s, no, text, why);
		if (flaw == NULL)
			break;
		talk_paragraph(s->c, flaw, "! ");
	}
	keep(s, no, text);
	return TALK_OK;
}

/* A node that stands there already answered what a new one would be asked. */
static bool open_question(const struct setup *s, enum ask_no no)
{
	if (!questions[no].asked(s))
		return false;
	if (no == ASK_INVITE && state_node(s) && state_confirmed(s))
		return false;
	return !questions[no].of_new_node || !state_node(s);
}

enum talk ask_all(struct setup *s)
{
	enum ask_no trail[ASK_COUNT];
	size_t n = 0;

	require(!s->scripted);
	for (int at = 0; at < ASK_COUNT;) {
		const enum ask_no no = (enum ask_no)at;
		enum talk t;

		if (questions[no].key == NULL || !open_question(s, no)) {
			s->answer[no][0] = '\0';
			at++;
			continue;
		}
		t = ask_one(s, no);
		if (t == TALK_STOP)
			return t;
		if (t == TALK_OK) {
			trail[n++] = no;
			at++;
		} else if (n > 0) {
			at = (int)trail[--n];
		}
	}
	return TALK_OK;
}

enum talk ask_sure(struct setup *s, bool *yes)
{
	(void)putchar('\n');
	setup_say(s, "sure-head", FILL({"dir", s->c->dir, 0}));
	for (int at = 0; at < ASK_COUNT; at++) {
		const enum ask_no no = (enum ask_no)at;
		char line[SETUP_SAY];

		require(yes != NULL);
		if (questions[no].key == NULL || !open_question(s, no) ||
		    questions[no].kind == QUESTION_SECRET || s->answer[no][0] == '\0')
			continue;
		(void)snprintf(line, sizeof line, "%s%s%s", row_of(s, "ask", questions[no].name),
			       words_colon(s->c->lang),
			       questions[no].kind == QUESTION_TOKEN ? "kring1..."
								    : shown(s, no, s->answer[no]));
		talk_paragraph(s->c, line, "  ");
	}
	(void)putchar('\n');
	setup_say(s, "sure-ask", FILL_NONE);
	return talk_yes(s->c, true, yes);
}

enum talk ask_enter(struct setup *s)
{
	char line[TALK_LINE];

	return talk_line(s->c, NULL, line);
}

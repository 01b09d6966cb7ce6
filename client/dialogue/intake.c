/* SPDX-License-Identifier: EUPL-1.2 */
/* A new case.  A name is all that it needs; what else is known is asked for in the order in which people tell it, each may be
 * left empty.  Whether the person may be called, and whether somebody must look after their safety, is asked of everybody: who
 * does not ask does not know.  What is sensitive is asked for only when the worker says that it is needed. */
#include "client/dialogue/dialogue.h"

#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "base/limits.h"
#include "client/cli/notes.h"
#include "client/cli/page.h"
#include "client/dialogue/near.h"
#include "client/print/print.h"
#include "client/words/day.h"
#include "client/words/words.h"
#include "proto/person/person_kind.h"

enum { TEXT = 1024, KEY = 64, ALIKE_SHOWN = 9, SENSITIVE = 7, MORE = 10 };

struct intake {
	struct msg *person;
	char draft[DRAFT_ID], why_not_call[TALK_LINE], same[64];
	char joins[64]; /* the case of the same person, to which this is added */
};

/* Asked for when somebody wants to write more: ordinary, and sensitive. */
static const unsigned more[MORE] = {PERSON_EMAIL,	   PERSON_ADDRESS,     PERSON_HOUSEHOLD,
				    PERSON_CHILDREN,	   PERSON_INCOME_DEBT, PERSON_HOUSING,
				    PERSON_WORK_EDUCATION, PERSON_STORY,       PERSON_TRIED,
				    PERSON_RIGHTS};
static const unsigned sensitive[SENSITIVE] = {
	PERSON_HEALTH, PERSON_MENTAL_HEALTH, PERSON_ADDICTION,	    PERSON_JUSTICE,
	PERSON_ORIGIN, PERSON_CONVICTION,    PERSON_NATIONAL_NUMBER};

static const char *name_of(const struct msg *person, unsigned field)
{
	struct msg_field f;

	for (size_t i = 0; msg_field_at(person, i, &f); i++)
		if (f.number == field)
			return f.name;
	return "";
}

/* ---- one field ---- */

/* What the node would refuse is said here, where it was typed; born is brought to the form in which it is kept. */
static bool fits(const struct cli *c, const struct msg *person, unsigned field, char *line)
{
	char born[DATE_TEXT], key[KEY];
	const char *remedy;
	enum day_fault fault = DAY_OK;

	if (line[0] == '\0')
		return true;
	if (field == PERSON_BIRTH_DATE)
		fault = day_birth(line, c->lang, day_today(), born);
	if (fault != DAY_OK) {
		talk_say(c, "until-fault",
			 FILL({"typed", line, 0}, {"why", day_fault_text(fault, c->lang), 0},
			      {"like", list_text(LIST_DAYS, c->lang, "birth-like"), 0}));
		return false;
	}
	if (field == PERSON_BIRTH_DATE)
		memcpy(line, born, strlen(born) + 1);
	if (person_fault(field, line, &remedy) == NULL)
		return true;
	(void)snprintf(key, sizeof key, "bad-%.40s", name_of(person, field));
	talk_say(c, list_has(LIST_DIALOGUE, key) ? key : "not-text", FILL({"typed", line, 0}));
	return false;
}

/* Enter leaves it as it is: empty, or what was typed before somebody went back. */
static enum talk ask_line(struct cli *c, struct intake *in, unsigned field)
{
	char line[TALK_LINE];
	enum talk t;

	do
		t = talk_line(c, msg_text(in->person, field), line);
	while (t == TALK_OK && !fits(c, in->person, field, line));
	if (t == TALK_OK && line[0] != '\0')
		msg_set_text(&c->arena, in->person, field, line);
	return t;
}

static enum talk ask_text(struct cli *c, struct intake *in, unsigned field)
{
	char *text = arena_alloc(&c->arena, LIMIT_FIELD + 1);
	enum talk t;

	if (text == NULL)
		return TALK_STOP;
	talk_say(c, "lines-how", FILL_NONE);
	t = talk_lines(c, text, LIMIT_FIELD + 1);
	if (t == TALK_OK && text[0] != '\0')
		msg_set_text(&c->arena, in->person, field, text);
	return t;
}

static enum talk ask_field(struct cli *c, struct intake *in, unsigned field)
{
	char key[KEY];

	(void)snprintf(key, sizeof key, "q-%.40s", name_of(in->person, field));
	talk_head(c, list_has(LIST_DIALOGUE, key) ? key : "q-any",
		  FILL({"field", cli_called(c, c->lang, LIST_PERSON, name_of(in->person, field)),
			0}));
	return person_lines(field) ? ask_text(c, in, field) : ask_line(c, in, field);
}

/* ---- questions ---- */

/* The same person twice is two halves of a story: whoever has this name already is shown first. */
static enum talk ask_alike(struct cli *c, struct intake *in)
{
	struct talk_item items[ALIKE_SHOWN + 1];
	struct msg *sub, *req = cli_request(c, REQUEST_CASE_LIST, &sub), *reply = NULL;
	size_t n, i;
	enum talk t;

	msg_set_text(&c->arena, sub, CASE_SEARCH_TEXT, msg_text(in->person, PERSON_NAME));
	msg_set_u64(sub, CASE_SEARCH_LIMIT, ALIKE_SHOWN);
	if (cli_try(c, req, &reply) != CLI_DONE || msg_count(reply, REPLY_CASES) == 0)
		return TALK_OK;
	talk_head(c, "alike-head", FILL_NONE);
	n = dialogue_case_items(c, reply, ALIKE_SHOWN, items);
	items[n] = (struct talk_item){talk_of(c, "alike-new"), NULL};
	t = talk_pick(c, items, n + 1, n, &i);
	if (t == TALK_OK && i < n)
		(void)snprintf(in->same, sizeof in->same, "%s",
			       msg_text(msg_at(reply, REPLY_CASES, i), CASE_ROW_ID));
	return t;
}

static enum talk q_name(struct cli *c, struct intake *in)
{
	enum talk t;

	do {
		t = ask_field(c, in, PERSON_NAME);
		if (t == TALK_OK && msg_text(in->person, PERSON_NAME)[0] == '\0')
			talk_say(c, "name-needed", FILL_NONE);
	} while (t == TALK_OK && msg_text(in->person, PERSON_NAME)[0] == '\0');
	return t == TALK_OK ? ask_alike(c, in) : t;
}

static enum talk q_born(struct cli *c, struct intake *in)
{
	return ask_field(c, in, PERSON_BIRTH_DATE);
}

/* Those of the list, or the code of any other. */
static enum talk q_language(struct cli *c, struct intake *in)
{
	struct talk_item items[TALK_ITEMS];
	size_t n = 0, usual = (size_t)c->lang, i;
	const char *code;
	enum talk t;

	for (; n < TALK_ITEMS && (code = list_code(LIST_CODES, "notice-language", n)) != NULL;
	     n++) {
		items[n] = (struct talk_item){list_text(LIST_CODES, c->lang, code), NULL};
		if (strcmp(code, msg_text(in->person, PERSON_LANGUAGE)) == 0)
			usual = n;
	}
	talk_head(c, "q-language", FILL_NONE);
	t = talk_pick(c, items, n, usual, &i);
	if (t != TALK_OK)
		return t;
	code = list_code(LIST_CODES, "notice-language", i);
	if (strcmp(code, "other") == 0) {
		talk_say(c, "q-language-code", FILL_NONE);
		return ask_line(c, in, PERSON_LANGUAGE);
	}
	msg_set_text(&c->arena, in->person, PERSON_LANGUAGE, code);
	return TALK_OK;
}

static enum talk q_phone(struct cli *c, struct intake *in)
{
	return ask_field(c, in, PERSON_PHONE);
}

/* The reason stays here, as a note: a partner must know that, not why. */
static enum talk q_call(struct cli *c, struct intake *in)
{
	bool may = msg_u64(in->person, PERSON_DO_NOT_CONTACT) == 0;
	enum talk t;

	talk_head(c, "q-do_not_contact", FILL_NONE);
	t = talk_yes(c, may, &may);
	if (t != TALK_OK)
		return t;
	msg_set_u64(in->person, PERSON_DO_NOT_CONTACT, may ? 0 : 1);
	in->why_not_call[0] = '\0';
	if (may)
		return ask_field(c, in, PERSON_BEST_TIME);
	talk_head(c, "q-why-not", FILL_NONE);
	t = talk_line(c, NULL, in->why_not_call);
	if (t != TALK_OK)
		return t;
	talk_head(c, "q-how-else", FILL_NONE);
	return ask_line(c, in, PERSON_BEST_TIME);
}

static enum talk q_safety(struct cli *c, struct intake *in)
{
	return ask_field(c, in, PERSON_SAFETY);
}

static enum talk q_goals(struct cli *c, struct intake *in)
{
	return ask_field(c, in, PERSON_GOALS);
}

/* Which of these is there something to say about? */
static enum talk ask_some(struct cli *c, struct intake *in, const char *key, const unsigned *fields,
			  size_t count)
{
	struct talk_item items[MORE + 1];
	uint64_t marks;
	enum talk t;

	require(count <= MORE);
	items[0] = (struct talk_item){talk_of(c, "nothing-more"), NULL};
	for (size_t i = 0; i < count; i++)
		items[i + 1] = (struct talk_item){
			cli_called(c, c->lang, LIST_PERSON, name_of(in->person, fields[i])), NULL};
	talk_head(c, key, FILL_NONE);
	t = talk_pick_some(c, items, count + 1, 1, &marks);
	for (size_t i = 0; t == TALK_OK && i < count; i++)
		if ((marks >> (i + 1) & 1) != 0)
			t = ask_field(c, in, fields[i]);
	return t;
}

static enum talk q_more(struct cli *c, struct intake *in)
{
	return ask_some(c, in, "q-more", more, MORE);
}

static enum talk q_sensitive(struct cli *c, struct intake *in)
{
	return ask_some(c, in, "q-sensitive", sensitive, SENSITIVE);
}

/* ---- kept ---- */

static void keep(struct cli *c, struct intake *in)
{
	const char *text = notes_of_person(c, in->person, in->why_not_call);

	if (text != NULL)
		draft_keep(c, in->draft, "case-new", msg_text(in->person, PERSON_NAME), NULL, text);
}

/* Begun before and not finished: one is offered, the newest. */
static enum talk offer_draft(struct cli *c, struct intake *in)
{
	struct msg *sub, *req = cli_request(c, REQUEST_DRAFT_LIST, &sub), *reply = NULL;
	const struct msg *row;
	bool yes;
	enum talk t;

	msg_set_text(&c->arena, sub, DRAFT_ASK_FORM, "case-new");
	if (cli_try(c, req, &reply) != CLI_DONE || msg_count(reply, REPLY_DRAFTS) == 0)
		return TALK_OK;
	row = msg_at(reply, REPLY_DRAFTS, msg_count(reply, REPLY_DRAFTS) - 1);
	talk_head(c, "go-on", FILL({"who", msg_text(row, DRAFT_ROW_LABEL), 0}));
	t = talk_yes(c, true, &yes);
	if (t != TALK_OK || !yes)
		return t;
	(void)snprintf(in->draft, sizeof in->draft, "%s", msg_text(row, DRAFT_ROW_ID));
	req = cli_request(c, REQUEST_DRAFT_GET, &sub);
	msg_set_text(&c->arena, sub, BY_ID_ID, in->draft);
	if (cli_call(c, req, &reply) != CLI_DONE || msg_count(reply, REPLY_DRAFTS) == 0)
		return TALK_STOP;
	notes_to_person(c, msg_text(msg_at(reply, REPLY_DRAFTS, 0), DRAFT_ROW_BODY), in->person,
			in->why_not_call, sizeof in->why_not_call);
	return TALK_OK;
}

/* The case, and why nobody may call as a note in it. */
static int save(struct cli *c, struct intake *in, char id[64])
{
	struct msg *sub, *req = cli_request(c, REQUEST_CASE_NEW, &sub), *reply;
	char note[TALK_LINE + TEXT];
	int code;

	msg_put_sub(sub, CASE_NEW_PERSON, in->person);
	msg_set_text(&c->arena, sub, CASE_NEW_SAME_AS, in->joins);
	code = cli_call(c, req, &reply);
	if (code != CLI_DONE)
		return code;
	if (in->joins[0] != '\0')
		near_print(c, reply);
	(void)snprintf(id, 64, "%s", msg_text(reply, REPLY_ID));
	draft_forget(c, in->draft);
	if (in->why_not_call[0] == '\0')
		return CLI_DONE;
	req = cli_request(c, REQUEST_CASE_NOTE, &sub);
	msg_set_text(&c->arena, sub, CASE_NOTE_ID, id);
	msg_set_text(&c->arena, sub, CASE_NOTE_TEXT,
		     fill_text(note, sizeof note, talk_of(c, "note-why-not"),
			       FILL({"why", in->why_not_call, 0}), words_plural(c->lang)));
	return cli_call(c, req, &reply);
}

/* ---- all of it ---- */

static enum talk (*const questions[])(struct cli *c, struct intake *in) = {
	q_name, q_born, q_language, q_phone, q_call, q_safety, q_goals, q_more, q_sensitive};
enum { QUESTIONS = sizeof questions / sizeof questions[0] };

static int give_up(const struct cli *c, const struct intake *in)
{
	talk_head(c, in->draft[0] != '\0' ? "intake-kept" : "stopped", FILL_NONE);
	return CLI_REFUSED;
}

/* Looked at once before it is kept.  "<" goes back to any question. */
static enum talk confirm(struct cli *c, struct intake *in, bool *yes)
{
	enum talk t;

	talk_head(c, "intake-check", FILL_NONE);
	page_begin(c); /* made to fit; no pager stands between a question and what it is about */
	c->paged = false;
	print_person(c, in->person);
	page_end(c);
	talk_head(c, "intake-save", FILL_NONE);
	t = talk_yes(c, true, yes);
	return t == TALK_OK && *yes ? near_ask(c, in->person, true, in->joins) : t;
}

static enum talk ask_all(struct cli *c, struct intake *in, bool *yes)
{
	for (size_t q = 0; q <= QUESTIONS && in->same[0] == '\0';) {
		const enum talk t = q < QUESTIONS ? questions[q](c, in) : confirm(c, in, yes);

		if (t == TALK_STOP || (t == TALK_BACK && q == 0))
			return TALK_STOP;
		q = t == TALK_BACK ? q - 1 : q + 1;
		if (t == TALK_OK && q > 0 && q <= QUESTIONS && in->same[0] == '\0')
			keep(c, in);
	}
	return TALK_OK;
}

int dialogue_case_new(struct cli *c, char id[64])
{
	struct intake in = {.person = msg_new(&c->arena, MSG_PERSON)};
	char number[9];
	bool yes = false;
	int code;

	id[0] = '\0';
	talk_head(c, "intake-head", FILL_NONE);
	if (offer_draft(c, &in) != TALK_OK || ask_all(c, &in, &yes) != TALK_OK)
		return give_up(c, &in);
	if (in.same[0] != '\0') {
		memcpy(id, in.same, sizeof in.same);
		talk_head(c, "intake-same", FILL_NONE);
		return CLI_DONE;
	}
	if (!yes) {
		draft_forget(c, in.draft);
		talk_head(c, "dropped", FILL_NONE);
		return CLI_DONE;
	}
	code = save(c, &in, id);
	(void)snprintf(number, sizeof number, "%.8s", print_short(id));
	if (code == CLI_DONE)
		talk_head(c, in.joins[0] != '\0' ? "intake-joined" : "intake-done",
			  FILL({"number", number, 0}));
	return code;
}

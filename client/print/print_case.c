/* SPDX-License-Identifier: EUPL-1.2 */
/* People: cases, what is known of somebody, consents.  What came from a partner is printed as it is: a field of
 * one line has one (proto/walk.c), and further lines are marked. */
#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "base/date.h"
#include "client/print/print.h"
#include "client/print/todo.h"

enum { FIELD_WIDTH = 23 };

/* A day and a code in the reader's language, all else as it was written. */
void print_field(const struct cli *c, const struct msg *p, const struct msg_field *f)
{
	char day[WORDS_SHORT];

	require(c != NULL && p != NULL && f != NULL);
	/* of a partner it may be any text */
	if (f->number == PERSON_BIRTH_DATE && strlen(msg_text(p, f->number)) < DATE_TEXT)
		(void)fputs(words_date(c->lang, msg_text(p, f->number), day), stdout);
	else if (f->number == PERSON_LANGUAGE)
		(void)fputs(list_text(LIST_CODES, c->lang, msg_text(p, f->number)), stdout);
	else if (f->type == MSG_TYPE_TEXT)
		print_lines(msg_text(p, f->number));
	else
		(void)fputs(list_text(LIST_UI, c->lang, msg_u64(p, f->number) != 0 ? "yes" : "no"),
			    stdout);
}

/* Each field with its category, so that it can be seen what a consent would let through.  typed: by the name that a
 * command takes, else in the reader's language. */
static void fields(const struct cli *c, const struct msg *p, bool typed)
{
	struct msg_field f;

	for (size_t i = 0; p != NULL && msg_field_at(p, i, &f); i++) {
		/* what is not so by itself is not said */
		if (!msg_has(p, f.number) || (f.type != MSG_TYPE_TEXT && msg_u64(p, f.number) == 0))
			continue;
		(void)printf("  ");
		print_cell(typed ? f.name : cli_called(c, c->lang, LIST_PERSON, f.name),
			   FIELD_WIDTH);
		print_field(c, p, &f);
		(void)printf("   [%s]\n",
			     cli_called(c, c->lang, LIST_CATEGORIES, msg_cat_name(f.cat)));
	}
}

void print_person(const struct cli *c, const struct msg *p)
{
	require(c != NULL);
	fields(c, p, false);
}

/* Where a partner's values differ from ours.  They never replace ours by themselves. */
void print_told(const struct cli *c, const struct msg *reply)
{
	require(c != NULL && reply != NULL);
	if (!msg_has(reply, REPLY_TOLD))
		return;
	print_say_line(c, "told", FILL_NONE);
	fields(c, msg_get(reply, REPLY_TOLD), true);
}

/* Who has it now, of one that is not here to write in. */
static void print_away(const struct cli *c, const struct msg *r)
{
	const char *owner = msg_text(r, CASE_ROW_OWNER);

	if (owner[0] == '\0')
		return;
	(void)printf("  ");
	print_say(c, strcmp(owner, "partner") == 0 ? "moved-to" : "moves-to",
		  FILL({"partner", msg_text(r, CASE_ROW_OWNER_PARTNER), 0}));
}

/* Of a case that a partner referred to us, what is shown is what its consent covers. */
void print_cases(const struct cli *c, const struct msg *reply)
{
	require(c != NULL && reply != NULL);
	for (size_t i = 0; i < msg_count(reply, REPLY_CASES); i++) {
		const struct msg *r = msg_at(reply, REPLY_CASES, i);
		const char *id = msg_text(r, CASE_ROW_ID);
		char same[TODO_CASE + 1];

		/* the other one, so that whoever reads this row looks there as well */
		todo_case(msg_text(r, CASE_ROW_SAME), same);
		print_id(id);
		/* in place of a name, and in brackets: nobody is called so */
		print_cell(msg_text(r, CASE_ROW_HOLLOW)[0] == '\0'
				   ? msg_text(r, CASE_ROW_NAME)
				   : list_text(LIST_UI, c->lang, msg_text(r, CASE_ROW_HOLLOW)),
			   30);
		print_day_of(c, msg_u64(r, CASE_ROW_CREATED_MS));
		if (msg_u64(r, CASE_ROW_THEIRS) != 0)
			(void)printf("  %s", list_text(LIST_UI, c->lang, "referred-to-us"));
		if (msg_u64(r, CASE_ROW_CLOSED) != 0)
			(void)printf("  %s", list_text(LIST_UI, c->lang, "closed"));
		print_away(c, r);
		if (msg_text(r, CASE_ROW_SAME)[0] != '\0')
			(void)printf("  %s %s", list_text(LIST_UI, c->lang, "same-person"), same);
		if (msg_text(r, CASE_ROW_WORKER)[0] != '\0')
			(void)printf("  %s%s%s", list_text(LIST_UI, c->lang, "case-worker"),
				     words_colon(c->lang), msg_text(r, CASE_ROW_WORKER));
		(void)putchar('\n');
	}
}

/* Other cases of the same person, each a page of its own. */
void print_same(const struct cli *c, const struct msg *reply)
{
	require(c != NULL && reply != NULL);
	for (size_t i = 0; i < msg_count(reply, REPLY_SAME); i++) {
		const struct msg *r = msg_at(reply, REPLY_SAME, i);
		const char *partner = msg_text(r, CASE_ROW_PARTNER);
		char number[TODO_CASE + 1];

		/* of whom a partner brought it is said: its words are only shown */
		todo_case(msg_text(r, CASE_ROW_ID), number);
		print_say_line(c, partner[0] == '\0' ? "same-case" : "same-case-of",
			       FILL({"number", number, 0}, {"name", msg_text(r, CASE_ROW_NAME), 0},
				    {"partner", partner, 0}));
	}
}

/* In both directions: what they may see of ours, what we may see of theirs. */
void print_grants(const struct cli *c, const struct msg *reply)
{
	require(c != NULL && reply != NULL);
	for (size_t i = 0; i < msg_count(reply, REPLY_GRANTS); i++) {
		const struct msg *r = msg_at(reply, REPLY_GRANTS, i);
		const char *id = msg_text(r, GRANT_ROW_ID);

		(void)printf("  ");
		print_id(id);
		if (msg_u64(r, GRANT_ROW_RECEIVED) != 0)
			(void)printf("%s %s%s", list_text(LIST_UI, c->lang, "we-may-see"),
				     msg_text(r, GRANT_ROW_PARTNER), words_colon(c->lang));
		else
			(void)printf("%s %s%s", msg_text(r, GRANT_ROW_PARTNER),
				     list_text(LIST_UI, c->lang, "may-see"), words_colon(c->lang));
		print_cats(c, msg_u64(r, GRANT_ROW_CATS));
		(void)printf("%s%s%s%s, %s, %s ", words_semicolon(c->lang),
			     list_text(LIST_UI, c->lang, "purpose"), words_colon(c->lang),
			     list_text(LIST_CODES, c->lang, msg_text(r, GRANT_ROW_PURPOSE)),
			     list_text(LIST_CODES, c->lang, msg_text(r, GRANT_ROW_HOW)),
			     list_text(LIST_UI, c->lang, "until"));
		print_day(c, msg_text(r, GRANT_ROW_LAST_DAY));
		(void)printf("%s%s", words_semicolon(c->lang),
			     list_text(LIST_CODES, c->lang, msg_text(r, GRANT_ROW_GIVEN_BY)));
		(void)printf(", %s\n", list_text(LIST_UI, c->lang, msg_text(r, GRANT_ROW_STATE)));
	}
}

/* A document of a referral is an act; the rest happened to the case here. */
enum list_id print_entry_list(const struct msg *r)
{
	const char *what = msg_text(r, ENTRY_ROW_WHAT);

	if (list_has(LIST_ACTS, what) && msg_text(r, ENTRY_ROW_REF)[0] != '\0')
		return LIST_ACTS;
	return list_has(LIST_UI, what) ? LIST_UI : LIST_OUTBOX;
}

/* Behind an act stands a code: how it arrived, which act was lost, when it leaves. */
const char *print_entry_code(enum list_lang lang, const char *code)
{
	return list_text(list_has(LIST_VERDICTS, code) ? LIST_VERDICTS
			 : list_has(LIST_ACTS, code)   ? LIST_ACTS
						       : LIST_AUDIT,
			 lang, code);
}

void print_timeline(const struct cli *c, const struct msg *reply)
{
	require(c != NULL && reply != NULL);
	for (size_t i = 0; i < msg_count(reply, REPLY_ENTRIES); i++) {
		const struct msg *r = msg_at(reply, REPLY_ENTRIES, i);
		const char *text = msg_text(r, ENTRY_ROW_TEXT);
		char fields[512];

		/* which fields were changed: codes of person.psv */
		if (strcmp(msg_text(r, ENTRY_ROW_WHAT), "case-edited") == 0) {
			print_codes(c, LIST_PERSON, text, fields, sizeof fields);
			text = fields;
		} else if (print_entry_list(r) == LIST_ACTS ||
			   strcmp(msg_text(r, ENTRY_ROW_WHAT), "lost-act") == 0) {
			text = print_entry_code(c->lang, text);
		}
		(void)printf("  ");
		print_time(c, msg_u64(r, ENTRY_ROW_AT_MS));
		(void)printf("  %s",
			     list_text(print_entry_list(r), c->lang, msg_text(r, ENTRY_ROW_WHAT)));
		if (msg_text(r, ENTRY_ROW_REF)[0] != '\0')
			(void)printf(" %s", msg_text(r, ENTRY_ROW_REF));
		if (text[0] != '\0')
			(void)printf("  ");
		print_lines(text);
		(void)putchar('\n');
	}
}

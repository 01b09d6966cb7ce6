/* SPDX-License-Identifier: EUPL-1.2 */
/* All that is held of a person, for that person: the file, what happened, every referral with its history, consents, who was told, who
 * looked.  And one consent on one page. */
#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "base/date.h"
#include "client/cli/out.h"
#include "client/commands/cmd.h"
#include "client/paper/consent.h"
#include "client/paper/paper.h"
#include "client/paper/who.h"
#include "client/print/print.h"
#include "client/print/todo.h"
#include "client/words/receipt.h"
#include "client/words/words.h"

static void person(struct sheet *s, const struct msg *p, const char *head)
{
	struct msg_field f;

	if (p == NULL)
		return;
	sheet_head(s, head);
	for (size_t i = 0; msg_field_at(p, i, &f); i++) {
		const char *text = f.type == MSG_TYPE_TEXT ? msg_text(p, f.number) : "";
		char day[WORDS_SHORT];

		if (!msg_has(p, f.number))
			continue;
		if (f.number == PERSON_BIRTH_DATE && strlen(text) < DATE_TEXT)
			text = words_date(s->lang, text, day);
		else if (f.number == PERSON_LANGUAGE)
			text = list_text(LIST_CODES, s->lang, text);
		else if (f.type != MSG_TYPE_TEXT)
			text = list_text(LIST_UI, s->lang,
					 msg_u64(p, f.number) != 0 ? "yes" : "no");
		sheet_pair(s, cli_called(s->c, s->lang, LIST_PERSON, f.name), text);
	}
}

static void timeline(struct sheet *s, const struct msg *reply)
{
	sheet_head(s, list_text(LIST_PAPER, s->lang, "export-timeline"));
	if (msg_u64(reply, REPLY_TRUNCATED) != 0)
		sheet_say(s, "export-cut", FILL_NONE);
	for (size_t i = 0; i < msg_count(reply, REPLY_ENTRIES); i++) {
		const struct msg *e = msg_at(reply, REPLY_ENTRIES, i);
		const char *what = msg_text(e, ENTRY_ROW_WHAT);
		const enum list_id list = print_entry_list(e);
		const char *text = msg_text(e, ENTRY_ROW_TEXT);
		char when[WORDS_SHORT], fields[PAPER_LIST];

		/* which fields were changed: codes of person.psv */
		if (strcmp(what, "case-edited") == 0) {
			print_codes(s->c, LIST_PERSON, text, fields, sizeof fields);
			text = fields;
		} else if (list == LIST_ACTS || strcmp(what, "lost-act") == 0) {
			text = print_entry_code(s->lang, text);
		}
		sheet_point(
			s, "export-entry",
			FILL({"when", words_moment(s->lang, msg_u64(e, ENTRY_ROW_AT_MS), when), 0},
			     {"what", list_text(list, s->lang, what), 0},
			     {"ref", msg_text(e, ENTRY_ROW_REF), 0}, {"text", text, 0}));
	}
}

/* What they are called; what is in them the person may ask for. */
static void files(struct sheet *s, const struct msg *reply)
{
	if (msg_count(reply, REPLY_FILES) == 0)
		return;
	sheet_head(s, list_text(LIST_PAPER, s->lang, "export-files"));
	for (size_t i = 0; i < msg_count(reply, REPLY_FILES); i++) {
		const struct msg *f = msg_at(reply, REPLY_FILES, i);
		const char *name = msg_text(f, FILE_ROW_NAME), *from = msg_text(f, FILE_ROW_FROM);
		char when[WORDS_SHORT], size[WORDS_SHORT];

		if (name[0] == '\0')
			name = words_of(s->lang, "file-unnamed");
		if (from[0] == '\0')
			from = words_of(s->lang, "file-own");
		sheet_point(s, "export-file",
			    FILL({"when",
				  words_moment(s->lang, msg_u64(f, FILE_ROW_ADDED_MS), when), 0},
				 {"name", name, 0},
				 {"size", words_size(s->lang, msg_u64(f, FILE_ROW_SIZE), size), 0},
				 {"from", from, 0}));
	}
}

/* What both sides wrote in one referral. */
static void history(struct sheet *s, const struct msg *row)
{
	for (size_t i = 0; i < msg_count(row, HISTORY_ROW_LOG); i++) {
		const struct msg *l = msg_at(row, HISTORY_ROW_LOG, i);
		char when[WORDS_SHORT];

		sheet_point(
			s, "export-act",
			FILL({"when", words_moment(s->lang, msg_u64(l, LOG_ROW_CREATED_MS), when),
			      0},
			     {"side", list_text(LIST_UI, s->lang, msg_text(l, LOG_ROW_SIDE)), 0},
			     {"act", list_text(LIST_ACTS, s->lang, msg_text(l, LOG_ROW_ACT)), 0},
			     {"text", msg_text(l, LOG_ROW_TEXT), 0},
			     {"place", msg_text(l, LOG_ROW_PLACE), 0}));
	}
}

static void consent(struct sheet *s, const struct msg *row)
{
	const char *label;
	char value[CONSENT_VALUE];

	const struct consent_reader person = {s->c, s->lang, true};

	for (size_t k = 0; consent_line(&person, row, &k, &label, value);)
		sheet_pair(s, label, value);
}

/* The histories come one by one, each as kring show has it; a referral that is gone meanwhile has none. */
static int ask_histories(struct cli *c, struct msg *reply)
{
	for (size_t i = 0; i < msg_count(reply, REPLY_REFERRALS); i++) {
		const struct msg *r = msg_at(reply, REPLY_REFERRALS, i);
		struct msg *sub, *show, *row, *req = cli_request(c, REQUEST_SHOW, &sub);
		int code;

		msg_set_text(&c->arena, sub, BY_ID_ID, msg_text(r, REFERRAL_ROW_ID));
		code = cli_look(c, req, &show);
		if (show != NULL && code != CLI_DONE && code != CLI_NOT_FOUND)
			c->json ? out_json(c, req, show) : cli_refused(c, show);
		if (code != CLI_DONE && code != CLI_NOT_FOUND)
			return code;
		if (msg_u64(show, REPLY_TRUNCATED) != 0)
			msg_set_u64(reply, REPLY_TRUNCATED, 1);
		paper_damage(c, reply, show);
		row = msg_add(&c->arena, reply, REPLY_HISTORIES);
		if (row == NULL)
			return CLI_REFUSED;
		msg_set_text(&c->arena, row, HISTORY_ROW_REF, msg_text(r, REFERRAL_ROW_REF));
		msg_set_text(&c->arena, row, HISTORY_ROW_ID, msg_text(r, REFERRAL_ROW_ID));
		for (size_t k = 0; k < msg_count(show, REPLY_LOG); k++) {
			if (msg_add(&c->arena, row, HISTORY_ROW_LOG) == NULL)
				return CLI_REFUSED;
			msg_replace(row, HISTORY_ROW_LOG, k, msg_at(show, REPLY_LOG, k));
		}
	}
	return CLI_DONE;
}

static void copy_rows(struct cli *c, struct msg *to, const struct msg *from, unsigned field)
{
	for (size_t i = 0; i < msg_count(from, field); i++)
		if (msg_add(&c->arena, to, field) != NULL)
			msg_replace(to, field, msg_count(to, field) - 1, msg_at(from, field, i));
}

/* Entries of several cases, by the moment; each case has its own in that order already. */
static void in_time(struct msg *all)
{
	for (size_t i = 1; i < msg_count(all, REPLY_ENTRIES); i++) {
		const struct msg *row = msg_at(all, REPLY_ENTRIES, i);
		const uint64_t at_ms = msg_u64(row, ENTRY_ROW_AT_MS);
		size_t to = i;

		for (;
		     to > 0 && msg_u64(msg_at(all, REPLY_ENTRIES, to - 1), ENTRY_ROW_AT_MS) > at_ms;
		     to--)
			msg_replace(all, REPLY_ENTRIES, to, msg_at(all, REPLY_ENTRIES, to - 1));
		msg_replace(all, REPLY_ENTRIES, to, row);
	}
}

/* What is held of the person in other cases, each within its own consents; what was told of all of them is in the reply already.  One
 * that moved away or was erased meanwhile is not here to be given. */
static int ask_same(struct cli *c, struct msg *reply)
{
	for (size_t i = 0; i < msg_count(reply, REPLY_SAME); i++) {
		struct msg *row = msg_edit(reply, REPLY_SAME, i), *sub, *other;
		struct msg *req = cli_request(c, REQUEST_CASE_EXPORT, &sub);
		int code;

		/* of one that moved away the row has a number and nothing else */
		if (msg_u64(row, CASE_ROW_CREATED_MS) == 0)
			continue;
		msg_set_text(&c->arena, sub, BY_ID_ID, msg_text(row, CASE_ROW_ID));
		code = cli_call(c, req, &other);
		if (code != CLI_DONE)
			return code;
		if (msg_u64(other, REPLY_TRUNCATED) != 0)
			msg_set_u64(reply, REPLY_TRUNCATED, 1);
		if (msg_has(other, REPLY_PERSON))
			msg_copy_fields(msg_sub(&c->arena, row, CASE_ROW_PERSON),
					msg_get(other, REPLY_PERSON));
		copy_rows(c, reply, other, REPLY_REFERRALS);
		copy_rows(c, reply, other, REPLY_ENTRIES);
		paper_damage(c, reply, other);
	}
	in_time(reply);
	return CLI_DONE;
}

/* Of each other case who the person is there. */
static void persons(struct sheet *s, const struct msg *reply)
{
	for (size_t i = 0; i < msg_count(reply, REPLY_SAME); i++) {
		const struct msg *row = msg_at(reply, REPLY_SAME, i);
		const char *partner = msg_text(row, CASE_ROW_PARTNER);
		char head[PAPER_LIST], number[TODO_CASE + 1];

		todo_case(msg_text(row, CASE_ROW_ID), number);
		(void)fill_text(head, sizeof head,
				list_text(LIST_PAPER, s->lang,
					  partner[0] == '\0' ? "export-same" : "export-same-of"),
				FILL({"number", number, 0}, {"partner", partner, 0}),
				words_plural(s->lang));
		person(s, msg_get(row, CASE_ROW_PERSON), head);
	}
}

static void referrals(struct sheet *s, const struct msg *reply)
{
	for (size_t i = 0; i < msg_count(reply, REPLY_HISTORIES); i++) {
		const struct msg *r = msg_at(reply, REPLY_REFERRALS, i);
		char head[PAPER_LIST];

		(void)snprintf(head, sizeof head, "%s, %s, %s", msg_text(r, REFERRAL_ROW_REF),
			       msg_text(r, REFERRAL_ROW_PARTNER),
			       list_text(LIST_STATES, s->lang, msg_text(r, REFERRAL_ROW_STATE)));
		sheet_head(s, head);
		history(s, msg_at(reply, REPLY_HISTORIES, i));
	}
}

int cmd_case_export(struct cli *c)
{
	struct msg *sub, *reply, *who, *req = cli_request(c, REQUEST_CASE_EXPORT, &sub);
	struct sheet s;
	int code;

	require(c->word_count > 0);
	msg_set_text(&c->arena, sub, BY_ID_ID, c->words[0]);
	code = cli_call(c, req, &reply);
	if (code == CLI_DONE && msg_reopen(&c->arena, reply) != ERR_OK)
		return CLI_REFUSED;
	if (code == CLI_DONE)
		code = ask_same(c, reply);
	if (code == CLI_DONE)
		code = ask_histories(c, reply);
	if (code == CLI_DONE)
		code = who_ask(c, msg_text(reply, REPLY_ID), &who);
	if (code != CLI_DONE)
		return code;
	for (size_t i = 0; i < msg_count(who, REPLY_AUDIT); i++)
		msg_copy_fields(msg_add(&c->arena, reply, REPLY_AUDIT),
				msg_at(who, REPLY_AUDIT, i));
	paper_damage(c, reply, who);
	if (c->json)
		return paper_json(c, req, reply);
	if (!paper_open(c, &s, paper_language(c, reply), &code))
		return code;
	sheet_begin(&s, list_text(LIST_PAPER, s.lang, "export-title"));
	paper_from(&s, reply);
	person(&s, msg_get(reply, REPLY_PERSON), list_text(LIST_PAPER, s.lang, "export-person"));
	person(&s, msg_get(reply, REPLY_TOLD), list_text(LIST_PAPER, s.lang, "export-told"));
	persons(&s, reply);
	timeline(&s, reply);
	files(&s, reply);
	referrals(&s, reply);
	for (size_t i = 0; i < msg_count(reply, REPLY_GRANTS); i++) {
		sheet_head(&s, list_text(LIST_PAPER, s.lang, "export-consent"));
		consent(&s, msg_at(reply, REPLY_GRANTS, i));
	}
	who_partners(&s, reply);
	who_here(&s, reply);
	return paper_close(c, &s, reply);
}

/* The receipt goes into a sheet as every paper does. */
static void on_head(void *ctx, const char *text)
{
	sheet_head(ctx, text);
}

static void on_text(void *ctx, const char *text)
{
	sheet_text(ctx, text);
}

static void on_point(void *ctx, const char *text)
{
	sheet_item(ctx, text);
}

/* For the person to keep: the consent, and how to take it back, or what became of it. */
int cmd_consent_receipt(struct cli *c)
{
	struct msg *sub, *reply, *req = cli_request(c, REQUEST_CONSENT_SHOW, &sub);
	const struct msg *grant;
	struct sheet s;
	int code;

	require(c->word_count > 0);
	msg_set_text(&c->arena, sub, BY_ID_ID, c->words[0]);
	code = cli_ask(c, req, &reply);
	if (code != CLI_DONE || c->json || !paper_open(c, &s, c->lang, &code))
		return code;
	grant = msg_at(reply, REPLY_GRANTS, 0);
	sheet_begin(&s, list_text(LIST_PAPER, s.lang, receipt_title(grant)));
	consent(&s, grant);
	receipt_write(&(struct letter_to){&s, s.lang, c->country, on_head, on_text, on_point},
		      grant);
	return paper_close(c, &s, reply);
}

/* SPDX-License-Identifier: EUPL-1.2 */
/* Who saw what: first what went to partners, then who looked here.  All pages are asked for, so that nothing is left out. */
#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "base/fill.h"
#include "client/cli/out.h"
#include "client/commands/cmd.h"
#include "client/paper/paper.h"
#include "client/paper/who.h"
#include "client/print/print.h"
#include "client/print/todo.h"
#include "client/words/letter.h"
#include "client/words/saw.h"
#include "client/words/words.h"

/* Rows of a further page behind those that are there. */
static void append(struct cli *c, struct msg *all, const struct msg *page, unsigned field)
{
	for (size_t i = 0; i < msg_count(page, field); i++)
		msg_copy_fields(msg_add(&c->arena, all, field), msg_at(page, field, i));
}

/* Each page begins with its newest row: what is on the next one may be newer.  By insertion: pages are in order already. */
static void newest_first(struct msg *all)
{
	for (size_t i = 1; i < msg_count(all, REPLY_DISCLOSURES); i++) {
		const struct msg *row = msg_at(all, REPLY_DISCLOSURES, i);
		const uint64_t at_ms = msg_u64(row, DISCLOSURE_ROW_AT_MS);
		size_t to = i;

		for (; to > 0 && msg_u64(msg_at(all, REPLY_DISCLOSURES, to - 1),
					 DISCLOSURE_ROW_AT_MS) < at_ms;
		     to--)
			msg_replace(all, REPLY_DISCLOSURES, to,
				    msg_at(all, REPLY_DISCLOSURES, to - 1));
		msg_replace(all, REPLY_DISCLOSURES, to, row);
	}
}

int who_ask(struct cli *c, const char *id, struct msg **out)
{
	struct msg *sub, *page, *all = NULL, *req;
	char after[64] = "";
	int code;

	do {
		req = cli_request(c, REQUEST_CASE_WHO, &sub);
		msg_set_text(&c->arena, sub, WHO_ASK_ID, id);
		if (after[0] != '\0')
			msg_set_text(&c->arena, sub, WHO_ASK_AFTER, after);
		code = cli_call(c, req, &page);
		if (code != CLI_DONE)
			return code;
		(void)snprintf(after, sizeof after, "%s", msg_text(page, REPLY_NEXT));
		if (all == NULL) {
			all = page;
			if (msg_reopen(&c->arena, all) != ERR_OK)
				return CLI_REFUSED;
			continue;
		}
		append(c, all, page, REPLY_DISCLOSURES);
		append(c, all, page, REPLY_AUDIT);
		paper_damage(c, all, page);
	} while (after[0] != '\0');
	newest_first(all);
	msg_clear(all, REPLY_NEXT);
	msg_clear(all, REPLY_TRUNCATED);
	*out = all;
	return code;
}

void who_same(struct sheet *s, const struct msg *reply)
{
	for (size_t i = 0; i < msg_count(reply, REPLY_SAME); i++) {
		char number[TODO_CASE + 1];

		todo_case(msg_text(msg_at(reply, REPLY_SAME, i), CASE_ROW_ID), number);
		sheet_say(s, "who-same", FILL({"number", number, 0}));
	}
}

void who_partners(struct sheet *s, const struct msg *reply)
{
	sheet_head(s, list_text(LIST_PAPER, s->lang, "who-partners"));
	if (msg_count(reply, REPLY_DISCLOSURES) == 0)
		sheet_say(s, "who-no-partner", FILL_NONE);
	for (size_t i = 0; i < msg_count(reply, REPLY_DISCLOSURES); i++) {
		const struct msg *d = msg_at(reply, REPLY_DISCLOSURES, i);
		char cats[PAPER_LIST], when[WORDS_SHORT], until[WORDS_SHORT], grant[9];

		(void)snprintf(grant, sizeof grant, "%.8s",
			       print_short(msg_text(d, DISCLOSURE_ROW_GRANT)));
		paper_cats(s->c, s->lang, msg_u64(d, DISCLOSURE_ROW_CATS), cats);
		sheet_point(
			s, cats[0] == '\0' ? "who-told-consent" : "who-told",
			FILL({"when", words_moment(s->lang, msg_u64(d, DISCLOSURE_ROW_AT_MS), when),
			      0},
			     {"partner", msg_text(d, DISCLOSURE_ROW_PARTNER), 0},
			     {"act", list_text(LIST_ACTS, s->lang, msg_text(d, DISCLOSURE_ROW_ACT)),
			      0},
			     {"ref", msg_text(d, DISCLOSURE_ROW_REF), 0}, {"cats", cats, 0},
			     {"grant", grant, 0},
			     {"purpose",
			      list_text(LIST_CODES, s->lang, msg_text(d, DISCLOSURE_ROW_PURPOSE)),
			      0},
			     {"until",
			      words_date(s->lang, msg_text(d, DISCLOSURE_ROW_LAST_DAY), until), 0},
			     {"state",
			      list_text(LIST_UI, s->lang, msg_text(d, DISCLOSURE_ROW_STATE)), 0},
			     {"fate", list_text(LIST_PAPER, s->lang, letter_fate(d)), 0}));
	}
}

void who_here(struct sheet *s, const struct msg *reply)
{
	sheet_head(s, list_text(LIST_PAPER, s->lang, "who-here"));
	for (size_t i = 0; i < msg_count(reply, REPLY_AUDIT); i++) {
		char text[SAW_LEN];

		sheet_item(s, saw_here(s->lang, msg_at(reply, REPLY_AUDIT, i), text));
	}
}

int cmd_who(struct cli *c)
{
	struct msg *reply, *sub;
	struct sheet s;
	int code;

	require(c->word_count > 0);
	code = who_ask(c, c->words[0], &reply);
	if (code != CLI_DONE)
		return code;
	if (c->json)
		return paper_json(c, cli_request(c, REQUEST_CASE_WHO, &sub), reply);
	if (!paper_open(c, &s, c->lang, &code))
		return code;
	sheet_begin(&s, list_text(LIST_PAPER, s.lang, "who-title"));
	paper_from(&s, reply);
	who_same(&s, reply);
	who_partners(&s, reply);
	who_here(&s, reply);
	return paper_close(c, &s, reply);
}

/* SPDX-License-Identifier: EUPL-1.2 */
/* Who was given what of one person: first who holds it, under which consent and until when, with what was taken back and who answered;
 * then each thing that went, and who looked here.  Core gives it in pages, and each leads on to the next: nothing is left out. */
#include <string.h>

#include "base/check.h"
#include "client/words/letter.h"
#include "client/words/saw.h"
#include "client/words/words.h"
#include "web/again.h"
#include "web/cases/parts.h"
#include "web/page.h"
#include "web/papers/papers.h"
#include "web/papers/standing.h"

enum { OK = 200 };

/* What the partner was given under it may never have left. */
static const char *under(struct visit *v, const struct msg *g)
{
	const bool received = msg_u64(g, GRANT_ROW_RECEIVED) != 0;

	require(msg_kind_of(g) == MSG_GRANT_ROW);
	if (received)
		return visit_say(v, LIST_WEB, "who-ours",
				 FILL({"partner", msg_text(g, GRANT_ROW_PARTNER), 0}));
	return msg_u64(g, GRANT_ROW_SENT) == 0 ? list_text(LIST_WEB, v->lang, "who-unsent") : NULL;
}

/* Each sentence of one consent, as a template has a list within a list. */
static void lines(struct visit *v, const struct msg *g, struct page_given_grants *row)
{
	struct standing *s = arena_alloc(&v->a, sizeof *s);
	struct page_given_grants_lines *rows;

	if (s == NULL)
		return;
	standing_of(v, v->lang, g, s);
	rows = arena_alloc(&v->a, (s->count + 1) * sizeof *rows);
	row->lines = rows;
	for (size_t i = 0; rows != NULL && i < s->count; i++)
		rows[row->lines_count++] = (struct page_given_grants_lines){s->lines[i]};
}

/* The newest first, as core has them; one that is over stays, because it was given. */
static void grants(struct visit *v, const struct msg *reply, struct page_given *p)
{
	const size_t count = msg_count(reply, REPLY_GRANTS);
	struct page_given_grants *rows = arena_alloc(&v->a, (count + 1) * sizeof *rows);

	p->grants = rows;
	for (size_t i = 0; rows != NULL && i < count; i++) {
		const struct msg *g = msg_at(reply, REPLY_GRANTS, i);
		struct page_given_grants *row = &rows[p->grants_count++];

		*row = (struct page_given_grants){
			.id = msg_text(g, GRANT_ROW_ID),
			.who = msg_u64(g, GRANT_ROW_RECEIVED) != 0
				       ? list_text(LIST_WEB, v->lang, "who-us")
				       : msg_text(g, GRANT_ROW_PARTNER),
			.under = under(v, g),
			.cats = visit_capital(v, parts_cats(v, msg_text(reply, REPLY_COUNTRY),
							    msg_u64(g, GRANT_ROW_CATS))),
			.until = standing_short(v, g)};
		lines(v, g, row);
	}
}

/* What went, and whether it is there.  A consent says no category: it went itself. */
static void went(struct visit *v, const struct msg *reply, struct page_given *p)
{
	const size_t count = msg_count(reply, REPLY_DISCLOSURES);
	struct page_given_went *rows = arena_alloc(&v->a, (count + 1) * sizeof *rows);
	char when[WORDS_SHORT];

	p->went = rows;
	for (size_t i = 0; rows != NULL && i < count; i++) {
		const struct msg *d = msg_at(reply, REPLY_DISCLOSURES, i);
		const uint64_t cats = msg_u64(d, DISCLOSURE_ROW_CATS);

		rows[p->went_count++] = (struct page_given_went){
			.when = visit_keep(
				v, words_moment(v->lang, msg_u64(d, DISCLOSURE_ROW_AT_MS), when)),
			.partner = msg_text(d, DISCLOSURE_ROW_PARTNER),
			.what = visit_capital(
				v, cats == 0 ? list_text(LIST_WEB, v->lang, "who-itself")
					     : parts_cats(v, msg_text(reply, REPLY_COUNTRY), cats)),
			.ref = msg_text(d, DISCLOSURE_ROW_REF),
			.fate = visit_capital(v, list_text(LIST_PAPER, v->lang, letter_fate(d)))};
	}
}

/* The same person did the same thing, on the same day. */
static bool alike(struct visit *v, const struct msg *a, const struct msg *b)
{
	static const unsigned fields[] = {AUDIT_ROW_ACTOR, AUDIT_ROW_EVENT, AUDIT_ROW_DETAIL,
					  AUDIT_ROW_PARTNER, AUDIT_ROW_ON_BEHALF};
	char one[WORDS_SHORT], other[WORDS_SHORT];

	for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
		if (strcmp(msg_text(a, fields[i]), msg_text(b, fields[i])) != 0)
			return false;
	return strcmp(words_day_of(v->lang, msg_u64(a, AUDIT_ROW_AT_MS), one),
		      words_day_of(v->lang, msg_u64(b, AUDIT_ROW_AT_MS), other)) == 0;
}

/* Who opened it, changed it or sent it, by name.  A day's work opens a case again and again: that is one line with its number. */
static void here(struct visit *v, const struct msg *reply, struct page_given *p)
{
	const size_t count = msg_count(reply, REPLY_AUDIT);
	struct page_given_here *rows = arena_alloc(&v->a, (count + 1) * sizeof *rows);
	char text[SAW_LEN];

	p->here = rows;
	for (size_t i = 0, next = 0; rows != NULL && i < count; i = next) {
		const struct msg *one = msg_at(reply, REPLY_AUDIT, i);

		while (next < count && alike(v, one, msg_at(reply, REPLY_AUDIT, next)))
			next++;
		require(next > i);
		rows[p->here_count++] = (struct page_given_here){
			visit_keep(v, saw_here(v->lang, one, text)),
			next == i + 1
				? NULL
				: visit_say(v, LIST_WEB, "who-times", FILL({"n", NULL, next - i}))};
	}
}

/* Consents stand on the first page alone; what is empty is said there and on no other. */
static void told(struct visit *v, struct msg *reply)
{
	struct page_given p = {.f = &v->f, .id = parts_id(v)};
	struct form typed;

	if (parts_refused(v, reply))
		return;
	require(p.id != NULL);
	again_did(v, again_open(v, NULL, 0, &typed), "", "");
	v->f.title = list_text(LIST_WEB, v->lang, "who-got");
	v->f.at_cases = true;
	p.first = form_value(&v->form, "after")[0] == '\0';
	p.whose = parts_whose(v, reply);
	p.next = msg_text(reply, REPLY_NEXT);
	grants(v, reply, &p);
	went(v, reply, &p);
	here(v, reply, &p);
	page_given(&v->page, v->lang, &p);
	visit_show(v, OK);
}

/* Reading it is written down, too. */
void page_who_open(struct visit *v)
{
	const char *id = parts_id(v), *after;
	struct msg *m, *sub;

	if (id == NULL)
		return;
	after = form_value(&v->form, "after");
	m = visit_request(v);
	sub = msg_sub(&v->a, m, REQUEST_CASE_WHO);
	msg_set_text(&v->a, sub, WHO_ASK_ID, id);
	if (after[0] != '\0')
		msg_set_text(&v->a, sub, WHO_ASK_AFTER, after);
	visit_ask(v, m, told);
}

/* SPDX-License-Identifier: EUPL-1.2 */
/* What is done with a case as a whole: a note, closing it, opening it again.  Each has a page of its own that says what it means. */
#include "web/cases/cases.h"

#include <string.h>

#include "base/check.h"
#include "base/text.h"
#include "client/words/whose.h"
#include "web/again.h"
#include "web/cases/parts.h"
#include "web/referral/referral.h"

enum { OK = 200, ADDRESS = 64 };

const struct form_field cases_note[CASES_NOTE] = {{"text", FORM_LINES, 16384, false}};

/* The last word of an address says what is done. */
static const struct deed {
	const char *word;
	unsigned field;			 /* of the request */
	const char *title, *means, *did; /* of web.psv, the last one else of said.psv */
	bool text;
} acts[] = {
	{"note", REQUEST_CASE_NOTE, "note", "note-means", "did-case-note", true},
	{"close", REQUEST_CASE_CLOSE, "close", "close-means", "did-case-close", false},
	{"reopen", REQUEST_CASE_REOPEN, "reopen", "reopen-means", "did-case-reopen", false},
};

/* Each row of the table of addresses that leads here ends with one of them. */
static const struct deed *deed_of(const struct visit *v)
{
	const char *word = strrchr(v->route->pattern, '/') + 1;
	size_t i = 0;

	while (strcmp(acts[i].word, word) != 0)
		require(++i < sizeof acts / sizeof acts[0]);
	return &acts[i];
}

/* Each referral that somebody still has to do something in, with the way to it. */
static void fill_stands(struct visit *v, const struct msg *reply, struct page_case_act *p)
{
	const size_t count = msg_count(reply, REPLY_REFERRALS);
	struct page_case_act_stands *rows = arena_alloc(&v->a, (count + 1) * sizeof *rows);
	char move[WHOSE_LEN];

	p->stands = rows;
	for (size_t i = 0; rows != NULL && i < count; i++) {
		const struct msg *r = msg_at(reply, REPLY_REFERRALS, i);

		if (strcmp(msg_text(r, REFERRAL_ROW_NEXT), "nobody") != 0)
			rows[p->stands_count++] = (struct page_case_act_stands){
				.ref = msg_text(r, REFERRAL_ROW_REF),
				.partner = msg_text(r, REFERRAL_ROW_PARTNER),
				.need = list_text(LIST_NEEDS, v->lang,
						  msg_text(r, REFERRAL_ROW_NEED)),
				.mark = referral_mark(r),
				.state = visit_keep(v, whose_move(v->lang, r, move)),
			};
	}
	p->moves = msg_count(reply, REPLY_HANDOVERS) > 0 ? p->id : NULL;
}

/* The version that was seen goes nowhere: none of the three overwrites what a colleague wrote. */
static void told_form(struct visit *v, struct msg *reply)
{
	const struct deed *a = deed_of(v);
	struct page_case_act p = {.f = &v->f, .text = a->text, .act = a->word};
	const struct msg *before;
	struct form typed;

	if (parts_refused(v, reply) || visit_only_reads(v))
		return;
	require(msg_count(reply, REPLY_CASES) > 0);
	before = again_open(v, cases_note, CASES_NOTE, &typed);
	v->f.title = list_text(LIST_WEB, v->lang, a->title);
	v->f.at_cases = true;
	/* of a case that goes to a partner a note goes along */
	if (a->text && before == NULL && parts_ours(reply) && parts_shut(v, reply)) {
		parts_show_shut(v, reply);
		return;
	}
	p.means = list_text(LIST_WEB, v->lang, a->means);
	p.name = parts_name(v, msg_at(reply, REPLY_CASES, 0));
	p.id = msg_text(reply, REPLY_ID);
	p.value = form_value(&typed, "text");
	if (v->own != NULL) {
		visit_wrong(v, v->own);
		p.stuck = v->f.wrong;
		fill_stands(v, reply, &p);
	}
	p.k = visit_k(v, v->seen->path);
	p.i = visit_once(v);
	page_case_act(&v->page, v->lang, &p);
	visit_show(v, OK);
}

/* What stands in the way of closing is said before it is pressed, and then there is no button.  Of a case that is not there its page says so. */
static void told_tried(struct visit *v, struct msg *reply)
{
	if (msg_text(reply, REPLY_ERROR)[0] != '\0')
		v->own = reply;
	parts_ask(v, REQUEST_CASE_SHOW, told_form);
}

/* Looking at the page is looking at the case, and core writes it down.  Closing is only tried: nothing of it is kept. */
void page_case_act_open(struct visit *v)
{
	const struct deed *a = deed_of(v);
	const char *id;
	struct msg *m;

	if (a->field != REQUEST_CASE_CLOSE) {
		parts_ask(v, REQUEST_CASE_SHOW, told_form);
		return;
	}
	id = parts_id(v);
	if (id == NULL)
		return;
	m = visit_request(v);
	msg_set_u64(m, REQUEST_DRY_RUN, 1);
	msg_set_text(&v->a, msg_sub(&v->a, m, a->field), BY_ID_ID, id);
	visit_ask(v, m, told_tried);
}

/* Done: the case, which says so, and where it stands at the top of what happened. */
static void told_done(struct visit *v, struct msg *reply)
{
	char to[ADDRESS];

	if (again_refused(v, reply))
		return;
	text_format(to, sizeof to, "/c/%s", parts_id(v));
	again_done(v, deed_of(v)->did, to);
}

/* A note is a request of its own form, the other two are an id. */
void page_case_act_try(struct visit *v)
{
	const struct deed *a = deed_of(v);
	const char *id = parts_id(v);
	struct msg *m, *sub;

	if (id == NULL)
		return;
	m = visit_request(v);
	sub = msg_sub(&v->a, m, a->field);
	if (a->text) {
		msg_set_text(&v->a, sub, CASE_NOTE_ID, id);
		msg_set_text(&v->a, sub, CASE_NOTE_TEXT, form_value(&v->form, "text"));
	} else {
		msg_set_text(&v->a, sub, BY_ID_ID, id);
	}
	visit_ask(v, m, told_done);
}

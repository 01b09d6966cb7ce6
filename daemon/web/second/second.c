/* SPDX-License-Identifier: EUPL-1.2 */
/* The list is asked for each time, and one row of it is one page: what was confirmed or refused meanwhile is on no list, and its page says
 * so.  What is done when somebody says yes is ticked before it is pressed, because nobody is asked after that. */
#include "web/second/second.h"

#include <string.h>

#include "base/check.h"
#include "base/text.h"
#include "client/words/words.h"
#include "web/again.h"
#include "web/page.h"

enum { OK = 200, ADDRESS = 64, ROLES = 160 };

const struct form_field second_fields[SECOND_FIELDS] = {
	{"do", FORM_CODE, 8, false},
	{"sure", FORM_NUMBER, 1, false},
};

static const char *id_of(const struct visit *v)
{
	return route_word(v->route, &v->path, "ID");
}

static bool stage_is(const struct msg *row, const char *stage)
{
	return strcmp(msg_text(row, PENDING_ROW_STAGE), stage) == 0;
}

/* Whoever reads this may say yes. */
bool second_may(const struct msg *row)
{
	return stage_is(row, "open") || stage_is(row, "alone");
}

/* ---- words that the list and the page of one have in common ---- */

const char *second_what(struct visit *v, const struct msg *row)
{
	return visit_capital(v, list_text(LIST_AUDIT, v->lang, msg_text(row, PENDING_ROW_ACT)));
}

/* A case, or somebody who works here. */
const char *second_who(struct visit *v, const struct msg *row)
{
	return page_who_text(v, &(struct page_who){msg_text(row, PENDING_ROW_NAME), "",
						   msg_text(row, PENDING_ROW_CASE_ID), false});
}

static const char *asked_by(const struct msg *row)
{
	const char *name = msg_text(row, PENDING_ROW_ASKED_BY);

	return name[0] == '\0' ? "root" : name;
}

/* Whose move it is, and until when. */
const char *second_stands(struct visit *v, const struct msg *row)
{
	const char *key = second_may(row)	   ? "second-yours"
			  : stage_is(row, "own")   ? "second-own"
			  : stage_is(row, "early") ? "second-early"
						   : "second-over";
	uint64_t until_ms = msg_u64(row, PENDING_ROW_UNTIL_MS);
	char when[WORDS_SHORT];

	if (stage_is(row, "alone")) /* as long again */
		until_ms += until_ms - msg_u64(row, PENDING_ROW_AT_MS);
	return visit_say(v, LIST_WEB, key,
			 FILL({"when", words_moment(v->lang, until_ms, when), 0}));
}

/* ---- the list ---- */

static void told_list(struct visit *v, struct msg *reply)
{
	const size_t n = msg_count(reply, REPLY_PENDING);
	struct page_second_rows *rows = arena_alloc(&v->a, (n + 1) * sizeof *rows);
	struct page_second p = {.f = &v->f, .rows = rows};
	struct form typed;

	if (page_refused(v, reply))
		return;
	again_did(v, again_open(v, second_fields, SECOND_FIELDS, &typed), "", "");
	v->f.title = list_text(LIST_WEB, v->lang, "second-title");
	for (size_t i = 0; rows != NULL && i < n; i++) {
		const struct msg *row = msg_at(reply, REPLY_PENDING, i);

		rows[p.rows_count++] = (struct page_second_rows){
			.id = msg_text(row, PENDING_ROW_ID),
			.what = second_what(v, row),
			.who = second_who(v, row),
			.mark = second_may(row) ? "▶" : "○",
			.stands = second_stands(v, row)};
	}
	page_second(&v->page, v->lang, &p);
	visit_show(v, OK);
}

static struct msg *list_request(struct visit *v)
{
	struct msg *m = visit_request(v);

	(void)msg_sub(&v->a, m, REQUEST_PENDING_LIST);
	return m;
}

void second_list_open(struct visit *v)
{
	visit_ask(v, list_request(v), told_list);
}

/* ---- one of them ---- */

static const struct msg *row_of(const struct visit *v, const struct msg *reply)
{
	for (size_t i = 0; i < msg_count(reply, REPLY_PENDING); i++) {
		const struct msg *row = msg_at(reply, REPLY_PENDING, i);

		if (strcmp(msg_text(row, PENDING_ROW_ID), id_of(v)) == 0)
			return row;
	}
	return NULL;
}

/* It was confirmed, or it ended: as core says of one that it does not have. */
static void show_gone(struct visit *v)
{
	struct msg *gone = msg_new(&v->a, MSG_REPLY);

	msg_set_text(&v->a, gone, REPLY_ERROR, "not-found");
	msg_set_text(&v->a, gone, REPLY_CODE, "pending-unknown");
	(void)page_refused(v, gone);
}

/* What somebody is to have from then on. */
static const char *roles(struct visit *v, const struct msg *row)
{
	char out[ROLES] = "";
	size_t n = 0;

	for (size_t i = 0; i < msg_count(row, PENDING_ROW_ROLES) && n + 1 < sizeof out; i++) {
		text_format(out + n, sizeof out - n, "%s%s", i == 0 ? "" : ", ",
			    list_text(LIST_ROLES, v->lang, msg_text_at(row, PENDING_ROW_ROLES, i)));
		n = strlen(out);
	}
	return visit_keep(v, out);
}

static void fill_one(struct visit *v, const struct msg *row, struct page_second_one *p)
{
	const char *act = msg_text(row, PENDING_ROW_ACT),
		   *reason = msg_text(row, PENDING_ROW_REASON);

	p->id = msg_text(row, PENDING_ROW_ID);
	p->mark = second_may(row) ? "▶" : "○";
	p->stands = second_stands(v, row);
	p->what = second_what(v, row);
	p->who = second_who(v, row);
	p->case_id = msg_text(row, PENDING_ROW_CASE_ID);
	p->ref = msg_text(row, PENDING_ROW_REF);
	p->partner = msg_text(row, PENDING_ROW_PARTNER);
	p->roles = roles(v, row);
	p->reason = reason[0] == '\0' || strcmp(reason, "other") == 0
			    ? NULL
			    : visit_capital(v, list_text(LIST_REASONS, v->lang, reason));
	p->by = asked_by(row);
	p->may = second_may(row);
	if (second_may(row))
		p->means = strcmp(act, "handover-reclaim") == 0
				   ? visit_say(v, LIST_SAID, "sure-handover-reclaim",
					       FILL({"partner", p->partner, 0}))
				   : list_text(LIST_WEB, v->lang, "second-means");
	p->end = list_text(LIST_WEB, v->lang,
			   msg_u64(row, PENDING_ROW_OWN) != 0 ? "second-back" : "second-refuse");
	p->k = visit_k(v, v->seen->path);
	p->i = visit_once(v);
	p->i_end = visit_once(v);
}

static void told_one(struct visit *v, struct msg *reply)
{
	struct page_second_one p = {.f = &v->f};
	const struct msg *row;
	struct form typed;

	if (page_refused(v, reply))
		return;
	row = row_of(v, reply);
	if (row == NULL) {
		show_gone(v);
		return;
	}
	again_did(v, again_open(v, second_fields, SECOND_FIELDS, &typed), "", "");
	v->f.title = list_text(LIST_WEB, v->lang, "second-one");
	fill_one(v, row, &p);
	page_second_one(&v->page, v->lang, &p);
	visit_show(v, OK);
}

void second_one_open(struct visit *v)
{
	visit_ask(v, list_request(v), told_one);
}

/* ---- yes, or no ---- */

/* A case that was taken back is ours again, and its handover says so. */
static void told_confirmed(struct visit *v, struct msg *reply)
{
	const struct msg *row = row_of(v, v->own);
	const char *ref = row == NULL ? "" : msg_text(row, PENDING_ROW_REF);
	char to[ADDRESS];

	if (again_refused(v, reply))
		return;
	if (ref[0] == '\0') {
		again_done(v, "did-second-confirm", "/second");
		return;
	}
	text_format(to, sizeof to, "/h/%s", ref);
	again_done(v, "did-handover-reclaim", to);
}

static void told_ended(struct visit *v, struct msg *reply)
{
	if (!again_refused(v, reply))
		again_done(v, "did-second-refuse", "/second");
}

/* What it is about is known before it is done, because afterwards it is on no list. */
static void told_which(struct visit *v, struct msg *reply)
{
	require(v->route->post);
	v->own = reply;
	visit_ask_id(v, REQUEST_PENDING_CONFIRM, id_of(v), told_confirmed);
}

/* A yes that is ticked by nobody is none: the page comes again, and says no more than it did. */
void second_one_try(struct visit *v)
{
	const char *deed = form_value(&v->form, "do");
	struct msg *m;

	if (strcmp(deed, "refuse") == 0) {
		visit_ask_id(v, REQUEST_PENDING_REFUSE, id_of(v), told_ended);
		return;
	}
	if (strcmp(deed, "confirm") != 0 || form_value(&v->form, "sure")[0] == '\0') {
		visit_go(v, v->seen->path);
		return;
	}
	m = list_request(v);
	msg_clear(m, REQUEST_REQUEST_ID); /* which is of what is confirmed */
	visit_ask(v, m, told_which);
}

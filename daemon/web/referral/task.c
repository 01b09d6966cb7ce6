/* SPDX-License-Identifier: EUPL-1.2 */
/* What waits on us in a referral and is no act of it: a line of the day is ticked off, because the person was helped another way; or what a
 * partner told is erased here, because the consent for it is over.  Core knows of which referral that can be said; nothing leaves. */
#include "web/referral/referral.h"

#include <string.h>

#include "base/check.h"
#include "web/again.h"
#include "web/page.h"

enum { OK = 200, WAYS = 16 };

const struct form_field task_fields[TASK_FIELDS] = {{"way", FORM_CODE, 32, false},
						    {"text", FORM_LINES, 16384, false}};

/* The last word of the address. */
static bool is_done(const struct visit *v)
{
	return strcmp(strrchr(v->route->pattern, '/'), "/done") == 0;
}

/* How it was seen to: codes that core takes. */
static void fill_ways(struct visit *v, const struct form *typed, struct page_task *p)
{
	struct page_task_ways *rows = arena_alloc(&v->a, WAYS * sizeof *rows);
	const char *code;

	p->ways = rows;
	for (size_t i = 0;
	     rows != NULL && i < WAYS && (code = list_code(LIST_CODES, "done", i)) != NULL; i++)
		rows[p->ways_count++] = (struct page_task_ways){
			.code = code,
			.text = visit_capital(v, list_text(LIST_CODES, v->lang, code)),
			.on = strcmp(form_value(typed, "way"), code) == 0};
	p->value = form_value(typed, "text");
}

static void told_form(struct visit *v, struct msg *reply)
{
	const bool done = is_done(v);
	struct page_task p = {.f = &v->f, .act = done ? "done" : "erase", .erases = !done};
	const struct msg *row;
	struct form typed;

	if (referral_missing(v, reply) || visit_only_reads(v))
		return;
	(void)again_open(v, task_fields, TASK_FIELDS, &typed);
	row = msg_at(reply, REPLY_REFERRALS, 0);
	v->f.title = list_text(LIST_WEB, v->lang, done ? "task-done" : "task-erase");
	v->f.at_today = true;
	p.means = list_text(LIST_WEB, v->lang, done ? "task-done-means" : "task-erase-means");
	p.ref = msg_text(row, REFERRAL_ROW_REF);
	p.partner = msg_text(row, REFERRAL_ROW_PARTNER);
	p.who = page_who_text(v, &(struct page_who){msg_text(row, REFERRAL_ROW_NAME), "",
						    msg_text(row, REFERRAL_ROW_CASE_ID), false});
	if (done)
		fill_ways(v, &typed, &p);
	p.k = visit_k(v, v->seen->path);
	p.i = visit_once(v);
	page_task(&v->page, v->lang, &p);
	visit_show(v, OK);
}

/* Nothing of it waits on us: why not, and the referral as it is. */
static void told_as_it_is(struct visit *v, struct msg *reply)
{
	if (referral_missing(v, reply) || visit_only_reads(v))
		return;
	visit_wrong(v, v->own);
	referral_show(v, reply);
}

/* What cannot be done has no form. */
static void told_tried(struct visit *v, struct msg *reply)
{
	const char *error = msg_text(reply, REPLY_ERROR);

	v->own = reply;
	referral_ask(v, error[0] == '\0' || strcmp(error, "not-found") == 0 ? told_form
									    : told_as_it_is);
}

/* Only tried, in one of the ways that core takes: nothing is kept.  A form that came back is shown whatever became of it meanwhile, because
 * somebody typed in it. */
void page_task_open(struct visit *v)
{
	const char *ref = route_word(v->route, &v->path, "REF");
	struct msg *m, *sub;

	if (form_value(&v->form, "e")[0] != '\0') {
		referral_ask(v, told_form);
		return;
	}
	m = visit_request(v);
	msg_set_u64(m, REQUEST_DRY_RUN, 1);
	sub = msg_sub(&v->a, m, is_done(v) ? REQUEST_DONE : REQUEST_REF_ERASE);
	msg_set_text(&v->a, sub, is_done(v) ? DONE_NEW_REF : BY_ID_ID, ref);
	if (is_done(v))
		msg_set_text(&v->a, sub, DONE_NEW_WAY, list_code(LIST_CODES, "done", 0));
	visit_ask(v, m, told_tried);
}

/* Back to the day, which says what became of its line. */
static void told_done(struct visit *v, struct msg *reply)
{
	if (!again_refused(v, reply))
		again_done(v, is_done(v) ? "did-done" : "did-erase", "/");
}

void page_task_try(struct visit *v)
{
	const char *ref = route_word(v->route, &v->path, "REF");
	struct msg *m, *sub;

	require(v->route->post);
	if (!is_done(v)) {
		visit_ask_id(v, REQUEST_REF_ERASE, ref, told_done);
		return;
	}
	m = visit_request(v);
	sub = msg_sub(&v->a, m, REQUEST_DONE);
	msg_set_text(&v->a, sub, DONE_NEW_REF, ref);
	msg_set_text(&v->a, sub, DONE_NEW_WAY, form_value(&v->form, "way"));
	msg_set_text(&v->a, sub, DONE_NEW_TEXT, form_value(&v->form, "text"));
	visit_ask(v, m, told_done);
}

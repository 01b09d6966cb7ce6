/* SPDX-License-Identifier: EUPL-1.2 */
/* For what, to whom, and a message: steps that are one question each.  Partners to which nobody can be referred now stand in the list
 * with the reason, so that nobody looks for them elsewhere; core judges again when it is asked to send. */
#include "web/refer/refer.h"

#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "base/limits.h"
#include "base/text.h"
#include "client/words/usual.h"
#include "web/again.h"
#include "web/page.h"

enum { OK = 200, ROOM = 128, KEY = 80, BODY = 512 };
enum { STEP_NEED = 1, STEP_PARTNER = 2, STEP_MESSAGE = 4 };

/* The frame of a step: no title names a person, and the name stands on the page. */
static void head(struct visit *v, const char *title)
{
	v->f.title = list_text(LIST_WEB, v->lang, title);
	refer_wrong(v);
}

/* Kept as it is; whoever stops finds it where the day begins. */
static void go_on(struct visit *v, const char *step, const char *wrong)
{
	struct refer *r = refer_of(v);

	require(step != NULL);
	r->stops = form_value(&v->form, "stop")[0] != '\0';
	refer_save(v, step, r->stops ? NULL : wrong);
}

/* ---- begin ---- */

/* "/refer/CASE/begin": where a form that could not begin is answered. */
static void go_begin(struct visit *v, struct msg *reply)
{
	char to[ROOM + FORM_SEGMENT];

	(void)snprintf(to, sizeof to, "%.90s/begin", v->seen->path);
	again_go(v, reply, to);
}

/* Under i of the form: pressed twice, it is one draft. */
static void told_begun(struct visit *v, struct msg *reply)
{
	char to[ROOM];

	if (msg_text(reply, REPLY_ERROR)[0] != '\0') {
		go_begin(v, reply);
		return;
	}
	(void)snprintf(to, sizeof to, "/refer/%.32s/%s", msg_text(reply, REPLY_ID),
		       form_value(&v->form, "need")[0] == '\0' ? "need" : "on");
	visit_go(v, to);
}

/* Called by the person's name, by which its writer knows it again. */
static void told_person(struct visit *v, struct msg *reply)
{
	const struct msg *row = msg_count(reply, REPLY_CASES) == 0 ? NULL
								   : msg_at(reply, REPLY_CASES, 0);
	struct msg *m, *sub;
	const char *need = form_value(&v->form, "need"), *partner = form_value(&v->form, "to");
	char body[BODY];

	if (row == NULL || msg_u64(row, CASE_ROW_CLOSED) != 0) { /* that page says which */
		go_begin(v, reply);
		return;
	}
	m = visit_request(v);
	sub = msg_sub(&v->a, m, REQUEST_DRAFT_PUT);
	/* where a partner named another one, need and partner are known: the steps behind them are left */
	(void)snprintf(body, sizeof body, "case %.64s\n%s%.40s\n%s%.250s\n",
		       msg_text(row, CASE_ROW_ID), need[0] == '\0' ? "" : "need ", need,
		       partner[0] == '\0' ? "" : "to ", partner);
	msg_set_text(&v->a, sub, DRAFT_PUT_FORM, "refer");
	msg_set_text(&v->a, sub, DRAFT_PUT_LABEL,
		     msg_text(msg_get(reply, REPLY_PERSON), PERSON_NAME));
	msg_set_text(&v->a, sub, DRAFT_PUT_BODY, body);
	msg_set_text(&v->a, sub, DRAFT_PUT_CASE_ID, msg_text(row, CASE_ROW_ID));
	visit_ask(v, m, told_begun);
}

/* Whose name the draft gets, and whether the case is open. */
static void ask_case(struct visit *v, visit_told told)
{
	struct msg *m = refer_anew(v), *sub = msg_sub(&v->a, m, REQUEST_CASE_SHOW);

	msg_set_text(&v->a, sub, BY_ID_ID, route_word(v->route, &v->path, "CASE"));
	visit_ask(v, m, told);
}

void refer_start_try(struct visit *v)
{
	ask_case(v, told_person);
}

/* What is in the way, or the one button that begins. */
static void told_begin(struct visit *v, struct msg *reply)
{
	struct page_refer_begin p = {.f = &v->f};
	const struct msg *row;
	char path[ROOM + FORM_SEGMENT];

	if (page_refused(v, reply) || visit_only_reads(v))
		return;
	row = msg_count(reply, REPLY_CASES) == 0 ? NULL : msg_at(reply, REPLY_CASES, 0);
	head(v, "step-begin");
	(void)snprintf(path, sizeof path, "/refer/%.64s", msg_text(row, CASE_ROW_ID));
	p.id = msg_text(row, CASE_ROW_ID);
	p.who = msg_text(msg_get(reply, REPLY_PERSON), PERSON_NAME);
	p.k = visit_k(v, path);
	p.i = visit_once(v);
	p.open = msg_u64(row, CASE_ROW_CLOSED) == 0;
	if (!p.open)
		refer_refusal(v, "case-closed");
	page_refer_begin(&v->page, v->lang, &p);
	visit_show(v, OK);
}

void refer_begin_open(struct visit *v)
{
	ask_case(v, told_begin);
}

static void told_open(struct visit *v, struct msg *reply)
{
	require(reply != NULL);
	refer_go(v, refer_next(refer_of(v)), NULL);
}

void refer_open(struct visit *v)
{
	refer_load(v, told_open);
}

/* Also of one that was gone: what was asked for is so. */
static void told_dropped(struct visit *v, struct msg *reply)
{
	require(reply != NULL);
	again_done(v, "did-draft-drop", "/");
}

/* One that is gone already is what was asked for. */
static void told_drop(struct visit *v, struct msg *reply)
{
	struct msg *m = refer_anew(v), *sub = msg_sub(&v->a, m, REQUEST_DRAFT_DROP);

	require(reply != NULL);
	msg_set_text(&v->a, sub, BY_ID_ID, refer_of(v)->id);
	visit_ask(v, m, told_dropped);
}

void refer_drop_try(struct visit *v)
{
	refer_load(v, told_drop);
}

/* ---- for what ---- */

/* All needs of the list, because whoever refers looks for a word and not for a code. */
static void told_need(struct visit *v, struct msg *reply)
{
	struct refer *r = refer_of(v);
	struct page_refer_need p = {.f = &v->f};
	struct page_refer_need_needs *rows;
	const char *code;
	size_t n = 0;

	require(reply != NULL);
	if (r->back)
		(void)refer_take_need(r, &r->typed);
	while (list_code(LIST_NEEDS, "", n) != NULL)
		n++;
	rows = arena_alloc(&v->a, (n + 1) * sizeof *rows);
	for (size_t i = 0; rows != NULL && i < n; i++) {
		code = list_code(LIST_NEEDS, "", i);
		rows[p.needs_count++] = (struct page_refer_need_needs){
			.code = code,
			.text = visit_capital(v, refer_need_text(v, v->lang, code)),
			.on = strcmp(code, r->need) == 0};
	}
	head(v, "step-need");
	p.needs = rows;
	p.step = refer_step_text(v, STEP_NEED);
	p.who = r->label;
	p.id = r->id;
	p.k = refer_form_key(v, "need");
	p.drop_k = refer_form_key(v, "drop");
	p.urgent = r->urgent;
	page_refer_need(&v->page, v->lang, &p);
	visit_show(v, OK);
}

void refer_need_open(struct visit *v)
{
	refer_load(v, told_need);
}

/* What is no need of the list is no answer; the one before it stays. */
const char *refer_take_need(struct refer *r, const struct form *f)
{
	const char *need = form_value(f, "need");

	require(r->need != NULL);
	r->urgent = strcmp(form_value(f, "urgency"), "urgent") == 0;
	if (list_has(LIST_NEEDS, need)) {
		/* for another need there is none open that anybody looked at */
		r->again = r->again && strcmp(need, r->need) == 0;
		r->need = need;
	}
	return r->need[0] == '\0' ? "need-missing" : NULL;
}

static void told_need_try(struct visit *v, struct msg *reply)
{
	const char *wrong = refer_take_need(refer_of(v), &v->form);

	require(reply != NULL);
	go_on(v, wrong != NULL ? "need" : "partner", wrong);
}

void refer_need_try(struct visit *v)
{
	refer_load(v, told_need_try);
}

/* ---- to whom ---- */

/* NULL: one may be referred there. */
static const char *why_not(struct visit *v, const struct msg *row)
{
	const char *standing = msg_text(row, PARTNER_ROW_STANDING);
	char key[KEY];

	if (strcmp(msg_text(row, PARTNER_ROW_CLASS_NAME), "member") != 0)
		return list_text(LIST_DIALOGUE, v->lang, "off-class");
	(void)snprintf(key, sizeof key, "off-%.40s", standing);
	if (standing[0] != '\0' && list_has(LIST_DIALOGUE, key))
		return list_text(LIST_DIALOGUE, v->lang, key);
	if (msg_u64(row, PARTNER_ROW_NO_CALENDAR) != 0)
		return list_text(LIST_DIALOGUE, v->lang, "off-calendar");
	return msg_u64(row, PARTNER_ROW_MAY_SEND_CATS) == 0
		       ? list_text(LIST_DIALOGUE, v->lang, "off-agreement")
		       : NULL;
}

/* Ourselves, and whoever left, are no answer. */
static bool listed(const struct msg *row)
{
	return msg_u64(row, PARTNER_ROW_SELF) == 0 &&
	       strcmp(msg_text(row, PARTNER_ROW_STANDING), "removed") != 0;
}

/* Those that can be chosen first. */
static void fill_partners(struct visit *v, const struct msg *reply, struct page_refer_partner *p)
{
	const size_t n = msg_count(reply, REPLY_PARTNERS);
	struct page_refer_partner_partners *rows = arena_alloc(&v->a, (n + 1) * sizeof *rows);
	struct page_refer_partner_off *off = arena_alloc(&v->a, (n + 1) * sizeof *off);

	p->partners = rows;
	p->off = off;
	for (size_t i = 0; rows != NULL && off != NULL && i < n; i++) {
		const struct msg *row = msg_at(reply, REPLY_PARTNERS, i);
		const char *why = why_not(v, row), *typed = msg_text(row, PARTNER_ROW_TYPED);

		if (!listed(row))
			continue;
		if (why == NULL)
			rows[p->partners_count++] = (struct page_refer_partner_partners){
				.typed = typed,
				.name = msg_text(row, PARTNER_ROW_NAME),
				.away = msg_u64(row, PARTNER_ROW_CONNECTED) == 0
						? list_text(LIST_WEB, v->lang, "partner-away")
						: NULL,
				.on = strcmp(typed, refer_of(v)->to) == 0};
		else
			off[p->off_count++] = (struct page_refer_partner_off){
				.name = msg_text(row, PARTNER_ROW_NAME), .why = why};
	}
}

static void told_partners(struct visit *v, struct msg *reply)
{
	struct refer *r = refer_of(v);
	struct page_refer_partner p = {.f = &v->f, .who = r->label, .id = r->id};

	if (page_refused(v, reply))
		return;
	head(v, "step-partner");
	fill_partners(v, reply, &p);
	p.step = refer_step_text(v, STEP_PARTNER);
	p.need = refer_need_text(v, v->lang, r->need);
	p.k = refer_form_key(v, "partner");
	page_refer_partner(&v->page, v->lang, &p);
	visit_show(v, OK);
}

static void told_partner(struct visit *v, struct msg *reply)
{
	struct msg *m;

	require(reply != NULL);
	if (!refer_ready(v, "partner"))
		return;
	if (refer_of(v)->back)
		(void)refer_take_partner(refer_of(v), &refer_of(v)->typed);
	m = visit_request(v);
	(void)msg_sub(&v->a, m, REQUEST_PARTNER_LIST);
	visit_ask(v, m, told_partners);
}

void refer_partner_open(struct visit *v)
{
	refer_load(v, told_partner);
}

/* Another partner: what was said of the one before does not hold for it. */
const char *refer_take_partner(struct refer *r, const struct form *f)
{
	const char *to = form_value(f, "to");

	require(r->to != NULL);
	if (to[0] != '\0' && strcmp(to, r->to) != 0) {
		r->to = to;
		r->how = r->witness = r->given_by = r->knowing = "";
		r->chosen = r->again = false;
		r->share = 0;
	}
	return r->to[0] == '\0' ? "partner-missing" : NULL;
}

static void told_partner_try(struct visit *v, struct msg *reply)
{
	const char *wrong = refer_take_partner(refer_of(v), &v->form);

	require(reply != NULL);
	go_on(v, wrong != NULL ? "partner" : "share", wrong);
}

void refer_partner_try(struct visit *v)
{
	refer_load(v, told_partner_try);
}

/* ---- a message ---- */

/* Beside the referral and not in it: a partner with whom no messages are agreed gets none. */
static void told_message(struct visit *v, struct msg *reply)
{
	struct refer *r = refer_of(v);
	struct page_refer_message p = {.f = &v->f, .who = r->label, .id = r->id};

	require(reply != NULL);
	if (r->back)
		(void)refer_take_message(r, &r->typed);
	head(v, "step-message");
	p.step = refer_step_text(v, STEP_MESSAGE);
	p.lead = visit_say(v, LIST_WEB, "message-lead",
			   FILL({"partner", msg_text(r->row, PARTNER_ROW_NAME), 0}));
	p.hint = visit_say(v, LIST_WEB, "message-hint", FILL({"most", NULL, LIMIT_MESSAGE}));
	p.closed = (msg_u64(r->row, PARTNER_ROW_MAY_SEND_CATS) & usual_bit("message")) == 0
			   ? list_text(LIST_WEB, v->lang, "message-shut")
			   : NULL;
	p.text = r->text;
	p.k = refer_form_key(v, "message");
	page_refer_message(&v->page, v->lang, &p);
	visit_show(v, OK);
}

void refer_message_open(struct visit *v)
{
	refer_load_all(v, "message", told_message, NULL);
}

/* Characters, as core counts them. */
static size_t length(const char *text)
{
	size_t n = 0;

	for (; *text != '\0'; text++)
		n += ((uint8_t)*text & 0xc0) != 0x80;
	return n;
}

/* No message is an answer, too. */
const char *refer_take_message(struct refer *r, const struct form *f)
{
	const char *text = form_value(f, "text");

	require(r->text != NULL);
	r->text = text_blank(text) ? "" : text;
	r->said = length(text) <= LIMIT_MESSAGE;
	return r->said ? NULL : "message-long";
}

static void told_message_try(struct visit *v, struct msg *reply)
{
	const char *wrong = refer_take_message(refer_of(v), &v->form);

	require(reply != NULL);
	go_on(v, wrong == NULL ? refer_next(refer_of(v)) : "message", wrong);
}

void refer_message_try(struct visit *v)
{
	refer_load(v, told_message_try);
}

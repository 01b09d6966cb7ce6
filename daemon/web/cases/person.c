/* SPDX-License-Identifier: EUPL-1.2 */
/* A person is written down, or what is known is changed.  Before a case is made people who may be the same one are shown, and somebody
 * says so or not: nobody becomes somebody else by a slip, so neither answer is marked beforehand.  Of a change only what is another than
 * it was goes to core: so a partner's word that was left as it stood does not become our own. */
#include "web/cases/cases.h"

#include <assert.h>
#include <string.h>

#include "base/check.h"
#include "base/date.h"
#include "base/limits.h"
#include "base/limits_screens.h"
#include "base/text.h"
#include "client/words/day.h"
#include "client/words/words.h"
#include "web/again.h"
#include "web/cases/parts.h"
#include "web/page.h"

enum { OK = 200, ADDRESS = 64, LANGUAGES = 24 };

/* Core says of a text that it is too long; here is only the most that a form brings. */
#define ROW(number, name, kind, folded) {#name, FORM_##kind, 4 * LIMIT_FIELD, false},
const struct form_field cases_person[CASES_PERSON] = {
	PARTS_PERSON(ROW){"same", FORM_CODE, PARTS_ID, false}, {"v", FORM_NUMBER, 18, false}};
#undef ROW

static_assert(CASES_PERSON + 2 <= FORM_FIELDS, "with k and i");
static_assert(4 * LIMIT_FIELD <= UINT16_MAX && 4 * LIMIT_FIELD < LIMIT_FORM,
	      "one field that is too long still comes in any script, so that core says which");
static_assert(CASES_PERSON == PARTS_FIELDS + 2, "same and v");

/* ---- the form ---- */

/* The languages that there are words for, and the one that stands there already. */
static size_t languages(struct visit *v, const char *now, struct page_person_plain_choices *out)
{
	const char *code;
	bool had = now[0] == '\0';
	size_t n = 1;

	require(now != NULL);
	out[0] = (struct page_person_plain_choices){.code = "", .text = "–", .on = had};
	for (size_t i = 0;
	     n < LANGUAGES - 1 && (code = list_code(LIST_CODES, "notice-language", i)) != NULL;
	     i++) {
		if (strcmp(code, "other") == 0)
			continue;
		out[n++] = (struct page_person_plain_choices){
			.code = code,
			.text = visit_capital(v, list_text(LIST_CODES, v->lang, code)),
			.on = strcmp(code, now) == 0};
		had = had || out[n - 1].on;
	}
	if (!had)
		out[n++] = (struct page_person_plain_choices){.code = now, .text = now, .on = true};
	return n;
}

/* Core refused a change because somebody else changed the case meanwhile, and this field with it. */
static bool changed_there(const struct msg *before, const char *field)
{
	const size_t len = strlen(field);

	for (size_t i = 0; before != NULL && i < msg_count(before, REPLY_VALUES); i++) {
		const struct msg *value = msg_at(before, REPLY_VALUES, i);
		const char *p = msg_text(value, VALUE_CODE);

		if (strcmp(msg_text(value, VALUE_NAME), "fields") != 0)
			continue;
		for (; *p != '\0'; p += strspn(p, " ,")) {
			const size_t n = strcspn(p, " ,");

			if (n == len && memcmp(p, field, n) == 0)
				return true;
			p += n;
		}
	}
	return false;
}

/* What stands in a field: what was typed, or what is known. */
static const char *value_of(struct visit *v, const struct parts_field *f, const struct msg *person,
			    const struct form *typed)
{
	require(person == NULL || msg_kind_of(person) == MSG_PERSON);
	if (typed != NULL)
		return form_value(typed, f->name);
	if (f->number == PERSON_DO_NOT_CONTACT)
		return msg_u64(person, f->number) != 0 ? "1" : "";
	return f->number == PERSON_BIRTH_DATE ? page_birth(v, msg_text(person, f->number))
					      : msg_text(person, f->number);
}

/* Where a field shows what somebody else wrote, what was typed is said beside it; a choice or a tick is made again. */
static const char *yours(const struct parts_field *f, const char *value, const struct form *typed)
{
	const char *text = f->number == PERSON_LANGUAGE || f->number == PERSON_DO_NOT_CONTACT
				   ? ""
				   : form_value(typed, f->name);

	return strcmp(text, value) == 0 ? "" : text;
}

/* typed: NULL shows what is known; before: what core said to it, or NULL. */
static void fill(struct visit *v, const char *country, const struct msg *person,
		 const struct form *typed, const struct msg *before, struct page_person *p)
{
	struct page_person_plain *plain = arena_alloc(&v->a, PARTS_FIELDS * sizeof *plain);
	struct page_person_folded *folded = arena_alloc(&v->a, PARTS_FIELDS * sizeof *folded);
	struct page_person_plain_choices *choices = arena_alloc(&v->a, LANGUAGES * sizeof *choices);

	p->plain = plain;
	p->folded = folded;
	if (plain == NULL || folded == NULL || choices == NULL)
		return;
	for (size_t i = 0; i < PARTS_FIELDS; i++) {
		const struct parts_field *f = &parts_fields[i];
		const bool theirs = typed != NULL && changed_there(before, f->name);
		const char *label = parts_label(v, country, f),
			   *value = value_of(v, f, person, theirs ? NULL : typed),
			   *own = theirs ? yours(f, value, typed) : "";

		if (f->folded) {
			p->opened = p->opened || value[0] != '\0';
			folded[p->folded_count++] = (struct page_person_folded){.name = f->name,
										.label = label,
										.value = value,
										.yours = own,
										.lines = f->lines};
			continue;
		}
		plain[p->plain_count] = (struct page_person_plain){
			.name = f->name,
			.label = label,
			.value = value,
			.yours = own,
			.lines = f->lines,
			.needed = f->number == PERSON_NAME,
			.born = f->number == PERSON_BIRTH_DATE,
			.tick = f->number == PERSON_DO_NOT_CONTACT,
			.on = value[0] != '\0'};
		if (f->number == PERSON_LANGUAGE) {
			plain[p->plain_count].choices = choices;
			plain[p->plain_count].choices_count = languages(v, value, choices);
		}
		p->plain_count++;
	}
}

/* ---- what was typed ---- */

/* As whoever types at a terminal writes it: "31-01-1990", "31 januari 1990", a month or a year alone.  All else as it stands, for core
 * to judge. */
static const char *born(struct visit *v, const char *text)
{
	char out[DATE_TEXT];

	return day_birth(text, v->lang, day_today(), out) == DAY_OK ? visit_keep(v, out) : text;
}

/* What no birthday is comes back with what is wrong.  shown: what the page said before it was typed in, which may be a partner's word; ""
 * for nothing.  True: the visit is over. */
static bool not_born(struct visit *v, const char *shown)
{
	static const char *const codes[] = {
		[DAY_UNKNOWN] = "born-unknown", [DAY_NONE] = "born-none",
		[DAY_WEEKDAY] = "born-unknown", [DAY_YEAR] = "born-year",
		[DAY_TO_COME] = "born-to-come",
	};
	const char *text = form_value(&v->form, "birth_date");
	struct msg *reply;
	char out[DATE_TEXT];
	enum day_fault fault;

	if (text_blank(text) || strcmp(text, shown) == 0)
		return false;
	fault = day_birth(text, v->lang, day_today(), out);
	if (fault == DAY_OK)
		return false;
	reply = msg_new(&v->a, MSG_REPLY);
	msg_set_text(&v->a, reply, REPLY_ERROR, "typed");
	msg_set_text(&v->a, reply, REPLY_CODE, codes[fault]);
	msg_set_text(&v->a, reply, REPLY_WHAT, "birth_date");
	again_go(v, reply, v->seen->path);
	return true;
}

/* Each field that the form has, also an empty one. */
static void put_person(struct visit *v, struct msg *person)
{
	for (size_t i = 0; i < PARTS_FIELDS; i++) {
		const struct parts_field *f = &parts_fields[i];
		const char *text = form_value(&v->form, f->name);

		if (f->number == PERSON_DO_NOT_CONTACT)
			msg_set_u64(person, f->number, text[0] != '\0');
		else
			msg_set_text(&v->a, person, f->number,
				     text_blank(text)		      ? ""
				     : f->number == PERSON_BIRTH_DATE ? born(v, text)
								      : text);
	}
}

/* ---- a new case ---- */

/* Name, birth date, number of the case, and what is the same. */
static const char *near_words(struct visit *v, const char *country, const struct msg *row)
{
	const char *birth = msg_text(row, NEAR_ROW_BIRTH_DATE);

	require(msg_kind_of(row) == MSG_NEAR_ROW);
	return visit_say(
		v, LIST_SAID, birth[0] == '\0' ? "near-row" : "near-row-born",
		FILL({"name", msg_text(row, NEAR_ROW_NAME), 0}, {"born", page_birth(v, birth), 0},
		     {"number", parts_number(v, msg_text(row, NEAR_ROW_ID)), 0},
		     {"same",
		      words_called(v->lang, country, LIST_PERSON, msg_text(row, NEAR_ROW_SAME)),
		      0}));
}

/* As many as core found; who may be seen is for core to say. */
static void fill_near(struct visit *v, const struct msg *reply, struct page_person *p)
{
	const size_t count = msg_count(reply, REPLY_NEAR);
	struct page_person_near *rows = arena_alloc(&v->a, (count + 1) * sizeof *rows);

	p->near = rows;
	for (size_t i = 0; rows != NULL && i < count; i++) {
		const struct msg *row = msg_at(reply, REPLY_NEAR, i);

		rows[p->near_count++] = (struct page_person_near){
			.id = msg_text(row, NEAR_ROW_ID),
			.words = near_words(v, msg_text(reply, REPLY_COUNTRY), row)};
	}
}

/* Three ways lead here: nothing was typed yet, something of it is wrong, or somebody on file is alike. */
static void told_new(struct visit *v, struct msg *reply)
{
	struct page_person p = {.f = &v->f};
	struct msg *before, *sought = v->own;
	struct form typed;

	if (parts_refused(v, reply) || visit_only_reads(v))
		return;
	before = again_open(v, cases_person, CASES_PERSON, &typed);
	v->f.title = list_text(LIST_WEB, v->lang, "case-new");
	v->f.at_cases = true;
	p.k = visit_k(v, "/case/new");
	p.i = visit_once(v);
	fill(v, msg_text(reply, REPLY_COUNTRY), sought, sought == NULL ? &typed : NULL, NULL, &p);
	if (before != NULL)
		fill_near(v, before, &p);
	page_person(&v->page, v->lang, &p);
	visit_show(v, OK);
}

/* Whoever may not make a case is told that there is no such page. */
void page_case_new_open(struct visit *v)
{
	struct msg *m = visit_request(v);

	msg_set_text(&v->a, msg_sub(&v->a, m, REQUEST_DRAFT_LIST), DRAFT_ASK_FORM, "case-new");
	visit_ask(v, m, told_new);
}

/* A number or a day is no name. */
void page_found_new_open(struct visit *v)
{
	const char *sought = cases_sought(v);
	struct msg *person;

	if (sought == NULL)
		return;
	if (strpbrk(sought, "0123456789") == NULL) {
		person = msg_new(&v->a, MSG_PERSON);
		msg_set_text(&v->a, person, PERSON_NAME, sought);
		v->own = person;
	}
	page_case_new_open(v);
}

/* The page of the case says what was done, which every browser asks for by itself. */
static void to_case(struct visit *v, const char *id)
{
	char to[ADDRESS];

	require(strlen(id) == PARTS_ID);
	text_format(to, sizeof to, "/c/%.40s", id);
	again_done(v,
		   strlen(form_value(&v->form, "same")) == PARTS_ID ? "did-case-added-to"
								    : "did-case-new",
		   to);
}

/* Where it is put aside which case came of this form. */
static void made_path(const struct visit *v, char out[ADDRESS])
{
	text_format(out, ADDRESS, "/case/new/%.32s", form_value(&v->form, "i"));
}

/* For whoever presses twice: the case that the first one made is no other person who is alike. */
static void told_made(struct visit *v, struct msg *reply)
{
	const char *id = msg_text(reply, REPLY_ID);
	char path[ADDRESS], no[ASIDE_NO + 1];

	if (again_refused(v, reply))
		return;
	made_path(v, path);
	/* without room for it the second one shows the first as somebody alike, and makes nothing */
	if (aside_put(v->site->aside, v->token, path, span_of(id, strlen(id)), no) != ERR_OK)
		no[0] = '\0';
	to_case(v, id);
}

static bool made_already(struct visit *v)
{
	char path[ADDRESS], id[PARTS_ID + 1] = "";
	struct span kept;

	made_path(v, path);
	kept = aside_get(v->site->aside, v->token, path, NULL);
	if (kept.len != PARTS_ID)
		return false;
	memcpy(id, kept.p, PARTS_ID);
	to_case(v, id);
	return true;
}

/* same: of whom somebody said that it is the same person; to that case is added what it does not say yet. */
static void make(struct visit *v)
{
	const char *same = form_value(&v->form, "same");
	struct msg *m = visit_request(v), *sub = msg_sub(&v->a, m, REQUEST_CASE_NEW);

	put_person(v, msg_sub(&v->a, sub, CASE_NEW_PERSON));
	if (strlen(same) == PARTS_ID)
		msg_set_text(&v->a, sub, CASE_NEW_SAME_AS, same);
	visit_ask(v, m, told_made);
}

/* Somebody alike: the form comes back with them, and nothing was made. */
static void told_near(struct visit *v, struct msg *reply)
{
	if (again_refused(v, reply))
		return;
	if (msg_count(reply, REPLY_NEAR) > 0 && made_already(v))
		return;
	if (msg_count(reply, REPLY_NEAR) > 0)
		again_go(v, reply, "/case/new");
	else
		make(v);
}

/* Who said whether it is the same one is not asked again. */
void page_case_new_try(struct visit *v)
{
	struct msg *m;

	if (not_born(v, ""))
		return;
	if (form_value(&v->form, "same")[0] != '\0') {
		make(v);
		return;
	}
	m = visit_request(v);
	msg_clear(m, REQUEST_REQUEST_ID); /* it is asked, and not done yet */
	put_person(v, msg_sub(&v->a, msg_sub(&v->a, m, REQUEST_CASE_NEAR), CASE_NEW_PERSON));
	visit_ask(v, m, told_near);
}

/* ---- what is known is changed ---- */

/* To be looked at, also where something is to be done after: that has a number of its own. */
static void ask_case(struct visit *v, visit_told told)
{
	const char *id = parts_id(v);
	struct msg *m;

	if (id == NULL)
		return;
	m = visit_request(v);
	msg_clear(m, REQUEST_REQUEST_ID);
	msg_set_text(&v->a, msg_sub(&v->a, m, REQUEST_CASE_SHOW), BY_ID_ID, id);
	visit_ask(v, m, told);
}

/* What was typed stands there again where core refused it, and else what is known. */
static void told_edit(struct visit *v, struct msg *reply)
{
	struct page_person p = {.f = &v->f};
	struct form typed;
	struct msg *before;
	char version[24];

	if (parts_refused(v, reply) || visit_only_reads(v))
		return;
	before = again_open(v, cases_person, CASES_PERSON, &typed);
	v->f.title = list_text(LIST_WEB, v->lang, "case-edit");
	v->f.at_cases = true;
	if (before == NULL && parts_shut(v, reply)) {
		parts_show_shut(v, reply);
		return;
	}
	p.id = msg_text(reply, REPLY_ID);
	p.k = visit_k(v, v->seen->path);
	p.i = visit_once(v);
	text_format(version, sizeof version, "%llu",
		    (unsigned long long)msg_u64(reply, REPLY_CURRENT) + 1);
	p.version = visit_keep(v, version);
	fill(v, msg_text(reply, REPLY_COUNTRY), msg_get(reply, REPLY_PERSON),
	     before == NULL ? NULL : &typed, before, &p);
	page_person(&v->page, v->lang, &p);
	visit_show(v, OK);
}

void page_case_edit_open(struct visit *v)
{
	ask_case(v, told_edit);
}

/* The page of the case shows what is so now. */
static void told_edited(struct visit *v, struct msg *reply)
{
	char to[ADDRESS];

	if (again_refused(v, reply))
		return;
	text_format(to, sizeof to, "/c/%s", parts_id(v));
	again_done(v, "did-case-edit", to);
}

/* Digits alone: the form took nothing else, and no more than fit. */
static uint64_t number_of(const char *s)
{
	uint64_t n = 0;

	require(strlen(s) <= 18);
	for (; *s != '\0'; s++)
		n = n * 10 + (uint64_t)(*s - '0');
	return n;
}

/* Against what core shows now: what was not touched is not sent.  Core itself refuses when the case changed since the page was drawn. */
static void told_now(struct visit *v, struct msg *reply)
{
	const struct msg *now = msg_get(reply, REPLY_PERSON);
	struct msg *m, *sub, *person;
	bool any = false;

	if (parts_refused(v, reply) || not_born(v, page_birth(v, msg_text(now, PERSON_BIRTH_DATE))))
		return;
	m = visit_request(v);
	sub = msg_sub(&v->a, m, REQUEST_CASE_EDIT);
	person = msg_sub(&v->a, sub, CASE_EDIT_PERSON);
	msg_set_text(&v->a, sub, CASE_EDIT_ID, msg_text(reply, REPLY_ID));
	if (form_value(&v->form, "v")[0] != '\0')
		msg_set_u64(sub, CASE_EDIT_EXPECT, number_of(form_value(&v->form, "v")));
	put_person(v, person);
	for (size_t i = 0; person != NULL && i < PARTS_FIELDS; i++) {
		const unsigned f = parts_fields[i].number;
		const bool same = f == PERSON_DO_NOT_CONTACT
					  ? msg_u64(person, f) == msg_u64(now, f)
					  : strcmp(msg_text(person, f), msg_text(now, f)) == 0;

		if (same)
			msg_clear(person, f);
		any = any || !same;
	}
	if (any)
		visit_ask(v, m, told_edited);
	else
		to_case(v, msg_text(reply, REPLY_ID));
}

void page_case_edit_try(struct visit *v)
{
	require(v->route->post);
	ask_case(v, told_now);
}

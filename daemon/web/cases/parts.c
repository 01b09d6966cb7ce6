/* SPDX-License-Identifier: EUPL-1.2 */
/* The same words as on the command line, out of the same lists. */
#include "web/cases/parts.h"

#include <string.h>

#include "base/check.h"
#include "base/text.h"
#include "client/words/words.h"
#include "web/page.h"

enum { OK = 200, NOT_FOUND = 404, NUMBER = 8, TIME = 12, JOINED = 2048, OWNER = 256 };

#define ROW(number, name, kind, folded) {PERSON_##number, #name, folded, FORM_##kind == FORM_LINES},
const struct parts_field parts_fields[PARTS_FIELDS] = {PARTS_PERSON(ROW)};
#undef ROW

/* A beginning of an id would do for core; an address of ours has always been whole. */
const char *parts_id(struct visit *v)
{
	const char *id = route_word(v->route, &v->path, "ID");

	if (strlen(id) == PARTS_ID && strspn(id, "0123456789abcdef") == PARTS_ID)
		return id;
	visit_notice(v, NOT_FOUND, "missing");
	return NULL;
}

void parts_ask(struct visit *v, unsigned command, visit_told told)
{
	const char *id = parts_id(v);

	if (id != NULL)
		visit_ask_id(v, command, id, told);
}

/* What is not there and what one may not see look alike. */
bool parts_refused(struct visit *v, struct msg *reply)
{
	const char *code = msg_text(reply, REPLY_CODE);

	if (v->route->post ||
	    (strcmp(code, "case-unknown") != 0 && strcmp(code, "consent-unknown") != 0))
		return page_refused(v, reply);
	visit_notice(v, NOT_FOUND, "missing");
	return true;
}

/* An id begins with the time at which it was made. */
const char *parts_number(struct visit *v, const char *id)
{
	char out[NUMBER + 1];

	require(id != NULL);
	text_format(out, sizeof out, "%s", id + (strlen(id) == PARTS_ID ? TIME : 0));
	return visit_keep(v, out);
}

/* One more behind those that are there, as long as it fits. */
static void join(char out[JOINED], const char *word)
{
	const size_t n = strlen(out), len = strlen(word);

	require(n < JOINED);
	if (n + len + 3 > JOINED)
		return;
	memcpy(out + n, ", ", 3);
	memcpy(out + (n == 0 ? 0 : n + 2), word, len + 1);
}

/* In the order of their bits, which is that of every list of them. */
const char *parts_cats_in(struct visit *v, enum list_lang lang, const char *country, uint64_t cats)
{
	char out[JOINED] = "";

	require(country != NULL);
	for (unsigned bit = 0; msg_cat_name(bit) != NULL; bit++)
		if ((cats >> bit & 1) != 0)
			join(out, words_called(lang, country, LIST_CATEGORIES, msg_cat_name(bit)));
	return visit_keep(v, out);
}

const char *parts_cats(struct visit *v, const char *country, uint64_t cats)
{
	return parts_cats_in(v, v->lang, country, cats);
}

/* Core parts codes by blanks in one place and by commas in another. */
const char *parts_codes(struct visit *v, const char *country, enum list_id list, const char *codes)
{
	char out[JOINED] = "", code[64];

	require(codes != NULL && country != NULL);
	for (const char *p = codes + strspn(codes, ", "); *p != '\0'; p += strspn(p, ", ")) {
		const size_t n = strcspn(p, ", ");

		text_format(code, sizeof code, "%.*s", (int)(n < sizeof code ? n : 0), p);
		join(out, words_called(v->lang, country, list, code));
		p += n;
	}
	return visit_keep(v, out);
}

/* In place of a name there may be a reason why none is shown: nobody is called so. */
const char *parts_name(struct visit *v, const struct msg *row)
{
	const char *hollow = msg_text(row, CASE_ROW_HOLLOW);

	require(msg_kind_of(row) == MSG_CASE_ROW);
	return visit_keep(v, hollow[0] == '\0' ? msg_text(row, CASE_ROW_NAME)
					       : list_text(LIST_UI, v->lang, hollow));
}

const char *parts_whose(struct visit *v, const struct msg *reply)
{
	require(msg_kind_of(reply) == MSG_REPLY);
	return msg_count(reply, REPLY_CASES) == 0 ? NULL
						  : parts_name(v, msg_at(reply, REPLY_CASES, 0));
}

bool parts_ours(const struct msg *reply)
{
	const struct msg *o = msg_get(reply, REPLY_OWNER);

	require(msg_kind_of(reply) == MSG_REPLY);
	return o == NULL || strcmp(msg_text(o, OWNER_ROW_WHO), "us") == 0;
}

/* A partner is named with its number: who wonders phones.  A code that only newer nodes know: nobody writes before people looked. */
const char *parts_owner(struct visit *v, const struct msg *reply)
{
	static const char *const keys[][2] = {{"us", "owner-us"},
					      {"partner", "owner-partner"},
					      {"on-its-way", "owner-on-its-way"},
					      {"elsewhere", "owner-elsewhere"},
					      {"being-compared", "owner-being-compared"},
					      {"being-given-back", "owner-being-given-back"}};
	const struct msg *o = msg_get(reply, REPLY_OWNER);
	const char *who = o == NULL ? "us" : msg_text(o, OWNER_ROW_WHO), *key = "owner-nobody";
	const char *phone = msg_text(o, OWNER_ROW_PHONE);
	char partner[OWNER];

	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
		if (strcmp(keys[i][0], who) == 0)
			key = keys[i][1];
	text_format(partner, sizeof partner, "%.120s%s%.100s%s", msg_text(o, OWNER_ROW_PARTNER),
		    phone[0] == '\0' ? "" : " (", phone, phone[0] == '\0' ? "" : ")");
	return visit_say(v, LIST_SAY, key, FILL({"partner", partner, 0}));
}

/* As core has it when it is asked to do it. */
void parts_say(struct visit *v, const char *code, const char *name, const char *text)
{
	struct msg *reply = msg_new(&v->a, MSG_REPLY), *value;

	if (reply == NULL)
		return;
	msg_set_text(&v->a, reply, REPLY_CODE, code);
	value = name == NULL ? NULL : msg_add(&v->a, reply, REPLY_VALUES);
	if (value != NULL) {
		msg_set_text(&v->a, value, VALUE_NAME, name);
		msg_set_text(&v->a, value, VALUE_TEXT, text);
	}
	visit_wrong(v, reply);
}

bool parts_shut(struct visit *v, const struct msg *shown)
{
	const struct msg *row = msg_count(shown, REPLY_CASES) == 0 ? NULL
								   : msg_at(shown, REPLY_CASES, 0);

	if (row == NULL || msg_u64(row, CASE_ROW_CLOSED) == 0) {
		if (!parts_ours(shown))
			v->f.wrong = parts_owner(v, shown);
		return !parts_ours(shown);
	}
	parts_say(v, "case-closed", NULL, NULL);
	return true;
}

/* The case is one step away, where it is opened again. */
void parts_show_shut(struct visit *v, const struct msg *shown)
{
	struct page_case_act p = {.f = &v->f, .id = msg_text(shown, REPLY_ID)};

	require(v->f.wrong != NULL && v->f.title != NULL);
	p.name = parts_name(v, msg_at(shown, REPLY_CASES, 0));
	p.stuck = v->f.wrong;
	p.moves = msg_count(shown, REPLY_HANDOVERS) > 0 ? p.id : NULL;
	page_case_act(&v->page, v->lang, &p);
	visit_show(v, OK);
}

/* A national number is called by the name that it has in the country of this node. */
const char *parts_label(struct visit *v, const char *country, const struct parts_field *f)
{
	require(list_has(LIST_PERSON, f->name));
	return visit_capital(v, words_called(v->lang, country, LIST_PERSON, f->name));
}

/* A day and a code in the reader's language, all else as it was written. */
const char *parts_value(struct visit *v, const struct msg *person, unsigned field)
{
	const char *text;

	require(person == NULL || msg_kind_of(person) == MSG_PERSON);
	if (field == PERSON_DO_NOT_CONTACT)
		return msg_u64(person, field) == 0 ? "" : list_text(LIST_UI, v->lang, "yes");
	text = msg_text(person, field);
	if (text[0] == '\0')
		return "";
	if (field == PERSON_BIRTH_DATE)
		return page_birth(v, text);
	if (field == PERSON_LANGUAGE && list_has(LIST_CODES, text))
		return visit_capital(v, list_text(LIST_CODES, v->lang, text));
	return visit_keep(v, text);
}

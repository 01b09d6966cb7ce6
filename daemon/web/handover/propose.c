/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Of one case: may what is typed here be its file, where did it go, and to whom should it.  The person's consent to the move is asked for
 * beside the proposal, and written down only when core says that it is missing:
 *
 *	proposed	-> the page of the handover
 *	consent missing, and it was said how it was given	-> the consent, for all that the case holds; then proposed once more
 *	anything else	-> back to the form as it was typed, with what is wrong
 *
 * The second try has an id of its own, so that whoever presses twice proposes once, and a consent is not taken for the answer to a proposal.
 */
#include "web/handover/handover.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/date.h"
#include "base/text.h"
#include "client/words/words.h"
#include "web/again.h"
#include "web/cases/parts.h"
#include "web/kept/typed.h"
#include "web/page.h"

enum { OK = 200, ADDRESS = 160, NOON_MS = 43200000 };

const struct form_field handover_propose_fields[HANDOVER_PROPOSE_FIELDS] = {
	{"to", FORM_LINE, 250, false},	  {"day", FORM_NUMBER, 2, false},
	{"month", FORM_NUMBER, 2, false}, {"year", FORM_NUMBER, 4, false},
	{"how", FORM_CODE, 16, false},	  {"witness", FORM_LINE, 250, false},
};

/* What this visit heard, and what it was asked. */
struct propose {
	struct msg *shown; /* the case */
	struct form typed;
};

/* Of this visit alone. */
static struct propose *own(const struct visit *v)
{
	require(v->own != NULL);
	return v->own;
}

/* As the address has it; core says whether there is one. */
static const char *case_of(const struct visit *v)
{
	return route_word(v->route, &v->path, "CASE");
}

static void ask_case(struct visit *v, visit_told told)
{
	struct propose *p = arena_alloc(&v->a, sizeof *p);
	struct msg *m = visit_request(v), *sub = msg_sub(&v->a, m, REQUEST_CASE_SHOW);

	if (p == NULL)
		m = NULL;
	else
		*p = (struct propose){.shown = NULL};
	v->own = p;
	msg_set_text(&v->a, sub, BY_ID_ID, case_of(v));
	visit_ask(v, m, told);
}

/* ---- the page ---- */

/* Who could take it: members with nothing in the way.  Core judges again when it is proposed. */
static void fill_partners(struct visit *v, const struct msg *reply, struct page_handover_case *p)
{
	const size_t n = msg_count(reply, REPLY_PARTNERS);
	struct page_handover_case_partners *rows = arena_alloc(&v->a, (n + 1) * sizeof *rows);

	p->partners = rows;
	for (size_t i = 0; rows != NULL && i < n; i++) {
		const struct msg *row = msg_at(reply, REPLY_PARTNERS, i);

		if (msg_u64(row, PARTNER_ROW_SELF) != 0 ||
		    msg_text(row, PARTNER_ROW_STANDING)[0] != '\0' ||
		    strcmp(msg_text(row, PARTNER_ROW_CLASS_NAME), "member") != 0)
			continue;
		rows[p->partners_count++] = (struct page_handover_case_partners){
			.typed = msg_text(row, PARTNER_ROW_TYPED),
			.name = msg_text(row, PARTNER_ROW_NAME),
			.on = strcmp(msg_text(row, PARTNER_ROW_TYPED),
				     form_value(&own(v)->typed, "to")) == 0};
	}
}

/* Those that are over stand there too: where a case went is asked years later. */
static void fill_handovers(struct visit *v, const struct msg *reply, struct page_handover_case *p)
{
	const size_t n = msg_count(reply, REPLY_HANDOVERS);
	struct page_handover_case_rows *rows = arena_alloc(&v->a, (n + 1) * sizeof *rows);

	p->rows = rows;
	for (size_t i = 0; rows != NULL && i < n; i++) {
		const struct msg *row = msg_at(reply, REPLY_HANDOVERS, i);

		rows[p->rows_count++] = (struct page_handover_case_rows){
			.ref = msg_text(row, HANDOVER_ROW_REF),
			.partner = msg_text(row, HANDOVER_ROW_PARTNER),
			.state = list_text(LIST_STATES, v->lang,
					   msg_text(row, HANDOVER_ROW_STATE))};
	}
}

/* Who offers it to us and still has it: what is here is not the case yet.  NULL: nobody. */
static const char *offered_by(const struct msg *reply)
{
	for (size_t i = 0; i < msg_count(reply, REPLY_HANDOVERS); i++) {
		const struct msg *row = msg_at(reply, REPLY_HANDOVERS, i);

		if (msg_u64(row, HANDOVER_ROW_MINE) == 0 &&
		    strcmp(msg_text(row, HANDOVER_ROW_NEXT), "nobody") != 0)
			return msg_text(row, HANDOVER_ROW_PARTNER);
	}
	return NULL;
}

/* One after the other: the row of the one that is not over leads to it. */
static bool under_way(struct visit *v, const struct msg *reply)
{
	for (size_t i = 0; i < msg_count(reply, REPLY_HANDOVERS); i++) {
		const struct msg *row = msg_at(reply, REPLY_HANDOVERS, i);

		if (strcmp(msg_text(row, HANDOVER_ROW_NEXT), "nobody") == 0)
			continue;
		parts_say(v, "handover-there", "ref", msg_text(row, HANDOVER_ROW_REF));
		return true;
	}
	return false;
}

/* As the person may say it; nothing is marked before somebody asked. */
static void fill_hows(struct visit *v, struct page_handover_case *p)
{
	static const struct {
		const char *code, *text;
	} hows[] = {
		{"oral", "yes-oral"}, {"written", "yes-written"}, {"electronic", "yes-electronic"}};
	struct page_handover_case_hows *rows = arena_alloc(&v->a, sizeof hows / sizeof hows[0] *
									  sizeof *rows);

	p->hows = rows;
	for (size_t i = 0; rows != NULL && i < sizeof hows / sizeof hows[0]; i++)
		rows[p->hows_count++] = (struct page_handover_case_hows){
			.code = hows[i].code,
			.text = visit_capital(v, list_text(LIST_DIALOGUE, v->lang, hows[i].text)),
			.on = strcmp(hows[i].code, form_value(&own(v)->typed, "how")) == 0};
}

/* What was typed before comes back, whoever refused it. */
static void told_partners(struct visit *v, struct msg *reply)
{
	struct page_handover_case p = {.f = &v->f, .id = case_of(v)};
	const struct msg *shown = own(v)->shown, *before;
	const char *from = offered_by(shown);

	if (page_refused(v, reply))
		return;
	v->f.title = list_text(LIST_WEB, v->lang, "handover-title");
	v->f.at_cases = true;
	before = again_open(v, handover_propose_fields, HANDOVER_PROPOSE_FIELDS, &own(v)->typed);
	p.who = msg_text(msg_get(shown, REPLY_PERSON), PERSON_NAME);
	p.owner = from == NULL
			  ? parts_owner(v, shown)
			  : visit_say(v, LIST_WEB, "handover-not-yet", FILL({"partner", from, 0}));
	p.ours = !v->f.reads && from == NULL && parts_ours(shown) &&
		 (before != NULL || (!under_way(v, shown) && !parts_shut(v, shown)));
	if (!p.ours)
		typed_words(v);
	fill_handovers(v, shown, &p);
	fill_partners(v, reply, &p);
	fill_hows(v, &p);
	p.day = form_value(&own(v)->typed, "day");
	p.month = form_value(&own(v)->typed, "month");
	p.year = form_value(&own(v)->typed, "year");
	p.witness = form_value(&own(v)->typed, "witness");
	p.k = visit_k(v, v->seen->path);
	p.i = visit_once(v);
	page_handover_case(&v->page, v->lang, &p);
	visit_show(v, OK);
}

/* A case that moved away is refused here, with where it is and until when it is kept. */
static void told_case(struct visit *v, struct msg *reply)
{
	struct msg *m;

	if (page_refused(v, reply))
		return;
	require(own(v)->shown == NULL);
	own(v)->shown = reply;
	m = visit_request(v);
	(void)msg_sub(&v->a, m, REQUEST_PARTNER_LIST);
	visit_ask(v, m, told_partners);
}

void handover_case_open(struct visit *v)
{
	ask_case(v, told_case);
}

/* ---- the form ---- */

/* Its page says who is to move. */
static void told_proposed(struct visit *v, struct msg *reply)
{
	char to[ADDRESS];

	if (again_refused(v, reply))
		return;
	if (msg_count(reply, REPLY_HANDOVERS) == 0) {
		visit_go(v, v->seen->path);
		return;
	}
	(void)snprintf(to, sizeof to, "/h/%.40s",
		       msg_text(msg_at(reply, REPLY_HANDOVERS, 0), HANDOVER_ROW_REF));
	again_done(v, "did-handover-propose", to);
}

/* Nothing was typed: no day was agreed.  A day that does not exist is past every limit, and core says so. */
static uint64_t day_ms(const struct visit *v)
{
	const char *day = form_value(&v->form, "day"), *month = form_value(&v->form, "month"),
		   *year = form_value(&v->form, "year");
	char text[DATE_TEXT];
	int64_t no;

	if (day[0] == '\0' && month[0] == '\0' && year[0] == '\0')
		return 0;
	(void)snprintf(text, sizeof text, "%04lu-%02lu-%02lu", strtoul(year, NULL, 10) % 10000,
		       strtoul(month, NULL, 10) % 100, strtoul(day, NULL, 10) % 100);
	return date_parse(text, &no) ? (uint64_t)no * DAY_MS + NOON_MS : 1;
}

/* Under an id beside the one of the page, which the consent has. */
static void ask_propose(struct visit *v, visit_told told)
{
	struct msg *m = visit_request(v), *sub = msg_sub(&v->a, m, REQUEST_HANDOVER_PROPOSE);
	const struct span id = msg_bytes(m, REQUEST_REQUEST_ID);
	uint8_t other[16];

	if (id.len == sizeof other) {
		memcpy(other, id.p, sizeof other);
		other[sizeof other - 1] ^= 1;
		msg_set_bytes(&v->a, m, REQUEST_REQUEST_ID, span_of(other, sizeof other));
	}
	msg_set_text(&v->a, sub, HANDOVER_NEW_CASE_ID, case_of(v));
	msg_set_text(&v->a, sub, HANDOVER_NEW_PARTNER, form_value(&v->form, "to"));
	if (day_ms(v) != 0)
		msg_set_u64(sub, HANDOVER_NEW_DATE_MS, day_ms(v));
	visit_ask(v, m, told);
}

/* A witness that is missing, for example. */
static void told_consent(struct visit *v, struct msg *reply)
{
	require(v->route->post);
	if (!again_refused(v, reply))
		ask_propose(v, told_proposed);
}

/* To all that the case holds: what moves is the case, and nothing of it stays to be asked about later. */
static void told_person(struct visit *v, struct msg *reply)
{
	const struct msg *person = msg_get(reply, REPLY_PERSON);
	const char *lang = msg_text(person, PERSON_LANGUAGE);
	struct msg *m, *sub;

	if (again_refused(v, reply))
		return;
	m = visit_request(v);
	sub = msg_sub(&v->a, m, REQUEST_CONSENT_GIVE);
	msg_set_text(&v->a, sub, CONSENT_GIVE_CASE_ID, case_of(v));
	msg_set_text(&v->a, sub, CONSENT_GIVE_PARTNER, form_value(&v->form, "to"));
	msg_set_text(&v->a, sub, CONSENT_GIVE_PURPOSE, "handover");
	msg_set_u64(sub, CONSENT_GIVE_CATS, person == NULL ? 0 : msg_cats(person));
	msg_set_text(&v->a, sub, CONSENT_GIVE_HOW, form_value(&v->form, "how"));
	msg_set_text(&v->a, sub, CONSENT_GIVE_WITNESS, form_value(&v->form, "witness"));
	msg_set_text(&v->a, sub, CONSENT_GIVE_NOTICE_LANGUAGE, list_langs[v->lang]);
	for (int l = 0; l < LIST_LANGS; l++)
		if (strcmp(lang, list_langs[l]) == 0)
			msg_set_text(&v->a, sub, CONSENT_GIVE_NOTICE_LANGUAGE, lang);
	visit_ask(v, m, told_consent);
}

static void told_first(struct visit *v, struct msg *reply)
{
	require(reply != NULL && v->route->post);
	if (strcmp(msg_text(reply, REPLY_CODE), "handover-consent-missing") == 0 &&
	    form_value(&v->form, "how")[0] != '\0')
		ask_case(v, told_person);
	else
		told_proposed(v, reply);
}

void handover_case_try(struct visit *v)
{
	ask_propose(v, told_first);
}

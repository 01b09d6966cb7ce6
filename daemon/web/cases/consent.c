/* SPDX-License-Identifier: EUPL-1.2 */
/* A consent, as it is given: first for whom, then what, how and until when, on one page, because the person hears it together.  Only
 * what the agreement with the partner lets through and the case holds can be ticked; the rest stands there with the reason. */
#include "web/cases/cases.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/date.h"
#include "base/limits.h"
#include "base/text.h"
#include "client/words/words.h"
#include "web/again.h"
#include "web/cases/parts.h"
#include "web/kept/typed.h"

enum { OK = 200, ADDRESS = 64, USUAL_DAYS = 182, BITS = 64, NOON_MS = DAY_MS / 2, KEY = 64 };

#define TICK(name)                                                                                 \
	{                                                                                          \
		name, FORM_NUMBER, 1, false                                                        \
	}
const struct form_field cases_consent[CASES_CONSENT] = {TICK("identity"),
							TICK("contact"),
							TICK("household"),
							TICK("children"),
							TICK("income-debt"),
							TICK("housing"),
							TICK("work-education"),
							TICK("health"),
							TICK("mental-health"),
							TICK("addiction"),
							TICK("safety"),
							TICK("justice"),
							TICK("origin"),
							TICK("conviction"),
							TICK("scores"),
							TICK("needs"),
							TICK("story"),
							TICK("attachments"),
							TICK("rights"),
							{"to", FORM_LINE, 250, true},
							{"how", FORM_CODE, 16, false},
							{"witness", FORM_LINE, 250, false},
							{"by", FORM_CODE, 20, false},
							{"day", FORM_NUMBER, 2, false},
							{"month", FORM_NUMBER, 2, false},
							{"year", FORM_NUMBER, 4, false}};
#undef TICK

static_assert(CASES_CONSENT + 2 <= FORM_FIELDS, "with k and i");
static_assert(USUAL_DAYS < (int)LIMIT_GRANT_DAYS, "six months as a rule, twelve at most");

/* As people at this machine have it. */
static int64_t today(void)
{
	const time_t now = (time_t)(clock_wall_ms() / 1000);
	struct tm tm;

	if (localtime_r(&now, &tm) == NULL)
		return (int64_t)(now / 86400);
	return date_day(tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
}

/* ---- the page ---- */

/* What the page needs of two answers of core. */
struct giving {
	struct msg *shown, *before; /* the case; what came of the form that was sent */
	struct form typed;
	const char *to;
};

/* A category in the words that are read to the person. */
static const char *aloud(struct visit *v, const char *name)
{
	char key[KEY];

	require(strlen(name) <= 40);
	text_format(key, sizeof key, "you-%.40s", name);
	return visit_say(
		v, LIST_DIALOGUE, key,
		FILL({"number", list_text(LIST_CATEGORIES, v->lang, "national-number"), 0}));
}

/* Attachments and the like are no field of the form's: they are asked about where they are sent. */
static bool asked(const char *name)
{
	for (size_t i = 0; i < CASES_CONSENT; i++)
		if (strcmp(cases_consent[i].name, name) == 0)
			return true;
	return false;
}

/* What cannot be ticked, with one reason for all of them. */
static void put_off(struct visit *v, const struct giving *g, uint64_t cats, const char *why,
		    struct page_consent_off *off, size_t *count)
{
	if (cats != 0)
		off[(*count)++] = (struct page_consent_off){
			visit_capital(v, parts_cats(v, msg_text(g->shown, REPLY_COUNTRY), cats)),
			why};
}

/* Two lists: what can be ticked, and what cannot with the reason.  Nothing is ticked beforehand: a consent is an act. */
static void fill_cats(struct visit *v, const struct giving *g, const struct msg *partner,
		      struct page_consent *p)
{
	const struct msg *person = msg_get(g->shown, REPLY_PERSON);
	const uint64_t known = person == NULL ? 0 : msg_cats(person),
		       may = msg_u64(partner, PARTNER_ROW_MAY_SEND_CATS);
	struct page_consent_cats *cats = arena_alloc(&v->a, BITS * sizeof *cats);
	struct page_consent_off *off = arena_alloc(&v->a, 2 * sizeof *off);
	uint64_t closed = 0, missing = 0;

	p->cats = cats;
	p->off = off;
	for (unsigned bit = 0; cats != NULL && msg_cat_name(bit) != NULL; bit++) {
		const char *name = msg_cat_name(bit);
		const uint64_t mask = UINT64_C(1) << bit;

		if (!asked(name))
			continue;
		/* what is needed is said in each referral, whatever the case holds */
		if ((may & mask) == 0)
			closed |= mask;
		else if ((known & mask) == 0 && strcmp(name, "needs") != 0)
			missing |= mask;
		else
			cats[p->cats_count++] = (struct page_consent_cats){
				.name = name,
				.text = visit_capital(v, list_text(LIST_CATEGORIES, v->lang, name)),
				.aloud = aloud(v, name),
				.on = g->before != NULL && form_value(&g->typed, name)[0] != '\0'};
	}
	if (off == NULL)
		return;
	put_off(v, g, missing, list_text(LIST_WEB, v->lang, "not-held"), off, &p->off_count);
	put_off(v, g, closed, list_text(LIST_DIALOGUE, v->lang, "not-agreed"), off, &p->off_count);
}

/* As many as there are codes of that use. */
static void fill_codes(struct visit *v, const struct giving *g, struct page_consent *p)
{
	struct page_consent_hows *hows = arena_alloc(&v->a, BITS * sizeof *hows);
	struct page_consent_givers *givers = arena_alloc(&v->a, BITS * sizeof *givers);
	const char *code;

	p->hows = hows;
	p->givers = givers;
	for (size_t i = 0; hows != NULL && (code = list_code(LIST_CODES, "how", i)) != NULL; i++)
		hows[p->hows_count++] = (struct page_consent_hows){
			.code = code,
			.text = visit_capital(v, list_text(LIST_CODES, v->lang, code)),
			.on = strcmp(code, form_value(&g->typed, "how")) == 0};
	for (size_t i = 0; givers != NULL && (code = list_code(LIST_CODES, "given-by", i)) != NULL;
	     i++)
		givers[p->givers_count++] = (struct page_consent_givers){
			.code = code,
			.text = visit_capital(v, list_text(LIST_CODES, v->lang, code)),
			.on = strcmp(code, form_value(&g->typed, "by")) == 0};
}

/* Six months, as a rule; what was typed stands there again whatever it was. */
static void fill_until(struct visit *v, const struct giving *g, struct page_consent *p)
{
	const struct date d = date_of(today() + USUAL_DAYS);
	char text[16];

	require(d.year >= DATE_YEAR_MIN);
	p->day = form_value(&g->typed, "day");
	p->month = form_value(&g->typed, "month");
	p->year = form_value(&g->typed, "year");
	if (g->before != NULL)
		return;
	text_format(text, sizeof text, "%d", d.day);
	p->day = visit_keep(v, text);
	text_format(text, sizeof text, "%d", d.month);
	p->month = visit_keep(v, text);
	text_format(text, sizeof text, "%d", d.year);
	p->year = visit_keep(v, text);
}

/* Everybody but this node and who was removed. */
static const struct msg *fill_partners(struct visit *v, const struct msg *reply,
				       const struct giving *g, struct page_consent *p)
{
	const size_t count = msg_count(reply, REPLY_PARTNERS);
	struct page_consent_partners *rows = arena_alloc(&v->a, (count + 1) * sizeof *rows);
	const struct msg *chosen = NULL;

	p->partners = rows;
	for (size_t i = 0; rows != NULL && i < count; i++) {
		const struct msg *r = msg_at(reply, REPLY_PARTNERS, i);
		const char *typed = msg_text(r, PARTNER_ROW_TYPED),
			   *name = msg_text(r, PARTNER_ROW_NAME);

		if (msg_u64(r, PARTNER_ROW_SELF) != 0 ||
		    strcmp(msg_text(r, PARTNER_ROW_STANDING), "removed") == 0)
			continue;
		if (typed[0] == '\0')
			typed = name;
		if (strcmp(typed, g->to) == 0)
			chosen = r;
		rows[p->partners_count++] = (struct page_consent_partners){typed, name};
	}
	return chosen;
}

/* Without a partner there is one question, with one there are all. */
static void told_partners(struct visit *v, struct msg *reply)
{
	struct page_consent p = {.f = &v->f};
	struct giving *g = v->own;
	const struct msg *partner;

	if (parts_refused(v, reply))
		return;
	require(g != NULL && g->to != NULL);
	p.id = msg_text(g->shown, REPLY_ID);
	p.name = parts_name(v, msg_at(g->shown, REPLY_CASES, 0));
	p.k = visit_k(v, v->seen->path);
	p.i = visit_once(v);
	partner = fill_partners(v, reply, g, &p);
	if (partner == NULL) /* who is a partner no more has no form */
		typed_words(v);
	if (partner != NULL) {
		p.to = g->to;
		p.what = visit_say(v, LIST_WEB, "consent-what",
				   FILL({"partner", msg_text(partner, PARTNER_ROW_NAME), 0}));
		p.witness = form_value(&g->typed, "witness");
		fill_cats(v, g, partner, &p);
		fill_codes(v, g, &p);
		fill_until(v, g, &p);
	}
	page_consent(&v->page, v->lang, &p);
	visit_show(v, OK);
}

/* What the case holds says what can be given at all. */
static void told_case(struct visit *v, struct msg *reply)
{
	struct giving *g = v->own;
	struct msg *m;

	if (parts_refused(v, reply) || visit_only_reads(v))
		return;
	require(g != NULL && msg_count(reply, REPLY_CASES) > 0);
	g->shown = reply;
	v->f.title = list_text(LIST_WEB, v->lang, "consent-new");
	v->f.at_cases = true;
	g->before = again_open(v, cases_consent, CASES_CONSENT, &g->typed);
	if (g->before == NULL && parts_shut(v, reply)) {
		parts_show_shut(v, reply);
		return;
	}
	if (g->before != NULL)
		g->to = form_value(&g->typed, "to");
	m = visit_request(v);
	(void)msg_sub(&v->a, m, REQUEST_PARTNER_LIST);
	visit_ask(v, m, told_partners);
}

/* The partner may stand in the address: an organisation is no person. */
void page_consent_new_open(struct visit *v)
{
	struct giving *g = arena_alloc(&v->a, sizeof *g);
	const char *id = parts_id(v);
	struct msg *m;

	if (id == NULL)
		return;
	m = g == NULL ? NULL : visit_request(v);
	if (g != NULL)
		*g = (struct giving){.to = form_value(&v->form, "to")};
	v->own = g;
	msg_set_text(&v->a, msg_sub(&v->a, m, REQUEST_CASE_SHOW), BY_ID_ID, id);
	visit_ask(v, m, told_case);
}

/* ---- what was ticked ---- */

/* The consent itself comes next: it is what the person may read. */
static void told_given(struct visit *v, struct msg *reply)
{
	char to[ADDRESS];

	if (again_refused(v, reply))
		return;
	text_format(to, sizeof to, "/consent/%.40s", msg_text(reply, REPLY_ID));
	again_done(v, "did-consent-give", to);
}

/* Three numbers that are a day.  One that is none is sent as the first day there was, which core refuses as past; nothing at all: as core has it. */
static uint64_t until_of(const struct visit *v)
{
	const char *day = form_value(&v->form, "day"), *month = form_value(&v->form, "month"),
		   *year = form_value(&v->form, "year");
	char text[DATE_TEXT + 8];
	int64_t no;

	if (day[0] == '\0' && month[0] == '\0' && year[0] == '\0')
		return 0;
	text_format(text, sizeof text, "%04lu-%02lu-%02lu", strtoul(year, NULL, 10),
		    strtoul(month, NULL, 10), strtoul(day, NULL, 10));
	return date_parse(text, &no) ? (uint64_t)no * DAY_MS + NOON_MS : 1;
}

/* Core judges all of it; a tick for which there is no agreement is refused there when something is to go. */
void page_consent_new_try(struct visit *v)
{
	const char *id = parts_id(v);
	struct msg *m, *sub;
	uint64_t cats = 0;

	if (id == NULL)
		return;
	for (unsigned bit = 0; msg_cat_name(bit) != NULL; bit++)
		if (asked(msg_cat_name(bit)) && form_value(&v->form, msg_cat_name(bit))[0] != '\0')
			cats |= UINT64_C(1) << bit;
	m = visit_request(v);
	sub = msg_sub(&v->a, m, REQUEST_CONSENT_GIVE);
	msg_set_text(&v->a, sub, CONSENT_GIVE_CASE_ID, id);
	msg_set_text(&v->a, sub, CONSENT_GIVE_PARTNER, form_value(&v->form, "to"));
	msg_set_text(&v->a, sub, CONSENT_GIVE_PURPOSE, "refer");
	msg_set_u64(sub, CONSENT_GIVE_CATS, cats);
	msg_set_text(&v->a, sub, CONSENT_GIVE_HOW, form_value(&v->form, "how"));
	msg_set_text(&v->a, sub, CONSENT_GIVE_WITNESS, form_value(&v->form, "witness"));
	msg_set_text(&v->a, sub, CONSENT_GIVE_GIVEN_BY, form_value(&v->form, "by"));
	msg_set_text(&v->a, sub, CONSENT_GIVE_NOTICE_LANGUAGE, list_langs[v->lang]);
	if (until_of(v) != 0)
		msg_set_u64(sub, CONSENT_GIVE_UNTIL_MS, until_of(v));
	visit_ask(v, m, told_given);
}

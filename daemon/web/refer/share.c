/* SPDX-License-Identifier: EUPL-1.2 */
/* What the partner may know.  Only categories of which the case holds something are asked about, each with what it is in the words of
 * the person; of these the agreement allows some.  What most referrals need is marked at first: who it is, how to reach the person, the
 * goals, and what the need itself is about.  Health and the like are marked by hand only.  The consent is asked for on the same page,
 * because the person hears both together; it is written down when the referral is sent. */
#include "web/refer/refer.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/date.h"
#include "base/limits.h"
#include "base/text.h"
#include "client/words/usual.h"
#include "client/words/words.h"
#include "web/page.h"

enum { OK = 200, STEP = 3, USUAL_DAYS = 182, KEY = 64, NUMBER = 12 };
static_assert(USUAL_DAYS < (int)LIMIT_GRANT_DAYS, "six months as a rule, twelve at most");

/* A case of which nothing may be read any more has none. */
static uint64_t known_of(const struct refer *r)
{
	const struct msg *person = msg_get(r->shown, REPLY_PERSON);

	return person == NULL ? 0 : msg_cats(person);
}

/* What may go there at all: what the case holds and the agreement allows.  A national number never goes along. */
static uint64_t allowed(const struct refer *r)
{
	require(r->row != NULL && r->shown != NULL);
	return known_of(r) & msg_u64(r->row, PARTNER_ROW_MAY_SEND_CATS) &
	       ~usual_bit("national-number");
}

/* The consents of the person for this partner that hold now, taken together; *last: until when the last of them does. */
static uint64_t covered(const struct refer *r, const char **last)
{
	uint64_t cats = 0;

	*last = "";
	require(r->row != NULL && r->shown != NULL);
	for (size_t i = 0; i < msg_count(r->shown, REPLY_GRANTS); i++) {
		const struct msg *g = msg_at(r->shown, REPLY_GRANTS, i);

		if (msg_u64(g, GRANT_ROW_RECEIVED) != 0 ||
		    strcmp(msg_text(g, GRANT_ROW_PARTNER), msg_text(r->row, PARTNER_ROW_NAME)) !=
			    0 ||
		    strcmp(msg_text(g, GRANT_ROW_STATE), "living") != 0 ||
		    strcmp(msg_text(g, GRANT_ROW_PURPOSE), "refer") != 0)
			continue;
		cats |= msg_u64(g, GRANT_ROW_CATS);
		if (strcmp(msg_text(g, GRANT_ROW_LAST_DAY), *last) > 0)
			*last = msg_text(g, GRANT_ROW_LAST_DAY);
	}
	return cats;
}

/* The language of the person when it is one of ours, else the worker's: what is read aloud stands on the page in it. */
static enum list_lang speaks(const struct visit *v)
{
	const char *lang = msg_text(msg_get(refer_of(v)->shown, REPLY_PERSON), PERSON_LANGUAGE);

	return visit_speaks(v, lang);
}

static const char *called(struct visit *v, enum list_lang lang, const char *category)
{
	return words_called(lang, msg_text(refer_of(v)->shown, REPLY_COUNTRY), LIST_CATEGORIES,
			    category);
}

/* "hoe men u kan bereiken": of a category, to the person. */
static const char *aloud(struct visit *v, const char *category)
{
	const enum list_lang lang = speaks(v);
	char key[KEY], text[WORDS_LONG];

	(void)snprintf(key, sizeof key, "you-%.40s", category);
	return visit_keep(v, fill_text(text, sizeof text, list_text(LIST_DIALOGUE, lang, key),
				       FILL({"number", called(v, lang, "national-number"), 0}),
				       words_plural(lang)));
}

/* Those that can be ticked, and those that cannot with the reason; what the case does not hold is no question. */
static void fill_cats(struct visit *v, struct page_refer_share *p, uint64_t had)
{
	struct refer *r = refer_of(v);
	const uint64_t known = known_of(r), may = allowed(r);
	const uint64_t on = (r->chosen ? r->share : usual_cats(r->need)) & may;
	struct page_refer_share_cats *cats = arena_alloc(&v->a, 64 * sizeof *cats);
	struct page_refer_share_off *off = arena_alloc(&v->a, 64 * sizeof *off);

	p->cats = cats;
	p->off = off;
	for (unsigned bit = 0; cats != NULL && off != NULL && msg_cat_name(bit) != NULL; bit++) {
		const char *name = msg_cat_name(bit);
		const char *text = visit_capital(v, called(v, v->lang, name));

		require(bit < 64);
		if ((known >> bit & 1) == 0)
			continue;
		if ((may >> bit & 1) == 0)
			off[p->off_count++] = (struct page_refer_share_off){
				.text = text,
				.why = list_text(LIST_DIALOGUE, v->lang,
						 strcmp(name, "national-number") == 0
							 ? "never-sent"
							 : "not-agreed")};
		else
			cats[p->cats_count++] = (struct page_refer_share_cats){
				.name = name,
				.text = text,
				.aloud = aloud(v, name),
				.lang = list_langs[speaks(v)],
				.had = (had >> bit & 1) != 0
					       ? list_text(LIST_WEB, v->lang, "share-had")
					       : NULL,
				.on = (on >> bit & 1) != 0};
	}
}

/* What the person hears, in the person's language; what is ticked is read from the list. */
static void fill_notice(struct visit *v, struct page_refer_share *p)
{
	static const char *const parts[] = {"notice-need", "notice-ticked", "notice-not",
					    "notice-back", "notice-free",   "notice-ask"};
	struct refer *r = refer_of(v);
	const enum list_lang lang = speaks(v);
	struct page_refer_share_notice *rows = arena_alloc(&v->a, sizeof parts / sizeof parts[0] *
									  sizeof *rows);
	char text[WORDS_LONG];

	p->notice = rows;
	p->notice_lang = list_langs[lang];
	for (size_t i = 0; rows != NULL && i < sizeof parts / sizeof parts[0]; i++)
		rows[p->notice_count++].text = visit_keep(
			v, fill_text(text, sizeof text, list_text(LIST_DIALOGUE, lang, parts[i]),
				     FILL({"partner", msg_text(r->row, PARTNER_ROW_NAME), 0},
					  {"need", refer_need_text(v, lang, r->need), 0}),
				     words_plural(lang)));
}

/* The person, as a rule. */
static void fill_givers(struct visit *v, struct page_refer_share *p)
{
	struct refer *r = refer_of(v);
	struct page_refer_share_givers *rows;
	const char *code;
	size_t n = 0;

	while (list_code(LIST_CODES, "given-by", n) != NULL)
		n++;
	rows = arena_alloc(&v->a, (n + 1) * sizeof *rows);
	p->givers = rows;
	for (size_t i = 0; rows != NULL && i < n; i++) {
		code = list_code(LIST_CODES, "given-by", i);
		rows[p->givers_count++] = (struct page_refer_share_givers){
			.code = code,
			.text = visit_capital(v, list_text(LIST_CODES, v->lang, code)),
			.on = strcmp(code, r->given_by) == 0};
	}
}

/* In the words of the answer. */
static void fill_hows(struct visit *v, struct page_refer_share *p)
{
	static const struct {
		const char *code, *text;
	} hows[] = {
		{"oral", "yes-oral"}, {"written", "yes-written"}, {"electronic", "yes-electronic"}};
	struct page_refer_share_hows *rows = arena_alloc(&v->a, sizeof hows / sizeof hows[0] *
									sizeof *rows);

	p->hows = rows;
	for (size_t i = 0; rows != NULL && i < sizeof hows / sizeof hows[0]; i++)
		rows[p->hows_count++] = (struct page_refer_share_hows){
			.code = hows[i].code,
			.text = visit_capital(v, list_text(LIST_DIALOGUE, v->lang, hows[i].text)),
			.on = strcmp(hows[i].code, refer_of(v)->how) == 0};
}

/* Six months, unless the draft says otherwise. */
static void fill_until(struct visit *v, struct page_refer_share *p)
{
	const int64_t until = refer_of(v)->until;
	const struct date d = date_of(until > 0 ? until : refer_today() + USUAL_DAYS);
	char day[NUMBER], month[NUMBER], year[NUMBER];

	(void)snprintf(day, sizeof day, "%d", d.day);
	(void)snprintf(month, sizeof month, "%d", d.month);
	(void)snprintf(year, sizeof year, "%d", d.year);
	require(d.year >= DATE_YEAR_MIN);
	p->day = visit_keep(v, day);
	p->month = visit_keep(v, month);
	p->year = visit_keep(v, year);
}

/* ---- what was chosen ---- */

/* A tick is a field of its category's name. */
static uint64_t ticked(const struct form *f)
{
	uint64_t cats = 0;

	for (unsigned bit = 0; msg_cat_name(bit) != NULL; bit++)
		for (size_t i = 0; i < f->count; i++)
			if (strcmp(f->fields[i].name, msg_cat_name(bit)) == 0 &&
			    f->values[i] != NULL)
				cats |= UINT64_C(1) << bit;
	return cats;
}

/* Three numbers that are a day; all empty: as core has it.  NULL, or what is wrong. */
static const char *take_until(const struct form *f, int64_t *until)
{
	const char *day = form_value(f, "day"), *month = form_value(f, "month"),
		   *year = form_value(f, "year");
	char text[DATE_TEXT];
	int64_t no;

	*until = 0;
	if (day[0] == '\0' && month[0] == '\0' && year[0] == '\0')
		return NULL;
	(void)snprintf(text, sizeof text, "%04lu-%02lu-%02lu", strtoul(year, NULL, 10) % 10000,
		       strtoul(month, NULL, 10) % 100, strtoul(day, NULL, 10) % 100);
	if (!date_parse(text, &no))
		return "until-odd";
	*until = no;
	if (no <= refer_today())
		return "consent-until-past";
	return no >= refer_today() + (int64_t)LIMIT_GRANT_DAYS ? "consent-until-far" : NULL;
}

/* What was typed is kept whatever is wrong with it. */
static const char *take_consent(struct refer *r, const struct form *f)
{
	const char *how = form_value(f, "how"), *given_by = form_value(f, "given-by");
	const bool kept = strcmp(how, "kept") == 0;
	const char *last, *wrong = take_until(f, &r->until);
	const uint64_t goes = r->share | usual_bit("needs");

	r->witness = text_blank(form_value(f, "witness")) ? "" : form_value(f, "witness");
	r->given_by = list_takes(LIST_CODES, "given-by", given_by) ? given_by : "";
	if (!kept && (strcmp(how, "oral") == 0 || strcmp(how, "written") == 0 ||
		      strcmp(how, "electronic") == 0))
		r->how = how;
	else
		r->how = "";
	if (kept)
		return (covered(r, &last) & goes) == goes ? NULL : "consent-narrow";
	if (r->how[0] == '\0')
		return "consent-how-missing";
	return refer_consents(r) ? wrong : "consent-witness-missing";
}

static const char *take_share(struct refer *r, const struct form *f)
{
	require(r->row != NULL);
	r->share = ticked(f) & allowed(r);
	r->chosen = true;
	return take_consent(r, f);
}

/* ---- the page ---- */

static void told_share(struct visit *v, struct msg *reply)
{
	struct refer *r = refer_of(v);
	struct page_refer_share p = {.f = &v->f, .who = r->label, .id = r->id};
	const char *name = msg_text(r->row, PARTNER_ROW_NAME), *last;
	const uint64_t had = covered(r, &last);

	require(reply != NULL);
	if (r->back)
		(void)take_share(r, &r->typed);
	v->f.title = list_text(LIST_WEB, v->lang, "step-share");
	refer_wrong(v);
	fill_cats(v, &p, had);
	fill_notice(v, &p);
	fill_givers(v, &p);
	fill_hows(v, &p);
	fill_until(v, &p);
	p.step = refer_step_text(v, STEP);
	p.lead = visit_say(
		v, LIST_DIALOGUE, "share-head",
		FILL({"partner", name, 0}, {"need", refer_need_text(v, v->lang, r->need), 0}));
	p.nothing = list_text(LIST_DIALOGUE, v->lang, "share-nothing");
	if (had != 0)
		p.had = visit_say(v, LIST_WEB, "share-had-until",
				  FILL({"partner", name, 0},
				       {"day", last[0] == '\0' ? "-" : page_day(v, last), 0}));
	p.kept = had != 0 && r->how[0] == '\0';
	p.witness = r->witness;
	p.k = refer_form_key(v, "share");
	page_refer_share(&v->page, v->lang, &p);
	visit_show(v, OK);
}

void refer_share_open(struct visit *v)
{
	refer_load_all(v, "share", told_share, NULL);
}

static void told_share_try(struct visit *v, struct msg *reply)
{
	struct refer *r = refer_of(v);
	const char *wrong;

	require(reply != NULL);
	wrong = take_share(r, &v->form);
	r->stops = form_value(&v->form, "stop")[0] != '\0';
	refer_save(v, wrong == NULL ? refer_next(r) : "share", r->stops ? NULL : wrong);
}

void refer_share_try(struct visit *v)
{
	refer_load_all(v, "share", told_share_try, NULL);
}

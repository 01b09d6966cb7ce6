/* SPDX-License-Identifier: EUPL-1.2 */
/* What a person takes back otherwise than by ending one consent: some of what it covers, and the rest goes on under a narrower one; or
 * every consent of the case at once. */
#include "web/cases/cases.h"

#include <string.h>

#include "base/check.h"
#include "base/text.h"
#include "web/again.h"
#include "web/cases/parts.h"
#include "web/page.h"
#include "web/papers/standing.h"

enum { OK = 200, ADDRESS = 64, BITS = 64 };

#define TICK(name)                                                                                 \
	{                                                                                          \
		name, FORM_NUMBER, 1, false                                                        \
	}
const struct form_field cases_narrow[CASES_NARROW] = {
	TICK("identity"),      TICK("contact"),	    TICK("household"),	    TICK("children"),
	TICK("income-debt"),   TICK("housing"),	    TICK("work-education"), TICK("health"),
	TICK("mental-health"), TICK("addiction"),   TICK("safety"),	    TICK("justice"),
	TICK("origin"),	       TICK("conviction"),  TICK("scores"),	    TICK("needs"),
	TICK("story"),	       TICK("attachments"), TICK("rights")};
#undef TICK

/* One that begins later is as good as one that holds: it can be taken back. */
static bool living(const struct msg *grant)
{
	const char *state = msg_text(grant, GRANT_ROW_STATE);

	require(msg_kind_of(grant) == MSG_GRANT_ROW);
	return strcmp(state, "living") == 0 || strcmp(state, "not-yet") == 0;
}

/* A category that this form asks about. */
static bool asked(const char *name)
{
	for (size_t i = 0; i < CASES_NARROW; i++)
		if (strcmp(cases_narrow[i].name, name) == 0)
			return true;
	return false;
}

/* ---- some of it ---- */

/* Nothing is ticked beforehand; what was ticked stands there again. */
static void fill_cats(struct visit *v, uint64_t had, const struct form *typed,
		      struct page_narrow *p)
{
	struct page_narrow_cats *rows = arena_alloc(&v->a, BITS * sizeof *rows);
	const char *name;

	p->cats = rows;
	for (unsigned bit = 0; rows != NULL && (name = msg_cat_name(bit)) != NULL; bit++)
		if ((had >> bit & 1) != 0 && asked(name))
			rows[p->cats_count++] = (struct page_narrow_cats){
				.name = name,
				.text = visit_capital(v, list_text(LIST_CATEGORIES, v->lang, name)),
				.on = typed->fields != NULL && form_value(typed, name)[0] != '\0'};
}

/* Where there is nothing to make narrower the consent says how it stands. */
static void told_some(struct visit *v, struct msg *reply)
{
	struct page_narrow p = {.f = &v->f};
	const struct msg *g;
	char path[ADDRESS];
	struct form typed;

	if (parts_refused(v, reply) || visit_only_reads(v))
		return;
	require(msg_count(reply, REPLY_GRANTS) > 0);
	g = msg_at(reply, REPLY_GRANTS, 0);
	text_format(path, sizeof path, "/consent/%s", parts_id(v));
	if (!living(g) || msg_u64(g, GRANT_ROW_RECEIVED) != 0) {
		visit_go(v, path);
		return;
	}
	(void)again_open(v, cases_narrow, CASES_NARROW, &typed);
	v->f.title = list_text(LIST_WEB, v->lang, "narrow-title");
	v->f.at_cases = true;
	p.id = msg_text(g, GRANT_ROW_ID);
	p.whose = parts_whose(v, reply);
	p.means = visit_say(v, LIST_SAID, "sure-consent-narrow",
			    FILL({"partner", msg_text(g, GRANT_ROW_PARTNER), 0}));
	p.k = visit_k(v, v->seen->path);
	p.i = visit_once(v);
	fill_cats(v, msg_u64(g, GRANT_ROW_CATS), &typed, &p);
	page_narrow(&v->page, v->lang, &p);
	visit_show(v, OK);
}

/* Core says whose consent it is, and how it stands. */
void page_narrow_open(struct visit *v)
{
	parts_ask(v, REQUEST_CONSENT_SHOW, told_some);
}

/* The one that took its place is what the person may read; when nothing was left there is none. */
static void told_narrowed(struct visit *v, struct msg *reply)
{
	const char *next = msg_text(reply, REPLY_ID);
	char to[ADDRESS];

	if (again_refused(v, reply))
		return;
	text_format(to, sizeof to, "/consent/%.40s", next[0] == '\0' ? parts_id(v) : next);
	again_done(v, next[0] == '\0' ? "did-consent-withdraw" : "did-consent-narrow", to);
}

/* Also none: core refuses that, and never takes it for all. */
void page_narrow_try(struct visit *v)
{
	const char *id = parts_id(v);
	struct msg *m, *sub;
	uint64_t only = 0;

	if (id == NULL)
		return;
	for (unsigned bit = 0; msg_cat_name(bit) != NULL; bit++)
		if (asked(msg_cat_name(bit)) && form_value(&v->form, msg_cat_name(bit))[0] != '\0')
			only |= UINT64_C(1) << bit;
	m = visit_request(v);
	sub = msg_sub(&v->a, m, REQUEST_CONSENT_WITHDRAW);
	msg_set_text(&v->a, sub, CONSENT_WITHDRAW_ID, id);
	msg_set_u64(sub, CONSENT_WITHDRAW_ONLY, only);
	visit_ask(v, m, told_narrowed);
}

/* ---- all of a case ---- */

/* Those that hold, both ways: what we may see of a partner's ends with the rest. */
static void fill_grants(struct visit *v, const struct msg *reply, struct page_all_back *p)
{
	const size_t count = msg_count(reply, REPLY_GRANTS);
	struct page_all_back_grants *rows = arena_alloc(&v->a, (count + 1) * sizeof *rows);

	p->grants = rows;
	for (size_t i = 0; rows != NULL && i < count; i++) {
		const struct msg *g = msg_at(reply, REPLY_GRANTS, i);

		if (living(g))
			rows[p->grants_count++] = (struct page_all_back_grants){
				.way = visit_say(
					v, LIST_WEB,
					msg_u64(g, GRANT_ROW_RECEIVED) != 0 ? "grant-in"
									    : "grant-out",
					FILL({"partner", msg_text(g, GRANT_ROW_PARTNER), 0})),
				.cats = parts_cats(v, msg_text(reply, REPLY_COUNTRY),
						   msg_u64(g, GRANT_ROW_CATS)),
				.until = standing_short(v, g)};
	}
}

/* The same page when none is left: then it says so, and has no button. */
static void told_all(struct visit *v, struct msg *reply)
{
	struct page_all_back p = {.f = &v->f};
	struct form typed;

	if (parts_refused(v, reply) || visit_only_reads(v))
		return;
	require(msg_count(reply, REPLY_CASES) > 0);
	(void)again_open(v, NULL, 0, &typed);
	v->f.title = list_text(LIST_WEB, v->lang, "all-title");
	v->f.at_cases = true;
	p.id = msg_text(reply, REPLY_ID);
	p.name = parts_name(v, msg_at(reply, REPLY_CASES, 0));
	p.k = visit_k(v, v->seen->path);
	p.i = visit_once(v);
	fill_grants(v, reply, &p);
	page_all_back(&v->page, v->lang, &p);
	visit_show(v, OK);
}

/* Core writes down that somebody looked at the case. */
void page_all_back_open(struct visit *v)
{
	parts_ask(v, REQUEST_CASE_SHOW, told_all);
}

/* Where each partner's answer stands as it comes. */
static void told_all_back(struct visit *v, struct msg *reply)
{
	char to[ADDRESS];

	if (again_refused(v, reply))
		return;
	text_format(to, sizeof to, "/c/%s/who", parts_id(v));
	again_done(v, "did-consent-all", to);
}

/* In one turn of core: all of them end, or none does. */
void page_all_back_try(struct visit *v)
{
	const char *id = parts_id(v);
	struct msg *m, *sub;

	if (id == NULL)
		return;
	m = visit_request(v);
	sub = msg_sub(&v->a, m, REQUEST_CONSENT_WITHDRAW);
	msg_set_text(&v->a, sub, CONSENT_WITHDRAW_ID, id);
	msg_set_u64(sub, CONSENT_WITHDRAW_ALL, 1);
	visit_ask(v, m, told_all_back);
}

/* SPDX-License-Identifier: EUPL-1.2 */
/* One consent, and how it is taken back: first what that touches, then yes, then what each holder answers.  What a partner has to do is
 * shown until it said that it did. */
#include "web/cases/cases.h"

#include <string.h>

#include "base/check.h"
#include "base/text.h"
#include "client/words/whose.h"
#include "client/words/words.h"
#include "web/again.h"
#include "web/cases/parts.h"
#include "web/page.h"

enum { OK = 200, ADDRESS = 64, LINES = 12 };

/* The sentences of the command line. */
static const char *holder_key(const struct msg *g)
{
	if (msg_u64(g, GRANT_ROW_ANSWERED) != 0)
		return msg_u64(g, GRANT_ROW_PASSED_ON) != 0 ? "withdrawn-passed-on"
							    : "withdrawn-answered";
	if (msg_u64(g, GRANT_ROW_KEPT) != 0)
		return msg_text(g, GRANT_ROW_KEPT_UNTIL)[0] != '\0' ? "withdrawn-kept-until"
								    : "withdrawn-kept";
	if (msg_u64(g, GRANT_ROW_UNREACHABLE) != 0)
		return "withdrawn-unreachable";
	return msg_u64(g, GRANT_ROW_ERASING) != 0 ? "withdrawn-erasing" : "withdrawn-silent";
}

/* What became of it at whoever had the person under it. */
static const char *holder_words(struct visit *v, const struct msg *g)
{
	const char *until = msg_text(g, GRANT_ROW_KEPT_UNTIL);
	const bool answered = msg_u64(g, GRANT_ROW_ANSWERED) != 0;
	const uint64_t ms = msg_u64(g,
				    answered ? GRANT_ROW_ANSWERED_MS : GRANT_ROW_SILENT_SINCE_MS);

	require(msg_kind_of(g) == MSG_GRANT_ROW);
	if (msg_u64(g, GRANT_ROW_RECEIVED) != 0 || !msg_has(g, GRANT_ROW_ANSWERED))
		return NULL;
	return visit_say(
		v, LIST_SAID, holder_key(g),
		FILL({"partner", msg_text(g, GRANT_ROW_PARTNER), 0},
		     {"law", list_text(LIST_CODES, v->lang, msg_text(g, GRANT_ROW_STATUTE)), 0},
		     {"until", until[0] == '\0' ? "" : page_day(v, until), 0},
		     {"day", page_day_of(v, ms), 0}, {"n", NULL, msg_u64(g, GRANT_ROW_PASSED_ON)}));
}

/* A label and what stands behind it; nothing where there is nothing. */
static void line(struct visit *v, struct page_grant *p, struct page_grant_lines *rows,
		 const char *label, const char *value)
{
	require(p->lines_count < LINES);
	if (value[0] != '\0')
		rows[p->lines_count++] = (struct page_grant_lines){
			visit_capital(v, list_text(LIST_PAPER, v->lang, label)),
			visit_keep(v, value)};
}

/* A field that holds a code of a list. */
static const char *code_of(struct visit *v, const struct msg *g, unsigned field)
{
	const char *code = msg_text(g, field);

	require(msg_kind_of(g) == MSG_GRANT_ROW);
	return code[0] == '\0' ? "" : list_text(LIST_CODES, v->lang, code);
}

/* In the order in which a person asks: who, for whom, what for, what, how long. */
static void fill_lines(struct visit *v, const struct msg *reply, const struct msg *g,
		       struct page_grant *p)
{
	struct page_grant_lines *rows = arena_alloc(&v->a, LINES * sizeof *rows);
	const char *state = msg_text(g, GRANT_ROW_STATE), *day = msg_text(g, GRANT_ROW_LAST_DAY);
	char when[WORDS_SHORT];

	require(state[0] != '\0');
	p->lines = rows;
	if (rows == NULL)
		return;
	line(v, p, rows, "consent-collected-by", msg_text(g, GRANT_ROW_COLLECTED_BY));
	line(v, p, rows, "consent-recipient", msg_text(g, GRANT_ROW_RECIPIENT));
	line(v, p, rows, "consent-purpose", code_of(v, g, GRANT_ROW_PURPOSE));
	line(v, p, rows, "consent-cats",
	     parts_cats(v, msg_text(reply, REPLY_COUNTRY), msg_u64(g, GRANT_ROW_CATS)));
	line(v, p, rows, "consent-given-by", code_of(v, g, GRANT_ROW_GIVEN_BY));
	line(v, p, rows, "consent-how", code_of(v, g, GRANT_ROW_HOW));
	line(v, p, rows, "consent-onward", code_of(v, g, GRANT_ROW_ONWARD));
	line(v, p, rows, "consent-given",
	     words_moment(v->lang, msg_u64(g, GRANT_ROW_GIVEN_MS), when));
	line(v, p, rows, "consent-until", day[0] == '\0' ? "" : page_day(v, day));
	line(v, p, rows, "consent-state", list_text(LIST_UI, v->lang, state));
}

/* Those that would end with it, each with whose move it is now. */
static void fill_referrals(struct visit *v, const struct msg *reply, struct page_grant *p)
{
	const size_t count = msg_count(reply, REPLY_REFERRALS);
	struct page_grant_referrals *rows = arena_alloc(&v->a, (count + 1) * sizeof *rows);
	char move[WHOSE_LEN];

	p->referrals = rows;
	for (size_t i = 0; rows != NULL && i < count; i++) {
		const struct msg *r = msg_at(reply, REPLY_REFERRALS, i);

		rows[p->referrals_count++] = (struct page_grant_referrals){
			.partner = msg_text(r, REFERRAL_ROW_PARTNER),
			.need = list_text(LIST_NEEDS, v->lang, msg_text(r, REFERRAL_ROW_NEED)),
			.ref = msg_text(r, REFERRAL_ROW_REF),
			.state = visit_keep(v, whose_move(v->lang, r, move))};
	}
}

/* One page for both addresses: with the question when it is asked and there is something to end. */
static void told_grant(struct visit *v, struct msg *reply)
{
	const bool asks = strstr(v->route->pattern, "withdraw") != NULL;
	struct page_grant p = {.f = &v->f, .asks = asks};
	const struct msg *g;
	const char *state;
	char path[ADDRESS];
	struct form typed;

	if (parts_refused(v, reply) || (asks && visit_only_reads(v)))
		return;
	require(msg_count(reply, REPLY_GRANTS) > 0);
	if (asks)
		(void)again_open(v, NULL, 0, &typed);
	g = msg_at(reply, REPLY_GRANTS, 0);
	state = msg_text(g, GRANT_ROW_STATE);
	v->f.title = list_text(LIST_WEB, v->lang, asks ? "withdraw-title" : "consent-one");
	v->f.at_cases = true;
	p.id = msg_text(g, GRANT_ROW_ID);
	p.case_id = msg_text(g, GRANT_ROW_CASE_ID);
	p.partner = msg_text(g, GRANT_ROW_PARTNER);
	p.living = strcmp(state, "living") == 0 || strcmp(state, "not-yet") == 0;
	p.asks = asks && p.living;
	p.withdrawn = holder_words(v, g);
	text_format(path, sizeof path, "/consent/%.40s/withdraw", p.id);
	p.k = visit_k(v, path);
	p.i = visit_once(v);
	fill_lines(v, reply, g, &p);
	fill_referrals(v, reply, &p);
	page_grant(&v->page, v->lang, &p);
	visit_show(v, OK);
}

/* Who has only the number of a consent is shown what core lets that person see. */
void page_grant_open(struct visit *v)
{
	const char *id = parts_id(v);
	struct msg *m;

	if (id == NULL)
		return;
	m = visit_request(v);
	msg_set_text(&v->a, msg_sub(&v->a, m, REQUEST_CONSENT_SHOW), BY_ID_ID, id);
	visit_ask(v, m, told_grant);
}

/* Back to the consent, where each holder's answer stands as it comes. */
static void told_withdrawn(struct visit *v, struct msg *reply)
{
	char to[ADDRESS];

	if (again_refused(v, reply))
		return;
	text_format(to, sizeof to, "/consent/%s", parts_id(v));
	visit_go(v, to);
}

/* The whole consent; part of it is taken back by a narrower one. */
void page_withdraw_try(struct visit *v)
{
	const char *id = parts_id(v);
	struct msg *m;

	if (id == NULL)
		return;
	m = visit_request(v);
	msg_set_text(&v->a, msg_sub(&v->a, m, REQUEST_CONSENT_WITHDRAW), CONSENT_WITHDRAW_ID, id);
	visit_ask(v, m, told_withdrawn);
}

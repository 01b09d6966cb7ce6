/* SPDX-License-Identifier: EUPL-1.2 */
/* One consent, and how it is taken back: first what that touches, then yes, then what each holder answers.  What a partner has to do is
 * shown until it said that it did. */
#include "web/cases/cases.h"

#include <string.h>

#include "base/check.h"
#include "base/text.h"
#include "client/words/whose.h"
#include "web/again.h"
#include "web/cases/parts.h"
#include "web/page.h"
#include "web/papers/facts.h"
#include "web/papers/standing.h"

enum { OK = 200, ADDRESS = 64 };

/* What became of it at whoever had the person under it: the partner's own answer above, those behind it below.  Of one that a partner
 * collected only what was done here. */
static void fill_answers(struct visit *v, const struct msg *g, struct page_grant *p)
{
	struct standing *s = arena_alloc(&v->a, sizeof *s);
	struct page_grant_behind *rows;
	const char *until = msg_text(g, GRANT_ROW_KEPT_UNTIL);
	const char *key = until[0] != '\0'			? "grant-here-kept"
			  : msg_u64(g, GRANT_ROW_ANSWERED) != 0 ? "grant-here"
								: "grant-here-soon";

	if (msg_u64(g, GRANT_ROW_RECEIVED) != 0 && msg_has(g, GRANT_ROW_ANSWERED))
		p->withdrawn = visit_say(
			v, LIST_WEB, key,
			FILL({"partner", msg_text(g, GRANT_ROW_PARTNER), 0},
			     {"until", until[0] == '\0' ? "" : page_day(v, until), 0},
			     {"day", page_day_of(v, msg_u64(g, GRANT_ROW_ANSWERED_MS)), 0}));
	if (s == NULL)
		return;
	standing_of(v, v->lang, g, s);
	if (s->count == 0)
		return;
	rows = arena_alloc(&v->a, s->count * sizeof *rows);
	p->withdrawn = s->lines[0];
	p->behind = rows;
	for (size_t i = 1; rows != NULL && i < s->count; i++)
		rows[p->behind_count++] = (struct page_grant_behind){s->lines[i]};
	p->open = msg_u64(g, GRANT_ROW_COMPLETE) == 0;
	v->page.failed = v->page.failed || s->full;
}

/* What the document says, in the reader's language. */
static void fill_lines(struct visit *v, const struct msg *reply, const struct msg *g,
		       struct page_grant *p)
{
	struct page_grant_lines *rows = arena_alloc(&v->a, FACTS * sizeof *rows);
	struct fact facts[FACTS];
	const size_t n = facts_of(v, FACTS_STAFF, v->lang, msg_text(reply, REPLY_COUNTRY), g,
				  facts);

	p->lines = rows;
	for (size_t i = 0; rows != NULL && i < n; i++)
		rows[p->lines_count++] = (struct page_grant_lines){facts[i].label, facts[i].value};
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
	g = msg_at(reply, REPLY_GRANTS, 0);
	again_did(v, again_open(v, NULL, 0, &typed), msg_text(g, GRANT_ROW_PARTNER), "");
	state = msg_text(g, GRANT_ROW_STATE);
	v->f.title = list_text(LIST_WEB, v->lang, asks ? "withdraw-title" : "consent-one");
	v->f.at_cases = true;
	p.id = msg_text(g, GRANT_ROW_ID);
	p.case_id = msg_text(g, GRANT_ROW_CASE_ID);
	p.whose = parts_whose(v, reply);
	p.means = visit_say(v, LIST_WEB, "withdraw-means",
			    FILL({"partner", msg_text(g, GRANT_ROW_PARTNER), 0}));
	p.living = strcmp(state, "living") == 0 || strcmp(state, "not-yet") == 0;
	p.asks = asks && p.living;
	p.ours = msg_u64(g, GRANT_ROW_RECEIVED) == 0;
	p.next = msg_text(g, GRANT_ROW_SUCCESSOR);
	p.before = msg_text(g, GRANT_ROW_SUPERSEDES);
	fill_answers(v, g, &p);
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
	parts_ask(v, REQUEST_CONSENT_SHOW, told_grant);
}

/* Back to the consent, where each holder's answer stands as it comes. */
static void told_withdrawn(struct visit *v, struct msg *reply)
{
	char to[ADDRESS];

	if (again_refused(v, reply))
		return;
	text_format(to, sizeof to, "/consent/%s", parts_id(v));
	again_done(v, "did-consent-withdraw", to);
}

/* The whole consent (narrow.c has the rest). */
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

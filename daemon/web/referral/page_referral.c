/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * One referral as its page, whichever side of it this is.  In this order, because it is read from above and left as soon as one knows
 * enough:
 *
 *	what must not be overlooked	urgent, do not phone, safety
 *	whose move it is, and by when	the sentence that the command line and the lists have
 *	who, what, with whom		five lines
 *	what may be done		as core allows it at this moment
 *	what of the person went		and what did not, with whom to ask for it
 *	what both sides wrote		history.c
 *
 * It is also what somebody gets who came too late with an act: then it says how things are now.
 */
#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "client/words/withdrawn.h"
#include "client/words/words.h"
#include "proto/acts.h"
#include "web/again.h"
#include "web/cases/parts.h"
#include "web/page.h"
#include "web/referral/referral.h"

enum {
	OK = 200,
	NOT_FOUND = 404,
	ACTS_SHOWN = 24,
	STATE = 512,
	/* what a first talk is about: who it is, how to reach them, what they need, their own words */
	FIRST_ASKED = 1 << 0 | 1 << 1 | 1 << 15 | 1 << 16
};

/* ---- what may be done ---- */

/* One link; the first of what waits on us is the one that stands out. */
static void add_act(struct visit *v, struct page_referral *p, struct page_referral_acts *rows,
		    const char *act, const char *command)
{
	require(p->ref != NULL && p->acts_count <= ACTS_SHOWN);
	if (p->acts_count == ACTS_SHOWN)
		return;
	rows[p->acts_count] = (struct page_referral_acts){
		.ref = p->ref, .act = visit_keep(v, act), .words = referral_can(v, command)};
	p->acts_count++;
}

/* In core's order, what is done most first and what ends it last.  Of what was a mistake nothing is left to do. */
static void fill_acts(struct visit *v, const struct msg *row, struct page_referral *p)
{
	struct page_referral_acts *rows = arena_alloc(&v->a, ACTS_SHOWN * sizeof *rows);

	p->acts = rows;
	p->erase = strcmp(msg_text(row, REFERRAL_ROW_TODO), "erase-due") == 0;
	if (rows == NULL || strcmp(msg_text(row, REFERRAL_ROW_STATE), "error") == 0)
		return;
	for (size_t i = 0; i < msg_count(row, REFERRAL_ROW_MAY); i++) {
		const struct msg *may = msg_at(row, REFERRAL_ROW_MAY, i);
		const char *act = msg_text(may, MAY_ROW_ACT);

		if (act_named(act) == NULL)
			continue; /* of a newer node */
		add_act(v, p, rows, act, msg_text(may, MAY_ROW_COMMAND));
		if (strcmp(act, "message") == 0)
			add_act(v, p, rows, "contact", "contact");
		if (act_named(act)->number == DOC_REQUEST_ANSWER) /* the yes to the same question */
			p->give = msg_text(row, REFERRAL_ROW_CASE_ID);
	}
	if (msg_has(row, REFERRAL_ROW_RECALL_UNTIL_MS))
		add_act(v, p, rows, "recall", "recall");
	if (p->acts_count != 0 && strcmp(msg_text(row, REFERRAL_ROW_NEXT), "us") == 0)
		rows[0].first = true;
}

/* ---- what of the person went ---- */

/* Field by field, in the order in which a person tells it; an empty one is no row, and one that is not so is not said. */
static void fill_shared(struct visit *v, struct msg *reply, const struct msg *person,
			struct page_referral *p)
{
	struct msg_field f;
	size_t count = 0;
	struct page_referral_shared *rows;

	while (person != NULL && msg_field_at(person, count, &f))
		count++;
	rows = arena_alloc(&v->a, (count + 1) * sizeof *rows);
	p->shared = rows;
	for (size_t i = 0; rows != NULL && i < count && msg_field_at(person, i, &f); i++) {
		const bool says = msg_has(person, f.number) &&
				  (f.type == MSG_TYPE_TEXT || msg_u64(person, f.number) != 0);

		if (says)
			rows[p->shared_count++] = (struct page_referral_shared){
				.label = visit_capital(
					v, words_called(v->lang, msg_text(reply, REPLY_COUNTRY),
							LIST_PERSON, f.name)),
				.value = parts_value(v, person, f.number)};
	}
}

/* Our own: what is there by now, and until when the consent for it holds.  Returns the categories. */
static uint64_t fill_went(struct visit *v, struct msg *reply, struct page_referral *p)
{
	const size_t count = msg_count(reply, REPLY_GRANTS);
	struct page_referral_went *rows = arena_alloc(&v->a, (count + 1) * sizeof *rows);
	uint64_t all = 0;

	p->went = rows;
	for (size_t i = 0; rows != NULL && i < count; i++) {
		const struct msg *g = msg_at(reply, REPLY_GRANTS, i);
		const uint64_t cats = withdrawn_there(reply, msg_text(g, GRANT_ROW_ID));
		const char *state = msg_text(g, GRANT_ROW_STATE);
		char day[WORDS_SHORT];

		if (cats == 0)
			continue; /* on its way */
		all |= cats;
		rows[p->went_count++].text = visit_capital(
			v, visit_say(v, LIST_WEB,
				     strcmp(state, "living") == 0 ? "went-until" : "went-over",
				     FILL({"cats", referral_cats(v, reply, cats), 0},
					  {"day",
					   words_day(v->lang, msg_text(g, GRANT_ROW_LAST_DAY), day),
					   0},
					  {"state", list_text(LIST_UI, v->lang, state), 0})));
	}
	return all;
}

/* Whoever asked for more now would get no answer: a referral that is over has no messages. */
static bool goes_on(const struct msg *row)
{
	for (size_t i = 0; i < msg_count(row, REFERRAL_ROW_MAY); i++)
		if (strcmp(msg_text(msg_at(row, REFERRAL_ROW_MAY, i), MAY_ROW_ACT), "message") == 0)
			return true;
	return false;
}

struct backs {
	struct visit *v;
	struct page_referral_back *rows;
	size_t count, most;
};

static void on_back(void *ctx, bool first, const char *text)
{
	struct backs *b = ctx;

	(void)first;
	require(b->count < b->most);
	b->rows[b->count++].text = visit_keep(b->v, text);
}

/* What the person took back is neither there nor to be asked for.  Returns the categories. */
static uint64_t fill_back(struct visit *v, const struct msg *reply, struct page_referral *p)
{
	struct backs b = {.v = v, .most = msg_count(reply, REPLY_TAKEN_BACK)};
	uint64_t cats;

	b.rows = arena_alloc(&v->a, (b.most + 1) * sizeof *b.rows);
	if (b.rows == NULL)
		return 0;
	cats = withdrawn_back(v->lang, reply, on_back, &b);
	p->back = b.rows;
	p->back_count = b.count;
	return cats;
}

/* What went, what did not, and where to ask for it as long as that is possible.  Where nothing can be read that is said first, with the reason: a page that is merely empty
 * looks as if there were nothing to know. */
static void fill_person(struct visit *v, struct msg *reply, const struct msg *row,
			struct page_referral *p)
{
	const bool mine = msg_u64(row, REFERRAL_ROW_MINE) != 0;
	const struct msg *person = msg_get(reply, REPLY_PERSON);
	const char *hollow = msg_text(row, REFERRAL_ROW_HOLLOW);
	uint64_t told, left;

	require(msg_kind_of(row) == MSG_REFERRAL_ROW);
	if (mine)
		told = fill_went(v, reply, p);
	else
		told = person == NULL ? 0 : msg_cats(person);
	if (!mine)
		fill_shared(v, reply, person, p);
	p->has = visit_say(v, LIST_WEB, mine ? "has-it" : "shared-it",
			   FILL({"partner", msg_text(row, REFERRAL_ROW_PARTNER), 0}));
	if (mine && told == 0)
		p->nothing = referral_said(v, withdrawn_nothing(reply), row);
	left = FIRST_ASKED & ~told & ~fill_back(v, reply, p);
	if (msg_text(row, REFERRAL_ROW_NEED)[0] != '\0')
		left &= ~((uint64_t)1 << 15);
	if (hollow[0] != '\0')
		p->hollow = visit_say(
			v, LIST_WEB, goes_on(row) ? "not-readable" : "not-readable-over",
			FILL({"why",
			      list_text(list_has(LIST_UI, hollow) ? LIST_UI : LIST_VERDICTS,
					v->lang, hollow),
			      0},
			     {"partner", msg_text(row, REFERRAL_ROW_PARTNER), 0},
			     {"ref", msg_text(row, REFERRAL_ROW_REF), 0}));
	else if (left != 0 && (mine ? told != 0 : goes_on(row)))
		p->withheld = visit_say(v, LIST_WEB, mine ? "not-told" : "not-shared",
					FILL({"cats", referral_cats(v, reply, left), 0},
					     {"partner", msg_text(row, REFERRAL_ROW_PARTNER), 0}));
}

/* ---- the page ---- */

/* "gaat elders verder · nu bij SMWO · al 2 keer doorgestuurd": state, and what changes how one reads it. */
static const char *state_of(struct visit *v, const struct msg *row)
{
	const uint64_t hops = msg_u64(row, REFERRAL_ROW_HOPS);
	const char *to = msg_text(row, REFERRAL_ROW_MOVED_TO);
	char out[STATE];

	require(msg_kind_of(row) == MSG_REFERRAL_ROW);
	(void)snprintf(out, sizeof out, "%s%s%s%s%s",
		       list_text(LIST_STATES, v->lang, msg_text(row, REFERRAL_ROW_STATE)),
		       to[0] == '\0' ? "" : " · ",
		       to[0] == '\0' ? ""
				     : visit_say(v, LIST_SAY, "moved-to", FILL({"partner", to, 0})),
		       hops == 0 ? "" : " · ",
		       hops == 0 ? "" : visit_say(v, LIST_WEB, "hops", FILL({"n", NULL, hops})));
	return visit_capital(v, out);
}

/* The five lines are the same at both ends, and in the same order as on the command line. */
void referral_show(struct visit *v, struct msg *reply)
{
	const struct msg *row = msg_at(reply, REPLY_REFERRALS, 0);
	const bool mine = msg_u64(row, REFERRAL_ROW_MINE) != 0;
	const struct page_who who = {msg_text(row, REFERRAL_ROW_NAME), "",
				     msg_text(row, REFERRAL_ROW_CASE_ID), false};
	struct page_referral p = {.f = &v->f};
	struct referral_head head;

	require(msg_kind_of(row) == MSG_REFERRAL_ROW && v->page.len == 0);
	v->f.title = list_text(LIST_WEB, v->lang, "referral");
	referral_head(v, reply, &head);
	p.urgent = head.urgent;
	p.quiet = head.quiet;
	p.safety = head.safety;
	p.mark = head.mark;
	p.move = head.move;
	p.who = page_who_text(v, &who);
	p.case_id = msg_text(row, REFERRAL_ROW_CASE_ID);
	p.need = visit_capital(v, list_text(LIST_NEEDS, v->lang, msg_text(row, REFERRAL_ROW_NEED)));
	p.between = list_text(LIST_WEB, v->lang, mine ? "to" : "from");
	p.partner = msg_text(row, REFERRAL_ROW_PARTNER);
	p.state = state_of(v, row);
	p.ref = msg_text(row, REFERRAL_ROW_REF);
	p.readers = visit_say(v, LIST_WEB, "readers", FILL({"partner", p.partner, 0}));
	p.updated = page_updated(v);
	fill_acts(v, row, &p);
	fill_person(v, reply, row, &p);
	history_fill(v, reply, &p);
	page_referral(&v->page, v->lang, &p);
	visit_show(v, OK);
}

/* A reference that nobody has and one of several that are meant are the same to a browser: no address of ours. */
bool referral_missing(struct visit *v, struct msg *reply)
{
	if (strcmp(msg_text(reply, REPLY_ERROR), "not-found") == 0) {
		visit_notice(v, NOT_FOUND, "missing");
		return true;
	}
	if (page_refused(v, reply))
		return true;
	if (msg_count(reply, REPLY_REFERRALS) == 1)
		return false;
	visit_notice(v, NOT_FOUND, "missing");
	return true;
}

void referral_ask(struct visit *v, visit_told told)
{
	visit_ask_id(v, REQUEST_SHOW, route_word(v->route, &v->path, "REF"), told);
}

static void told_referral(struct visit *v, struct msg *reply)
{
	const struct msg *row;
	struct form typed;

	if (referral_missing(v, reply))
		return;
	row = msg_at(reply, REPLY_REFERRALS, 0);
	again_did(v, again_open(v, NULL, 0, &typed), msg_text(row, REFERRAL_ROW_PARTNER),
		  msg_text(row, REFERRAL_ROW_REF));
	referral_show(v, reply);
}

void page_referral_open(struct visit *v)
{
	referral_ask(v, told_referral);
}

/* SPDX-License-Identifier: EUPL-1.2 */
/* What is to be done, in core's order: late, today, urgent, new, rest.  Where the partner is to move stands below it. */
#include "web/page.h"

#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "client/words/words.h"
#include "web/again.h"
#include "web/second/second.h"

enum { ROWS = 50, OK = 200, ADDRESS = 80 };

static bool group_is(const struct msg *row, const char *group)
{
	return strcmp(msg_text(row, WORK_ROW_GROUP), group) == 0;
}

/* Late is told by the day since when, all else by the last day; what has no term by how long it stands there. */
static const char *when(struct visit *v, const struct msg *row)
{
	const char *due = msg_text(row, WORK_ROW_DUE_DAY), *place = msg_text(row, WORK_ROW_PLACE);
	char since[WORDS_SHORT];

	if (strcmp(msg_text(row, WORK_ROW_KIND), "appointment") == 0)
		return visit_say(v, LIST_TODAY, place[0] == '\0' ? "on" : "on-at",
				 FILL({"day", page_day(v, due), 0}, {"place", place, 0}));
	if (group_is(row, "late"))
		return visit_say(v, LIST_TODAY, "late-since",
				 FILL({"day", page_day_after(v, due), 0}));
	if (group_is(row, "today"))
		return visit_say(v, LIST_TODAY, "until-today", FILL_NONE);
	if (due[0] != '\0')
		return visit_say(v, LIST_TODAY, "until", FILL({"day", page_day(v, due), 0}));
	return visit_say(
		v, LIST_TODAY, "since",
		FILL({"day", words_day_of(v->lang, msg_u64(row, WORK_ROW_SINCE_MS), since), 0}));
}

/* A partner named another one: one button begins that referral, with the need and the partner in it. */
static void put_redirect(struct visit *v, const struct msg *row, struct page_today_work *w)
{
	const char *target = msg_text(row, WORK_ROW_TARGET);
	char path[ADDRESS];

	if (strcmp(msg_text(row, WORK_ROW_KIND), "refer-on") != 0 || target[0] == '\0')
		return;
	(void)snprintf(path, sizeof path, "/refer/%.64s", msg_text(row, WORK_ROW_CASE_ID));
	w->to = target;
	w->case_id = msg_text(row, WORK_ROW_CASE_ID);
	w->need = msg_text(row, WORK_ROW_NEED);
	w->k = visit_k(v, path);
	w->i = visit_once(v);
	w->button = visit_say(v, LIST_WEB, "refer-to", FILL({"partner", target, 0}));
}

/* One line of what waits on us: what comes first, because that is what one looks for. */
static struct page_today_work work_row(struct visit *v, const struct msg *row)
{
	const struct page_who who = {
		msg_text(row, WORK_ROW_NAME), msg_text(row, WORK_ROW_BIRTH_DATE),
		msg_text(row, WORK_ROW_CASE_ID), msg_u64(row, WORK_ROW_ALIKE) != 0};

	return (struct page_today_work){
		.urgent = page_urgent(v, msg_text(row, WORK_ROW_URGENCY)),
		.what = visit_capital(v,
				      list_text(LIST_WORK, v->lang, msg_text(row, WORK_ROW_KIND))),
		.who = page_who_text(v, &who),
		.quiet = page_quiet(v, msg_u64(row, WORK_ROW_DO_NOT_CONTACT) != 0),
		.partner = msg_text(row, WORK_ROW_PARTNER),
		.ref = msg_text(row, WORK_ROW_REF),
		.moves = strncmp(msg_text(row, WORK_ROW_KIND), "handover-", strlen("handover-")) ==
			 0,
		.done = msg_u64(row, WORK_ROW_BY_HAND) != 0,
		.erase = strcmp(msg_text(row, WORK_ROW_KIND), "erase-due") == 0,
		.late = group_is(row, "late"),
		.state = visit_say(v, LIST_WEB, "us-when", FILL({"when", when(v, row), 0})),
	};
}

/* Begun and not sent: one goes on where one stopped. */
static void fill_drafts(struct visit *v, struct msg *reply, struct page_today *p)
{
	const size_t n = msg_count(reply, REPLY_DRAFTS);
	struct page_today_drafts *rows = arena_alloc(&v->a, (n + 1) * sizeof *rows);
	char when[WORDS_SHORT];

	p->drafts = rows;
	for (size_t i = n; rows != NULL && i-- > 0;) { /* the newest first */
		const struct msg *row = msg_at(reply, REPLY_DRAFTS, i);
		const struct page_who who = {msg_text(row, DRAFT_ROW_LABEL), "",
					     msg_text(row, DRAFT_ROW_CASE_ID), false};

		rows[p->drafts_count++] = (struct page_today_drafts){
			.id = msg_text(row, DRAFT_ROW_ID),
			.who = page_who_text(v, &who),
			.saved = visit_say(
				v, LIST_WEB, "draft-saved",
				FILL({"when",
				      words_clock(v->lang, msg_u64(row, DRAFT_ROW_SAVED_MS), when),
				      0}))};
	}
}

/* What somebody here asked for, and a second person has to say yes to. */
static void fill_seconds(struct visit *v, const struct msg *reply, struct page_today *p)
{
	const size_t n = msg_count(reply, REPLY_PENDING);
	struct page_today_seconds *rows = arena_alloc(&v->a, (n + 1) * sizeof *rows);

	p->seconds = rows;
	for (size_t i = 0; rows != NULL && i < n; i++) {
		const struct msg *row = msg_at(reply, REPLY_PENDING, i);

		rows[p->seconds_count++] = (struct page_today_seconds){
			.id = msg_text(row, PENDING_ROW_ID),
			.what = second_what(v, row),
			.who = second_who(v, row),
			.mark = second_may(row) ? "▶" : "○",
			.stands = second_stands(v, row)};
	}
}

/* What is not there yet cannot be late. */
static struct page_today_waiting waiting_row(struct visit *v, const struct msg *row)
{
	const struct page_who who = {
		msg_text(row, REFERRAL_ROW_NAME), msg_text(row, REFERRAL_ROW_BIRTH_DATE),
		msg_text(row, REFERRAL_ROW_CASE_ID), msg_u64(row, REFERRAL_ROW_ALIKE) != 0};
	const char *due = msg_text(row, REFERRAL_ROW_DUE_DAY);
	const bool there = msg_u64(row, REFERRAL_ROW_MINE) != 0
				   ? msg_u64(row, REFERRAL_ROW_STORED_MS) != 0
				   : msg_u64(row, REFERRAL_ROW_UNDELIVERED) == 0;
	const bool late = there && msg_u64(row, REFERRAL_ROW_OVERDUE) != 0;

	return (struct page_today_waiting){
		.who = page_who_text(v, &who),
		.need = visit_capital(
			v, list_text(LIST_NEEDS, v->lang, msg_text(row, REFERRAL_ROW_NEED))),
		.partner = msg_text(row, REFERRAL_ROW_PARTNER),
		.ref = msg_text(row, REFERRAL_ROW_REF),
		.late = late,
		.state = visit_say(
			v, LIST_TODAY,
			!there		 ? "undelivered"
			: due[0] == '\0' ? "partner"
			: late		 ? "partner-late"
					 : "partner-until",
			FILL({"partner", msg_text(row, REFERRAL_ROW_PARTNER), 0},
			     {"what",
			      list_text(LIST_WORK, v->lang, msg_text(row, REFERRAL_ROW_TODO)), 0},
			     {"day", late ? page_day_after(v, due) : page_day(v, due), 0})),
	};
}

/* Of a whole case that is to move, or to come: the work of whoever is to move is called as on their own screen. */
static struct page_today_waiting moving_row(struct visit *v, const struct msg *row)
{
	static const char *const work[][2] = {{"proposed", "handover-answer"},
					      {"agreed", "handover-send"},
					      {"staged", "handover-cede"},
					      {"ceded", "handover-take"}};
	const struct page_who who = {msg_text(row, HANDOVER_ROW_NAME), "",
				     msg_text(row, HANDOVER_ROW_CASE_ID), false};
	const char *due = msg_text(row, HANDOVER_ROW_DUE_DAY), *what = "";

	require(msg_kind_of(row) == MSG_HANDOVER_ROW);
	for (size_t i = 0; i < sizeof work / sizeof work[0]; i++)
		if (strcmp(work[i][0], msg_text(row, HANDOVER_ROW_STATE)) == 0)
			what = list_text(LIST_WORK, v->lang, work[i][1]);
	return (struct page_today_waiting){
		.who = page_who_text(v, &who),
		.need = list_text(LIST_WEB, v->lang, "handover-title"),
		.partner = msg_text(row, HANDOVER_ROW_PARTNER),
		.ref = msg_text(row, HANDOVER_ROW_REF),
		.moves = true,
		.state = visit_say(v, LIST_TODAY, due[0] == '\0' ? "partner" : "partner-until",
				   FILL({"partner", msg_text(row, HANDOVER_ROW_PARTNER), 0},
					{"what", what, 0}, {"day", page_day(v, due), 0})),
	};
}

/* "2 te laat · 3 vandaag", of this page; NULL when there is neither. */
static const char *summary(struct visit *v, struct msg *reply)
{
	uint64_t late = 0, today = 0;
	const char *a, *b;

	for (size_t i = 0; i < msg_count(reply, REPLY_WORK); i++) {
		late += group_is(msg_at(reply, REPLY_WORK, i), "late");
		today += group_is(msg_at(reply, REPLY_WORK, i), "today");
	}
	a = visit_say(v, LIST_WEB, "late-n", FILL({"n", NULL, late}));
	b = visit_say(v, LIST_WEB, "today-n", FILL({"n", NULL, today}));
	if (late == 0 || today == 0)
		return late != 0 ? a : today != 0 ? b : NULL;
	return visit_say(v, LIST_WEB, "both", FILL({"first", a, 0}, {"second", b, 0}));
}

/* Rows come in core's order, which is also the command line's. */
static void told_drafts(struct visit *v, struct msg *drafts)
{
	struct msg *reply = v->own;
	const size_t work = msg_count(reply, REPLY_WORK),
		     waiting = msg_count(reply, REPLY_REFERRALS),
		     moving = msg_count(reply, REPLY_HANDOVERS);
	const uint64_t all = msg_u64(reply, REPLY_WAITING);
	struct page_today_work *w = arena_alloc(&v->a, (work + 1) * sizeof *w);
	struct page_today_waiting *r = arena_alloc(&v->a, (waiting + moving + 1) * sizeof *r);
	struct page_today p = {.f = &v->f, .work = w, .waiting = r};
	struct form typed;

	again_did(v, again_open(v, NULL, 0, &typed), "", "");
	v->f.title = list_text(LIST_WEB, v->lang, "today");
	v->f.at_today = true;
	v->f.live = "work inbox sent";
	for (size_t i = 0; w != NULL && i < work; i++) {
		w[p.work_count] = work_row(v, msg_at(reply, REPLY_WORK, i));
		put_redirect(v, msg_at(reply, REPLY_WORK, i), &w[p.work_count++]);
	}
	for (size_t i = 0; r != NULL && i < waiting; i++)
		r[p.waiting_count++] = waiting_row(v, msg_at(reply, REPLY_REFERRALS, i));
	for (size_t i = 0; r != NULL && i < moving; i++)
		r[p.waiting_count++] = moving_row(v, msg_at(reply, REPLY_HANDOVERS, i));
	p.summary = summary(v, reply);
	p.empty = list_text(LIST_TODAY, v->lang, "empty");
	p.next = msg_text(reply, REPLY_NEXT);
	if (all > waiting && waiting > 0)
		p.more_waiting = visit_say(v, LIST_WEB, "more-waiting",
					   FILL({"n", NULL, all - waiting}));
	fill_seconds(v, reply, &p);
	fill_drafts(v, drafts, &p);
	p.updated = page_updated(v);
	page_today(&v->page, v->lang, &p);
	visit_show(v, OK);
}

static void told(struct visit *v, struct msg *reply)
{
	struct msg *m, *sub;

	if (page_refused(v, reply))
		return;
	v->own = reply;
	m = visit_request(v);
	sub = msg_sub(&v->a, m, REQUEST_DRAFT_LIST);
	msg_set_text(&v->a, sub, DRAFT_ASK_FORM, "refer");
	visit_ask(v, m, told_drafts);
}

void page_today_open(struct visit *v)
{
	struct msg *m = visit_request(v), *ask = msg_sub(&v->a, m, REQUEST_TODAY);

	msg_set_u64(ask, LIST_ASK_LIMIT, ROWS);
	if (form_value(&v->form, "after")[0] != '\0')
		msg_set_text(&v->a, ask, LIST_ASK_AFTER, form_value(&v->form, "after"));
	visit_ask(v, m, told);
}

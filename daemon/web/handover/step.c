/* SPDX-License-Identifier: EUPL-1.2 */
/* One handover: where it stands, what is missing, and a button for each step that core lets this node take now.  What cannot be undone
 * by the same hand is ticked before it is pressed. */
#include "web/handover/handover.h"

#include <string.h>

#include "base/check.h"
#include "client/words/whose.h"
#include "web/again.h"
#include "web/files/files.h"
#include "web/page.h"

enum { OK = 200, NOT_FOUND = 404, REASONS = 8, LOOKS = 2 * REASONS };

const struct form_field handover_step_fields[HANDOVER_STEP_FIELDS] = {
	{"step", FORM_CODE, 12, false},
	{"notes", FORM_NUMBER, 1, false},
	{"sure", FORM_NUMBER, 1, false},
	{"reason", FORM_CODE, 32, false},
};

/* A step as people read it; plain: one that ends it, and stands last. */
static const struct step {
	const char *name, *button, *what, *did; /* of web.psv, the last one else of said.psv */
	bool sure, plain;
} steps[] = {
	{"agree", "handover-agree", "handover-agree-what", "did-handover-agree", false, false},
	{"send", "handover-send", "handover-send-what", "did-handover-send", false, false},
	{"cede", "handover-cede", "handover-cede-what", "did-handover-cede", true, false},
	{"take", "handover-take", "handover-take-what", "did-handover-take", true, false},
	{"refuse", "handover-refuse", "handover-refuse-what", "did-handover-refuse", false, true},
	{"abort", "handover-abort", "handover-abort-what", "did-handover-abort", false, true},
	{"reclaim", "handover-reclaim", "handover-reclaim-what", "did-handover-reclaim", true,
	 false},
	{"done", "handover-done", "handover-done-what", "did-handover-done", false, true},
};
enum { STEPS = sizeof steps / sizeof steps[0] };

/* What a form names; a word that is no step of ours is none. */
static const struct step *step_of(const char *name)
{
	for (size_t i = 0; i < STEPS; i++)
		if (strcmp(steps[i].name, name) == 0)
			return &steps[i];
	return NULL;
}

/* Core said so, by its own table; here nothing is known of states. */
static bool may(const struct msg *row, const char *step)
{
	require(row != NULL && step != NULL);
	for (size_t i = 0; i < msg_count(row, HANDOVER_ROW_MAY); i++)
		if (strcmp(msg_text_at(row, HANDOVER_ROW_MAY, i), step) == 0)
			return true;
	return false;
}

/* Why a case is taken back; core takes each of them, and words are not asked for.  What is none of the others stands behind them. */
static void fill_reasons(struct visit *v, const struct form *typed, struct page_handover_steps *s)
{
	struct page_handover_steps_reasons *rows = arena_alloc(&v->a, LOOKS * sizeof *rows);
	const char *code;

	s->reasons = rows;
	for (size_t i = 0; rows != NULL && i < LOOKS; i++) {
		code = list_code(LIST_REASONS, "reclaim", i % REASONS);
		if (code == NULL || (strcmp(code, "other") == 0) != (i >= REASONS))
			continue;
		rows[s->reasons_count++] = (struct page_handover_steps_reasons){
			.code = code,
			.text = visit_capital(v, i >= REASONS
							 ? list_text(LIST_WEB, v->lang, "act-other")
							 : list_text(LIST_REASONS, v->lang, code)),
			.on = strcmp(form_value(typed, "reason"), code) == 0};
	}
}

/* In the order of the table above: what goes on first, what ends it last. */
static void fill_steps(struct visit *v, const struct msg *row, const struct form *typed,
		       struct page_handover *p)
{
	struct page_handover_steps *rows = arena_alloc(&v->a, STEPS * sizeof *rows);
	const char *k = visit_k(v, v->seen->path);

	p->steps = rows;
	for (size_t i = 0; rows != NULL && i < STEPS; i++)
		if (may(row, steps[i].name))
			rows[p->steps_count++] = (struct page_handover_steps){
				.ref = msg_text(row, HANDOVER_ROW_REF),
				.k = k,
				.i = visit_once(v),
				.name = steps[i].name,
				.button = list_text(LIST_WEB, v->lang, steps[i].button),
				.what = visit_say(
					v, LIST_WEB, steps[i].what,
					FILL({"partner", msg_text(row, HANDOVER_ROW_PARTNER), 0})),
				.sure = steps[i].sure
						? list_text(LIST_WEB, v->lang, "handover-sure")
						: NULL,
				.notes = strcmp(steps[i].name, "send") == 0
						 ? list_text(LIST_WEB, v->lang, "handover-notes")
						 : NULL,
				.plain = steps[i].plain};
	for (size_t i = 0; i < p->steps_count; i++)
		if (strcmp(rows[i].name, "reclaim") == 0)
			fill_reasons(v, typed, &rows[i]);
}

/* What was added behind the bundle, and how much of it is here; a name that core does not say is none. */
static void fill_files(struct visit *v, const struct msg *reply, struct page_handover *p)
{
	const size_t n = msg_count(reply, REPLY_FILES);
	struct page_handover_files *rows = arena_alloc(&v->a, (n + 1) * sizeof *rows);

	p->files = rows;
	for (size_t i = 0; rows != NULL && i < n; i++) {
		const struct msg *f = msg_at(reply, REPLY_FILES, i);

		rows[p->files_count++] = (struct page_handover_files){
			.id = p->id,
			.file = msg_text(f, FILE_ROW_ID),
			.name = files_name(v, f),
			.what = files_what(v, f),
			.stand = files_whole(f) ? NULL : files_stand(v, f)};
		p->saves = p->saves || files_whole(f);
	}
}

/* Of a case that moved away core says no name, so there is none here either. */
static void told_show(struct visit *v, struct msg *reply)
{
	struct page_handover p = {.f = &v->f};
	struct form typed;
	const struct msg *row;
	char whose[WHOSE_LEN];

	if (page_refused(v, reply))
		return;
	if (msg_count(reply, REPLY_HANDOVERS) == 0) {
		visit_notice(v, NOT_FOUND, "missing");
		return;
	}
	row = msg_at(reply, REPLY_HANDOVERS, 0);
	v->f.title = list_text(LIST_WEB, v->lang, "handover-title");
	v->f.at_cases = true;
	p.ref = msg_text(row, HANDOVER_ROW_REF);
	again_did(v, again_open(v, handover_step_fields, HANDOVER_STEP_FIELDS, &typed),
		  msg_text(row, HANDOVER_ROW_PARTNER), p.ref);
	p.id = msg_text(row, HANDOVER_ROW_CASE_ID);
	p.who = msg_text(row, HANDOVER_ROW_NAME);
	if (p.who[0] == '\0' && may(row, "refuse"))
		p.unknown = visit_say(v, LIST_WEB, "handover-unknown",
				      FILL({"partner", msg_text(row, HANDOVER_ROW_PARTNER), 0}));
	p.way = visit_say(v, LIST_WEB,
			  msg_u64(row, HANDOVER_ROW_MINE) != 0 ? "handover-to" : "handover-from",
			  FILL({"partner", msg_text(row, HANDOVER_ROW_PARTNER), 0}));
	p.state = visit_capital(v,
				list_text(LIST_STATES, v->lang, msg_text(row, HANDOVER_ROW_STATE)));
	/* what is still coming in is nothing to be done */
	p.mark = strcmp(msg_text(row, HANDOVER_ROW_NEXT), "us") == 0 &&
				 strcmp(msg_text(row, HANDOVER_ROW_STATE), "bundled") != 0
			 ? "▶"
			 : "○";
	p.where = visit_capital(v, whose_handover(v->lang, row, whose));
	if (msg_has(row, HANDOVER_ROW_TAKEOVER_DAY))
		p.day = page_day(v, msg_text(row, HANDOVER_ROW_TAKEOVER_DAY));
	if (msg_has(row, HANDOVER_ROW_THEIR_DAY) && !may(row, "reclaim"))
		p.theirs = visit_say(
			v, LIST_WEB, "handover-theirs",
			FILL({"partner", msg_text(row, HANDOVER_ROW_PARTNER), 0},
			     {"day", page_day(v, msg_text(row, HANDOVER_ROW_THEIR_DAY)), 0}));
	if (msg_has(row, HANDOVER_ROW_DUE_DAY))
		p.due = page_day(v, msg_text(row, HANDOVER_ROW_DUE_DAY));
	fill_files(v, reply, &p);
	fill_steps(v, row, &typed, &p);
	page_handover(&v->page, v->lang, &p);
	visit_show(v, OK);
}

void handover_open(struct visit *v)
{
	visit_ask_id(v, REQUEST_HANDOVER_SHOW, route_word(v->route, &v->path, "REF"), told_show);
}

/* The page as it is now: what was done, and who is to move. */
static void told_step(struct visit *v, struct msg *reply)
{
	if (!again_refused(v, reply))
		again_done(v, step_of(form_value(&v->form, "step"))->did, v->seen->path);
}

/* A step that is ticked by nobody is not taken: the page comes again, and says no more than it did. */
void handover_try(struct visit *v)
{
	const struct step *s = step_of(form_value(&v->form, "step"));
	struct msg *m, *sub;

	if (s == NULL || (s->sure && form_value(&v->form, "sure")[0] == '\0')) {
		visit_go(v, v->seen->path);
		return;
	}
	m = visit_request(v);
	sub = msg_sub(&v->a, m, REQUEST_HANDOVER_STEP);
	require(sub == NULL || v->route->post);
	msg_set_text(&v->a, sub, HANDOVER_STEP_REF, route_word(v->route, &v->path, "REF"));
	msg_set_text(&v->a, sub, HANDOVER_STEP_STEP, s->name);
	if (form_value(&v->form, "notes")[0] != '\0')
		msg_set_u64(sub, HANDOVER_STEP_NOTES, 1);
	if (form_value(&v->form, "reason")[0] != '\0')
		msg_set_text(&v->a, sub, HANDOVER_STEP_REASON, form_value(&v->form, "reason"));
	visit_ask(v, m, told_step);
}

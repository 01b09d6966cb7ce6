/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A form for each act, and what becomes of it:
 *
 *	the act is		core says	the browser goes to
 *	nobody's here		-		404, and nothing was asked
 *	not in `may` now	-		the referral as it is now
 *	one that asks, once	yes		the form: what would follow, and a button that does it
 *	any			no		the form: what is wrong, what was typed, the referral's move as it is now
 *	any			yes		the referral: what was done
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/date.h"
#include "client/words/reason.h"
#include "client/words/usual.h"
#include "client/words/words.h"
#include "proto/acts.h"
#include "web/again.h"
#include "web/kept/typed.h"
#include "web/page.h"
#include "web/referral/referral.h"

enum { OK = 200, NOT_FOUND = 404, KEY = 64, ADDRESS = 128, SENTENCE = 2048, NAMES = 512 };

/* What the form of one act is made of. */
struct making {
	struct visit *v;
	struct msg *reply; /* to show */
	const struct msg *row, *may;
	const struct act *act;
	const char *name; /* in the address */
	const struct form *typed;
	struct page_act p;
};

/* Two addresses are acts in a way of their own: a message that says how to reach the person, and an end that takes back what went by
 * mistake.  NULL: no act that a person does. */
static const struct act *act_at(const char *name)
{
	const struct act *a = strcmp(name, "contact") == 0  ? act_of(DOC_MESSAGE)
			      : strcmp(name, "recall") == 0 ? act_of(DOC_ERROR)
							    : act_named(name);

	return a == NULL || a->command == NULL ? NULL : a;
}

static const char *command_of(const struct making *m)
{
	const bool own = strcmp(m->name, "contact") == 0 || strcmp(m->name, "recall") == 0;

	return own ? m->name : m->act->command;
}

/* The act as core allows it now; NULL: it does not. */
static const struct msg *may_of(const struct msg *row, const struct act *act)
{
	for (size_t i = 0; i < msg_count(row, REFERRAL_ROW_MAY); i++)
		if (strcmp(msg_text(msg_at(row, REFERRAL_ROW_MAY, i), MAY_ROW_ACT), act->code) == 0)
			return msg_at(row, REFERRAL_ROW_MAY, i);
	return NULL;
}

/* Needed or not: then it has a field. */
static bool takes(const struct making *m, unsigned with)
{
	return ((msg_u64(m->may, MAY_ROW_NEEDS) | msg_u64(m->may, MAY_ROW_TAKES)) & with) != 0;
}

/* By the act's row and by how things stand: an answer that comes late needs to be meant. */
static bool needs(const struct making *m, unsigned with)
{
	return (msg_u64(m->may, MAY_ROW_NEEDS) & with) != 0;
}

/* A row of that list in the words of this act where it has them: "act-why-ask" before "act-why". */
static const char *words_for(const struct making *m, enum list_id list, const char *key)
{
	char own[KEY];

	(void)snprintf(own, sizeof own, "%s-%.32s", key, m->name);
	return list_text(list, m->v->lang, list_has(list, own) ? own : key);
}

/* "Toelichting (mag leeg blijven)": said in words, because a star is seen and not read. */
static const char *optional(const struct making *m, const char *label, bool needed)
{
	return needed ? label : visit_say(m->v, LIST_WEB, "optional", FILL({"what", label, 0}));
}

/* ---- the fields ---- */

/* What core always refuses, and what is an act of its own, is no choice; of the reasons to decline only those that a person gives are
 * (config/lists/decline-reasons.psv). */
static bool no_choice(const struct making *m, const char *code)
{
	require(code != NULL);
	return (m->act->number == DOC_ERROR && strcmp(code, "sent-by-mistake") == 0) ||
	       strcmp(code, "erased") == 0;
}

/* Words of an act tell of the person, and go under a consent that covers this; a message does not.  Core decides: here somebody is told
 * before the words are typed. */
static bool words_go(const struct making *m)
{
	uint64_t cats = 0;

	for (size_t i = 0; i < msg_count(m->reply, REPLY_GRANTS); i++)
		cats |= msg_u64(msg_at(m->reply, REPLY_GRANTS, i), GRANT_ROW_CATS);
	return m->act->number == DOC_MESSAGE || (cats & usual_bit("story")) != 0;
}

static bool may_write(const struct making *m)
{
	return needs(m, ACT_WITH_WORDS) || words_go(m);
}

/* "Andere (toelichten)" asks for words: where none may be written it is the plain word, which core takes as well. */
static const char *reason_text(const struct making *m, enum list_id list, const char *code)
{
	return strcmp(code, "other") == 0 && !may_write(m)
		       ? list_text(LIST_WEB, m->v->lang, "act-other")
		       : list_text(list, m->v->lang, code);
}

static void add_reasons(struct making *m)
{
	const enum list_id list = (enum list_id)m->act->reasons;
	const bool needed = needs(m, ACT_WITH_REASON);
	struct page_act_reasons *rows;
	size_t count = 0;

	require(m->act->command != NULL && m->may != NULL);
	if (m->act->reasons == MSG_HOLDS_ANY || !takes(m, ACT_WITH_REASON))
		return;
	while (list_code(list, m->act->code, count) != NULL)
		count++;
	rows = arena_alloc(&m->v->a, (count + 1) * sizeof *rows);
	m->p.reasons = rows;
	for (size_t i = 0; rows != NULL && i < 2 * count; i++) {
		const char *code = list_code(list, m->act->code, i % count);

		/* what is none of the others is looked for behind them */
		if (no_choice(m, code) || (strcmp(code, "other") == 0) != (i >= count))
			continue;
		rows[m->p.reasons_count++] = (struct page_act_reasons){
			.code = code,
			.words = visit_capital(m->v, reason_text(m, list, code)),
			.on = strcmp(form_value(m->typed, "reason"), code) == 0,
			.needed = needed};
	}
	m->p.why = optional(m, words_for(m, LIST_DIALOGUE, "act-why"), needed);
}

/* What the consent of this referral covers: all else needs the person first. */
static void add_share(struct making *m)
{
	struct page_act_share *rows = arena_alloc(&m->v->a, (size_t)ACT_FIELDS * sizeof *rows);
	uint64_t cats = 0;

	if (rows == NULL || !takes(m, ACT_WITH_SHARE))
		return;
	m->p.share = rows;
	for (size_t i = 0; i < msg_count(m->reply, REPLY_GRANTS); i++)
		cats |= msg_u64(msg_at(m->reply, REPLY_GRANTS, i), GRANT_ROW_CATS);
	for (size_t i = 0; i < ACT_FIELDS; i++) {
		const char *name = act_fields[i].name;
		uint64_t bit;

		if (name[0] != 'c' || name[1] < '0' || name[1] > '9')
			continue;
		bit = UINT64_C(1) << strtoul(name + 1, NULL, 10);
		if ((cats & bit) != 0)
			rows[m->p.share_count++] = (struct page_act_share){
				.box = name,
				.words = visit_capital(m->v, referral_cats(m->v, m->reply, bit)),
				.on = form_value(m->typed, name)[0] == '1'};
	}
}

/* A day in a browser's own field, which writes it as the reader does and sends it as 2026-11-27. */
static void add_days(struct making *m)
{
	char today[DATE_TEXT];
	const bool review = takes(m, ACT_WITH_REVIEW);

	if (!takes(m, ACT_WITH_REVIEW | ACT_WITH_DATE | ACT_WITH_DAY))
		return;
	date_text((int64_t)(clock_wall_ms() / DAY_MS), today);
	m->p.day_label = optional(
		m, list_text(LIST_WEB, m->v->lang, review ? "hold-until" : "appointment-day"),
		review);
	m->p.day_needed = review;
	m->p.today = visit_keep(m->v, today);
	m->p.day = form_value(m->typed, "day");
	m->p.at = takes(m, ACT_WITH_PLACE);
	m->p.at_value = form_value(m->typed, "at");
}

/* Of one line each. */
static void add_line(struct making *m, struct page_act_lines *rows, const char *field,
		     const char *label)
{
	rows[m->p.lines_count++] = (struct page_act_lines){.field = field,
							   .label = visit_capital(m->v, label),
							   .value = form_value(m->typed, field)};
}

/* What is left empty stays as it is, at both ends. */
static void add_contact(struct making *m)
{
	static const char *const fields[] = {"phone", "email", "address", "best_time"};
	struct page_act_lines *rows = arena_alloc(&m->v->a,
						  sizeof fields / sizeof *fields * sizeof *rows);

	m->p.lines = rows;
	for (size_t i = 0; rows != NULL && i < sizeof fields / sizeof *fields; i++)
		add_line(m, rows, fields[i], list_text(LIST_PERSON, m->v->lang, fields[i]));
}

/* Members of the federation, as the reply to the second question has them; whoever sent it and we ourselves cannot help. */
static void add_places(struct making *m, const struct msg *partners)
{
	const size_t count = msg_count(partners, REPLY_PARTNERS);
	struct page_act_places *rows = arena_alloc(&m->v->a, (count + 1) * sizeof *rows);
	struct page_act_lines *outside = arena_alloc(&m->v->a, sizeof *outside);
	const bool target = takes(m, ACT_WITH_TARGET);
	const char *sender = msg_text(m->row, REFERRAL_ROW_PARTNER);

	require(msg_kind_of(partners) == MSG_REPLY);
	if (rows == NULL || outside == NULL)
		return;
	m->p.places = rows;
	m->p.lines = outside;
	rows[m->p.places_count++] = (struct page_act_places){
		.value = target ? "" : "none",
		.words = list_text(LIST_WEB, m->v->lang, target ? "choose" : "nobody-known")};
	for (size_t i = 0; i < count; i++) {
		const struct msg *p = msg_at(partners, REPLY_PARTNERS, i);
		const char *name = msg_text(p, PARTNER_ROW_NAME);

		if (msg_u64(p, PARTNER_ROW_SELF) == 0 && strcmp(name, sender) != 0)
			rows[m->p.places_count++] = (struct page_act_places){
				.value = name,
				.words = name,
				.on = strcmp(form_value(m->typed, "place"), name) == 0};
	}
	m->p.place_label = list_text(LIST_WEB, m->v->lang,
				     target ? "better-where" : "who-can-help");
	add_line(m, outside, "outside", list_text(LIST_WEB, m->v->lang, "place-outside"));
}

/* A second outcome replaces the newest one; its number is core's affair and nobody's to type. */
static void add_corrects(struct making *m)
{
	const char *side = msg_u64(m->row, REFERRAL_ROW_MINE) != 0 ? "sender" : "receiver";
	char text[KEY];

	require(m->p.corrects == NULL);
	for (size_t i = 0; needs(m, ACT_WITH_CORRECTS) && i < msg_count(m->reply, REPLY_LOG); i++) {
		const struct msg *r = msg_at(m->reply, REPLY_LOG, i);

		if (strcmp(msg_text(r, LOG_ROW_SIDE), side) != 0 ||
		    strcmp(msg_text(r, LOG_ROW_ACT), m->act->code) != 0)
			continue;
		(void)snprintf(text, sizeof text, "%llu",
			       (unsigned long long)msg_u64(r, LOG_ROW_NO));
		m->p.corrects = visit_keep(m->v, text);
	}
}

/* A text goes to the partner: that stands below it. */
static void add_text(struct making *m)
{
	const bool needed = needs(m, ACT_WITH_WORDS);

	require(m->p.text_label == NULL);
	/* nothing is asked for that core then refuses; what was typed all the same stays */
	if (!may_write(m) && form_value(m->typed, "text")[0] == '\0') {
		m->p.wordless = list_text(LIST_WEB, m->v->lang, "act-text-none");
		return;
	}
	m->p.text_label = optional(m, words_for(m, LIST_WEB, "act-text"), needed);
	m->p.text = form_value(m->typed, "text");
	m->p.text_hint = visit_say(m->v, LIST_WEB, words_go(m) ? "act-text-hint" : "act-text-off",
				   FILL({"partner", msg_text(m->row, REFERRAL_ROW_PARTNER), 0}));
}

/* In the order in which a person thinks: why, what goes along, who helps, when, in words; what has to be meant comes last. */
static void add_fields(struct making *m, const struct msg *partners)
{
	if (strcmp(m->name, "contact") == 0) {
		add_contact(m);
		return;
	}
	if (strcmp(m->name, "recall") == 0)
		return;
	add_reasons(m);
	add_share(m);
	if (partners != NULL)
		add_places(m, partners);
	add_days(m);
	add_corrects(m);
	add_text(m);
	m->p.late = needs(m, ACT_WITH_LATE);
	if (m->act->number == DOC_DECLINE)
		m->p.erased = list_text(LIST_WEB, m->v->lang, "declined-erased");
}

/* ---- what would follow ---- */

/* Who has something of it, each once, as far as there is room. */
static const char *partners_of(struct visit *v, const struct msg *reply)
{
	char out[NAMES] = "";
	size_t n = 0;

	require(msg_kind_of(reply) == MSG_REPLY);
	for (size_t i = 0; i < msg_count(reply, REPLY_GRANTS); i++) {
		const char *name = msg_text(msg_at(reply, REPLY_GRANTS, i), GRANT_ROW_PARTNER);

		if (strstr(out, name) == NULL && n + strlen(name) + 3 < sizeof out)
			n += (size_t)snprintf(out + n, sizeof out - n, "%s%s", n == 0 ? "" : ", ",
					      name);
	}
	return visit_keep(v, out);
}

/* What was typed goes along unseen; the button below says it once more. */
static void ask_again(struct making *m, const struct msg *tried)
{
	struct page_act_kept *rows = arena_alloc(&m->v->a, (size_t)ACT_FIELDS * sizeof *rows);
	const char *ref = msg_text(m->row, REFERRAL_ROW_REF),
		   *partner = msg_text(m->row, REFERRAL_ROW_PARTNER);
	char key[KEY], out[SENTENCE];

	require(msg_u64(tried, REPLY_DRY_RUN) != 0 && act_has(m->act, ACT_ASKS));
	(void)snprintf(key, sizeof key, "sure-%.40s",
		       strcmp(m->name, "recall") == 0 ? m->name : m->act->code);
	(void)snprintf(out, sizeof out, "%s %s",
		       visit_say(m->v, LIST_SAID, key,
				 FILL({"ref", ref, 0}, {"partner", partner, 0},
				      {"n", NULL, msg_count(tried, REPLY_GRANTS)},
				      {"m", NULL, msg_count(tried, REPLY_REFERRALS)},
				      {"partners", partners_of(m->v, tried), 0})),
		       list_text(LIST_SAID, m->v->lang, "sure-no-way-back"));
	m->p.would = visit_keep(m->v, out);
	m->p.submit = list_text(LIST_WEB, m->v->lang, "yes-do");
	m->p.kept = rows;
	for (size_t i = 0; rows != NULL && i < ACT_FIELDS; i++) {
		const char *name = act_fields[i].name, *value = form_value(m->typed, name);

		if (value[0] != '\0' && strcmp(name, "e") != 0 && strcmp(name, "yes") != 0)
			rows[m->p.kept_count++] = (struct page_act_kept){name, value};
	}
}

/* ---- the page ---- */

static const char *number(struct visit *v, uint64_t n)
{
	char text[KEY];

	(void)snprintf(text, sizeof text, "%llu", (unsigned long long)n);
	return visit_keep(v, text);
}

/* Whoever answers reads the question, the newest one, with its own words where it has some. */
static void add_question(struct making *m)
{
	const struct msg *asked = NULL;

	for (size_t i = 0; i < msg_count(m->reply, REPLY_LOG); i++)
		if (strcmp(msg_text(msg_at(m->reply, REPLY_LOG, i), LOG_ROW_ACT), "ask") == 0)
			asked = msg_at(m->reply, REPLY_LOG, i);
	if (asked == NULL)
		return;
	m->p.asks = visit_say(m->v, LIST_WEB, "asks",
			      FILL({"partner", msg_text(m->row, REFERRAL_ROW_PARTNER), 0}));
	m->p.asked = visit_capital(m->v, reason_words(m->v->lang, asked));
	m->p.asked_text = msg_text(asked, LOG_ROW_TEXT);
}

/* Which one it is about: person and partner, because two tabs look alike. */
static void fill_frame_of(struct making *m)
{
	struct visit *v = m->v;
	const struct page_who who = {msg_text(m->row, REFERRAL_ROW_NAME), "",
				     msg_text(m->row, REFERRAL_ROW_CASE_ID), false};
	struct referral_head head;
	char action[ADDRESS], about[SENTENCE];

	referral_head(v, m->reply, &head);
	m->p.urgent = head.urgent;
	m->p.quiet = head.quiet;
	m->p.safety = head.safety;
	m->p.mark = head.mark;
	m->p.move = head.move;
	m->p.ref = msg_text(m->row, REFERRAL_ROW_REF);
	m->p.act = m->name;
	(void)snprintf(about, sizeof about, "%s · %s · %s", page_who_text(v, &who),
		       msg_text(m->row, REFERRAL_ROW_PARTNER), m->p.ref);
	m->p.about = visit_keep(v, about);
	(void)snprintf(action, sizeof action, "/r/%s/%s", m->p.ref, m->name);
	m->p.k = visit_k(v, action);
	m->p.i = visit_once(v);
	m->p.e = number(v, msg_u64(m->row, REFERRAL_ROW_LOG_LEN) + 1);
	v->f.title = referral_can(v, command_of(m));
	m->p.submit = v->f.title;
	m->p.hint = words_for(m, LIST_WEB, "act-hint");
	if (m->act->number == DOC_INFO)
		add_question(m);
}

/* partners: of the second question, or NULL where none was needed. */
static void show_form(struct visit *v, struct msg *reply, const struct msg *partners)
{
	struct form typed;
	struct msg *before = again_open(v, act_fields, ACT_FIELDS, &typed);
	struct making m = {.v = v,
			   .reply = reply,
			   .row = msg_at(reply, REPLY_REFERRALS, 0),
			   .name = route_word(v->route, &v->path, "ACT"),
			   .typed = &typed,
			   .p = {.f = &v->f}};

	m.act = act_at(m.name);
	require(m.act != NULL && m.row != NULL);
	m.may = may_of(m.row, m.act);
	if (m.may == NULL) { /* somebody was faster: as it stands now */
		typed_words(v);
		referral_show(v, reply);
		return;
	}
	fill_frame_of(&m);
	if (before != NULL && msg_text(before, REPLY_ERROR)[0] == '\0')
		ask_again(&m, before);
	else
		add_fields(&m, partners);
	page_act(&v->page, v->lang, &m.p);
	visit_show(v, OK);
}

static void told_partners(struct visit *v, struct msg *partners)
{
	if (!page_refused(v, partners))
		show_form(v, v->own, partners);
}

/* Where a place may be named, the members are asked for as well. */
static void told_form(struct visit *v, struct msg *reply)
{
	const struct act *act = act_at(route_word(v->route, &v->path, "ACT"));
	struct msg *m;

	require(act != NULL);
	if (referral_missing(v, reply) || visit_only_reads(v))
		return;
	if (!act_has(act, ACT_WITH_ALTERNATIVE | ACT_WITH_TARGET)) {
		show_form(v, reply, NULL);
		return;
	}
	v->own = reply;
	m = visit_request(v);
	(void)msg_sub(&v->a, m, REQUEST_PARTNER_LIST);
	visit_ask(v, m, told_partners);
}

/* A name that is no act of a person's is no address: core is not asked. */
void page_act_open(struct visit *v)
{
	if (act_at(route_word(v->route, &v->path, "ACT")) == NULL)
		visit_notice(v, NOT_FOUND, "missing");
	else
		referral_ask(v, told_form);
}

/* ---- the form as it was sent ---- */

/* By its row in the reply the referral has the reference that pages have. */
static void done(struct visit *v, struct msg *reply, const struct act *act, const char *name)
{
	const bool own = strcmp(name, "contact") == 0 || strcmp(name, "recall") == 0;
	const struct msg *row = msg_count(reply, REPLY_REFERRALS) == 0
					? NULL
					: msg_at(reply, REPLY_REFERRALS, 0);
	char key[KEY], to[ADDRESS];

	require(msg_text(reply, REPLY_ERROR)[0] == '\0');
	(void)snprintf(key, sizeof key, "did-%.40s", own ? name : act->code);
	(void)snprintf(to, sizeof to, "/r/%.80s", msg_text(row, REFERRAL_ROW_REF));
	again_done(v, key, to);
}

static void told_act(struct visit *v, struct msg *reply)
{
	const char *name = route_word(v->route, &v->path, "ACT");
	const struct act *act = act_at(name);

	require(act != NULL);
	if (again_refused(v, reply)) /* also of one that is there no more: its page says so */
		return;
	if (msg_u64(reply, REPLY_DRY_RUN) != 0)
		again_go(v, reply, v->seen->path);
	else
		done(v, reply, act, name);
}

/* What cannot be undone is tried first, and done when it comes back with the button of the page that says what follows. */
void page_act_try(struct visit *v)
{
	const struct act *act = act_at(route_word(v->route, &v->path, "ACT"));

	if (act == NULL) {
		visit_notice(v, NOT_FOUND, "missing");
		return;
	}
	visit_ask(v,
		  act_request(v, act,
			      act_has(act, ACT_ASKS) && form_value(&v->form, "yes")[0] != '1'),
		  told_act);
}

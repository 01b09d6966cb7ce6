/* SPDX-License-Identifier: EUPL-1.2 */
/* A referral, step by step.  After each step the draft is kept at the node, so that whoever is called away goes on later, on
 * this or another terminal.  A step may be gone back to; what was chosen is its usual answer then. */
#include "client/dialogue/dialogue.h"

#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "client/cli/page.h"
#include "client/dialogue/arrived.h"
#include "client/words/day.h"
#include "client/words/words.h"

enum { TEXT = 1024, DRAFTS_SHOWN = 20 };

/* ---- steps of their own ---- */

static enum talk step_need(struct cli *c, struct referral *r)
{
	struct talk_item items[TALK_ITEMS];
	size_t n = 0, usual = TALK_NONE, i;
	const char *code;
	enum talk t;

	for (; n < TALK_ITEMS && (code = list_code(LIST_NEEDS, "", n)) != NULL; n++) {
		items[n] = (struct talk_item){dialogue_need(c, c->lang, code), NULL};
		if (strcmp(code, r->need) == 0)
			usual = n;
	}
	talk_head(c, "need-head", FILL_NONE);
	t = talk_pick(c, items, n, usual, &i);
	if (t == TALK_OK)
		(void)snprintf(r->need, sizeof r->need, "%s", list_code(LIST_NEEDS, "", i));
	return t;
}

static enum talk step_urgency(struct cli *c, struct referral *r)
{
	const struct talk_item items[] = {{talk_of(c, "routine"), NULL},
					  {talk_of(c, "urgent"), NULL}};
	size_t i;
	enum talk t;

	talk_head(c, "urgency-head", FILL_NONE);
	t = talk_pick(c, items, 2, r->urgent ? 1 : 0, &i);
	if (t == TALK_OK)
		r->urgent = i == 1;
	return t;
}

static void append(char out[TEXT], const char *text)
{
	const size_t n = strlen(out), more = strlen(text);

	if (n + more < TEXT)
		memcpy(out + n, text, more + 1);
}

/* "SMWO, GGD Zeeland en De Mussen": of those that were sent, or that were not. */
static char *names(const struct cli *c, const struct referral *r, bool sent, char out[TEXT])
{
	size_t left = 0;

	out[0] = '\0';
	for (size_t i = 0; i < r->to_count; i++)
		left += (r->to[i].part == PART_SENT) == sent;
	for (size_t i = 0; i < r->to_count; i++) {
		if ((r->to[i].part == PART_SENT) != sent)
			continue;
		append(out, r->to[i].name);
		if (--left > 0)
			append(out, left > 1 ? ", " : talk_of(c, "and"));
	}
	return out;
}

/* ---- the last yes ---- */

/* One sentence for each that went: its reference, and by when they answer. */
static void say_sent(struct cli *c, const struct referral_to *to)
{
	const struct msg *row = arrived(c, to->reply);
	char day[WORDS_SHORT] = "";

	if (row != NULL)
		(void)words_day(c->lang, msg_text(row, REFERRAL_ROW_DUE_DAY), day);
	talk_say(c, row == NULL ? "sent" : "sent-due",
		 FILL({"partner", to->name, 0}, {"ref", msg_text(to->reply, REPLY_ID), 0},
		      {"due", day, 0}));
}

/* What went and what did not; what is left stays as a draft, so that nothing is typed again. */
static int say_done(struct cli *c, struct referral *r, const struct referral_to *bad, int code)
{
	char text[TEXT], who[TEXT];
	size_t n = 0;

	(void)putchar('\n');
	for (size_t i = 0; i < r->to_count; i++)
		if (r->to[i].part == PART_SENT)
			say_sent(c, &r->to[i]);
	if (code == CLI_DONE) {
		draft_forget(c, r->draft);
		return code;
	}
	talk_say(c, "not-sent", FILL({"partners", names(c, r, false, text), 0}));
	for (size_t i = 0; i < r->to_count; i++)
		if (r->to[i].part != PART_SENT && r->to[i].noted)
			talk_say(c, "consent-noted", FILL({"partner", r->to[i].name, 0}));
	if (bad != NULL && bad->reply != NULL && msg_has(bad->reply, REPLY_ERROR)) {
		talk_say(c, "because", FILL({"partner", bad->name, 0}));
		cli_refused(c, bad->reply);
	}
	for (size_t i = 0; i < r->to_count; i++) /* what is left, for the draft */
		if (r->to[i].part != PART_SENT)
			r->to[n++] = r->to[i];
	r->to_count = n;
	referral_keep(c, r, dialogue_who(c, r->person, who, sizeof who));
	if (r->draft[0] != '\0')
		talk_say(c, "kept", FILL_NONE);
	return code;
}

enum last { LAST_SEND, LAST_KEEP, LAST_DROP };

static enum talk step_check(struct cli *c, struct referral *r, enum last *what)
{
	const struct talk_item items[] = {{talk_of(c, "send-yes"), NULL},
					  {talk_of(c, "send-keep"), NULL},
					  {talk_of(c, "send-drop"), NULL}};
	char text[TEXT];
	size_t i;
	enum talk t;

	page_begin(c); /* made to fit, and no pager before a question */
	c->paged = false;
	for (size_t k = 0; k < r->to_count; k++)
		dialogue_preview(c, r, &r->to[k]);
	page_end(c);
	talk_head(c, "send-head", FILL({"partners", names(c, r, false, text), 0}));
	t = talk_pick(c, items, 3, TALK_NONE, &i);
	if (t == TALK_OK)
		*what = (enum last)i;
	return t;
}

/* ---- all steps ---- */

static const struct {
	const char *key;
	enum talk (*run)(struct cli *c, struct referral *r);
} steps[] = {
	{"step-person", dialogue_person}, {"step-need", step_need},
	{"step-urgency", step_urgency},	  {"step-partners", dialogue_partners},
	{"step-share", dialogue_share},	  {"step-consent", dialogue_consent},
};
enum { STEPS = sizeof steps / sizeof steps[0], STEP_NEED = 1, STEP_URGENCY = 2, STEP_PARTNERS = 3 };

static void head(const struct cli *c, const struct referral *r, unsigned step)
{
	char who[TEXT];

	if (r->person == NULL)
		talk_head(c, "head", FILL({"step", NULL, step + 1}, {"steps", NULL, STEPS + 1}));
	else
		talk_head(c, "head-who",
			  FILL({"step", NULL, step + 1}, {"steps", NULL, STEPS + 1},
			       {"who", dialogue_who(c, r->person, who, sizeof who), 0}));
}

static int stopped(struct cli *c, const struct referral *r)
{
	talk_head(c, r->draft[0] != '\0' ? "stopped-kept" : "stopped", FILL_NONE);
	return CLI_REFUSED;
}

/* Back from the first step is the end of it; from a step that was answered by an option, to that option's question. */
static int walk(struct cli *c, struct referral *r)
{
	char who[TEXT];

	for (;;) {
		enum last what = LAST_SEND;
		struct referral_to *bad = NULL;
		enum talk t;

		head(c, r, r->step);
		t = r->step < STEPS ? steps[r->step].run(c, r) : step_check(c, r, &what);
		if (t == TALK_STOP || (t == TALK_BACK && r->step == 0))
			return stopped(c, r);
		if (t == TALK_BACK) {
			r->step--;
			continue;
		}
		if (r->step < STEPS) {
			r->step++;
			referral_keep(c, r, dialogue_who(c, r->person, who, sizeof who));
			continue;
		}
		if (what == LAST_KEEP)
			return stopped(c, r);
		if (what == LAST_DROP) {
			draft_forget(c, r->draft);
			talk_head(c, "dropped", FILL_NONE);
			return CLI_DONE;
		}
		const int code = referral_send(c, r, &bad);

		return say_done(c, r, bad, code);
	}
}

/* ---- going on with a draft ---- */

/* A step that counts on the ones before it has what they ask for, whoever wrote the draft.  A consent is asked for anew: it may
 * be another day, and another partner. */
static unsigned furthest(const struct referral *r)
{
	return r->need[0] == '\0' ? STEP_NEED : r->to_count == 0 ? STEP_PARTNERS : STEPS - 1;
}

static int recall(struct cli *c, struct referral *r, const char *id)
{
	struct msg *sub, *req = cli_request(c, REQUEST_DRAFT_GET, &sub), *reply;
	int code;

	msg_set_text(&c->arena, sub, BY_ID_ID, id);
	code = cli_call(c, req, &reply);
	if (code != CLI_DONE)
		return code;
	if (msg_count(reply, REPLY_DRAFTS) == 0 ||
	    !referral_recall(r, msg_text(msg_at(reply, REPLY_DRAFTS, 0), DRAFT_ROW_BODY)))
		return CLI_DAMAGED;
	(void)snprintf(r->draft, sizeof r->draft, "%s", id);
	r->step = r->step > furthest(r) ? furthest(r) : r->step;
	return CLI_DONE;
}

/* The newest first, and a new one last. */
static enum talk offer_drafts(struct cli *c, struct referral *r)
{
	struct talk_item items[DRAFTS_SHOWN + 1];
	struct msg *sub, *req = cli_request(c, REQUEST_DRAFT_LIST, &sub), *reply = NULL;
	const char *ids[DRAFTS_SHOWN];
	size_t n = 0, i;
	enum talk t;

	msg_set_text(&c->arena, sub, DRAFT_ASK_FORM, "refer");
	if (cli_try(c, req, &reply) != CLI_DONE)
		return TALK_OK;
	for (size_t k = msg_count(reply, REPLY_DRAFTS); k-- > 0 && n < DRAFTS_SHOWN; n++) {
		const struct msg *row = msg_at(reply, REPLY_DRAFTS, k);
		char text[TEXT], when[WORDS_SHORT];

		ids[n] = msg_text(row, DRAFT_ROW_ID);
		(void)fill_text(
			text, sizeof text, talk_of(c, "draft-row"),
			FILL({"who", msg_text(row, DRAFT_ROW_LABEL), 0},
			     {"when", words_moment(c->lang, msg_u64(row, DRAFT_ROW_SAVED_MS), when),
			      0}),
			words_plural(c->lang));
		items[n] = (struct talk_item){arena_text(&c->arena, text), NULL};
	}
	if (n == 0)
		return TALK_OK;
	items[n] = (struct talk_item){talk_of(c, "draft-new"), NULL};
	talk_head(c, "draft-head", FILL_NONE);
	t = talk_pick(c, items, n + 1, 0, &i);
	if (t == TALK_OK && i < n && recall(c, r, ids[i]) != CLI_DONE)
		return TALK_STOP;
	return t;
}

/* What the command line gave is not asked again, as far as it goes without a gap. */
static unsigned first_step(const struct referral *r)
{
	if (r->case_id[0] == '\0')
		return 0;
	if (r->need[0] == '\0')
		return STEP_NEED;
	return r->to_count == 0 ? STEP_URGENCY : STEP_PARTNERS + 1;
}

int dialogue_refer(struct cli *c, struct referral *r)
{
	int code;

	require(c != NULL && r != NULL);
	r->today = day_today();
	talk_say(c, "how", FILL_NONE);
	if (r->case_id[0] == '\0' && offer_drafts(c, r) == TALK_STOP)
		return stopped(c, r);
	if (r->case_id[0] != '\0') {
		code = dialogue_show_case(c, r);
		if (code != CLI_DONE)
			return code;
		if (dialogue_open_again(c, r) != TALK_OK)
			return stopped(c, r);
	}
	code = dialogue_partner_list(c, r);
	if (code != CLI_DONE)
		return code;
	if (r->draft[0] == '\0')
		r->step = first_step(r);
	return walk(c, r);
}

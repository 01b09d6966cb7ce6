/* SPDX-License-Identifier: EUPL-1.2 */
/* The person is asked, in the own language where that is one of ours: what goes to whom, until when, and how to take it back.
 * The words that are read aloud are rows of config/lists/dialogue.psv (notice-...).  A living consent that covers what goes is
 * not asked for again.  Whoever says no has nothing sent. */
#include "client/dialogue/dialogue.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "base/limits.h"
#include "client/words/day.h"
#include "client/words/words.h"

enum { USUAL_DAYS = 182, TEXT = 2048, ANSWERS = 6 };

/* The language of the person when it is one of ours, else the worker's. */
static enum list_lang speaks(const struct cli *c, const struct referral *r)
{
	const char *lang = r->person == NULL ? "" : msg_text(r->person, PERSON_LANGUAGE);

	for (int l = 0; l < LIST_LANGS; l++)
		if (strncmp(lang, list_langs[l], 2) == 0 && (lang[2] == '\0' || lang[2] == '-'))
			return (enum list_lang)l;
	return c->lang;
}

static char *day_words(enum list_lang lang, int64_t day, char out[WORDS_SHORT])
{
	char text[DATE_TEXT];

	date_text(day, text);
	return words_date(lang, text, out);
}

/* ---- until when ---- */

static enum talk ask_until(struct cli *c, struct referral *r)
{
	const int64_t usual = r->until > r->today ? r->until : r->today + USUAL_DAYS;
	char line[TALK_LINE], shown[WORDS_SHORT], last[WORDS_SHORT];

	talk_head(c, "until-head", FILL_NONE);
	for (;;) {
		const enum talk t = talk_line(c, day_words(c->lang, usual, shown), line);
		enum day_fault fault;
		int64_t day = usual;

		if (t != TALK_OK)
			return t;
		fault = line[0] == '\0' ? DAY_OK : day_read(line, c->lang, r->today, &day);
		if (fault != DAY_OK)
			talk_say(c, "until-fault",
				 FILL({"typed", line, 0},
				      {"why", day_fault_text(fault, c->lang), 0},
				      {"like", list_text(LIST_DAYS, c->lang, "day-like"), 0}));
		else if (day <= r->today || day >= r->today + LIMIT_GRANT_DAYS)
			talk_say(c, "until-range",
				 FILL({"last",
				       day_words(c->lang, r->today + LIMIT_GRANT_DAYS - 1, last),
				       0}));
		else {
			r->until = day;
			return TALK_OK;
		}
	}
}

/* ---- read aloud ---- */

static void say_notice(const struct cli *c, enum list_lang lang, const char *key,
		       const struct fill *values)
{
	char text[TEXT];

	talk_paragraph(c,
		       fill_text(text, sizeof text, list_text(LIST_DIALOGUE, lang, key), values,
				 words_plural(lang)),
		       "  | ");
}

/* One line for each thing that is told. */
static void say_what(const struct cli *c, enum list_lang lang, uint64_t cats)
{
	for (unsigned bit = 0; msg_cat_name(bit) != NULL; bit++) {
		char key[64], text[TEXT];

		(void)snprintf(key, sizeof key, "you-%.40s", msg_cat_name(bit));
		if ((cats >> bit & 1) != 0)
			talk_paragraph(c,
				       fill_text(text, sizeof text,
						 list_text(LIST_DIALOGUE, lang, key),
						 FILL({"number",
						       cli_called(c, lang, LIST_CATEGORIES,
								  "national-number"),
						       0}),
						 words_plural(lang)),
				       "  |   - ");
	}
}

static void read_aloud(struct cli *c, const struct referral *r, const struct referral_to *to)
{
	static const char *const parts[] = {"notice-need",  "notice-what", "notice-not",
					    "notice-until", "notice-back", "notice-free",
					    "notice-ask"};
	const enum list_lang lang = r->speaks;
	char until[WORDS_SHORT];

	(void)day_words(lang, r->until, until);
	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
		if (i == 1 && to->share == 0) /* nothing is told but what help is needed for */
			continue;
		say_notice(c, lang, parts[i],
			   FILL({"partner", to->name, 0},
				{"need", dialogue_need(c, lang, r->need), 0}, {"until", until, 0}));
		if (i == 1)
			say_what(c, lang, to->share);
	}
}

static enum talk pick_language(struct cli *c, struct referral *r)
{
	struct talk_item items[LIST_LANGS];
	size_t i;
	enum talk t;

	for (int l = 0; l < LIST_LANGS; l++)
		items[l] = (struct talk_item){list_text(LIST_CODES, c->lang, list_langs[l]), NULL};
	talk_head(c, "language-head", FILL_NONE);
	t = talk_pick(c, items, LIST_LANGS, (size_t)r->speaks, &i);
	if (t == TALK_OK)
		r->speaks = (enum list_lang)i;
	return t;
}

static enum talk pick_giver(struct cli *c, struct referral *r)
{
	struct talk_item items[TALK_ITEMS];
	const char *code;
	size_t n = 0, i;
	enum talk t;

	for (; n < TALK_ITEMS && (code = list_code(LIST_CODES, "given-by", n)) != NULL; n++)
		items[n] = (struct talk_item){list_text(LIST_CODES, c->lang, code), NULL};
	require(n > 0);
	talk_head(c, "giver-head", FILL_NONE);
	t = talk_pick(c, items, n, 0, &i);
	if (t == TALK_OK)
		(void)snprintf(r->given_by, sizeof r->given_by, "%s",
			       list_code(LIST_CODES, "given-by", i));
	return t;
}

/* The answer of the person for one partner; how stays empty when it is no. */
static enum talk ask_one(struct cli *c, struct referral *r, struct referral_to *to)
{
	static const char *const hows[] = {"oral", "written", "electronic"};
	struct talk_item items[ANSWERS];
	size_t i;

	for (size_t k = 0; k < 3; k++)
		items[k] = (struct talk_item){talk_of(c, (const char *[]){"yes-oral", "yes-written",
									  "yes-electronic"}[k]),
					      NULL};
	items[3] = (struct talk_item){talk_of(c, "person-no"), NULL};
	items[4] = (struct talk_item){talk_of(c, "other-language"), NULL};
	items[5] = (struct talk_item){talk_of(c, "other-giver"), NULL};
	for (;;) {
		enum talk t;

		talk_head(c, "aloud-head",
			  FILL({"language", list_text(LIST_CODES, c->lang, list_langs[r->speaks]),
				0}));
		read_aloud(c, r, to);
		talk_head(c, "agree-head", FILL_NONE);
		t = talk_pick(c, items, ANSWERS, TALK_NONE, &i);
		if (t != TALK_OK)
			return t;
		if (i == 4)
			t = pick_language(c, r);
		else if (i == 5)
			t = pick_giver(c, r);
		if (t == TALK_STOP)
			return t;
		if (i > 3)
			continue;
		(void)snprintf(to->how, sizeof to->how, "%s", i < 3 ? hows[i] : "");
		return TALK_OK;
	}
}

/* ---- the step ---- */

/* A name; a number is the answer to another question. */
static bool has_letter(const char *text)
{
	while (*text != '\0' && (unsigned char)*text < 0x80 && isalpha((unsigned char)*text) == 0)
		text++;
	return *text != '\0';
}

static enum talk ask_witness(struct cli *c, struct referral *r)
{
	char line[TALK_LINE];

	talk_head(c, "witness-head", FILL_NONE);
	for (;;) {
		const enum talk t = talk_line(c, r->witness, line);

		if (t != TALK_OK)
			return t;
		if (strlen(line) >= sizeof r->witness) {
			talk_say(c, "too-long", FILL_NONE);
			continue;
		}
		if (has_letter(line))
			memcpy(r->witness, line, strlen(line) + 1);
		if (r->witness[0] != '\0' && (line[0] == '\0' || has_letter(line)))
			return TALK_OK;
		talk_say(c, "witness-needed", FILL_NONE);
	}
}

/* The consent that covers it, in words: until when. */
static void say_living(const struct cli *c, const struct referral *r, const struct referral_to *to)
{
	char day[WORDS_SHORT] = "";

	for (size_t i = 0; r->shown != NULL && i < msg_count(r->shown, REPLY_GRANTS); i++) {
		const struct msg *g = msg_at(r->shown, REPLY_GRANTS, i);

		if (msg_u64(g, GRANT_ROW_RECEIVED) == 0 &&
		    strcmp(msg_text(g, GRANT_ROW_PARTNER), to->name) == 0 &&
		    strcmp(msg_text(g, GRANT_ROW_STATE), "living") == 0 &&
		    (msg_u64(g, GRANT_ROW_CATS) & to->share) == to->share)
			(void)words_day(c->lang, msg_text(g, GRANT_ROW_LAST_DAY), day);
	}
	talk_head(c, day[0] == '\0' ? "consent-covers" : "consent-covers-until",
		  FILL({"partner", to->name, 0}, {"until", day, 0}));
}

/* Those to whom the person said no are left out; nobody left: back to whom. */
static enum talk leave_out(struct cli *c, struct referral *r)
{
	size_t n = 0;

	for (size_t i = 0; i < r->to_count; i++) {
		if (r->to[i].covered || r->to[i].how[0] != '\0')
			r->to[n++] = r->to[i];
		else
			talk_say(c, "left-out", FILL({"partner", r->to[i].name, 0}));
	}
	r->to_count = n;
	if (n == 0)
		talk_say(c, "nobody-left", FILL_NONE);
	return n > 0 ? TALK_OK : TALK_STOP;
}

/* Question 0: until when; then one for each partner that needs one; the last: who was there. */
static enum talk questions(struct cli *c, struct referral *r, const size_t *need, size_t count)
{
	bool oral = false;

	for (size_t q = 0; q < count + 2;) {
		enum talk t = TALK_OK;

		if (q == 0)
			t = ask_until(c, r);
		else if (q <= count)
			t = ask_one(c, r, &r->to[need[q - 1]]);
		for (size_t i = 0; q == count + 1 && i < count; i++)
			oral = oral || strcmp(r->to[need[i]].how, "oral") == 0;
		if (q == count + 1 && oral)
			t = ask_witness(c, r);
		if (t == TALK_STOP || (t == TALK_BACK && q == 0))
			return t;
		q = t == TALK_BACK ? q - 1 : q + 1;
	}
	return TALK_OK;
}

enum talk dialogue_consent(struct cli *c, struct referral *r)
{
	size_t need[REFERRAL_TO_MAX], count = 0;
	struct referral_to *bad;
	enum talk t;

	if (referral_check(c, r, &bad) != CLI_DONE)
		return TALK_STOP;
	if (bad != NULL) {
		talk_head(c, "refused", FILL({"partner", bad->name, 0}));
		cli_refused(c, bad->reply);
		return TALK_BACK;
	}
	for (size_t i = 0; i < r->to_count; i++)
		if (r->to[i].covered)
			say_living(c, r, &r->to[i]);
		else
			need[count++] = i;
	if (count == 0)
		return TALK_OK;
	r->speaks = speaks(c, r);
	t = questions(c, r, need, count);
	return t == TALK_OK ? leave_out(c, r) : t;
}

/* SPDX-License-Identifier: EUPL-1.2 */
/* From a row to a sentence.  Which one: what is not there yet comes before whose move it is; what ended has a row of its own in
 * config/lists/said.psv for each side, "STATE-us" at who referred and "STATE-partner" at who was asked. */
#include "client/words/whose.h"

#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "client/words/words.h"

enum { KEY_LEN = 64 };

/* A text that grows: language and place. */
struct told {
	enum list_lang lang;
	char *out;
};

/* One more sentence behind those that are there; what does not fit is left out, and no value of ours is that long. */
static void say(const struct told *c, const char *key, const struct fill *values)
{
	const size_t n = strlen(c->out);

	require(n < WHOSE_LEN);
	(void)fill_text(c->out + n, WHOSE_LEN - n, list_text(LIST_SAID, c->lang, key), values,
			words_plural(c->lang));
}

/* Between two sentences. */
static void blank(const struct told *c)
{
	const size_t n = strlen(c->out);

	if (n + 1 < WHOSE_LEN)
		memcpy(c->out + n, " ", 2);
}

/* Is that the code in this field? */
static bool is(const struct msg *row, unsigned field, const char *code)
{
	return strcmp(msg_text(row, field), code) == 0;
}

/* Not at the partner, and the partner not on the line: nothing can come of it before that changes. */
static void say_away(const struct told *c, const struct msg *row)
{
	const char *phone = msg_text(row, REFERRAL_ROW_PHONE);
	const bool since = msg_has(row, REFERRAL_ROW_SILENT_SINCE_MS);
	char when[WORDS_SHORT];

	say(c,
	    !since	       ? "not-delivered"
	    : phone[0] != '\0' ? "not-delivered-phone"
			       : "not-delivered-since",
	    FILL({"partner", msg_text(row, REFERRAL_ROW_PARTNER), 0},
		 {"since", words_clock(c->lang, msg_u64(row, REFERRAL_ROW_SILENT_SINCE_MS), when),
		  0},
		 {"phone", phone, 0}));
}

/*	whose	day	passed	days left	sentence
 *	us	no				us-open
 *	us	yes	no	0		us-today
 *	us	yes	no	more		us-due
 *	us	yes	yes			us-late
 *	partner	the same, without "today"	partner-... */
static void say_whose(const struct told *c, const struct msg *row)
{
	const bool us = is(row, REFERRAL_ROW_NEXT, "us");
	const bool day = msg_has(row, REFERRAL_ROW_DUE_DAY),
		   late = msg_u64(row, REFERRAL_ROW_OVERDUE) != 0;
	const uint64_t left = msg_u64(row, REFERRAL_ROW_DAYS_LEFT);
	const char *todo = msg_text(row, REFERRAL_ROW_TODO);
	char key[KEY_LEN], wait[KEY_LEN], until[WORDS_SHORT];

	(void)snprintf(wait, sizeof wait, "wait-%s", todo);
	(void)snprintf(key, sizeof key, "%s-%s", us ? "us" : "partner",
		       !day		 ? "open"
		       : late		 ? "late"
		       : us && left == 0 ? "today"
					 : "due");
	say(c, key,
	    FILL({"partner", msg_text(row, REFERRAL_ROW_PARTNER), 0},
		 {"what",
		  us ? list_text(LIST_WORK, c->lang, todo) : list_text(LIST_SAID, c->lang, wait),
		  0},
		 {"day", words_day(c->lang, msg_text(row, REFERRAL_ROW_DUE_DAY), until), 0},
		 {"n", NULL, left}));
}

/* What is over: for whom it is, and until when something of the person is still here. */
static void say_over(const struct told *c, const struct msg *row)
{
	const char *state = msg_text(row, REFERRAL_ROW_STATE);
	const bool mine = msg_u64(row, REFERRAL_ROW_MINE) != 0;
	char key[KEY_LEN], until[WORDS_SHORT];

	(void)snprintf(key, sizeof key, "%s-%s", state,
		       !mine					     ? "partner"
		       : msg_u64(row, REFERRAL_ROW_PROVISIONAL) != 0 ? "unconfirmed"
								     : "us");
	if (!list_has(LIST_SAID, key))
		(void)snprintf(key, sizeof key, "%s%s", state,
			       list_has(LIST_SAID, state) ? "" : "-us");
	say(c, key, FILL({"partner", msg_text(row, REFERRAL_ROW_PARTNER), 0}));
	if (mine || !msg_has(row, REFERRAL_ROW_DUE_DAY))
		return;
	blank(c);
	say(c, "kept-until",
	    FILL({"day", words_day(c->lang, msg_text(row, REFERRAL_ROW_DUE_DAY), until), 0}));
}

char *whose_move(enum list_lang lang, const struct msg *row, char out[WHOSE_LEN])
{
	const struct told told = {lang, out}, *c = &told;
	const bool gone = msg_u64(row, REFERRAL_ROW_GONE) != 0;
	const bool over = is(row, REFERRAL_ROW_NEXT, "nobody");
	const bool offered = is(row, REFERRAL_ROW_STATE, "offered") &&
			     msg_u64(row, REFERRAL_ROW_MINE) != 0 &&
			     !msg_has(row, REFERRAL_ROW_STORED_MS);
	const bool away = msg_u64(row, REFERRAL_ROW_UNDELIVERED) != 0 &&
			  msg_u64(row, REFERRAL_ROW_AWAY) != 0;

	require(row != NULL && lang < LIST_LANGS);
	out[0] = '\0';
	if (gone) {
		if (!over) {
			say_whose(c, row);
			blank(c);
		}
		say(c, "partner-gone", FILL({"partner", msg_text(row, REFERRAL_ROW_PARTNER), 0}));
		return out;
	}
	/* a term that did not begin is no deadline */
	if (offered && !away)
		say(c, "on-its-way", FILL({"partner", msg_text(row, REFERRAL_ROW_PARTNER), 0}));
	else if (!offered && over)
		say_over(c, row);
	else if (!offered)
		say_whose(c, row);
	if (!offered && away)
		blank(c);
	if (away)
		say_away(c, row);
	return out;
}

/*	closed until a day, and sealed		handover-sealed
 *	closed until a day			handover-kept
 *	its file comes in here			handover-arriving
 *	all else				by whose move it is; of what a rule does by itself nobody is waited for */
char *whose_handover(enum list_lang lang, const struct msg *row, char out[WHOSE_LEN])
{
	const char *until = msg_text(row, HANDOVER_ROW_CLOSED_UNTIL), *key = "handover-next-nobody";
	char day[WORDS_SHORT];

	require(msg_kind_of(row) == MSG_HANDOVER_ROW && lang < LIST_LANGS);
	if (until[0] != '\0')
		key = msg_u64(row, HANDOVER_ROW_SEALED) != 0 ? "handover-sealed" : "handover-kept";
	else if (is(row, HANDOVER_ROW_STATE, "bundled") && msg_u64(row, HANDOVER_ROW_MINE) == 0)
		key = "handover-arriving";
	else if (is(row, HANDOVER_ROW_NEXT, "us"))
		key = "handover-next-us";
	else if (is(row, HANDOVER_ROW_NEXT, "partner"))
		key = "handover-next-partner";
	else if (is(row, HANDOVER_ROW_NEXT, "gone"))
		key = "handover-next-gone";
	(void)fill_text(out, WHOSE_LEN, list_text(LIST_SAY, lang, key),
			FILL({"partner", msg_text(row, HANDOVER_ROW_PARTNER), 0},
			     {"day", words_day(lang, until, day), 0},
			     {"n", NULL, msg_u64(row, HANDOVER_ROW_HAVE)},
			     {"m", NULL, msg_u64(row, HANDOVER_ROW_CHUNKS)}),
			words_plural(lang));
	return out;
}

/* SPDX-License-Identifier: EUPL-1.2 */
/* From a row to a sentence.  Which one: what is not there yet comes before whose move it is; what ended has a row of its own in
 * config/lists/said.psv for each side, "STATE-us" at who referred and "STATE-partner" at who was asked. */
#include "client/print/move.h"

#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "client/words/words.h"

enum { KEY_LEN = 64, LIST_LEN = 1024 };

static void say(const struct cli *c, const char *key, const struct fill *values)
{
	fill_print(stdout, list_text(LIST_SAID, c->lang, key), values, words_plural(c->lang));
}

/* Is that the code in this field? */
static bool is(const struct msg *row, unsigned field, const char *code)
{
	return strcmp(msg_text(row, field), code) == 0;
}

/* Not at the partner, and the partner not on the line: nothing can come of it before that changes. */
static void say_away(const struct cli *c, const struct msg *row)
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
static void say_whose(const struct cli *c, const struct msg *row)
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
static void say_over(const struct cli *c, const struct msg *row)
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
	(void)putchar(' ');
	say(c, "kept-until",
	    FILL({"day", words_day(c->lang, msg_text(row, REFERRAL_ROW_DUE_DAY), until), 0}));
}

void move_print(const struct cli *c, const struct msg *row)
{
	require(c != NULL && row != NULL);
	const bool over = is(row, REFERRAL_ROW_NEXT, "nobody");
	const bool offered = is(row, REFERRAL_ROW_STATE, "offered") &&
			     msg_u64(row, REFERRAL_ROW_MINE) != 0 &&
			     !msg_has(row, REFERRAL_ROW_STORED_MS);
	const bool away = msg_u64(row, REFERRAL_ROW_UNDELIVERED) != 0 &&
			  msg_u64(row, REFERRAL_ROW_AWAY) != 0;

	/* a term that did not begin is no deadline */
	if (offered && !away)
		say(c, "on-its-way", FILL({"partner", msg_text(row, REFERRAL_ROW_PARTNER), 0}));
	else if (!offered && over)
		say_over(c, row);
	else if (!offered)
		say_whose(c, row);
	if (!offered && away)
		(void)putchar(' ');
	if (away)
		say_away(c, row);
}

void move_command(const struct cli *c, const char *command, const char *ref, char *list, size_t cap)
{
	const size_t used = strlen(list), between = used == 0 ? 0 : 2;
	char key[KEY_LEN], words[WORDS_SHORT * 3];
	const char *text = command;

	require(command != NULL && ref != NULL && used < cap);
	(void)snprintf(key, sizeof key, "can-%s", command);
	if (list_has(LIST_SAID, key))
		text = list_text(LIST_SAID, c->lang, key);
	if (ref[0] != '\0')
		(void)snprintf(words, sizeof words, "%.96s (kring %.24s %.16s)", text, command,
			       ref);
	else
		(void)snprintf(words, sizeof words, "%.96s (%.24s)", text, command);
	/* what has no room is left out, and kring help has it */
	if (used + between + strlen(words) >= cap)
		return;
	memcpy(list + used, ", ", between);
	memcpy(list + used + between, words, strlen(words) + 1);
}

/* In the order in which the node gives them, what is done most first; the first one shows how all of them are typed.  Two commands do an act in a way of their own: a
 * message that says how to reach the person, and an end that takes back what went by mistake. */
void move_can(const struct cli *c, const struct msg *row)
{
	require(c != NULL && row != NULL);
	char list[LIST_LEN] = "";

	/* what was a mistake is gone at both ends: a consent that is taken back changes nothing there */
	if (is(row, REFERRAL_ROW_STATE, "error"))
		return;
	for (size_t i = 0; i < msg_count(row, REFERRAL_ROW_MAY); i++) {
		const char *command = msg_text(msg_at(row, REFERRAL_ROW_MAY, i), MAY_ROW_COMMAND);

		move_command(c, command, i == 0 ? msg_text(row, REFERRAL_ROW_REF) : "", list,
			     sizeof list);
		if (strcmp(command, "say") == 0)
			move_command(c, "contact", "", list, sizeof list);
	}
	if (msg_has(row, REFERRAL_ROW_RECALL_UNTIL_MS))
		move_command(c, "recall", list[0] == '\0' ? msg_text(row, REFERRAL_ROW_REF) : "",
			     list, sizeof list);
	if (list[0] == '\0')
		return;
	say(c, "can-do", FILL({"list", list, 0}));
	(void)putchar('\n');
}

/* Each on a line of its own, in capitals where the list has them: whoever reads one line only reads these. */
void move_heed(const struct cli *c, const struct msg *row, const char *safety)
{
	require(c != NULL && row != NULL);
	if (is(row, REFERRAL_ROW_URGENCY, "urgent")) {
		say(c, "urgent-first", FILL_NONE);
		(void)putchar('\n');
	}
	if (msg_u64(row, REFERRAL_ROW_DO_NOT_CONTACT) != 0) {
		say(c, "do-not-contact", FILL_NONE);
		(void)putchar('\n');
	}
	if (safety[0] != '\0') {
		say(c, "safety-first", FILL({"text", safety, 0}));
		(void)putchar('\n');
	}
}

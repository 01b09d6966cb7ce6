/* SPDX-License-Identifier: EUPL-1.2 */
/* Referrals as people read them: the rows of inbox and sent, the history of one, the worklist.  Codes are shown in the
 * reader's language; free words are shown as they came. */
#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "client/cli/terminal.h"
#include "client/print/print.h"
#include "client/words/reason.h"

enum { NAME_WIDTH = 14 };

const char *print_hollow(const struct cli *c, const char *code)
{
	require(c != NULL && code != NULL);
	return list_text(list_has(LIST_UI, code) ? LIST_UI : LIST_VERDICTS, c->lang, code);
}

static void aside(const struct cli *c, const char *word)
{
	(void)printf(" (%s)", list_text(LIST_UI, c->lang, word));
}

/* A document is on its way, or its receiver gave a verdict on it. */
static const char *delivery_words(const struct cli *c, const char *code)
{
	return list_text(list_has(LIST_OUTBOX, code) ? LIST_OUTBOX : LIST_VERDICTS, c->lang, code);
}

/* Who has been sent from one to the next is asked less, and called sooner; and where the person's case is by now. */
static void say_way(const struct cli *c, const struct msg *r, const char *before)
{
	if (msg_has(r, REFERRAL_ROW_HOPS)) {
		(void)fputs(before, stdout);
		print_say(c, "passed-on", FILL({"n", NULL, msg_u64(r, REFERRAL_ROW_HOPS)}));
	}
	if (msg_has(r, REFERRAL_ROW_MOVED_TO)) {
		(void)fputs(before, stdout);
		print_say(c, "moved-to", FILL({"partner", msg_text(r, REFERRAL_ROW_MOVED_TO), 0}));
	}
}

/* A deadline only where somebody has to act: on an ended referral it would look like work. */
void print_referrals(const struct cli *c, const struct msg *reply)
{
	bool named = false; /* the answer to an act names neither person nor need */

	require(c != NULL && reply != NULL);
	for (size_t i = 0; i < msg_count(reply, REPLY_REFERRALS); i++) {
		const struct msg *r = msg_at(reply, REPLY_REFERRALS, i);

		named |= msg_text(r, REFERRAL_ROW_NAME)[0] != '\0' ||
			 msg_text(r, REFERRAL_ROW_NEED)[0] != '\0';
	}
	for (size_t i = 0; i < msg_count(reply, REPLY_REFERRALS); i++) {
		const struct msg *r = msg_at(reply, REPLY_REFERRALS, i);
		const char *delivery = msg_text(r, REFERRAL_ROW_DELIVERY);
		const char *hollow = print_hollow(c, msg_text(r, REFERRAL_ROW_HOLLOW));
		const char *state = list_text(LIST_STATES, c->lang,
					      msg_text(r, REFERRAL_ROW_STATE));

		print_cell(msg_text(r, REFERRAL_ROW_REF), 9);
		(void)printf("%s ", msg_u64(r, REFERRAL_ROW_MINE) != 0 ? "->" : "<-");
		print_cell(msg_text(r, REFERRAL_ROW_PARTNER), 24);
		if (named) {
			print_cell(msg_text(r, REFERRAL_ROW_NAME), 20);
			print_cell(list_text(LIST_NEEDS, c->lang, msg_text(r, REFERRAL_ROW_NEED)),
				   22);
		}
		print_urgent(c, msg_text(r, REFERRAL_ROW_URGENCY));
		(void)printf("%s", state);
		if (msg_u64(r, REFERRAL_ROW_PROVISIONAL) != 0)
			aside(c, "not-yet-confirmed");
		if (delivery[0] != '\0')
			(void)printf(", %s", delivery_words(c, delivery));
		/* whose turn it is, and until when */
		if (strcmp(msg_text(r, REFERRAL_ROW_NEXT), "nobody") != 0)
			(void)printf(", %s%s%s", list_text(LIST_UI, c->lang, "next"),
				     words_colon(c->lang),
				     list_text(LIST_UI, c->lang, msg_text(r, REFERRAL_ROW_NEXT)));
		if (msg_has(r, REFERRAL_ROW_DUE_DAY) &&
		    strcmp(msg_text(r, REFERRAL_ROW_NEXT), "nobody") != 0) {
			(void)printf(", ");
			print_due(c, r, REFERRAL_ROW_DUE_DAY, REFERRAL_ROW_OVERDUE);
		}
		/* one that ended with its consent says so once */
		if (hollow[0] != '\0' && strcmp(hollow, state) != 0)
			(void)printf(" (%s)", hollow);
		say_way(c, r, ", ");
		if (msg_u64(r, REFERRAL_ROW_UNREAD) != 0)
			(void)printf(", %s", list_text(LIST_WORK, c->lang, "message-new"));
		if (msg_u64(r, REFERRAL_ROW_NO_CALENDAR) != 0)
			(void)printf(", %s", list_text(LIST_UI, c->lang, "no-calendar"));
		(void)putchar('\n');
	}
}

/* Parts of a heading, with a point between. */
static void part(const char *text)
{
	if (text[0] != '\0')
		(void)printf(" · %s", text);
}

void print_referral_head(const struct cli *c, const struct msg *r)
{
	require(c != NULL && r != NULL);
	const char *delivery = msg_text(r, REFERRAL_ROW_DELIVERY);
	const char *hollow = print_hollow(c, msg_text(r, REFERRAL_ROW_HOLLOW));
	const char *state = list_text(LIST_STATES, c->lang, msg_text(r, REFERRAL_ROW_STATE));

	(void)printf("%s · ", msg_text(r, REFERRAL_ROW_REF));
	print_say(c, msg_u64(r, REFERRAL_ROW_MINE) != 0 ? "head-to" : "head-from",
		  FILL({"partner", msg_text(r, REFERRAL_ROW_PARTNER), 0}));
	part(msg_text(r, REFERRAL_ROW_NAME));
	part(list_text(LIST_NEEDS, c->lang, msg_text(r, REFERRAL_ROW_NEED)));
	if (strcmp(msg_text(r, REFERRAL_ROW_URGENCY), "urgent") == 0)
		part(list_text(LIST_UI, c->lang, "urgent"));
	part(state);
	if (msg_u64(r, REFERRAL_ROW_PROVISIONAL) != 0)
		aside(c, "not-yet-confirmed");
	if (strcmp(delivery, "stored") != 0 && delivery[0] != '\0')
		part(delivery_words(c, delivery));
	say_way(c, r, " · ");
	/* one that ended with its consent says so once */
	part(strcmp(hollow, state) == 0 ? "" : hollow);
	if (msg_u64(r, REFERRAL_ROW_NO_CALENDAR) != 0)
		part(list_text(LIST_UI, c->lang, "no-calendar"));
	(void)putchar('\n');
	/* one that just left is on its way, and nothing is wrong */
	if (strcmp(delivery, "in-flight") != 0)
		print_seek(c, delivery, msg_text(r, REFERRAL_ROW_PARTNER));
}

/* Parts of a line are told apart, and the first of them stands alone. */
static const char *between(const struct cli *c, const char **sep)
{
	const char *now = *sep;

	*sep = words_semicolon(c->lang);
	return now;
}

/* "outside" is a place whose name came as a message, under the person's consent: it stands in its own list. */
static void say_places(const struct cli *c, const struct msg *r, const char **sep)
{
	const char *alternative = msg_text(r, LOG_ROW_ALTERNATIVE);
	size_t outside = 0;

	if (strcmp(alternative, "outside") != 0 && alternative[0] != '\0')
		(void)printf("%s%s%s%s", between(c, sep),
			     list_text(LIST_UI, c->lang, "better-place"), words_colon(c->lang),
			     strcmp(alternative, "none") == 0
				     ? list_text(LIST_UI, c->lang, "nobody")
				     : alternative);
	for (size_t i = 0; i < msg_count(r, LOG_ROW_TARGETS); i++)
		if (strcmp(msg_text_at(r, LOG_ROW_TARGETS, i), "outside") != 0)
			(void)printf("%s%s%s%s", between(c, sep),
				     list_text(LIST_UI, c->lang, "better-place"),
				     words_colon(c->lang), msg_text_at(r, LOG_ROW_TARGETS, i));
	for (; outside < msg_count(r, LOG_ROW_OUTSIDE); outside++)
		(void)printf("%s%s%s%s (%s)", between(c, sep),
			     list_text(LIST_UI, c->lang, "better-place"), words_colon(c->lang),
			     msg_text_at(r, LOG_ROW_OUTSIDE, outside),
			     list_text(LIST_UI, c->lang, "outside"));
}

/* How to reach the person: few fields, in one line each. */
static void say_contact(const struct cli *c, const struct msg *person, const char **sep)
{
	struct msg_field f;

	for (size_t i = 0; msg_field_at(person, i, &f); i++) {
		/* no field of another category gets this far: daemon/domain/documents/message.c */
		if (!msg_has(person, f.number))
			continue;
		(void)printf("%s%s%s", between(c, sep), cli_called(c, c->lang, LIST_PERSON, f.name),
			     words_colon(c->lang));
		print_field(c, person, &f);
	}
}

/* What an act may carry besides its reason; each part only when it is there. */
static void say_more(const struct cli *c, const struct msg *r, const char *sep)
{
	say_places(c, r, &sep);
	if (msg_has(r, LOG_ROW_DATE_MS)) {
		(void)printf("%s%s ", between(c, &sep), list_text(LIST_UI, c->lang, "on"));
		print_day_of(c, msg_u64(r, LOG_ROW_DATE_MS));
	}
	/* behind its day: when and where are read together */
	if (msg_has(r, LOG_ROW_PLACE))
		(void)printf("%s%s", between(c, &sep), msg_text(r, LOG_ROW_PLACE));
	if (msg_has(r, LOG_ROW_PERSON))
		say_contact(c, msg_get(r, LOG_ROW_PERSON), &sep);
	if (msg_has(r, LOG_ROW_ANSWERS))
		(void)printf("%s%s %llu", between(c, &sep),
			     list_text(LIST_UI, c->lang, "answers-entry"),
			     (unsigned long long)msg_u64(r, LOG_ROW_ANSWERS));
	if (msg_u64(r, LOG_ROW_CATS) != 0) {
		(void)printf("%s%s%s", between(c, &sep), list_text(LIST_UI, c->lang, "along"),
			     words_colon(c->lang));
		print_cats(c, msg_u64(r, LOG_ROW_CATS));
	}
	if (msg_has(r, LOG_ROW_SERVICE))
		(void)printf("%s%s", between(c, &sep), msg_text(r, LOG_ROW_SERVICE));
	if (strcmp(msg_text(r, LOG_ROW_URGENCY), "urgent") == 0)
		(void)printf("%s%s", between(c, &sep), list_text(LIST_UI, c->lang, "urgent"));
	if (msg_has(r, LOG_ROW_TERM_DAYS))
		(void)printf("%s%s%s%llu", between(c, &sep),
			     list_text(LIST_UI, c->lang, "working-days"), words_colon(c->lang),
			     (unsigned long long)msg_u64(r, LOG_ROW_TERM_DAYS));
	if (msg_has(r, LOG_ROW_HOPS)) {
		(void)fputs(between(c, &sep), stdout);
		print_say(c, "passed-on", FILL({"n", NULL, msg_u64(r, LOG_ROW_HOPS)}));
	}
	if (msg_has(r, LOG_ROW_AUTOMATIC))
		(void)printf(" (%s)", list_text(LIST_UI, c->lang, "automatic"));
}

/* Reason, text, and what else there is; nothing of it: nothing, and no blanks for it. */
static void say_words(const struct cli *c, const struct msg *r)
{
	const char *reason = reason_words(c->lang, r), *text = msg_text(r, LOG_ROW_TEXT);
	const bool any = reason[0] != '\0' || text[0] != '\0';

	(void)printf("%s%s%s", any ? "  " : "", reason,
		     reason[0] != '\0' && text[0] != '\0' ? " - " : "");
	print_lines(text);
	/* behind a sentence a dash: it has its own point */
	say_more(c, r, text[0] != '\0' ? " - " : any ? words_semicolon(c->lang) : "  ");
}

void print_history(const struct cli *c, const struct msg *reply)
{
	require(c != NULL && reply != NULL);
	const struct msg *row = msg_count(reply, REPLY_REFERRALS) == 0
					? NULL
					: msg_at(reply, REPLY_REFERRALS, 0);

	for (size_t i = 0; i < msg_count(reply, REPLY_LOG); i++) {
		const struct msg *r = msg_at(reply, REPLY_LOG, i);
		const bool ours = (strcmp(msg_text(r, LOG_ROW_SIDE), "sender") == 0) ==
				  (msg_u64(row, REFERRAL_ROW_MINE) != 0);

		(void)printf("  ");
		print_time(c, msg_u64(r, LOG_ROW_CREATED_MS));
		(void)printf("  ");
		print_cell(ours ? list_text(LIST_UI, c->lang, "us")
				: msg_text(row, REFERRAL_ROW_PARTNER),
			   NAME_WIDTH);
		/* what corrects it, or answers it, names it by this number */
		(void)printf("%2llu  %s", (unsigned long long)msg_u64(r, LOG_ROW_NO),
			     list_text(LIST_ACTS, c->lang, msg_text(r, LOG_ROW_ACT)));
		say_words(c, r);
		if (msg_has(r, LOG_ROW_CORRECTS))
			(void)printf(" (%s %llu)", list_text(LIST_UI, c->lang, "corrects"),
				     (unsigned long long)msg_u64(r, LOG_ROW_CORRECTS));
		if (msg_u64(r, LOG_ROW_CORRECTED) != 0)
			aside(c, "corrected");
		if (msg_u64(r, LOG_ROW_HOLLOW) != 0)
			aside(c, "content-not-shared");
		if (msg_has(r, LOG_ROW_DELIVERY) &&
		    strcmp(msg_text(r, LOG_ROW_DELIVERY), "stored") != 0)
			aside(c, "not-yet-delivered");
		(void)putchar('\n');
	}
}

/* Some tasks take a sentence: what follows them stands in one column all the same. */
static int kind_width(const struct cli *c, const struct msg *reply)
{
	size_t width = 22;

	for (size_t i = 0; i < msg_count(reply, REPLY_WORK); i++) {
		const char *kind = list_text(LIST_WORK, c->lang,
					     msg_text(msg_at(reply, REPLY_WORK, i), WORK_ROW_KIND));
		const size_t n = terminal_columns(kind, strlen(kind));

		width = n > width ? n : width;
	}
	return (int)width;
}

/* The command that does the task stands below it, to be copied. */
void print_work(const struct cli *c, const struct msg *reply)
{
	int width;

	require(c != NULL && reply != NULL);
	width = kind_width(c, reply);
	for (size_t i = 0; i < msg_count(reply, REPLY_WORK); i++) {
		const struct msg *r = msg_at(reply, REPLY_WORK, i);

		print_cell(msg_text(r, WORK_ROW_REF), 9);
		print_cell(list_text(LIST_WORK, c->lang, msg_text(r, WORK_ROW_KIND)), width);
		print_cell(msg_text(r, WORK_ROW_PARTNER), 24);
		print_urgent(c, msg_text(r, WORK_ROW_URGENCY));
		/* an appointment is on its day, all else is due by then */
		if (strcmp(msg_text(r, WORK_ROW_KIND), "appointment") == 0) {
			(void)printf("%s ", list_text(LIST_UI, c->lang, "on"));
			print_day(c, msg_text(r, WORK_ROW_DUE_DAY));
		} else {
			print_due(c, r, WORK_ROW_DUE_DAY, WORK_ROW_OVERDUE);
		}
		/* of an appointment: who was asked to come wants to know where */
		if (msg_has(r, WORK_ROW_PLACE))
			(void)printf("  %s", msg_text(r, WORK_ROW_PLACE));
		if (strcmp(msg_text(r, WORK_ROW_KIND), "partner-takes-no-more") == 0)
			(void)printf("  (%s %s)", msg_text(r, WORK_ROW_DETAIL),
				     list_text(LIST_UI, c->lang, "open-with-them"));
		/* of whoever was passed on often the number says how pressing it is */
		if (msg_has(r, WORK_ROW_HOPS)) {
			(void)fputs("  ", stdout);
			print_say(c, "passed-on", FILL({"n", NULL, msg_u64(r, WORK_ROW_HOPS)}));
		}
		if (strcmp(msg_text(r, WORK_ROW_DETAIL), "write-letter") == 0)
			(void)printf("  (%s)", list_text(LIST_UI, c->lang, "write-letter"));
		(void)putchar('\n');
		if (msg_has(r, WORK_ROW_COMMAND))
			(void)printf("           %s\n", msg_text(r, WORK_ROW_COMMAND));
	}
}

/* SPDX-License-Identifier: EUPL-1.2 */
/* The line to partners, for people: whether we listen, who is silent, whose clock is wrong.  Cause and remedy come as
 * codes; their words stand in config/lists/line.psv, where the remedy of "x" is "do-x". */
#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "client/print/print.h"
#include "proto/lists.h"

enum { NAMES_MAX = 512 };

/* A code of line.psv in the reader's language. */
static const char *word(const struct cli *c, const char *code)
{
	return list_text(LIST_LINE, c->lang, code);
}

void print_line_clock(const struct cli *c, const struct msg *row, const char *partners)
{
	require(c != NULL && row != NULL && partners != NULL);
	const char *who = msg_text(row, CLOCK_ROW_WHO);
	/* the row speaks of the partner's clock; a sentence about ours turns it round */
	const bool us = strcmp(who, "us") == 0, ahead = (msg_u64(row, CLOCK_ROW_AHEAD) != 0) != us;
	char code[32], difference[WORDS_SHORT];

	/* Who is wrong (us, them, one of both) is the node's judgement; each has a sentence of its
	 * own in the list. */
	(void)snprintf(code, sizeof code, "clock-%s", who);
	print_sentence(c, word(c, code), partners,
		       words_length(c->lang, msg_u64(row, CLOCK_ROW_OFF_S), difference),
		       word(c, ahead ? "ahead" : "behind"));
}

/* When several partners say that our clock is off, that is one sentence with their names. */
static void clocks(const struct cli *c, const struct msg *s)
{
	const struct msg *ours = NULL;
	char names[NAMES_MAX] = "";

	for (size_t i = 0; i < msg_count(s, STATUS_CLOCKS); i++) {
		const struct msg *row = msg_at(s, STATUS_CLOCKS, i);
		const char *partner = msg_text(row, CLOCK_ROW_PARTNER);
		const size_t used = strlen(names);

		/* names that do not fit are left out: the sentence is about our clock */
		if (strcmp(msg_text(row, CLOCK_ROW_WHO), "us") == 0) {
			ours = row;
			if (used + strlen(partner) + sizeof ", " < sizeof names)
				(void)snprintf(names + used, sizeof names - used,
					       used == 0 ? "%s%s" : "%s, %s", "", partner);
			continue;
		}
		print_label(c, "label-clock");
		print_line_clock(c, row, partner);
	}
	if (ours == NULL)
		return;
	print_label(c, "label-clock");
	print_line_clock(c, ours, names);
}

void print_line_status(const struct cli *c, const struct msg *s)
{
	require(c != NULL && s != NULL);
	const char *error = msg_text(s, STATUS_LISTEN_ERROR), *listen = msg_text(s, STATUS_LISTEN);
	char remedy[64], since[WORDS_SHORT];

	if (error[0] != '\0') {
		(void)snprintf(remedy, sizeof remedy, "do-%s", error);
		print_label(c, "label-alarm");
		(void)printf("%s%s%s, %s ", word(c, "not-listening"), words_colon(c->lang), listen,
			     word(c, "since"));
		(void)fputs(words_clock(c->lang, msg_u64(s, STATUS_LISTEN_SINCE_MS), since),
			    stdout);
		(void)printf("%s%s", words_colon(c->lang), word(c, error));
		if (msg_u64(s, STATUS_LISTEN_ERRNO) != 0)
			(void)printf(" (errno %llu)",
				     (unsigned long long)msg_u64(s, STATUS_LISTEN_ERRNO));
		(void)printf("%s%s\n", words_semicolon(c->lang), word(c, remedy));
	}
	clocks(c, s);
}

void print_line_silent(const struct cli *c, uint64_t since_ms)
{
	char since[WORDS_SHORT];

	require(c != NULL);
	if (since_ms == 0)
		return;
	(void)printf("%s ", word(c, "silent-since"));
	(void)fputs(words_clock(c->lang, since_ms, since), stdout);
	(void)fputs(words_semicolon(c->lang), stdout);
}

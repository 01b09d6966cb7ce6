/* SPDX-License-Identifier: EUPL-1.2 */
/* The line to partners, for people: whether we listen, who is silent, whose clock is wrong.  Cause and remedy come as
 * codes; their words stand in config/lists/line.psv, where the remedy of "x" is "do-x". */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/check.h"
#include "client/print/print.h"
#include "proto/lists.h"

enum { NAMES_MAX = 512, HOUR_S = 3600, DAY_S = 86400 };

/* A code of line.psv in the reader's language. */
static const char *word(const struct cli *c, const char *code)
{
	return list_text(LIST_LINE, c->lang, code);
}

/* Today by the hour, else with its day. */
static void moment(uint64_t ms)
{
	const time_t s = (time_t)(ms / 1000), now = time(NULL);
	struct tm tm, today;
	char text[32] = "-";

	if (localtime_r(&s, &tm) != NULL && localtime_r(&now, &today) != NULL)
		(void)strftime(text, sizeof text,
			       tm.tm_yday == today.tm_yday && tm.tm_year == today.tm_year
				       ? "%H:%M"
				       : "%d/%m/%Y %H:%M",
			       &tm);
	(void)fputs(text, stdout);
}

/* As one says it: 1 day, 3 hours, 20 minutes. */
static void difference_text(const struct cli *c, uint64_t s, char out[64])
{
	const uint64_t days = (s + DAY_S / 2) / DAY_S, hours = (s + HOUR_S / 2) / HOUR_S;

	if (s >= DAY_S - HOUR_S / 2)
		(void)snprintf(out, 64, "%llu %s", (unsigned long long)days,
			       word(c, days == 1 ? "day" : "days"));
	else if (s >= 2 * HOUR_S - HOUR_S / 2)
		(void)snprintf(out, 64, "%llu %s", (unsigned long long)hours, word(c, "hours"));
	else
		(void)snprintf(out, 64, "%llu %s", (unsigned long long)((s + 30) / 60),
			       word(c, "minutes"));
}

void print_line_clock(const struct cli *c, const struct msg *row, const char *partners)
{
	require(c != NULL && row != NULL && partners != NULL);
	const char *who = msg_text(row, CLOCK_ROW_WHO);
	/* the row speaks of the partner's clock; a sentence about ours turns it round */
	const bool us = strcmp(who, "us") == 0, ahead = (msg_u64(row, CLOCK_ROW_AHEAD) != 0) != us;
	char code[32], difference[64];

	/* Who is wrong (us, them, one of both) is the node's judgement; each has a sentence of its
	 * own in the list. */
	(void)snprintf(code, sizeof code, "clock-%s", who);
	difference_text(c, msg_u64(row, CLOCK_ROW_OFF_S), difference);
	print_sentence(word(c, code), partners, difference, word(c, ahead ? "ahead" : "behind"));
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
		(void)printf("  CLOCK        ");
		print_line_clock(c, row, partner);
	}
	if (ours == NULL)
		return;
	(void)printf("  CLOCK        ");
	print_line_clock(c, ours, names);
}

void print_line_status(const struct cli *c, const struct msg *s)
{
	require(c != NULL && s != NULL);
	const char *error = msg_text(s, STATUS_LISTEN_ERROR), *listen = msg_text(s, STATUS_LISTEN);
	char remedy[64];

	if (error[0] != '\0') {
		(void)snprintf(remedy, sizeof remedy, "do-%s", error);
		(void)printf("  ALARM        %s: %s, %s ", word(c, "not-listening"), listen,
			     word(c, "since"));
		moment(msg_u64(s, STATUS_LISTEN_SINCE_MS));
		(void)printf(": %s", word(c, error));
		if (msg_u64(s, STATUS_LISTEN_ERRNO) != 0)
			(void)printf(" (errno %llu)",
				     (unsigned long long)msg_u64(s, STATUS_LISTEN_ERRNO));
		(void)printf("; %s\n", word(c, remedy));
	}
	clocks(c, s);
}

void print_line_silent(const struct cli *c, uint64_t since_ms)
{
	require(c != NULL);
	if (since_ms == 0)
		return;
	(void)printf("%s ", word(c, "silent-since"));
	moment(since_ms);
	(void)printf("; ");
}

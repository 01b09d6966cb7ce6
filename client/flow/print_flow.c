/* SPDX-License-Identifier: EUPL-1.2 */
/* Flow figures as a person reads them: sentences first, then a map of who refers to whom, then tables. Two rules keep
 * the page honest.  A figure below the floor of its table is a dot, as one that was too small to be published: chance
 * alone may have made it.  And who referred counts: what a receiver counted stands in only for a sender that did not
 * report. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "client/flow/figures.h"
#include "client/flow/print_flow.h"
#include "client/print/print.h"

enum { MAP_MAX = 14, NAMES_MAX = 2048 };

/* What can become of a referral, as both ends count it. */
static const unsigned answers[] = {FLOW_PAIR_ACCEPTED,	 FLOW_PAIR_DECLINED,
				   FLOW_PAIR_REDIRECTED, FLOW_PAIR_WITHDRAWN,
				   FLOW_PAIR_UNANSWERED, FLOW_PAIR_UNDELIVERED};

/* A sentence of the list, on a line of its own. */
static void say(const struct cli *c, const char *code, const struct fill *words)
{
	char text[1024];

	figures_fill(c, code, words, text, sizeof text);
	(void)printf("%s\n", text);
}

/* ---- the map ---- */

/* All answers between two members, as one of them counted; what is below the floor adds nothing. */
static uint64_t pair_total(const struct msg *flow, const struct msg *r)
{
	const uint64_t floor = figures_floor(flow, "flow");
	uint64_t sum = 0;

	for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++)
		if (msg_u64(r, answers[i]) >= floor)
			sum += msg_u64(r, answers[i]);
	return sum;
}

struct name {
	const char *org;
	uint64_t total;
};

/* The place of a name.  When there is no room for another one, the last place takes all that are left over. */
static size_t name_of(struct name *names, size_t *n, const char *org)
{
	for (size_t i = 0; i < *n; i++)
		if (strcmp(names[i].org, org) == 0)
			return i;
	if (*n == NAMES_MAX)
		return NAMES_MAX - 1;
	names[*n] = (struct name){org, 0};
	return (*n)++;
}

/* All members that sent or received, the busiest first; returns how many there are. */
static size_t busiest(struct name *names, const struct msg *flow)
{
	size_t n = 0;

	for (size_t i = 0; i < msg_count(flow, FLOW_PAIRS); i++) {
		const struct msg *r = msg_at(flow, FLOW_PAIRS, i);
		const uint64_t v = pair_total(flow, r);

		/* both ends may have counted the same referrals: this only sets the order */
		names[name_of(names, &n, msg_text(r, FLOW_PAIR_SENDER))].total += v;
		names[name_of(names, &n, msg_text(r, FLOW_PAIR_RECEIVER))].total += v;
	}
	/* By insertion: a federation has at most some hundred members, and members with the same
	 * total keep their order. */
	for (size_t i = 1; i < n; i++) {
		const struct name x = names[i];
		size_t j = i;

		for (; j > 0 && names[j - 1].total < x.total; j--)
			names[j] = names[j - 1];
		names[j] = x;
	}
	return n;
}

/* The sender's own count wins; see the rules above. */
static uint64_t between(const struct msg *flow, const char *from, const char *to)
{
	uint64_t received = 0;

	for (size_t i = 0; i < msg_count(flow, FLOW_PAIRS); i++) {
		const struct msg *r = msg_at(flow, FLOW_PAIRS, i);

		if (strcmp(msg_text(r, FLOW_PAIR_SENDER), from) != 0 ||
		    strcmp(msg_text(r, FLOW_PAIR_RECEIVER), to) != 0)
			continue;
		if (strcmp(msg_text(r, FLOW_PAIR_REPORTER), from) == 0)
			return pair_total(flow, r);
		received = pair_total(flow, r);
	}
	return received;
}

/* Four shades, by quarters of the largest figure on the map. */
static const char *shade(uint64_t v, uint64_t most)
{
	static const char *const shades[] = {"░", "▒", "▓", "█"};

	return v == 0 ? " " : shades[most == 0 ? 0 : (4 * v - 1) / (most > v ? most : v)];
}

/* The busiest members only: a table of all would not fit on a screen; the file has them. */
static void map(const struct cli *c, const struct msg *flow)
{
	const struct fill *none = FILL_NONE;
	struct name *names = calloc(NAMES_MAX, sizeof *names);
	const size_t all = names == NULL ? 0 : busiest(names, flow);
	const size_t fit = c->width > 36 ? (c->width - 30) / 6 : 1;
	const size_t room = fit < MAP_MAX ? fit : MAP_MAX, n = all < room ? all : room;
	uint64_t most = 0;

	if (n == 0) {
		free(names);
		return;
	}
	(void)putchar('\n');
	say(c, "map", none);
	/* Once through before anything is printed: the shades are quarters of the largest figure,
	 * which is not known before. */
	for (size_t i = 0; i < n * n; i++) {
		const uint64_t v = between(flow, names[i / n].org, names[i % n].org);

		most = v > most ? v : most;
	}
	print_cell("", 28);
	for (size_t j = 0; j < n; j++)
		(void)printf("%5zu ", j + 1);
	(void)putchar('\n');
	for (size_t i = 0; i < n; i++) {
		(void)printf("%2zu ", i + 1);
		print_cell(names[i].org, 25);
		for (size_t j = 0; j < n; j++) {
			const uint64_t v = between(flow, names[i].org, names[j].org);

			if (i == j)
				(void)printf("      ");
			else if (v == 0)
				(void)printf("%5s ", msg_u64(flow, FLOW_OWN) != 0 ? "0" : ".");
			else
				(void)printf("%5llu%s", (unsigned long long)v, shade(v, most));
		}
		(void)putchar('\n');
	}
	if (all > n)
		(void)printf("   + %zu: kring flow --csv flow.csv\n", all - n);
	free(names);
}

/* ---- tables ---- */

enum { NEEDS_CELL = 7, WAITING_CELL = 8 };

/* A figure that chance alone may have made is a dot, as one that was too small to be published. */
static void figure_cell(const struct msg *r, unsigned field, uint64_t floor, int width)
{
	if (msg_has(r, field) && msg_u64(r, field) >= floor)
		(void)printf("%*llu", width, (unsigned long long)msg_u64(r, field));
	else
		(void)printf("%*s", width, ".");
}

/* A column of a table of figures. */
struct column {
	unsigned field;
	const char *head;
};

/* A row of dots alone says nothing and is left out. */
static bool worth(const struct msg *r, const struct column *columns, size_t n, uint64_t floor)
{
	for (size_t i = 0; i < n; i++)
		if (msg_u64(r, columns[i].field) >= (floor == 0 ? 1 : floor))
			return true;
	return false;
}

/* What was asked for and nobody could give: refusals by need, in three groups of reasons. */
static void needs(const struct cli *c, const struct msg *flow)
{
	static const struct column columns[] = {{FLOW_NEED_NO_CAPACITY, "[1]"},
						{FLOW_NEED_UNSUITABLE, "[2]"},
						{FLOW_NEED_OTHER, "[3]"}};
	enum { N = sizeof columns / sizeof columns[0] };
	const struct fill *none = FILL_NONE;
	const uint64_t floor = figures_floor(flow, "needs");
	bool begun = false;

	for (size_t i = 0; i < msg_count(flow, FLOW_NEEDS); i++) {
		const struct msg *r = msg_at(flow, FLOW_NEEDS, i);

		if (!worth(r, columns, N, floor))
			continue;
		/* The heading waits for the first row that is worth showing, or an empty table
		 * would stand there. */
		if (!begun) {
			(void)putchar('\n');
			say(c, "needs-table", none);
			(void)printf("  [1] %s  [2] %s  [3] %s\n",
				     list_text(LIST_DECLINE, c->lang, "no-capacity"),
				     list_text(LIST_FIGURES, c->lang, "unsuitable"),
				     list_text(LIST_DECLINE, c->lang, "other"));
			print_cell("", 56);
			for (size_t j = 0; j < N; j++)
				(void)printf("%*s", NEEDS_CELL, columns[j].head);
			(void)putchar('\n');
			begun = true;
		}
		print_cell(msg_text(r, FLOW_NEED_REPORTER), 28);
		print_cell(list_text(LIST_NEEDS, c->lang, msg_text(r, FLOW_NEED_NEED)), 26);
		for (size_t j = 0; j < N; j++)
			figure_cell(r, columns[j].field, floor, NEEDS_CELL);
		(void)putchar('\n');
	}
}

/* How long people waited for an answer, in the classes in which it is counted. */
static void waiting(const struct cli *c, const struct msg *flow)
{
	static const struct column columns[] = {
		{FLOW_NODE_ACCEPTED_1, "+ 0-1"},     {FLOW_NODE_ACCEPTED_2, "+ 2"},
		{FLOW_NODE_ACCEPTED_5, "+ 3-5"},     {FLOW_NODE_ACCEPTED_10, "+ 6-10"},
		{FLOW_NODE_ACCEPTED_MORE, "+ 11.."}, {FLOW_NODE_DECLINED_2, "- 0-2"},
		{FLOW_NODE_DECLINED_MORE, "- 3.."},  {FLOW_NODE_REDIRECTED, "->"},
		{FLOW_NODE_UNANSWERED, "?"}};
	enum { N = sizeof columns / sizeof columns[0] };
	const struct fill *none = FILL_NONE;
	const uint64_t floor = figures_floor(flow, "answers");
	/* on a narrow screen the figures stand below the name */
	const bool beside = c->width >= 30 + N * WAITING_CELL;

	if (msg_count(flow, FLOW_NODES) == 0)
		return;
	(void)putchar('\n');
	say(c, "waiting-table", none);
	(void)printf("  + %s  - %s  -> %s  ? %s\n", list_text(LIST_STATES, c->lang, "accepted"),
		     list_text(LIST_STATES, c->lang, "declined"),
		     list_text(LIST_STATES, c->lang, "redirected"),
		     list_text(LIST_REASONS, c->lang, "no-answer"));
	print_cell("", beside ? 28 : 2);
	for (size_t i = 0; i < N; i++)
		(void)printf("%*s", WAITING_CELL, columns[i].head);
	(void)putchar('\n');
	for (size_t i = 0; i < msg_count(flow, FLOW_NODES); i++) {
		const struct msg *r = msg_at(flow, FLOW_NODES, i);

		if (!worth(r, columns, N, floor))
			continue;
		print_cell(msg_text(r, FLOW_NODE_REPORTER), 28);
		if (!beside) {
			(void)putchar('\n');
			print_cell("", 2);
		}
		for (size_t j = 0; j < N; j++)
			figure_cell(r, columns[j].field, floor, WAITING_CELL);
		(void)putchar('\n');
	}
}

/* ---- the page ---- */

/* Who is missing from the figures, and why: before any figure is read. */
static void coverage(const struct cli *c, const struct msg *flow)
{
	const struct fill words[] = {{"v", NULL, msg_u64(flow, FLOW_REPORTS)},
				     {"of", NULL, msg_u64(flow, FLOW_REPORTERS)},
				     {.name = NULL}};

	say(c, "reports", words);
	for (size_t i = 0; i < msg_count(flow, FLOW_GAPS); i++) {
		const struct msg *g = msg_at(flow, FLOW_GAPS, i);

		(void)printf("  - %s %s\n", msg_text(g, FLOW_GAP_REPORTER),
			     list_text(LIST_FIGURES, c->lang, msg_text(g, FLOW_GAP_WHY)));
	}
}

/* Both ends count the same referrals: figures that differ by more than chance are a fault at one of them. */
static void differs(const struct cli *c, const struct msg *flow)
{
	for (size_t i = 0; i < msg_count(flow, FLOW_DIFFERS); i++) {
		const struct msg *d = msg_at(flow, FLOW_DIFFERS, i);
		const struct fill words[] = {{"sender", msg_text(d, FLOW_DIFFERS_SENDER), 0},
					     {"receiver", msg_text(d, FLOW_DIFFERS_RECEIVER), 0},
					     {"v", NULL, msg_u64(d, FLOW_DIFFERS_SENT)},
					     {"of", NULL, msg_u64(d, FLOW_DIFFERS_RECEIVED)},
					     {.name = NULL}};

		(void)printf("! ");
		say(c, "differs", words);
	}
}

/* How far the figures of the map can be from the truth, and what a dot means. */
static void honesty(const struct cli *c, const struct msg *flow)
{
	const struct fill words[] = {{"v", NULL, figures_error(flow, "flow")},
				     {"k", NULL, msg_u64(flow, FLOW_K)},
				     {"ks", NULL, msg_u64(flow, FLOW_K_SENSITIVE)},
				     {.name = NULL}};

	if (msg_count(flow, FLOW_SHARES) == 0)
		return;
	if (figures_error(flow, "flow") != 0)
		say(c, "noise", words);
	say(c, "small", words);
}

/* Did any need stand out?  If not, the page says so, or silence would be read as "all is well". */
static bool has_unmet(const struct msg *flow)
{
	for (size_t i = 0; i < msg_count(flow, FLOW_FIGURES); i++)
		if (strcmp(msg_text(msg_at(flow, FLOW_FIGURES, i), FLOW_FIGURE_CODE), "unmet") == 0)
			return true;
	return false;
}

void print_flow(const struct cli *c, const struct msg *flow)
{
	require(c != NULL && flow != NULL);
	const bool own = msg_u64(flow, FLOW_OWN) != 0;
	const struct fill q[] = {{"q", msg_text(flow, FLOW_QUARTER), 0}, {.name = NULL}};

	say(c, own ? "own-title" : "title", q);
	if (!own) {
		coverage(c, flow);
		(void)putchar('\n');
		for (size_t i = 0; i < msg_count(flow, FLOW_FIGURES); i++)
			(void)printf("* %s\n",
				     msg_text(msg_at(flow, FLOW_FIGURES, i), FLOW_FIGURE_SENTENCE));
		if (msg_count(flow, FLOW_FIGURES) > 0 && !has_unmet(flow))
			(void)printf("* %s\n", list_text(LIST_FIGURES, c->lang, "unmet-none"));
		if (msg_u64(flow, FLOW_UNSURE) != 0)
			(void)printf("* %s\n", list_text(LIST_FIGURES, c->lang, "unsure"));
		differs(c, flow);
	}
	map(c, flow);
	honesty(c, flow);
	needs(c, flow);
	waiting(c, flow);
}

/* Shown before it leaves and after: the same page, so that nothing else can be published than was seen. */
void print_flow_published(const struct cli *c, const struct msg *flow)
{
	require(c != NULL && flow != NULL);
	const char *state = msg_text(flow, FLOW_STATE), *refused = msg_text(flow, FLOW_REFUSED);
	char share[WORDS_SHORT], left[WORDS_SHORT];

	print_say_line(c,
		       strcmp(state, "published") == 0 ? "flow-published"
		       : strcmp(state, "ready") == 0   ? "flow-ready"
						       : "flow-too-early",
		       FILL({"quarter", msg_text(flow, FLOW_QUARTER), 0}));
	if (refused[0] != '\0')
		print_say_line(c, "flow-refused",
			       FILL({"why", list_text(LIST_FIGURES, c->lang, refused), 0}));
	for (size_t i = 0; i < msg_count(flow, FLOW_SHARES); i++) {
		const struct msg *s = msg_at(flow, FLOW_SHARES, i);
		char table[WORDS_SHORT];

		(void)snprintf(table, sizeof table, "table-%s", msg_text(s, FLOW_SHARE_TABLE));
		(void)words_thousandths(c->lang, msg_u64(s, FLOW_SHARE_SHARE), share);
		(void)printf("  ");
		print_say_line(c, "flow-share",
			       FILL({"table", list_text(LIST_FIGURES, c->lang, table), 0},
				    {"epsilon", share, 0},
				    {"error", NULL, msg_u64(s, FLOW_SHARE_ERROR)}));
	}
	print_say_line(
		c, "flow-budget",
		FILL({"spent", words_thousandths(c->lang, msg_u64(flow, FLOW_SPENT), share), 0},
		     {"left", words_thousandths(c->lang, msg_u64(flow, FLOW_LEFT), left), 0}));
	map(c, flow);
	honesty(c, flow);
	needs(c, flow);
	waiting(c, flow);
}

/* SPDX-License-Identifier: EUPL-1.2 */
/* Today, as a page of 80 columns: who, what, for whom and why on one line; until when and what to type on the next one.  What is
 * urgent stands first, by whatever day it is due; a page that is empty says what is on its way. */
#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "base/date.h"
#include "client/cli/terminal.h"
#include "client/print/move.h"
#include "client/print/print.h"
#include "client/print/todo.h"
#include "client/words/words.h"

enum { LINE_LEN = 1024, NAME_LEN = 256, INDENT = 2, DEEP = 6, COMMAND_AT = 38, YEAR_MIN = 1800 };

static const char *const groups[] = {"urgent", "late", "today", "undated", "week", "later"};

/* A sentence of today.psv into out, which is returned. */
static const char *say(const struct cli *c, char *out, size_t cap, const char *key,
		       const struct fill *values)
{
	require(key != NULL && values != NULL);
	return fill_text(out, cap, list_text(LIST_TODAY, c->lang, key), values,
			 words_plural(c->lang));
}

/* Parts of a line, with a point between. */
static void add(char line[LINE_LEN], const char *part)
{
	const size_t n = strlen(line), len = strlen(part);
	const char *between = n == 0 ? "" : " · ";
	const size_t wide = strlen(between);

	require(n < LINE_LEN);
	if (len == 0 || n + wide + len >= LINE_LEN)
		return;
	memcpy(line + n, between, wide);
	memcpy(line + n + wide, part, len + 1);
}

/* Further lines of a long one stand deeper, so that each person begins at the margin. */
static void put_line(const struct cli *c, const char *line, size_t indent)
{
	(void)printf("%*s", (int)indent, "");
	terminal_fold(c, line, indent, DEEP);
	(void)putchar('\n');
}

/* The node says it of each row. */
static bool is_urgent(const struct msg *row)
{
	return strcmp(msg_text(row, WORK_ROW_URGENCY), "urgent") == 0;
}

/* What is urgent stands in a group of its own and in no other. */
static bool in_group(const struct msg *row, size_t group)
{
	if (group == 0 || is_urgent(row))
		return group == 0 && is_urgent(row);
	return strcmp(msg_text(row, WORK_ROW_GROUP), groups[group]) == 0;
}

/* A birth date as people write it; NULL: a year, or a year and a month. */
static const char *birth(const struct cli *c, const char *text, char out[NAME_LEN])
{
	char day[3], month[3];
	struct date d;
	int64_t no;

	if (!date_read(text, YEAR_MIN, &no))
		return NULL;
	d = date_of(no);
	(void)snprintf(day, sizeof day, "%02u", (unsigned)d.day % 100);
	(void)snprintf(month, sizeof month, "%02u", (unsigned)d.month % 100);
	return say(c, out, NAME_LEN, "birth-day",
		   FILL({"day", day, 0}, {"month", month, 0}, {"year", NULL, (uint64_t)d.year}));
}

/* Who it is, as far as may be shown: two people who are called alike are told apart, one without a name goes by the case. */
struct who {
	const char *name, *birth, *case_id, *hollow, *same;
	bool alike;
};

/* Why content is not shown stands beside the person, or in place of the name. */
static void put_who(const struct cli *c, const struct who *w, char line[LINE_LEN])
{
	char text[NAME_LEN], day[NAME_LEN], id[TODO_CASE + 1];
	const char *born = birth(c, w->birth, day);

	todo_case(w->case_id, id);
	if (w->name[0] == '\0')
		add(line, say(c, text, sizeof text, "case", FILL({"case", id, 0})));
	else if (w->alike && w->birth[0] != '\0')
		add(line,
		    say(c, text, sizeof text, born == NULL ? "born-in" : "born",
			FILL({"name", w->name, 0}, {"birth", born == NULL ? w->birth : born, 0})));
	else if (w->alike)
		add(line, say(c, text, sizeof text, "of-case",
			      FILL({"name", w->name, 0}, {"case", id, 0})));
	else
		add(line, w->name);
	/* work for one person may stand in two rows of two cases */
	todo_case(w->same, id);
	if (w->same[0] != '\0')
		add(line, say(c, text, sizeof text, "same", FILL({"case", id, 0})));
	/* content that was withheld, erased or taken back says so */
	if (w->hollow[0] != '\0')
		add(line, print_hollow(c, w->hollow));
}

/* The day after the last one on which it was in time. */
static const char *late_day(const struct cli *c, const char *due, char out[WORDS_SHORT])
{
	char next[DATE_TEXT];
	int64_t day;

	if (!date_parse(due, &day))
		return words_day(c->lang, due, out);
	date_text(day + 1, next);
	return words_day(c->lang, next, out);
}

/* Late is told by the day since when, all else by the last day; what has no term by how long it stands there. */
static const char *when(const struct cli *c, const struct msg *row, char out[NAME_LEN])
{
	const char *group = msg_text(row, WORK_ROW_GROUP), *due = msg_text(row, WORK_ROW_DUE_DAY);
	const char *place = msg_text(row, WORK_ROW_PLACE);
	char day[WORDS_SHORT];

	if (strcmp(msg_text(row, WORK_ROW_KIND), "appointment") == 0)
		return say(c, out, NAME_LEN, place[0] == '\0' ? "on" : "on-at",
			   FILL({"day", words_day(c->lang, due, day), 0}, {"place", place, 0}));
	if (strcmp(group, "late") == 0)
		return say(c, out, NAME_LEN, "late-since", FILL({"day", late_day(c, due, day), 0}));
	if (strcmp(group, "today") == 0)
		return say(c, out, NAME_LEN, "until-today", FILL_NONE);
	if (due[0] != '\0')
		return say(c, out, NAME_LEN, "until",
			   FILL({"day", words_day(c->lang, due, day), 0}));
	(void)words_day_of(c->lang, msg_u64(row, WORK_ROW_SINCE_MS), day);
	return say(c, out, NAME_LEN, "since", FILL({"day", day, 0}));
}

/* The others that end the same work, by their names. */
static void put_also(const struct cli *c, const struct msg *row, char line[LINE_LEN])
{
	char names[NAME_LEN] = "", text[LINE_LEN], one[NAME_LEN];
	size_t n;

	for (const char *s = msg_text(row, WORK_ROW_ALSO); *s != '\0'; s += n + (s[n] == ',')) {
		n = strcspn(s, ",");
		if (n >= sizeof one)
			break;
		memcpy(one, s, n);
		one[n] = '\0';
		move_command(c, one, "", names, sizeof names);
	}
	if (msg_u64(row, WORK_ROW_BY_HAND) != 0)
		move_command(c, "done", msg_text(row, WORK_ROW_REF), names, sizeof names);
	if (names[0] != '\0')
		add(line, say(c, text, sizeof text, "also", FILL({"commands", names, 0})));
}

/* Until when, and behind it, mostly in a column of its own, what to type; where that is too long, below. */
static void put_do(const struct cli *c, const char *left, bool late, const char *command)
{
	const size_t wide = DEEP + terminal_columns(left, strlen(left));
	const size_t at = wide + 2 <= COMMAND_AT ? COMMAND_AT : wide + 2;
	const size_t len = strlen(command);

	(void)printf("%*s%s%s%s", DEEP, "", late ? terminal_mark(c, MARK_LATE) : "", left,
		     late ? terminal_mark(c, MARK_OFF) : "");
	/* a command is copied: it is never broken in two to fit */
	if (at + terminal_columns(command, len) <= c->width)
		(void)printf("%*s%s\n", (int)(at - wide), "", command);
	else
		(void)printf("\n%*s%s\n", DEEP, "", command);
}

/* Whom one must not phone is told before anything else. */
static void put_work(const struct cli *c, const struct msg *row)
{
	const struct who w = {msg_text(row, WORK_ROW_NAME),    msg_text(row, WORK_ROW_BIRTH_DATE),
			      msg_text(row, WORK_ROW_CASE_ID), msg_text(row, WORK_ROW_HOLLOW),
			      msg_text(row, WORK_ROW_SAME),    msg_u64(row, WORK_ROW_ALIKE) != 0};
	char line[LINE_LEN] = "", also[LINE_LEN] = "", left[NAME_LEN], quiet[NAME_LEN];

	if (msg_u64(row, WORK_ROW_DO_NOT_CONTACT) != 0)
		add(line, say(c, quiet, sizeof quiet, "quiet", FILL_NONE));
	put_who(c, &w, line);
	add(line, list_text(LIST_WORK, c->lang, msg_text(row, WORK_ROW_KIND)));
	if (strcmp(msg_text(row, WORK_ROW_KIND), "message-new") == 0 ||
	    strcmp(msg_text(row, WORK_ROW_KIND), "passed-around") == 0)
		add(line, list_text(LIST_WORK, c->lang, msg_text(row, WORK_ROW_DETAIL)));
	add(line, msg_text(row, WORK_ROW_PARTNER));
	if (strcmp(msg_text(row, WORK_ROW_DETAIL), "write-letter") == 0)
		add(line, list_text(LIST_UI, c->lang, "write-letter"));
	add(line, list_text(LIST_NEEDS, c->lang, msg_text(row, WORK_ROW_NEED)));
	put_line(c, line, INDENT);
	put_also(c, row, also);
	put_do(c, when(c, row, left), strcmp(msg_text(row, WORK_ROW_GROUP), "late") == 0,
	       msg_text(row, WORK_ROW_COMMAND));
	if (also[0] != '\0')
		put_line(c, also, DEEP);
}

/* The heading of a group, behind an empty line. */
static void put_heading(const struct cli *c, const char *group, uint64_t n)
{
	char text[NAME_LEN];

	(void)printf("\n%s%s%s\n", terminal_mark(c, MARK_HEAD),
		     say(c, text, sizeof text, "group",
			 FILL({"group", list_text(LIST_TODAY, c->lang, group), 0}, {"n", NULL, n})),
		     terminal_mark(c, MARK_OFF));
}

/* Rows come in their order; a group that has none has no heading. */
static void put_groups(const struct cli *c, const struct msg *reply)
{
	for (size_t g = 0; g < sizeof groups / sizeof groups[0]; g++) {
		uint64_t n = 0;

		for (size_t i = 0; i < msg_count(reply, REPLY_WORK); i++)
			n += in_group(msg_at(reply, REPLY_WORK, i), g);
		if (n != 0)
			put_heading(c, groups[g], n);
		for (size_t i = 0; n != 0 && i < msg_count(reply, REPLY_WORK); i++)
			if (in_group(msg_at(reply, REPLY_WORK, i), g))
				put_work(c, msg_at(reply, REPLY_WORK, i));
	}
}

/* Nothing is to be done here, so the command only shows it.  What is not there yet cannot be late. */
static void put_waiting_row(const struct cli *c, const struct msg *row)
{
	const struct who w = {
		msg_text(row, REFERRAL_ROW_NAME),    msg_text(row, REFERRAL_ROW_BIRTH_DATE),
		msg_text(row, REFERRAL_ROW_CASE_ID), msg_text(row, REFERRAL_ROW_HOLLOW),
		msg_text(row, REFERRAL_ROW_SAME),    msg_u64(row, REFERRAL_ROW_ALIKE) != 0};
	const char *due = msg_text(row, REFERRAL_ROW_DUE_DAY), *urgent = "";
	const char *what = list_text(LIST_WORK, c->lang, msg_text(row, REFERRAL_ROW_TODO));
	/* a receipt says that it lies there; what came from there needs none */
	const bool there = msg_u64(row, REFERRAL_ROW_MINE) != 0
				   ? msg_u64(row, REFERRAL_ROW_STORED_MS) != 0
				   : msg_u64(row, REFERRAL_ROW_UNDELIVERED) == 0;
	const bool late = msg_u64(row, REFERRAL_ROW_OVERDUE) != 0;
	char line[LINE_LEN] = "", left[LINE_LEN], day[WORDS_SHORT], show[NAME_LEN];

	if (strcmp(msg_text(row, REFERRAL_ROW_URGENCY), "urgent") == 0)
		urgent = list_text(LIST_UI, c->lang, "urgent");
	put_who(c, &w, line);
	add(line, list_text(LIST_NEEDS, c->lang, msg_text(row, REFERRAL_ROW_NEED)));
	add(line, urgent);
	put_line(c, line, INDENT);
	say(c, left, sizeof left,
	    !there	     ? "undelivered"
	    : due[0] == '\0' ? "partner"
	    : late	     ? "partner-late"
			     : "partner-until",
	    FILL({"partner", msg_text(row, REFERRAL_ROW_PARTNER), 0}, {"what", what, 0},
		 {"day", late ? late_day(c, due, day) : words_day(c->lang, due, day), 0}));
	(void)snprintf(show, sizeof show, "kring show %s", msg_text(row, REFERRAL_ROW_REF));
	put_do(c, left, late && there, show);
}

/* Of a whole case that is to move, or to come. */
static void put_handover(const struct cli *c, const struct msg *row)
{
	static const char *const work[][2] = {{"proposed", "handover-answer"},
					      {"agreed", "handover-send"},
					      {"staged", "handover-cede"},
					      {"ceded", "handover-take"}};
	const struct who w = {msg_text(row, HANDOVER_ROW_NAME),
			      "",
			      msg_text(row, HANDOVER_ROW_CASE_ID),
			      "",
			      "",
			      false};
	const char *due = msg_text(row, HANDOVER_ROW_DUE_DAY), *what = "";
	char line[LINE_LEN] = "", left[LINE_LEN], day[WORDS_SHORT], show[NAME_LEN];

	/* the work of whoever is to move is called as on their own screen, so that both can talk about it by telephone */
	for (size_t i = 0; i < sizeof work / sizeof work[0]; i++)
		if (strcmp(work[i][0], msg_text(row, HANDOVER_ROW_STATE)) == 0)
			what = list_text(LIST_WORK, c->lang, work[i][1]);
	put_who(c, &w, line);
	put_line(c, line, INDENT);
	/* an answer has a last day; what follows it has reminders */
	say(c, left, sizeof left, due[0] == '\0' ? "partner" : "partner-until",
	    FILL({"partner", msg_text(row, HANDOVER_ROW_PARTNER), 0}, {"what", what, 0},
		 {"day", words_day(c->lang, due, day), 0}));
	(void)snprintf(show, sizeof show, "kring handover show %s",
		       msg_text(row, HANDOVER_ROW_REF));
	put_do(c, left, false, show);
}

/* Some of them; the heading says how many there are. */
static void put_waiting(const struct cli *c, const struct msg *reply)
{
	const uint64_t all = msg_u64(reply, REPLY_WAITING);
	const size_t shown = msg_count(reply, REPLY_REFERRALS),
		     cases = msg_count(reply, REPLY_HANDOVERS);
	char text[NAME_LEN];

	/* also on a further page: the first one showed them */
	if (all + cases == 0)
		return;
	put_heading(c, "waiting", all + cases);
	for (size_t i = 0; i < cases; i++)
		put_handover(c, msg_at(reply, REPLY_HANDOVERS, i));
	for (size_t i = 0; i < shown; i++)
		put_waiting_row(c, msg_at(reply, REPLY_REFERRALS, i));
	if (all > shown)
		put_line(c,
			 say(c, text, sizeof text, "more-waiting", FILL({"n", NULL, all - shown})),
			 INDENT);
}

/* An empty page says so, and what is on its way. */
void print_today(const struct cli *c, const struct msg *reply)
{
	char text[NAME_LEN], day[WORDS_SHORT];

	require(c != NULL && reply != NULL);
	(void)printf("%s\n",
		     say(c, text, sizeof text, "title",
			 FILL({"day", words_day(c->lang, msg_text(reply, REPLY_DAY), day), 0})));
	if (msg_count(reply, REPLY_WORK) == 0)
		put_line(c, say(c, text, sizeof text, "empty", FILL_NONE), INDENT);
	put_groups(c, reply);
	/* somebody new: nothing here, and nothing on its way */
	if (msg_count(reply, REPLY_WORK) == 0 && msg_u64(reply, REPLY_WAITING) == 0 &&
	    msg_count(reply, REPLY_HANDOVERS) == 0)
		put_line(c, say(c, text, sizeof text, "empty-too", FILL_NONE), INDENT);
	put_waiting(c, reply);
	print_pages(c, reply);
}

/* For somebody who has just installed it, or sits at another machine. */
void print_today_alone(const struct cli *c)
{
	char text[LINE_LEN];

	require(c->socket != NULL);
	put_line(c, say(c, text, sizeof text, "no-node", FILL({"socket", c->socket, 0})), 0);
	put_line(c, say(c, text, sizeof text, "no-node-do", FILL_NONE), INDENT);
	(void)putchar('\n');
}

/* SPDX-License-Identifier: EUPL-1.2 */
/* What rows are made of.  Days and moments are shown in the time of whoever reads; a deadline is a day that the node
 * computed, because only the node knows where the term runs. */
#include "client/print/print.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/limits.h"
#include "base/text.h"
#include "client/cli/terminal.h"
#include "proto/lists.h"

enum { ID_DIGITS = 32, ID_TIME_DIGITS = 12, ID_SHOWN = 8 };

/* "-" for a moment that is not known. */
void print_time(const struct cli *c, uint64_t ms)
{
	char text[WORDS_SHORT];

	require(c != NULL);
	(void)fputs(words_moment(c->lang, ms, text), stdout);
}

void print_day(const struct cli *c, const char *text)
{
	char day[WORDS_SHORT];

	require(c != NULL && text != NULL);
	(void)fputs(words_day(c->lang, text, day), stdout);
}

void print_day_of(const struct cli *c, uint64_t ms)
{
	char day[WORDS_SHORT];

	require(c != NULL);
	(void)fputs(words_day_of(c->lang, ms, day), stdout);
}

/* A deadline is the last day, as the daemon says it: it knows where the term runs. */
void print_due(const struct cli *c, const struct msg *r, unsigned day, unsigned overdue)
{
	require(c != NULL && r != NULL);
	if (!msg_has(r, day))
		return;
	(void)printf("%s ", list_text(LIST_UI, c->lang, "due"));
	print_day(c, msg_text(r, day));
	if (msg_u64(r, overdue) != 0)
		(void)printf(" (%s%s%s)", terminal_mark(c, MARK_LATE),
			     list_text(LIST_UI, c->lang, "overdue"), terminal_mark(c, MARK_OFF));
}

/* In the order of their bits, so that two lists can be compared by eye; "-" for none. */
void print_cats(const struct cli *c, uint64_t cats)
{
	bool first = true;

	require(c != NULL);
	for (unsigned bit = 0; msg_cat_name(bit) != NULL; bit++)
		if (cats >> bit & 1) {
			(void)printf("%s%s", first ? "" : ", ",
				     cli_called(c, c->lang, LIST_CATEGORIES, msg_cat_name(bit)));
			first = false;
		}
	if (first)
		(void)printf("-");
}

/* An id begins with the time at which it was made (12 digits), so that the ids of one day begin alike; what tells them
 * apart comes behind.  The node takes the beginning of that as well as the whole. */
const char *print_short(const char *id)
{
	require(id != NULL);
	return strlen(id) == ID_DIGITS ? id + ID_TIME_DIGITS : id;
}

enum { CELL_MAX = LIMIT_ORG_NAME };

/* At least width characters, counted in code points.  A column gives way before a name is cut: two may differ at
 * their ends only.  What is cut all the same says so. */
void print_cell(const char *s, int width)
{
	int n = 0;

	require(s != NULL && width >= 0);
	for (size_t blank; *s != '\0'; s++) {
		/* Two blanks are between cells: within one they would be the next column, with what a partner
		 * writes there. */
		while ((blank = text_blank_len(s)) != 0 &&
		       (n == 0 || s[blank] == '\0' || text_blank_len(s + blank) != 0))
			s += blank;
		if (*s == '\0')
			break;
		/* Bytes that continue a character take no column of their own; letters that are two
		 * columns wide are not counted as such. */
		if (((unsigned char)*s & 0xc0) != 0x80 && n++ == CELL_MAX) {
			(void)printf("…");
			break;
		}
		(void)putchar(*s);
	}
	for (; n < width; n++)
		(void)putchar(' ');
	(void)printf("  ");
}

/* What a partner wrote, or somebody here: several lines of it are one cell of ours. */
void print_lines(const char *s)
{
	require(s != NULL);
	for (; *s != '\0'; s++)
		if (*s == '\n')
			/* Each further line is marked: a text from a partner could otherwise look
			 * like a row of ours. */
			(void)printf("\n      | ");
		else
			(void)putchar(*s == '\t' ? ' ' : *s);
}

void print_urgent(const struct cli *c, const char *urgency)
{
	require(c != NULL && urgency != NULL);
	if (strcmp(urgency, "urgent") == 0)
		(void)printf("%s%s%s  ", terminal_mark(c, MARK_ALARM),
			     list_text(LIST_UI, c->lang, "urgent"), terminal_mark(c, MARK_OFF));
}

void print_sentence(const struct cli *c, const char *text, const char *p, const char *d,
		    const char *w)
{
	require(text != NULL && p != NULL && d != NULL && w != NULL);
	fill_print(stdout, text, FILL({"p", p, 0}, {"d", d, 0}, {"w", w, 0}),
		   words_plural(c->lang));
	(void)putchar('\n');
}

void print_say(const struct cli *c, const char *key, const struct fill *values)
{
	require(c != NULL && key != NULL && values != NULL);
	words_say(c->lang, stdout, key, values);
}

void print_say_line(const struct cli *c, const char *key, const struct fill *values)
{
	char *text = NULL;
	size_t len = 0;
	FILE *line;

	require(key != NULL && values != NULL);
	/* part of a page is made to fit with the page; it may stand behind a label */
	line = c->page_out > 0 || !c->folded ? NULL : open_memstream(&text, &len);
	words_say(c->lang, line == NULL ? stdout : line, key, values);
	if (line == NULL)
		(void)putchar('\n');
	else if (fclose(line) == 0)
		terminal_line(c, stdout, text, len);
	free(text);
}

/* The longest label of any language; a longer one pushes its own row only. */
enum { LABEL_WIDTH = 13 };

void print_label(const struct cli *c, const char *key)
{
	require(c != NULL && key != NULL);
	(void)printf("  ");
	print_cell(words_of(c->lang, key), LABEL_WIDTH);
}

void print_row(const struct cli *c, const char *key, const char *text)
{
	print_label(c, key);
	(void)printf("%s\n", text);
}

/* What does not fit is left out; *len is the length so far. */
static void append(char *out, size_t cap, size_t *len, const char *s)
{
	for (; *s != '\0' && *len + 1 < cap; s++)
		out[(*len)++] = *s;
	out[*len] = '\0';
}

/* Codes of one list with the reader's words for them: "digits, telephone". */
void print_codes(const struct cli *c, enum list_id list, const char *codes, char *out, size_t cap)
{
	char copy[WORDS_SHORT * 4], *save = NULL;
	size_t len = 0;

	require(c != NULL && codes != NULL && out != NULL && cap > 0);
	out[0] = '\0';
	(void)snprintf(copy, sizeof copy, "%s", codes);
	for (char *w = strtok_r(copy, ",", &save); w != NULL; w = strtok_r(NULL, ",", &save)) {
		append(out, cap, &len, len == 0 ? "" : ", ");
		append(out, cap, &len, cli_called(c, c->lang, list, w + strspn(w, " ")));
	}
}

/* Of 100 000 cases hardly two share eight digits; where two do, the node names both whole, and more is typed. */
void print_id(const char *id)
{
	char text[ID_SHOWN + 1];

	(void)snprintf(text, sizeof text, "%.*s", ID_SHOWN, print_short(id));
	print_cell(text, ID_SHOWN);
}

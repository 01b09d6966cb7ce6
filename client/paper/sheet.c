/* SPDX-License-Identifier: EUPL-1.2 */
/* One text, two forms.  On a printer: A4, one column, black on white. */
#include "client/paper/sheet.h"

#include <string.h>

#include "base/check.h"
#include "client/cli/terminal.h"
#include "client/paper/frame.h"
#include "client/print/print.h"

enum { TEXT_MAX = 8192, LABEL_WIDTH = 26 };

/* Letters that a browser reads as something else; what else is not printed a partner could hide behind. */
static void escaped(FILE *to, const char *text)
{
	require(to != NULL && text != NULL);
	for (; *text != '\0'; text++)
		switch (*text) {
		case '&':
			(void)fputs("&amp;", to);
			break;
		case '<':
			(void)fputs("&lt;", to);
			break;
		case '>':
			(void)fputs("&gt;", to);
			break;
		case '"':
			(void)fputs("&quot;", to);
			break;
		case '\'':
			(void)fputs("&#39;", to);
			break;
		case '\n':
			(void)fputs("<br>", to);
			break;
		default:
			if ((unsigned char)*text >= 0x20 && *text != 0x7f)
				(void)fputc(*text, to);
		}
}

static void element(struct sheet *s, const char *name, const char *text)
{
	(void)fprintf(s->to, "<%s>", name);
	escaped(s->to, text);
	(void)fprintf(s->to, "</%s>\n", name);
}

/* What is open from the line before ends where something else begins. */
static void settle(struct sheet *s, bool list, bool table)
{
	if (!s->html)
		return;
	if (s->list && !list)
		(void)fputs("</ul>\n", s->to);
	if (s->table && !table)
		(void)fputs("</table>\n", s->to);
	if (!s->list && list)
		(void)fputs("<ul>\n", s->to);
	if (!s->table && table)
		(void)fputs("<table>\n", s->to);
	s->list = list;
	s->table = table;
}

/* Policy: nothing is loaded and nothing runs, whatever a browser is asked. */
void sheet_begin(struct sheet *s, const char *title)
{
	require(s->c != NULL && s->to != NULL);
	s->list = s->table = false;
	s->fresh = true;
	if (!s->html) {
		(void)fprintf(s->to, "%s\n\n", title);
		return;
	}
	(void)fprintf(s->to, FRAME_HEAD, list_langs[s->lang]);
	element(s, "title", title);
	(void)fputs(frame_style, s->to);
	element(s, "h1", title);
}

void sheet_end(struct sheet *s)
{
	settle(s, false, false);
	if (s->html)
		(void)fputs("</body>\n</html>\n", s->to);
}

void sheet_head(struct sheet *s, const char *text)
{
	settle(s, false, false);
	if (s->html)
		element(s, "h2", text);
	else
		(void)fprintf(s->to, s->fresh ? "%s\n" : "\n%s\n", text);
	s->fresh = false;
}

/* On the terminal each further line of a text is marked, so that none looks like a line of ours. */
static void plain(const struct sheet *s, const char *text)
{
	for (; *text != '\0'; text++)
		if (*text == '\n')
			(void)fputs("\n      | ", s->to);
		else
			(void)fputc(*text == '\t' ? ' ' : *text, s->to);
}

void sheet_text(struct sheet *s, const char *text)
{
	settle(s, false, false);
	s->fresh = false;
	if (s->html) {
		element(s, "p", text);
		return;
	}
	plain(s, text);
	(void)fputc('\n', s->to);
}

static const char *filled(const struct sheet *s, const char *key, const struct fill *values,
			  char out[TEXT_MAX])
{
	return fill_text(out, TEXT_MAX, list_text(LIST_PAPER, s->lang, key), values,
			 words_plural(s->lang));
}

void sheet_say(struct sheet *s, const char *key, const struct fill *values)
{
	char text[TEXT_MAX];

	sheet_text(s, filled(s, key, values, text));
}

void sheet_item(struct sheet *s, const char *text)
{
	settle(s, true, false);
	if (s->html) {
		element(s, "li", text);
		return;
	}
	(void)fputs("  - ", s->to);
	plain(s, text);
	(void)fputc('\n', s->to);
}

void sheet_point(struct sheet *s, const char *key, const struct fill *values)
{
	char text[TEXT_MAX];

	sheet_item(s, filled(s, key, values, text));
}

void sheet_pair(struct sheet *s, const char *label, const char *value)
{
	settle(s, false, true);
	if (s->html) {
		(void)fputs("<tr><td>", s->to);
		escaped(s->to, label);
		(void)fputs("</td><td>", s->to);
		escaped(s->to, value);
		(void)fputs("</td></tr>\n", s->to);
		return;
	}
	(void)fprintf(s->to, "  %s", label);
	for (size_t n = terminal_columns(label, strlen(label)); n < LABEL_WIDTH; n++)
		(void)fputc(' ', s->to);
	(void)fputs("  ", s->to);
	plain(s, value);
	(void)fputc('\n', s->to);
}

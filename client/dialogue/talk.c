/* SPDX-License-Identifier: EUPL-1.2 */
/* A terminal that can only print and read lines is enough: no cursor is moved and nothing is printed over, so that a screen
 * reader, a braille line and a slow line read the same.  Before a line is read everything is on the screen. */
#include "client/dialogue/talk.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/check.h"
#include "base/text.h"
#include "client/cli/terminal.h"
#include "client/cli/typed.h"
#include "client/cli/value.h"
#include "client/words/words.h"

enum { SENTENCE = 2048, WORD = 128, TWO_COLUMNS_FROM = 10, COLUMN = 38, NUMBER_WIDE = 5 };

bool talk_possible(const struct cli *c)
{
	return !c->json && isatty(STDIN_FILENO) != 0 && isatty(STDOUT_FILENO) != 0;
}

const char *talk_of(const struct cli *c, const char *key)
{
	return list_text(LIST_DIALOGUE, c->lang, key);
}

/* A line of the text that begins further in keeps its place: its blanks are not folded away. */
void talk_paragraph(const struct cli *c, const char *text, const char *mark)
{
	char line[SENTENCE];

	while (*text != '\0') {
		const size_t n = strcspn(text, "\n");
		const size_t k = n < sizeof line ? n : sizeof line - 1;

		memcpy(line, text, k);
		line[k] = '\0';
		(void)fputs(mark, stdout);
		terminal_fold(c, line, strlen(mark), strlen(mark));
		(void)putchar('\n');
		text += n + (text[n] == '\n' ? 1 : 0);
	}
}

void talk_say(const struct cli *c, const char *key, const struct fill *values)
{
	char text[SENTENCE];

	talk_paragraph(c,
		       fill_text(text, sizeof text, talk_of(c, key), values, words_plural(c->lang)),
		       "");
}

void talk_head(const struct cli *c, const char *key, const struct fill *values)
{
	(void)putchar('\n');
	talk_say(c, key, values);
}

/* ---- one line ---- */

/* Is it one of the words of that row, parted by commas? */
static bool word_is(const struct cli *c, const char *key, const char *typed)
{
	const char *words = talk_of(c, key);
	const size_t n = strlen(typed);

	for (size_t len; *words != '\0'; words += len + (words[len] == ',' ? 1 : 0)) {
		len = strcspn(words, ",");
		if (words_same(span_of(words, len), span_of(typed, n)))
			return true;
	}
	return false;
}

/* What nobody can see, and what the node would refuse, is asked again here and not at the end. */
static bool readable(const struct cli *c, const char *line)
{
	char why[128];

	if (value_fault(c->lang, span_of(line, strlen(line)), why) == NULL)
		return true;
	talk_say(c, "not-text", FILL_NONE);
	return false;
}

/* A line that does not fit is read to its end and asked again: half of one is nobody's answer. */
static bool whole_line(char out[TALK_LINE])
{
	size_t n = strlen(out);
	int ch = 0;

	if (n > 0 && out[n - 1] == '\n') {
		while (n > 0 && strchr("\r\n", out[n - 1]) != NULL)
			out[--n] = '\0';
		return true;
	}
	if (n + 1 < TALK_LINE) /* the input ends here */
		return true;
	while ((ch = getchar()) != EOF && ch != '\n')
		;
	return false;
}

static void trim(char *line)
{
	const size_t from = strspn(line, " \t");
	size_t n = strlen(line + from);

	memmove(line, line + from, n + 1);
	while (n > 0 && (line[n - 1] == ' ' || line[n - 1] == '\t'))
		line[--n] = '\0';
}

enum talk talk_line(const struct cli *c, const char *usual, char out[TALK_LINE])
{
	for (;;) {
		if (usual != NULL && usual[0] != '\0')
			(void)printf("[%s] ", usual);
		(void)fputs("> ", stdout);
		(void)fflush(stdout);
		if (!typed_line(out, TALK_LINE)) {
			(void)putchar('\n');
			return TALK_STOP;
		}
		if (!whole_line(out)) {
			talk_say(c, "too-long", FILL_NONE);
			continue;
		}
		trim(out);
		if (word_is(c, "word-back", out))
			return TALK_BACK;
		if (word_is(c, "word-stop", out))
			return TALK_STOP;
		if (readable(c, out))
			return TALK_OK;
	}
}

enum talk talk_lines(const struct cli *c, char *out, size_t cap)
{
	size_t n = 0;

	out[0] = '\0';
	for (;;) {
		char line[TALK_LINE];
		const enum talk t = talk_line(c, NULL, line);
		const size_t len = strlen(line);

		if (t != TALK_OK || len == 0)
			return t == TALK_BACK && n > 0 ? TALK_OK : t;
		if (n + len + 2 > cap) {
			talk_say(c, "too-long", FILL_NONE);
			return TALK_OK;
		}
		if (n > 0)
			out[n++] = '\n';
		memcpy(out + n, line, len + 1);
		n += len;
	}
}

/* ---- lists ---- */

static size_t columns(const char *text)
{
	return terminal_columns(text, strlen(text));
}

/* In two columns when there are many short ones: a list that runs off the screen is not read. */
static bool two_columns(const struct cli *c, const struct talk_item *items, size_t count)
{
	if (count < TWO_COLUMNS_FROM || c->width < (size_t)2 * COLUMN)
		return false;
	for (size_t i = 0; i < count; i++)
		if (items[i].off != NULL || columns(items[i].text) > COLUMN - NUMBER_WIDE - 1)
			return false;
	return true;
}

static void print_item(const struct cli *c, const struct talk_item *item, size_t number,
		       const uint64_t *marks)
{
	const size_t indent = NUMBER_WIDE + (marks != NULL ? 4 : 0);
	char text[SENTENCE];

	(void)snprintf(text, sizeof text, "%s%s%s%s", item->text, item->off == NULL ? "" : " (",
		       item->off == NULL ? "" : item->off, item->off == NULL ? "" : ")");
	if (item->off != NULL)
		(void)printf("  -  ");
	else
		(void)printf("%3zu  ", number);
	if (marks != NULL)
		(void)printf("%s ", item->off != NULL			? "   "
				    : (*marks >> (number - 1) & 1) != 0 ? "[x]"
									: "[ ]");
	terminal_fold(c, text, indent, indent);
}

void talk_items(const struct cli *c, const struct talk_item *items, size_t count,
		const uint64_t *marks)
{
	const bool two = marks == NULL && two_columns(c, items, count);
	const size_t half = (count + 1) / 2;

	for (size_t i = 0; i < (two ? half : count); i++) {
		print_item(c, &items[i], i + 1, marks);
		if (two && i + half < count) {
			(void)printf("%*s", (int)(COLUMN - NUMBER_WIDE - columns(items[i].text)),
				     "");
			print_item(c, &items[i + half], i + half + 1, NULL);
		}
		(void)putchar('\n');
	}
}

/* Does any word of item but its first begin so? */
static bool within(const char *item, const char *slug)
{
	for (const char *s = strchr(item, '-'); s != NULL; s = strchr(s + 1, '-'))
		if (strncmp(s + 1, slug, strlen(slug)) == 0)
			return true;
	return false;
}

/* A number, the beginning of one item alone, or of a word in one item alone ("schriftelijk" for "ja, schriftelijk"); TALK_NONE:
 * neither. */
size_t talk_which(const struct talk_item *items, size_t count, const char *typed)
{
	char slug[SENTENCE], item[SENTENCE];
	size_t found = TALK_NONE, inner = TALK_NONE, inners = 0, n;
	uint64_t number = 0;

	if (value_whole(typed, &number))
		return number >= 1 && number <= count ? (size_t)number - 1 : TALK_NONE;
	if (!text_slug(slug, sizeof slug, typed) || slug[0] == '\0')
		return TALK_NONE;
	n = strlen(slug);
	for (size_t i = 0; i < count; i++) {
		if (!text_slug(item, sizeof item, items[i].text))
			continue;
		if (strncmp(item, slug, n) != 0) {
			inner = within(item, slug) ? i : inner;
			inners += within(item, slug);
			continue;
		}
		if (item[n] == '\0') /* the whole of it, whatever else begins so */
			return i;
		if (found != TALK_NONE)
			return TALK_NONE;
		found = i;
	}
	return found != TALK_NONE || inners != 1 ? found : inner;
}

/* Says why not, when it is there and cannot be chosen. */
static bool may_choose(const struct cli *c, const struct talk_item *items, size_t i,
		       const char *typed)
{
	if (i == TALK_NONE) {
		talk_say(c, "not-in-list", FILL({"typed", typed, 0}));
		return false;
	}
	if (items[i].off == NULL)
		return true;
	talk_say(c, "not-possible", FILL({"what", items[i].text, 0}, {"why", items[i].off, 0}));
	return false;
}

enum talk talk_pick(const struct cli *c, const struct talk_item *items, size_t count, size_t usual,
		    size_t *out)
{
	char line[TALK_LINE], number[32] = "";

	require(count > 0 && count <= TALK_ITEMS);
	talk_items(c, items, count, NULL);
	if (usual < count)
		(void)snprintf(number, sizeof number, "%zu", usual + 1);
	for (;;) {
		const enum talk t = talk_line(c, number, line);

		if (t != TALK_OK)
			return t;
		*out = line[0] == '\0' ? usual : talk_which(items, count, line);
		if (line[0] == '\0' && usual == TALK_NONE)
			talk_say(c, "type-number", FILL_NONE);
		else if (may_choose(c, items, *out, line))
			return TALK_OK;
	}
}

/* "1 3", "1,3", "1 en 3"; a name of several words is one choice. */
static bool some(const struct cli *c, const struct talk_item *items, size_t count, char *line,
		 uint64_t *out)
{
	char whole[TALK_LINE], *save = NULL;
	const size_t one = talk_which(items, count, line);

	*out = 0;
	if (one != TALK_NONE) {
		*out = UINT64_C(1) << one;
		return may_choose(c, items, one, line);
	}
	memcpy(whole, line, sizeof whole);
	for (char *w = strtok_r(whole, ", +&", &save); w != NULL;
	     w = strtok_r(NULL, ", +&", &save)) {
		const size_t i = talk_which(items, count, w);

		if (i == TALK_NONE && word_is(c, "word-and", w))
			continue;
		if (!may_choose(c, items, i, w))
			return false;
		*out |= UINT64_C(1) << i;
	}
	return *out != 0;
}

enum talk talk_pick_some(const struct cli *c, const struct talk_item *items, size_t count,
			 uint64_t usual, uint64_t *out)
{
	char line[TALK_LINE], text[WORD] = "";
	size_t n = 0;

	require(count > 0 && count <= TALK_ITEMS);
	talk_items(c, items, count, NULL);
	for (size_t i = 0; i < count && n + 4 < sizeof text; i++)
		if ((usual >> i & 1) != 0)
			n += (size_t)snprintf(text + n, sizeof text - n, "%s%zu", n == 0 ? "" : " ",
					      i + 1);
	for (;;) {
		const enum talk t = talk_line(c, text, line);

		if (t != TALK_OK)
			return t;
		*out = usual;
		if (line[0] == '\0' ? usual != 0 : some(c, items, count, line, out))
			return TALK_OK;
		if (line[0] == '\0')
			talk_say(c, "type-number", FILL_NONE);
	}
}

enum talk talk_mark(const struct cli *c, const struct talk_item *items, size_t count,
		    uint64_t *marks)
{
	char line[TALK_LINE];

	require(count > 0 && count <= TALK_ITEMS);
	for (;;) {
		uint64_t turned;
		enum talk t;

		talk_items(c, items, count, marks);
		talk_say(c, "mark-how", FILL_NONE);
		t = talk_line(c, NULL, line);
		if (t != TALK_OK || line[0] == '\0')
			return t;
		if (some(c, items, count, line, &turned))
			*marks ^= turned;
	}
}

enum talk talk_yes(const struct cli *c, bool usual, bool *yes)
{
	const struct talk_item items[] = {{talk_of(c, "yes"), NULL}, {talk_of(c, "no"), NULL}};
	char line[TALK_LINE];

	for (;;) {
		const enum talk t = talk_line(c, items[usual ? 0 : 1].text, line);

		if (t != TALK_OK)
			return t;
		*yes = usual;
		if (line[0] == '\0')
			return TALK_OK;
		*yes = talk_which(items, 2, line) == 0;
		if (talk_which(items, 2, line) != TALK_NONE)
			return TALK_OK;
		talk_say(c, "yes-or-no", FILL_NONE);
	}
}

/* SPDX-License-Identifier: EUPL-1.2 */
/* The reader's screen.  COLUMNS says how wide it is, else the terminal.  In a file or a pipe, when neither does, texts are
 * made for 80 columns and rows stay whole: they are looked through line by line there.  Colours repeat what a word says; nothing is said by a colour alone. */
#include "client/cli/terminal.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/check.h"

enum { WIDTH = 80, WIDTH_MIN = 40, WIDTH_MAX = 10000, FURTHER = 4 };

/* As no-color.org has it: empty is as good as not there. */
static bool set(const char *value)
{
	return value != NULL && value[0] != '\0';
}

/* What is too narrow for a word and its indent helps nobody. */
void terminal_look(struct cli *c)
{
	const char *columns = getenv("COLUMNS"), *term = getenv("TERM");
	const long given = columns == NULL ? 0 : strtol(columns, NULL, 10);
	struct winsize size = {.ws_col = 0};
	const bool able = set(term) && strcmp(term, "dumb") != 0;

	require(c != NULL);
	c->terminal = isatty(STDOUT_FILENO) != 0;
	c->width = WIDTH;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
		c->width = size.ws_col;
	if (given > 0 && given <= WIDTH_MAX)
		c->width = (size_t)given;
	c->width = c->width < WIDTH_MIN ? WIDTH_MIN : c->width;
	c->rows = size.ws_row;
	c->folded = c->terminal || (given > 0 && given <= WIDTH_MAX);
	c->width_errors = c->width;
	if (!c->folded && ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
		c->width_errors = size.ws_col < WIDTH_MIN ? WIDTH_MIN : size.ws_col;
	c->folded_errors = c->folded || isatty(STDERR_FILENO) != 0;
	c->colour = c->terminal && able && !set(getenv("NO_COLOR"));
	c->colour_errors = isatty(STDERR_FILENO) != 0 && able && !set(getenv("NO_COLOR"));
	c->paged = c->terminal && able;
}

const char *terminal_mark(const struct cli *c, enum terminal_mark mark)
{
	static const char *const marks[] = {"\033[0m", "\033[1m", "\033[31m", "\033[1;31m"};

	require(c != NULL && mark <= MARK_ALARM);
	return c->colour ? marks[mark] : "";
}

/* The bytes of a mark that begins here; 0: none does.  No text that was let in holds the byte with which marks begin. */
static size_t mark_len(const char *s, size_t len)
{
	size_t n = 0;

	if (len < 2 || s[0] != '\033')
		return 0;
	while (n < len && s[n] != 'm')
		n++;
	return n < len ? n + 1 : len;
}

/* Letters that are two columns wide are counted as one. */
size_t terminal_columns(const char *text, size_t len)
{
	size_t n = 0;

	require(text != NULL);
	for (size_t i = 0; i < len;) {
		const size_t mark = mark_len(text + i, len - i);

		n += mark == 0 && ((unsigned char)text[i] & 0xc0) != 0x80 ? 1 : 0;
		i += mark == 0 ? 1 : mark;
	}
	return n;
}

/* In French a blank stands before ; : ! ? and within « and »: what begins there belongs to the word before it. */
static bool glued(const char *s, size_t len, size_t blank)
{
	const size_t left = len - blank - 1;
	const char *next = s + blank + 1;

	if (blank >= 2 && memcmp(s + blank - 2, "«", 2) == 0)
		return true;
	return (left >= 1 && strchr(";:!?", next[0]) != NULL && next[0] != '\0' &&
		(left == 1 || next[1] == ' ')) ||
	       (left >= 2 && memcmp(next, "»", 2) == 0);
}
static_assert(sizeof "«" == 3 && sizeof "»" == 3, "in UTF-8");

/* Up to the next blank at which a line may end. */
static size_t word_len(const char *s)
{
	const size_t len = strlen(s);
	size_t n = strcspn(s, " ");

	while (n < len && glued(s, len, n))
		n += 1 + strcspn(s + n + 1, " ");
	return n;
}

/* A word that is wider than the screen is left whole: it may be an id or a path that somebody copies. */
void terminal_fold(const struct cli *c, const char *text, size_t at, size_t indent)
{
	bool first = true;

	require(c != NULL && text != NULL);
	for (text += strspn(text, " "); *text != '\0'; text += strspn(text, " ")) {
		const size_t n = word_len(text), wide = terminal_columns(text, n);

		if (!first && at + 1 + wide > c->width) {
			(void)printf("\n%*s", (int)indent, "");
			at = indent;
		} else if (!first) {
			(void)putchar(' ');
			at++;
		}
		(void)fwrite(text, 1, n, stdout);
		text += n;
		at += wide;
		first = false;
	}
}

/* How much of the line fits: all of it, or up to the last blank within the width, or a first word that is wider. */
static size_t fitting(const char *s, size_t len, size_t width)
{
	size_t fits = 0, columns = 0;

	for (size_t i = 0; i < len;) {
		const size_t mark = mark_len(s + i, len - i);
		const bool ends = s[i] == ' ' && i > 0 && s[i - 1] != ' ' && !glued(s, len, i);

		if (fits > 0 && mark == 0 && columns >= width && (s[i] != ' ' || columns > width))
			return fits;
		if (ends && columns > width)
			return i;
		fits = ends ? i : fits;
		columns += mark == 0 && ((unsigned char)s[i] & 0xc0) != 0x80 ? 1 : 0;
		i += mark == 0 ? 1 : mark;
	}
	return len;
}

/* With what the further lines of this one begin.  The mark of a partner's text is repeated (print_lines), so that none of it
 * looks like a row of ours. */
static size_t further(const char *s, size_t len, char out[64])
{
	const size_t blanks = strspn(s, " ") < len ? strspn(s, " ") : len;
	size_t n = blanks;

	if (len > blanks + 1 && s[blanks] == '|' && s[blanks + 1] == ' ')
		n += 2;
	else
		n += FURTHER;
	n = n < 40 ? n : 40;
	memset(out, ' ', n);
	if (n == blanks + 2)
		out[blanks] = '|';
	return n;
}

/* errors: made for the screen of standard error. */
static void fold_line(const struct cli *c, FILE *f, bool errors, const char *line, size_t len)
{
	require(c != NULL && f != NULL && line != NULL);
	const bool folded = errors ? c->folded_errors : c->folded;
	const size_t width = errors ? c->width_errors : c->width;
	char before[64];
	size_t begin, n;

	while (len > 0 && line[len - 1] == ' ')
		len--;
	begin = strspn(line, " ");
	if (!folded || terminal_columns(line, len) <= width) {
		(void)fwrite(line, 1, len, f);
		(void)fputc('\n', f);
		return;
	}
	require(width >= WIDTH_MIN);
	n = further(line, len, before);
	require(n < sizeof before && n <= width);
	for (size_t used = 0, lead = 0; used < len; lead = n) {
		/* blanks at the beginning belong to the first line alone */
		const size_t skip = used == 0 ? begin : 0;
		const size_t take = skip +
				    fitting(line + used + skip, len - used - skip,
					    width > lead + skip + 8 ? width - lead - skip : 8);

		(void)fwrite(before, 1, lead, f);
		(void)fwrite(line + used, 1, take, f);
		(void)fputc('\n', f);
		used += take;
		while (used < len && line[used] == ' ')
			used++;
	}
}

/* Standard error keeps nothing back: whole lines at once, so that nobody who answers types into half of one. */
void terminal_sentence(const struct cli *c, FILE *f, const char *line, size_t len)
{
	char *text = NULL;
	size_t n = 0;
	FILE *whole;

	require(c != NULL && f != NULL && line != NULL);
	whole = f == stderr ? open_memstream(&text, &n) : NULL;
	fold_line(c, whole == NULL ? f : whole, f == stderr, line, len);
	if (whole != NULL && fclose(whole) == 0)
		(void)fwrite(text, 1, n, f);
	free(text);
}

void terminal_line(const struct cli *c, FILE *f, const char *line, size_t len)
{
	const size_t begin = strspn(line, " ");

	if (len > begin + 6 && memcmp(line + begin, "kring ", 6) == 0) {
		(void)fwrite(line, 1, len, f);
		(void)fputc('\n', f);
		return;
	}
	terminal_sentence(c, f, line, len);
}

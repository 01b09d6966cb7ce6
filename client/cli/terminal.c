/* SPDX-License-Identifier: EUPL-1.2 */
/* The reader's screen.  Without one (a file, a pipe) everything is made for 80 columns. */
#include "client/cli/terminal.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/check.h"

enum { WIDTH = 80, WIDTH_MIN = 40, WIDTH_MAX = 10000 };

/* What is too narrow for a word and its indent helps nobody. */
size_t terminal_width(void)
{
	const char *given = getenv("COLUMNS");
	const long columns = given == NULL ? 0 : strtol(given, NULL, 10);
	struct winsize size = {.ws_col = 0};
	size_t width = WIDTH;

	if (columns > 0 && columns <= WIDTH_MAX)
		width = (size_t)columns;
	else if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
		width = size.ws_col;
	return width < WIDTH_MIN ? WIDTH_MIN : width;
}

/* Letters that are two columns wide are counted as one. */
static size_t columns_of(const char *text, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++)
		n += ((unsigned char)text[i] & 0xc0) != 0x80 ? 1 : 0;
	return n;
}

size_t terminal_columns(const char *text)
{
	require(text != NULL);
	return columns_of(text, strlen(text));
}

/* A word that is wider than the screen is left whole: it may be an id or a path that somebody copies. */
void terminal_fold(const char *text, size_t at, size_t indent)
{
	const size_t width = terminal_width();
	bool first = true;

	require(text != NULL);
	for (text += strspn(text, " "); *text != '\0'; text += strspn(text, " ")) {
		const size_t n = strcspn(text, " "), wide = columns_of(text, n);

		if (!first && at + 1 + wide > width) {
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

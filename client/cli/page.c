/* SPDX-License-Identifier: EUPL-1.2 */
/* One place sees all that people read: no line is wider than the screen, none ends in blanks, and what is longer than
 * the screen goes through the pager of the reader's choice.  With --json nothing is kept: programs read that. */
#include "client/cli/page.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/check.h"
#include "client/cli/terminal.h"
#include "client/words/words.h"

enum { WORDS_MAX = 16, PAGER_LEN = 512, NO_PROGRAM = 127 };

/* A page that cannot be kept is printed as it comes. */
void page_begin(struct cli *c)
{
	require(c != NULL);
	int fd;

	if (c->json || c->page_out > 0)
		return;
	(void)fflush(stdout);
	fd = memfd_create("page", MFD_CLOEXEC);
	if (fd < 0)
		return;
	c->page_out = dup(STDOUT_FILENO);
	if (c->page_out > 0 && dup2(fd, STDOUT_FILENO) != STDOUT_FILENO) {
		(void)close(c->page_out);
		c->page_out = 0;
	}
	(void)close(fd);
}

/* Lines of the page into f; how many rows of the screen they take. */
static size_t lay_out(const struct cli *c, FILE *f, const char *text, size_t len)
{
	size_t rows = 0;

	require(c->width > 0 && text[len] == '\0');
	for (const char *at = text; at < text + len;) {
		const char *end = memchr(at, '\n', (size_t)(text + len - at));
		const size_t n = end == NULL ? (size_t)(text + len - at) : (size_t)(end - at);
		const size_t wide = terminal_columns(at, n);

		terminal_line(c, f, at, n);
		/* a line that could not be folded goes on below, like one that was */
		rows += 1 + (wide == 0 ? 0 : (wide - 1) / c->width);
		at += n + 1;
	}
	return rows;
}

/* $PAGER word by word: no shell reads it.  Without one less, which shows what fits on the screen and ends; else it says with which
 * keys one goes on and leaves. */
static void become_pager(const struct cli *c)
{
	char line[PAGER_LEN], keys[PAGER_LEN], *words[WORDS_MAX + 2], *save = NULL;
	const char *given = getenv("PAGER");
	size_t n = 0;

	(void)snprintf(line, sizeof line, "%s", given == NULL ? "less -FRX" : given);
	/* What was searched for may be a name: it is not written down.  Texts are UTF-8 in any locale. */
	(void)setenv("LESSHISTFILE", "-", 1);
	(void)setenv("LESSCHARSET", "utf-8", 0);
	/* Reading a list must not become a shell, for example behind sudo. */
	if (given == NULL)
		(void)setenv("LESSSECURE", "1", 1);
	for (char *w = strtok_r(line, " ", &save); w != NULL && n < WORDS_MAX;
	     w = strtok_r(NULL, " ", &save))
		words[n++] = w;
	(void)snprintf(keys, sizeof keys, "-Ps%s", words_of(c->lang, "pager"));
	if (given == NULL)
		words[n++] = keys;
	words[n] = NULL;
	if (n > 0)
		(void)execvp(words[0], words);
	_exit(NO_PROGRAM);
}

/* False: no pager read it. */
static bool through_pager(const struct cli *c, int page)
{
	void (*const int_before)(int) = signal(SIGINT, SIG_IGN);
	void (*const quit_before)(int) = signal(SIGQUIT, SIG_IGN);
	pid_t pid = fork(), got = -1;
	int status = 0;

	if (pid == 0) {
		/* the keys that end a program are the pager's while it runs */
		(void)signal(SIGINT, SIG_DFL);
		(void)signal(SIGQUIT, SIG_DFL);
		if (lseek(page, 0, SEEK_SET) == 0 && dup2(page, STDIN_FILENO) == STDIN_FILENO)
			become_pager(c);
		_exit(NO_PROGRAM);
	}
	while (pid > 0 && (got = waitpid(pid, &status, 0)) < 0 && errno == EINTR)
		continue;
	(void)signal(SIGINT, int_before);
	(void)signal(SIGQUIT, quit_before);
	return pid > 0 && got == pid && !(WIFEXITED(status) && WEXITSTATUS(status) == NO_PROGRAM);
}

/* "cat" and nothing are how people say that they want none. */
static bool wants_pager(const struct cli *c, size_t rows)
{
	const char *pager = getenv("PAGER");

	return c->paged && c->rows > 0 && rows >= c->rows &&
	       (pager == NULL || (pager[0] != '\0' && strcmp(pager, "cat") != 0));
}

/* What was kept, laid out: through the pager, or on standard output. */
static void show(const struct cli *c, const char *text, size_t len)
{
	const int fd = memfd_create("shown", MFD_CLOEXEC);
	FILE *f = fd < 0 ? NULL : fdopen(fd, "w");
	size_t rows;

	if (f == NULL) {
		if (fd >= 0)
			(void)close(fd);
		(void)lay_out(c, stdout, text, len);
		return;
	}
	rows = lay_out(c, f, text, len);
	if (fflush(f) != 0 || !wants_pager(c, rows) || !through_pager(c, fd))
		(void)lay_out(c, stdout, text, len);
	(void)fclose(f);
}

/* From here on standard output is itself again, whatever became of the page. */
void page_end(struct cli *c)
{
	require(c != NULL);
	require(!c->json || c->page_out == 0);
	char *text = MAP_FAILED;
	int page;
	off_t len;

	if (c->page_out <= 0)
		return;
	(void)fflush(stdout);
	page = dup(STDOUT_FILENO);
	(void)dup2(c->page_out, STDOUT_FILENO);
	(void)close(c->page_out);
	c->page_out = 0;
	len = page < 0 ? -1 : lseek(page, 0, SEEK_END);
	/* with a NUL behind it: the last line may lack its line feed */
	if (len > 0 && write(page, "", 1) == 1)
		text = mmap(NULL, (size_t)len + 1, PROT_READ, MAP_PRIVATE, page, 0);
	if (text != MAP_FAILED) {
		show(c, text, (size_t)len);
		(void)munmap(text, (size_t)len + 1);
	}
	if (page >= 0)
		(void)close(page);
}

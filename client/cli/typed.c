/* SPDX-License-Identifier: EUPL-1.2 */
/* Ctrl-C at a question is an answer: the reader wants no more of it.  A program that just ended there would say nothing of what is
 * kept, and would leave a terminal on which a secret was typed without its echo. */
#include "client/cli/typed.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/check.h"

/* That it came is all: it interrupts the read. */
static void noted(int number)
{
	(void)number;
}

bool typed_line(char *out, size_t cap)
{
	struct sigaction quiet = {.sa_handler = noted}, before;
	bool got;

	require(out != NULL && cap > 1);
	(void)sigemptyset(&quiet.sa_mask);
	(void)sigaction(SIGINT, NULL, &before);
	/* whoever started us so that nothing interrupts us gets that */
	if (before.sa_handler != SIG_IGN)
		(void)sigaction(SIGINT, &quiet, NULL);
	got = fgets(out, (int)cap, stdin) != NULL;
	if (!got && errno == EINTR)
		clearerr(stdin);
	(void)sigaction(SIGINT, &before, NULL);
	if (!got)
		out[0] = '\0';
	return got;
}

bool typed_unseen(FILE *to, const char *question, char *out, size_t cap)
{
	struct termios before, quiet;
	const bool terminal = tcgetattr(STDIN_FILENO, &before) == 0;
	bool got;

	require(to != NULL && question != NULL);
	if (terminal) {
		/* TCSAFLUSH: what was typed ahead is dropped, it was not meant as a secret.  Before the question is seen, so that nothing
		 * of the answer is dropped or shown. */
		quiet = before;
		quiet.c_lflag &= ~(tcflag_t)ECHO;
		(void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
		(void)fputs(question, to);
		(void)fflush(to);
	}
	got = typed_line(out, cap);
	if (terminal) {
		(void)tcsetattr(STDIN_FILENO, TCSADRAIN, &before);
		(void)fputc('\n', to);
	}
	out[strcspn(out, "\r\n")] = '\0';
	return got;
}

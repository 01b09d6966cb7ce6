/* SPDX-License-Identifier: EUPL-1.2 */
/* Ctrl-C at a question is an answer: the reader wants no more of it.  A program that just ended there would say nothing of what is
 * kept, and would leave a terminal on which a secret was typed without its echo. */
#include "client/cli/typed.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>

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

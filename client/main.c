/* SPDX-License-Identifier: EUPL-1.2 */
/* kring, the command line of a node.  It holds no key and no store: it asks kringd over the control socket (cli/), or
 * becomes kringd's tool for offline work.  Read in this order: commands/commands.c (what there is), args.c (how a line
 * is judged), commands/ (what each command asks), print/ (what people see). */
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/stdfd.h"
#include "client/args.h"
#include "client/cli/ctlclient.h"
#include "client/cli/terminal.h"
#include "client/help.h"

static_assert(CLI_DONE == 0 && CLI_DAMAGED == 5, "scripts know the exit codes by number");

/* where deploy/kringd.service has a node listen */
#define RUN_SOCKET "/run/kring/core.sock"

enum { ARENA = 12 * 1024 * 1024, PATH_LEN = 4096, ARGS_MAX = 128 };

/* Whoever reads the answer from a file or a pipe must not take half of it for all. */
static int ended(enum list_lang lang, int code)
{
	if (stdfd_written())
		return code;
	/* on standard error: what stands on standard output is no document any more */
	(void)cli_refuse(&(struct cli){.lang = lang}, CLI_NOT_NOW, "not-written",
			 FILL({"cause", words_errno(lang, errno), 0}));
	return code == CLI_DONE ? CLI_NOT_NOW : code;
}

/* The arena holds everything of this invocation, personal data too; it is wiped before the end. */
int main(int argc, char **argv)
{
	struct cli c = {.lang = args_lang(getenv("LANG"))};
	const char *args[ARGS_MAX];
	char path[PATH_LEN];
	size_t count = 0;
	bool named;
	int code;

	if (!stdfd_open())
		return CLI_NOT_NOW;
	terminal_look(&c);
	for (int i = 1; i < argc; i++) {
		/* before anything is parsed, so that the first error is JSON too */
		c.json = c.json || strcmp(argv[i], "--json") == 0 ||
			 strcmp(argv[i], "--jsonl") == 0;
		if (count == ARGS_MAX)
			return cli_refuse(&c, CLI_USAGE, "too-many-arguments", FILL_NONE);
		args[count++] = argv[i];
	}
	if (arena_create(&c.arena, ARENA) != ERR_OK)
		return CLI_NOT_NOW;
	code = args_parse(&c, args, count);
	/* as the packages install a node */
	named = c.dir != NULL;
	if (!named)
		c.dir = CLI_DIR;
	if (c.socket == NULL) {
		(void)snprintf(path, sizeof path, "%s/core.sock", c.dir);
		/* the unit's own place, which colleagues may enter; the directory is the node's alone */
		if (!named && access(RUN_SOCKET, F_OK) == 0)
			(void)snprintf(path, sizeof path, "%s", RUN_SOCKET);
		c.socket = path;
	}
	if (code == CLI_DONE && c.bare && !c.json && !ctlclient_there(c.socket))
		code = help_alone(&c);
	else if (code == CLI_DONE && !c.answered)
		code = c.cmd->run(&c);
	arena_free(&c.arena);
	return ended(c.lang, code);
}

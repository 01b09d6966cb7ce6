/* SPDX-License-Identifier: EUPL-1.2 */
/* kringd: the supervisor of a node, its core, and the tools that need keys.  It is what a person and systemd start.
 * Core is the one process that opens sealed content, so nothing that reads from a line to the outside is linked into this program:
 * not ZeroMQ, not HTTP, and none of the libraries that these bring along. */
#include "programs/programs.h"

#include <stdio.h>
#include <string.h>

#include "core/core.h"
#include "roles/causes.h"
#include "roles/program.h"
#include "tool/tool.h"

/* The one tool that speaks with another node is a program of its own. */
static int join(char **argv)
{
	struct err_text why = {""};
	char text[CAUSES_LEN];
	int fd;

	if (program_open(&fd, "join", &why) == ERR_OK)
		program_become(fd, argv);
	(void)fprintf(stderr, "kringd: %s\n", causes_log(&why, text));
	return ROLES_FAILED;
}

/* It talks with another node and therefore cannot be in this program; whoever typed the command sees no difference. */
int program_tool(int argc, char **argv)
{
	if (argc > 2 && strcmp(argv[2], "join") == 0)
		return join(argv);
	return tool_main(argc - 1, argv + 1);
}

int program_run(const struct role_options *opt, const char *self)
{
	if (opt->role[0] == '\0')
		return supervisor_main(opt, self);
	return program_is(opt->role, "core") ? core_main(opt) : PROGRAM_OTHER;
}

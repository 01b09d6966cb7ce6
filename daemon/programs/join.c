/* SPDX-License-Identifier: EUPL-1.2 */
/* kringd-join: the tool that asks to be let into a federation, which is the one tool that speaks with another node.
 * It opens the new node's own directory and dials the address of an invite; a running node is never its business. */
#include "programs/programs.h"

#include "tool/node/tools.h"
#include "tool/run.h"

int program_tool(int argc, char **argv)
{
	static const struct tool tools[] = {{"join", tool_join}};

	return tool_run(argc - 1, argv + 1, tools, 1, true);
}

int program_run(const struct role_options *opt, const char *self)
{
	(void)opt;
	(void)self;
	return PROGRAM_OTHER;
}

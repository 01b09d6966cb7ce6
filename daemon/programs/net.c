/* SPDX-License-Identifier: EUPL-1.2 */
/* kringd-net: the process that speaks with partners; the supervisor starts it.  It carries what is sealed and opens nothing: no
 * store, no key of a case and no tool is linked into it. */
#include "programs/programs.h"

#include "roles/program.h"

int program_tool(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return PROGRAM_OTHER;
}

int program_run(const struct role_options *opt, const char *self)
{
	(void)self;
	return program_is(opt->role, "net") ? net_main(opt) : PROGRAM_OTHER;
}

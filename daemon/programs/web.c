/* SPDX-License-Identifier: EUPL-1.2 */
/* kringd-web: the process that speaks with browsers; the supervisor starts it.  It holds no key, and no tool:
 * what a page shows comes from core over a line, and core decides who may see it.  The library of HTTP is in this program alone, so
 * that a flaw in it is beside no case and no key. */
#include "programs/programs.h"

#include "roles/program.h"
#include "web/web.h"

int program_tool(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return PROGRAM_OTHER;
}

int program_run(const struct role_options *opt, const char *self)
{
	(void)self;
	return program_is(opt->role, "web") ? web_main(opt) : PROGRAM_OTHER;
}

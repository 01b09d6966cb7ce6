/* SPDX-License-Identifier: EUPL-1.2 */
/* Options are one list (TOOL_ARGS), verbs another; each verb checks its own.  What is the same for all of them is done here, once:
 * whose the files are that it writes, that an option is one of the list, that an answer in JSON is one object, and that what
 * was said also arrived: a tool whose output could not be written did not do what it was asked. */
#include "tool/run.h"
#include "base/check.h"

#include <assert.h>
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/stdfd.h"
#include "crypto/secret.h"
#include "roles/roles.h"
#include "tool/cli/fail.h"
#include "tool/cli/said.h"
#include "tool/cli/say.h"

enum { A_FIRST = 256 };
/* clang-format off */
enum arg_no {
#define ARG_ENUM(field, text) ARG_##field,
	TOOL_ARGS(ARG_ENUM)
#undef ARG_ENUM
	ARG_COUNT
};
/* clang-format on */

static_assert((size_t)ARG_COUNT == sizeof(struct tool_args) / sizeof(char *), "a field for each");

static int parse(int argc, char **argv, struct tool_args *a)
{
	/* clang-format off */
	static const struct option options[] = {
#define ARG_OPTION(field, text) {text, required_argument, NULL, A_FIRST + ARG_##field},
		TOOL_ARGS(ARG_OPTION)
#undef ARG_OPTION
			{NULL, 0, NULL, 0}};
	const char **slots[ARG_COUNT] = {
#define ARG_SLOT(field, text) &a->field,
		TOOL_ARGS(ARG_SLOT)
#undef ARG_SLOT
	};
	/* clang-format on */
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c < A_FIRST || c >= A_FIRST + ARG_COUNT)
			return TOOL_USAGE;
		require(slots[c - A_FIRST] != NULL);
		*slots[c - A_FIRST] = optarg; /* the last one counts, as in any program */
	}
	return optind == argc ? 0 : TOOL_USAGE;
}

int tool_run(int argc, char **argv, const struct tool *tools, size_t count, bool talks)
{
	struct tool_args a = {.dir = NULL};
	const char *verb = argc > 1 ? argv[1] : "";

	/* Whatever a tool writes (keys, sheets, proposals) is for the user who runs it alone. */
	(void)umask(0077);
	if (secret_init() != ERR_OK)
		return ROLES_FAILED;
	if (argc < 2 || parse(argc - 1, argv + 1, &a) != 0)
		return tool_fail(TOOL_USAGE, "not-understood", "see-help");
	for (size_t i = 0; i < count; i++)
		if (strcmp(verb, tools[i].verb) == 0) {
			const bool keep = getenv("KRING_JSON") != NULL && !talks;
			const int kept = keep ? said_begin() : -1;
			const int code = tools[i].run(&a);

			said_end(kept);
			require(code >= 0);

			/* what could not be written was not done, whatever the exit code would say */
			if (stdfd_written() || code != 0)
				return code;
			return tool_fail(TOOL_NOT_NOW, "output-not-written", say_errno(errno));
		}
	return tool_fail(TOOL_USAGE, "no-such-tool", verb);
}

/* SPDX-License-Identifier: EUPL-1.2 */
/* Offline work: kring becomes this program for everything that needs keys or a roster file and no running node.  Options
 * are one list (TOOL_ARGS), verbs another; each verb checks its own. */
#include "base/check.h"
#include "tool/tool.h"

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
#include "tool/doctor/tools.h"
#include "tool/node/tools.h"
#include "tool/roster/tools.h"

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

int tool_main(int argc, char **argv)
{
	static const struct {
		const char *verb;
		int (*run)(struct tool_args *a);
	} tools[] = {
		{"node-init", tool_node_init},
		{"fed-create", tool_fed_create},
		{"roster-add", tool_roster_add},
		{"roster-propose", tool_roster_propose},
		{"roster-sign", tool_roster_sign},
		{"root-sign", tool_root_sign},
		{"digest", tool_digest},
		{"roster-verify", tool_roster_verify},
		{"rotate", tool_rotate},
		{"sheet", tool_sheet},
		{"restore", tool_restore},
		{"join", tool_join},
		{"slot-list", tool_slot_list},
		{"slot-add", tool_slot_add},
		{"slot-remove", tool_slot_remove},
		{"config-show", tool_config_show},
		{"config-check", tool_config_check},
		{"config-manual", tool_config_manual},
		{"doctor", tool_doctor},
	};
	struct tool_args a = {.dir = NULL};
	const char *verb = argc > 1 ? argv[1] : "";

	/* Whatever a tool writes (keys, sheets, proposals) is for the user who runs it alone. */
	(void)umask(0077);
	if (secret_init() != ERR_OK)
		return ROLES_FAILED;
	if (argc < 2 || parse(argc - 1, argv + 1, &a) != 0)
		return tool_fail(TOOL_USAGE, "not-understood", "see-help");
	for (size_t i = 0; i < sizeof tools / sizeof tools[0]; i++)
		if (strcmp(verb, tools[i].verb) == 0) {
			/* join is not kept: it talks while it waits, and its digits are read aloud */
			const bool keep = getenv("KRING_JSON") != NULL && tools[i].run != tool_join;
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

/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * run - one tool of a table, with its options read and its output checked.
 *
 * Layer:    tool.
 * Owns:     nothing.
 * Threads:  one.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  see tool.h.
 */
#ifndef KRING_TOOL_RUN_H
#define KRING_TOOL_RUN_H

#include <stdbool.h>
#include <stddef.h>

#include "tool/cli/args.h"

struct tool {
	const char *verb;
	int (*run)(struct tool_args *a);
};

/** argv[0] is "tool", argv[1] the verb; the exit code.  talks: these speak while they work, and what they say is not kept back
 *  for one answer in JSON. */
int tool_run(int argc, char **argv, const struct tool *tools, size_t count, bool talks);

#endif /* KRING_TOOL_RUN_H */

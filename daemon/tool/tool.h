/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * tool - offline work that needs keys or a roster file and no running node.
 *
 * Layer:    tool.
 * Owns:     nothing.
 * Threads:  one; short-lived processes, run by kring, which checks nothing that is checked here.
 * Time:     the wall clock, for entry and record times.
 * Durable:  files are written whole and synced.
 * Privacy:  secrets come from files or standard input, never from arguments.
 */
#ifndef KRING_TOOL_TOOL_H
#define KRING_TOOL_TOOL_H

#include "tool/cli/args.h"

/** kringd tool VERB --OPTION VALUE ...; the exit code. */
int tool_main(int argc, char **argv);

int tool_digest(struct tool_args *a);
int tool_config_show(struct tool_args *a);
int tool_config_check(struct tool_args *a);
int tool_config_manual(struct tool_args *a);

#endif /* KRING_TOOL_TOOL_H */

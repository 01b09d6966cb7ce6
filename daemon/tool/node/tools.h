/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * tools - one node, offline: made, joined, restored, its ways to unlock and its recovery sheet.
 *
 * Layer:    tool/node.
 * Owns:     nothing.
 * Threads:  one; short-lived processes, run by kring, which checks nothing that is checked here.
 * Time:     the wall clock, for record times.
 * Durable:  files are written whole and synced.
 * Privacy:  secrets come from files or standard input, never from arguments.
 */
#ifndef KRING_TOOL_NODE_TOOLS_H
#define KRING_TOOL_NODE_TOOLS_H

#include "tool/cli/args.h"

/* Each returns the exit code, after saying what was done or why it was not. */
int tool_node_init(struct tool_args *a);
int tool_join(struct tool_args *a);
int tool_restore(struct tool_args *a);
/** file: is what was written, by the checksum beside it; node (hex, or NULL): and that node's. */
int tool_backup_check(struct tool_args *a);
int tool_rotate(struct tool_args *a);
int tool_sheet(struct tool_args *a);
int tool_slot_list(struct tool_args *a);
int tool_slot_add(struct tool_args *a);
int tool_slot_remove(struct tool_args *a);

#endif /* KRING_TOOL_NODE_TOOLS_H */

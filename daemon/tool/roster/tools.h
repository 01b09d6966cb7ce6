/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * tools - a federation's roster, offline: created, proposed to, signed, verified.
 *
 * Layer:    tool/roster.
 * Owns:     nothing.
 * Threads:  one; short-lived processes, run by kring, which checks nothing that is checked here.
 * Time:     the wall clock, for the times of entries.
 * Durable:  files are written whole and synced.
 * Privacy:  root keys stay in their files; organisations only.
 */
#ifndef KRING_TOOL_ROSTER_TOOLS_H
#define KRING_TOOL_ROSTER_TOOLS_H

#include "tool/cli/args.h"

/* Each returns the exit code, after saying what was done or why it was not. */
int tool_fed_create(struct tool_args *a);
int tool_roster_add(struct tool_args *a);
int tool_roster_propose(struct tool_args *a);
int tool_roster_sign(struct tool_args *a);
int tool_root_sign(struct tool_args *a);
int tool_roster_verify(struct tool_args *a);

#endif /* KRING_TOOL_ROSTER_TOOLS_H */

/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * sure - a question before what cannot be undone.
 *
 * Layer:    tool/cli.
 * Owns:     nothing.
 * Threads:  one.
 * Time:     waits for the reader.
 * Durable:  nothing.
 * Privacy:  none.
 */
#ifndef KRING_TOOL_CLI_SURE_H
#define KRING_TOOL_CLI_SURE_H

#include "tool/cli/args.h"

/** What was just shown is to be done: 0 with --yes, or when a person at a terminal says so; else the exit code, and that was said.
 *  Without a terminal nobody is asked: an answer that comes out of a pipe was not given by who reads. */
int tool_sure(const struct tool_args *a);

#endif /* KRING_TOOL_CLI_SURE_H */

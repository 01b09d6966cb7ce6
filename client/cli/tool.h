/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * tool - offline work is done by kringd's tool, which kring becomes.
 *
 * Layer:    client (base, proto).
 * Owns:     nothing.
 * Threads:  one.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  passes options on; never sees a key.
 */
#ifndef KRING_CLIENT_CLI_TOOL_H
#define KRING_CLIENT_CLI_TOOL_H

#include "client/cli/cli.h"

/** kringd lies beside kring, or in the place where packages put it; out holds 4 096 bytes. */
bool tool_path(char *out);
/** This process becomes it, with these arguments; returns only when that cannot be.  path as above: where it was looked for; false:
 *  that is not known. */
bool tool_become(char *path, char **argv);
/** What the tool says is said in the reader's language from here on. */
void tool_language(const struct cli *c);
/** It runs beside this process, which goes on: its exit code.  argv[0] holds 4 096 bytes, for where it is found; out: where it
 *  prints, or -1: as this process does. */
int tool_beside(char **argv, int out);
/** Run the tool of this command (cmd->tool) with its options; replaces the process. */
int tool_run(const struct cli *c);

#endif /* KRING_CLIENT_CLI_TOOL_H */

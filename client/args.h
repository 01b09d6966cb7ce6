/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * args - the command line, judged by the table.
 *
 * Layer:    client (base, proto).
 * Owns:     nothing.
 * Threads:  one.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  errors repeat what was typed.
 */
#ifndef KRING_CLIENT_ARGS_H
#define KRING_CLIENT_ARGS_H

#include "client/cli/cli.h"

/** Fills c from the command line (borrowed); CLI_DONE, or the code after an error was printed. */
int args_parse(struct cli *c, const char **args, size_t count);
enum list_lang args_lang(const char *environment);

#endif /* KRING_CLIENT_ARGS_H */

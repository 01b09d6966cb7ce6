/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * commands - the table of all commands.
 *
 * Layer:    client (base, proto).
 * Owns:     nothing.
 * Threads:  one.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  none.
 */
#ifndef KRING_CLIENT_COMMANDS_COMMANDS_H
#define KRING_CLIENT_COMMANDS_COMMANDS_H

#include "client/cli/cli.h"

extern const struct command commands[];
extern const size_t commands_count;

#endif /* KRING_CLIENT_COMMANDS_COMMANDS_H */

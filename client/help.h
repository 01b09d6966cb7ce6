/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * help - every command, or those of a topic; codes of a list.
 *
 * Layer:    client (base, proto).
 * Owns:     nothing.
 * Threads:  one.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  none.
 */
#ifndef KRING_CLIENT_HELP_H
#define KRING_CLIENT_HELP_H

#include "client/cli/cli.h"

/** Every command, or those of a topic. */
int help_show(struct cli *c, const char *topic);

#endif /* KRING_CLIENT_HELP_H */

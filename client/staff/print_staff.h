/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * print_staff - the people of this node as a list, and what waits for a second one of them.
 *
 * Layer:    client (base, proto).
 * Owns:     nothing.
 * Threads:  one.
 * Time:     local time of whoever reads.
 * Durable:  nothing.
 * Privacy:  names of workers, on the user's terminal.
 */
#ifndef KRING_CLIENT_STAFF_PRINT_STAFF_H
#define KRING_CLIENT_STAFF_PRINT_STAFF_H

#include "client/cli/cli.h"

/** The rows of the reply, and what is so while nobody is named. */
void print_staff(const struct cli *c, const struct msg *reply);

/** Who is signed in at a screen. */
void print_sessions(const struct cli *c, const struct msg *reply);

/** What waits for a second person. */
void print_pending(const struct cli *c, const struct msg *reply);

#endif /* KRING_CLIENT_STAFF_PRINT_STAFF_H */

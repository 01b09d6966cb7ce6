/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * todo - which command to type next, for each kind of work.
 *
 * Layer:    client (base, proto).
 * Owns:     nothing; the table is constant.
 * Threads:  one.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  references, and names of partners.
 */
#ifndef KRING_CLIENT_PRINT_TODO_H
#define KRING_CLIENT_PRINT_TODO_H

#include "client/cli/cli.h"

/** Digits of a case's id that lists show and commands take; id: the whole one, or less. */
enum { TODO_CASE = 8 };
void todo_case(const char *id, char out[TODO_CASE + 1]);

/** Into each WorkRow of a reply: the command, and which others end the same work. */
void todo_fill(struct cli *c, struct msg *reply);

#endif /* KRING_CLIENT_PRINT_TODO_H */

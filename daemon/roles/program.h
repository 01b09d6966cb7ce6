/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * program - the programs of one node: kringd (supervisor, core, tools), kringd-net, kringd-web and kringd-join beside it.
 *
 * Each is linked with what it needs alone: core, which holds people, has neither ZeroMQ nor HTTP nor what these bring along
 * (Kerberos, TLS) in its memory, and a program that starts quickly leaves a machine its time.
 *
 * Layer:    roles.
 * Owns:     descriptors, given to the caller.
 * Threads:  one.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  nothing.
 */
#ifndef KRING_ROLES_PROGRAM_H
#define KRING_ROLES_PROGRAM_H

#include <stdbool.h>

#include "base/cause.h"
#include "base/err.h"

/** The program that runs (part "") or the one beside it of this name: kringd-PART.  The descriptor closes at exec.
 *  ERR_IO: not there, or not to be run; why names it. */
enum err program_open(int *fd, const char *part, struct err_text *why);

/** Becomes that program, as execv: it returns when this cannot be. */
void program_become(int fd, char **argv);

/** Is this program called for what it is?  Then ps and top show it as kringd-HERE. */
bool program_is(const char *role, const char *here);

#endif /* KRING_ROLES_PROGRAM_H */

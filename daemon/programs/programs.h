/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * programs - what each program of a node is: kringd, kringd-net, kringd-web, kringd-join.
 *
 * Layer:    programs; main.c alone stands above.
 * Owns:     nothing.
 * Threads:  one.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  see each role.
 */
#ifndef KRING_PROGRAMS_PROGRAMS_H
#define KRING_PROGRAMS_PROGRAMS_H

#include "roles/roles.h"

/* This program has no such role, or no tools: its usage is shown. */
enum { PROGRAM_OTHER = -1 };

/** The role that this program is called for; its exit code, or PROGRAM_OTHER. */
int program_run(const struct role_options *opt, const char *self);

/** argv[1] is "tool", and behind it stand a verb and its options; the exit code, or PROGRAM_OTHER. */
int program_tool(int argc, char **argv);

#endif /* KRING_PROGRAMS_PROGRAMS_H */

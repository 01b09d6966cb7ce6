/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * globals - the options that every command takes, for parsing, help, the manual and completion.
 *
 * Layer:    client (base, proto).
 * Owns:     nothing; the table is constant.
 * Threads:  one.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  none.
 */
#ifndef KRING_CLIENT_GLOBALS_H
#define KRING_CLIENT_GLOBALS_H

#include <stdbool.h>
#include <stddef.h>

/** One of them; what it is for: config/lists/help.psv, "global-NAME". */
struct global {
	const char *name, *type; /* type "": a flag */
	char letter;		 /* -h; 0: it has none */
	bool alone;		 /* it stands in the place of a command */
};
extern const struct global globals[];
extern const size_t globals_count;

#endif /* KRING_CLIENT_GLOBALS_H */

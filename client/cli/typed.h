/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * typed - a line that somebody types, shown or not.
 *
 * Layer:    client (base, proto).
 * Owns:     nothing.
 * Threads:  one.
 * Time:     waits for the reader.
 * Durable:  nothing.
 * Privacy:  what is read is the caller's, to wipe.
 */
#ifndef KRING_CLIENT_CLI_TYPED_H
#define KRING_CLIENT_CLI_TYPED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/** The next line of standard input, with its line feed when it fits.  False: there is none, or Ctrl-C was pressed, which ends this
 *  question alone; out is "" then. */
bool typed_line(char *out, size_t cap);

/** A secret, which is never an option: those are seen by every user of the machine.  The next line, without its line feed; a terminal is
 *  asked for it, on `to`, and does not show it.  False as typed_line(). */
bool typed_unseen(FILE *to, const char *question, char *out, size_t cap);

#endif /* KRING_CLIENT_CLI_TYPED_H */

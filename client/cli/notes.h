/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * notes - a person, as far as it was typed, as the text of a draft.
 *
 * Layer:    client (base, proto).
 * Owns:     nothing.
 * Threads:  one.
 * Time:     none.
 * Durable:  nothing by itself; the node keeps the text sealed.
 * Privacy:  a person's own words, in the invocation's arena.
 */
#ifndef KRING_CLIENT_CLI_NOTES_H
#define KRING_CLIENT_CLI_NOTES_H

#include "client/cli/cli.h"

/** A line for each field that is there, and one for that note; NULL: no memory, or longer than a draft may be. */
char *notes_of_person(struct cli *c, const struct msg *person, const char *note);
/** The same back; what it does not know it leaves out. */
void notes_to_person(struct cli *c, const char *text, struct msg *person, char *note, size_t cap);

#endif /* KRING_CLIENT_CLI_NOTES_H */

/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * guess - the word that was meant, when a word is unknown.
 *
 * Layer:    client (base, proto).
 * Owns:     nothing.
 * Threads:  one.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  none.
 */
#ifndef KRING_CLIENT_CLI_GUESS_H
#define KRING_CLIENT_CLI_GUESS_H

#include <limits.h>
#include <stdbool.h>

enum { GUESS_LEN = 96 };

/** Begin with GUESS_NONE; name is set once a word is near enough. */
struct guess {
	char name[GUESS_LEN];
	unsigned far;
};
#define GUESS_NONE ((struct guess){.far = UINT_MAX})

/** Takes word when it is nearer to what was typed than all before it; before (or "") is put in front of it. */
void guess_try(struct guess *g, const char *typed, const char *word, const char *before);
bool guess_found(const struct guess *g);

#endif /* KRING_CLIENT_CLI_GUESS_H */

/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * choice - a code that was typed as a word: "schulden" is income-debt.
 *
 * Layer:    client (base, proto).
 * Owns:     nothing.
 * Threads:  one.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  reads what was typed, keeps nothing of it.
 */
#ifndef KRING_CLIENT_CLI_CHOICE_H
#define KRING_CLIENT_CLI_CHOICE_H

#include "client/cli/run.h"

enum choice { CHOICE_NONE, CHOICE_ONE, CHOICE_MANY };

/** Which codes of that type of option (value.h) are meant by typed: the code itself, the words of lang, the beginning of either or of
 *  a word in it; whole words of our other languages too.  Capitals, accents and hyphens do not matter.  Several may be parted by
 *  commas where the type takes several.  CHOICE_ONE: out has the codes; CHOICE_MANY: out has the words that may be meant. */
enum choice choice_read(const struct command *cmd, const char *type, enum list_lang lang,
			const char *typed, char *out, size_t cap);

#endif /* KRING_CLIENT_CLI_CHOICE_H */

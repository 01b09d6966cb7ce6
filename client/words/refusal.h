/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * refusal - what a node refused, in the reader's language.
 *
 * Layer:    client (base, proto).
 * Owns:     nothing; the texts lie in the arena of the reply.
 * Threads:  one.
 * Time:     moments in the local time of whoever reads.
 * Durable:  nothing.
 * Privacy:  values may be what a person or a partner wrote; whoever prints the result uses text_print.
 */
#ifndef KRING_CLIENT_WORDS_REFUSAL_H
#define KRING_CLIENT_WORDS_REFUSAL_H

#include "base/arena.h"
#include "proto/lists.h"
#include "proto/msg.h"

/** The what, why and remedy of a reply, from its code and values (config/lists/refusals.psv); country: where the node is, "" when not
 *  known.  A code that only newer nodes know
 *  is shown as it is; a reply without a code stays as it is. */
void refusal_words(enum list_lang lang, const char *country, struct arena *a, struct msg *reply);
/** The same with the remedy of a screen, where nobody types a command. */
void refusal_screen(enum list_lang lang, const char *country, struct arena *a, struct msg *reply);

#endif /* KRING_CLIENT_WORDS_REFUSAL_H */

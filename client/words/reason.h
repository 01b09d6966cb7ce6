/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * reason - the reason of an act, in the words of the list that its act has.
 *
 * Layer:    client (base, proto).
 * Owns:     nothing; the text is of the lists.
 * Threads:  one.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  none: a code, never what somebody wrote.
 */
#ifndef KRING_CLIENT_WORDS_REASON_H
#define KRING_CLIENT_WORDS_REASON_H

#include "proto/lists.h"
#include "proto/msg.h"

/** Of a LogRow; a code without a row is shown as it is. */
const char *reason_words(enum list_lang lang, const struct msg *row);

#endif /* KRING_CLIENT_WORDS_REASON_H */

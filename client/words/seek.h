/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * seek - the last line of an error about start, connection or delivery: kring doctor, which looks for the cause.
 *
 * Layer:    client (base, proto).
 * Owns:     nothing.
 * Threads:  one.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  names of organisations.
 */
#ifndef KRING_CLIENT_WORDS_SEEK_H
#define KRING_CLIENT_WORDS_SEEK_H

#include "client/words/words.h"
#include "proto/msg.h"

/** What is to be typed, into out, which is returned; "": the doctor cannot help with that code.  partner: as it is called, or "". */
const char *seek_command(const char *code, const char *partner, char out[WORDS_LONG]);
/** The same as a line for people. */
const char *seek_line(enum list_lang lang, const char *code, const char *partner,
		      char out[WORDS_LONG]);
/** Which partner a refusal names; "": none. */
const char *seek_partner(const struct msg *reply);

#endif /* KRING_CLIENT_WORDS_SEEK_H */

/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * withdrawn - how a consent that was taken back stands at all who had the person under it, as sentences.
 *
 * Layer:    client (base, proto).
 * Owns:     nothing.
 * Threads:  one.
 * Time:     days in the local time of whoever reads.
 * Durable:  nothing.
 * Privacy:  names partners; nothing of the person.
 */
#ifndef KRING_CLIENT_WORDS_WITHDRAWN_H
#define KRING_CLIENT_WORDS_WITHDRAWN_H

#include "proto/lists.h"
#include "proto/msg.h"

enum { WITHDRAWN_LEN = 2048 };

/** Where they go, in their order: the partner itself comes first, whoever it passed the person on to behind it.  text lives until the
 *  call returns. */
typedef void (*withdrawn_line)(void *ctx, bool first, const char *text);

/** Of a GrantRow that this node collected and that was taken back; nothing of any other. */
void withdrawn_say(enum list_lang lang, const struct msg *row, withdrawn_line line, void *ctx);
/** Of the reply to show, of a referral from here: categories that lie at the partner under this consent, as far as it confirmed them. */
uint64_t withdrawn_there(const struct msg *reply, const char *grant);
/** Of the reply to show: what went and was taken back since is said, one line for each day.  Returns those categories. */
uint64_t withdrawn_back(enum list_lang lang, const struct msg *reply, withdrawn_line line,
			void *ctx);
/** Of the same reply: something was said, and the partner confirmed nothing of it yet. */
bool withdrawn_coming(const struct msg *reply);
/** Of the same reply, where nothing lies at the partner under a consent: a row of said.psv with {partner}.  What is still on its way did
 *  not arrive; where an end was not yet told there, all of it can still be read there. */
const char *withdrawn_nothing(const struct msg *reply);

#endif /* KRING_CLIENT_WORDS_WITHDRAWN_H */

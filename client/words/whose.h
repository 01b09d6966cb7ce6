/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * whose - whose move it is in a referral, as one or two sentences.
 *
 * Layer:    client (base, proto).
 * Owns:     nothing.
 * Threads:  one.
 * Time:     moments in the local time of whoever reads.
 * Durable:  nothing.
 * Privacy:  names partners; values may be what a partner wrote, so whoever prints the result uses text_print.
 */
#ifndef KRING_CLIENT_WORDS_WHOSE_H
#define KRING_CLIENT_WORDS_WHOSE_H

#include "proto/lists.h"
#include "proto/msg.h"

enum { WHOSE_LEN = 4096 };

/** Of a ReferralRow, into out, which is returned. */
char *whose_move(enum list_lang lang, const struct msg *row, char out[WHOSE_LEN]);

/** The same of a HandoverRow: whose move it is, or what became of it. */
char *whose_handover(enum list_lang lang, const struct msg *row, char out[WHOSE_LEN]);

#endif /* KRING_CLIENT_WORDS_WHOSE_H */

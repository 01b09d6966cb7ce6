/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * receipt - what a person keeps of a consent: how to take it back, or what became of what was shared when it was taken back.
 *
 * Layer:    client (base, proto).
 * Owns:     nothing.
 * Threads:  one.
 * Time:     days in the local time of whoever reads.
 * Durable:  nothing.
 * Privacy:  names organisations; nothing of the person.
 */
#ifndef KRING_CLIENT_WORDS_RECEIPT_H
#define KRING_CLIENT_WORDS_RECEIPT_H

#include "client/words/letter.h"

/** A row of paper.psv: what this GrantRow is called on paper. */
const char *receipt_title(const struct msg *grant);
/** Of a GrantRow as consent_show gives it, behind the lines of what it says.  That all is erased stands there only where core says so. */
void receipt_write(const struct letter_to *s, const struct msg *grant);

#endif /* KRING_CLIENT_WORDS_RECEIPT_H */

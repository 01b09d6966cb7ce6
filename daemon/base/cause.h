/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * cause - why something failed, as a code with named values.
 *
 * Layer:    base.
 * Owns:     nothing; values are copied.
 * Threads:  any.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  values are names of files, settings and organisations; never a secret.
 *
 * The code is a row of config/lists/causes.psv, its {names} are the values; causes_text() (roles/causes.h) makes the sentence, in
 * the language of whoever reads it.  Nothing below the reader says a sentence.
 */
#ifndef KRING_BASE_CAUSE_H
#define KRING_BASE_CAUSE_H

#include "base/err.h"
#include "base/fill.h"

enum { CAUSE_VALUES = 10 };

/** Fills out (may be NULL) and returns e, so that it fits in a return.  Values that do not fit are left out, the last first. */
enum err cause_set(struct err_text *out, enum err e, const char *code, const struct fill *values);
/** The name of an errno, a row of config/lists/errors.psv: "ENOENT". */
const char *cause_errno(int number);
/** The values as cause_set() had them, all as texts, borrowed from why; the code is why->text. */
void cause_values(const struct err_text *why, struct fill out[CAUSE_VALUES + 1]);

#endif /* KRING_BASE_CAUSE_H */

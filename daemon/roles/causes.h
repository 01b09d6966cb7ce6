/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * causes - a cause (base/cause.h) in words: the sentence of config/lists/causes.psv with its values.
 *
 * Layer:    roles.
 * Owns:     nothing.
 * Threads:  any.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  as the values: names of files, settings and organisations.
 */
#ifndef KRING_ROLES_CAUSES_H
#define KRING_ROLES_CAUSES_H

#include "base/cause.h"
#include "proto/lists.h"

enum { CAUSES_LEN = 1536 };

/** Into out, which is returned; "" for no cause.  Of the values {error} is a row of errors.psv, {unit} one of causes.psv, {what} and
 *  {do} are causes of their own with the same values. */
char *causes_text(enum list_lang lang, const struct err_text *why, char out[CAUSES_LEN]);
/** In English: for the log, which engineers read. */
char *causes_log(const struct err_text *why, char out[CAUSES_LEN]);

#endif /* KRING_ROLES_CAUSES_H */

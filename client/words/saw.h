/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * saw - who did what with a case, as a sentence: entries of the audit log for whoever is not used to reading one.
 *
 * Layer:    client (base, proto).
 * Owns:     nothing.
 * Threads:  one.
 * Time:     moments in the local time of whoever reads.
 * Durable:  nothing.
 * Privacy:  names staff and partners.
 */
#ifndef KRING_CLIENT_WORDS_SAW_H
#define KRING_CLIENT_WORDS_SAW_H

#include "proto/lists.h"
#include "proto/msg.h"

enum { SAW_LEN = 2048 };

/** What stands behind an event, in words: a code of that event, or as it came. */
const char *saw_detail(enum list_lang lang, const char *event, const char *code);
/** Of an AuditRow: when, who and what, into out, which is returned. */
char *saw_here(enum list_lang lang, const struct msg *row, char out[SAW_LEN]);

#endif /* KRING_CLIENT_WORDS_SAW_H */

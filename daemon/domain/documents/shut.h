/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * shut - what came under a consent that is over, and has to be kept by law: the key is there, and opens nothing.
 *
 * Layer:    domain/documents (base, proto, store).
 * Owns:     table SHUT.
 * Threads:  core process, event-loop thread only.
 * Time:     none.
 * Durable:  with the turn's transaction.
 * Privacy:  as long as the row is there, no reader gets at anything under that key (store/record.c): for all of them it is as if
 *           it were erased.  Who may look takes the row away, reads, and puts it back, all in one transaction.
 */
#ifndef KRING_DOMAIN_DOCUMENTS_SHUT_H
#define KRING_DOMAIN_DOCUMENTS_SHUT_H

#include "domain/turn.h"

/** terms: MSG_SHUT_RECORD, under which law and until when. */
MUST_CHECK enum err shut_put(struct turn *t, const struct id16 *grant, const struct msg *terms);
/** ERR_NOTFOUND: it is not shut. */
MUST_CHECK enum err shut_get(struct turn *t, const struct id16 *grant, struct msg **terms);
bool shut_has(struct turn *t, const struct id16 *grant);
/** One that is not shut stays as it is. */
MUST_CHECK enum err shut_drop(struct turn *t, const struct id16 *grant);

#endif /* KRING_DOMAIN_DOCUMENTS_SHUT_H */

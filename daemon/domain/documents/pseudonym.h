/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * pseudonym - what a person is called between this node and one partner.
 *
 * Layer:    domain/documents (base, proto, store; lower rooms).
 * Owns:     nothing.
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds, given with the turn.
 * Durable:  nothing.
 * Privacy:  derived under the case key: erasing it ends the link.
 */
#ifndef KRING_DOMAIN_DOCUMENTS_PSEUDONYM_H
#define KRING_DOMAIN_DOCUMENTS_PSEUDONYM_H

#include "domain/state.h"

/** The pseudonym of a case's person for one partner, and a thread's id out of its first document's: only
 *  whoever holds the case's key can derive them.  ERR_NOTFOUND: erased. */
MUST_CHECK enum err pseudonym_subject(struct turn *t, const struct id16 *case_id,
				      const struct peer *p, struct id16 *subject);
MUST_CHECK enum err pseudonym_thread(struct turn *t, const struct id16 *case_id,
				     const struct peer *p, const struct id16 *first,
				     struct id16 *id);

#endif /* KRING_DOMAIN_DOCUMENTS_PSEUDONYM_H */

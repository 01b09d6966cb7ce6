/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * refer - a caseworker's referral, and every act in one: guards, then signing.
 *
 * Layer:    domain/care (base, proto, store; lower rooms).
 * Owns:     nothing.
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds.
 * Durable:  as acts.h.
 * Privacy:  fields outside consent and agreement are refused with their names, never dropped silently.
 */
#ifndef KRING_DOMAIN_DESK_REFER_H
#define KRING_DOMAIN_DESK_REFER_H

#include "domain/care/acts.h"

MUST_CHECK enum err refer_new(struct turn *t, const struct msg *req, struct msg *reply);
MUST_CHECK enum err refer_act(struct turn *t, const struct msg *req, struct msg *reply);

/** The pseudonym of a case's person for one partner, and a thread's id out of its first document's: only
 *  whoever holds the case's key can derive them.  ERR_NOTFOUND: erased. */
MUST_CHECK enum err refer_subject(struct turn *t, const struct id16 *case_id, const struct peer *p,
				  struct id16 *subject);
MUST_CHECK enum err refer_thread_id(struct turn *t, const struct id16 *case_id,
				    const struct peer *p, const struct id16 *first,
				    struct id16 *id);

#endif /* KRING_DOMAIN_DESK_REFER_H */

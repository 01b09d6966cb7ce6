/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * near - who may be the same person as this one.
 *
 * Layer:    domain/near (base, proto, store; lower rooms).
 * Owns:     nothing; reads.
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds, given with the turn.
 * Durable:  nothing.
 * Privacy:  rows show a name and a birth date of somebody else than who is asked about: within living consents, to who may see
 *           cases, and never kept in the answer to a request.  That somebody was shown is in the audit log.
 */
#ifndef KRING_DOMAIN_NEAR_NEAR_H
#define KRING_DOMAIN_NEAR_NEAR_H

#include "domain/people/index.h"
#include "domain/turn.h"

/** Into REPLY_NEAR, at most some: first who has the same national number, then the same telephone, then the same name (in any
 *  order and spelling) with a birth date that may be the same; of each, our own people before partners'.
 *  self: the case that is asked about; NULL: it is none yet.
 *  While there is no index, among as many of the newest cases as one turn looks at. */
MUST_CHECK enum err view_near(struct turn *t, const struct index_entry *who,
			      const struct id16 *self, struct msg *reply);
/** The same for the person of a case, as far as it may be seen now. */
MUST_CHECK enum err view_near_case(struct turn *t, const struct id16 *id, struct msg *reply);

#endif /* KRING_DOMAIN_NEAR_NEAR_H */

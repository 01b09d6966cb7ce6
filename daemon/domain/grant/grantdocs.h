/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * grantdocs - consents as documents: sent before what needs them, and taken in.
 *
 * Layer:    domain/grant (base, proto, store; lower rooms).
 * Owns:     nothing.
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds, given with the turn.
 * Durable:  with the turn's transaction.
 * Privacy:  a grant names its person by pairwise pseudonym only.
 */
#ifndef KRING_DOMAIN_GRANT_GRANTDOCS_H
#define KRING_DOMAIN_GRANT_GRANTDOCS_H

#include "domain/consent/grant.h"
#include "domain/exchange/quota.h"

/** Documents of all living grants that did not leave yet: queued before what needs them. */
MUST_CHECK enum err grantdocs_send(struct turn *t, const struct peer *p,
				   const struct id16 *case_id);
/** A partner's grant arrived in its new thread: keep it.  Sets th->case_id.  *verdict: MALFORMED when it is not
 *  a grant to us. */
MUST_CHECK enum err grantdocs_receive(struct turn *t, const struct peer *p,
				      const struct wire_doc *d, struct thread *th,
				      uint16_t *verdict, enum quota *over);
/** A grant of ours that came back with its document after a loss of state. */
MUST_CHECK enum err grantdocs_recover(struct turn *t, const struct thread *th, struct msg *g);

#endif /* KRING_DOMAIN_GRANT_GRANTDOCS_H */

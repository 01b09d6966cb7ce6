/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * bylaw - what came under a consent that is over is kept here, shut, where a law binds this node.
 *
 * Layer:    domain/consent (base, proto, store; lower rooms).
 * Owns:     the terms of the agreement about keeping.
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds.
 * Durable:  with the turn's transaction.
 * Privacy:  kept is not shown: nobody reads it but whoever looks after privacy, with a reason (officer/).
 *
 * Which law, and for how long, is part of what was agreed with the partner that sends; it counts for every consent that ends from
 * then on.  One that is shut already keeps its own day.
 */
#ifndef KRING_DOMAIN_CONSENT_BYLAW_H
#define KRING_DOMAIN_CONSENT_BYLAW_H

#include "domain/consent/grant.h"
#include "domain/documents/document.h"

/** MSG_PARTNER_AGREE into MSG_AGREEMENT.  Refuses terms that are none. */
MUST_CHECK enum err bylaw_agree(struct turn *t, const struct msg *asked, struct msg *agreement);
/** A partner's consent is over: its key stays, and opens nothing.  *kept false: no law says so, and it may be dropped. */
MUST_CHECK enum err bylaw_close(struct turn *t, const struct consent_scope *s,
				const struct id16 *grant, bool *kept);
/** Does what this thread holds outlive its cover, because its partner's consents are shut and not erased? */
MUST_CHECK enum err bylaw_binds(struct turn *t, const struct thread *th, uint16_t reason,
				bool *yes);
/** The same for one document of it; binds: of its thread. */
bool bylaw_keeps(struct turn *t, const struct thread *th, const struct document *d, bool binds);
/** Until when one is shut; 0: it is not. */
MUST_CHECK enum err bylaw_until(struct turn *t, const struct id16 *grant, uint64_t *until_ms);
/** Is one of the case's consents shut?  p NULL: of any partner. */
MUST_CHECK enum err bylaw_in(struct turn *t, const struct id16 *case_id, const struct peer *p,
			     bool *yes);
/** ERR_DENIED, in words, when it is: nobody erases it before its day. */
MUST_CHECK enum err bylaw_refuse(struct turn *t, const struct id16 *case_id);
/** Under which law and until when, into a GrantRow; of one that is not shut nothing. */
MUST_CHECK enum err bylaw_row(struct turn *t, const struct id16 *grant, struct msg *row);

#endif /* KRING_DOMAIN_CONSENT_BYLAW_H */

/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * pack - the only way to turn a body into bytes.
 *
 * consent_pack_body asks the gate and the lists of words before it packs (tests/lint/lint.py).
 *
 * Layer:    domain/consent (base, proto, store; lower rooms).
 * Owns:     nothing.
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds, given with the turn.
 * Durable:  nothing.
 * Privacy:  a body that is not covered never becomes bytes.
 */
#ifndef KRING_DOMAIN_CONSENT_PACK_H
#define KRING_DOMAIN_CONSENT_PACK_H

#include "domain/consent/grant.h"

/** consent_pack_body(t, scope, type, body, &out, &cats, &grant): checked, then packed.  *grant: the newest
 *  living one that covers it; as it was when nothing personal is in the body.  ERR_DENIED names the categories
 *  in t->refusal; ERR_INVAL: a text outside every category that is no code of its list (words.h). */
MUST_CHECK enum err consent_pack_body(struct turn *t, const struct consent_scope *s, uint16_t type,
				      const struct msg *body, struct span *out, uint64_t *cats,
				      struct id16 *grant);

#endif /* KRING_DOMAIN_CONSENT_PACK_H */

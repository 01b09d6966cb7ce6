/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * checkpoint - how far each audit log goes, signed by its node and kept by two partners (proto/PROTOCOL.md 6).
 *
 * Layer:    domain/news (base, proto, store; crypto/verify; membership and lower rooms).
 * Owns:     tables CHECKPOINT (peer u16 | incarnation u32 | seq u64) and COSIGN (seq u64 | peer u16); the
 *           contradictions in PROOF.
 * Threads:  core process, event-loop thread only.
 * Time:     unix seconds.
 * Durable:  with the turn's transaction.
 * Privacy:  a number and a hash; nothing of what was done.
 *
 * Whoever rewrites or cuts an audit log after a partner cosigned it is found by `kring audit verify
 * --with`, with what the partner kept.
 */
#ifndef KRING_DOMAIN_NEWS_CHECKPOINT_H
#define KRING_DOMAIN_NEWS_CHECKPOINT_H

#include "domain/evidence/audit.h"
#include "domain/exchange/answer.h"

/** EVENT_CHECKPOINT: ours, signed just now. */
MUST_CHECK enum err checkpoint_own(struct turn *t, struct span bytes);
/** EVENT_COSIGNED: our word on a partner's goes back to it. */
MUST_CHECK enum err checkpoint_cosigned(struct turn *t, struct peer *p, struct span bytes);
/** An AUDIT_HEAD part.  Foreign misbehaviour is counted, not an error. */
MUST_CHECK enum err checkpoint_part(struct turn *t, struct peer *p, struct span bytes);
/** Our newest one, if p is to cosign it and did not yet: into an introduction. */
MUST_CHECK enum err checkpoint_introduce(struct turn *t, const struct peer *p, struct wr *parts,
					 uint16_t *count);

/** The next one that is kept of this node's log; false at the end, or when w->rc is an error. */
MUST_CHECK bool checkpoint_each(struct turn *t, uint16_t peer, struct store_walk *w,
				struct span *bytes);

struct checkpoint_found {
	struct audit_walk at; /* of our log: seq entries were read, over says whether all of them */
	uint64_t cosigned, cosigners; /* the highest that partners cosigned, and how many did */
};
/** Our whole log against every hash that was written down of it: by us, by partners, and in what a partner kept for us
 *  (held); found begins as zeros, and goes on where the turn before left it.  ERR_CORRUPT, ERR_INVAL (held is not of this node), both said in t->refusal. */
MUST_CHECK enum err checkpoint_verify(struct turn *t, const struct span *held, size_t count,
				      struct checkpoint_found *found);

#endif /* KRING_DOMAIN_NEWS_CHECKPOINT_H */

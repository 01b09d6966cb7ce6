/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * proof - who shows what we signed proves that we lost state; a bare word never does.
 *
 * Layer:    domain/loss (base, proto, store; lower rooms).
 * Owns:     receipt, sent, weak_ms and blocked_ms of struct pair.
 * Threads:  core process, event-loop thread only.
 * Time:     *_ms wall-clock milliseconds.
 * Durable:  with the turn's transaction.
 * Privacy:  ids and hashes; a document is shown without its body.
 */
#ifndef KRING_DOMAIN_LOSS_PROOF_H
#define KRING_DOMAIN_LOSS_PROOF_H

#include "domain/documents/document.h"
#include "domain/exchange/answer.h"
#include "domain/exchange/pair.h"

/** Keep the signed frame head in which they say how far they are, if it says more than the one kept. */
void proof_keep_receipt(struct pair *pr, const struct wire_frame_view *v);
/** Ask for proof: of their number no (thread NULL), or of entry no in our log of that thread. */
void proof_ask(struct turn *t, struct conn *c, struct answer *a, const struct id16 *thread,
	       uint64_t no);
/** Show them what they signed: the document we hold at this place of their log, and the receipt. */
MUST_CHECK enum err proof_show(struct turn *t, const struct pair *pr, struct answer *a,
			       const struct doc_key *key);
/** Their heads alone, at most once in LIMIT_ASK_MS on a line. */
void proof_show_receipt(struct turn *t, const struct pair *pr, struct answer *a);
/** A ROLLED_BACK part.  *begun: it was proof, and we began a new incarnation. */
struct proof_claim {
	struct turn *t;
	const struct peer *p;
	struct pair *pr;
	struct answer *a;
	bool current; /* both incarnations are */
};
MUST_CHECK enum err proof_part(const struct proof_claim *c, struct span bytes, bool *begun);
/** Their stream goes on from a document that we never got, or holds one that does not fit what is here.  *over: it has to be passed over, so that others are
 *  not held up.  At most once a day the pair is compared because of it.  Nobody begins a new incarnation for that. */
MUST_CHECK enum err proof_blocked(struct turn *t, struct pair *pr, bool *over);
/** One of our own documents, shown by a partner: signed by us? */
MUST_CHECK enum err proof_own_document(struct turn *t, const struct peer *p,
				       const struct wire_doc *d, struct id32 *hash, bool *ours);

#endif /* KRING_DOMAIN_LOSS_PROOF_H */

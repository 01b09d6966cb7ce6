/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * proof - what a holder said, signed, handed on by another one: OnwardAnswer.
 *
 * Layer:    domain/grant (base, proto, store; lower rooms).
 * Owns:     bodies of ONWARD_ANSWER.
 * Threads:  core process, event-loop thread only.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  codes, numbers and ids of nodes; no person.
 *
 * Whoever hands it on is not believed: it is the holder's own document, head, commitment and signature, and its body.
 */
#ifndef KRING_DOMAIN_GRANT_PROOF_H
#define KRING_DOMAIN_GRANT_PROOF_H

#include "base/limits/onward.h"
#include "domain/documents/document.h"

/** One answer, opened.  Pointers are into the turn's arena. */
struct proof {
	struct wire_head head; /* sender: who answers; recipient: from whom it had the person */
	struct id32 hash;
	struct msg *said;  /* MSG_ERASED */
	struct id32 *last; /* of document_verify: several of one turn have one signature */
};

/** Is it here whole, so that others can check it, and short enough? */
bool proof_fits(const struct document *d);
/** Of d, which fits, into body (MSG_ONWARD_ANSWER). */
MUST_CHECK enum err proof_put(struct turn *t, const struct document *d, struct msg *body);
/** out->last is the caller's.  *fault: WIRE_VERDICT_OK, MALFORMED or UNPROVEN.  *known false: who signed it is not known here yet,
 *  so that it proves nothing, and may later. */
MUST_CHECK enum err proof_open(struct turn *t, const struct msg *body, struct proof *out,
			       uint16_t *fault, bool *known);

/** Which document it is, whether or not it proves anything; false: none at all. */
bool proof_hash(const struct msg *body, struct id32 *hash);

#endif /* KRING_DOMAIN_GRANT_PROOF_H */

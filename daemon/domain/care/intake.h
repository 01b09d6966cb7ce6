/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * intake - what happens to documents as they arrive, leave and are receipted.
 *
 * Layer:    domain/care (base, proto, store; lower rooms).
 * Owns:     nothing; fills the hooks of exchange/stream.h.
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds.
 * Durable:  in the transaction that stores the document and its receipt.
 * Privacy:  the receiver's consent check and the sender's re-check at transmission are here.
 */
#ifndef KRING_DOMAIN_CARE_INTAKE_H
#define KRING_DOMAIN_CARE_INTAKE_H

#include "domain/exchange/hooks.h"

extern const struct exchange_hooks intake_hooks;

/** Need, urgency and term of an offer, for its thread. */
void intake_read_offer(struct thread *th, const struct msg *body);
/** Never refused, only hollowed: what came without its body is answered by rule. */
MUST_CHECK enum err intake_answer_hollow(struct turn *t, struct thread *th,
					 const struct document *d);

/** The case was erased: what the thread's state asks of us is answered by rule; nothing else is. */
MUST_CHECK enum err intake_answer_erased(struct turn *t, struct thread *th);
/** *erased: this document rests on a consent whose case (then *case_id) was erased. */
MUST_CHECK enum err intake_erased_with(struct turn *t, const struct peer *p,
				       const struct wire_head *h, struct id16 *case_id,
				       bool *erased);

#endif /* KRING_DOMAIN_CARE_INTAKE_H */

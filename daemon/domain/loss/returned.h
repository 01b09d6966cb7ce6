/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * returned - documents of ours that a partner gives back, and what had seen them.
 *
 * Layer:    domain/loss (base, proto, store; lower rooms).
 * Owns:     nothing; rows are settled.h's and thread.h's.
 * Threads:  core process, event-loop thread only.
 * Time:     *_ms wall-clock milliseconds.
 * Durable:  with the turn's transaction.
 * Privacy:  a returned document's body joins its case, or stays away.
 */
#ifndef KRING_DOMAIN_LOSS_RETURNED_H
#define KRING_DOMAIN_LOSS_RETURNED_H

#include "domain/documents/thread.h"
#include "domain/exchange/pair.h"

/** What a partner wrote after a place that is free again comes back into its log; th is saved then. */
MUST_CHECK enum err returned_unshelve(struct turn *t, const struct peer *p, struct thread *th);

/** A RETURNED part.  *forgot: it proves that we lost state without knowing it. */
MUST_CHECK enum err returned_document(struct turn *t, const struct peer *p, struct pair *pr,
				      struct span bytes, bool *forgot);

#endif /* KRING_DOMAIN_LOSS_RETURNED_H */

/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * echo - after a loss of state: are our threads the same at both ends, and what of ours did we forget?
 *
 * Layer:    domain/exchange (base, proto, store; crypto/hash; lower rooms).
 * Owns:     tables SHELF (thread 16 | msg 16 | sender u16: lost acts) and GONE (thread 16).
 * Threads:  core process, event-loop thread only.
 * Time:     *_ms wall-clock milliseconds.
 * Durable:  with the turn's transaction; the place in a pass is memory only.
 * Privacy:  ids and hashes; a returned document's body joins its case, or stays away.
 *
 * THREAD_HEADS asks, page by page in order of thread id, how far the partner's copy of our log goes.
 * It answers, and gives back (RETURNED) what we lack.  What it holds wins: an own document whose place is
 * taken goes to the shelf of lost acts, with what had seen it, and is never sent again.  A thread takes no
 * new document of ours until its partner's copy was found the same.
 */
#ifndef KRING_DOMAIN_EXCHANGE_ECHO_H
#define KRING_DOMAIN_EXCHANGE_ECHO_H

#include "base/plant.h"
#include "domain/exchange/answer.h"

/** What a partner says of a thread in its answer: it is hidden there (revoked, in error, erased); the consent
 *  that it is was withdrawn. */
enum { ECHO_HIDDEN = 1, ECHO_WITHDRAWN = 4 };
/** ... of a thread that we did not know then; 0: nothing. */
MUST_CHECK enum err echo_said(struct turn *t, const struct id16 *thread, uint8_t *flags);

/** Was this thread found the same since the last loss of state? */
static inline bool echo_settled(const struct thread *th, const struct pair *pr)
{
	return !pr->unechoed || th->era == pr->era || planted(PLANT_NO_ECHO);
}
/** May we write in it?  Settled, and what our last document had seen is in hand again. */
MUST_CHECK enum err echo_writable(struct turn *t, const struct thread *th, bool *yes);
/** Before thread_create: ours is settled from birth, one that a partner opened is not while it is compared. */
MUST_CHECK enum err echo_birth(struct turn *t, struct thread *th, bool ours);
/** A document of the partner that is none of its log any more: kept, shown, never folded. */
MUST_CHECK enum err echo_shelve(struct turn *t, struct thread *th, const struct doc_key *key,
				uint16_t type);
/** What a partner wrote after a place that is free again comes back into its log; th is saved then. */
MUST_CHECK enum err echo_unshelve(struct turn *t, const struct peer *p, struct thread *th);

/** Our question, while there is one. */
MUST_CHECK enum err echo_ask(struct turn *t, struct peer *p, const struct pair *pr,
			     struct wr *parts, uint16_t *count);
/** A THREAD_HEADS part: question or answer. */
MUST_CHECK enum err echo_heads(struct turn *t, const struct peer *p, struct pair *pr,
			       struct answer *a, struct span bytes);
/** A RETURNED part.  *forgot: it proves that we lost state without knowing it. */
MUST_CHECK enum err echo_returned(struct turn *t, const struct peer *p, struct pair *pr,
				  struct answer *a, struct span bytes, bool *forgot);

#endif /* KRING_DOMAIN_EXCHANGE_ECHO_H */

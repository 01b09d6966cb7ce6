/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * compare - after a loss of state: are our threads the same at both ends, and what of ours did we forget?
 *
 * Layer:    domain/loss (base, proto, store; lower rooms).
 * Owns:     table GONE (thread 16: what a partner says of a thread that we lack).
 * Threads:  core process, event-loop thread only.
 * Time:     *_ms wall-clock milliseconds.
 * Durable:  with the turn's transaction; the place in a pass is memory only.
 * Privacy:  ids and hashes.
 *
 * THREAD_HEADS asks, page by page in order of thread id, how far the partner's copy of our log goes.
 * It answers, and gives back (RETURNED) what we lack.  What it holds wins: an own document whose place is
 * taken goes to the shelf of lost acts, with what had seen it, and is never sent again.  A thread takes no
 * new document of ours until its partner's copy was found the same.
 */
#ifndef KRING_DOMAIN_LOSS_COMPARE_H
#define KRING_DOMAIN_LOSS_COMPARE_H

#include "domain/exchange/answer.h"
#include "domain/exchange/pair.h"

/** What a partner says of a thread in its answer: it is hidden there (revoked, in error, erased); the consent
 *  that it is was withdrawn. */
enum { COMPARE_HIDDEN = 1, COMPARE_WITHDRAWN = 4 };
/** ... of a thread that we did not know then; 0: nothing. */
MUST_CHECK enum err compare_told(struct turn *t, const struct id16 *thread, uint8_t *flags);

/** Of a question and an answer, with all that goes before it, at most. */
enum { COMPARE_PARTS = 67, COMPARE_BYTES = 56320 };

/** Our question, while there is one. */
MUST_CHECK enum err compare_ask(struct turn *t, struct peer *p, const struct pair *pr,
				struct wr *parts, uint16_t *count);
/** A THREAD_HEADS part: question or answer. */
MUST_CHECK enum err compare_heads(struct turn *t, const struct peer *p, struct pair *pr,
				  struct answer *a, struct span bytes);
/** Is it the question for the first page?  What we keep for the partner goes before our answer. */
bool compare_begins(struct span bytes);
/** Room in the answer for that and for what is given back. */
void compare_room(struct answer *a);

#endif /* KRING_DOMAIN_LOSS_COMPARE_H */

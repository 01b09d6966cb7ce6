/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * begin - a thread about a person begins here: with a partner's first document, or with our own that came back.
 *
 * Layer:    domain/referral (base, proto, store; lower rooms).
 * Owns:     nothing.
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds, given with the turn.
 * Durable:  nothing; whoever appends the document saves the thread.
 * Privacy:  what a partner said was hidden or withdrawn is so from the first moment.
 */
#ifndef KRING_DOMAIN_REFERRAL_BEGIN_H
#define KRING_DOMAIN_REFERRAL_BEGIN_H

#include "domain/documents/thread.h"

/** Everything of a new thread but its case.  th->id, peer and kind are set. */
MUST_CHECK enum err begin_thread(struct turn *t, struct thread *th, enum thread_side role,
				 const struct wire_head *h);

#endif /* KRING_DOMAIN_REFERRAL_BEGIN_H */

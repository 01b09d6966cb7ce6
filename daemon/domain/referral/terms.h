/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * terms - since when the term of a referral runs and how long it stood still, read out of both logs.
 *
 * Layer:    domain/referral (base, proto, store; lower rooms).
 * Owns:     nothing.
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds, as the authors of documents dated them.
 * Durable:  nothing; the caller saves the thread.
 * Privacy:  types, numbers and times.
 */
#ifndef KRING_DOMAIN_REFERRAL_TERMS_H
#define KRING_DOMAIN_REFERRAL_TERMS_H

#include "domain/referral/fold.h"

/** th->since_ms and th->pause_days from the count steps of fold_thread(). */
MUST_CHECK enum err terms_read(struct turn *t, struct thread *th, const struct fold_step *steps,
			       size_t count);

#endif /* KRING_DOMAIN_REFERRAL_TERMS_H */

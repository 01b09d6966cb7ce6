/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * fold - the state of a referral, out of both logs as they lie here.
 *
 * Layer:    domain/referral (base, proto, store; lower rooms).
 * Owns:     nothing.
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds, given with the turn.
 * Durable:  nothing.
 * Privacy:  heads only: types and numbers.
 */
#ifndef KRING_DOMAIN_REFERRAL_FOLD_H
#define KRING_DOMAIN_REFERRAL_FOLD_H

#include "domain/documents/thread.h"
#include "domain/referral/referral.h"

static inline enum referral_actor fold_our_side(const struct thread *th)
{
	return th->role == THREAD_SENDER ? REFERRAL_BY_SENDER : REFERRAL_BY_RECEIVER;
}

/** Both logs folded, with the state after each step; steps in the turn's arena. */
MUST_CHECK enum err fold_thread(struct turn *t, const struct thread *th, struct fold_step **steps,
				size_t *count, enum referral_state *state);
/** Both logs as far as they lie here, in the turn's arena: for many questions about one thread. */
struct fold_logs {
	struct fold_event *theirs, *ours;
};
MUST_CHECK enum err fold_load(struct turn *t, const struct thread *th, struct fold_logs *logs);
bool fold_may(const struct thread *th, const struct fold_logs *logs, uint32_t no);
/** Did the table let the partner sign this entry of its log, by all that it had seen then? */
MUST_CHECK enum err fold_allowed(struct turn *t, const struct thread *th, uint32_t no, bool *yes);

#endif /* KRING_DOMAIN_REFERRAL_FOLD_H */

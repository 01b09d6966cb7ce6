/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * acts - signing an act in a referral, and everything that follows from a changed log.
 *
 * Layer:    domain/care (base, proto, store; lower rooms).
 * Owns:     table TIMER, key due_ms u64 | thread 16 | kind u8.
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds; working days by calendar.h.
 * Durable:  log, timeline, ledger, outbox and audit rows in one commit.
 * Privacy:  bodies pass consent_pack_body and nothing else.
 */
#ifndef KRING_DOMAIN_CARE_ACTS_H
#define KRING_DOMAIN_CARE_ACTS_H

#include "domain/exchange/thread.h"
#include "domain/referral/referral.h"

enum {
	ACTS_TERM_DAYS = 5,
	ACTS_GRACE_DAYS = 2,
	ACTS_URGENT_DAYS = 1,
	ACTS_URGENT_GRACE = 1,
	ACTS_PAUSE_DAYS = 5, /* at most, once, while a question is open */
	ACTS_REMIND_DAYS = 1 /* the receiver's own people, again and again */
};

static inline enum referral_actor acts_our_side(const struct thread *th)
{
	return th->role == THREAD_SENDER ? REFERRAL_BY_SENDER : REFERRAL_BY_RECEIVER;
}

/** Sign one act of ours and let its consequences follow.  The caller checked guards and referral_may.
 *  th is advanced and saved. */
MUST_CHECK enum err acts_sign(struct turn *t, struct thread *th, uint16_t type,
			      const struct msg *body);
/** An act with a code, made by a timer or a rule. */
MUST_CHECK enum err acts_automatic(struct turn *t, struct thread *th, uint16_t type,
				   const char *reason);
/** What an act does to the terms besides changing the state: a note is a sign of life and begins the term anew;
 *  a reminder begins a shorter one.  Before acts_changed; what the table has no row for does nothing. */
void acts_heard(const struct turn *t, struct thread *th, uint16_t type, bool mine);
/** A log grew, or the OFFER's receipt came: fold, run timers and worklist anew, save. */
MUST_CHECK enum err acts_changed(struct turn *t, struct thread *th, const char *detail);
/** The case was erased: this thread waits for nobody any more.  The caller saves it. */
MUST_CHECK enum err acts_timer_stop(struct turn *t, struct thread *th);
/** Nothing was said, but time went on or a receipt came: deadline and timer anew, save. */
MUST_CHECK enum err acts_retime(struct turn *t, struct thread *th);
/** Both logs folded, with the state after each step; steps in the turn's arena. */
MUST_CHECK enum err acts_fold(struct turn *t, const struct thread *th, struct fold_step **steps,
			      size_t *count, enum referral_state *state);
/** Did the table let the partner sign this entry of its log, by all that it had seen then? */
MUST_CHECK enum err acts_allowed(struct turn *t, const struct thread *th, uint32_t no, bool *yes);
/** The thread's one timer; 0: none.  The row only, th is not saved. */
MUST_CHECK enum err acts_timer_set(struct turn *t, struct thread *th, uint64_t at_ms);
/** A partner was removed for good: every open thread with it is work for its case. */
MUST_CHECK enum err acts_partner_gone(struct turn *t, uint16_t peer);
/** Fire what is due; at most limit timers. */
MUST_CHECK enum err acts_timers(struct turn *t, unsigned limit);
/** Wall-clock time of the next timer, UINT64_MAX none. */
MUST_CHECK enum err acts_next_due(struct turn *t, uint64_t *due_ms);

#endif /* KRING_DOMAIN_CARE_ACTS_H */

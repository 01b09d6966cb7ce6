/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * acts - signing an act in a referral, and everything that follows from a changed log.
 *
 * Layer:    domain/care (base, proto, store; lower rooms).
 * Owns:     nothing.
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds; working days by calendar.h.
 * Durable:  log, timeline, ledger, outbox and audit rows in one commit.
 * Privacy:  bodies pass consent_pack_body and nothing else.
 */
#ifndef KRING_DOMAIN_CARE_ACTS_H
#define KRING_DOMAIN_CARE_ACTS_H

#include "domain/documents/thread.h"
#include "domain/referral/referral.h"

/** Sign one act of ours and let its consequences follow.  The caller checked guards and referral_may.
 *  th is advanced and saved. */
MUST_CHECK enum err acts_sign(struct turn *t, struct thread *th, uint16_t type,
			      const struct msg *body);
/** In two steps, for who looks at what is covered before anything is written: nothing that bears on it, nor the thread, may
 *  change between them.  Bytes of spec lie in the turn's memory. */
MUST_CHECK enum err acts_pack(struct turn *t, const struct thread *th, uint16_t type,
			      const struct msg *body, struct document_spec *spec);
MUST_CHECK enum err acts_sign_packed(struct turn *t, struct thread *th,
				     const struct document_spec *spec);
/** An act with a code, made by a timer or a rule. */
MUST_CHECK enum err acts_automatic(struct turn *t, struct thread *th, uint16_t type,
				   const char *reason);
/** What an act does to the terms besides changing the state: a note is a sign of life and begins the term again;
 *  a reminder begins a shorter one.  Before acts_changed; what the table has no row for does nothing. */
void acts_heard(const struct turn *t, struct thread *th, uint16_t type, bool mine);
/** A log grew, or the OFFER's receipt came: fold, set timers and worklist again, save. */
MUST_CHECK enum err acts_changed(struct turn *t, struct thread *th, const char *detail);
/** No new document, but time went on or a receipt came: set deadline and timer again, save. */
MUST_CHECK enum err acts_retime(struct turn *t, struct thread *th);
/** The receiver releases what it was shown: bodies go, signed heads stay. */
MUST_CHECK enum err acts_forget(struct turn *t, struct thread *th);

#endif /* KRING_DOMAIN_CARE_ACTS_H */

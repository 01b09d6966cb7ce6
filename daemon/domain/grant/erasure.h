/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * erasure - what a holder answers when a consent was taken back, and how its collector waits for that.
 *
 * Layer:    domain/grant (base, proto, store; lower rooms).
 * Owns:     bodies of ERASED and ERASING.
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds.
 * Durable:  with the turn's transaction.
 * Privacy:  codes and numbers only; they lie where no erasure takes them away.
 *
 * ERASED is said after the shred: from then on no copy of this disk opens what came under the consent.  A node that waits for
 * members after a loss of state says ERASING, because somebody may still give it back what it passed on.
 */
#ifndef KRING_DOMAIN_GRANT_ERASURE_H
#define KRING_DOMAIN_GRANT_ERASURE_H

#include "domain/consent/grant.h"
#include "domain/grant/told.h"

enum { ERASURE_REMIND_DAYS = 3, ERASURE_DUE_DAYS = 7 };
/** At the holder: an answer is owed from here on.  th is withdrawn; the caller saves it. */
MUST_CHECK enum err erasure_owe(struct turn *t, struct thread *th);
/** Says it, if it is owed and may be said by now; else it stays owed, and the timer looks again.  The caller saves th. */
MUST_CHECK enum err erasure_say(struct turn *t, struct thread *th);
/** Whoever has the person under child, a consent of ours, answered: at the partners' consents that it rests on that is owed on. */
MUST_CHECK enum err erasure_heard(struct turn *t, const struct id16 *child);
/** The timer of one that owes nothing rang: whom it was passed on to is forgotten when no answer can come any more.  Saves th. */
MUST_CHECK enum err erasure_over(struct turn *t, struct thread *th);
/** A shred was done: what waited for it is said with the next timers. */
MUST_CHECK enum err erasure_shredded(struct turn *t);
/** At the collector: from here on it waits for the holder.  The caller saves th. */
MUST_CHECK enum err erasure_await(struct turn *t, struct thread *th);
/** The timer of a withdrawn consent rang there, or an answer came: is there work?  Saves th. */
MUST_CHECK enum err erasure_look(struct turn *t, struct thread *th);

#endif /* KRING_DOMAIN_GRANT_ERASURE_H */

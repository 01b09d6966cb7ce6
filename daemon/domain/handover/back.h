/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * back - a case that its former owner took back: what that leaves to do at whoever had it meanwhile.
 *
 * Layer:    domain/handover (base, proto, store; lower rooms).
 * Owns:     nothing.
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds.
 * Durable:  with the turn's transaction.
 * Privacy:  what was written since goes to whoever holds the pen, under the consent of the handover, and to nobody else.
 *
 * Whoever hears that a case is no longer its own stops writing, passes the word down to whom it gave the case meanwhile, gives back
 * what was written since, and erases its copy.
 */
#ifndef KRING_DOMAIN_HANDOVER_BACK_H
#define KRING_DOMAIN_HANDOVER_BACK_H

#include "domain/handover/rows.h"

/** Was the case taken from us by a newer word than this handover knows, in which we give it on?  e: that word's. */
MUST_CHECK enum err back_above(struct turn *t, const struct thread *th, struct epoch *e, bool *yes);
/** The handovers by which we gave it on look at their logs in the next tick. */
MUST_CHECK enum err back_wake(struct turn *t, const struct thread *th);
/** What was written here since it was taken over, and of a case that was taken from the partner too what it added itself, as additions: as
 *  many as one turn signs.  th is advanced, record says how far. */
MUST_CHECK enum err back_notes(struct turn *t, struct thread *th, struct msg *record);
/** We give it no more: what we added on its way is said in the case.  *more: some of it can be read from the next turn on. */
MUST_CHECK enum err back_stays(struct turn *t, const struct thread *th, bool *more);
/** An addition of whoever we gave it on to: it is one of those that go up. */
MUST_CHECK enum err back_pass(struct turn *t, const struct thread *th, const struct doc_key *key);
/** Is all of it at the other end, so that the copy here may go? */
MUST_CHECK enum err back_done(struct turn *t, const struct thread *th, bool *yes);

#endif /* KRING_DOMAIN_HANDOVER_BACK_H */

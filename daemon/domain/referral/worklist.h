/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * worklist - what a person must do next, derived from the state of each referral.
 *
 * Layer:    domain/referral (base, proto, store; lower rooms).
 * Owns:     table WORK, key case 16 | thread 16 | kind u8.
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds.
 * Durable:  with the turn's transaction.
 * Privacy:  codes and ids only.
 */
#ifndef KRING_DOMAIN_REFERRAL_WORKLIST_H
#define KRING_DOMAIN_REFERRAL_WORKLIST_H

#include "domain/documents/thread.h"
#include "domain/referral/work.h"

/** Replace what follows from the state; escalations and hollow notices stay until the state moves. */
MUST_CHECK enum err worklist_refresh(struct turn *t, const struct thread *th, const char *detail);
/** Only what became of our own documents: they are on their way too long, or there. */
MUST_CHECK enum err worklist_delivery(struct turn *t, const struct thread *th);
MUST_CHECK enum err worklist_add(struct turn *t, const struct thread *th, enum work_kind kind,
				 const char *detail);
/** An agreement to receive from this partner was made: what asked for it is done, from *at on (empty: all) as far as one turn
 *  gets; *over: to the end. */
MUST_CHECK enum err worklist_agreed(struct turn *t, uint16_t peer, struct store_key *at,
				    bool *over);
MUST_CHECK enum err worklist_done(struct turn *t, const struct thread *th, enum work_kind kind);
/** Rows of this thread whose kind has the flag are taken off, and not written again while its state lasts; *count of them.  The
 *  caller saves th. */
MUST_CHECK enum err worklist_handled(struct turn *t, struct thread *th, unsigned flag,
				     unsigned *count);
/** Work of this kind has a new reason: it counts as not ticked off.  The caller saves th. */
void worklist_anew(struct thread *th, enum work_kind kind);
/** All of this thread. */
MUST_CHECK enum err worklist_clear(struct turn *t, const struct thread *th);
/** Of this case, as many rows as one turn removes; over: all. */
MUST_CHECK enum err worklist_clear_case(struct turn *t, const struct id16 *case_id, bool *over);
/** A closed case is open again: what its referrals leave to do is there again, from *at on (empty: all) as far as one turn gets;
 *  *over: to the end.  What somebody saw to stays away, and so does news that was there before it closed. */
MUST_CHECK enum err worklist_again(struct turn *t, const struct id16 *case_id, struct store_key *at,
				   bool *over);
struct store_key worklist_key(const struct thread *th, enum work_kind kind);
/** Is that to be done here? */
bool worklist_waits(struct turn *t, const struct thread *th, enum work_kind kind);
/** The code of config/lists/work.psv. */
const char *worklist_code(enum work_kind kind);
MUST_CHECK enum err worklist_get(struct turn *t, const struct store_key *k, struct msg **m);

#endif /* KRING_DOMAIN_REFERRAL_WORKLIST_H */

/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * done - work that is seen to where it stands: ticked off, or by erasing what was said in one referral.
 *
 * Layer:    domain/desk (base, proto, store; lower rooms).
 * Owns:     nothing.
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds, given with the turn.
 * Durable:  with the turn's transaction.
 * Privacy:  the audit log says that it was done and by whom, the timeline how; a note of it never leaves.
 */
#ifndef KRING_DOMAIN_DESK_DONE_H
#define KRING_DOMAIN_DESK_DONE_H

#include "domain/documents/thread.h"
#include "domain/turn.h"

/* control commands */
MUST_CHECK enum err desk_done(struct turn *t, const struct msg *req, struct msg *reply);
/** Another referral of the same person for the same need: whoever said no to it before is no work any more. */
MUST_CHECK enum err desk_referred_on(struct turn *t, const struct thread *newer);
/** A referral of ours, just reported as a mistake: it leaves no work when the same need is with another partner already. */
MUST_CHECK enum err desk_taken_back(struct turn *t, struct thread *th);
MUST_CHECK enum err desk_ref_erase(struct turn *t, const struct msg *req, struct msg *reply);

#endif /* KRING_DOMAIN_DESK_DONE_H */

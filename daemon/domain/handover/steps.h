/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * steps - signing an act of a handover, and everything that follows from a changed log.
 *
 * Layer:    domain/handover (base, proto, store; lower rooms).
 * Owns:     nothing.
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds; working days by calendar.h.
 * Durable:  log, timeline, ledger, outbox, audit and the content in one commit.
 * Privacy:  bodies pass consent_pack_body and nothing else.
 */
#ifndef KRING_DOMAIN_HANDOVER_STEPS_H
#define KRING_DOMAIN_HANDOVER_STEPS_H

#include "domain/handover/rows.h"

/** Sign one act and let its consequences follow; the caller asked handover_may.  th is advanced and saved. */
MUST_CHECK enum err steps_sign(struct turn *t, struct thread *th, uint16_t type,
			       const struct msg *body);
/** An act with a code, made by a timer or a rule. */
MUST_CHECK enum err steps_automatic(struct turn *t, struct thread *th, uint16_t type,
				    const char *reason);
/** A log grew, or both ends were found the same: fold, row, timer, work, and what the rules do by themselves.  Saves th. */
MUST_CHECK enum err steps_changed(struct turn *t, struct thread *th, const char *detail);
/** Whose move it is: "us", "partner", "nobody". */
const char *steps_next(const struct thread *th);
/** Its timer rang. */
MUST_CHECK enum err steps_rang(struct turn *t, struct thread *th);
/** The content into the case here, and TAKE.  ERR_STATE: not all of it is here yet; when it does not open, the handover is refused. */
MUST_CHECK enum err steps_take(struct turn *t, struct thread *th);
/** Somebody decides that what was taken over from a case, and is lost here, does not come back: it goes on with what there is. */
MUST_CHECK enum err steps_wait_no_more(struct turn *t, const struct id16 *case_id, bool *any);

#endif /* KRING_DOMAIN_HANDOVER_STEPS_H */

/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * sign - one act of a handover: its document, and all that is written down with it.
 *
 * Layer:    domain/handover (base, proto, store; lower rooms).
 * Owns:     nothing.
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds.
 * Durable:  log, timeline, ledger, outbox and audit in one commit.
 * Privacy:  bodies pass consent_pack_body and nothing else.
 */
#ifndef KRING_DOMAIN_HANDOVER_SIGN_H
#define KRING_DOMAIN_HANDOVER_SIGN_H

#include "domain/handover/rows.h"

/** The table lets it through (handover_may).  th is advanced and not saved: what follows from it is the caller's (steps.h). */
MUST_CHECK enum err sign_act(struct turn *t, struct thread *th, uint16_t type,
			     const struct msg *body);
/** The same with a code, made by a timer or a rule; reason may be empty. */
MUST_CHECK enum err sign_code(struct turn *t, struct thread *th, uint16_t type, const char *reason);

#endif /* KRING_DOMAIN_HANDOVER_SIGN_H */

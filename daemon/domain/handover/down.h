/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * down - what is added to a case that was given on goes on after it.
 *
 * Layer:    domain/handover (base, proto, store; lower rooms).
 * Owns:     nothing.
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds.
 * Durable:  with the turn's transaction.
 * Privacy:  such words go to whoever has the case, under the consent of the handover by which it went there, and to nobody else.
 *
 * Whoever had a case adds to it at the node that it gave the case to; that one may have given it on since, and knows to whom.
 */
#ifndef KRING_DOMAIN_HANDOVER_DOWN_H
#define KRING_DOMAIN_HANDOVER_DOWN_H

#include "domain/handover/rows.h"

/** Additions that came since the bundle of this handover was made are signed in it, each once; th is FROM's, and is advanced.  record
 *  is its row, which the caller saves.  *more: one of them has to wait for the next turn. */
MUST_CHECK enum err down_pass(struct turn *t, struct thread *th, struct msg *record, bool *more);

#endif /* KRING_DOMAIN_HANDOVER_DOWN_H */

/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * answers - what this node answers by rule, where no person can.
 *
 * Layer:    domain/care (base, proto, store; lower rooms).
 * Owns:     nothing.
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds, given with the turn.
 * Durable:  with the turn's transaction.
 * Privacy:  none.
 */
#ifndef KRING_DOMAIN_CARE_ANSWERS_H
#define KRING_DOMAIN_CARE_ANSWERS_H

#include "domain/documents/document.h"
#include "domain/documents/thread.h"

/** Never refused, only hollowed: what came without its body is answered by rule. */
MUST_CHECK enum err answers_hollow(struct turn *t, struct thread *th, const struct document *d);
/** The case was erased: what the thread's state asks of us is answered by rule; nothing else is. */
MUST_CHECK enum err answers_erased(struct turn *t, struct thread *th);

#endif /* KRING_DOMAIN_CARE_ANSWERS_H */

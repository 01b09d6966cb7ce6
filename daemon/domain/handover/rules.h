/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * rules - what happens to documents of a handover as they arrive, are receipted, or come back after a loss.
 *
 * Layer:    domain/handover (base, proto, store; lower rooms).
 * Owns:     struct kind_rules kind_handover (exchange/hooks.h).
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds.
 * Durable:  in the transaction that stores the document and its receipt.
 * Privacy:  the receiver's consent check of a handover is here.
 */
#ifndef KRING_DOMAIN_HANDOVER_RULES_H
#define KRING_DOMAIN_HANDOVER_RULES_H

#include "domain/exchange/hooks.h"

/** Both ends hold the same again: what a rule does by itself may be done now. */
MUST_CHECK enum err rules_settled(struct turn *t, struct thread *th);

#endif /* KRING_DOMAIN_HANDOVER_RULES_H */

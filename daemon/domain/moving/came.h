/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * came - a referral whose case moved, at whoever works for the person: where it went, and what goes on from there.
 *
 * Layer:    domain/moving (base, proto, store; lower rooms).
 * Owns:     struct kind_rules kind_referral (exchange/hooks.h).
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds.
 * Durable:  in the transaction that stores the document and its receipt.
 * Privacy:  what the new owner says comes under its own consents; nothing of the former one's is shown for them.
 */
#ifndef KRING_DOMAIN_MOVING_CAME_H
#define KRING_DOMAIN_MOVING_CAME_H

#include "domain/exchange/hooks.h"

/** Where the case of this referral went: the newest word of its sender.  ERR_NOTFOUND: nowhere, or nobody that is known here. */
MUST_CHECK enum err came_to(struct turn *t, const struct thread *th, const struct peer **to);

#endif /* KRING_DOMAIN_MOVING_CAME_H */

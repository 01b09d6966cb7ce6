/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * target - to whom a partner redirected a referral of ours.
 *
 * Layer:    domain/onward (base, proto, store; lower rooms).
 * Owns:     nothing.
 * Threads:  core process, event-loop thread only.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  members only.
 */
#ifndef KRING_DOMAIN_ONWARD_TARGET_H
#define KRING_DOMAIN_ONWARD_TARGET_H

#include "domain/documents/thread.h"

/** The first one that is a member now and gets people's data, other than the two of th; NULL: there is none. */
MUST_CHECK enum err target_of(struct turn *t, const struct thread *th, const struct peer **p);

#endif /* KRING_DOMAIN_ONWARD_TARGET_H */

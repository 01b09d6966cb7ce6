/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * revoke - the person takes consent back, said about one referral and meant of everything between these two.
 *
 * Layer:    domain/care (base, proto, store; lower rooms).
 * Owns:     nothing.
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds, given with the turn.
 * Durable:  with the turn's transaction.
 * Privacy:  ids.
 */
#ifndef KRING_DOMAIN_CARE_REVOKE_H
#define KRING_DOMAIN_CARE_REVOKE_H

#include "domain/care/grants.h"

/** All living grants between the referral's case and its partner end (grants_revoke), and those that its documents name, in
 *  whichever case they lie.  *out as there. */
MUST_CHECK enum err revoke_all(struct turn *t, const struct thread *th, struct grants_ended *out);
/** Of a referral that ended with its consent: did that run out?  Else a person took it back, or made it narrower. */
MUST_CHECK enum err revoke_by_itself(struct turn *t, const struct thread *th, bool *yes);

#endif /* KRING_DOMAIN_CARE_REVOKE_H */

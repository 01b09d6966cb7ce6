/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * tell - the referrals of a case that was handed over, and whoever works for the person hears where it went.
 *
 * Layer:    domain/moving (base, proto, store; lower rooms).
 * Owns:     nothing.
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds.
 * Durable:  with the turn's transaction.
 * Privacy:  a node id and a pseudonym: nothing of the person, and nothing to anybody who does not work for the person.
 */
#ifndef KRING_DOMAIN_MOVING_TELL_H
#define KRING_DOMAIN_MOVING_TELL_H

#include "domain/documents/thread.h"

enum { TELL_MOST = 32, TELL_NAME = 16 + 16 };

/** Can all that runs for the person follow the case?  Not what a partner referred here, nor more than TELL_MOST. */
MUST_CHECK enum err tell_ready(struct turn *t, const struct id16 *case_id, bool *yes);
/** What runs for the person at others than this peer, into a content; without: categories that stay here. */
MUST_CHECK enum err tell_list(struct turn *t, const struct id16 *case_id, uint16_t to,
			      uint64_t without, struct msg *content);
/** The case was taken over there: each referral of ours that runs ends, and goes on from there.  names: of each thread 16 the name
 *  16 by which the new owner calls the person.  *done: none is left that could not be told yet. */
MUST_CHECK enum err tell_all(struct turn *t, const struct id16 *case_id, uint16_t to,
			     struct span names, bool *done);

#endif /* KRING_DOMAIN_MOVING_TELL_H */

/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * asked - the partner of a referral asked for the case: what is answered to it by rule.
 *
 * Layer:    domain/handing (base, proto, store; lower rooms).
 * Owns:     nothing; the question and its answer stand in the logs of the referral.
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds.
 * Durable:  with the turn's transaction.
 * Privacy:  ids and numbers.
 */
#ifndef KRING_DOMAIN_HANDING_ASKED_H
#define KRING_DOMAIN_HANDING_ASKED_H

#include "domain/referral/request.h"

/** The referral of this case in which that partner asked for it, and its question; r->no 0: none waits. */
MUST_CHECK enum err asked_find(struct turn *t, const struct id16 *case_id, uint16_t peer,
			       struct thread *th, struct request *r);
/** What became of it, in that referral.  A referral that is being compared is answered by a person, later. */
MUST_CHECK enum err asked_answer(struct turn *t, struct thread *th, const char *reason);

#endif /* KRING_DOMAIN_HANDING_ASKED_H */

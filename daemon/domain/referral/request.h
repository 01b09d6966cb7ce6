/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * request - the receiver of a referral asks for the case itself: does one of its questions wait for an answer?
 *
 * It is asked in the log of a referral that both have, so nobody can ask whether a person is known somewhere.  An answer is one that had
 * read the question: a handover that is proposed signs it by rule, a person who keeps the case signs it with a reason.
 *
 * Layer:    domain/referral (base, proto, store; lower rooms).
 * Owns:     nothing; it is read out of both logs.
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds.
 * Durable:  nothing.
 * Privacy:  numbers and times.
 */
#ifndef KRING_DOMAIN_REFERRAL_REQUEST_H
#define KRING_DOMAIN_REFERRAL_REQUEST_H

#include "domain/documents/thread.h"

/** The question that waits, and how many there were; from the one behind LIMIT_REQUESTS on they wait for nothing. */
struct request {
	uint32_t no; /* in the log of the receiver; 0: none waits */
	uint32_t count;
	struct doc_key doc;
	uint64_t kept_ms; /* when it came to lie here */
};

/** Of a referral that is over nothing waits. */
MUST_CHECK enum err request_read(struct turn *t, const struct thread *th, struct request *r);

#endif /* KRING_DOMAIN_REFERRAL_REQUEST_H */

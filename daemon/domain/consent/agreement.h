/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * agreement - what two partners agreed to exchange, of whomever.
 *
 * Layer:    domain/consent (base, proto, store; lower rooms).
 * Owns:     table AGREEMENT, key peer u16 | way u8; behind the two ways what was missed in each of them.
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds, given with the turn.
 * Durable:  with the turn's transaction.
 * Privacy:  partners and categories; nobody's data.
 */
#ifndef KRING_DOMAIN_CONSENT_AGREEMENT_H
#define KRING_DOMAIN_CONSENT_AGREEMENT_H

#include "domain/consent/gate.h"

enum consent_way { CONSENT_SEND = 0, CONSENT_RECEIVE = 1 };

/** Categories of our agreement with p, 0 when there is none. */
MUST_CHECK enum err consent_agreement(struct turn *t, uint16_t peer, enum consent_way way,
				      struct consent_view *v);
/** The same as it is written down, borrowed from the turn.  ERR_NOTFOUND: there is none. */
MUST_CHECK enum err consent_agreement_record(struct turn *t, uint16_t peer, enum consent_way way,
					     struct msg **m);
/** What is written down holds from this turn on; what was missed in that way counts no more when we receive. */
MUST_CHECK enum err consent_agreement_save(struct turn *t, uint16_t peer, enum consent_way way,
					   struct msg *agreement);
/** A document with these categories was not kept for want of an agreement, here (CONSENT_RECEIVE) or at the partner. */
MUST_CHECK enum err consent_agreement_miss(struct turn *t, uint16_t peer, enum consent_way way,
					   uint64_t cats);
/** The partner's verdict on a document of ours with these categories: what it does not agree to receive is known from that alone. */
MUST_CHECK enum err consent_agreement_receipt(struct turn *t, uint16_t peer, uint64_t cats,
					      uint16_t code);
/** Categories that were missed and not taken since. */
MUST_CHECK enum err consent_agreement_missed(struct turn *t, uint16_t peer, enum consent_way way,
					     uint64_t *cats);

#endif /* KRING_DOMAIN_CONSENT_AGREEMENT_H */

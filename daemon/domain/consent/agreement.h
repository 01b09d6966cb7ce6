/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * agreement - what two partners agreed to exchange, of whomever.
 *
 * Layer:    domain/consent (base, proto, store; lower rooms).
 * Owns:     table AGREEMENT, key peer u16 | way u8.
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
MUST_CHECK enum err consent_agreement_save(struct turn *t, uint16_t peer, enum consent_way way,
					   const struct msg *agreement);

#endif /* KRING_DOMAIN_CONSENT_AGREEMENT_H */

/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * ledger - who was shown what, on which basis; drives withdrawal and erasure.
 *
 * Layer:    domain/consent (base, proto, store; lower rooms).
 * Owns:     table LEDGER, key grant 16 | msg 16.
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds.
 * Durable:  with the document it speaks of, in the same commit.
 * Privacy:  ids, categories and times; no content.
 */
#ifndef KRING_DOMAIN_CONSENT_LEDGER_H
#define KRING_DOMAIN_CONSENT_LEDGER_H

#include "domain/state.h"

MUST_CHECK enum err ledger_add(struct turn *t, const struct id16 *grant, const struct id16 *msg,
			       uint16_t peer, uint16_t type, uint64_t cats);
/** All disclosures under the grants of a case, into reply. */
MUST_CHECK enum err ledger_list(struct turn *t, const struct id16 *case_id, struct msg *reply);

#endif /* KRING_DOMAIN_CONSENT_LEDGER_H */

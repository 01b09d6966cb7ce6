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
/** One disclosure: a document of this type to this partner, with these categories. */
struct ledger_row {
	uint16_t peer, type;
	uint64_t cats, at_ms;
};
/** The next disclosure under this grant; false at the end, or when w->rc is an error.  *damage: why this one cannot be
 *  opened, while the walk goes on. */
MUST_CHECK bool ledger_each(struct turn *t, const struct id16 *grant, struct store_walk *w,
			    struct ledger_row *row, enum err *damage);

#endif /* KRING_DOMAIN_CONSENT_LEDGER_H */

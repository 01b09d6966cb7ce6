/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * inbox - what came in: one row per stream number of a partner's, with the verdict it got.
 *
 * Layer:    domain/exchange (base, proto, store; lower rooms).
 * Owns:     table INNUM (peer u16 | number u64).
 * Threads:  core process, event-loop thread only.
 * Time:     none.
 * Durable:  with the turn's transaction.
 * Privacy:  ids, times and codes only.
 */
#ifndef KRING_DOMAIN_EXCHANGE_INBOX_H
#define KRING_DOMAIN_EXCHANGE_INBOX_H

#include "domain/exchange/pair.h"

/* What came in: one row per stream number of theirs. */
struct inbox_row {
	struct id16 msg;
	struct wire_verdict verdict;
};
MUST_CHECK enum err inbox_put(struct turn *t, struct pair *p, const struct inbox_row *row);
MUST_CHECK enum err inbox_get(struct turn *t, uint16_t peer, uint64_t number,
			      struct inbox_row *row);

#endif /* KRING_DOMAIN_EXCHANGE_INBOX_H */

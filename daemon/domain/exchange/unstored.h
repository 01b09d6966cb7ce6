/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * unstored - threads of which a partner's document could not be stored here.
 *
 * Layer:    domain/exchange (base, proto, store; lower rooms).
 * Owns:     META 9 | peer u16 | thread 16: type u16 | error u8 | count u32 | first_ms u64 | last_ms u64.
 * Threads:  core process, event-loop thread only.
 * Time:     *_ms wall-clock milliseconds.
 * Durable:  with the turn's transaction, until a document of that thread is stored, or its sender asked no more for
 *           LIMIT_RETAIN_DAYS.
 * Privacy:  ids, times and codes only.
 *
 * What follows in such a thread, or rests on its consent, cannot be stored either: it is passed over too, with
 * its number, so that other threads go on.  The sender asks again.
 */
#ifndef KRING_DOMAIN_EXCHANGE_UNSTORED_H
#define KRING_DOMAIN_EXCHANGE_UNSTORED_H

#include "domain/state.h"

/** Once more one of this type failed, because of why. */
MUST_CHECK enum err unstored_add(struct turn *t, uint16_t peer, const struct id16 *thread,
				 uint16_t type, enum err why);
/** Was a document of this thread passed over?  *why says for what; ERR_OK: none was, ERR_BUSY: for a limit (quota.h). */
MUST_CHECK enum err unstored_lacks(struct turn *t, uint16_t peer, const struct id16 *thread,
				   enum err *why);
/** One of this thread is stored. */
MUST_CHECK enum err unstored_over(struct turn *t, uint16_t peer, const struct id16 *thread);
/** Once in a while: of one partner, what nobody asks for any more. */
MUST_CHECK enum err unstored_tick(struct turn *t);
/** Rows of kring status. */
MUST_CHECK enum err unstored_status(struct turn *t, struct msg *status);

#endif /* KRING_DOMAIN_EXCHANGE_UNSTORED_H */

/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * erased - the word that a case, or what one consent let us hold, was erased: left where a backup cannot overlook it.
 *
 * Layer:    domain/news (base, proto, store; lower rooms).
 * Owns:     table ERASED; META row 5 (a shred waits).
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds.
 * Durable:  with the turn's transaction; the ledger beside the store follows the commit.
 * Privacy:  ids of cases and consents.
 */
#ifndef KRING_DOMAIN_NEWS_ERASED_H
#define KRING_DOMAIN_NEWS_ERASED_H

#include "domain/turn.h"

/** Its key was deleted in this turn: the shred will destroy it, and no restore brings it back. */
MUST_CHECK enum err erased_word(struct turn *t, const struct id16 *id);
/** When that was, by our own clock; 0: it was not while this store lives. */
MUST_CHECK enum err erased_ms(struct turn *t, const struct id16 *id, uint64_t *ms);

/** A key went without that: the next shred takes it from older copies of the disk. */
MUST_CHECK enum err erased_shred(struct turn *t);

#endif /* KRING_DOMAIN_NEWS_ERASED_H */

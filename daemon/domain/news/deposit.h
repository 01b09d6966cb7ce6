/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * deposit - which cases we erased lately, sealed and kept by two partners: a disk that is lost whole takes the
 *           ledger beside the store with it (daemon/store/FORMAT.md, Backup).
 *
 * Layer:    domain/news (base, proto, store; lower rooms).
 * Owns:     tables DEPOSIT (a partner's pages, as they came), DEPOSITED (peer u16: how far it has ours);
 *           META row 6 (our list: its version, and since when).
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds.
 * Durable:  with the turn's transaction.
 * Privacy:  ids of cases under the node-wide key, which partners lack and backups carry.
 */
#ifndef KRING_DOMAIN_NEWS_DEPOSIT_H
#define KRING_DOMAIN_NEWS_DEPOSIT_H

#include "domain/exchange/answer.h"

/** A row of table ERASED: when, by our own clock, u64 | when as the list counts it u64. */
enum { DEPOSIT_ERASED_ROW = 8 + 8 };
/** The second of them for what is erased now. */
MUST_CHECK enum err deposit_moment(struct turn *t, uint64_t *ms);
/** A case was erased: what partners keep is out of date. */
MUST_CHECK enum err deposit_changed(struct turn *t);
/** Ours into a frame, while p keeps one and not yet the newest. */
MUST_CHECK enum err deposit_introduce(struct turn *t, const struct peer *p, struct wr *parts,
				      uint16_t *count);
/** p lost its state: what it had of ours goes there again. */
MUST_CHECK enum err deposit_forgotten(struct turn *t, const struct peer *p);
/** A LEDGER part: a page of theirs to keep, their receipt for one of ours, or one of ours coming back. */
MUST_CHECK enum err deposit_part(struct turn *t, const struct peer *p, struct answer *a,
				 struct span bytes);
/** A page of what we keep for p, into an answer; 0 with its first question after a loss. */
MUST_CHECK enum err deposit_return(struct turn *t, const struct peer *p, uint8_t page,
				   struct wr *parts, uint16_t *count);
/** Does this LEDGER part ask for one? */
bool deposit_asked(struct span bytes, uint8_t *page);

#endif /* KRING_DOMAIN_NEWS_DEPOSIT_H */

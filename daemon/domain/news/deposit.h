/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * deposit - which cases we erased lately, sealed and kept by two partners: a disk that is lost whole takes the
 *           ledger beside the store with it (daemon/store/FORMAT.md, Backup).
 *
 * Layer:    domain/news (base, proto, store; lower rooms).
 * Owns:     tables DEPOSIT (peer u16: a partner's, as it came), DEPOSITED (peer u16: which of ours it keeps);
 *           META row 6 (version of ours).
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds.
 * Durable:  with the turn's transaction.
 * Privacy:  ids of cases under the node-wide key, which partners lack and backups carry.
 */
#ifndef KRING_DOMAIN_NEWS_DEPOSIT_H
#define KRING_DOMAIN_NEWS_DEPOSIT_H

#include "domain/exchange/answer.h"

/** A case was erased: what partners keep is out of date. */
MUST_CHECK enum err deposit_changed(struct turn *t);
/** Ours into a frame, while p keeps one and not yet the newest. */
MUST_CHECK enum err deposit_introduce(struct turn *t, const struct peer *p, struct wr *parts,
				      uint16_t *count);
/** A LEDGER part: theirs to keep, their receipt that they keep ours, or ours coming back. */
MUST_CHECK enum err deposit_part(struct turn *t, const struct peer *p, struct answer *a,
				 struct span bytes);
/** What we keep for p, into the answer to its first question after a loss. */
MUST_CHECK enum err deposit_return(struct turn *t, const struct peer *p, struct wr *parts,
				   uint16_t *count);

#endif /* KRING_DOMAIN_NEWS_DEPOSIT_H */

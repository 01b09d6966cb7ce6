/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * replies - what a request was answered, for a day: the same id again gives the same answer, and nothing happens twice.
 *
 * Layer:    domain/asker (base, store; lower rooms).
 * Owns:     tables REQUEST and REQUESTAGE.
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds, given with the turn.
 * Durable:  with the turn's transaction.
 * Privacy:  a reply as its client got it, sealed.
 */
#ifndef KRING_DOMAIN_ASKER_REPLIES_H
#define KRING_DOMAIN_ASKER_REPLIES_H

#include "domain/turn.h"

/** Of the id that the client chose and its user; of somebody in a session that one alone. */
enum { REPLIES_ID = 16, REPLIES_KEY = REPLIES_ID + 4 };

/** replies_key(t, id, uid, k): an id of another user leads to nothing of theirs. */
void replies_key(const struct turn *t, struct span id, uint32_t uid, struct store_key *k);
/** The reply that was given; NULL: it is a new request. */
MUST_CHECK enum err replies_find(struct turn *t, const struct store_key *k, struct msg **reply);
MUST_CHECK enum err replies_keep(struct turn *t, const struct store_key *k, struct span reply);
/** At the end of a turn: when the replies that it kept are to be forgotten. */
MUST_CHECK enum err replies_settle(struct turn *t);
/** Forgets those that are older than LIMIT_REQUEST_DAYS, of a few turns at a time. */
MUST_CHECK enum err replies_forget(struct turn *t);

#endif /* KRING_DOMAIN_ASKER_REPLIES_H */

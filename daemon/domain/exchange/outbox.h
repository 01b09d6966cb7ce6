/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * outbox - what is owed to each partner, in the order it was written.
 *
 * Layer:    domain/exchange (base, proto, store; lower rooms).
 * Owns:     tables OUTPLACE (peer u16 | place u64), OUTNUM (peer u16 | number u64), OUTID (msg 16),
 *           WAITING (peer u16 | place u64).
 * Threads:  core process, event-loop thread only.
 * Time:     *_ms wall-clock milliseconds.
 * Durable:  with the turn's transaction; an outbox row is a reference, never a copy.
 * Privacy:  ids and times only.
 */
#ifndef KRING_DOMAIN_EXCHANGE_OUTBOX_H
#define KRING_DOMAIN_EXCHANGE_OUTBOX_H

#include "domain/documents/document.h"
#include "domain/exchange/chores.h"
#include "domain/exchange/pair.h"

enum outbox_state { OUTBOX_OWED = 0, OUTBOX_STORED = 1, OUTBOX_DROPPED = 2, OUTBOX_SHELVED = 3 };

struct outbox_row {
	struct doc_key doc;
	uint8_t state;
	uint16_t verdict;
	uint64_t queued_ms, stored_ms; /* stored: at the partner */
	struct doc_brief brief;
};

/** Owe one document.  ERR_FULL is the store's. */
MUST_CHECK enum err outbox_put(struct turn *t, uint16_t peer, const struct doc_key *doc,
			       const struct doc_brief *brief);
MUST_CHECK enum err outbox_get(struct turn *t, uint16_t peer, uint64_t place,
			       struct outbox_row *row);
/** By document id: which partner, which place.  ERR_NOTFOUND. */
MUST_CHECK enum err outbox_find(struct turn *t, const struct id16 *msg, uint16_t *peer,
				uint64_t *place, struct outbox_row *row);
/** The partner's verdict is in hand; was: the row as it stands there. */
MUST_CHECK enum err outbox_settle(struct turn *t, uint16_t peer, uint64_t place,
				  const struct outbox_row *was, const struct wire_verdict *v);
/** The partner could not store it: it stays owed and waits. */
MUST_CHECK enum err outbox_not_taken(struct turn *t, struct pair *p, uint64_t place,
				     uint16_t verdict);
/** The operator gives up the body; the head still goes. */
MUST_CHECK enum err outbox_drop(struct turn *t, uint16_t peer, uint64_t place);
MUST_CHECK enum err outbox_number(struct turn *t, struct pair *p, uint64_t place);
/** Wanted or owed, but not yet allowed to go: kept in order of place.  Twice is once. */
MUST_CHECK enum err outbox_wait(struct turn *t, struct pair *p, uint64_t place);
/** Does it wait?  A row from before numbers began again says nothing. */
MUST_CHECK enum err outbox_waits(struct turn *t, const struct pair *p, uint64_t place, bool *yes);
/** One slice of CHORE_WAITED: rows from before go. */
MUST_CHECK enum err outbox_sweep(struct turn *t, struct chore *c);
/** Is that over?  Until then no walk passes what waits: it would pass those rows, too. */
MUST_CHECK enum err outbox_swept(struct turn *t, uint16_t peer, bool *yes);
/** The first one that waits at or after *place.  ERR_NOTFOUND. */
MUST_CHECK enum err outbox_waiting(struct turn *t, const struct pair *p, uint64_t *place);
MUST_CHECK enum err outbox_unwait(struct turn *t, struct pair *p, uint64_t place);
/** It was stored there already, or lies on the shelf of lost acts: it keeps its place. */
MUST_CHECK enum err outbox_mark(struct turn *t, const struct id16 *msg, enum outbox_state state);
/** Place of a stream number of ours. */
MUST_CHECK enum err outbox_place_of(struct turn *t, uint16_t peer, uint64_t number,
				    uint64_t *place);
/** The same, and the first of the numbers that were given in one turn with this one. */
MUST_CHECK enum err outbox_numbered(struct turn *t, uint16_t peer, uint64_t number, uint64_t *place,
				    uint64_t *first);
/** Remove rows that are settled and older than the retention; at most limit of them. */
MUST_CHECK enum err outbox_prune(struct turn *t, struct pair *p, unsigned limit);

#endif /* KRING_DOMAIN_EXCHANGE_OUTBOX_H */

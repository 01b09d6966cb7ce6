/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * outbox - what is owed to each partner, in the order it was written; and the state of the pair.
 *
 * Layer:    domain/exchange (base, proto, store; lower rooms).
 * Owns:     tables PAIR, OUTPLACE (peer u16 | place u64), OUTNUM (peer u16 | number u64), OUTID
 *           (msg 16), INNUM (peer u16 | number u64), WAITING (peer u16 | place u64).
 * Threads:  core process, event-loop thread only.
 * Time:     *_ms wall-clock milliseconds.
 * Durable:  with the turn's transaction; an outbox row is a reference, never a copy.
 * Privacy:  ids and times only.
 */
#ifndef KRING_DOMAIN_EXCHANGE_OUTBOX_H
#define KRING_DOMAIN_EXCHANGE_OUTBOX_H

#include "domain/exchange/document.h"

enum {
	OUTBOX_RECEIPT_LEN = WIRE_FRAME_HEAD + 32 + WIRE_SIG
}; /* head, hash of the parts, signature */

/** Durable state about one partner.  Numbers live within one pair of incarnations. */
struct pair {
	struct pair *next;  /* of this turn */
	struct span stored; /* as read; empty: not there yet */
	uint16_t peer;
	struct incarnation mine, yours; /* the pair of incarnations the numbers belong to */
	uint64_t out_last;		/* last place written */
	uint64_t tail;			/* last place that has a number or was offered by id */
	uint64_t off_from, off_to;	/* places still to be offered by id: off_from+1 .. off_to */
	uint64_t num_last;		/* last stream number given */
	uint64_t acked;			/* receipted up to */
	uint64_t verdicts;		/* verdict in hand up to */
	uint64_t got;			/* stored from them up to */
	uint64_t kept_from;		/* first place still retained */
	uint64_t last_frame_ms;		/* their clock, at their last frame */
	uint64_t last_heard_ms;		/* ours, then */
	uint64_t day, day_documents, day_bytes; /* since 1970; taken from them on that day */
	uint64_t their_key_ms; /* time of their newest PAIR record: older ones never count again */

	/* After a loss of state on either side (SECURITY.md 5.7). */
	uint32_t era;  /* rises with every change of incarnation: an echo counts for one of them */
	bool unheard;  /* their complete heads were not read since: nothing leaves */
	bool unechoed; /* some thread of the pair still differs */
	bool unconfirmed;   /* they came back as a new incarnation, and nobody telephoned */
	bool stopped;	    /* their identity runs twice: nothing is exchanged */
	bool recheck;	    /* what waits may perhaps go now */
	uint64_t strike_ms; /* an incarnation of the past was seen then */
	bool since_strike;  /* and the present one after it */
	uint64_t weak_ms;   /* when we last began anew on a proof that could be repeated */
	uint64_t
		blocked_ms; /* since when their stream goes on from what we never got; 0: it does not */
	uint64_t waiting; /* rows of WAITING */
	/* Their own signed word on how far they were: head of the frame that went furthest. */
	bool have_receipt;
	uint8_t receipt[OUTBOX_RECEIPT_LEN];
};

enum outbox_state { OUTBOX_OWED = 0, OUTBOX_STORED = 1, OUTBOX_DROPPED = 2, OUTBOX_SHELVED = 3 };

struct outbox_row {
	struct doc_key doc;
	uint8_t state;
	uint16_t verdict;
	uint64_t queued_ms, stored_ms; /* stored: at the partner */
};

/** Borrowed until the turn ends; changes are written by outbox_flush.  A missing pair reads as a fresh
 *  one of our present incarnation. */
MUST_CHECK enum err outbox_pair(struct turn *t, uint16_t peer, struct pair **p);
MUST_CHECK enum err outbox_flush(struct turn *t);
/** Documents that the partner has not receipted. */
uint64_t outbox_owed(const struct pair *p);
/** Owe one document.  ERR_FULL is the store's. */
MUST_CHECK enum err outbox_put(struct turn *t, uint16_t peer, const struct doc_key *doc);
MUST_CHECK enum err outbox_get(struct turn *t, uint16_t peer, uint64_t place,
			       struct outbox_row *row);
/** By document id: which partner, which place.  ERR_NOTFOUND. */
MUST_CHECK enum err outbox_find(struct turn *t, const struct id16 *msg, uint16_t *peer,
				uint64_t *place, struct outbox_row *row);
/** The partner's verdict is in hand. */
MUST_CHECK enum err outbox_settle(struct turn *t, uint16_t peer, uint64_t place,
				  const struct wire_verdict *v);
/** The partner could not store it: it stays owed and waits. */
MUST_CHECK enum err outbox_not_taken(struct turn *t, struct pair *p, uint64_t place,
				     uint16_t verdict);
/** The operator gives up the body; the head still goes. */
MUST_CHECK enum err outbox_drop(struct turn *t, uint16_t peer, uint64_t place);
MUST_CHECK enum err outbox_number(struct turn *t, struct pair *p, uint64_t place);
/** Wanted or owed, but not yet allowed to go: kept in order of place.  Twice is once. */
MUST_CHECK enum err outbox_wait(struct turn *t, struct pair *p, uint64_t place);
/** The first one that waits at or after *place.  ERR_NOTFOUND. */
MUST_CHECK enum err outbox_waiting(struct turn *t, const struct pair *p, uint64_t *place);
MUST_CHECK enum err outbox_unwait(struct turn *t, struct pair *p, uint64_t place);
/** It was stored there already, or lies on the shelf of lost acts: it keeps its place. */
MUST_CHECK enum err outbox_mark(struct turn *t, const struct id16 *msg, enum outbox_state state);
/** Did this place get a number in the present pair of incarnations? */
MUST_CHECK enum err outbox_numbered(struct turn *t, const struct pair *p, uint64_t place,
				    bool *yes);
/** Place of a stream number of ours. */
MUST_CHECK enum err outbox_place_of(struct turn *t, uint16_t peer, uint64_t number,
				    uint64_t *place);
/** Forget numbers of an older pair of incarnations; what is retained will be offered by id.  lost: one
 *  of us lost state, so threads wait for their echo. */
MUST_CHECK enum err outbox_reset(struct turn *t, struct pair *p, bool lost);
/** Let go of rows that are settled and older than the retention; at most limit of them. */
MUST_CHECK enum err outbox_prune(struct turn *t, struct pair *p, unsigned limit);

/* What came in: one row per stream number of theirs. */
struct inbox_row {
	struct id16 msg;
	struct wire_verdict verdict;
};
MUST_CHECK enum err inbox_put(struct turn *t, struct pair *p, const struct inbox_row *row);
MUST_CHECK enum err inbox_get(struct turn *t, uint16_t peer, uint64_t number,
			      struct inbox_row *row);

#endif /* KRING_DOMAIN_EXCHANGE_OUTBOX_H */

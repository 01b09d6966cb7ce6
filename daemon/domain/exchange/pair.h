/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * pair - the durable state of one partner: numbers, receipts, incarnations.
 *
 * Layer:    domain/exchange (base, proto, store; lower rooms).
 * Owns:     table PAIR.
 * Threads:  core process, event-loop thread only.
 * Time:     *_ms wall-clock milliseconds.
 * Durable:  with the turn's transaction.
 * Privacy:  ids, hashes and times only.
 */
#ifndef KRING_DOMAIN_EXCHANGE_PAIR_H
#define KRING_DOMAIN_EXCHANGE_PAIR_H

#include "domain/state.h"

enum {
	PAIR_RECEIPT_LEN = WIRE_FRAME_HEAD + 32 + WIRE_SIG
}; /* head, hash of the parts, signature */

/** Durable state about one partner.  Numbers live within one pair of incarnations.  At any time:
 *   off_from <= off_to <= tail <= out_last     places are offered by id, or numbered, in the order they were written
 *   kept_from <= out_last, and 0 only when out_last is
 *   verdicts <= acked <= num_last              a verdict is of what was receipted, a receipt of what was numbered
 *   waiting <= out_last                        a place waits once
 *   yours.no == 0: num_last == got == 0        nothing is exchanged before the partner was heard
 *   unheard: uncompared                        who was not heard after a loss was not compared either
 *   since_strike: strike_ms != 0
 *   open_theirs <= threads, cases <= threads   each open referral and each case of theirs began with a thread
 *   alone <= cases                             what waits for its referral is a case, too
 *   unstored <= LIMIT_UNSTORED                 what is passed over is remembered up to there
 *   blobs <= LIMIT_BLOBS_PARTNER               a file beyond it is not asked for */
struct pair {
	struct pair *next;  /* of this turn */
	struct span stored; /* as read; of one without a row: as it would be */
	uint16_t peer;
	struct incarnation mine, yours; /* the pair of incarnations the numbers belong to */
	uint64_t out_last;		/* last place written */
	uint64_t tail;			/* last place that has a number or was offered by id */
	uint64_t off_from, off_to;	/* places still to be offered by id: off_from+1 .. off_to */
	uint64_t num_last;		/* last stream number given */
	uint64_t num_was;		/* as this turn read it; not in the row */
	uint64_t acked;			/* receipted up to */
	uint64_t verdicts;		/* verdict in hand up to */
	uint64_t got;			/* stored from them up to */
	uint64_t kept_from;		/* first place still retained */
	uint64_t last_frame_ms;		/* their clock, at their last frame */
	uint64_t last_heard_ms;		/* ours, then */
	uint64_t day, day_documents, day_bytes; /* since 1970; taken from them on that day */
	uint64_t their_key_ms; /* time of their newest PAIR record: older ones never count again */

	/* After a loss of state on either side (proto/PROTOCOL.md 6, Loss of state). */
	uint32_t
		era; /* rises with every change of incarnation: threads are found the same for one of them */
	bool unheard; /* since the last change of incarnation not all pages of their answer came in: nothing leaves */
	bool uncompared;   /* some thread of the pair still differs */
	uint64_t apart_ms; /* since when they were not compared, in one go */
	bool unconfirmed; /* they came back as a new incarnation, and no administrator confirmed it */
	bool stopped;	  /* their identity runs twice: nothing is exchanged */
	bool recheck;	  /* what waits may perhaps go now */
	uint64_t strike_ms; /* an incarnation of the past was seen then */
	bool since_strike;  /* and the present one after it */
	uint64_t
		weak_ms; /* when we last began again, or began to compare, on a sign that can be repeated */
	uint64_t
		blocked_ms; /* since when their stream goes on from what we never got; 0: it does not */
	uint64_t waiting; /* rows of WAITING */
	uint64_t
		resets; /* how often numbers began again: rows of WAITING from before it count no more */
	/* What they make this node keep; counted where it changes, so that nobody has to walk (exchange/quota.h). */
	uint64_t open_ours, open_theirs; /* rows of OPEN, by whose referral it is */
	uint64_t threads;		 /* that they began; never fewer */
	uint64_t reports;		 /* of them, reports of figures */
	uint64_t cases;			 /* that they brought and that are here */
	uint64_t alone;			 /* of them, those that wait for a referral */
	uint64_t unstored;		 /* threads of which a document was passed over */
	uint64_t over, over_ms;		 /* documents refused for a limit; the last one when ... */
	uint8_t over_what;		 /* ... and for which: enum quota */
	uint64_t lives_day, lives;	 /* since 1970; incarnations that they began on that day */
	uint64_t gone;			 /* rows of GONE that their words made */
	uint64_t blobs; /* bytes of their files, that lie here or were asked for (domain/blob) */
	/* Signed by them: how far they were, in the frame head that went furthest; and the one whose documents had the
	 * highest numbers, which says how many they had given. */
	bool have_receipt, have_sent;
	uint8_t receipt[PAIR_RECEIPT_LEN], sent[PAIR_RECEIPT_LEN];
};

/** Borrowed until the turn ends; changes are written by pair_flush.  A missing pair reads as a fresh
 *  one of our present incarnation. */
MUST_CHECK enum err pair_get(struct turn *t, uint16_t peer, struct pair **p);
MUST_CHECK enum err pair_flush(struct turn *t);
/** The rule above that p breaks, for require_sound(); NULL: none.  What was read from disk is ERR_CORRUPT instead. */
const char *pair_flaw(const struct pair *p);
/** A row of PAIR, and back.  ERR_CORRUPT: another length, or it breaks a rule. */
void pair_pack(const struct pair *p, struct wr *w);
MUST_CHECK enum err pair_unpack(struct span v, struct pair *p);
/** Documents that the partner has not receipted. */
uint64_t pair_owed(const struct pair *p);
/** Forget numbers of an older pair of incarnations; what is retained will be offered by id.  lost: one
 *  of us lost state, so threads wait until they are compared. */
MUST_CHECK enum err pair_reset(struct turn *t, struct pair *p, bool lost);
/** Not compared for so long that somebody has to phone: with nothing new going there, and its referrals standing still. */
bool pair_long_apart(const struct pair *p, uint64_t wall_ms);
/** Is there anything to say or to ask?  Drives the timer. */
bool pair_pending(const struct pair *p, const struct conn *c);

#endif /* KRING_DOMAIN_EXCHANGE_PAIR_H */

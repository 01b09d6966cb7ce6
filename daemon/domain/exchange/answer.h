/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * answer - what this turn owes a peer besides documents: made while frames are read, said by stream/speak.
 *
 * Layer:    domain/exchange (base, proto, store; lower rooms).
 * Owns:     struct answer, in the turn's arena.
 * Threads:  core process, event-loop thread only.
 * Time:     none.
 * Durable:  nothing: answers may be lost, the question comes again.
 * Privacy:  ids, times and codes only.
 */
#ifndef KRING_DOMAIN_EXCHANGE_ANSWER_H
#define KRING_DOMAIN_EXCHANGE_ANSWER_H

#include "domain/state.h"

enum { ANSWER_COUNT = 32 }; /* ready-made parts of one answer */

struct answer {
	struct answer *next;
	uint16_t peer;
	bool reply;	       /* a frame is due even without documents */
	bool ping;	       /* our question */
	uint64_t verdict_from; /* verdicts from this number on; 0 none */
	struct arena *arena;   /* of the turn */
	struct wr parts;       /* ready-made parts; room is taken with the first */
	uint16_t part_count;
	struct wr
		more; /* after them: documents given back, heads of threads; room when it is needed */
	uint16_t more_count;
	bool ledger_shown;
	bool pushed;	   /* our last roster entries are in it */
	bool heads;	   /* a question about threads is answered in it */
	bool shown;	   /* a document that they signed: one a frame, however many they ask for */
	bool again;	   /* go on comparing threads without waiting for the timer */
	bool deposit;	   /* introduce us once more: our erasures changed, or we ask nothing */
	bool farewell;	   /* a pair that stopped: this one frame still goes */
	bool fetch;	   /* ask for the next chunks of a file */
	struct id32 serve; /* a file that it asked for ... */
	uint32_t serve_from; /* ... from this chunk on ... */
	uint8_t serve_count; /* ... so many; 0: none */
};

/** The peer's answer of this turn, made on first use; NULL when the arena is full. */
struct answer *answer_of(struct turn *t, uint16_t peer);
void answer_part(struct answer *a, uint8_t type, struct span bytes);
/** Something was written for this peer in this turn. */
MUST_CHECK enum err answer_owe(struct turn *t, uint16_t peer);

#endif /* KRING_DOMAIN_EXCHANGE_ANSWER_H */

/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * turnkeys - the record keys and the nonces of one write transaction, and their end.
 *
 * Layer:    crypto (base only).  Part of the key box, which has it in its locked memory.
 * Owns:     nothing; the memory is the key box's.
 * Threads:  core process, event-loop thread only.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  keys of cases lie open here from their first use to the end of the transaction, or until the row of any key
 *           changes in it; then they are wiped.  Nonces are no secret, and none is ever drawn twice.
 */
#ifndef KRING_CRYPTO_TURNKEYS_H
#define KRING_CRYPTO_TURNKEYS_H

#include "base/bytes.h"

/* A batch of events is about so many cases, each with its own key and that of its audit details. */
enum { TURNKEYS_MAX = 256, TURNKEYS_NONCE = 24, TURNKEYS_PREFIX = 16 };

struct turnkey {
	struct id16 id;
	uint8_t cls;
	bool used;
	bool names;		/* the last one is made: few cases are asked for it */
	uint8_t key[32];	/* as it came out of its wrapping */
	uint8_t records[32];	/* what its records are sealed with */
	uint8_t pseudonyms[32]; /* what only this case can name again is derived with */
};

/** Invariant: what is not in places[0..count) is zeros. */
struct turnkeys {
	struct turnkey keys[TURNKEYS_MAX];
	uint16_t places[TURNKEYS_MAX];
	size_t count;
	uint8_t nonce[TURNKEYS_NONCE]; /* the last one that was given */
	uint8_t rows[32]; /* what the node's own key comes to under the first 16 bytes of it */
	bool drawn;	  /* both are of this transaction */
	/* The same of the row that was opened last: those of one transaction are mostly opened together. */
	uint8_t seen[TURNKEYS_PREFIX], opens[32];
	bool opened;
};

/** NULL: not held. */
struct turnkey *turnkeys_find(struct turnkeys *tk, uint8_t cls, const struct id16 *id);
/** A wiped place for this key, which may take that of another one: fill both keys at once. */
struct turnkey *turnkeys_place(struct turnkeys *tk, uint8_t cls, const struct id16 *id);
/** The next nonce: 16 random bytes that all of one transaction begin with, and a number that began anywhere.  The key that
 *  XChaCha20 makes of meta and those 16 bytes: made once, until turnkeys_over. */
const uint8_t *turnkeys_nonce(struct turnkeys *tk, const uint8_t meta[32],
			      uint8_t out[TURNKEYS_NONCE]);
/** The key that XChaCha20 makes of meta and the first 16 bytes of the nonce of a row that is opened.  Until the next call. */
const uint8_t *turnkeys_open(struct turnkeys *tk, const uint8_t meta[32], const uint8_t *nonce);
/** Everything is wiped, and the next nonce drawn anew: a machine that is copied while it rests does not use one twice. */
void turnkeys_over(struct turnkeys *tk);

#endif /* KRING_CRYPTO_TURNKEYS_H */

/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * chunks - a file as chunks of ciphertext, each of which opens in its place alone (proto/PROTOCOL.md 6a).
 *
 * Layer:    crypto (base only); domain may include it.
 * Owns:     nothing; the state is the caller's.
 * Threads:  any.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  the state holds the key: it lies where the key may lie, and nowhere else.
 *
 * crypto_secretstream_xchacha20poly1305: chunks are sealed one after the other, the last one with the final tag, so that none
 * can be left out, moved or added.  The header is drawn by the caller, because the domain draws all it needs from its turn.
 */
#ifndef KRING_CRYPTO_CHUNKS_H
#define KRING_CRYPTO_CHUNKS_H

#include "base/bytes.h"
#include "base/err.h"

enum { CHUNKS_KEY = 32, CHUNKS_HEADER = 24, CHUNKS_EXTRA = 17, CHUNKS_STATE = 52 };

/* Where in the file the next chunk stands. */
struct chunks {
	uint8_t state[CHUNKS_STATE];
};

void chunks_begin(struct chunks *c, const uint8_t key[CHUNKS_KEY],
		  const uint8_t header[CHUNKS_HEADER]);
/** out holds plain.len + CHUNKS_EXTRA bytes. */
void chunks_seal(struct chunks *c, struct span plain, bool last, uint8_t *out);
/** out holds sealed.len - CHUNKS_EXTRA bytes.  ERR_CRYPTO: another key, another place, or changed. */
MUST_CHECK enum err chunks_open(struct chunks *c, struct span sealed, bool last, uint8_t *out);
/** Past this chunk without opening it.  ERR_CRYPTO: it is too short for one. */
MUST_CHECK enum err chunks_skip(struct chunks *c, struct span sealed);

#endif /* KRING_CRYPTO_CHUNKS_H */

/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * keep - a few bytes for one reader, kept by whoever cannot open them: an anonymous sealed box (libsodium, crypto_box_seal).
 *
 * Layer:    crypto (base only); domain may include it.
 * Owns:     nothing.
 * Threads:  any.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  pure; intermediate secrets are wiped.
 */
#ifndef KRING_CRYPTO_KEEP_H
#define KRING_CRYPTO_KEEP_H

#include "base/bytes.h"
#include "base/err.h"

enum { KEEP_EXTRA = 48 }; /* bytes that sealing adds */

/** The public half of a secret of 32 bytes, which may be any. */
void keep_public(const struct id32 *secret, struct id32 *pub);
/** keep_seal(pub, random, plain, out): random is 32 fresh bytes, out holds plain.len + KEEP_EXTRA.  ERR_CRYPTO: no key to seal to. */
MUST_CHECK enum err keep_seal(const struct id32 *pub, const uint8_t random[32], struct span plain,
			      uint8_t *out);
/** keep_open(secret, sealed, out): out holds sealed.len - KEEP_EXTRA.  ERR_CRYPTO: sealed to another, or changed. */
MUST_CHECK enum err keep_open(const struct id32 *secret, struct span sealed, uint8_t *out);

#endif /* KRING_CRYPTO_KEEP_H */

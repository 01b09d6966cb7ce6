/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * seal - the envelope: sealed freshly for every attempt, suite 1 (proto/PROTOCOL.md 5).
 *
 * Layer:    crypto (base only).
 * Owns:     nothing
 * Threads:  any
 * Time:     not_after is unix seconds.
 * Durable:  nothing
 * Privacy:  pure given the keys; intermediate secrets are wiped.
 */
#ifndef KRING_CRYPTO_SEAL_H
#define KRING_CRYPTO_SEAL_H

#include "base/bytes.h"
#include "base/err.h"

enum {
	SEAL_HEADER_LEN = 112, /* everything before commit, suite 1 */
	SEAL_COMMIT_LEN = 32,
	SEAL_TAG_LEN = 16,
	SEAL_OVERHEAD = SEAL_HEADER_LEN + SEAL_COMMIT_LEN + SEAL_TAG_LEN,
	SEAL_EK_OFFSET = 80,
};

struct seal_to {
	uint8_t *envelope;	/* header written up to ek; ek, commit and ciphertext are filled */
	const uint8_t *inner;	/* padded to the class */
	size_t inner_len;	/* 4, 16 or 64 KiB */
	struct id32 prekey_pub; /* X25519 */
	struct id32 recipient;	/* node id */
	const uint8_t *hedge;	/* 32 secret bytes, mixed with fresh randomness */
	const uint8_t *frame_sig; /* 64 bytes, the other half of the hedge */
	const uint8_t *random;	  /* 32 fresh bytes */
};

/** ERR_CRYPTO when the prekey is a low-order point: nothing may be sent to it. */
MUST_CHECK enum err seal_envelope(const struct seal_to *to);
/** seal_open(envelope, inner_len, prekey_sec, prekey_pub, recipient, inner): inner holds inner_len
 *  bytes.  ERR_CRYPTO: not for this key, or changed on the way. */
MUST_CHECK enum err seal_open(const uint8_t *envelope, size_t inner_len,
			      const uint8_t prekey_sec[32], const struct id32 *prekey_pub,
			      const struct id32 *recipient, uint8_t *inner);
/** The public half of an X25519 secret; false never happens for 32 random bytes. */
bool seal_public(const uint8_t sec[32], struct id32 *pub);
/** HKDF-Expand over HMAC-SHA512 (RFC 5869); libsodium 1.0.18 has none. out_len <= 255 * 64. */
void seal_hkdf_expand(const uint8_t prk[64], struct span info, uint8_t *out, size_t out_len);

#endif /* KRING_CRYPTO_SEAL_H */

/* SPDX-License-Identifier: EUPL-1.2 */
/* The box of crypto_box_seal, with a key pair drawn from the caller's random bytes: what a turn does is a function of its event. */
#include "crypto/keep.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

#include "base/check.h"

static_assert(KEEP_EXTRA == crypto_box_SEALBYTES, "the box of libsodium");
static_assert(crypto_box_SEEDBYTES == 32 && crypto_box_PUBLICKEYBYTES == 32, "X25519");

/* BLAKE2b-192 of both public keys, as crypto_box_seal has it. */
static void nonce_of(const uint8_t ephemeral[32], const uint8_t pub[32],
		     uint8_t nonce[crypto_box_NONCEBYTES])
{
	crypto_generichash_state st;

	require(crypto_generichash_init(&st, NULL, 0, crypto_box_NONCEBYTES) == 0);
	require(crypto_generichash_update(&st, ephemeral, 32) == 0);
	require(crypto_generichash_update(&st, pub, 32) == 0);
	require(crypto_generichash_final(&st, nonce, crypto_box_NONCEBYTES) == 0);
}

void keep_public(const struct id32 *secret, struct id32 *pub)
{
	uint8_t sec[crypto_box_SECRETKEYBYTES];

	require(crypto_box_seed_keypair(pub->b, sec, secret->b) == 0);
	sodium_memzero(sec, sizeof sec);
}

enum err keep_seal(const struct id32 *pub, const uint8_t random[32], struct span plain,
		   uint8_t *out)
{
	uint8_t sec[crypto_box_SECRETKEYBYTES], nonce[crypto_box_NONCEBYTES];
	int rc;

	require(plain.len > 0);
	require(crypto_box_seed_keypair(out, sec, random) == 0);
	nonce_of(out, pub->b, nonce);
	rc = crypto_box_easy(out + 32, plain.p, plain.len, nonce, pub->b, sec);
	sodium_memzero(sec, sizeof sec);
	return rc == 0 ? ERR_OK : ERR_CRYPTO;
}

enum err keep_open(const struct id32 *secret, struct span sealed, uint8_t *out)
{
	uint8_t pub[crypto_box_PUBLICKEYBYTES], sec[crypto_box_SECRETKEYBYTES];
	int rc;

	if (sealed.len <= KEEP_EXTRA)
		return ERR_CRYPTO;
	require(crypto_box_seed_keypair(pub, sec, secret->b) == 0);
	rc = crypto_box_seal_open(out, sealed.p, sealed.len, pub, sec);
	sodium_memzero(sec, sizeof sec);
	return rc == 0 ? ERR_OK : ERR_CRYPTO;
}

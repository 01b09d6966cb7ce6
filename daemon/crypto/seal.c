/* SPDX-License-Identifier: EUPL-1.2 */
/* An envelope: sealed to a prekey of the recipient, with a fresh key of ours each time, so that it can be opened as long as
 * the prekey exists and no longer.  The key that opens it is committed to in front of the text: one envelope cannot be
 * made that opens to two different things under two keys.  The fresh key is drawn from randomness, a secret of ours and
 * the frame's signature together: a machine with bad randomness still draws a new one for each frame. */
#include "crypto/seal.h"

#include <assert.h>
#include <sodium.h>

#include "base/check.h"
#include "crypto/hash.h"

static const char extract_label[] = "KRG1.env.extract";
static const char expand_label[] = "KRG1.env.expand";

enum { KEY_LEN = 32, NONCE_LEN = 24, OKM_LEN = KEY_LEN + NONCE_LEN + SEAL_COMMIT_LEN };

static_assert(KEY_LEN == crypto_aead_xchacha20poly1305_ietf_KEYBYTES, "key");
static_assert(NONCE_LEN == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES, "nonce");

void seal_hkdf_expand(const uint8_t prk[64], struct span info, uint8_t *out, size_t out_len)
{
	uint8_t block[crypto_auth_hmacsha512_BYTES];
	crypto_auth_hmacsha512_state st;
	size_t done = 0;

	require(out_len <= 255 * sizeof block); /* the counter is one byte */
	for (uint8_t i = 1; done < out_len; i++) {
		size_t n = out_len - done < sizeof block ? out_len - done : sizeof block;

		crypto_auth_hmacsha512_init(&st, prk, 64);
		if (i > 1)
			crypto_auth_hmacsha512_update(&st, block, sizeof block);
		crypto_auth_hmacsha512_update(&st, info.p, info.len);
		crypto_auth_hmacsha512_update(&st, &i, 1);
		crypto_auth_hmacsha512_final(&st, block);
		memcpy(out + done, block, n);
		done += n;
	}
	sodium_memzero(block, sizeof block);
	sodium_memzero(&st, sizeof st);
}

bool seal_public(const uint8_t sec[32], struct id32 *pub)
{
	return crypto_scalarmult_base(pub->b, sec) == 0;
}

/* prk = HMAC-SHA512(label | suite, dh | T); okm = key | nonce | commit. */
static void derive(const uint8_t *header, const uint8_t dh[32], const struct id32 *pk,
		   const struct id32 *recipient, uint8_t okm[OKM_LEN])
{
	const struct span parts[] = {{header, SEAL_HEADER_LEN},
				     {pk->b, sizeof pk->b},
				     {recipient->b, sizeof recipient->b}};
	uint8_t t[64], prk[crypto_auth_hmacsha512_BYTES], salt[sizeof extract_label];
	crypto_auth_hmacsha512_state st;

	/* The header, the prekey and the recipient all enter the key: an envelope that is sent on
	 * to somebody else does not open there. */
	hash_wide(HASH_TRANSCRIPT, parts, 3, t);
	memcpy(salt, extract_label, sizeof extract_label - 1);
	/* In the place of the NUL: another suite gives other keys, also for the same secrets. */
	salt[sizeof extract_label - 1] = header[5]; /* suite */
	crypto_auth_hmacsha512_init(&st, salt, sizeof salt);
	crypto_auth_hmacsha512_update(&st, dh, 32);
	crypto_auth_hmacsha512_update(&st, t, sizeof t);
	crypto_auth_hmacsha512_final(&st, prk);
	seal_hkdf_expand(prk, span_of(expand_label, sizeof expand_label - 1), okm, OKM_LEN);
	sodium_memzero(prk, sizeof prk);
	sodium_memzero(&st, sizeof st);
}

enum err seal_envelope(const struct seal_to *to)
{
	const struct span esk_parts[] = {{to->hedge, 32}, {to->frame_sig, 64}};
	uint8_t esk[32], dh[32], okm[OKM_LEN];
	uint8_t *commit;
	unsigned long long ct_len = 0;
	enum err rc = ERR_CRYPTO;

	require(to->envelope != NULL && to->inner != NULL && to->inner_len > 0);
	commit = to->envelope + SEAL_HEADER_LEN;
	hash_parts(HASH_ESK, span_of(to->random, 32), esk_parts, 2, esk, sizeof esk);
	require(crypto_scalarmult_base(to->envelope + SEAL_EK_OFFSET, esk) == 0);
	/* libsodium refuses a public key of small order, with which the secret would be known to
	 * everybody. */
	if (crypto_scalarmult(dh, esk, to->prekey_pub.b) == 0) {
		derive(to->envelope, dh, &to->prekey_pub, &to->recipient, okm);
		memcpy(commit, okm + KEY_LEN + NONCE_LEN, SEAL_COMMIT_LEN);
		require(crypto_aead_xchacha20poly1305_ietf_encrypt(
				commit + SEAL_COMMIT_LEN, &ct_len, to->inner, to->inner_len,
				to->envelope, SEAL_HEADER_LEN + SEAL_COMMIT_LEN, NULL,
				okm + KEY_LEN, okm) == 0);
		rc = ERR_OK;
	}
	sodium_memzero(esk, sizeof esk);
	sodium_memzero(dh, sizeof dh);
	sodium_memzero(okm, sizeof okm);
	return rc;
}

enum err seal_open(const uint8_t *envelope, size_t inner_len, const uint8_t prekey_sec[32],
		   const struct id32 *prekey_pub, const struct id32 *recipient, uint8_t *inner)
{
	const uint8_t *commit = envelope + SEAL_HEADER_LEN;
	uint8_t dh[32], okm[OKM_LEN];
	enum err rc = ERR_CRYPTO;

	if (crypto_scalarmult(dh, prekey_sec, envelope + SEAL_EK_OFFSET) != 0)
		return ERR_CRYPTO;
	derive(envelope, dh, prekey_pub, recipient, okm);
	/* The commitment first: without it somebody could make one text that opens under two keys
	 * to two contents. */
	if (bytes_equal_ct(commit, okm + KEY_LEN + NONCE_LEN, SEAL_COMMIT_LEN) &&
	    crypto_aead_xchacha20poly1305_ietf_decrypt(
		    inner, NULL, NULL, commit + SEAL_COMMIT_LEN, inner_len + SEAL_TAG_LEN, envelope,
		    SEAL_HEADER_LEN + SEAL_COMMIT_LEN, okm + KEY_LEN, okm) == 0)
		rc = ERR_OK;
	sodium_memzero(dh, sizeof dh);
	sodium_memzero(okm, sizeof okm);
	return rc;
}

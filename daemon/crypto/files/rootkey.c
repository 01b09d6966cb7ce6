/* SPDX-License-Identifier: EUPL-1.2 */
/* The key of a root, in a file of its own, on a stick and not on a node: a root signs who is a member, and a node that is
 * broken into must not be able to. */
#include "crypto/files/rootkey.h"

#include <sodium.h>

#include "base/check.h"
#include "base/rng.h"
#include "crypto/files/keyfile.h"
#include "crypto/secret.h"
#include "crypto/signed_bytes.h"

enum {
	MAGIC_LEN = 8,
	SEED = 32,
	CLEAR_LEN = MAGIC_LEN + SEED,
	/* public key | operations u32 | KiB u32 | salt 16: what the sealed seed is bound to */
	BOUND_LEN = MAGIC_LEN + 32 + 4 + 4 + 16,
	SEALED_LEN = BOUND_LEN + 24 + SEED + 16,
	OPS = 3, /* as the passphrase of a node */
	KIB = 256 * 1024,
	KIB_MAX = 1024 * 1024,
};

static const char magic[MAGIC_LEN] = "KRG1rtk", sealed_magic[MAGIC_LEN] = "KRG1rts";

/* The file may have been changed: a cost of nothing would weaken it, one of terabytes end this process. */
static enum err key_of(struct span pass, const uint8_t *bound, uint8_t key[32])
{
	struct rd r = rd_of(span_of(bound + MAGIC_LEN + 32, 8));
	const uint32_t ops = rd_u32(&r), kib = rd_u32(&r);

	if (ops == 0 || ops > 16 || kib < 8 || kib > KIB_MAX)
		return ERR_MALFORMED;
	return crypto_pwhash(key, 32, (const char *)pass.p, pass.len, bound + BOUND_LEN - 16, ops,
			     (size_t)kib * 1024, crypto_pwhash_ALG_ARGON2ID13) == 0
		       ? ERR_OK
		       : ERR_NOMEM;
}

/* The public key stays readable, so that whoever holds the stick sees whose it is before a word is typed. */
static enum err seal(uint8_t file[SEALED_LEN], struct span pass, const struct id32 *pub,
		     const uint8_t seed[SEED])
{
	struct wr w = wr_of(file, SEALED_LEN);
	uint8_t key[32];
	enum err rc;

	wr_put(&w, sealed_magic, MAGIC_LEN);
	wr_put(&w, pub->b, 32);
	wr_u32(&w, OPS);
	wr_u32(&w, KIB);
	rng_fill(file + w.len, 16 + 24); /* salt, nonce */
	require(w.len + 16 == BOUND_LEN);
	rc = key_of(pass, file, key);
	if (rc == ERR_OK)
		require(crypto_aead_xchacha20poly1305_ietf_encrypt(
				file + BOUND_LEN + 24, NULL, seed, SEED, file, BOUND_LEN, NULL,
				file + BOUND_LEN, key) == 0);
	secret_wipe(key, sizeof key);
	return rc;
}

static enum err unseal(const uint8_t file[SEALED_LEN], struct span pass, uint8_t seed[SEED])
{
	uint8_t key[32];
	enum err rc = pass.len == 0 ? ERR_STATE : key_of(pass, file, key);

	if (rc != ERR_OK)
		return rc;
	if (crypto_aead_xchacha20poly1305_ietf_decrypt(seed, NULL, NULL, file + BOUND_LEN + 24,
						       SEED + 16, file, BOUND_LEN, file + BOUND_LEN,
						       key) != 0)
		rc = ERR_CRYPTO;
	secret_wipe(key, sizeof key);
	return rc;
}

enum err rootkey_create(const char *path, struct span pass, struct id32 *pub)
{
	uint8_t file[SEALED_LEN], seed[SEED], sk[crypto_sign_SECRETKEYBYTES];
	enum err rc = ERR_OK;

	require(path != NULL && pub != NULL);
	rng_fill(seed, sizeof seed);
	require(crypto_sign_seed_keypair(pub->b, sk, seed) == 0);
	if (pass.len != 0) {
		rc = seal(file, pass, pub, seed);
	} else { /* what protects it is that the stick is in no machine but when a root signs */
		memcpy(file, magic, MAGIC_LEN);
		memcpy(file + MAGIC_LEN, seed, SEED);
	}
	if (rc == ERR_OK)
		rc = keyfile_new_file(path, span_of(file, pass.len != 0 ? SEALED_LEN : CLEAR_LEN));
	secret_wipe(file, sizeof file);
	secret_wipe(seed, sizeof seed);
	secret_wipe(sk, sizeof sk);
	return rc;
}

/* A whole file of the right kind: somebody may have named a node's key or the roster instead. */
static enum err read_key(const char *path, uint8_t file[SEALED_LEN], bool *sealed)
{
	size_t len;
	enum err rc = keyfile_read_file(path, file, SEALED_LEN, &len);

	if (rc != ERR_OK)
		return rc;
	*sealed = len == SEALED_LEN && memcmp(file, sealed_magic, MAGIC_LEN) == 0;
	return *sealed || (len == CLEAR_LEN && memcmp(file, magic, MAGIC_LEN) == 0) ? ERR_OK
										    : ERR_MALFORMED;
}

enum err rootkey_public(const char *path, struct id32 *pub)
{
	uint8_t file[SEALED_LEN], sk[crypto_sign_SECRETKEYBYTES];
	bool sealed = false;
	enum err rc = read_key(path, file, &sealed);

	if (rc == ERR_OK && sealed)
		memcpy(pub->b, file + MAGIC_LEN, 32);
	else if (rc == ERR_OK)
		require(crypto_sign_seed_keypair(pub->b, sk, file + MAGIC_LEN) == 0);
	secret_wipe(file, sizeof file);
	secret_wipe(sk, sizeof sk);
	return rc;
}

enum err rootkey_sign(const char *path, struct span pass, struct span bytes, uint8_t sig[SIGN_LEN])
{
	uint8_t file[SEALED_LEN], seed[SEED], sk[crypto_sign_SECRETKEYBYTES];
	struct signed_bytes sb;
	struct id32 pub;
	bool sealed = false;
	enum err rc = read_key(path, file, &sealed);

	if (rc == ERR_OK && sealed)
		rc = unseal(file, pass, seed);
	else if (rc == ERR_OK)
		memcpy(seed, file + MAGIC_LEN, SEED);
	if (rc == ERR_OK && !signed_bytes_make(&sb, SIGN_ROSTER, &bytes, 1))
		rc = ERR_NOMEM;
	if (rc == ERR_OK) {
		require(crypto_sign_seed_keypair(pub.b, sk, seed) == 0);
		require(crypto_sign_detached(sig, NULL, sb.p, sb.len, sk) == 0);
		signed_bytes_free(&sb);
	}
	secret_wipe(file, sizeof file);
	secret_wipe(seed, sizeof seed);
	secret_wipe(sk, sizeof sk);
	return rc;
}

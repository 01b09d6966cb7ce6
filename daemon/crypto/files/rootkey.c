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

enum { MAGIC_LEN = 8, FILE_LEN = MAGIC_LEN + 32 };

static const char magic[MAGIC_LEN] = "KRG1rtk";

enum err rootkey_create(const char *path, struct id32 *pub)
{
	uint8_t file[FILE_LEN], sk[crypto_sign_SECRETKEYBYTES];
	enum err rc;

	require(path != NULL && pub != NULL);
	memcpy(file, magic, MAGIC_LEN);
	rng_fill(file + MAGIC_LEN, 32);
	require(crypto_sign_seed_keypair(pub->b, sk, file + MAGIC_LEN) == 0);
	/* In clear, for its owner alone: what protects it is that the stick is in no machine but
	 * when a root signs. */
	rc = keyfile_write_file(path, span_of(file, sizeof file));
	secret_wipe(file, sizeof file);
	secret_wipe(sk, sizeof sk);
	return rc;
}

static enum err load(const char *path, struct id32 *pub, uint8_t sk[crypto_sign_SECRETKEYBYTES])
{
	uint8_t file[FILE_LEN];
	size_t len;
	enum err rc = keyfile_read_file(path, file, sizeof file, &len);

	/* A whole file of the right kind: somebody may have named a node's key or the roster instead. */
	if (rc == ERR_OK && (len != FILE_LEN || memcmp(file, magic, MAGIC_LEN) != 0))
		rc = ERR_MALFORMED;
	if (rc == ERR_OK)
		require(crypto_sign_seed_keypair(pub->b, sk, file + MAGIC_LEN) == 0);
	secret_wipe(file, sizeof file);
	return rc;
}

enum err rootkey_public(const char *path, struct id32 *pub)
{
	uint8_t sk[crypto_sign_SECRETKEYBYTES];
	enum err rc = load(path, pub, sk);

	secret_wipe(sk, sizeof sk);
	return rc;
}

enum err rootkey_sign(const char *path, struct span bytes, uint8_t sig[SIGN_LEN])
{
	uint8_t sk[crypto_sign_SECRETKEYBYTES];
	struct signed_bytes sb;
	struct id32 pub;
	enum err rc = load(path, &pub, sk);

	if (rc == ERR_OK && !signed_bytes_make(&sb, SIGN_ROSTER, &bytes, 1))
		rc = ERR_NOMEM;
	if (rc == ERR_OK) {
		require(crypto_sign_detached(sig, NULL, sb.p, sb.len, sk) == 0);
		signed_bytes_free(&sb);
	}
	secret_wipe(sk, sizeof sk);
	return rc;
}

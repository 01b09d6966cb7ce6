/* SPDX-License-Identifier: EUPL-1.2 */
/* What a browser hands over is read by libcrypto's own reader of DER and must be what that would write: two forms of one key are two
 * keys to whoever compares bytes.  Nothing is kept between two calls. */
#include "crypto/foreign.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "base/check.h"
#include "base/limits_screens.h"

enum {
	RSA_LEAST = 2048,
	RSA_MOST = 4096,
	EXPONENT_BITS = 32,
	P256_LEN = 91,
	P256_POINT = P256_LEN - 65,
	POINT_FULL = 4
};

/* Made once, and its other half thrown away. */
static const uint8_t nobody[] = {
	0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01,
	0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
	0x04, 0xfd, 0x17, 0x1c, 0x73, 0x82, 0x7b, 0x7c, 0x8d, 0xb8, 0xb6, 0x7d, 0xef,
	0x19, 0x4f, 0x8b, 0xcc, 0x0e, 0xe1, 0xab, 0x40, 0xe1, 0x6d, 0xd1, 0xe6, 0xed,
	0xb3, 0x21, 0x51, 0x41, 0x8f, 0x82, 0xec, 0xa7, 0x0c, 0x6c, 0x42, 0x15, 0xc9,
	0x2b, 0xc7, 0x2c, 0xd1, 0xae, 0xbb, 0xa6, 0x96, 0x9a, 0x06, 0x2c, 0xe3, 0xac,
	0x00, 0x9c, 0x7f, 0x7a, 0x5e, 0xf9, 0x5d, 0xc5, 0x43, 0xa7, 0xae, 0x12, 0xbc,
};

struct span foreign_nobody(void)
{
	return span_of(nobody, sizeof nobody);
}

/* The algorithms are looked up here, too: the first use of each reads what libcrypto was built with. */
bool foreign_init(void)
{
	static const uint8_t none[1] = {0};

	if (OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_NO_ATEXIT |
					OPENSSL_INIT_ADD_ALL_DIGESTS,
				NULL) != 1 ||
	    !foreign_key(foreign_nobody()))
		return false;
	(void)foreign_holds(foreign_nobody(), span_of(none, sizeof none),
			    span_of(none, sizeof none));
	return true;
}

/* By its name: a curve that is written out in numbers can be one on which everybody signs. */
static bool of_p256(const EVP_PKEY *key)
{
	char name[32] = "";
	size_t len = 0;

	require(key != NULL);
	return EVP_PKEY_get_base_id(key) == EVP_PKEY_EC &&
	       EVP_PKEY_get_utf8_string_param(key, OSSL_PKEY_PARAM_GROUP_NAME, name, sizeof name,
					      &len) == 1 &&
	       strcmp(name, "prime256v1") == 0;
}

/* Size and exponent bound what a check costs. */
static bool of_rsa(const EVP_PKEY *key)
{
	BIGNUM *e = NULL;
	const int bits = EVP_PKEY_get_bits(key);
	bool ok = EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA && bits >= RSA_LEAST &&
		  bits <= RSA_MOST && EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_E, &e) == 1;

	ok = ok && BN_is_odd(e) && !BN_is_one(e) && BN_num_bits(e) <= EXPONENT_BITS;
	BN_free(e);
	return ok;
}

/* The bytes are what it would be written as, to the last one. */
static bool one_form(const EVP_PKEY *key, struct span spki)
{
	uint8_t *der = NULL;
	const int len = i2d_PUBKEY(key, &der);
	const bool same = len > 0 && (size_t)len == spki.len && memcmp(der, spki.p, spki.len) == 0;

	OPENSSL_free(der);
	return same;
}

/* Its point as two numbers: libcrypto also takes one of them, and both with a sign. */
static bool full_point(struct span spki)
{
	require(spki.p != NULL);
	return spki.len == P256_LEN && spki.p[P256_POINT] == POINT_FULL;
}

static EVP_PKEY *read_key(struct span spki)
{
	const uint8_t *at = spki.p;
	EVP_PKEY *key;

	if (spki.p == NULL || spki.len == 0 || spki.len > LIMIT_SPKI)
		return NULL;
	key = d2i_PUBKEY(NULL, &at, (long)spki.len);
	if (key != NULL && at == spki.p + spki.len &&
	    ((of_p256(key) && full_point(spki)) || of_rsa(key)) && one_form(key, spki))
		return key;
	EVP_PKEY_free(key);
	return NULL;
}

bool foreign_key(struct span spki)
{
	EVP_PKEY *key = read_key(spki);
	const bool ok = key != NULL;

	EVP_PKEY_free(key);
	ERR_clear_error();
	return ok;
}

bool foreign_holds(struct span spki, struct span message, struct span sig)
{
	EVP_PKEY *key = read_key(spki);
	EVP_MD_CTX *ctx = key == NULL ? NULL : EVP_MD_CTX_new();
	bool ok = false;

	require(message.p != NULL || message.len == 0);
	require(key != NULL || ctx == NULL);
	if (ctx != NULL && sig.p != NULL && sig.len > 0 && sig.len <= LIMIT_SIGNATURE)
		ok = EVP_DigestVerifyInit(ctx, NULL, EVP_sha256(), NULL, key) == 1 &&
		     EVP_DigestVerify(ctx, sig.p, sig.len, message.p, message.len) == 1;
	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(key);
	ERR_clear_error(); /* what it says of a stranger's bytes is nobody's business */
	return ok;
}

/* SPDX-License-Identifier: EUPL-1.2 */
/* A turn seals and opens many rows of the same few cases.  Each key is unwrapped once for it, and lies open no longer than the
 * turn: between turns a copy of the memory opens no case that the wrap key does not open.  A nonce is
 * drawn once and counted on from there, so that the first half of XChaCha20, which takes the node's own key and 16 bytes of the
 * nonce, is done once too. */
#include "crypto/turnkeys.h"

#include <assert.h>
#include <sodium.h>

#include "base/check.h"
#include "base/rng.h"

static_assert((TURNKEYS_MAX & (TURNKEYS_MAX - 1)) == 0, "a place is some bits of an id");
static_assert(TURNKEYS_NONCE == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES, "nonces of records");
static_assert(TURNKEYS_PREFIX == crypto_core_hchacha20_INPUTBYTES, "what the key is made of");

/* Ids end with random bytes, or with those of a hash; two that share a place are unwrapped again, and nothing else. */
static size_t place_of(uint8_t cls, const struct id16 *id)
{
	return (be16_get(id->b + 14) + cls * 37u) & (TURNKEYS_MAX - 1);
}

struct turnkey *turnkeys_find(struct turnkeys *tk, uint8_t cls, const struct id16 *id)
{
	struct turnkey *k = &tk->keys[place_of(cls, id)];

	return k->used && k->cls == cls && id16_equal(&k->id, id) ? k : NULL;
}

struct turnkey *turnkeys_place(struct turnkeys *tk, uint8_t cls, const struct id16 *id)
{
	const size_t at = place_of(cls, id);
	struct turnkey *k = &tk->keys[at];

	if (k->used) {
		sodium_memzero(k, sizeof *k);
	} else {
		require(tk->count < TURNKEYS_MAX);
		tk->places[tk->count++] = (uint16_t)at;
	}
	k->id = *id;
	k->cls = cls;
	k->used = true;
	return k;
}

const uint8_t *turnkeys_nonce(struct turnkeys *tk, const uint8_t meta[32],
			      uint8_t out[TURNKEYS_NONCE])
{
	require(meta != NULL);
	if (!tk->drawn) {
		rng_fill(tk->nonce, sizeof tk->nonce);
		require(crypto_core_hchacha20(tk->rows, tk->nonce, meta, NULL) == 0);
		tk->drawn = true;
	}
	be64_put(tk->nonce + TURNKEYS_PREFIX, be64_get(tk->nonce + TURNKEYS_PREFIX) + 1);
	memcpy(out, tk->nonce, TURNKEYS_NONCE);
	return tk->rows;
}

/* A row of this transaction, or one of the transaction whose row was opened just before: what a partner answers for was mostly
 * written together.  Of all others it is made anew, which is what XChaCha20 does each time.  The bytes come from the disk and choose
 * nothing but which of the two is taken; what does not belong to them does not open. */
const uint8_t *turnkeys_open(struct turnkeys *tk, const uint8_t meta[32], const uint8_t *nonce)
{
	require(meta != NULL && nonce != NULL);
	if (tk->drawn && memcmp(nonce, tk->nonce, TURNKEYS_PREFIX) == 0)
		return tk->rows;
	if (!tk->opened || memcmp(nonce, tk->seen, TURNKEYS_PREFIX) != 0) {
		require(crypto_core_hchacha20(tk->opens, nonce, meta, NULL) == 0);
		memcpy(tk->seen, nonce, TURNKEYS_PREFIX);
		tk->opened = true;
	}
	return tk->opens;
}

void turnkeys_over(struct turnkeys *tk)
{
	for (size_t i = 0; i < tk->count; i++)
		sodium_memzero(&tk->keys[tk->places[i]], sizeof tk->keys[0]);
	tk->count = 0;
	sodium_memzero(tk->rows, sizeof tk->rows);
	sodium_memzero(tk->opens, sizeof tk->opens);
	tk->drawn = tk->opened = false;
}

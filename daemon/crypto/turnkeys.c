/* SPDX-License-Identifier: EUPL-1.2 */
/* A turn seals and opens many rows of the same few cases.  Each key is unwrapped once for it, and lies open no longer than the
 * turn: between turns a copy of the memory opens no case that the wrap key does not open.  Nonces are drawn some at a time,
 * because each draw is a call of the system; none outlives the turn. */
#include "crypto/turnkeys.h"

#include <assert.h>
#include <sodium.h>

#include "base/check.h"
#include "base/rng.h"

static_assert((TURNKEYS_MAX & (TURNKEYS_MAX - 1)) == 0, "a place is some bits of an id");
static_assert(TURNKEYS_NONCE == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES, "nonces of records");

/* Ids end with random bytes, or with those of a hash; two that share a place are unwrapped again, and nothing else. */
static size_t place_of(uint8_t cls, const struct id16 *id)
{
	return (be16_get(id->b + 14) + cls * 37u) & (TURNKEYS_MAX - 1);
}

const struct turnkey *turnkeys_find(const struct turnkeys *tk, uint8_t cls, const struct id16 *id)
{
	const struct turnkey *k = &tk->keys[place_of(cls, id)];

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

void turnkeys_nonce(struct turnkeys *tk, uint8_t out[TURNKEYS_NONCE])
{
	require(tk->nonces_left <= TURNKEYS_NONCES);
	if (tk->nonces_left == 0) {
		rng_fill(tk->nonces, sizeof tk->nonces);
		tk->nonces_left = TURNKEYS_NONCES;
	}
	memcpy(out, tk->nonces[--tk->nonces_left], TURNKEYS_NONCE);
}

void turnkeys_over(struct turnkeys *tk)
{
	for (size_t i = 0; i < tk->count; i++)
		sodium_memzero(&tk->keys[tk->places[i]], sizeof tk->keys[0]);
	tk->count = 0;
	tk->nonces_left = 0;
}

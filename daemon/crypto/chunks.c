/* SPDX-License-Identifier: EUPL-1.2 */
/* libsodium's secretstream.  Its state is kept as bytes, because a file that somebody adds comes in many requests, and its
 * place is found again after a restart; how it moves on from chunk to chunk is part of that construction's description. */
#include "crypto/chunks.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

#include "base/check.h"

typedef crypto_secretstream_xchacha20poly1305_state stream;
enum { MAC = 16, COUNTER = 4, INONCE = 8 };
static_assert(sizeof(stream) == CHUNKS_STATE, "the state is kept whole");
static_assert(CHUNKS_KEY == crypto_secretstream_xchacha20poly1305_KEYBYTES &&
		      CHUNKS_HEADER == crypto_secretstream_xchacha20poly1305_HEADERBYTES &&
		      CHUNKS_EXTRA == crypto_secretstream_xchacha20poly1305_ABYTES,
	      "as the construction has it");

static uint8_t tag_of(bool last)
{
	return last ? crypto_secretstream_xchacha20poly1305_TAG_FINAL
		    : crypto_secretstream_xchacha20poly1305_TAG_MESSAGE;
}

/* Both directions begin alike; only who seals would draw the header. */
void chunks_begin(struct chunks *c, const uint8_t key[CHUNKS_KEY],
		  const uint8_t header[CHUNKS_HEADER])
{
	stream s;

	require(crypto_secretstream_xchacha20poly1305_init_pull(&s, header, key) == 0);
	memcpy(c->state, &s, sizeof s);
	sodium_memzero(&s, sizeof s);
}

void chunks_seal(struct chunks *c, struct span plain, bool last, uint8_t *out)
{
	stream s;

	memcpy(&s, c->state, sizeof s);
	require(crypto_secretstream_xchacha20poly1305_push(&s, out, NULL, plain.p, plain.len, NULL,
							   0, tag_of(last)) == 0);
	memcpy(c->state, &s, sizeof s);
	sodium_memzero(&s, sizeof s);
}

enum err chunks_open(struct chunks *c, struct span sealed, bool last, uint8_t *out)
{
	stream s;
	uint8_t tag = 0;
	bool good;

	if (sealed.len < CHUNKS_EXTRA)
		return ERR_CRYPTO;
	memcpy(&s, c->state, sizeof s);
	good = crypto_secretstream_xchacha20poly1305_pull(&s, out, NULL, &tag, sealed.p, sealed.len,
							  NULL, 0) == 0 &&
	       tag == tag_of(last);
	memcpy(c->state, &s, sizeof s);
	sodium_memzero(&s, sizeof s);
	return good ? ERR_OK : ERR_CRYPTO;
}

/* What pull does to the state of a chunk with the tag MESSAGE: the first half of its authenticator goes into the nonce, and the
 * counter rises.  A counter that wraps would change the key: no file has 2^32 chunks. */
enum err chunks_skip(struct chunks *c, struct span sealed)
{
	stream s;
	const uint8_t *mac;

	if (sealed.len < CHUNKS_EXTRA)
		return ERR_CRYPTO;
	mac = sealed.p + sealed.len - MAC;
	memcpy(&s, c->state, sizeof s);
	for (size_t i = 0; i < INONCE; i++)
		s.nonce[COUNTER + i] ^= mac[i];
	sodium_increment(s.nonce, COUNTER);
	memcpy(c->state, &s, sizeof s);
	sodium_memzero(&s, sizeof s);
	return ERR_OK;
}

/* SPDX-License-Identifier: EUPL-1.2 */
/* Whoever gave a case away keeps what opens it for as long as a backup of its new owner may come back without it, and opens nothing of it
 * itself: the secret is drawn at the new owner, from a key that goes with its backups. */
#include "domain/closing/sealed.h"

#include <string.h>

#include "base/check.h"

static_assert(CHUNKS_KEY == 32, "as PROTOCOL.md has it");

/* Once sealed they open with the secret behind keep_pub alone, which never was here. */
enum err sealed_put(struct turn *t, const struct msg *record, const uint8_t keys[SEALED_KEYS],
		    struct msg *body)
{
	uint8_t random[32], sealed[SEALED_LEN];
	struct id32 pub;

	memcpy(pub.b, msg_bytes(record, HANDOVER_RECORD_KEEP_PUB).p, sizeof pub.b);
	turn_random(t, random, sizeof random);
	if (keep_seal(&pub, random, span_of(keys, SEALED_KEYS), sealed) != ERR_OK)
		return ERR_NOTFOUND; /* what it named is no key: nothing can be kept for it */
	msg_set_bytes(t->arena, body, HANDOVER_KEPT_KEYS, span_of(sealed, sizeof sealed));
	return ERR_OK;
}

/* Backups carry the key that it is drawn from, so whatever they bring back, this comes with it. */
static enum err secret_of(struct turn *t, const struct thread *th, struct id32 *secret)
{
	uint8_t in[4 + 16];

	memcpy(in, "keep", 4);
	memcpy(in + 4, th->id.b, 16);
	return record_secret(t->txn, span_of(in, sizeof in), secret);
}

enum err sealed_to(struct turn *t, const struct thread *th, struct id32 *pub)
{
	struct id32 secret;
	enum err rc = secret_of(t, th, &secret);

	if (rc == ERR_OK)
		keep_public(&secret, pub);
	return rc;
}

enum err sealed_open(struct turn *t, const struct thread *th, struct msg *record)
{
	const struct span sealed = msg_bytes(record, HANDOVER_RECORD_KEPT);
	uint8_t keys[SEALED_KEYS];
	struct id32 secret;
	enum err rc;

	require(th->role == THREAD_RECEIVER);
	if (sealed.len != SEALED_LEN)
		return ERR_OK;
	rc = secret_of(t, th, &secret);
	if (rc != ERR_OK || keep_open(&secret, sealed, keys) != ERR_OK)
		return rc; /* it was not sealed to us: there is nothing that could be asked for again */
	msg_set_bytes(t->arena, record, HANDOVER_RECORD_BKEY, span_of(keys, CHUNKS_KEY));
	msg_set_bytes(t->arena, record, HANDOVER_RECORD_ADDED_KEY,
		      span_of(keys + CHUNKS_KEY, CHUNKS_KEY));
	return ERR_OK;
}

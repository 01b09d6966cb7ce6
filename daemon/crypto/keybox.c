/* SPDX-License-Identifier: EUPL-1.2 */
/* All that needs a secret key happens here, in locked memory that is wiped when it is freed.  No key of a case leaves: the
 * store hands in a wrapped key and gets sealed or opened bytes.
 * Wrap keys have a number, their epoch.  To destroy a wrap key is to make everything unreadable that lies under it, so a
 * new one is drawn (begin), what lives is wrapped again, and then the old one is gone (end); both exist in between.
 * Invariant: case_epoch_next is 0 or case_epoch + 1, and next only counts while it is not 0. */
#include "crypto/keybox.h"

#include <sodium.h>
#include <stdlib.h>

#include "base/check.h"
#include "base/rng.h"
#include "crypto/hash.h"
#include "crypto/seal.h"
#include "crypto/secret.h"
#include "crypto/signed_bytes.h"
#include "crypto/turnkeys.h"

/* Sub-key numbers under MK ("KRGATRST") and under a case key ("KRGCASE1"); daemon/store/FORMAT.md, Values. */
enum { MK_HEDGE = 7, CASE_RECORDS = 1, CASE_PSEUDONYMS = 3 };
enum { NONCE = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES, TAG = SEAL_TAG_LEN };

struct prekey {
	struct id16 id;
	struct id32 pub;
	uint8_t sec[32];
	bool used;
};

struct keybox_secrets {
	struct keybox_roots roots;
	uint8_t hedge[32];
	uint8_t nk_sec[crypto_sign_SECRETKEYBYTES];
	struct prekey prekeys[KEYBOX_PREKEYS_MAX];
	struct prekey pairs[KEYBOX_PEERS_MAX][2]; /* by peer number - 1: newest, the one before */
	struct turnkeys turn;
};

struct keybox {
	struct secret mem;
	struct keybox_secrets *s; /* inside mem */
	struct id32 node_id, tk_pub;
};

static void subkey(uint8_t out[32], uint64_t no, const char ctx[9], const uint8_t key[32])
{
	require(crypto_kdf_derive_from_key(out, 32, no, ctx, key) == 0);
}

enum err keybox_create(struct keybox **out, const struct keybox_roots *roots)
{
	struct keybox *kb = calloc(1, sizeof *kb);
	uint8_t pub[32];

	if (kb == NULL)
		return ERR_NOMEM;
	/* One block for all secrets, so that one call locks it and one call wipes it, whatever is
	 * added later. */
	if (secret_create(&kb->mem, sizeof *kb->s) != ERR_OK) {
		free(kb);
		return ERR_NOMEM;
	}
	kb->s = (struct keybox_secrets *)(void *)kb->mem.p;
	kb->s->roots = *roots;
	subkey(kb->s->hedge, MK_HEDGE, "KRGATRST", roots->mk);
	require(crypto_sign_seed_keypair(pub, kb->s->nk_sec, roots->nk_seed) == 0);
	require(seal_public(roots->tk_sec, &kb->tk_pub));
	kb->node_id = identity_node_id(&roots->inception);
	*out = kb;
	/* A seed that does not give the public key was damaged: signatures made with it would be
	 * refused by everybody, so the node does not start. */
	if (memcmp(pub, roots->nk_pub.b, sizeof pub) == 0)
		return ERR_OK;
	keybox_free(kb);
	*out = NULL;
	return ERR_CORRUPT;
}

void keybox_free(struct keybox *kb)
{
	if (kb == NULL)
		return;
	secret_free(&kb->mem);
	free(kb);
}

bool keybox_locked(const struct keybox *kb)
{
	return kb->mem.locked;
}

const struct keybox_roots *keybox_roots(const struct keybox *kb)
{
	return &kb->s->roots;
}

const struct inception *keybox_inception(const struct keybox *kb)
{
	return &kb->s->roots.inception;
}

struct id32 keybox_node_id(const struct keybox *kb)
{
	return kb->node_id;
}

struct id32 keybox_signing_pub(const struct keybox *kb)
{
	return kb->s->roots.nk_pub;
}

uint32_t keybox_key_seq(const struct keybox *kb)
{
	return kb->s->roots.key_seq;
}

struct id32 keybox_transport_pub(const struct keybox *kb)
{
	return kb->tk_pub;
}

/* The one secret that leaves: the process that speaks to the network needs it, and it opens no
 * document. */
void keybox_transport_secret(const struct keybox *kb, uint8_t out[32])
{
	memcpy(out, kb->s->roots.tk_sec, 32);
}

void keybox_sign(const struct keybox *kb, enum sign_label label, const struct span *parts, size_t n,
		 uint8_t sig[SIGN_LEN])
{
	struct signed_bytes sb;

	require(signed_bytes_make(&sb, label, parts, n));
	require(crypto_sign_detached(sig, NULL, sb.p, sb.len, kb->s->nk_sec) == 0);
	signed_bytes_free(&sb);
}

/* nonce | ciphertext | tag; the nonce is there already */
static void aead_put_behind(uint8_t *out, struct span ad, struct span plain, const uint8_t key[32])
{
	require(key != NULL);
	require(crypto_aead_xchacha20poly1305_ietf_encrypt(out + NONCE, NULL, plain.p, plain.len,
							   ad.p, ad.len, NULL, out, key) == 0);
}

/* The same, with the key that XChaCha20 makes of its own and the first 16 bytes of the nonce: what is left of it is ChaCha20
 * with the other 8 behind four zeros. */
static void aead_put_rest(uint8_t *out, struct span ad, struct span plain, const uint8_t key[32])
{
	uint8_t nonce[crypto_aead_chacha20poly1305_ietf_NPUBBYTES] = {0};

	static_assert(sizeof nonce == 4 + NONCE - TURNKEYS_PREFIX, "four zeros and the rest");
	memcpy(nonce + 4, out + TURNKEYS_PREFIX, NONCE - TURNKEYS_PREFIX);
	require(crypto_aead_chacha20poly1305_ietf_encrypt(out + NONCE, NULL, plain.p, plain.len,
							  ad.p, ad.len, NULL, nonce, key) == 0);
}

static void aead_put(uint8_t *out, struct span ad, struct span plain, const uint8_t key[32])
{
	/* 24 bytes of nonce: drawn at random they do not meet twice */
	rng_fill(out, NONCE);
	aead_put_behind(out, ad, plain, key);
}

static enum err aead_get(uint8_t *out, struct span ad, struct span sealed, const uint8_t key[32])
{
	/* libsodium subtracts the length of the tag without asking, so a shorter text is refused
	 * before. */
	if (sealed.len < NONCE + TAG)
		return ERR_CORRUPT;
	if (crypto_aead_xchacha20poly1305_ietf_decrypt(out, NULL, NULL, sealed.p + NONCE,
						       sealed.len - NONCE, ad.p, ad.len, sealed.p,
						       key) != 0)
		return ERR_CORRUPT;
	return ERR_OK;
}

/* A row of the node's own key, with what XChaCha20 makes of that key and the first 16 bytes of its nonce. */
static enum err aead_get_rest(uint8_t *out, struct span ad, struct span sealed,
			      const uint8_t key[32])
{
	uint8_t nonce[crypto_aead_chacha20poly1305_ietf_NPUBBYTES] = {0};

	require(sealed.len >= NONCE + TAG);
	memcpy(nonce + 4, sealed.p + TURNKEYS_PREFIX, NONCE - TURNKEYS_PREFIX);
	return crypto_aead_chacha20poly1305_ietf_decrypt(out, NULL, NULL, sealed.p + NONCE,
							 sealed.len - NONCE, ad.p, ad.len, nonce,
							 key) == 0
		       ? ERR_OK
		       : ERR_CORRUPT;
}

/* ad = "KRG1.casekey" | class | case id | epoch: a wrapped key fits one place only. */
enum { WRAP_AD_LEN = 12 + 1 + 16 + 4 };

static struct span wrap_ad(uint8_t buf[WRAP_AD_LEN], enum keybox_class cls,
			   const struct id16 *case_id, uint32_t epoch)
{
	struct wr w = wr_of(buf, WRAP_AD_LEN);

	wr_put(&w, "KRG1.casekey", 12);
	wr_u8(&w, (uint8_t)cls);
	wr_put(&w, case_id->b, sizeof case_id->b);
	wr_u32(&w, epoch);
	return wr_span(&w);
}

/* The wrap key of an epoch; NULL: destroyed, or never ours. */
static const uint8_t *wrap_key(const struct keybox *kb, enum keybox_class cls, uint32_t epoch)
{
	const struct keybox_roots *r = &kb->s->roots;

	require(cls == KEYBOX_CASE || cls == KEYBOX_AUDIT || cls == KEYBOX_GRANT);
	/* Audit keys are not shredded with cases and consents: the log must stay readable, so that there is
	 * one epoch only. */
	if (cls == KEYBOX_AUDIT)
		return epoch == r->audit_epoch ? r->audit_wrap : NULL;
	if (epoch == r->case_epoch)
		return r->case_wrap;
	/* 0 says that there is no next key; a wrapped key with epoch 0 must not find the zeros that
	 * lie there. */
	return epoch != 0 && epoch == r->case_epoch_next ? r->case_wrap_next : NULL;
}

static void wrap(const struct keybox *kb, enum keybox_class cls, const struct id16 *case_id,
		 uint32_t epoch, const uint8_t key[32], uint8_t out[KEYBOX_WRAPPED_LEN])
{
	uint8_t adbuf[WRAP_AD_LEN];

	require(wrap_key(kb, cls, epoch) != NULL);
	/* In front and in clear: who unwraps must know which wrap key to take, also while two exist. */
	be32_put(out, epoch);
	aead_put(out + 4, wrap_ad(adbuf, cls, case_id, epoch), span_of(key, 32),
		 wrap_key(kb, cls, epoch));
}

enum err keybox_new_wrapped(struct keybox *kb, enum keybox_class cls, const struct id16 *case_id,
			    uint8_t out[KEYBOX_WRAPPED_LEN])
{
	uint8_t key[32];

	rng_fill(key, sizeof key);
	keybox_wrap(kb, cls, case_id, key, out);
	sodium_memzero(key, sizeof key);
	return ERR_OK;
}

void keybox_wrap(const struct keybox *kb, enum keybox_class cls, const struct id16 *case_id,
		 const uint8_t key[32], uint8_t out[KEYBOX_WRAPPED_LEN])
{
	const struct keybox_roots *r = &kb->s->roots;

	wrap(kb, cls, case_id, cls == KEYBOX_AUDIT ? r->audit_epoch : r->case_epoch, key, out);
}

enum err keybox_unwrap(const struct keybox *kb, enum keybox_class cls, const struct id16 *case_id,
		       const uint8_t *wrapped, uint8_t key[32])
{
	uint8_t adbuf[WRAP_AD_LEN];
	const uint32_t epoch = be32_get(wrapped);
	const uint8_t *w = wrap_key(kb, cls, epoch);

	if (w == NULL)
		return ERR_CORRUPT;
	return aead_get(key, wrap_ad(adbuf, cls, case_id, epoch),
			span_of(wrapped + 4, KEYBOX_WRAPPED_LEN - 4), w);
}

void keybox_shred_begin(struct keybox *kb)
{
	struct keybox_roots *r = &kb->s->roots;

	require(r->case_epoch_next == 0 || r->case_epoch_next == r->case_epoch + 1);
	turnkeys_over(&kb->s->turn);
	if (r->case_epoch_next != 0)
		return; /* begun before a crash: it goes on with the same key */
	r->case_epoch_next = r->case_epoch + 1;
	/* Only drawn here: it counts once keyroot holds it on disk, which the caller does before
	 * the first key is wrapped under it. */
	rng_fill(r->case_wrap_next, 32);
}

enum err keybox_rewrap(struct keybox *kb, enum keybox_class cls, const struct id16 *case_id,
		       const uint8_t *wrapped, uint8_t out[KEYBOX_WRAPPED_LEN])
{
	uint8_t key[32];
	enum err rc = keybox_unwrap(kb, cls, case_id, wrapped, key);

	require(cls != KEYBOX_AUDIT); /* one epoch, for ever */
	/* Without a begun shredding the key would be wrapped under zeros. */
	require(kb->s->roots.case_epoch_next != 0);
	if (rc == ERR_OK)
		wrap(kb, cls, case_id, kb->s->roots.case_epoch_next, key, out);
	sodium_memzero(key, sizeof key);
	return rc;
}

void keybox_shred_end(struct keybox *kb)
{
	struct keybox_roots *r = &kb->s->roots;

	require(r->case_epoch_next != 0);
	/* The old wrap key is overwritten in this very place; with it goes everything that was not
	 * wrapped again. */
	memcpy(r->case_wrap, r->case_wrap_next, 32);
	r->case_epoch = r->case_epoch_next;
	r->case_epoch_next = 0;
	sodium_memzero(r->case_wrap_next, 32);
}

/* ---- records ---- */

enum err keybox_hold(struct keybox *kb, enum keybox_class cls, const struct id16 *case_id,
		     const uint8_t *wrapped)
{
	struct turnkey *k = turnkeys_place(&kb->s->turn, (uint8_t)cls, case_id);
	enum err rc = keybox_unwrap(kb, cls, case_id, wrapped, k->key);

	require(cls != KEYBOX_META); /* it is no key of a case, and marks a place without one */
	if (rc == ERR_OK)
		subkey(k->records, CASE_RECORDS, "KRGCASE1", k->key);
	else
		k->cls = KEYBOX_META; /* nobody finds it */
	return rc;
}

bool keybox_holds(const struct keybox *kb, enum keybox_class cls, const struct id16 *case_id)
{
	return turnkeys_find(&kb->s->turn, (uint8_t)cls, case_id) != NULL;
}

void keybox_let_go(struct keybox *kb)
{
	turnkeys_over(&kb->s->turn);
}

/* Of one that is not held room is where it is unwrapped to, and the caller wipes it.  NULL: it does not open (*rc). */
static const uint8_t *record_key(const struct keybox *kb, enum keybox_class cls,
				 const struct id16 *case_id, const uint8_t *wrapped,
				 uint8_t room[32], enum err *rc)
{
	const struct turnkey *held;

	*rc = ERR_OK;
	if (cls == KEYBOX_META)
		return kb->s->roots.meta;
	if (wrapped == NULL) {
		held = turnkeys_find(&kb->s->turn, (uint8_t)cls, case_id);
		*rc = held == NULL ? ERR_CORRUPT : ERR_OK;
		return held == NULL ? NULL : held->records;
	}
	*rc = keybox_unwrap(kb, cls, case_id, wrapped, room);
	if (*rc != ERR_OK)
		return NULL;
	/* Written over its own input: libsodium reads the key before it writes, and one
	 * copy less of it stays on the stack. */
	subkey(room, CASE_RECORDS, "KRGCASE1", room);
	return room;
}

enum err keybox_record_seal(struct keybox *kb, enum keybox_class cls, const struct id16 *case_id,
			    const uint8_t *wrapped, const struct span io[2], uint8_t *out)
{
	uint8_t room[32];
	enum err rc;
	const uint8_t *key = record_key(kb, cls, case_id, wrapped, room, &rc);

	if (rc == ERR_OK) {
		const uint8_t *rows = turnkeys_nonce(&kb->s->turn, kb->s->roots.meta, out);

		if (cls == KEYBOX_META)
			aead_put_rest(out, io[0], io[1], rows);
		else
			aead_put_behind(out, io[0], io[1], key);
	}
	sodium_memzero(room, sizeof room);
	return rc;
}

enum err keybox_record_open(struct keybox *kb, enum keybox_class cls, const struct id16 *case_id,
			    const uint8_t *wrapped, const struct span io[2], uint8_t *out)
{
	uint8_t room[32];
	enum err rc;
	const uint8_t *key = record_key(kb, cls, case_id, wrapped, room, &rc);

	if (rc == ERR_OK && cls == KEYBOX_META && io[1].len >= NONCE + TAG)
		rc = aead_get_rest(out, io[0], io[1], turnkeys_open(&kb->s->turn, key, io[1].p));
	else if (rc == ERR_OK)
		rc = aead_get(out, io[0], io[1], key);
	sodium_memzero(room, sizeof room);
	return rc;
}

/* What a case derives its pseudonyms with: kept beside its key where that is held, else made in room, which the caller wipes. */
static const uint8_t *pseudonyms_key(struct keybox *kb, const struct id16 *case_id,
				     const uint8_t *wrapped, uint8_t room[32], enum err *rc)
{
	struct turnkey *held;

	*rc = ERR_OK;
	if (wrapped != NULL) {
		*rc = keybox_unwrap(kb, KEYBOX_CASE, case_id, wrapped, room);
		if (*rc == ERR_OK)
			subkey(room, CASE_PSEUDONYMS, "KRGCASE1", room);
		return room;
	}
	held = turnkeys_find(&kb->s->turn, KEYBOX_CASE, case_id);
	if (held == NULL) { /* whoever names no key must have held it before */
		*rc = ERR_CORRUPT;
		return room;
	}
	if (!held->names)
		subkey(held->pseudonyms, CASE_PSEUDONYMS, "KRGCASE1", held->key);
	held->names = true;
	return held->pseudonyms;
}

enum err keybox_case_derive(struct keybox *kb, const struct id16 *case_id, const uint8_t *wrapped,
			    struct span input, struct id16 *out)
{
	const uint8_t *key;
	uint8_t room[32];
	enum err rc;

	if (case_id == NULL) {
		hash_parts(HASH_CASECOMMIT, span_of(kb->s->roots.meta, 32), &input, 1, out->b,
			   sizeof out->b);
		return ERR_OK;
	}
	key = pseudonyms_key(kb, case_id, wrapped, room, &rc);
	if (rc == ERR_OK)
		hash_parts(HASH_SUBJECT, span_of(key, 32), &input, 1, out->b, sizeof out->b);
	sodium_memzero(room, sizeof room);
	return rc;
}

static struct prekey *prekey_find(const struct keybox *kb, const struct id16 *id)
{
	for (size_t i = 0; i < KEYBOX_PREKEYS_MAX; i++)
		if (kb->s->prekeys[i].used && id16_equal(&kb->s->prekeys[i].id, id))
			return &kb->s->prekeys[i];
	return NULL;
}

/* Sixteen slots at most: a key lives nine days, and a new one is drawn each day. */
static struct prekey *prekey_slot(const struct keybox *kb)
{
	for (size_t i = 0; i < KEYBOX_PREKEYS_MAX; i++)
		if (!kb->s->prekeys[i].used)
			return &kb->s->prekeys[i];
	return NULL;
}

enum err keybox_prekey_new(struct keybox *kb, struct keybox_prekey *out)
{
	struct prekey *pk = prekey_slot(kb);

	if (pk == NULL)
		return ERR_FULL;
	rng_fill(pk->id.b, sizeof pk->id.b);
	rng_fill(pk->sec, sizeof pk->sec);
	require(seal_public(pk->sec, &pk->pub));
	pk->used = true;
	out->id = pk->id;
	out->pub = pk->pub;
	aead_put(out->sealed, span_of(pk->id.b, sizeof pk->id.b), span_of(pk->sec, sizeof pk->sec),
		 kb->s->roots.prekey_wrap);
	return ERR_OK;
}

/* As with case keys: a new key is drawn first, what lives is sealed under it, and then the old one
 * goes. */
void keybox_prekeys_begin(struct keybox *kb)
{
	if (kb->s->roots.prekey_next)
		return;
	kb->s->roots.prekey_next = true;
	rng_fill(kb->s->roots.prekey_wrap_next, 32);
}

enum err keybox_prekey_reseal(struct keybox *kb, const struct id16 *id,
			      uint8_t sealed[KEYBOX_PREKEY_SEALED_LEN])
{
	const struct prekey *pk = prekey_find(kb, id);

	require(kb->s->roots.prekey_next);
	if (pk == NULL)
		return ERR_NOTFOUND;
	aead_put(sealed, span_of(id->b, sizeof id->b), span_of(pk->sec, sizeof pk->sec),
		 kb->s->roots.prekey_wrap_next);
	return ERR_OK;
}

void keybox_prekeys_end(struct keybox *kb)
{
	struct keybox_roots *r = &kb->s->roots;

	require(r->prekey_next);
	memcpy(r->prekey_wrap, r->prekey_wrap_next, 32);
	sodium_memzero(r->prekey_wrap_next, 32);
	r->prekey_next = false;
}

enum err keybox_prekey_load(struct keybox *kb, const struct id16 *id,
			    const uint8_t sealed[KEYBOX_PREKEY_SEALED_LEN])
{
	struct prekey *pk = prekey_slot(kb);
	enum err rc;

	if (prekey_find(kb, id) != NULL)
		return ERR_OK;
	if (pk == NULL)
		return ERR_FULL;
	rc = aead_get(pk->sec, span_of(id->b, sizeof id->b),
		      span_of(sealed, KEYBOX_PREKEY_SEALED_LEN), kb->s->roots.prekey_wrap);
	if (rc != ERR_OK && kb->s->roots.prekey_next)
		rc = aead_get(pk->sec, span_of(id->b, sizeof id->b),
			      span_of(sealed, KEYBOX_PREKEY_SEALED_LEN),
			      kb->s->roots.prekey_wrap_next);
	if (rc != ERR_OK)
		return rc;
	require(seal_public(pk->sec, &pk->pub));
	pk->id = *id;
	pk->used = true;
	return ERR_OK;
}

void keybox_prekey_destroy(struct keybox *kb, const struct id16 *id)
{
	struct prekey *pk = prekey_find(kb, id);

	if (pk != NULL)
		/* The whole slot and not the secret alone: used becomes false with it, so the slot
		 * is free at the same moment. */
		sodium_memzero(pk, sizeof *pk);
}

enum err keybox_seal(struct keybox *kb, const struct keybox_seal *job)
{
	uint8_t random[32];
	const struct seal_to to = {
		.envelope = job->envelope,
		.inner = job->inner,
		.inner_len = job->inner_len,
		.prekey_pub = job->prekey_pub,
		.recipient = job->recipient,
		.hedge = kb->s->hedge,
		.frame_sig = job->frame_sig,
		.random = random,
	};
	enum err rc;

	/* Drawn for each envelope; seal.c mixes in a secret of ours, for a machine whose randomness
	 * repeats. */
	rng_fill(random, sizeof random);
	rc = seal_envelope(&to);
	sodium_memzero(random, sizeof random);
	return rc;
}

enum err keybox_pair_new(struct keybox *kb, uint16_t peer, struct id16 *id, struct id32 *pub)
{
	struct prekey *pair;

	if (peer == 0 || peer > KEYBOX_PEERS_MAX)
		return ERR_INVAL;
	pair = kb->s->pairs[peer - 1];
	/* two live: what was sealed to the one before may still be on its way */
	pair[1] = pair[0]; /* the one before that is gone now */
	rng_fill(pair[0].id.b, sizeof pair[0].id.b);
	rng_fill(pair[0].sec, sizeof pair[0].sec);
	require(seal_public(pair[0].sec, &pair[0].pub));
	pair[0].used = true;
	*id = pair[0].id;
	*pub = pair[0].pub;
	return ERR_OK;
}

/* Wiped here and not at the next draw, which may be long after: what was read with it shall be read by nobody again. */
void keybox_pair_settle(struct keybox *kb, uint16_t peer)
{
	require(peer >= 1 && peer <= KEYBOX_PEERS_MAX);
	sodium_memzero(&kb->s->pairs[peer - 1][1], sizeof kb->s->pairs[0][1]);
}

void keybox_pair_drop(struct keybox *kb, uint16_t peer)
{
	if (peer >= 1 && peer <= KEYBOX_PEERS_MAX)
		sodium_memzero(kb->s->pairs[peer - 1], sizeof kb->s->pairs[0]);
}

/* Pairs first: they are asked for with nearly every frame, while the other keys serve the first one
 * after a start. */
static const struct prekey *key_for(const struct keybox *kb, const struct id16 *id,
				    struct keybox_used *used)
{
	*used = (struct keybox_used){.peer = 0};
	for (size_t i = 0; i < KEYBOX_PEERS_MAX; i++)
		for (unsigned k = 0; k < 2; k++) {
			const struct prekey *pk = &kb->s->pairs[i][k];

			if (!pk->used || !id16_equal(&pk->id, id))
				continue;
			*used = (struct keybox_used){(uint16_t)(i + 1), k == 0};
			return pk;
		}
	return prekey_find(kb, id);
}

enum err keybox_open(struct keybox *kb, const uint8_t *envelope, const struct id16 *prekey,
		     size_t inner_len, uint8_t *inner, struct keybox_used *used)
{
	const struct prekey *pk = key_for(kb, prekey, used);

	if (pk == NULL)
		return ERR_NOTFOUND;
	return seal_open(envelope, inner_len, pk->sec, &pk->pub, &kb->node_id, inner);
}

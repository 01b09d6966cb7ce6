/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * keybox - every operation that needs a secret key, and no way to get one out but TK.
 *
 * Layer:    crypto (base only).  Its callers are in core/ and tool/; domain never sees it.
 * Owns:     all secrets of a node, in one guarded allocation.
 * Threads:  core process, event-loop thread only.
 * Time:     prekey times are unix seconds, supplied by the caller.
 * Durable:  nothing by itself; keyfile.h and the prekeys environment keep what it hands out sealed.
 * Privacy:  keys leave only wrapped.  The transport key goes to net, which needs it.
 */
#ifndef KRING_CRYPTO_KEYBOX_H
#define KRING_CRYPTO_KEYBOX_H

#include "base/bytes.h"
#include "base/err.h"
#include "base/limits.h"
#include "crypto/identity.h"
#include "crypto/verify.h"

struct keybox;

/** Which key a record is under: node-wide ids and indexes, one case, its audit detail, or
 *  one consent. */
enum keybox_class { KEYBOX_META, KEYBOX_CASE, KEYBOX_AUDIT, KEYBOX_GRANT };

enum {
	KEYBOX_WRAPPED_LEN = 4 + 24 + 32 + 16, /* epoch | nonce | key | tag */
	KEYBOX_RECORD_EXTRA = 24 + 16,	       /* nonce | tag */
	KEYBOX_PREKEY_SEALED_LEN = 24 + 32 + 16,
	KEYBOX_PREKEYS_MAX = 16,
	KEYBOX_PEERS_MAX = LIMIT_PEERS,
};

/** Root secrets as keyfile.c stores them; wiped by whoever fills it. */
struct keybox_roots {
	uint8_t mk[32];
	uint32_t case_epoch, audit_epoch;
	uint8_t case_wrap[32], audit_wrap[32], prekey_wrap[32];
	uint32_t case_epoch_next; /* while a shred runs; 0: none does */
	uint8_t case_wrap_next[32];
	bool prekey_next; /* while a destruction of prekeys runs */
	uint8_t prekey_wrap_next[32];
	uint8_t ledger[32]; /* of the erasure ledger beside the store; backups carry it */
	uint8_t recovery_pub
		[32];	  /* answered by the recovery code alone: what backups are sealed to */
	uint64_t sheet_s; /* when that code's sheet was made */
	uint8_t meta[32]; /* node-wide records: not of MK, so that a restore can keep it */
	uint8_t nk_seed[32], tk_sec[32];
	struct inception inception;
	uint32_t key_seq; /* of nk_seed: 1 is the inception's own key */
	struct id32 nk_pub, next_digest;
};

struct keybox_prekey {
	struct id16 id;
	struct id32 pub;
	uint8_t sealed[KEYBOX_PREKEY_SEALED_LEN]; /* secret half under V, for the prekeys store */
};

MUST_CHECK enum err keybox_create(struct keybox **out, const struct keybox_roots *roots);
void keybox_free(struct keybox *kb);
/** Did the kernel lock its memory?  If not, the keys may be written to the swap. */
bool keybox_locked(const struct keybox *kb);

/** For keyfile.c alone, which rewrites keyroot: borrowed, inside the guarded memory. */
const struct keybox_roots *keybox_roots(const struct keybox *kb);
const struct inception *keybox_inception(const struct keybox *kb);
struct id32 keybox_node_id(const struct keybox *kb);
/** The present signing key and its place in the row of rotations. */
struct id32 keybox_signing_pub(const struct keybox *kb);
uint32_t keybox_key_seq(const struct keybox *kb);
struct id32 keybox_transport_pub(const struct keybox *kb);
/** TK for the net process; the caller wipes out. */
void keybox_transport_secret(const struct keybox *kb, uint8_t out[32]);
void keybox_sign(const struct keybox *kb, enum sign_label label, const struct span *parts, size_t n,
		 uint8_t sig[SIGN_LEN]);

/** A new random key of one case, wrapped for the store. */
MUST_CHECK enum err keybox_new_wrapped(struct keybox *kb, enum keybox_class cls,
				       const struct id16 *case_id, uint8_t out[KEYBOX_WRAPPED_LEN]);
/** For backup.c alone: a key out of its wrapping, and into one of this node.  The caller wipes key. */
MUST_CHECK enum err keybox_unwrap(const struct keybox *kb, enum keybox_class cls,
				  const struct id16 *case_id, const uint8_t *wrapped,
				  uint8_t key[32]);
void keybox_wrap(const struct keybox *kb, enum keybox_class cls, const struct id16 *case_id,
		 const uint8_t key[32], uint8_t out[KEYBOX_WRAPPED_LEN]);
/** Unwrapped once for a write transaction, in the locked memory: records are then sealed and opened with wrapped NULL.  Some are
 *  held at a time, and a later one may take the place of an earlier one.  ERR_CORRUPT: it does not open. */
MUST_CHECK enum err keybox_hold(struct keybox *kb, enum keybox_class cls,
				const struct id16 *case_id, const uint8_t *wrapped);
bool keybox_holds(const struct keybox *kb, enum keybox_class cls, const struct id16 *case_id);
/** Whatever is held is wiped: at the end of the transaction, and when the row of a key changes in it. */
void keybox_let_go(struct keybox *kb);
/** keybox_record_seal(..., out): out holds plain.len + KEYBOX_RECORD_EXTRA.  wrapped is NULL for META, and for a key that is held
 *  (of one that is not: ERR_CORRUPT). */
MUST_CHECK enum err keybox_record_seal(struct keybox *kb, enum keybox_class cls,
				       const struct id16 *case_id, const uint8_t *wrapped,
				       const struct span io[2], uint8_t *out); /* io: ad, plain */
MUST_CHECK enum err keybox_record_open(struct keybox *kb, enum keybox_class cls,
				       const struct id16 *case_id, const uint8_t *wrapped,
				       const struct span io[2], uint8_t *out); /* io: ad, sealed */
/** A value only this case can name again: pseudonyms, thread and grant ids; wrapped as above.  Without a case
 *  (NULL): a value of this node, which stands for a case in the audit chain. */
MUST_CHECK enum err keybox_case_derive(struct keybox *kb, const struct id16 *case_id,
				       const uint8_t *wrapped, struct span input, struct id16 *out);
/** Crypto-shred: a next wrap key is drawn, every key that is to live is wrapped under it, the key before is
 *  forgotten.  keyroot is written after the first and settled after the last (daemon/store/FORMAT.md, Values). */
void keybox_shred_begin(struct keybox *kb);
MUST_CHECK enum err keybox_rewrap(struct keybox *kb, enum keybox_class cls,
				  const struct id16 *case_id, const uint8_t *wrapped,
				  uint8_t out[KEYBOX_WRAPPED_LEN]);
void keybox_shred_end(struct keybox *kb);
/** The same for the secret halves of EPOCH prekeys. */
void keybox_prekeys_begin(struct keybox *kb);
MUST_CHECK enum err keybox_prekey_reseal(struct keybox *kb, const struct id16 *id,
					 uint8_t sealed[KEYBOX_PREKEY_SEALED_LEN]);
void keybox_prekeys_end(struct keybox *kb);
/** A fresh EPOCH prekey; its secret half stays here, and in out->sealed for the store. */
MUST_CHECK enum err keybox_prekey_new(struct keybox *kb, struct keybox_prekey *out);
/** Take one back from the store at start; one that is here already stays. */
MUST_CHECK enum err keybox_prekey_load(struct keybox *kb, const struct id16 *id,
				       const uint8_t sealed[KEYBOX_PREKEY_SEALED_LEN]);
void keybox_prekey_destroy(struct keybox *kb, const struct id16 *id);

/** The PAIR key of one peer: drawn for its connection, and again once the present one served.
 *  In locked memory only, never on disk; the present one is kept, and the one before until the present one serves. */
MUST_CHECK enum err keybox_pair_new(struct keybox *kb, uint16_t peer, struct id16 *id,
				    struct id32 *pub);
/** The newest one has served: the one before is destroyed. */
void keybox_pair_settle(struct keybox *kb, uint16_t peer);
/** The connection ended. */
void keybox_pair_drop(struct keybox *kb, uint16_t peer);

struct keybox_seal {
	uint8_t *envelope; /* header filled, rest written here */
	const uint8_t *inner;
	size_t inner_len;
	struct id32 prekey_pub;
	struct id32 recipient;
	const uint8_t *frame_sig;
};
MUST_CHECK enum err keybox_seal(struct keybox *kb, const struct keybox_seal *job);
/** Which of our keys it was sealed to. */
struct keybox_used {
	uint16_t peer; /* 0: an EPOCH key, for anyone */
	bool newest;   /* PAIR: the one announced last; it has served */
};
/** keybox_open(kb, envelope, prekey id, inner_len, inner, used): ERR_NOTFOUND when the prekey is gone
 *  (UNOPENED), ERR_CRYPTO when the bytes were changed. */
MUST_CHECK enum err keybox_open(struct keybox *kb, const uint8_t *envelope,
				const struct id16 *prekey, size_t inner_len, uint8_t *inner,
				struct keybox_used *used);

#endif /* KRING_CRYPTO_KEYBOX_H */

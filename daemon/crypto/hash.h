/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * hash - BLAKE2b under labels, Merkle roots of bursts, seeds (proto/PROTOCOL.md 7).
 *
 * Layer:    crypto (base only); domain may include it.
 * Owns:     nothing
 * Threads:  any
 * Time:     none
 * Durable:  nothing
 * Privacy:  hashes of salted commitments only; never of guessable text without a salt.
 */
#ifndef KRING_CRYPTO_HASH_H
#define KRING_CRYPTO_HASH_H

#include "base/bytes.h"

/* clang-format off */
/* Each label stands in one place and is used for one structure (tests/lint/lint.py). */
#define HASH_LABELS(X)                                  \
	X(NODEID, "KRG1.nodeid") X(NEXTKEY, "KRG1.nextkey")             \
	X(ROSTERHASH, "KRG1.rosterhash") X(TRANSCRIPT, "KRG1.transcript") \
	X(BODYCOMMIT, "KRG1.bodycommit") X(DOCHASH, "KRG1.dochash")     \
	X(LEAF, "KRG1.leaf") X(NODE, "KRG1.node")                       \
	X(FRAMEPART, "KRG1.framepart") X(AUDIT, "KRG1.audit")           \
	X(ESK, "KRG1.esk") X(SEED, "KRG1.seed") X(MEMO, "KRG1.memo")                         \
	X(SUBJECT, "KRG1.subject") X(THREADREF, "KRG1.threadref")       \
	X(CASECOMMIT, "KRG1.casecommit") X(SLOTFILE, "KRG1.slotfile")   \
	X(NODEREC, "KRG1.noderec") X(SAS, "KRG1.sas")                   \
	X(SASCOMMIT, "KRG1.sas.commit") X(JOINMAC, "KRG1.joinmac") \
	X(RECOVERY, "KRG1.recovery") X(FLOW, "KRG1.flow") X(PAIR, "KRG1.pair") \
	X(SHEETNO, "KRG1.sheetno") X(SHEETCODE, "KRG1.sheetcode") X(SHEETKEY, "KRG1.sheetkey") \
	X(BLOBID, "KRG1.blobid") \
	X(SESSION, "KRG1.session") X(CHALLENGE, "KRG1.challenge") X(LINK, "KRG1.link") X(ASKED, "KRG1.asked") \
	X(PASSKEY, "KRG1.passkey") X(BODIES, "KRG1.bodies") X(BUNDLE, "KRG1.bundle") \
	X(CSRF, "KRG1.csrf") X(HANDLER, "KRG1.handler")

enum hash_label {
#define HASH_ENUM(name, text) HASH_##name,
	HASH_LABELS(HASH_ENUM)
#undef HASH_ENUM
	HASH_LABEL_COUNT_
};
/* clang-format on */

enum { HASH_LEN = 32, HASH_MERKLE_DEPTH_MAX = 6 };

/** hash_parts(label, key, parts, n, out, out_len): key may be empty (at most 64 bytes). */
void hash_parts(enum hash_label label, struct span key, const struct span *parts, size_t n,
		uint8_t *out, size_t out_len);
/** One part, no key, 32 bytes. */
struct id32 hash_one(enum hash_label label, struct span part);
/** BLAKE2b-512 of one part, for the transcript. */
void hash_wide(enum hash_label label, const struct span *parts, size_t n, uint8_t out[64]);

/** Root over count >= 1 document hashes; left subtree = largest power of two below count. */
struct id32 hash_merkle_root(const struct id32 *docs, size_t count);
/** The whole tree over 1 to HASH_MERKLE_MAX document hashes, each node computed once. */
enum { HASH_MERKLE_MAX = 1 << HASH_MERKLE_DEPTH_MAX };
struct hash_tree {
	struct id32 nodes[2 * HASH_MERKLE_MAX]; /* the leaves, then level by level up to the root */
	uint8_t counts[HASH_MERKLE_DEPTH_MAX + 1]; /* of each level */
	size_t levels;				   /* the last one is the root alone */
};
void hash_merkle_tree(const struct id32 *docs, size_t count, struct hash_tree *tree);
/** Siblings from leaf to root; returns depth. */
size_t hash_merkle_path(const struct hash_tree *tree, size_t index,
			struct id32 path[HASH_MERKLE_DEPTH_MAX]);
/** False unless depth is that of index in count. */
bool hash_merkle_fold(const struct id32 *doc, size_t index, size_t count, const uint8_t *path,
		      size_t depth, struct id32 *root);

/** hash_seed(seed, n, out, len): the n-th stream of random-looking bytes of one event. */
void hash_seed(const struct id32 *seed, uint64_t n, uint8_t *out, size_t len);

/** SHA-256, for files that others check with sha256sum.  begin: NULL without memory; end frees. */
struct hash_sha256;
struct hash_sha256 *hash_sha256_begin(void);
void hash_sha256_add(struct hash_sha256 *h, struct span s);
void hash_sha256_end(struct hash_sha256 *h, uint8_t out[32]);

/** HMAC-SHA512, cut to 32 bytes (libsodium's hmacsha512256). */
void hash_mac(const struct id32 *key, struct span s, struct id32 *out);

#endif /* KRING_CRYPTO_HASH_H */

/* SPDX-License-Identifier: EUPL-1.2 */
/* Every hash of the protocol, each under a label of its own (BLAKE2b's "personal" parameter): what is hashed as one thing
 * never counts as another.  The tree over the documents of a turn lets one signature stand for all of them; leaves and
 * inner nodes have different labels, so that no inner node can be shown as a document. */
#include "crypto/hash.h"

#include <sodium.h>

#include "base/check.h"

/* clang-format off */
static const char persons[HASH_LABEL_COUNT_][crypto_generichash_blake2b_PERSONALBYTES + 1] = {
#define HASH_PERSON(name, text) [HASH_##name] = text, /* NOLINT(bugprone-macro-parentheses): fills an array */
	HASH_LABELS(HASH_PERSON)
#undef HASH_PERSON
};
/* clang-format on */

void hash_parts(enum hash_label label, struct span key, const struct span *parts, size_t n,
		uint8_t *out, size_t out_len)
{
	crypto_generichash_blake2b_state st;

	/* shorter than libsodium's own least are the eight bytes of the digits that people compare */
	require(out_len >= 1 && out_len <= crypto_generichash_blake2b_BYTES_MAX);
	require(label < HASH_LABEL_COUNT_ && key.len <= crypto_generichash_blake2b_KEYBYTES_MAX);
	/* The calls of libsodium fail only on lengths, which were held against its limits above. */
	require(crypto_generichash_blake2b_init_salt_personal(
			&st, key.p, key.len, out_len, NULL,
			(const unsigned char *)persons[label]) == 0);
	for (size_t i = 0; i < n; i++)
		require(crypto_generichash_blake2b_update(&st, parts[i].p, parts[i].len) == 0);
	require(crypto_generichash_blake2b_final(&st, out, out_len) == 0);
	sodium_memzero(&st, sizeof st);
}

struct id32 hash_one(enum hash_label label, struct span part)
{
	struct id32 out;

	hash_parts(label, span_of(NULL, 0), &part, 1, out.b, sizeof out.b);
	return out;
}

void hash_wide(enum hash_label label, const struct span *parts, size_t n, uint8_t out[64])
{
	hash_parts(label, span_of(NULL, 0), parts, n, out, 64);
}

static struct id32 leaf_of(const struct id32 *doc)
{
	return hash_one(HASH_LEAF, span_of(doc->b, sizeof doc->b));
}

static struct id32 node_of(const uint8_t *left, const uint8_t *right)
{
	const struct span parts[] = {{left, HASH_LEN}, {right, HASH_LEN}};
	struct id32 out;

	hash_parts(HASH_NODE, span_of(NULL, 0), parts, 2, out.b, sizeof out.b);
	return out;
}

/* The left part is the largest power of two below count: the shape of a tree follows from the number of its leaves.
 * It must be the same at every node: a path that one node makes is folded by another one with
 * nothing but index and count. */
static size_t split_of(size_t count)
{
	size_t left = 1;

	require(count > 1);
	while (left * 2 < count)
		left *= 2;
	return left;
}

/* Recursion is bounded: count is at most LIMIT_BURST, so at most 6 levels. */
struct id32 hash_merkle_root(const struct id32 *docs, size_t count) /* NOLINT(misc-no-recursion) */
{
	struct id32 l, r;
	size_t left;

	require(count >= 1);
	if (count == 1)
		return leaf_of(docs);
	left = split_of(count);
	l = hash_merkle_root(docs, left);
	r = hash_merkle_root(docs + left, count - left);
	return node_of(l.b, r.b);
}

/* Level by level: two neighbours make one node, and the last of an odd number goes up as it is.  That is the shape of
 * split_of: the part on the left is full whatever stands on the right. */
void hash_merkle_tree(const struct id32 *docs, size_t count, struct hash_tree *tree)
{
	struct id32 *level = tree->nodes;

	require(count >= 1 && count <= HASH_MERKLE_MAX);
	for (size_t i = 0; i < count; i++)
		level[i] = leaf_of(&docs[i]);
	tree->counts[0] = (uint8_t)count;
	for (tree->levels = 1; count > 1; tree->levels++) {
		struct id32 *above = level + count;

		for (size_t i = 0; i < count; i += 2)
			above[i / 2] = i + 1 < count ? node_of(level[i].b, level[i + 1].b)
						     : level[i];
		level = above;
		count = (count + 1) / 2;
		tree->counts[tree->levels] = (uint8_t)count;
	}
}

size_t hash_merkle_path(const struct hash_tree *tree, size_t index,
			struct id32 path[HASH_MERKLE_DEPTH_MAX])
{
	const struct id32 *level = tree->nodes;
	size_t depth = 0;

	require(index < tree->counts[0]);
	for (size_t i = 0; i + 1 < tree->levels; i++) {
		const size_t sibling = index ^ 1;

		if (sibling < tree->counts[i]) /* else it goes up alone */
			path[depth++] = level[sibling];
		level += tree->counts[i];
		index /= 2;
	}
	return depth;
}

/* index, count and depth are from outside: a path of another length than this tree has is refused before it is hashed. */
bool hash_merkle_fold(const struct id32 *doc, size_t index, size_t count, const uint8_t *path,
		      size_t depth, struct id32 *root)
{
	/* First the way down from the root by numbers alone, then the hashes from the leaf up: the
	 * sides are known from the root, but the hashes can only be computed from the leaf. */
	bool right[HASH_MERKLE_DEPTH_MAX]; /* at level i from the root: does the leaf lie right? */
	size_t levels = 0;
	struct id32 at = leaf_of(doc);

	if (index >= count)
		return false;
	while (count > 1) {
		size_t left = split_of(count);

		if (levels == HASH_MERKLE_DEPTH_MAX)
			return false;
		right[levels++] = index >= left;
		if (index >= left) {
			index -= left;
			count -= left;
		} else {
			count = left;
		}
	}
	if (levels != depth)
		return false;
	for (size_t i = 0; i < depth; i++) {
		const uint8_t *sib = path + HASH_LEN * i;

		at = right[depth - 1 - i] ? node_of(sib, at.b) : node_of(at.b, sib);
	}
	*root = at;
	return true;
}

/* Draws of one turn, each with its number: the domain draws no randomness of its own, so a turn
 * that runs again draws the same. */
void hash_seed(const struct id32 *seed, uint64_t n, uint8_t *out, size_t len)
{
	uint8_t no[8];
	const struct span part = {no, sizeof no};

	be64_put(no, n);
	hash_parts(HASH_SEED, span_of(seed->b, sizeof seed->b), &part, 1, out, len);
}

void hash_mac(const struct id32 *key, struct span s, struct id32 *out)
{
	/* HMAC and no keyed BLAKE2b: the newcomer's end of the protocol names it, proto/PROTOCOL.md
	 * 3a. */
	require(crypto_auth_hmacsha512256(out->b, s.p, s.len, key->b) == 0);
}

struct hash_sha256 {
	crypto_hash_sha256_state state;
};

struct hash_sha256 *hash_sha256_begin(void)
{
	struct hash_sha256 *h = calloc(1, sizeof *h);

	if (h != NULL)
		/* SHA-256 only because sha256sum is on every machine: nothing in the protocol is
		 * hashed with it. */
		(void)crypto_hash_sha256_init(&h->state);
	return h;
}

void hash_sha256_add(struct hash_sha256 *h, struct span s)
{
	(void)crypto_hash_sha256_update(&h->state, s.p, s.len);
}

void hash_sha256_end(struct hash_sha256 *h, uint8_t out[32])
{
	if (h == NULL)
		return;
	(void)crypto_hash_sha256_final(&h->state, out);
	free(h);
}

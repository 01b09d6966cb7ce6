/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * keyorder - the order of keys, as LMDB has it, for lists that keep the first eight bytes of each key at hand.
 *
 * Layer:    store (base only).
 * Owns:     nothing.
 * Threads:  any.
 * Time:     none.
 * Durable:  no.
 * Privacy:  sees keys, which are opaque.
 */
#ifndef KRING_STORE_KEYORDER_H
#define KRING_STORE_KEYORDER_H

#include <string.h>

#include "base/bytes.h"

/** Shorter keys are filled up with zeros, which sort first: two heads that differ order the keys just as memcmp would. */
static inline uint64_t key_head(struct span key)
{
	uint8_t b[8] = {0};

	if (key.len >= sizeof b)
		return be64_get(key.p);
	if (key.len != 0)
		memcpy(b, key.p, key.len);
	return be64_get(b);
}

/** Below, at or above 0: a, whose head is a_head, stands before, at or behind b. */
static inline int key_order(uint64_t a_head, struct span a, uint64_t b_head, struct span b)
{
	const size_t len = a.len < b.len ? a.len : b.len;
	int c;

	if (a_head != b_head)
		return a_head < b_head ? -1 : 1;
	/* Up to eight bytes the equal heads have compared all there is; then the shorter key comes first. */
	c = len <= sizeof a_head ? 0 : memcmp(a.p, b.p, len);
	return c != 0 ? c : (a.len > b.len) - (a.len < b.len);
}

#endif /* KRING_STORE_KEYORDER_H */

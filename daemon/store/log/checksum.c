/* SPDX-License-Identifier: EUPL-1.2 */
/* The published algorithm of Aumasson and Bernstein, with its own vectors in tests/unit/store/test_journal.c.  It finds torn and
 * old records, and keeps hash tables even; against somebody who changes a row on purpose stands the seal of every value. */
#include "store/log/checksum.h"

/* Little-endian, as the algorithm reads its input. */
static uint64_t le64(const uint8_t *p)
{
	uint64_t v = 0;

	for (unsigned i = 8; i-- > 0;)
		v = v << 8 | p[i];
	return v;
}

static uint64_t turned(uint64_t x, unsigned by)
{
	return x << by | x >> (64 - by);
}

static void rounds(uint64_t v[4], unsigned n)
{
	for (; n > 0; n--) {
		v[0] += v[1];
		v[1] = turned(v[1], 13) ^ v[0];
		v[0] = turned(v[0], 32);
		v[2] += v[3];
		v[3] = turned(v[3], 16) ^ v[2];
		v[0] += v[3];
		v[3] = turned(v[3], 21) ^ v[0];
		v[2] += v[1];
		v[1] = turned(v[1], 17) ^ v[2];
		v[2] = turned(v[2], 32);
	}
}

uint64_t checksum_of(const uint8_t key[CHECKSUM_KEY], const void *p, size_t len)
{
	const uint64_t k0 = le64(key), k1 = le64(key + 8);
	uint64_t v[4] = {k0 ^ UINT64_C(0x736f6d6570736575), k1 ^ UINT64_C(0x646f72616e646f6d),
			 k0 ^ UINT64_C(0x6c7967656e657261), k1 ^ UINT64_C(0x7465646279746573)};
	const uint8_t *at = p;
	uint8_t last[8] = {0};
	uint64_t m;

	for (size_t left = len; left >= 8; left -= 8, at += 8) {
		m = le64(at);
		v[3] ^= m;
		rounds(v, 2);
		v[0] ^= m;
	}
	if (len % 8 != 0)
		memcpy(last, at, len % 8);
	last[7] = (uint8_t)len;
	m = le64(last);
	v[3] ^= m;
	rounds(v, 2);
	v[0] ^= m;
	v[2] ^= 0xff;
	rounds(v, 4);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

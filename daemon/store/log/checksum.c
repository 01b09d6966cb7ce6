/* SPDX-License-Identifier: EUPL-1.2 */
/* The published algorithm of Aumasson and Bernstein, with its own vectors in tests/unit/store/test_journal.c.  It finds torn and
 * old records, and keeps hash tables even; against somebody who changes a row on purpose stands the seal of every value. */
#include "store/log/checksum.h"

/* Little-endian, as the algorithm reads its input.  Without a loop: a compiler makes one instruction of it, and every row that is
 * looked for and every byte of the log goes through here. */
static inline uint64_t le64(const uint8_t *p)
{
	return (uint64_t)p[0] | (uint64_t)p[1] << 8 | (uint64_t)p[2] << 16 | (uint64_t)p[3] << 24 |
	       (uint64_t)p[4] << 32 | (uint64_t)p[5] << 40 | (uint64_t)p[6] << 48 |
	       (uint64_t)p[7] << 56;
}

static inline uint64_t turned(uint64_t x, unsigned by)
{
	return x << by | x >> (64 - by);
}

/* Four words that a compiler keeps in registers. */
struct state {
	uint64_t a, b, c, d;
};

static inline struct state round_of(struct state s)
{
	s.a += s.b;
	s.b = turned(s.b, 13) ^ s.a;
	s.a = turned(s.a, 32);
	s.c += s.d;
	s.d = turned(s.d, 16) ^ s.c;
	s.a += s.d;
	s.d = turned(s.d, 21) ^ s.a;
	s.c += s.b;
	s.b = turned(s.b, 17) ^ s.c;
	s.c = turned(s.c, 32);
	return s;
}

static inline struct state taken_in(struct state s, uint64_t m)
{
	s.d ^= m;
	s = round_of(round_of(s));
	s.a ^= m;
	return s;
}

uint64_t checksum_of(const uint8_t key[CHECKSUM_KEY], const void *p, size_t len)
{
	const uint64_t k0 = le64(key), k1 = le64(key + 8);
	struct state s = {k0 ^ UINT64_C(0x736f6d6570736575), k1 ^ UINT64_C(0x646f72616e646f6d),
			  k0 ^ UINT64_C(0x6c7967656e657261), k1 ^ UINT64_C(0x7465646279746573)};
	const uint8_t *at = p;
	uint8_t last[8] = {0};

	for (size_t left = len; left >= 8; left -= 8, at += 8)
		s = taken_in(s, le64(at));
	if (len % 8 != 0)
		memcpy(last, at, len % 8);
	last[7] = (uint8_t)len;
	s = taken_in(s, le64(last));
	s.c ^= 0xff;
	s = round_of(round_of(round_of(round_of(s))));
	return s.a ^ s.b ^ s.c ^ s.d;
}

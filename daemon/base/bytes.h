/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * bytes - spans, big-endian integers, bounded reader and writer.
 *
 * Layer:    base (includes nothing of ours).
 * Owns:     nothing; every pointer is borrowed.
 * Threads:  any.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  neutral; callers decide what the bytes are.
 */
#ifndef KRING_BASE_BYTES_H
#define KRING_BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct span {
	const uint8_t *p;
	size_t len;
};

struct id16 {
	uint8_t b[16];
};

struct id32 {
	uint8_t b[32];
};

/** Reader: reads past the end set bad and yield zero, so one test at the end is enough. */
struct rd {
	const uint8_t *p;
	size_t left;
	bool bad;
};

/** Writer into a caller's buffer: writes past cap set over and write nothing. */
struct wr {
	uint8_t *p;
	size_t len, cap;
	bool over;
};

static inline struct span span_of(const void *p, size_t len)
{
	return (struct span){p, len};
}

static inline struct rd rd_of(struct span s)
{
	return (struct rd){s.p, s.len, false};
}

static inline struct wr wr_of(uint8_t *p, size_t cap)
{
	return (struct wr){p, 0, cap, false};
}

/** rd_take(r, n): n borrowed bytes, or NULL with bad set. */
const uint8_t *rd_take(struct rd *r, size_t n);
uint8_t rd_u8(struct rd *r);
uint16_t rd_u16(struct rd *r);
uint32_t rd_u32(struct rd *r);
uint64_t rd_u64(struct rd *r);
void rd_copy(struct rd *r, void *out, size_t n);
struct id16 rd_id16(struct rd *r);
struct id32 rd_id32(struct rd *r);
/** Whole and exactly consumed. */
static inline bool rd_done(const struct rd *r)
{
	return !r->bad && r->left == 0;
}

void wr_put(struct wr *w, const void *p, size_t n);
void wr_zero(struct wr *w, size_t n);
void wr_u8(struct wr *w, uint8_t v);
void wr_u16(struct wr *w, uint16_t v);
void wr_u32(struct wr *w, uint32_t v);
void wr_u64(struct wr *w, uint64_t v);
static inline struct span wr_span(const struct wr *w)
{
	return (struct span){w->p, w->len};
}

void be16_put(uint8_t *p, uint16_t v);
void be32_put(uint8_t *p, uint32_t v);
void be64_put(uint8_t *p, uint64_t v);

/* In the header, because every key that is compared goes through them: a compiler makes one instruction of each. */
static inline uint16_t be16_get(const uint8_t *p)
{
	return (uint16_t)((unsigned)p[0] << 8 | p[1]);
}

static inline uint32_t be32_get(const uint8_t *p)
{
	return (uint32_t)be16_get(p) << 16 | be16_get(p + 2);
}

static inline uint64_t be64_get(const uint8_t *p)
{
	return (uint64_t)be32_get(p) << 32 | be32_get(p + 4);
}

static inline bool id16_equal(const struct id16 *a, const struct id16 *b)
{
	return memcmp(a->b, b->b, sizeof a->b) == 0;
}

static inline bool id32_equal(const struct id32 *a, const struct id32 *b)
{
	return memcmp(a->b, b->b, sizeof a->b) == 0;
}

bool bytes_zero(const void *p, size_t n);
/** Same time whatever the content; for secrets and authenticators. */
bool bytes_equal_ct(const void *a, const void *b, size_t n);
/** Lower-case hex, NUL-terminated; out holds 2n + 1. */
void bytes_hex(char *out, const void *p, size_t n);
/** False on odd length, foreign characters or not exactly n bytes. */
bool bytes_unhex(uint8_t *out, size_t n, const char *hex);

#endif /* KRING_BASE_BYTES_H */

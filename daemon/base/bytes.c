/* SPDX-License-Identifier: EUPL-1.2 */
/* Readers and writers that cannot leave their bytes.  Both are sticky: after the first step too far nothing is read or
 * written any more, a reader gives zeros, and the caller tests bad or over once, at the end.  Lengths from outside are
 * therefore compared here and nowhere else. */
#include "base/bytes.h"

#include <string.h>

#include "base/check.h"

const uint8_t *rd_take(struct rd *r, size_t n)
{
	/* Never by adding to the pointer first: a length of 4 GiB from outside would wrap around
	 * and look small. */
	const uint8_t *p = r->p;

	if (r->bad || n > r->left) {
		r->bad = true;
		return NULL;
	}
	r->p += n;
	r->left -= n;
	return p;
}

uint8_t rd_u8(struct rd *r)
{
	const uint8_t *p = rd_take(r, 1);

	return p == NULL ? 0 : *p;
}

uint16_t rd_u16(struct rd *r)
{
	const uint8_t *p = rd_take(r, 2);

	return p == NULL ? 0 : be16_get(p);
}

uint32_t rd_u32(struct rd *r)
{
	const uint8_t *p = rd_take(r, 4);

	return p == NULL ? 0 : be32_get(p);
}

uint64_t rd_u64(struct rd *r)
{
	const uint8_t *p = rd_take(r, 8);

	return p == NULL ? 0 : be64_get(p);
}

void rd_copy(struct rd *r, void *out, size_t n)
{
	const uint8_t *p = rd_take(r, n);

	/* Zeros after an error: a caller that looks before it asks sees nothing of what was in memory. */
	if (p == NULL)
		memset(out, 0, n);
	else
		memcpy(out, p, n);
}

struct id16 rd_id16(struct rd *r)
{
	struct id16 id;

	rd_copy(r, id.b, sizeof id.b);
	return id;
}

struct id32 rd_id32(struct rd *r)
{
	struct id32 id;

	rd_copy(r, id.b, sizeof id.b);
	return id;
}

/* No writer grows its buffer: whoever calls has counted what it will hold, and over says that it
 * counted wrong. */
static uint8_t *wr_room(struct wr *w, size_t n)
{
	uint8_t *at = w->p + w->len;

	require(w->len <= w->cap);
	if (w->over || n > w->cap - w->len) {
		w->over = true;
		return NULL;
	}
	w->len += n;
	return at;
}

void wr_put(struct wr *w, const void *p, size_t n)
{
	uint8_t *at = wr_room(w, n);

	if (at != NULL && n != 0)
		memcpy(at, p, n);
}

void wr_zero(struct wr *w, size_t n)
{
	uint8_t *at = wr_room(w, n);

	if (at != NULL)
		memset(at, 0, n);
}

void wr_u8(struct wr *w, uint8_t v)
{
	wr_put(w, &v, 1);
}

void wr_u16(struct wr *w, uint16_t v)
{
	uint8_t b[2];

	be16_put(b, v);
	wr_put(w, b, sizeof b);
}

void wr_u32(struct wr *w, uint32_t v)
{
	uint8_t b[4];

	be32_put(b, v);
	wr_put(w, b, sizeof b);
}

void wr_u64(struct wr *w, uint64_t v)
{
	uint8_t b[8];

	be64_put(b, v);
	wr_put(w, b, sizeof b);
}

/* By shifts, so that the bytes are the same on every machine and need no alignment. */
void be16_put(uint8_t *p, uint16_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

void be32_put(uint8_t *p, uint32_t v)
{
	be16_put(p, (uint16_t)(v >> 16));
	be16_put(p + 2, (uint16_t)v);
}

void be64_put(uint8_t *p, uint64_t v)
{
	be32_put(p, (uint32_t)(v >> 32));
	be32_put(p + 4, (uint32_t)v);
}

/* Without a branch on the bytes, which may be a key. */
bool bytes_zero(const void *p, size_t n)
{
	const uint8_t *b = p;
	uint8_t any = 0;

	for (size_t i = 0; i < n; i++)
		any |= b[i];
	return any == 0;
}

/* As long for equal as for different bytes: what it compares may be guessed at by whoever measures the time. */
bool bytes_equal_ct(const void *a, const void *b, size_t n)
{
	/* volatile keeps the compiler from stopping at the first difference. */
	const volatile uint8_t *x = a, *y = b;
	uint8_t diff = 0;

	for (size_t i = 0; i < n; i++)
		diff = (uint8_t)(diff | (x[i] ^ y[i]));
	return diff == 0;
}

void bytes_hex(char *out, const void *p, size_t n)
{
	static const char digits[] = "0123456789abcdef";
	const uint8_t *b = p;

	for (size_t i = 0; i < n; i++) {
		out[2 * i] = digits[b[i] >> 4];
		out[2 * i + 1] = digits[b[i] & 15];
	}
	out[2 * n] = '\0';
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool bytes_unhex(uint8_t *out, size_t n, const char *hex)
{
	/* Exactly as many digits: an id that lost one in copying must not be taken for a shorter one. */
	if (strlen(hex) != 2 * n)
		return false;
	for (size_t i = 0; i < n; i++) {
		int hi = hex_digit(hex[2 * i]), lo = hex_digit(hex[2 * i + 1]);

		if (hi < 0 || lo < 0)
			return false;
		out[i] = (uint8_t)(hi << 4 | lo);
	}
	return true;
}

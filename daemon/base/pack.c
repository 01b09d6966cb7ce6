/* SPDX-License-Identifier: EUPL-1.2 */
/* Both directions walk the same table, so that order and width cannot differ between them. */
#include "base/pack.h"

#include <string.h>

#include "base/check.h"
#include "base/text.h"

/* A field is read through memcpy: a table says where it lies, not what type the compiler gave it. */
static void number_put(const uint8_t *field, size_t size, struct wr *w)
{
	uint16_t two;
	uint32_t four;
	uint64_t eight;

	switch (size) {
	case 1:
		wr_u8(w, *field);
		return;
	case 2:
		memcpy(&two, field, sizeof two);
		wr_u16(w, two);
		return;
	case 4:
		memcpy(&four, field, sizeof four);
		wr_u32(w, four);
		return;
	default:
		require(size == sizeof eight); /* a number of another width is not in any table */
		memcpy(&eight, field, sizeof eight);
		wr_u64(w, eight);
	}
}

static void number_get(uint8_t *field, size_t size, struct rd *r)
{
	uint16_t two;
	uint32_t four;
	uint64_t eight;

	switch (size) {
	case 1:
		*field = rd_u8(r);
		return;
	case 2:
		two = rd_u16(r);
		memcpy(field, &two, sizeof two);
		return;
	case 4:
		four = rd_u32(r);
		memcpy(field, &four, sizeof four);
		return;
	default:
		require(size == sizeof eight);
		eight = rd_u64(r);
		memcpy(field, &eight, sizeof eight);
	}
}

/* Flags from row i on share one byte; returns the row after the last of them. */
static size_t flags_put(const struct pack *table, size_t rows, size_t i, const uint8_t *from,
			struct wr *w)
{
	uint8_t bits = 0;

	for (; i < rows && table[i].kind == PACK_IS_FLAG; i++) {
		bool set;

		require(table[i].size == sizeof set && (bits & table[i].mask) == 0);
		memcpy(&set, from + table[i].at, sizeof set);
		if (set)
			bits |= table[i].mask;
	}
	wr_u8(w, bits);
	return i;
}

/* A bit that no row names was not written by this table: the row is damaged, or of another format. */
static size_t flags_get(const struct pack *table, size_t rows, size_t i, struct rd *r,
			uint8_t *into)
{
	const uint8_t bits = rd_u8(r);
	uint8_t known = 0;

	for (; i < rows && table[i].kind == PACK_IS_FLAG; i++) {
		/* Copied as a bool and not as the bit: a bool that holds anything but 0 or 1 is
		 * undefined in C. */
		const bool set = (bits & table[i].mask) != 0;

		memcpy(into + table[i].at, &set, sizeof set);
		known |= table[i].mask;
	}
	r->bad = r->bad || (bits & ~known) != 0;
	return i;
}

void pack_put(const struct pack *table, size_t rows, const void *from, struct wr *w)
{
	const uint8_t *base = from;

	for (size_t i = 0; i < rows;) {
		const struct pack *p = &table[i];

		switch (p->kind) {
		case PACK_IS_NUMBER:
			number_put(base + p->at, p->size, w);
			break;
		case PACK_IS_BYTES:
			wr_put(w, base + p->at, p->size);
			break;
		case PACK_IS_TEXT:
			/* A field of ours always has its end; without it text_put would read on
			 * into the next field. */
			require(memchr(base + p->at, '\0', p->size) != NULL);
			text_put(w, (const char *)(base + p->at));
			break;
		case PACK_IS_FLAG:
			i = flags_put(table, rows, i, base, w);
			continue;
		}
		i++;
	}
}

void pack_get(const struct pack *table, size_t rows, struct rd *r, void *into)
{
	uint8_t *base = into;

	for (size_t i = 0; i < rows;) {
		const struct pack *p = &table[i];

		switch (p->kind) {
		case PACK_IS_NUMBER:
			number_get(base + p->at, p->size, r);
			break;
		case PACK_IS_BYTES:
			rd_copy(r, base + p->at, p->size);
			break;
		case PACK_IS_TEXT:
			/* The size of the field is the limit: a longer text in the row is damage,
			 * and is not cut. */
			text_get(r, (char *)(base + p->at), p->size);
			break;
		case PACK_IS_FLAG:
			i = flags_get(table, rows, i, r, base);
			continue;
		}
		i++;
	}
}

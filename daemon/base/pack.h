/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * pack - a struct as bytes, written and read by one table.
 *
 * Layer:    base.
 * Owns:     nothing.
 * Threads:  any.
 * Time:     none.
 * Durable:  the order of a table is a format: a row is only ever added with a new store format.
 * Privacy:  none.
 *
 * A stored row that is written by one function and read by another has its order twice, kept by eye.  Here it
 * stands once: each row of a table names a field, numbers are big-endian, and flags that follow each other share
 * one byte.  What a table does not name is neither written nor touched.
 */
#ifndef KRING_BASE_PACK_H
#define KRING_BASE_PACK_H

#include <stddef.h>

#include "base/bytes.h"

enum pack_kind {
	PACK_IS_NUMBER, /* unsigned, of 1, 2, 4 or 8 bytes */
	PACK_IS_BYTES,	/* as they are */
	PACK_IS_TEXT,	/* char array with a NUL: length u8, then that many bytes of valid text */
	PACK_IS_FLAG,	/* bool: one bit */
};

struct pack {
	enum pack_kind kind;
	uint16_t at, size; /* of the field in its struct */
	uint8_t mask;	   /* of a flag */
};

/* clang-format off */
#define PACK_FIELD(kind, type, field, mask) {kind, (uint16_t)offsetof(type, field), (uint16_t)sizeof(((type *)0)->field), mask}
/* clang-format on */
#define PACK_NUMBER(type, field)    PACK_FIELD(PACK_IS_NUMBER, type, field, 0)
#define PACK_BYTES(type, field)	    PACK_FIELD(PACK_IS_BYTES, type, field, 0)
#define PACK_TEXT(type, field)	    PACK_FIELD(PACK_IS_TEXT, type, field, 0)
#define PACK_FLAG(type, field, bit) PACK_FIELD(PACK_IS_FLAG, type, field, 1u << (bit))

/** pack_put(table, rows, from, w): w->over when it does not fit, or a text is longer than 255 bytes. */
void pack_put(const struct pack *table, size_t rows, const void *from, struct wr *w);
/** pack_get(table, rows, r, into): r->bad when it ends too soon, a text is not valid or too long for its field, or
 *  a bit is set that no row names.  The caller asks rd_done(). */
void pack_get(const struct pack *table, size_t rows, struct rd *r, void *into);

#endif /* KRING_BASE_PACK_H */

/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * list_table - the generated table of the code lists.
 *
 * Layer:    proto (base only); internal to proto/: others use lists.h.
 * Owns:     nothing; the table is constant (gen_lists.py writes lists.c).
 * Threads:  any.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  vocabulary only.
 *
 * A row says where its words stand and holds no pointers: some twenty-six thousand of those would be written to in each process
 * before it does anything, two hundred KiB that it would share with nobody.
 */
#ifndef KRING_PROTO_LIST_TABLE_H
#define KRING_PROTO_LIST_TABLE_H

#include <stdint.h>

#include "proto/lists.h"

/* All are places in list_words. */
struct list_entry {
	uint32_t code;
	uint32_t text[LIST_LANGS];
	uint32_t
		uses; /* where this code may stand, words with spaces between; "": wherever the list does */
};

struct list {
	const struct list_entry *entries;
	size_t count;
};

extern const char list_words[]; /* each ends with a NUL */
extern const struct list list_table[LIST_COUNT];

#endif /* KRING_PROTO_LIST_TABLE_H */

/* SPDX-License-Identifier: EUPL-1.2 */
/* Keys are built in one place and are compared as bytes: numbers are big-endian, so that rows lie in the order of time or
 * number, and what is looked for together has a common prefix. */
#include "store/keyspace.h"

#include "base/check.h"

/* clang-format off */
static const char *const names[STORE_TABLE_COUNT] = {
#define STORE_NAME(name, text) [STORE_##name] = (text),
	STORE_TABLES(STORE_NAME)
#undef STORE_NAME
};
/* clang-format on */

const char *key_table_name(enum store_table table)
{
	require(table < STORE_TABLE_COUNT);
	return names[table];
}

void key_put(struct store_key *k, const void *p, size_t n)
{
	require(k->len <= sizeof k->b && n <= sizeof k->b - k->len);
	if (n == 0)
		return;
	memcpy(k->b + k->len, p, n);
	k->len += n;
}

void key_u8(struct store_key *k, uint8_t v)
{
	key_put(k, &v, 1);
}

void key_u16(struct store_key *k, uint16_t v)
{
	uint8_t b[2];

	be16_put(b, v);
	key_put(k, b, sizeof b);
}

void key_u32(struct store_key *k, uint32_t v)
{
	uint8_t b[4];

	be32_put(b, v);
	key_put(k, b, sizeof b);
}

void key_u64(struct store_key *k, uint64_t v)
{
	uint8_t b[8];

	be64_put(b, v);
	key_put(k, b, sizeof b);
}

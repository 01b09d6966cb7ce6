/* SPDX-License-Identifier: EUPL-1.2 */
/* Kept where cases are opened and where their names are forgotten (casefile.c); the simulator's judge holds it against the cases. */
#include "domain/consent/origin.h"

#include "base/check.h"

#include <string.h>

enum { META_ORIGIN = 14, KEY_LEN = 1 + 2 + 16 };

static struct store_key key_of(uint16_t peer, const struct id16 *case_id)
{
	struct store_key k = {.len = 0};

	key_u8(&k, META_ORIGIN);
	key_u16(&k, peer);
	key_put(&k, case_id->b, sizeof case_id->b);
	return k;
}

enum err origin_put(struct turn *t, uint16_t peer, const struct id16 *case_id)
{
	const struct store_key k = key_of(peer, case_id);

	return turn_put(t, STORE_META, &k, span_of(k.b, 1));
}

bool origin_ours(struct turn *t, const struct id16 *case_id)
{
	const struct store_key k = key_of(0, case_id);

	return record_exists(t->txn, STORE_META, key_span(&k));
}

enum err origin_drop(struct turn *t, uint16_t peer, const struct id16 *case_id)
{
	const struct store_key k = key_of(peer, case_id);
	const enum err rc = store_del(t->txn, STORE_META, key_span(&k));

	return rc == ERR_NOTFOUND ? ERR_OK : rc;
}

enum err origin_before(struct turn *t, uint16_t peer, struct id16 *case_id)
{
	const struct store_key k = key_of(peer, case_id);
	struct store_row row;
	const enum err rc = store_seek_back(t->txn, STORE_META, key_span(&k), &row);

	if (rc != ERR_OK)
		return rc;
	if (row.key.len != KEY_LEN || memcmp(row.key.p, k.b, 1 + 2) != 0)
		return ERR_NOTFOUND; /* of another origin, or another kind of row */
	memcpy(case_id->b, row.key.p + 3, sizeof case_id->b);
	return ERR_OK;
}

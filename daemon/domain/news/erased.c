/* SPDX-License-Identifier: EUPL-1.2 */
/* Kept in the store, outside it, and with two partners: whichever of them is lost, a backup from before meets another. */
#include "domain/news/erased.h"

#include "base/check.h"
#include "domain/news/deposit.h"

enum err erased_shred(struct turn *t)
{
	struct store_key pending = {.len = 0};
	uint8_t at[8];

	key_u8(&pending, STORE_META_SHRED);
	be64_put(at, t->wall_ms);
	return turn_put(t, STORE_META, &pending, span_of(at, sizeof at));
}

enum err erased_word(struct turn *t, const struct id16 *id)
{
	const struct store_key k = turn_key_id(id);
	struct effect *e;
	uint8_t row[DEPOSIT_ERASED_ROW];
	uint64_t moment_ms;
	enum err rc = deposit_moment(t, &moment_ms);

	require(!bytes_zero(id->b, sizeof id->b));
	if (rc != ERR_OK)
		return rc;
	be64_put(row, t->wall_ms);
	be64_put(row + 8, moment_ms);
	e = turn_effect(t, EFFECT_ERASED);
	if (e == NULL)
		return ERR_NOMEM;
	e->bytes = arena_copy(t->arena, span_of(id->b, 16));
	if (e->bytes.p == NULL)
		return ERR_NOMEM;
	rc = turn_put(t, STORE_ERASED, &k, span_of(row, sizeof row));
	if (rc == ERR_OK)
		rc = deposit_changed(t);
	return rc == ERR_OK ? erased_shred(t) : rc;
}

enum err erased_ms(struct turn *t, const struct id16 *id, uint64_t *ms)
{
	const struct store_key k = turn_key_id(id);
	struct span v;
	enum err rc = turn_get(t, STORE_ERASED, &k, &v);

	require(ms != NULL);
	*ms = rc == ERR_OK && v.len == DEPOSIT_ERASED_ROW ? be64_get(v.p) : 0;
	if (rc == ERR_OK && v.len != DEPOSIT_ERASED_ROW)
		return ERR_CORRUPT;
	return rc == ERR_NOTFOUND ? ERR_OK : rc;
}

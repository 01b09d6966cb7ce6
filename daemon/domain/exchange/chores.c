/* SPDX-License-Identifier: EUPL-1.2 */
/* The rows only; what a slice does stands in slices/slices.c, above the rooms that owe the work. */
#include "domain/exchange/chores.h"

#include "base/check.h"
#include "domain/fault.h"

enum { META_CHORE = 10, KEY_LEN = 1 + 1 + 2 + 16 + 1, ROW_LEN = 1 + 16 + 16 };

static struct store_key key_of(const struct chore *c)
{
	struct store_key k = {.len = 0};

	key_u8(&k, META_CHORE);
	key_u8(&k, (uint8_t)c->kind);
	key_u16(&k, c->peer);
	require(c->kind != 0 && c->kind < CHORE_KINDS);
	key_put(&k, c->case_id.b, sizeof c->case_id.b);
	key_u8(&k, c->part);
	return k;
}

enum err chores_save(struct turn *t, const struct chore *c)
{
	const struct store_key k = key_of(c);
	uint8_t row[ROW_LEN];
	struct wr w = wr_of(row, sizeof row);

	if (c->over)
		return store_del(t->txn, STORE_META, key_span(&k));
	wr_u8(&w, c->side);
	wr_put(&w, c->after_case.b, sizeof c->after_case.b);
	wr_put(&w, c->after.b, sizeof c->after.b);
	require(!w.over && w.len == sizeof row);
	return turn_put(t, STORE_META, &k, wr_span(&w));
}

static struct fault_place place_of(const struct chore *c)
{
	return (struct fault_place){.part = FAULT_CHORE,
				    .peer = c->peer,
				    .type = (uint16_t)(c->kind << 8 | c->part),
				    .id = c->case_id};
}

/* What its key says.  One that fails waits alone: an erasure is not held up by what somebody else's row broke. */
static bool next_due(struct turn *t, struct store_walk *w, struct chore *c)
{
	const uint8_t prefix = META_CHORE;

	require(w->rc == ERR_OK && w->key_len == 0);
	w->key_len = KEY_LEN;
	while (store_each(t->txn, STORE_META, span_of(&prefix, 1), w)) {
		const uint8_t *k = w->row.key.p;
		struct fault_place at;

		*c = (struct chore){.kind = (enum chore_kind)k[1], .peer = be16_get(k + 2)};
		memcpy(c->case_id.b, k + 4, sizeof c->case_id.b);
		c->part = k[KEY_LEN - 1];
		at = place_of(c);
		if (!fault_paused(t, &at))
			return true;
	}
	return false;
}

enum err chores_load(struct turn *t, struct chore *c)
{
	const struct store_key k = key_of(c);
	struct span v;
	struct rd r;
	enum err rc = turn_get(t, STORE_META, &k, &v);

	if (rc != ERR_OK)
		return rc;
	r = rd_of(v);
	c->side = rd_u8(&r);
	c->after_case = rd_id16(&r);
	c->after = rd_id16(&r);
	return rd_done(&r) ? ERR_OK : ERR_CORRUPT;
}

enum err chores_first(struct turn *t, struct chore *c)
{
	struct store_walk w = {.rc = ERR_OK};
	struct fault_place at;

	if (!next_due(t, &w, c))
		return w.rc == ERR_OK ? ERR_NOTFOUND : w.rc;
	at = place_of(c);
	fault_doing(t, &at);
	if (c->kind == 0 || c->kind >= CHORE_KINDS)
		return ERR_CORRUPT;
	return chores_load(t, c);
}

enum err chores_any(struct turn *t, bool *yes)
{
	struct store_walk w = {.rc = ERR_OK};
	struct chore c;

	*yes = next_due(t, &w, &c);
	return w.rc;
}

struct store_key chores_behind(const struct chore *c)
{
	struct store_key at = turn_key_ids(&c->case_id, &c->after);

	key_u8(&at, 0); /* just above it */
	return at;
}

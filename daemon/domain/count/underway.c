/* SPDX-License-Identifier: EUPL-1.2 */
/* A report has to be of one moment, and a node with very many referrals counts for many turns.  So how far it came is written in
 * the turn that counted it; what happens meanwhile is later than the moment at which it began, and not counted. */
#include "domain/count/underway.h"

#include "base/check.h"
#include "domain/count/exact.h"

enum { META_UNDERWAY = 15, STALE_MS = 3600000, KEY_MAX = sizeof((struct store_key *)0)->b };
enum { HEAD = 4 + 4 + 8 + 1 + KEY_MAX };
enum { FIGURES = COUNT_NEEDS * COUNT_REASONS + COUNT_WORDS + COUNT_ENDS };

static struct store_key key_of(uint32_t quarter)
{
	struct store_key k = {.len = 0};

	key_u8(&k, META_UNDERWAY);
	key_u32(&k, quarter);
	return k;
}

/* The order is the format: terms, the moment it began, up to whom it is counted, and the figures.  They are exact, and lie sealed
 * as all rows of META do. */
static enum err save(struct turn *t, uint32_t quarter, unsigned cap, const struct exact_walk *at,
		     const struct count *c)
{
	const struct store_key k = key_of(quarter);
	struct wr w = arena_wr(t->arena, HEAD + 4 * (FIGURES + c->rows * COUNT_CELLS));

	require(at->begun && at->at.len <= KEY_MAX && c->rows == at->rows);
	wr_u32(&w, cap);
	wr_u32(&w, (uint32_t)c->rows);
	wr_u64(&w, at->now_ms);
	wr_u8(&w, (uint8_t)at->at.len);
	wr_put(&w, at->at.b, at->at.len);
	for (size_t i = 0; i < COUNT_NEEDS; i++)
		for (size_t j = 0; j < COUNT_REASONS; j++)
			wr_u32(&w, c->needs[i][j]);
	for (size_t i = 0; i < COUNT_WORDS; i++)
		wr_u32(&w, c->words[i]);
	for (size_t i = 0; i < COUNT_ENDS; i++)
		wr_u32(&w, c->ends[i]);
	for (size_t i = 0; i < c->rows; i++)
		for (size_t j = 0; j < COUNT_CELLS; j++)
			wr_u32(&w, c->flow[i][j]);
	return w.over ? ERR_NOMEM : turn_put(t, STORE_META, &k, wr_span(&w));
}

/* ERR_NOTFOUND: it begins; so does one of other terms, and one that was left long ago. */
static enum err load(struct turn *t, uint32_t quarter, unsigned cap, struct exact_walk *at,
		     struct count *c)
{
	const struct store_key k = key_of(quarter);
	struct span v;
	struct rd r;
	uint32_t of;
	size_t rows, len;
	enum err rc = turn_get(t, STORE_META, &k, &v);

	require(cap > 0 && !at->begun);
	if (rc != ERR_OK)
		return rc;
	r = rd_of(v);
	of = rd_u32(&r);
	rows = rd_u32(&r);
	/* a row on disk says how long it is: no more is believed than there can be partners */
	rc = rows > LIMIT_PEERS ? ERR_CORRUPT : count_create(t->arena, rows, c);
	if (rc != ERR_OK)
		return rc;
	*at = (struct exact_walk){.rows = c->rows, .now_ms = rd_u64(&r), .begun = true};
	len = rd_u8(&r);
	if (len > KEY_MAX)
		return ERR_CORRUPT;
	key_put(&at->at, rd_take(&r, len), r.bad ? 0 : len);
	for (size_t i = 0; i < COUNT_NEEDS; i++)
		for (size_t j = 0; j < COUNT_REASONS; j++)
			c->needs[i][j] = rd_u32(&r);
	for (size_t i = 0; i < COUNT_WORDS; i++)
		c->words[i] = rd_u32(&r);
	for (size_t i = 0; i < COUNT_ENDS; i++)
		c->ends[i] = rd_u32(&r);
	for (size_t i = 0; i < c->rows; i++)
		for (size_t j = 0; j < COUNT_CELLS; j++)
			c->flow[i][j] = rd_u32(&r);
	if (!rd_done(&r))
		return ERR_CORRUPT;
	return of != cap || at->now_ms > t->wall_ms || at->now_ms + STALE_MS < t->wall_ms
		       ? ERR_NOTFOUND
		       : ERR_OK;
}

enum err underway_count(struct turn *t, uint32_t quarter, unsigned cap, struct count *c, bool *over)
{
	const struct store_key k = key_of(quarter);
	struct exact_walk at = {.begun = false};
	enum err rc = load(t, quarter, cap, &at, c);

	require(over != NULL);
	if (rc == ERR_NOTFOUND || rc == ERR_CORRUPT) /* it was counted from what is still there */
		at = (struct exact_walk){.begun = false};
	else if (rc != ERR_OK)
		return rc;
	/* as many people as the turn has room for, with those before them */
	rc = exact_some(t, quarter, cap, &at, c);
	require(rc != ERR_OK || c->rows == at.rows);
	*over = at.over;
	if (rc != ERR_OK)
		return rc;
	if (!at.over)
		return save(t, quarter, cap, &at, c);
	rc = store_del(t->txn, STORE_META, key_span(&k));
	return rc == ERR_NOTFOUND ? ERR_OK : rc;
}

enum err underway_anew(struct turn *t)
{
	struct store_key prefix = {.len = 0};

	key_u8(&prefix, META_UNDERWAY);
	require(prefix.len == 1);
	/* of all quarters: whoever is erased has events in any of them */
	return turn_drop_prefix(t, STORE_META, &prefix);
}

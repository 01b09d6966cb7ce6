/* SPDX-License-Identifier: EUPL-1.2 */
/* The active generation, the frozen one and LMDB as one map: of equal keys the newest counts, and what was deleted is not
 * there.  While LMDB is being brought up to the frozen generation it has a part of it; that is hidden behind the
 * generation itself until all of it is there. */
#include "base/check.h"
#include "store/keyorder.h"
#include "store/log/overlay.h"

enum { GENERATIONS = 2 };

/* Of a writer it is opened when it is first asked, and kept for the next one as long as nothing changes there. */
enum err merge_below(struct store_txn *txn, struct store_txn **out)
{
	struct overlay *o = (struct overlay *)txn->store;
	struct overlay_txn *t = (struct overlay_txn *)txn;
	enum err rc = ERR_OK;

	if (t->below == NULL && o->glance == NULL)
		rc = lmdb_glance(o->below, &o->glance);
	if (rc == ERR_OK && t->below == NULL)
		t->below = o->glance;
	*out = t->below;
	return rc;
}

static const struct generation *generation_of(const struct overlay_txn *t, unsigned i)
{
	return i == 0 ? t->active : t->frozen;
}

static const struct version *seen(const struct store_txn *txn, const struct row *r)
{
	return r == NULL ? NULL : version_up_to(r, txn->version);
}

static enum err get_below(struct store_txn *txn, enum store_table t, struct span key,
			  struct span *val)
{
	struct store_txn *below;
	enum err rc = merge_below(txn, &below);

	return rc == ERR_OK ? below->store->ops->get(below, t, key, val) : rc;
}

/* From this generation on downwards. */
static enum err get_from(struct store_txn *txn, unsigned from, enum store_table t, struct span key,
			 struct span *val)
{
	const struct overlay_txn *ot = (const struct overlay_txn *)txn;
	const uint32_t hash = generation_hash(ot->active, t, key);

	for (unsigned i = from; i < GENERATIONS; i++) {
		const struct generation *g = generation_of(ot, i);
		const struct version *v = g == NULL ? NULL
						    : seen(txn, generation_find(g, t, key, hash));

		if (v == NULL)
			continue;
		*val = v->val;
		return v->gone ? ERR_NOTFOUND : ERR_OK;
	}
	return get_below(txn, t, key, val);
}

enum err merge_get(struct store_txn *txn, enum store_table t, struct span key, struct span *val)
{
	return get_from(txn, 0, t, key, val);
}

enum err merge_below_has(struct store_txn *txn, const struct row *r, bool *has)
{
	struct span val;
	const enum err rc = get_from(txn, 1, (enum store_table)r->table, r->key, &val);

	*has = rc == ERR_OK;
	return rc == ERR_NOTFOUND ? ERR_OK : rc;
}

/* A place between two rows: a key, or just behind one. */
struct at {
	uint8_t b[LIMIT_KEY + 1];
	size_t len;
};

static struct span set(struct at *at, struct span key, bool behind)
{
	require(key.len <= LIMIT_KEY);
	if (key.len > 0)
		memcpy(at->b, key.p, key.len);
	at->len = key.len;
	if (behind)
		at->b[at->len++] = 0;
	return span_of(at->b, at->len);
}

/* What stands first at or behind from, or last before it, in each of the three. */
struct heads {
	const struct row *rows[GENERATIONS];
	const struct version *versions[GENERATIONS];
	struct store_row below;
	bool has_below;
};

static const struct row *forward(const struct store_txn *txn, const struct row *r)
{
	while (r != NULL && seen(txn, r) == NULL)
		r = r->next;
	return r;
}

static const struct row *backward(const struct store_txn *txn, const struct generation *g,
				  enum store_table t, struct span below)
{
	const struct row *r = rowlist_seek_back(&g->tables[t], below);

	while (r != NULL && seen(txn, r) == NULL)
		r = rowlist_seek_back(&g->tables[t], r->key);
	return r;
}

static enum err look(struct store_txn *txn, enum store_table t, struct span at, bool back,
		     struct heads *h)
{
	const struct overlay_txn *ot = (const struct overlay_txn *)txn;
	struct store_txn *below;
	enum err rc = merge_below(txn, &below);

	if (rc != ERR_OK)
		return rc;
	for (unsigned i = 0; i < GENERATIONS; i++) {
		const struct generation *g = generation_of(ot, i);

		if (g == NULL)
			h->rows[i] = NULL;
		else if (back)
			h->rows[i] = backward(txn, g, t, at);
		else
			h->rows[i] = forward(txn, rowlist_seek(&g->tables[t], at));
		h->versions[i] = seen(txn, h->rows[i]);
	}
	rc = back ? below->store->ops->seek_back(below, t, at, &h->below)
		  : below->store->ops->seek(below, t, at, &h->below);
	h->has_below = rc == ERR_OK;
	/* A longer key than any of ours is damage, and is found to be that where it comes out (map.c). */
	if (rc == ERR_OK && h->below.key.len > LIMIT_KEY)
		return ERR_CORRUPT;
	return rc == ERR_NOTFOUND ? ERR_OK : rc;
}

/* The nearest of the three; the newest where keys are equal.  NULL version: LMDB's. */
static bool nearest(const struct heads *h, bool back, struct span *key, const struct version **v)
{
	bool found = false;

	for (unsigned i = 0; i < GENERATIONS + 1; i++) {
		const bool there = i < GENERATIONS ? h->rows[i] != NULL : h->has_below;
		struct span k;
		int c;

		if (!there)
			continue;
		k = i < GENERATIONS ? h->rows[i]->key : h->below.key;
		c = found ? key_order(key_head(k), k, key_head(*key), *key) : 0;
		if (found && (back ? c <= 0 : c >= 0))
			continue;
		*key = k;
		*v = i < GENERATIONS ? h->versions[i] : NULL;
		found = true;
	}
	return found;
}

static enum err walk(struct store_txn *txn, enum store_table t, struct span from, bool back,
		     struct store_row *row)
{
	const struct version *v;
	struct heads h;
	struct at at;
	struct span key;

	for (;;) {
		const enum err rc = look(txn, t, from, back, &h);

		if (rc != ERR_OK)
			return rc;
		if (!nearest(&h, back, &key, &v))
			return ERR_NOTFOUND;
		if (v == NULL || !v->gone)
			break;
		from = set(&at, key, !back); /* on, past what was deleted */
	}
	*row = (struct store_row){key, v == NULL ? h.below.val : v->val};
	return ERR_OK;
}

enum err merge_seek(struct store_txn *txn, enum store_table t, struct span from,
		    struct store_row *row)
{
	return walk(txn, t, from, false, row);
}

enum err merge_seek_back(struct store_txn *txn, enum store_table t, struct span below,
			 struct store_row *row)
{
	return walk(txn, t, below, true, row);
}

/* What LMDB has, corrected by each row of the generations. */
enum err merge_count(struct store_txn *txn, enum store_table t, uint64_t *n)
{
	const struct overlay_txn *ot = (const struct overlay_txn *)txn;
	struct store_txn *below;
	enum err rc = merge_below(txn, &below);
	struct span val;

	if (rc != ERR_OK)
		return rc;
	*n = below->store->ops->count(below, t);
	rc = below->failed;
	for (unsigned i = 0; i < GENERATIONS && rc == ERR_OK; i++) {
		const struct generation *g = generation_of(ot, i);
		const struct row *r = g == NULL ? NULL : g->tables[t].first;

		for (; r != NULL && rc == ERR_OK; r = r->next) {
			const struct version *v = seen(txn, r);

			if (v == NULL || (i > 0 && seen(txn, generation_find(ot->active, t, r->key,
									     r->hash)) != NULL))
				continue;
			rc = below->store->ops->get(below, t, r->key, &val);
			*n += !v->gone;
			*n -= rc == ERR_OK;
			rc = rc == ERR_NOTFOUND ? ERR_OK : rc;
		}
	}
	return rc;
}

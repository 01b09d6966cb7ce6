/* SPDX-License-Identifier: EUPL-1.2 */
/* A hash table finds a row, a list of each table (store/log/rowlist.c) keeps their order.  Rows, their keys, versions and values lie one behind
 * another in chunks: nothing is freed alone, all of it when the database has it. */
#include "store/log/generation.h"

#include <stdlib.h>

#include "base/check.h"
#include "base/rng.h"
#include "store/keyorder.h"
#include "store/log/checksum.h"

enum { BUCKETS_FIRST = 1024, ALIGN = 8 };

/* Invariant: used <= cap; what lies below used belongs to rows of one generation. */
struct chunk {
	struct chunk *older;
	size_t used, cap;
	uint8_t bytes[];
};

/* ---- memory ---- */

void pool_init(struct pool *p)
{
	*p = (struct pool){.free = NULL};
	rng_fill(p->key, sizeof p->key);
}

void pool_trim(struct pool *p)
{
	while (p->free != NULL) {
		struct chunk *c = p->free;

		p->free = c->older;
		free(c);
	}
}

static struct chunk *chunk_get(struct pool *p, size_t need)
{
	const size_t most = GENERATION_CHUNK - sizeof(struct chunk);
	const size_t cap = need > most ? need : most;
	struct chunk *c = cap == most ? p->free : NULL;

	if (c != NULL)
		p->free = c->older;
	else
		c = malloc(sizeof *c + cap);
	if (c != NULL)
		*c = (struct chunk){NULL, 0, cap};
	return c;
}

/* Only chunks of the usual size are of use to others. */
static void chunk_give(struct pool *p, struct chunk *c)
{
	if (c->cap > GENERATION_CHUNK - sizeof *c) {
		free(c);
		return;
	}
	c->older = p->free;
	p->free = c;
}

static void *take(struct generation *g, size_t n)
{
	struct chunk *c = g->chunks;
	void *p;

	n = (n + ALIGN - 1) / ALIGN * ALIGN;
	if (c == NULL || c->cap - c->used < n) {
		c = chunk_get(g->pool, n);
		if (c == NULL)
			return NULL;
		c->older = g->chunks;
		g->chunks = c;
		g->chunk_bytes += c->cap;
	}
	p = c->bytes + c->used;
	c->used += n;
	return p;
}

struct generation_mark generation_mark(const struct generation *g)
{
	return (struct generation_mark){g->chunks, g->chunks == NULL ? 0 : g->chunks->used,
					g->chunk_bytes, g->row_bytes};
}

void generation_rewind(struct generation *g, const struct generation_mark *m)
{
	require(!g->frozen);
	while (g->chunks != m->chunk) {
		struct chunk *c = g->chunks;

		require(c != NULL);
		g->chunks = c->older;
		chunk_give(g->pool, c);
	}
	if (g->chunks != NULL)
		g->chunks->used = m->used;
	g->chunk_bytes = m->chunk_bytes;
	g->row_bytes = m->row_bytes;
}

struct generation *generation_create(struct pool *p)
{
	struct generation *g = calloc(1, sizeof *g);

	if (g == NULL)
		return NULL;
	g->buckets = calloc(BUCKETS_FIRST, sizeof(struct row *));
	g->filter = calloc(BUCKETS_FIRST, 1);
	if (g->buckets == NULL || g->filter == NULL) {
		free(g->buckets);
		free(g->filter);
		free(g);
		return NULL;
	}
	g->pool = p;
	g->bucket_count = BUCKETS_FIRST;
	g->refs = 1;
	return g;
}

void generation_hold(struct generation *g)
{
	require(g->refs > 0);
	g->refs++;
}

void generation_drop(struct generation *g)
{
	if (g == NULL || --g->refs > 0)
		return;
	while (g->chunks != NULL) {
		struct chunk *c = g->chunks;

		g->chunks = c->older;
		chunk_give(g->pool, c);
	}
	for (size_t t = 0; t < STORE_TABLE_COUNT; t++)
		rowlist_free(&g->tables[t]);
	free(g->buckets);
	free(g->filter);
	free(g);
}

/* ---- the hash table ---- */

static uint32_t hash_of(const struct pool *p, enum store_table t, struct span key)
{
	return (uint32_t)checksum_of(p->key, key.p, key.len) + (uint32_t)t * 2654435761u;
}

/* The upper bits: the lower ones are the bucket.  One that stays set when its row goes costs a look and no more. */
static uint8_t bit_of(uint32_t hash)
{
	return (uint8_t)(1u << (hash >> 29));
}

/* Without memory for a larger one the table goes on as it is, and chains get longer. */
static void grow(struct generation *g)
{
	const size_t count = g->bucket_count * 2;
	struct row **larger = calloc(count, sizeof(struct row *));
	uint8_t *filter = calloc(count, 1);

	if (larger == NULL || filter == NULL) {
		free(larger);
		free(filter);
		return;
	}
	for (size_t i = 0; i < g->bucket_count; i++)
		for (struct row *r = g->buckets[i], *same; r != NULL; r = same) {
			same = r->same;
			r->same = larger[r->hash & (count - 1)];
			larger[r->hash & (count - 1)] = r;
			filter[r->hash & (count - 1)] |= bit_of(r->hash);
		}
	free(g->buckets);
	free(g->filter);
	g->buckets = larger;
	g->filter = filter;
	g->bucket_count = count;
}

static bool is(const struct row *r, enum store_table t, struct span key)
{
	return r->table == (uint8_t)t && r->key.len == key.len &&
	       memcmp(r->key.p, key.p, key.len) == 0;
}

uint32_t generation_hash(const struct generation *g, enum store_table t, struct span key)
{
	return hash_of(g->pool, t, key);
}

struct row *generation_find(const struct generation *g, enum store_table t, struct span key,
			    uint32_t hash)
{
	const size_t bucket = hash & (g->bucket_count - 1);
	struct row *r = (g->filter[bucket] & bit_of(hash)) == 0 ? NULL : g->buckets[bucket];

	while (r != NULL && (r->hash != hash || !is(r, t, key)))
		r = r->same;
	return r;
}

/* ---- rows ---- */

struct row *generation_row(struct generation *g, enum store_table t, struct span key)
{
	const uint32_t hash = generation_hash(g, t, key);
	struct row *r = generation_find(g, t, key, hash);

	require(!g->frozen && t < STORE_TABLE_COUNT);
	if (r != NULL)
		return r;
	r = take(g, sizeof *r + key.len);
	if (r == NULL)
		return NULL;
	if (key.len != 0)
		memcpy((uint8_t *)r + sizeof *r, key.p, key.len);
	*r = (struct row){.head = key_head(key),
			  .key = span_of((uint8_t *)r + sizeof *r, key.len),
			  .hash = hash,
			  .table = (uint8_t)t};
	if (!rowlist_add(&g->tables[t], r))
		return NULL;
	if (g->row_count >= g->bucket_count)
		grow(g);
	r->same = g->buckets[hash & (g->bucket_count - 1)];
	g->buckets[hash & (g->bucket_count - 1)] = r;
	g->filter[hash & (g->bucket_count - 1)] |= bit_of(hash);
	g->row_count++;
	return r;
}

void generation_unlink(struct generation *g, struct row *r)
{
	struct row **at = &g->buckets[r->hash & (g->bucket_count - 1)];

	require(!g->frozen && g->row_count > 0);
	rowlist_remove(&g->tables[r->table], r);
	while (*at != r) {
		require(*at != NULL);
		at = &(*at)->same;
	}
	*at = r->same;
	g->row_count--;
}

bool generation_put(struct generation *g, struct row *r, const struct version *v)
{
	struct version *n = take(g, sizeof *n + v->val.len);

	require(!g->frozen);
	if (n == NULL)
		return false;
	*n = (struct version){r->newest, v->number, v->gone,
			      span_of((uint8_t *)n + sizeof *n, v->val.len)};
	if (v->val.len != 0)
		memcpy((uint8_t *)n + sizeof *n, v->val.p, v->val.len);
	if (n->older != NULL && n->older->number == v->number)
		n->older = n->older->older;
	r->newest = n;
	g->row_bytes += r->key.len + v->val.len;
	return true;
}

const struct version *version_up_to(const struct row *r, uint64_t number)
{
	const struct version *v = r->newest;

	while (v != NULL && v->number > number)
		v = v->older;
	return v;
}

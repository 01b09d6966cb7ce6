/* SPDX-License-Identifier: EUPL-1.2 */
/* A hash table finds a row, a skip list of each table keeps their order.  Rows, their keys, versions and values lie one behind
 * another in chunks: nothing is freed alone, all of it when the database has it. */
#include "store/log/generation.h"

#include <stddef.h>
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
	*p = (struct pool){.dice = 88172645463325252u};
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
	if (g->buckets == NULL) {
		free(g);
		return NULL;
	}
	g->pool = p;
	g->bucket_count = BUCKETS_FIRST;
	g->refs = 1;
	for (size_t t = 0; t < STORE_TABLE_COUNT; t++) {
		g->tables[t].height = 1;
		for (size_t i = 0; i < GENERATION_LEVELS; i++)
			g->tables[t].tail[i] = g->tables[t].head;
	}
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
	free(g->buckets);
	free(g);
}

/* ---- the hash table ---- */

static uint32_t hash_of(const struct pool *p, enum store_table t, struct span key)
{
	return (uint32_t)checksum_of(p->key, key.p, key.len) + (uint32_t)t * 2654435761u;
}

/* Without memory for a larger one the table goes on as it is, and chains get longer. */
static void grow(struct generation *g)
{
	const size_t count = g->bucket_count * 2;
	struct row **larger = calloc(count, sizeof(struct row *));

	if (larger == NULL)
		return;
	for (size_t i = 0; i < g->bucket_count; i++)
		for (struct row *r = g->buckets[i], *same; r != NULL; r = same) {
			same = r->same;
			r->same = larger[r->hash & (count - 1)];
			larger[r->hash & (count - 1)] = r;
		}
	free(g->buckets);
	g->buckets = larger;
	g->bucket_count = count;
}

static bool is(const struct row *r, enum store_table t, struct span key)
{
	return r->table == (uint8_t)t && r->key.len == key.len &&
	       memcmp(r->key.p, key.p, key.len) == 0;
}

static struct row *look_up(const struct generation *g, uint32_t hash, enum store_table t,
			   struct span key)
{
	struct row *r = g->buckets[hash & (g->bucket_count - 1)];

	while (r != NULL && (r->hash != hash || !is(r, t, key)))
		r = r->same;
	return r;
}

struct row *generation_find(const struct generation *g, enum store_table t, struct span key)
{
	return look_up(g, hash_of(g->pool, t, key), t, key);
}

/* ---- order ---- */

/* The order of this one's key and that one, whose head is given. */
static int compare(const struct row *r, uint64_t head, struct span key)
{
	return key_order(r->head, r->key, head, key);
}

static struct row *row_of(struct row *const *links)
{
	const uint8_t *p = (const uint8_t *)links - offsetof(struct row, next);
	struct row *r;

	memcpy(&r, &p, sizeof p); /* rows are writable; only the way to them was const */
	return r;
}

/* Fills prev with the last links whose row is < key; the first row >= key. */
static struct row *find(const struct row_list *l, struct span key,
			struct row *const *prev[GENERATION_LEVELS])
{
	const uint64_t head = key_head(key);
	struct row *const *at = l->head;
	const struct row *behind = NULL;

	for (unsigned lv = l->height; lv-- > 0;) {
		struct row *r = at[lv];

		/* one that was too far on a level above is so here */
		while (r != NULL && r != behind && compare(r, head, key) < 0) {
			at = r->next;
			r = at[lv];
		}
		behind = r;
		prev[lv] = at;
	}
	return at[0];
}

static bool behind_all(const struct row_list *l, struct span key)
{
	return l->tail[0] != l->head && compare(row_of(l->tail[0]), key_head(key), key) < 0;
}

/* One in four of each level stands on the next. */
static unsigned draw_level(struct pool *p)
{
	unsigned level = 1;

	p->dice = p->dice * 6364136223846793005u + 1442695040888963407u;
	for (uint64_t d = p->dice >> 24; level < GENERATION_LEVELS && (d & 3) == 0; d >>= 2)
		level++;
	return level;
}

/* The links of the list itself, which its readers see as constant. */
static struct row **writable(struct row *const *links)
{
	struct row **at;

	memcpy(&at, &links, sizeof at);
	return at;
}

static void link_row(struct row_list *l, struct row *r)
{
	struct row *const *prev[GENERATION_LEVELS];

	if (behind_all(l, r->key))
		for (unsigned i = 0; i < l->height; i++)
			prev[i] = l->tail[i];
	else
		(void)find(l, r->key, prev);
	for (; l->height < r->level; l->height++)
		prev[l->height] = l->head;
	for (unsigned i = 0; i < r->level; i++) {
		struct row **at = writable(prev[i]);

		r->next[i] = at[i];
		at[i] = r;
		if (r->next[i] == NULL)
			l->tail[i] = r->next;
	}
}

struct row *generation_row(struct generation *g, enum store_table t, struct span key)
{
	const uint32_t hash = hash_of(g->pool, t, key);
	struct row *r = look_up(g, hash, t, key);
	const unsigned level = draw_level(g->pool);
	size_t links;

	require(!g->frozen && t < STORE_TABLE_COUNT);
	if (r != NULL)
		return r;
	links = sizeof *r +
		level * sizeof r->next[0]; /* NOLINT(bugprone-sizeof-expression): pointers */
	r = take(g, links + key.len);
	if (r == NULL)
		return NULL;
	memcpy((uint8_t *)r + links, key.p, key.len);
	*r = (struct row){.head = key_head(key),
			  .key = span_of((uint8_t *)r + links, key.len),
			  .hash = hash,
			  .table = (uint8_t)t,
			  .level = (uint8_t)level};
	if (g->row_count >= g->bucket_count)
		grow(g);
	r->same = g->buckets[hash & (g->bucket_count - 1)];
	g->buckets[hash & (g->bucket_count - 1)] = r;
	g->row_count++;
	link_row(&g->tables[t], r);
	return r;
}

void generation_unlink(struct generation *g, struct row *r)
{
	struct row_list *l = &g->tables[r->table];
	struct row **at = &g->buckets[r->hash & (g->bucket_count - 1)];
	struct row *const *prev[GENERATION_LEVELS];

	require(!g->frozen && g->row_count > 0);
	(void)find(l, r->key, prev);
	for (unsigned i = 0; i < r->level; i++) {
		require(prev[i][i] == r);
		writable(prev[i])[i] = r->next[i];
		if (r->next[i] == NULL)
			l->tail[i] = writable(prev[i]);
	}
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

struct row *generation_seek(const struct generation *g, enum store_table t, struct span from)
{
	struct row *const *prev[GENERATION_LEVELS];

	return find(&g->tables[t], from, prev);
}

struct row *generation_seek_back(const struct generation *g, enum store_table t, struct span below)
{
	const struct row_list *l = &g->tables[t];
	struct row *const *prev[GENERATION_LEVELS];

	if (behind_all(l, below))
		return row_of(l->tail[0]);
	(void)find(l, below, prev);
	return prev[0] == l->head ? NULL : row_of(prev[0]);
}

const struct version *version_up_to(const struct row *r, uint64_t number)
{
	const struct version *v = r->newest;

	while (v != NULL && v->number > number)
		v = v->older;
	return v;
}

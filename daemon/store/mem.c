/* SPDX-License-Identifier: EUPL-1.2 */
/* The in-memory implementation: a skip list per table for the order and a hash table for the single row, an undo log per
 * write transaction.  It keeps the contract of store.h exactly, so that the simulator runs the real domain code. */
#include <stddef.h>
#include <stdlib.h>

#include "base/check.h"
#include "store/backend.h"
#include "store/keyorder.h"

enum { LEVELS = 16 };

/* One allocation: the links, as many as its level, and behind them the key's bytes. */
struct node {
	uint64_t head; /* the key's first eight bytes: most comparisons end with them */
	uint64_t hash;
	struct span key, val;
	struct node *next[];
};

/* Invariant: tail[i] are the links whose [i] is the last of level i, so what is appended in order is not searched for;
 * on height and above no node stands.
 * seen is a node of this list or NULL: walks ask for the row behind the one that they had, and find it there. */
struct list {
	struct node *head[LEVELS], **tail[LEVELS], *seen;
	struct node **
		slots; /* each node once, at its hash or behind it without a gap; at least half are free */
	size_t height,
		mask; /* slots: a power of two of them, mask + 1; NULL as long as nothing was put */
	uint64_t count;
};

struct undo {
	struct undo *older;
	enum store_table table;
	struct span key, val; /* val.p NULL: the key was absent */
	uint8_t key_bytes[];
};

/* Undo records lie one behind the other and go together.  No value lies here: each has an allocation of its own, so that a
 * sanitizer sees who reads one that is gone. */
struct block {
	struct block *older;
	size_t used;
	_Alignas(struct undo) uint8_t bytes[16384 - 2 * sizeof(size_t)];
};

struct mem_store {
	struct store base;
	struct list tables[STORE_TABLE_COUNT];
	uint64_t version, bytes, dice;
	struct block *spare; /* of the last transaction, for the next; or NULL */
	bool writing;
};

struct mem_txn {
	struct store_txn base;
	struct undo *log;
	struct block *blocks;
};

/* The order of this one's key and that one, whose head is given. */
static int compare(const struct node *n, uint64_t head, struct span key)
{
	return key_order(n->head, n->key, head, key);
}

static struct mem_store *mem_of(struct store_txn *txn)
{
	return (struct mem_store *)txn->store;
}

/* The last node, by the links behind which nothing comes. */
static struct node *last_of(struct list *l)
{
	if (l->tail[0] == l->head)
		return NULL;
	return (struct node *)(void *)((uint8_t *)l->tail[0] - offsetof(struct node, next));
}

/* Fills prev below the list's height with the last links whose node is < key; returns the first node >= key. */
static struct node *find(struct list *l, struct span key, struct node **prev[LEVELS])
{
	const uint64_t head = key_head(key);
	struct node **at = l->head, *n = NULL, *behind = NULL;

	for (size_t lv = l->height; lv-- > 0;) {
		/* one that was too far on a level above is so here */
		while ((n = at[lv]) != NULL && n != behind && compare(n, head, key) < 0)
			at = n->next;
		behind = n;
		prev[lv] = at;
	}
	return at[0];
}

/* As find, for keys that mostly come in order. */
static struct node *find_for_put(struct list *l, struct span key, struct node **prev[LEVELS])
{
	const struct node *last = last_of(l);

	if (last == NULL || compare(last, key_head(key), key) >= 0)
		return find(l, key, prev);
	memcpy(prev, l->tail, sizeof l->tail);
	return NULL;
}

/* ---- one row, by its hash ---- */

static uint64_t hash_of(struct span key)
{
	uint64_t h = key.len, last = 0;
	size_t at = 0;

	for (; at + sizeof last <= key.len; at += sizeof last) {
		h = (h ^ be64_get(key.p + at)) * 0x9e3779b97f4a7c15u;
		h ^= h >> 32;
	}
	for (; at < key.len; at++)
		last = last << 8 | key.p[at];
	h = (h ^ last) * 0x9e3779b97f4a7c15u;
	return h ^ h >> 32;
}

/* Where it stands, or the free place where it would. */
static size_t slot_of(const struct list *l, uint64_t hash, struct span key)
{
	size_t i = hash & l->mask;

	for (; l->slots[i] != NULL; i = (i + 1) & l->mask)
		if (l->slots[i]->hash == hash && l->slots[i]->key.len == key.len &&
		    memcmp(l->slots[i]->key.p, key.p, key.len) == 0)
			break;
	return i;
}

static struct node *lookup(const struct list *l, struct span key)
{
	return l->slots == NULL ? NULL : l->slots[slot_of(l, hash_of(key), key)];
}

/* Twice the room, before more than half of it would be taken. */
static void grow(struct list *l)
{
	const size_t room = l->slots == NULL ? 16 : 2 * (l->mask + 1);

	if (l->slots != NULL && 2 * (l->count + 1) <= l->mask + 1)
		return;
	free(l->slots);
	l->slots = calloc(room,
			  sizeof *l->slots); /* NOLINT(bugprone-sizeof-expression): pointers */
	require(l->slots != NULL);
	l->mask = room - 1;
	for (struct node *n = l->head[0]; n != NULL; n = n->next[0])
		l->slots[slot_of(l, n->hash, n->key)] = n;
}

/* What stands behind it moves up, so that no search ends too early. */
static void forget(struct list *l, const struct node *n)
{
	size_t gap = slot_of(l, n->hash, n->key);

	require(l->slots[gap] == n);
	for (size_t i = (gap + 1) & l->mask; l->slots[i] != NULL; i = (i + 1) & l->mask)
		if (((i - l->slots[i]->hash) & l->mask) >= ((i - gap) & l->mask)) {
			l->slots[gap] = l->slots[i];
			gap = i;
		}
	l->slots[gap] = NULL;
}

static struct span dup(struct span s)
{
	uint8_t *p = malloc(s.len == 0 ? 1 : s.len);

	/* This store serves tests and the simulator only, so that a machine without memory may end
	 * them; the product's store is LMDB's. */
	require(p != NULL);
	if (s.len != 0)
		memcpy(p, s.p, s.len);
	return span_of(p, s.len);
}

static void drop(struct span s)
{
	void *p;

	memcpy(&p, &s.p, sizeof p);
	free(p);
}

/* One in four of each level stands on the next; the same dice every time, so that a seed gives the same list. */
static size_t draw_level(struct mem_store *ms)
{
	size_t level = 1;

	ms->dice = ms->dice * 6364136223846793005u + 1442695040888963407u;
	for (uint64_t d = ms->dice >> 24; level < LEVELS && (d & 3) == 0; d >>= 2)
		level++;
	return level;
}

/* Takes val, a copy; gives back what stood there before, NULL: nothing did. */
static struct span insert(struct mem_store *ms, enum store_table t, struct span key,
			  struct span val)
{
	struct list *l = &ms->tables[t];
	struct node **prev[LEVELS], *n = lookup(l, key);
	struct span old = span_of(NULL, 0);
	size_t level, links;
	uint8_t *bytes;

	ms->bytes += val.len;
	if (n != NULL) {
		old = n->val;
		ms->bytes -= old.len;
		n->val = val;
		return old;
	}
	grow(l);
	(void)find_for_put(l, key, prev);
	level = draw_level(ms);
	require(level >= 1 && level <= LEVELS);
	for (; l->height < level; l->height++)
		prev[l->height] = l->head;
	links = sizeof *n +
		level * sizeof n->next[0]; /* NOLINT(bugprone-sizeof-expression): pointers */
	bytes = malloc(links + key.len);
	require(bytes != NULL);
	n = (struct node *)(void *)bytes;
	memcpy(bytes + links, key.p, key.len);
	n->key = span_of(bytes + links, key.len);
	n->head = key_head(n->key);
	n->hash = hash_of(n->key);
	n->val = val;
	l->slots[slot_of(l, n->hash, n->key)] = n;
	ms->bytes += key.len;
	for (size_t i = 0; i < level; i++) {
		n->next[i] = prev[i][i];
		prev[i][i] = n;
		if (n->next[i] == NULL)
			l->tail[i] = n->next;
	}
	l->count++;
	return old;
}

/* Gives back the value that was there; NULL: there was none. */
static struct span take_out(struct mem_store *ms, enum store_table t, struct span key)
{
	struct list *l = &ms->tables[t];
	struct node **prev[LEVELS], *n = lookup(l, key);
	struct span val;

	if (n == NULL)
		return span_of(NULL, 0);
	(void)find(l, key, prev);
	forget(l, n);
	for (size_t i = 0; i < l->height && prev[i][i] == n; i++) {
		prev[i][i] = n->next[i];
		if (n->next[i] == NULL)
			l->tail[i] = prev[i];
	}
	/* The node is freed below: a walk that goes on from it would read memory that is gone. */
	if (l->seen == n)
		l->seen = NULL;
	require(l->count > 0 && ms->bytes >= n->key.len + n->val.len);
	l->count--;
	ms->bytes -= n->key.len + n->val.len;
	val = n->val;
	free(n);
	return val;
}

static struct undo *new_undo(struct mem_txn *mt, size_t key_len)
{
	const size_t align = _Alignof(struct undo);
	const size_t want = (sizeof(struct undo) + key_len + align - 1) / align * align;
	struct mem_store *ms = mem_of(&mt->base);
	struct block *b = mt->blocks;

	static_assert(sizeof(struct undo) + LIMIT_KEY < sizeof b->bytes / 2, "a block holds some");
	require(key_len <= LIMIT_KEY);
	if (b == NULL || sizeof b->bytes - b->used < want) {
		b = ms->spare != NULL ? ms->spare : malloc(sizeof *b);
		require(b != NULL);
		ms->spare = NULL;
		b->older = mt->blocks;
		b->used = 0;
		mt->blocks = b;
	}
	b->used += want;
	return (struct undo *)(void *)(b->bytes + b->used - want);
}

/* Takes the value that a write pushed out, and moves it: it was lent until this write, and a sanitizer sees who reads it
 * still. */
static void remember(struct store_txn *txn, enum store_table t, struct span key, struct span val)
{
	struct mem_txn *mt = (struct mem_txn *)txn;
	struct undo *u = new_undo(mt, key.len);

	*u = (struct undo){.older = mt->log, .table = t};
	if (val.p != NULL) {
		u->val = dup(val);
		drop(val);
	}
	memcpy(u->key_bytes, key.p, key.len);
	u->key = span_of(u->key_bytes, key.len);
	mt->log = u;
}

static enum err get(struct store_txn *txn, enum store_table t, struct span key, struct span *val)
{
	const struct node *n = lookup(&mem_of(txn)->tables[t], key);

	if (n == NULL)
		return ERR_NOTFOUND;
	*val = n->val;
	return ERR_OK;
}

static enum err put(struct store_txn *txn, enum store_table t, struct span key, struct span val)
{
	remember(txn, t, key, insert(mem_of(txn), t, key, dup(val)));
	return ERR_OK;
}

static enum err del(struct store_txn *txn, enum store_table t, struct span key)
{
	const struct span old = take_out(mem_of(txn), t, key);

	if (old.p == NULL)
		return ERR_NOTFOUND;
	remember(txn, t, key, old);
	return ERR_OK;
}

/* A walk asks for the row behind the one that it had, so it lies one link further; anything else is
 * searched from the top. */
static enum err seek(struct store_txn *txn, enum store_table t, struct span from,
		     struct store_row *row)
{
	struct list *l = &mem_of(txn)->tables[t];
	const uint64_t head = key_head(from);
	struct node **prev[LEVELS], *n = l->seen == NULL ? NULL : l->seen->next[0];

	if (l->seen == NULL || compare(l->seen, head, from) >= 0 ||
	    (n != NULL && compare(n, head, from) < 0))
		n = find(l, from, prev);
	if (n == NULL)
		return ERR_NOTFOUND;
	l->seen = n;
	/* the next step of a walk reads it; the machine fetches it while this row is looked at */
	__builtin_prefetch(n->next[0]);
	*row = (struct store_row){n->key, n->val};
	return ERR_OK;
}

static enum err seek_back(struct store_txn *txn, enum store_table t, struct span below,
			  struct store_row *row)
{
	struct list *l = &mem_of(txn)->tables[t];
	struct node **prev[LEVELS], *n;

	(void)find_for_put(l, below, prev);
	if (prev[0] == l->head)
		return ERR_NOTFOUND;
	n = (struct node *)(void *)((uint8_t *)prev[0] - offsetof(struct node, next));
	*row = (struct store_row){n->key, n->val};
	return ERR_OK;
}

static enum err begin(struct store *s, bool write, struct store_txn **out)
{
	struct mem_store *ms = (struct mem_store *)s;
	struct mem_txn *t = calloc(1, sizeof *t);

	if (t == NULL)
		return ERR_NOMEM;
	require(!write || !ms->writing);
	/* The version of a writer is the one that its commit will make, as LMDB numbers them:
	 * records are bound to it. */
	t->base = (struct store_txn){.store = s, .version = ms->version + 1, .write = write};
	s->usage.used = ms->bytes;
	ms->writing = ms->writing || write;
	*out = &t->base;
	return ERR_OK;
}

/* The log is walked from the newest change to the oldest: each finds what it left behind. */
static void finish(struct store_txn *txn, bool back)
{
	struct mem_txn *t = (struct mem_txn *)txn;
	struct mem_store *ms = mem_of(txn);

	for (struct undo *u = t->log; u != NULL; u = u->older) {
		if (back && u->val.p != NULL)
			drop(insert(ms, u->table, u->key, u->val));
		else if (back)
			drop(take_out(ms, u->table, u->key));
		else
			drop(u->val);
	}
	for (struct block *b = t->blocks, *older; b != NULL; b = older) {
		older = b->older;
		if (older == NULL)
			ms->spare = b;
		else
			free(b);
	}
	if (txn->write) {
		require(ms->writing);
		ms->writing = false;
		ms->version += back ? 0 : 1;
	}
	free(t);
}

static enum err commit(struct store_txn *txn)
{
	finish(txn, false);
	return ERR_OK;
}

static void abort_txn(struct store_txn *txn)
{
	finish(txn, true);
}

static void mem_close(struct store *s)
{
	struct mem_store *ms = (struct mem_store *)s;

	for (size_t t = 0; t < STORE_TABLE_COUNT; t++) {
		for (struct node *n = ms->tables[t].head[0], *next; n != NULL; n = next) {
			next = n->next[0];
			drop(n->val);
			free(n);
		}
		free(ms->tables[t].slots);
	}
	free(ms->spare);
	free(ms);
}

static uint64_t count(struct store_txn *txn, enum store_table t)
{
	return mem_of(txn)->tables[t].count;
}

/* As LMDB: what a transaction deleted may be taken by it, what its puts replaced too. */
static uint64_t left(struct store_txn *txn)
{
	const struct store_usage *u = &txn->store->usage;
	const uint64_t all = u->cap + u->over + u->kept;
	const uint64_t bytes = mem_of(txn)->bytes;

	return bytes < all ? all - bytes : 0;
}

static uint64_t cost(const struct store *s, struct span key, struct span val)
{
	(void)s;
	return key.len + val.len;
}

static const struct store_ops ops = {
	.close = mem_close,
	.begin = begin,
	.commit = commit,
	.abort = abort_txn,
	.get = get,
	.put = put,
	.del = del,
	.seek = seek,
	.seek_back = seek_back,
	.count = count,
	.left = left,
	.cost = cost,
};

enum err mem_open(struct store **out, const struct store_options *opt)
{
	struct mem_store *ms = calloc(1, sizeof *ms);

	if (ms == NULL)
		return ERR_NOMEM;
	ms->base = (struct store){&ops, opt->cipher, {.cap = opt->map_max, .kept = opt->map_kept}};
	if (opt->map_max == 0) /* without a limit; half of the numbers, so that sums fit */
		ms->base.usage.cap = UINT64_MAX / 2;
	ms->dice = 88172645463325252u;
	for (size_t t = 0; t < STORE_TABLE_COUNT; t++) {
		ms->tables[t].height = 1;
		for (size_t i = 0; i < LEVELS; i++)
			ms->tables[t].tail[i] = ms->tables[t].head;
	}
	*out = &ms->base;
	return ERR_OK;
}

/* SPDX-License-Identifier: EUPL-1.2 */
/* The in-memory implementation: one skip list per table, an undo log per write transaction.
 * It keeps the contract of store.h exactly, so that the simulator runs the real domain code. */
#include <stdlib.h>

#include "base/check.h"
#include "store/backend.h"

enum { LEVELS = 16 };

struct node {
	struct span key, val;
	struct node *next[]; /* as many as its level */
};

struct list {
	struct node *head[LEVELS];
};

struct undo {
	struct undo *older;
	enum store_table table;
	struct span key, val; /* val.p NULL: the key was absent */
};

struct mem_store {
	struct store base;
	struct list tables[STORE_TABLE_COUNT];
	uint64_t version, bytes, dice;
	bool writing;
};

struct mem_txn {
	struct store_txn base;
	struct undo *log;
};

static int compare(struct span a, struct span b)
{
	size_t n = a.len < b.len ? a.len : b.len;
	int c = n == 0 ? 0 : memcmp(a.p, b.p, n);

	return c != 0 ? c : (a.len > b.len) - (a.len < b.len);
}

static struct mem_store *mem_of(struct store_txn *txn)
{
	return (struct mem_store *)txn->store;
}

/* Fills prev with the last links whose node is < key; returns the first node >= key. */
static struct node *find(struct list *l, struct span key, struct node **prev[LEVELS])
{
	struct node **at = l->head, *n = NULL;

	for (size_t lv = LEVELS; lv-- > 0;) {
		while ((n = at[lv]) != NULL && compare(n->key, key) < 0)
			at = n->next;
		if (prev != NULL)
			prev[lv] = at;
	}
	return at[0];
}

static struct span dup(struct span s)
{
	uint8_t *p = malloc(s.len == 0 ? 1 : s.len);

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

static size_t draw_level(struct mem_store *ms)
{
	size_t level = 1;

	ms->dice = ms->dice * 6364136223846793005u + 1442695040888963407u;
	for (uint64_t d = ms->dice >> 24; level < LEVELS && (d & 3) == 0; d >>= 2)
		level++;
	return level;
}

static void insert(struct mem_store *ms, enum store_table t, struct span key, struct span val)
{
	struct node **prev[LEVELS], *n = find(&ms->tables[t], key, prev);
	size_t level;

	ms->bytes += val.len;
	if (n != NULL && compare(n->key, key) == 0) {
		ms->bytes -= n->val.len;
		drop(n->val);
		n->val = dup(val);
		return;
	}
	level = draw_level(ms);
	n = malloc(sizeof *n + level * sizeof n->next[0]);
	require(n != NULL);
	n->key = dup(key);
	n->val = dup(val);
	ms->bytes += key.len;
	for (size_t i = 0; i < level; i++) {
		n->next[i] = prev[i][i];
		prev[i][i] = n;
	}
}

static bool remove_key(struct mem_store *ms, enum store_table t, struct span key)
{
	struct node **prev[LEVELS], *n = find(&ms->tables[t], key, prev);

	if (n == NULL || compare(n->key, key) != 0)
		return false;
	for (size_t i = 0; i < LEVELS && prev[i][i] == n; i++)
		prev[i][i] = n->next[i];
	ms->bytes -= n->key.len + n->val.len;
	drop(n->key);
	drop(n->val);
	free(n);
	return true;
}

static void remember(struct store_txn *txn, enum store_table t, struct span key)
{
	struct mem_txn *mt = (struct mem_txn *)txn;
	struct undo *u = malloc(sizeof *u);
	struct node *n = find(&mem_of(txn)->tables[t], key, NULL);
	bool there = n != NULL && compare(n->key, key) == 0;

	require(u != NULL);
	*u = (struct undo){mt->log, t, dup(key), there ? dup(n->val) : span_of(NULL, 0)};
	mt->log = u;
}

static enum err get(struct store_txn *txn, enum store_table t, struct span key, struct span *val)
{
	struct node *n = find(&mem_of(txn)->tables[t], key, NULL);

	if (n == NULL || compare(n->key, key) != 0)
		return ERR_NOTFOUND;
	*val = n->val;
	return ERR_OK;
}

static enum err put(struct store_txn *txn, enum store_table t, struct span key, struct span val)
{
	remember(txn, t, key);
	insert(mem_of(txn), t, key, val);
	return ERR_OK;
}

static enum err del(struct store_txn *txn, enum store_table t, struct span key)
{
	remember(txn, t, key);
	return remove_key(mem_of(txn), t, key) ? ERR_OK : ERR_NOTFOUND;
}

static enum err seek(struct store_txn *txn, enum store_table t, struct span from,
		     struct store_row *row)
{
	struct node *n = find(&mem_of(txn)->tables[t], from, NULL);

	if (n == NULL)
		return ERR_NOTFOUND;
	*row = (struct store_row){n->key, n->val};
	return ERR_OK;
}

static enum err seek_back(struct store_txn *txn, enum store_table t, struct span below,
			  struct store_row *row)
{
	struct list *l = &mem_of(txn)->tables[t];
	struct node **at = l->head, *n, *best = NULL;

	for (size_t lv = LEVELS; lv-- > 0;)
		while ((n = at[lv]) != NULL && compare(n->key, below) < 0) {
			best = n;
			at = n->next;
		}
	if (best == NULL)
		return ERR_NOTFOUND;
	*row = (struct store_row){best->key, best->val};
	return ERR_OK;
}

static enum err begin(struct store *s, bool write, struct store_txn **out)
{
	struct mem_store *ms = (struct mem_store *)s;
	struct mem_txn *t = calloc(1, sizeof *t);

	if (t == NULL)
		return ERR_NOMEM;
	require(!write || !ms->writing);
	t->base = (struct store_txn){s, ms->version + 1, write};
	ms->writing = ms->writing || write;
	*out = &t->base;
	return ERR_OK;
}

static void finish(struct store_txn *txn, bool back)
{
	struct mem_txn *t = (struct mem_txn *)txn;
	struct mem_store *ms = mem_of(txn);

	while (t->log != NULL) {
		struct undo *u = t->log;

		if (back && u->val.p != NULL)
			insert(ms, u->table, u->key, u->val);
		else if (back)
			(void)remove_key(ms, u->table, u->key);
		t->log = u->older;
		drop(u->key);
		drop(u->val);
		free(u);
	}
	if (txn->write) {
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

	for (size_t t = 0; t < STORE_TABLE_COUNT; t++)
		for (struct node *n = ms->tables[t].head[0], *next; n != NULL; n = next) {
			next = n->next[0];
			drop(n->key);
			drop(n->val);
			free(n);
		}
	free(ms);
}

static uint64_t count(struct store_txn *txn, enum store_table t)
{
	uint64_t rows = 0;

	for (const struct node *n = mem_of(txn)->tables[t].head[0]; n != NULL; n = n->next[0])
		rows++;
	return rows;
}

static void usage(struct store *s, uint64_t *used, uint64_t *cap)
{
	*used = ((struct mem_store *)s)->bytes;
	*cap = UINT64_MAX;
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
	.usage = usage,
};

enum err mem_open(struct store **out, const struct store_options *opt)
{
	struct mem_store *ms = calloc(1, sizeof *ms);

	if (ms == NULL)
		return ERR_NOMEM;
	ms->base = (struct store){&ops, opt->cipher};
	ms->dice = 88172645463325252u;
	*out = &ms->base;
	return ERR_OK;
}

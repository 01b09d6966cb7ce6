/* SPDX-License-Identifier: EUPL-1.2 */
/* What a transaction changes stays in memory and is written as one record of the log: one write and one sync, whatever the
 * number of rows and wherever they lie.  LMDB gets them later, many transactions at once and in its own order, from a thread
 * of its own.  So what is committed is in the log or in LMDB at every moment, and the log is overwritten only when LMDB has
 * all of it. */
#include "store/log/overlay.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"

enum {
	ROW_EXTRA = 16, /* of a row in LMDB's page */
	TWICE = 2,	/* pages are filled by half, at worst */
	TOUCHED_FIRST = 256,
	REST_BYTES = 256 * 1024,
	PATIENCE_MS = 20,
};

static struct overlay *overlay_of(const struct store_txn *txn)
{
	return (struct overlay *)txn->store;
}

/* ---- LMDB as a transaction sees it ---- */

static void end_glance(struct overlay *o)
{
	if (o->glance != NULL)
		o->below->ops->abort(o->glance);
	o->glance = NULL;
}

/* ---- generations ---- */

static uint64_t pending(const struct overlay *o)
{
	uint64_t bytes = o->active->row_bytes + o->active->row_count * ROW_EXTRA;

	if (o->frozen != NULL)
		bytes += o->frozen->row_bytes + o->frozen->row_count * ROW_EXTRA;
	return bytes;
}

/* What there is, less what is taken and what the generations will take, when a transaction began; from that, what any
 * transaction may take, and what this one took beyond it.  So it does not end in the middle of one that it let begin, and is
 * the same for whoever looks a moment later. */
static uint64_t left_of(const struct overlay *o)
{
	const struct store_usage *u = &o->base.usage;
	const uint64_t all = u->cap + u->over + u->kept, now = pending(o);
	const uint64_t before = o->writing && o->before < now ? o->before : now;
	const uint64_t mine = TWICE * (now - before), usual = TWICE * store_step(u);
	const uint64_t taken = o->used + u->held + TWICE * before + (mine > usual ? mine : usual);

	return taken < all ? all - taken : 0;
}

static void take_usage(struct overlay *o, const struct store_usage *u, bool stuck)
{
	struct store_usage *mine = &o->base.usage;

	mine->no_blocks = u->no_blocks || stuck;
	mine->held = u->held;
	/* What is stuck behind an old snapshot goes on when that ends: store_crowded says so. */
	if (stuck && o->readers > 0)
		mine->held += mine->cap + mine->kept;
	o->used = u->used;
}

/* Ends what the checkpoint is done with. */
static enum err take_news(struct overlay *o, unsigned wait_ms)
{
	struct checkpoint_news n;

	if (o->frozen == NULL)
		return ERR_OK;
	if (o->stuck && wait_ms == CHECKPOINT_TO_THE_END)
		checkpoint_again(o->checkpoint);
	n = checkpoint_ask(o->checkpoint, wait_ms);
	require(n.state !=
		CHECKPOINT_IDLE); /* what is frozen was given away, and its end is told here */
	if (n.state == CHECKPOINT_BROKEN)
		return n.rc;
	o->stuck = n.state == CHECKPOINT_STUCK;
	if (n.state != CHECKPOINT_BUSY)
		take_usage(o, &n.usage, o->stuck);
	if (n.state != CHECKPOINT_DONE)
		return ERR_OK;
	end_glance(o);
	generation_drop(o->frozen);
	o->frozen = NULL;
	return ERR_OK;
}

/* The active generation is given away, and a new one begins in the other file. */
static enum err freeze(struct overlay *o)
{
	const struct store_mark mark = {o->version, journal_generation(o->journal), o->file_len};
	struct generation *g = generation_create(&o->pool);
	enum err rc = g == NULL ? ERR_NOMEM : journal_turn(o->journal);

	require(o->frozen == NULL && !o->writing);
	if (rc != ERR_OK) {
		generation_drop(g);
		return rc;
	}
	end_glance(o);
	o->frozen = o->active;
	o->frozen->frozen = true;
	o->active = g;
	checkpoint_give(o->checkpoint, o->frozen, &mark);
	return take_news(o, CHECKPOINT_NO_WAIT);
}

static bool full(const struct overlay *o)
{
	return journal_used(o->journal) >= o->limit || o->active->chunk_bytes >= TWICE * o->limit;
}

/* Everything into LMDB, as far as it goes. */
static enum err bring_down(struct overlay *o)
{
	enum err rc = take_news(o, CHECKPOINT_TO_THE_END);

	if (rc == ERR_OK && o->frozen == NULL && o->active->row_count > 0)
		rc = freeze(o);
	return rc == ERR_OK ? take_news(o, CHECKPOINT_TO_THE_END) : rc;
}

/* Rows are counted at twice their size until LMDB has them, which may be too much.  Where it matters for what may still be
 * taken (map.c), LMDB has to say what it really is: a store that is full, and is not when somebody looks again, would refuse
 * people for nothing. */
static bool unsure(const struct overlay *o)
{
	const uint64_t left = left_of(o), more = left + TWICE * pending(o);

	for (unsigned use = STORE_TAKES; use <= STORE_FREES; use++) {
		const uint64_t want = store_kept_from(&o->base.usage, (enum store_use)use) +
				      store_step(&o->base.usage);

		if (left < want && more >= want)
			return true;
	}
	return false;
}

/* How long a writer waits for the thread that brings the other generation down.  From where this one is half full each waits
 * a little, and longer the fuller it is: so whoever writes very much is slowed down before everybody has to stand still. */
static unsigned patience(const struct overlay *o)
{
	const uint64_t used = journal_used(o->journal), half = o->limit / 2;

	if (o->stuck || (used < half && !full(o)))
		return CHECKPOINT_NO_WAIT;
	return full(o) ? CHECKPOINT_TO_THE_END : (unsigned)(PATIENCE_MS * (used - half) / half);
}

/* Before a writer begins: room for it in the log. */
static enum err make_room(struct overlay *o)
{
	enum err rc = take_news(o, patience(o));

	if (rc == ERR_OK && !o->stuck && unsure(o))
		rc = bring_down(o);
	if (rc == ERR_OK && o->frozen == NULL && full(o))
		rc = freeze(o);
	/* Nothing can be brought away: what the file was made for may be filled. */
	if (rc == ERR_OK && full(o) && journal_used(o->journal) >= o->file_len)
		rc = ERR_FULL;
	return rc;
}

/* ---- transactions ---- */

static enum err begin(struct store *s, bool write, struct store_txn **out)
{
	struct overlay *o = (struct overlay *)s;
	struct overlay_txn *t = calloc(1, sizeof *t);
	enum err rc = t == NULL ? ERR_NOMEM : write && !o->replays ? make_room(o) : ERR_OK;

	require(!write || !o->writing);
	/* A reader's LMDB is as old as what it holds above it. */
	if (rc == ERR_OK && !write)
		rc = o->below->ops->begin(o->below, false, &t->below);
	if (rc != ERR_OK) {
		free(t);
		return rc;
	}
	t->base = (struct store_txn){
		.store = s, .version = o->version + (write ? 1 : 0), .write = write};
	t->active = o->active;
	t->frozen = o->frozen;
	if (write) {
		o->before = pending(o);
		o->writing = true;
		t->mark = generation_mark(o->active);
		o->base.usage.used = o->used + pending(o);
		t->base.left = left_of(o);
	} else {
		generation_hold(t->active);
		if (t->frozen != NULL)
			generation_hold(t->frozen);
		o->readers++;
	}
	*out = &t->base;
	return ERR_OK;
}

static void end_reader(struct overlay *o, struct overlay_txn *t)
{
	require(o->readers > 0 && !t->base.write);
	o->below->ops->abort(t->below);
	generation_drop(t->active);
	generation_drop(t->frozen);
	o->readers--;
	if (o->readers == 0 && o->stuck)
		checkpoint_again(o->checkpoint);
	free(t);
}

static void end_writer(struct overlay *o, struct overlay_txn *t)
{
	require(o->writing && t->base.write);
	o->touched_count = 0;
	o->writing = false;
	if (o->frozen != NULL) /* LMDB is being written: an old view would hold its pages */
		end_glance(o);
	free(t);
}

/* Everything as it was: rows that are new, and versions in front of others. */
static void undo(struct overlay *o, struct overlay_txn *t)
{
	for (size_t i = 0; i < o->touched_count; i++) {
		struct row *r = o->touched[i].row;

		if (r->newest != NULL && r->newest->number == t->base.version)
			r->newest = r->newest->older;
		r->touched = false;
		if (r->newest == NULL)
			generation_unlink(t->active, r);
	}
	generation_rewind(t->active, &t->mark);
	for (unsigned i = 0; i < STORE_TABLE_COUNT; i++) {
		o->counts[i] -= (uint64_t)t->delta[i];
		if (t->counted_here[i])
			o->counted[i] = false;
	}
}

static void abort_txn(struct store_txn *txn)
{
	struct overlay *o = overlay_of(txn);
	struct overlay_txn *t = (struct overlay_txn *)txn;

	if (!txn->write) {
		end_reader(o, t);
		return;
	}
	undo(o, t);
	end_writer(o, t);
}

/* Which rows are gone without a trace: nothing below has them. */
static enum err find_vanishing(struct overlay *o, struct store_txn *txn)
{
	enum err rc = ERR_OK;

	for (size_t i = 0; i < o->touched_count && rc == ERR_OK; i++) {
		const struct row *r = o->touched[i].row;
		bool has = true;

		require(r->newest != NULL && r->newest->number == txn->version);
		if (r->newest->gone)
			rc = merge_below_has(txn, r, &has);
		o->touched[i].vanishes = !has;
	}
	return rc;
}

/* What came and went in this transaction alone is not told; *told: how many rows were. */
static enum err write_record(struct overlay *o, const struct store_txn *txn, size_t *told)
{
	enum err rc = ERR_OK;

	*told = 0;
	journal_begin(o->journal, txn->version);
	for (size_t i = 0; i < o->touched_count && rc == ERR_OK; i++) {
		const struct row *r = o->touched[i].row;

		if (o->touched[i].vanishes && r->newest->older == NULL)
			continue;
		++*told;
		rc = journal_row(o->journal,
				 &(struct journal_row){(enum store_table)r->table, r->newest->gone,
						       r->key, r->newest->val});
	}
	return rc == ERR_OK && *told > 0 ? journal_write(o->journal) : rc;
}

/* It is on disk: what it replaced is forgotten, unless somebody looks at it still. */
static void settle(struct overlay *o, struct overlay_txn *t)
{
	struct generation *g = t->active;

	for (size_t i = 0; i < o->touched_count; i++) {
		struct row *r = o->touched[i].row;
		struct version *v = r->newest;

		r->touched = false;
		if (v->older != NULL)
			g->row_bytes -= r->key.len + v->older->val.len;
		if (o->readers > 0)
			continue;
		v->older = NULL;
		if (!o->touched[i].vanishes)
			continue;
		g->row_bytes -= r->key.len;
		generation_unlink(g, r);
	}
	o->version = t->base.version;
}

static enum err commit(struct store_txn *txn)
{
	struct overlay *o = overlay_of(txn);
	struct overlay_txn *t = (struct overlay_txn *)txn;
	enum err rc = find_vanishing(o, txn);
	size_t told = 1; /* what is read from the log was told before */

	if (rc == ERR_OK && !o->replays)
		rc = write_record(o, txn, &told);
	if (rc == ERR_OK && told > 0)
		settle(o, t);
	else
		undo(o, t); /* also when nothing was changed: there is no record of this version */
	end_writer(o, t);
	return rc;
}

/* ---- rows ---- */

static struct row *touch(struct overlay *o, struct overlay_txn *t, enum store_table table,
			 struct span key)
{
	struct row *r;

	if (o->touched_count == o->touched_cap) {
		const size_t cap = o->touched_cap == 0 ? TOUCHED_FIRST : o->touched_cap * 2;
		struct overlay_touched *p = realloc(o->touched, cap * sizeof *p);

		if (p == NULL)
			return NULL;
		o->touched = p;
		o->touched_cap = cap;
	}
	r = generation_row(t->active, table, key);
	if (r == NULL || r->touched)
		return r;
	r->touched = true;
	o->touched[o->touched_count++] = (struct overlay_touched){r, false};
	return r;
}

static enum err change(struct store_txn *txn, enum store_table table, struct span key,
		       const struct version *v)
{
	struct overlay *o = overlay_of(txn);
	struct overlay_txn *t = (struct overlay_txn *)txn;
	struct row *r = touch(o, t, table, key);

	require(v->number == txn->version);
	return r != NULL && generation_put(t->active, r, v) ? ERR_OK : ERR_NOMEM;
}

static void counts(struct overlay *o, struct overlay_txn *t, enum store_table table, int by)
{
	o->counts[table] += (uint64_t)(int64_t)by;
	t->delta[table] += by;
}

static enum err put(struct store_txn *txn, enum store_table table, struct span key, struct span val)
{
	const struct version v = {NULL, txn->version, false, val};
	struct overlay *o = overlay_of(txn);
	struct span was;
	enum err rc = ERR_OK;

	if (o->counted[table])
		rc = merge_get(txn, table, key, &was);
	if (rc == ERR_NOTFOUND)
		counts(o, (struct overlay_txn *)txn, table, 1);
	else if (rc != ERR_OK)
		return rc;
	return change(txn, table, key, &v);
}

static enum err del(struct store_txn *txn, enum store_table table, struct span key)
{
	const struct version v = {NULL, txn->version, true, span_of(NULL, 0)};
	struct overlay *o = overlay_of(txn);
	struct span was;
	const enum err rc = merge_get(txn, table, key, &was);

	if (rc != ERR_OK)
		return rc;
	if (o->counted[table])
		counts(o, (struct overlay_txn *)txn, table, -1);
	return change(txn, table, key, &v);
}

/* Counted once, and from then on with each row that comes and goes. */
static uint64_t count(struct store_txn *txn, enum store_table table)
{
	struct overlay *o = overlay_of(txn);
	struct overlay_txn *t = (struct overlay_txn *)txn;
	uint64_t n = 0;

	if (txn->write && o->counted[table])
		return o->counts[table];
	txn->failed = merge_count(txn, table, &n);
	if (txn->failed != ERR_OK)
		return 0;
	if (txn->write) {
		o->counted[table] = true;
		o->counts[table] = n;
		t->counted_here[table] = true;
	}
	return n;
}

static uint64_t left(struct store_txn *txn)
{
	struct overlay *o = overlay_of(txn);

	o->base.usage.used = o->used + pending(o);
	return left_of(o);
}

static uint64_t cost(const struct store *s, struct span key, struct span val)
{
	(void)s;
	return TWICE * (key.len + val.len + ROW_EXTRA);
}

/* ---- rest and end ---- */

static enum err rest(struct store *s, bool *more)
{
	struct overlay *o = (struct overlay *)s;
	enum err rc = take_news(o, CHECKPOINT_NO_WAIT);

	require(!o->writing);
	if (rc == ERR_OK && o->frozen == NULL && journal_used(o->journal) > REST_BYTES)
		rc = freeze(o);
	*more = o->frozen != NULL;
	if (!*more)
		pool_trim(&o->pool);
	return rc;
}

static uint64_t waits(const struct store *s)
{
	const struct overlay *o = (const struct overlay *)s;

	return o->frozen != NULL || journal_used(o->journal) > REST_BYTES ? o->version : 0;
}

static enum err thread(struct store *s)
{
	return checkpoint_thread(((struct overlay *)s)->checkpoint);
}

static void close_overlay(struct store *s)
{
	struct overlay *o = (struct overlay *)s;

	require(!o->writing && o->readers == 0);
	end_glance(o);
	/* An error here costs only time at the next start: the log has all of it. */
	if (o->journal != NULL && o->checkpoint != NULL && o->whole)
		(void)bring_down(o);
	end_glance(o);
	checkpoint_free(o->checkpoint);
	journal_close(o->journal);
	generation_drop(o->active);
	generation_drop(o->frozen);
	pool_trim(&o->pool);
	free(o->touched);
	if (o->below != NULL)
		store_close(o->below);
	free(o);
}

const struct store_ops overlay_ops = {
	.close = close_overlay,
	.begin = begin,
	.commit = commit,
	.abort = abort_txn,
	.get = merge_get,
	.put = put,
	.del = del,
	.seek = merge_seek,
	.seek_back = merge_seek_back,
	.count = count,
	.left = left,
	.cost = cost,
	.thread = thread,
	.rest = rest,
	.waits = waits,
};

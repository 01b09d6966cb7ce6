/* SPDX-License-Identifier: EUPL-1.2 */
/* In the order of keys, so that each page is written once, and in slices, because one transaction over everything would
 * keep all its pages in memory.  To apply a row twice is to apply it once: whatever a crash leaves, the log has all of it
 * until the last slice says so. */
#include "store/log/checkpoint.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

#include "base/check.h"

enum { SLICE_ROWS = 1500, SLICE_BYTES = 4 * 1024 * 1024, MEMORY_FIRST = 4096 };

struct checkpoint {
	struct store *below;
	pthread_t thread;
	pthread_mutex_t lock; /* over what follows */
	pthread_cond_t told, asked;
	enum checkpoint_state state;
	enum err rc;
	struct store_usage usage;
	const struct generation *g;
	struct store_mark mark;
	bool threaded, ends;
};

/* ---- the work ---- */

/* Where a slice ends and the next one goes on. */
struct place {
	unsigned table;
	const struct row *row;
};

static void first_row(const struct generation *g, struct place *p)
{
	while (p->row == NULL && p->table < STORE_TABLE_COUNT) {
		p->row = g->tables[p->table].first;
		if (p->row == NULL)
			p->table++;
	}
}

static enum err apply(struct store *below, struct store_txn *txn, const struct row *r)
{
	const struct version *v = r->newest;
	const enum store_table t = (enum store_table)r->table;
	enum err rc;

	require(v != NULL);
	if (!v->gone)
		return below->ops->put(txn, t, r->key, v->val);
	rc = below->ops->del(txn, t, r->key);
	return rc == ERR_NOTFOUND ? ERR_OK : rc;
}

static enum err rows(struct checkpoint *c, struct store_txn *txn, struct place *p)
{
	size_t count = 0, bytes = 0;
	enum err rc = ERR_OK;

	for (first_row(c->g, p); rc == ERR_OK && p->row != NULL; first_row(c->g, p)) {
		if (count++ == SLICE_ROWS || bytes > SLICE_BYTES)
			break;
		bytes += p->row->newest == NULL ? 0 : p->row->newest->val.len;
		rc = apply(c->below, txn, p->row);
		p->row = p->row->next;
		p->table += p->row == NULL;
	}
	return rc;
}

static enum err slice(struct checkpoint *c, struct place *p, bool *last)
{
	struct store_txn *txn;
	enum err rc = c->below->ops->begin(c->below, true, &txn);

	if (rc != ERR_OK)
		return rc;
	rc = rows(c, txn, p);
	*last = p->table == STORE_TABLE_COUNT;
	if (rc == ERR_OK && *last)
		rc = lmdb_mark_put(txn, &c->mark);
	if (rc == ERR_OK && *last)
		(void)c->below->ops->left(txn); /* counts what lives, for usage */
	if (rc == ERR_OK)
		return c->below->ops->commit(txn);
	c->below->ops->abort(txn);
	return rc;
}

static enum err work(struct checkpoint *c)
{
	struct place p = {0, NULL};
	bool last = false;
	enum err rc = ERR_OK;

	require(c->g != NULL && c->g->frozen);
	while (rc == ERR_OK && !last)
		rc = slice(c, &p, &last);
	return rc == ERR_OK ? lmdb_sync(c->below) : rc;
}

/* Called with the lock, which is not held during the work. */
static void work_and_tell(struct checkpoint *c)
{
	enum err rc;

	require(c->state == CHECKPOINT_BUSY);
	(void)pthread_mutex_unlock(&c->lock);
	rc = work(c);
	(void)pthread_mutex_lock(&c->lock);
	c->usage = c->below->usage;
	c->rc = rc;
	c->state = rc == ERR_OK			       ? CHECKPOINT_DONE
		   : rc == ERR_FULL || rc == ERR_NOMEM ? CHECKPOINT_STUCK
						       : CHECKPOINT_BROKEN;
	(void)pthread_cond_broadcast(&c->told);
}

/* ---- the thread ---- */

static struct timespec after_ms(unsigned ms)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	t.tv_sec += ms / 1000;
	t.tv_nsec += (long)(ms % 1000) * 1000000;
	if (t.tv_nsec >= 1000000000) {
		t.tv_nsec -= 1000000000;
		t.tv_sec++;
	}
	return t;
}

/* Until somebody says so, or for a while. */
static void pause_stuck(struct checkpoint *c)
{
	const struct timespec until = after_ms(CHECKPOINT_AGAIN_S * 1000);

	while (!c->ends && c->state == CHECKPOINT_STUCK)
		if (pthread_cond_timedwait(&c->asked, &c->lock, &until) != 0)
			break;
	if (!c->ends && c->state == CHECKPOINT_STUCK)
		c->state = CHECKPOINT_BUSY;
}

static void *run(void *ctx)
{
	struct checkpoint *c = ctx;

	/* Its part of the heap is made before the filter of system calls comes. */
	free(malloc(MEMORY_FIRST));
	(void)pthread_mutex_lock(&c->lock);
	c->threaded = true;
	(void)pthread_cond_broadcast(&c->told);
	while (!c->ends || c->state == CHECKPOINT_BUSY) {
		if (c->state == CHECKPOINT_BUSY)
			work_and_tell(c);
		else if (c->state == CHECKPOINT_STUCK)
			pause_stuck(c);
		else
			(void)pthread_cond_wait(&c->asked, &c->lock);
	}
	(void)pthread_mutex_unlock(&c->lock);
	return NULL;
}

enum err checkpoint_create(struct checkpoint **out, struct store *below)
{
	struct checkpoint *c = calloc(1, sizeof *c);
	pthread_condattr_t by_mono;

	if (c == NULL)
		return ERR_NOMEM;
	c->below = below;
	/* None of these can fail.  The wall clock may be set back, and who waited by it would wait as much longer. */
	require(pthread_condattr_init(&by_mono) == 0);
	require(pthread_condattr_setclock(&by_mono, CLOCK_MONOTONIC) == 0);
	require(pthread_mutex_init(&c->lock, NULL) == 0);
	require(pthread_cond_init(&c->told, &by_mono) == 0 &&
		pthread_cond_init(&c->asked, &by_mono) == 0);
	(void)pthread_condattr_destroy(&by_mono);
	*out = c;
	return ERR_OK;
}

/* Signals are for the loop: a thread that took one would take it from there. */
enum err checkpoint_thread(struct checkpoint *c)
{
	sigset_t all, before;
	int rc;

	require(!c->threaded);
	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	rc = pthread_create(&c->thread, NULL, run, c);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (rc != 0)
		return ERR_NOMEM;
	(void)pthread_mutex_lock(&c->lock);
	while (!c->threaded)
		(void)pthread_cond_wait(&c->told, &c->lock);
	(void)pthread_mutex_unlock(&c->lock);
	return ERR_OK;
}

/* ---- asked by the store ---- */

static void busy(struct checkpoint *c)
{
	c->state = CHECKPOINT_BUSY;
	if (c->threaded)
		(void)pthread_cond_signal(&c->asked);
}

void checkpoint_give(struct checkpoint *c, const struct generation *g,
		     const struct store_mark *mark)
{
	(void)pthread_mutex_lock(&c->lock);
	require(c->state == CHECKPOINT_IDLE && g->frozen);
	c->g = g;
	c->mark = *mark;
	busy(c);
	(void)pthread_mutex_unlock(&c->lock);
}

struct checkpoint_news checkpoint_ask(struct checkpoint *c, unsigned wait_ms)
{
	const struct timespec until = after_ms(wait_ms);
	struct checkpoint_news n;
	int late = 0;

	(void)pthread_mutex_lock(&c->lock);
	if (wait_ms == CHECKPOINT_TO_THE_END && c->state == CHECKPOINT_BUSY && !c->threaded)
		work_and_tell(c);
	while (c->threaded && wait_ms > 0 && late == 0 && c->state == CHECKPOINT_BUSY)
		late = wait_ms == CHECKPOINT_TO_THE_END
			       ? pthread_cond_wait(&c->told, &c->lock)
			       : pthread_cond_timedwait(&c->told, &c->lock, &until);
	n = (struct checkpoint_news){c->state, c->rc, c->usage};
	if (c->state == CHECKPOINT_DONE)
		c->state = CHECKPOINT_IDLE;
	(void)pthread_mutex_unlock(&c->lock);
	return n;
}

void checkpoint_again(struct checkpoint *c)
{
	(void)pthread_mutex_lock(&c->lock);
	if (c->state == CHECKPOINT_STUCK)
		busy(c);
	(void)pthread_mutex_unlock(&c->lock);
}

void checkpoint_free(struct checkpoint *c)
{
	if (c == NULL)
		return;
	(void)pthread_mutex_lock(&c->lock);
	c->ends = true;
	(void)pthread_cond_signal(&c->asked);
	(void)pthread_mutex_unlock(&c->lock);
	if (c->threaded)
		(void)pthread_join(c->thread, NULL);
	(void)pthread_cond_destroy(&c->asked);
	(void)pthread_cond_destroy(&c->told);
	(void)pthread_mutex_destroy(&c->lock);
	free(c);
}

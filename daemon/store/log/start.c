/* SPDX-License-Identifier: EUPL-1.2 */
/* What the log has and LMDB does not is put into memory again, record by record, as it was committed.  LMDB may have a part of
 * the older generation, when a checkpoint was interrupted: what comes last of each key is the same. */
#include "store/log/overlay.h"

#include <errno.h>
#include <stdlib.h>

#include "base/check.h"

enum {
	LIMIT_LEAST = 128 * 1024,
	LIMIT_SHARE = 16, /* a generation is this part of a small store */
	SPARE = 4	  /* a part of the limit that the file has behind it */
};

/* ---- replay ---- */

struct replay {
	struct overlay *o;
	struct store_txn *txn;
	uint64_t frozen_version;
};

static enum err on_begin(void *ctx, uint64_t version)
{
	struct replay *r = ctx;

	if (version != r->o->version + 1)
		return ERR_CORRUPT;
	return overlay_ops.begin(&r->o->base, true, &r->txn);
}

static enum err on_row(void *ctx, const struct journal_row *row)
{
	struct replay *r = ctx;
	enum err rc;

	if (!row->gone)
		return overlay_ops.put(r->txn, row->table, row->key, row->val);
	rc = overlay_ops.del(r->txn, row->table, row->key);
	/* LMDB has that already, or the row came and went within this generation. */
	return rc == ERR_NOTFOUND ? ERR_OK : rc;
}

static enum err on_end(void *ctx)
{
	struct replay *r = ctx;
	struct store_txn *txn = r->txn;

	r->txn = NULL;
	return overlay_ops.commit(txn);
}

static enum err on_turn(void *ctx)
{
	struct replay *r = ctx;
	struct generation *g = generation_create(&r->o->pool);

	require(r->o->frozen == NULL && r->txn == NULL);
	if (g == NULL)
		return ERR_NOMEM;
	r->o->frozen = r->o->active;
	r->o->frozen->frozen = true;
	r->o->active = g;
	r->frozen_version = r->o->version;
	return ERR_OK;
}

static enum err replay(struct overlay *o, const struct store_mark *mark)
{
	struct replay r = {.o = o};
	const struct journal_calls calls = {on_begin, on_row, on_end, on_turn, &r};
	enum err rc;

	o->version = mark->applied;
	o->replays = true;
	rc = journal_replay(o->journal, mark->applied, mark->generation, &calls);
	o->replays = false;
	if (r.txn != NULL)
		overlay_ops.abort(r.txn);
	if (o->glance != NULL)
		o->below->ops->abort(o->glance);
	o->glance = NULL;
	if (rc == ERR_OK && o->frozen != NULL)
		checkpoint_give(
			o->checkpoint, o->frozen,
			&(struct store_mark){r.frozen_version, mark->generation, o->file_len});
	return rc;
}

/* ---- the files ---- */

/* As much as is asked for, and less in a small store: twice a generation has to fit beside what is there. */
static uint64_t limit_of(const struct store_options *opt, const struct store_usage *u)
{
	const uint64_t part = (u->cap + u->kept) / LIMIT_SHARE;
	uint64_t limit = opt->log_bytes < part ? opt->log_bytes : part;

	limit = limit < LIMIT_LEAST ? LIMIT_LEAST : limit;
	return limit / JOURNAL_BLOCK * JOURNAL_BLOCK;
}

/* Nothing of ours is in an empty store; one with rows had a log. */
static enum err is_new(struct store *below)
{
	struct store_txn *txn;
	struct store_row row;
	enum err rc = store_begin(below, false, &txn);

	if (rc != ERR_OK)
		return rc;
	rc = store_seek(txn, STORE_META, span_of(NULL, 0), &row);
	store_abort(txn);
	return rc == ERR_NOTFOUND ? ERR_OK : rc == ERR_OK ? ERR_CORRUPT : rc;
}

static enum err put_mark(struct store *below, const struct store_mark *mark)
{
	struct store_txn *txn;
	enum err rc = below->ops->begin(below, true, &txn);

	if (rc != ERR_OK)
		return rc;
	rc = lmdb_mark_put(txn, mark);
	if (rc == ERR_OK)
		rc = below->ops->commit(txn);
	else
		below->ops->abort(txn);
	return rc == ERR_OK ? lmdb_sync(below) : rc;
}

/* The mark comes last: as long as it is missing nothing was ever written to the log. */
static enum err make_log(struct overlay *o, const char *path, struct store_mark *mark)
{
	enum err rc = is_new(o->below);

	*mark = (struct store_mark){0, 0,
				    o->limit + o->limit / SPARE / JOURNAL_BLOCK * JOURNAL_BLOCK};
	if (rc == ERR_OK)
		rc = journal_create(path, mark->file_len);
	return rc == ERR_OK ? put_mark(o->below, mark) : rc;
}

static enum err get_mark(struct store *below, struct store_mark *mark)
{
	struct store_txn *txn;
	enum err rc = below->ops->begin(below, false, &txn);

	if (rc != ERR_OK)
		return rc;
	rc = lmdb_mark_get(txn, mark);
	below->ops->abort(txn);
	return rc;
}

static enum err open_log(struct overlay *o, const char *path)
{
	struct store_mark mark;
	enum err rc = get_mark(o->below, &mark);

	if (rc == ERR_NOTFOUND)
		rc = make_log(o, path, &mark);
	if (rc != ERR_OK)
		return rc;
	/* Files keep the size that they were made with, whatever the settings say today. */
	o->file_len = mark.file_len;
	if (o->limit > o->file_len / (SPARE + 1) * SPARE)
		o->limit = o->file_len / (SPARE + 1) * SPARE;
	rc = journal_open(&o->journal, path, o->file_len);
	return rc == ERR_OK ? replay(o, &mark) : rc;
}

enum err overlay_open(struct store **out, const struct store_options *opt, struct store *below)
{
	struct overlay *o = calloc(1, sizeof *o);
	enum err rc;

	require(below != NULL && opt->log_bytes > 0);
	if (o == NULL) {
		store_close(below);
		return ERR_NOMEM;
	}
	o->base = (struct store){&overlay_ops, opt->cipher, below->usage};
	o->below = below;
	o->used = below->usage.used;
	o->limit = limit_of(opt, &below->usage);
	pool_init(&o->pool);
	o->active = generation_create(&o->pool);
	rc = o->active == NULL ? ERR_NOMEM : checkpoint_create(&o->checkpoint, below);
	if (rc == ERR_OK)
		rc = open_log(o, opt->path);
	o->whole = rc == ERR_OK;
	if (rc != ERR_OK) {
		const int no = errno; /* of what failed: whoever opens says it */

		store_close(&o->base);
		errno = no;
		return rc;
	}
	*out = &o->base;
	return ERR_OK;
}

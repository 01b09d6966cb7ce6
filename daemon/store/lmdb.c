/* SPDX-License-Identifier: EUPL-1.2 */
/* The LMDB implementation; the only file that includes lmdb.h.
 * One process, one write transaction at a time.  What is committed is on disk when commit returns.  The map only grows when
 * no transaction is open, because LMDB moves it; a reader that stays open (a backup) stops the growing.
 * Below a log (store/log/) it is asked by two threads: one reads, the other one writes.  What is committed is then on disk
 * after lmdb_sync, the map has its full size from the start, which costs addresses alone, and what both count is atomic. */
#include <errno.h>
#include <fcntl.h>
#include <lmdb.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "base/check.h"
#include "store/backend.h"

/* LMDB's own two tables; its handles for ours follow them. */
enum { FREE_PAGES = 0, NAMES = 1, META_PAGES = 2, LEVELS = 6 };

struct lmdb_store {
	struct store base;
	MDB_env *env;
	MDB_dbi dbi[STORE_TABLE_COUNT];
	uint64_t map_end; /* as large as the map may get */
	uint64_t page,
		blocks; /* bytes of a page; of the file that surely have their place on the disk */
	_Atomic size_t held_seen; /* the transaction whose freed pages were counted last */
	atomic_uint readers;	  /* while there is one the map must not be changed */
	int fd;
	bool under; /* below a log */
	MDB_dbi mark;
};

struct lmdb_txn {
	struct store_txn base;
	MDB_txn *txn;
	bool counted; /* among the readers */
	MDB_cursor *cursors[STORE_TABLE_COUNT];
};

/* The one place where LMDB's codes become ours. */
static enum err lmdb_error(int rc)
{
	if (rc > 0)
		errno = rc; /* what the system said of the file stays with the error */
	switch (rc) {
	case MDB_SUCCESS:
		return ERR_OK;
	case MDB_NOTFOUND:
		return ERR_NOTFOUND;
	case MDB_KEYEXIST:
		return ERR_EXISTS;
	case MDB_MAP_FULL:
	case MDB_TXN_FULL:
	case ENOSPC:
	case EDQUOT:
		return ERR_FULL;
	case ENOMEM:
		return ERR_NOMEM;
	case EBUSY:
	case EAGAIN:
		return ERR_BUSY;
	case EIO:
	case EROFS:
	case EACCES:
	case MDB_PANIC: /* a write failed half way: nothing is damaged, but only a new process can go on */
		return ERR_IO;
	/* LMDB's own codes are negative: what is not named above (a page of a wrong kind, a wrong
	 * version) says that the file is damaged. */
	default:
		return rc > 0 ? ERR_IO : ERR_CORRUPT;
	}
}

static MDB_val val_of(struct span s)
{
	MDB_val v = {.mv_size = s.len, .mv_data = NULL};

	memcpy(&v.mv_data, &s.p, sizeof v.mv_data); /* LMDB's type lacks const */
	return v;
}

static struct span span_from(const MDB_val *v)
{
	return span_of(v->mv_data, v->mv_size);
}

static void lmdb_close(struct store *s)
{
	struct lmdb_store *ls = (struct lmdb_store *)s;

	require(ls->readers == 0);
	mdb_env_close(ls->env); /* also of an environment that did not open */
	free(ls);
}

/* ---- room: pages in the map, blocks on the disk ---- */

static uint64_t mapped(const struct lmdb_store *ls)
{
	MDB_envinfo info;

	/* It cannot fail on an open environment: it only copies from memory that is mapped. */
	require(mdb_env_info(ls->env, &info) == 0);
	return info.me_mapsize;
}

/* Up to the last page that was ever written: pages in between may be free. */
static uint64_t reached(const struct lmdb_store *ls)
{
	MDB_envinfo info;

	require(mdb_env_info(ls->env, &info) == 0);
	return (uint64_t)(info.me_last_pgno + 1) * ls->page;
}

/* LMDB unmaps before it maps, and could not go back: so it is tried beside the map that there is. */
static bool can_map(const struct lmdb_store *ls, uint64_t bytes)
{
	void *p = mmap(NULL, (size_t)bytes, PROT_READ, MAP_SHARED, ls->fd, 0);

	return p != MAP_FAILED && munmap(p, (size_t)bytes) == 0;
}

/* Grows with no transaction open, while there is more free than what is kept back.  A map that cannot grow, because
 * somebody reads or the system gives no more, is no error: what takes in finds no room, and all else goes on. */
static enum err grow(struct lmdb_store *ls)
{
	const uint64_t kept = ls->base.usage.kept, used = reached(ls);
	uint64_t size = mapped(ls);

	require(ls->page != 0);
	/* A transaction that finds the map full is lost with everything that was done in it; so
	 * room is made before one begins, while a fifth of what may be filled is still free. */
	if (ls->readers > 0 || size >= ls->map_end ||
	    (size > kept && used < (size - kept) / 10 * 8))
		return ERR_OK;
	size = size * 2 > ls->map_end ? ls->map_end : size * 2;
	if (!can_map(ls, size))
		return ERR_OK;
	return lmdb_error(mdb_env_set_mapsize(ls->env, (size_t)size));
}

/* Blocks behind the last page, which the file has before they are needed: pages that give room back must first be
 * written themselves. */
static void keep_blocks(struct lmdb_store *ls)
{
	const uint64_t used = reached(ls), want = used + LIMIT_DISK_KEPT;

	require(want > used);
	if (ls->blocks >= want)
		return;
	if (fallocate(ls->fd, FALLOC_FL_KEEP_SIZE, (off_t)used, 2 * (off_t)LIMIT_DISK_KEPT) == 0)
		ls->blocks = want + LIMIT_DISK_KEPT;
	else if (errno != ENOSPC && errno != EDQUOT)
		ls->blocks = UINT64_MAX; /* a file system that cannot: its statfs has to do */
	ls->base.usage.no_blocks = ls->blocks < want;
}

/* Pages that were freed since the oldest snapshot began.  Each transaction lists what it freed under its own number, and
 * such a list is read by a reader alone. */
static enum err count_held(struct lmdb_store *ls)
{
	MDB_val k = {0, NULL}, v = {0, NULL};
	MDB_cursor *c = NULL;
	size_t number, pages;
	MDB_txn *txn;
	int rc;

	if (ls->readers == 0) {
		ls->base.usage.held = 0;
		return ERR_OK;
	}
	rc = mdb_txn_begin(ls->env, NULL, MDB_RDONLY, &txn);
	if (rc != 0)
		return lmdb_error(rc);
	rc = mdb_cursor_open(txn, FREE_PAGES, &c);
	if (rc == 0)
		rc = mdb_cursor_get(c, &k, &v, MDB_LAST);
	if (rc == 0 && k.mv_size == sizeof number && v.mv_size >= sizeof pages) {
		memcpy(&number, k.mv_data, sizeof number);
		memcpy(&pages, v.mv_data, sizeof pages);
		if (number > ls->held_seen)
			ls->base.usage.held += pages * ls->page;
		ls->held_seen = number > ls->held_seen ? number : ls->held_seen;
	}
	if (c != NULL)
		mdb_cursor_close(c);
	mdb_txn_abort(txn);
	return rc == MDB_NOTFOUND ? ERR_OK : lmdb_error(rc);
}

/* Pages of living rows, as this transaction sees them, and of the lists of tables and of free pages. */
static uint64_t living(const struct lmdb_store *ls, MDB_txn *txn)
{
	uint64_t pages = META_PAGES;
	MDB_stat st;

	require(ls->page != 0 && txn != NULL);
	for (unsigned i = 0; i < STORE_TABLE_COUNT + 2; i++) {
		const MDB_dbi dbi = i < STORE_TABLE_COUNT    ? ls->dbi[i]
				    : i == STORE_TABLE_COUNT ? FREE_PAGES
							     : NAMES;

		/* one that is not known is not counted: it is found again by whoever reads it */
		if (mdb_stat(txn, dbi, &st) == 0)
			pages += st.ms_branch_pages + st.ms_leaf_pages + st.ms_overflow_pages;
	}
	return pages * ls->page;
}

/* All that rows may ever take, with what is kept back; of a map that has not grown so far, all of the map. */
static uint64_t room(const struct lmdb_store *ls)
{
	const struct store_usage *u = &ls->base.usage;
	const uint64_t most = u->cap + u->over + u->kept, map = mapped(ls);

	return map < most ? map : most;
}

static uint64_t left(struct store_txn *txn)
{
	struct lmdb_store *ls = (struct lmdb_store *)txn->store;
	struct store_usage *u = &ls->base.usage;
	const uint64_t all = room(ls);
	uint64_t taken;

	u->used = living(ls, ((struct lmdb_txn *)txn)->txn);
	taken = u->used + u->held;
	return taken < all ? all - taken : 0;
}

/* Its own page or pages, and one more on each level that splits.  A page is what it is in this map: some machines have larger ones. */
static uint64_t cost(const struct store *s, struct span key, struct span val)
{
	const uint64_t page = ((const struct lmdb_store *)s)->page;

	require(page != 0);
	return (key.len + val.len) / page * page + page * (1 + LEVELS);
}

/* Everything up to the last page ever written is counted as used while that leaves enough; else rows are counted. */
static void first_look(struct lmdb_store *ls, struct store_txn *txn)
{
	struct store_usage *u = &ls->base.usage;
	const uint64_t all = room(ls), end = reached(ls), used = end + u->held;

	u->used = end;
	txn->left = used < all ? all - used : 0;
	if (txn->left < u->kept + u->over + u->cap / 100 * (100 - LIMIT_NEAR_PERCENT))
		txn->left = left(txn);
}

static enum err begin(struct store *s, bool write, struct store_txn **out)
{
	struct lmdb_store *ls = (struct lmdb_store *)s;
	struct lmdb_txn *t = calloc(1, sizeof *t);
	enum err rc;

	if (t == NULL)
		return ERR_NOMEM;
	/* Only a writer needs more room, and only now is no transaction of this process open. */
	if (write)
		keep_blocks(ls);
	rc = write ? grow(ls) : ERR_OK;
	if (rc == ERR_OK && write)
		rc = count_held(ls);
	if (rc == ERR_OK)
		rc = lmdb_error(mdb_txn_begin(ls->env, NULL, write ? 0 : MDB_RDONLY, &t->txn));
	if (rc != ERR_OK) {
		free(t);
		return rc;
	}
	t->base = (struct store_txn){
		.store = s, .version = (uint64_t)mdb_txn_id(t->txn), .write = write};
	if (write)
		first_look(ls, &t->base);
	else if (ls->readers == 0)
		ls->held_seen = (size_t)mdb_txn_id(t->txn);
	/* Counted only after the transaction exists: a reader that was counted without one would
	 * keep the map from growing for ever. */
	t->counted = !write;
	ls->readers += write ? 0 : 1;
	require(t->base.version != 0 || !write); /* LMDB counts writers from 1 */
	*out = &t->base;
	return ERR_OK;
}

enum err lmdb_glance(struct store *s, struct store_txn **out)
{
	struct lmdb_store *ls = (struct lmdb_store *)s;
	struct lmdb_txn *t = calloc(1, sizeof *t);
	enum err rc = t == NULL ? ERR_NOMEM
				: lmdb_error(mdb_txn_begin(ls->env, NULL, MDB_RDONLY, &t->txn));

	require(ls->under); /* elsewhere the map may move */
	if (rc != ERR_OK) {
		free(t);
		return rc;
	}
	t->base = (struct store_txn){.store = s, .version = (uint64_t)mdb_txn_id(t->txn)};
	*out = &t->base;
	return ERR_OK;
}

/* Before the transaction ends: a cursor of a read transaction outlives it otherwise. */
static void close_cursors(struct lmdb_txn *t)
{
	struct lmdb_store *ls = (struct lmdb_store *)t->base.store;

	require(!t->counted || ls->readers > 0);
	ls->readers -= t->counted ? 1 : 0;
	for (size_t i = 0; i < STORE_TABLE_COUNT; i++)
		if (t->cursors[i] != NULL)
			mdb_cursor_close(t->cursors[i]);
}

static enum err commit(struct store_txn *txn)
{
	struct lmdb_txn *t = (struct lmdb_txn *)txn;
	enum err rc;

	close_cursors(t);
	/* The transaction is gone whatever the answer is: LMDB frees it also when the commit fails,
	 * so it must not be aborted after that. */
	rc = lmdb_error(mdb_txn_commit(t->txn));
	free(t);
	return rc;
}

static void abort_txn(struct store_txn *txn)
{
	struct lmdb_txn *t = (struct lmdb_txn *)txn;

	close_cursors(t);
	mdb_txn_abort(t->txn);
	free(t);
}

static MDB_dbi dbi_of(const struct store_txn *txn, enum store_table t)
{
	require(t < STORE_TABLE_COUNT);
	return ((const struct lmdb_store *)txn->store)->dbi[t];
}

static enum err get(struct store_txn *txn, enum store_table t, struct span key, struct span *val)
{
	MDB_val k = val_of(key), v = {0, NULL};
	enum err rc = lmdb_error(mdb_get(((struct lmdb_txn *)txn)->txn, dbi_of(txn, t), &k, &v));

	if (rc == ERR_OK)
		*val = span_from(&v);
	return rc;
}

/* What mdb_get lent points into the map and holds only until the next write: whoever needs a value
 * for longer copies it first. */
static enum err put(struct store_txn *txn, enum store_table t, struct span key, struct span val)
{
	MDB_val k = val_of(key), v = val_of(val);

	return lmdb_error(mdb_put(((struct lmdb_txn *)txn)->txn, dbi_of(txn, t), &k, &v, 0));
}

static enum err del(struct store_txn *txn, enum store_table t, struct span key)
{
	MDB_val k = val_of(key);

	return lmdb_error(mdb_del(((struct lmdb_txn *)txn)->txn, dbi_of(txn, t), &k, NULL));
}

static enum err cursor_of(struct store_txn *txn, enum store_table t, MDB_cursor **out)
{
	struct lmdb_txn *lt = (struct lmdb_txn *)txn;
	enum err rc = ERR_OK;

	require(t < STORE_TABLE_COUNT);
	/* one a table and transaction: a walk that asks again and again opens it once */
	if (lt->cursors[t] == NULL)
		rc = lmdb_error(mdb_cursor_open(lt->txn, dbi_of(txn, t), &lt->cursors[t]));
	*out = lt->cursors[t];
	return rc;
}

static enum err seek(struct store_txn *txn, enum store_table t, struct span from,
		     struct store_row *row)
{
	MDB_val k = val_of(from), v = {0, NULL};
	MDB_cursor *c;
	enum err rc = cursor_of(txn, t, &c);

	if (rc == ERR_OK)
		rc = lmdb_error(
			mdb_cursor_get(c, &k, &v, from.len == 0 ? MDB_FIRST : MDB_SET_RANGE));
	if (rc == ERR_OK)
		*row = (struct store_row){span_from(&k), span_from(&v)};
	return rc;
}

static enum err seek_back(struct store_txn *txn, enum store_table t, struct span below,
			  struct store_row *row)
{
	MDB_val k = val_of(below), v = {0, NULL};
	MDB_cursor *c;
	enum err rc = cursor_of(txn, t, &c);

	if (rc != ERR_OK)
		return rc;
	/* MDB_SET_RANGE moves the cursor to the first key that is not smaller; when there is none
	 * it gives MDB_NOTFOUND and the cursor stands nowhere, so MDB_PREV would not help there.
	 * the first row that is not below, and the one before it; nothing is not below: the last one */
	rc = lmdb_error(mdb_cursor_get(c, &k, &v, MDB_SET_RANGE));
	if (rc == ERR_OK)
		rc = lmdb_error(mdb_cursor_get(c, &k, &v, MDB_PREV));
	else if (rc == ERR_NOTFOUND)
		rc = lmdb_error(mdb_cursor_get(c, &k, &v, MDB_LAST));
	if (rc == ERR_OK)
		*row = (struct store_row){span_from(&k), span_from(&v)};
	return rc;
}

static uint64_t count(struct store_txn *txn, enum store_table t)
{
	struct lmdb_store *ls = (struct lmdb_store *)txn->store;
	MDB_stat st;

	/* fails where the disk did, and a number cannot say that */
	txn->failed = lmdb_error(mdb_stat(((struct lmdb_txn *)txn)->txn, ls->dbi[t], &st));
	return txn->failed == ERR_OK ? st.ms_entries : 0;
}

static const struct store_ops ops = {
	.close = lmdb_close,
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

static enum err open_tables(struct lmdb_store *ls)
{
	MDB_txn *txn;
	enum err rc = lmdb_error(mdb_txn_begin(ls->env, NULL, 0, &txn));

	if (rc != ERR_OK)
		return rc;
	/* All tables in one transaction: after a crash either every table exists or none, and the
	 * next start makes them again. */
	for (size_t i = 0; i < STORE_TABLE_COUNT && rc == ERR_OK; i++)
		rc = lmdb_error(mdb_dbi_open(txn, key_table_name((enum store_table)i), MDB_CREATE,
					     &ls->dbi[i]));
	if (rc == ERR_OK && ls->under)
		rc = lmdb_error(mdb_dbi_open(txn, "log", MDB_CREATE, &ls->mark));
	if (rc != ERR_OK) {
		mdb_txn_abort(txn);
		return rc;
	}
	return lmdb_error(mdb_txn_commit(txn));
}

/* Before the first transaction: how large the map may get, whatever is in it. */
static enum err measure(struct lmdb_store *ls)
{
	struct store_usage *u = &ls->base.usage;
	MDB_stat st;
	enum err rc = lmdb_error(mdb_env_get_fd(ls->env, &ls->fd));

	if (rc == ERR_OK)
		rc = lmdb_error(mdb_env_stat(ls->env, &st));
	if (rc != ERR_OK)
		return rc;
	ls->page = st.ms_psize;
	/* The setting may be lower than what the file holds already: it has room behind that. */
	ls->map_end = u->cap + u->kept;
	if (ls->map_end < reached(ls) + u->kept / 4)
		ls->map_end = reached(ls) + u->kept / 4;
	return ERR_OK;
}

/* A store that holds more than the setting of today allows takes nothing in, and works.  In steps, so that a node that is
 * started often does not creep. */
static enum err settle_cap(struct lmdb_store *ls)
{
	struct store_usage *u = &ls->base.usage;
	MDB_txn *txn;
	enum err rc = lmdb_error(mdb_txn_begin(ls->env, NULL, MDB_RDONLY, &txn));

	if (rc != ERR_OK)
		return rc;
	u->used = living(ls, txn);
	mdb_txn_abort(txn);
	require(u->kept != 0);
	if (u->used > u->cap + u->kept)
		u->over = (u->used / u->kept + 1) * u->kept - u->cap;
	if (ls->map_end < u->cap + u->over + u->kept)
		ls->map_end = u->cap + u->over + u->kept;
	return ERR_OK;
}

/* ---- the mark of the log ---- */

enum { MARK_LEN = 3 * 8 };
static const uint8_t mark_key[1] = {0};

enum err lmdb_mark_get(struct store_txn *txn, struct store_mark *mark)
{
	const struct lmdb_store *ls = (const struct lmdb_store *)txn->store;
	MDB_val k = val_of(span_of(mark_key, sizeof mark_key)), v = {0, NULL};
	enum err rc = lmdb_error(mdb_get(((struct lmdb_txn *)txn)->txn, ls->mark, &k, &v));
	struct rd r = rd_of(span_from(&v));

	require(ls->under);
	if (rc != ERR_OK)
		return rc;
	mark->applied = rd_u64(&r);
	mark->generation = rd_u64(&r);
	mark->file_len = rd_u64(&r);
	return rd_done(&r) ? ERR_OK : ERR_CORRUPT;
}

enum err lmdb_mark_put(struct store_txn *txn, const struct store_mark *mark)
{
	const struct lmdb_store *ls = (const struct lmdb_store *)txn->store;
	uint8_t b[MARK_LEN];
	struct wr w = wr_of(b, sizeof b);
	MDB_val k = val_of(span_of(mark_key, sizeof mark_key)), v;

	require(ls->under && txn->write);
	wr_u64(&w, mark->applied);
	wr_u64(&w, mark->generation);
	wr_u64(&w, mark->file_len);
	v = val_of(wr_span(&w));
	return lmdb_error(mdb_put(((struct lmdb_txn *)txn)->txn, ls->mark, &k, &v, 0));
}

/* ---- opening ---- */

/* KRING_NOSYNC exists only in the control build of the power-cut test, which must fail. */
#ifdef KRING_NOSYNC
enum { ENV_FLAGS = MDB_NOTLS | MDB_NOSYNC };
#else
/* MDB_NOTLS: a reader belongs to its transaction and not to the thread, because a backup reads
 * while the same thread writes. */
enum { ENV_FLAGS = MDB_NOTLS };
#endif

enum err lmdb_sync(struct store *s)
{
	struct lmdb_store *ls = (struct lmdb_store *)s;

#ifdef KRING_NOSYNC
	return ls->under ? ERR_OK : ERR_STATE;
#else
	require(ls->under);
	return lmdb_error(mdb_env_sync(ls->env, 1));
#endif
}

static const uint64_t map_work = (uint64_t)64 << 20;

/* The map as large as it may ever get, and behind that what a checkpoint takes while it rewrites pages.  Where the system
 * gives no such part of the addresses, half of it, and so on. */
static enum err map_all(struct lmdb_store *ls)
{
	uint64_t size = ls->map_end + map_work;

	while (size > mapped(ls) && !can_map(ls, size))
		size /= 2;
	ls->map_end = 0; /* it never grows from here on */
	return size <= mapped(ls) ? ERR_OK : lmdb_error(mdb_env_set_mapsize(ls->env, (size_t)size));
}

static enum err open_env(struct lmdb_store *ls, const struct store_options *opt)
{
	const uint64_t start = opt->map_start == 0 ? LIMIT_MAP_START : opt->map_start;
	const unsigned flags = ENV_FLAGS | (ls->under ? MDB_NOMETASYNC : 0u);
	int dead = 0;
	/* The number of tables is taken before the environment is opened and never after; the first
	 * size is that of the first mapping. */
	enum err rc = lmdb_error(mdb_env_create(&ls->env));

	if (rc == ERR_OK)
		rc = lmdb_error(mdb_env_set_maxdbs(ls->env, STORE_TABLE_COUNT + 1));
	if (rc == ERR_OK)
		rc = lmdb_error(
			mdb_env_set_mapsize(ls->env, (size_t)(start + ls->base.usage.kept)));
	if (rc == ERR_OK)
		rc = lmdb_error(mdb_env_open(ls->env, opt->path, flags, 0600));
	/* a process that was killed leaves its reader behind, which keeps every old page from being used again */
	return rc == ERR_OK ? lmdb_error(mdb_reader_check(ls->env, &dead)) : rc;
}

static enum err open_it(struct store **out, const struct store_options *opt, bool under)
{
	struct lmdb_store *ls = calloc(1, sizeof *ls);
	struct store_usage u = {.cap = opt->map_max == 0 ? LIMIT_MAP_MAX : opt->map_max};
	enum err rc;

	require(opt->path != NULL);
	if (ls == NULL)
		return ERR_NOMEM;
	u.kept = opt->map_kept != 0 ? opt->map_kept : LIMIT_MAP_KEPT + u.cap / LIMIT_MAP_KEPT_SHARE;
	ls->base = (struct store){&ops, opt->cipher, u};
	ls->under = under;
	if (mkdir(opt->path, 0700) != 0 && errno != EEXIST) {
		free(ls);
		return ERR_IO;
	}
	rc = open_env(ls, opt);
	if (rc == ERR_OK)
		rc = measure(ls);
	if (rc == ERR_OK)
		/* A store that was nearly full at its last end would otherwise meet its first
		 * transaction with no room. */
		rc = grow(ls);
	if (rc == ERR_OK)
		rc = open_tables(ls);
	if (rc == ERR_OK)
		rc = settle_cap(ls);
	if (rc == ERR_OK && under)
		rc = map_all(ls);
	if (rc != ERR_OK) {
		const int no = errno;

		lmdb_close(&ls->base);
		errno = no;
		return rc;
	}
	*out = &ls->base;
	return ERR_OK;
}

enum err lmdb_open(struct store **out, const struct store_options *opt)
{
	return open_it(out, opt, false);
}

enum err lmdb_open_below(struct store **out, const struct store_options *opt)
{
	return open_it(out, opt, true);
}

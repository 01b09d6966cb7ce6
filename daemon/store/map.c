/* SPDX-License-Identifier: EUPL-1.2 */
/* One ordered map, whichever way it is kept.  What the contract of store.h asks of callers is held here, so that no
 * implementation tests it again; prefixes and walks are built from seek alone.  So is it that an error stays: a caller that
 * asks "is it there?" cannot tell "no" from "unknown", and must not decide anything that is kept. */
#include "base/check.h"
#include "store/backend.h"
#include "store/record.h"

void store_close(struct store *s)
{
	if (s != NULL)
		s->ops->close(s);
}

enum err store_begin(struct store *s, bool write, struct store_txn **out)
{
	require(s != NULL && s->ops != NULL);
	return s->ops->begin(s, write, out);
}

enum err store_thread(struct store *s)
{
	require(s != NULL);
	return s->ops->thread == NULL ? ERR_OK : s->ops->thread(s);
}

enum err store_rest(struct store *s, bool *more)
{
	require(s != NULL);
	*more = false;
	return s->ops->rest == NULL ? ERR_OK : s->ops->rest(s, more);
}

uint64_t store_waits(const struct store *s)
{
	return s->ops->waits == NULL ? 0 : s->ops->waits(s);
}

/* ---- room ---- */

enum { ROW_EXTRA = 64 }; /* of a row, with its place in its page */
enum { STEPS = 64 };	 /* of what is kept back, in a store that is smaller than any in use */

/* The one place that says what may be taken for which use. */
uint64_t store_kept_from(const struct store_usage *u, enum store_use use)
{
	switch (use) {
	case STORE_TAKES:
		return u->kept + u->over;
	case STORE_LOOKS:
		return u->kept - u->kept / 4;
	case STORE_OWES:
		return u->kept / 2;
	case STORE_FREES:
		break;
	}
	return u->kept / STEPS; /* deleting asks for no room, and writes pages all the same */
}

uint64_t store_step(const struct store_usage *u)
{
	const uint64_t part = u->kept / STEPS;

	return part < LIMIT_STEP_ROOM ? part : LIMIT_STEP_ROOM;
}

static bool has_room(struct store_txn *txn, enum store_use use, uint64_t bytes)
{
	const uint64_t want = store_kept_from(&txn->store->usage, use) + bytes;

	if (use == STORE_TAKES && txn->store->usage.no_blocks)
		return false;
	/* What is left is counted over all tables, so only when the last count says too little. */
	if (txn->left < want)
		txn->left = txn->store->ops->left(txn);
	return txn->left >= want;
}

void store_use(struct store_txn *txn, enum store_use use)
{
	require(txn->write && use <= STORE_FREES);
	txn->use = use;
}

bool store_room(struct store_txn *txn, enum store_use use)
{
	return txn->write && txn->failed == ERR_OK &&
	       has_room(txn, use, store_step(&txn->store->usage));
}

uint64_t store_looked(const struct store_txn *txn)
{
	return txn->looked;
}

uint64_t store_kept_taken(const struct store_txn *txn)
{
	return txn->kept_taken;
}

struct store_usage store_usage(const struct store_txn *txn)
{
	return txn->store->usage;
}

bool store_crowded(const struct store *s)
{
	const struct store_usage *u = &s->usage;
	const uint64_t all = u->cap + u->over + u->kept, taken = u->used + u->held;

	/* A little is always granted: at a full map, too, a backup comes to its end. */
	return u->held > u->kept / 16 && (taken > all || all - taken < u->kept / 4);
}

/* Keys that a writer has at hand are its own: they go with it, and with any change to a row of keys. */
static void let_go(const struct store_txn *txn)
{
	const struct record_cipher *c = txn->store->cipher;

	if (txn->write && c != NULL && c->let_go != NULL)
		c->let_go(c->ctx);
}

static bool has_keys(enum store_table table)
{
	return table == STORE_CASEKEY || table == STORE_AUDITKEY || table == STORE_GRANTKEY ||
	       table == STORE_SHUT;
}

enum err store_commit(struct store_txn *txn)
{
	const enum err failed = store_failed(txn);

	require(txn->write); /* what was read needs no commit: abort it */
	let_go(txn);
	if (failed != ERR_OK) {
		txn->store->ops->abort(txn);
		return failed;
	}
	return txn->store->ops->commit(txn);
}

enum err store_failed(const struct store_txn *txn)
{
	require(txn != NULL);
	return txn->failed;
}

/* An answer, or the end of this transaction. */
static enum err answered(struct store_txn *txn, enum err rc)
{
	if (rc != ERR_OK && rc != ERR_NOTFOUND && txn->failed == ERR_OK)
		txn->failed = rc;
	return rc;
}

uint64_t store_touched(const struct store_txn *txn)
{
	return txn->touched;
}

/* The last bit is that of all tables from there on: who watches one of them is woken once too often, and never once too little. */
static uint64_t bit_of(enum store_table table)
{
	return UINT64_C(1) << (table < 63 ? table : 63);
}

uint32_t store_changes(const struct store_txn *txn, enum store_table table)
{
	require(table < STORE_TABLE_COUNT);
	return txn->changes[table];
}

void store_abort(struct store_txn *txn)
{
	if (txn == NULL)
		return;
	let_go(txn);
	txn->store->ops->abort(txn);
}

const struct record_cipher *store_cipher(const struct store_txn *txn)
{
	return txn->store->cipher;
}

bool store_writes(const struct store_txn *txn)
{
	return txn->write;
}

uint64_t store_version(const struct store_txn *txn)
{
	return txn->version;
}

enum err store_get(struct store_txn *txn, enum store_table table, struct span key, struct span *val)
{
	require(table < STORE_TABLE_COUNT);
	if (txn->failed != ERR_OK)
		return txn->failed;
	txn->looked++;
	return answered(txn, txn->store->ops->get(txn, table, key, val));
}

enum err store_put(struct store_txn *txn, enum store_table table, struct span key, struct span val)
{
	const uint64_t cost = txn->store->ops->cost(txn->store, key, val);

	require(txn->write && table < STORE_TABLE_COUNT);
	require(key.len > 0 && key.len <= LIMIT_KEY);
	if (txn->failed != ERR_OK)
		return txn->failed;
	if (!has_room(txn, txn->use, cost))
		return answered(txn, ERR_FULL);
	if (txn->use == STORE_OWES &&
	    txn->left < store_kept_from(&txn->store->usage, STORE_TAKES) + cost)
		txn->kept_taken += key.len + val.len + ROW_EXTRA;
	txn->left -= cost < txn->left ? cost : txn->left;
	txn->touched |= bit_of(table);
	txn->changes[table]++;
	txn->looked++;
	if (has_keys(table))
		let_go(txn);
	return answered(txn, txn->store->ops->put(txn, table, key, val));
}

enum err store_del(struct store_txn *txn, enum store_table table, struct span key)
{
	require(txn->write && table < STORE_TABLE_COUNT);
	txn->touched |= bit_of(table);
	txn->changes[table]++;
	/* It needs pages before it gives some back, but leaves no more than there were. */
	if (txn->failed != ERR_OK)
		return txn->failed;
	txn->looked++;
	if (has_keys(table))
		let_go(txn);
	return answered(txn, txn->store->ops->del(txn, table, key));
}

/* A key is found before its row is opened, so nothing vouches for it: one that a key of ours has no room for, with one
 * byte more to walk on behind it, is damage. */
static enum err walkable(const struct store_row *row)
{
	return row->key.len <= STORE_KEY_MAX ? ERR_OK : ERR_CORRUPT;
}

enum err store_seek(struct store_txn *txn, enum store_table table, struct span from,
		    struct store_row *row)
{
	enum err rc = txn->failed;

	txn->looked++;
	if (rc == ERR_OK)
		rc = txn->store->ops->seek(txn, table, from, row);
	return answered(txn, rc == ERR_OK ? walkable(row) : rc);
}

enum err store_seek_back(struct store_txn *txn, enum store_table table, struct span below,
			 struct store_row *row)
{
	enum err rc = txn->failed;

	txn->looked++;
	if (rc == ERR_OK)
		rc = txn->store->ops->seek_back(txn, table, below, row);
	return answered(txn, rc == ERR_OK ? walkable(row) : rc);
}

/* An empty prefix may have no address at all, and memcmp on NULL is undefined also for a length of 0. */
static bool has_prefix(struct span key, struct span prefix)
{
	return key.len >= prefix.len &&
	       (prefix.len == 0 || memcmp(key.p, prefix.p, prefix.len) == 0);
}

static enum err next_row(struct store_txn *txn, enum store_table table, struct span prefix,
			 struct store_key *at, struct store_row *row)
{
	enum err rc = store_seek(txn, table, at->len == 0 ? prefix : key_span(at), row);

	if (rc != ERR_OK)
		return rc;
	if (!has_prefix(row->key, prefix))
		return ERR_NOTFOUND;
	/* The key is copied, because the row is only lent: the caller may delete it or write before
	 * the next step. */
	at->len = 0;
	key_put(at, row->key.p, row->key.len);
	key_u8(at, 0); /* the smallest key behind this one */
	return ERR_OK;
}

bool store_each(struct store_txn *txn, enum store_table table, struct span prefix,
		struct store_walk *w)
{
	if (w->rc != ERR_OK)
		return false;
	w->rc = next_row(txn, table, prefix, &w->at, &w->row);
	if (w->rc == ERR_OK && ((w->key_len != 0 && w->row.key.len != w->key_len) ||
				(w->val_len != 0 && w->row.val.len != w->val_len)))
		/* A row of another length was not written by this code: the walk stops there, and
		 * its error names the table to whoever repairs. */
		w->rc = ERR_CORRUPT;
	if (w->rc != ERR_NOTFOUND)
		return w->rc == ERR_OK;
	/* The end of the rows is no error: a caller that looks at rc after its loop sees only what
	 * went wrong. */
	w->rc = ERR_OK;
	return false;
}

/* Behind every key of this prefix: as many 0xff as a key has room for. */
enum err store_last_prefix(struct store_txn *txn, enum store_table table, struct span prefix,
			   struct store_row *row)
{
	struct store_key end = {.len = 0};
	enum err rc;

	key_put(&end, prefix.p, prefix.len);
	while (end.len < sizeof end.b)
		key_u8(&end, 0xff);
	rc = store_seek_back(txn, table, key_span(&end), row);
	if (rc == ERR_OK && !has_prefix(row->key, prefix))
		return ERR_NOTFOUND;
	return rc;
}

uint64_t store_count(struct store_txn *txn, enum store_table table)
{
	return txn->failed == ERR_OK ? txn->store->ops->count(txn, table) : 0;
}

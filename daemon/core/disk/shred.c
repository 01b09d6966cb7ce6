/* SPDX-License-Identifier: EUPL-1.2 */
/* What was erased, a case or what one consent let us hold, dies with its keys, in copies of the store too: every such key that
 * lives is wrapped again under a new wrap key, and keyroot, which holds that key, is overwritten in place.  A copy of the store from yesterday then opens
 * nothing, because its wrap key is nowhere.
 * Order: keyroot learns the next key, transactions wrap everything in slices, keyroot forgets the old one.  A slice needs a
 * few pages and gives as many back, so that a store that is full can be shredded.  A crash anywhere
 * leaves every living key readable and is finished at the next start; tests/model/shred_model.py walks every crash. */
#include "core/disk/shred.h"

#include "base/check.h"
#include "crypto/secret.h"

/* The mark that a case was erased while the key before can still open it. */
static struct store_key pending_key(void)
{
	struct store_key k = {.len = 0};

	key_u8(&k, STORE_META_SHRED);
	return k;
}

bool shred_waiting(struct store *s, const struct keyfile *k)
{
	const struct store_key key = pending_key();
	struct store_txn *txn;
	struct span v;
	bool waits;

	if (keybox_roots(k->keybox)->case_epoch_next != 0)
		return true;
	if (store_begin(s, false, &txn) != ERR_OK)
		return false;
	waits = store_get(txn, STORE_META, key_span(&key), &v) == ERR_OK;
	store_abort(txn);
	return waits;
}

/* One that is passed over keeps the key of before, which is nowhere then: so many, and no more. */
enum { DAMAGED_MOST = 64 };

/* Audit keys are never wrapped anew. */
static const enum keybox_class classes[] = {KEYBOX_CASE, KEYBOX_GRANT};

static enum store_table table_of(enum keybox_class cls)
{
	return cls == KEYBOX_CASE ? STORE_CASEKEY : STORE_GRANTKEY;
}

/* How many opened, or were wrapped anew before a crash; and how many did not. */
struct seen {
	uint64_t opened, damaged;
};

/* A disk spoils a few rows.  Where nothing opens, or very much does not, the keys are right and what opens them is not. */
static bool believed(const struct seen *n)
{
	return n->damaged == 0 || (n->opened > 0 && n->damaged <= DAMAGED_MOST);
}

/* Up to a slice of them, from where w stands; *more: it did not come to the end.  Those wrapped before a crash are
 * wrapped already. */
static enum err rewrap(struct store_txn *txn, struct keybox *kb, enum keybox_class cls,
		       struct store_walk *w, bool *more, struct seen *seen)
{
	const enum store_table table = table_of(cls);
	const uint32_t next = keybox_roots(kb)->case_epoch_next;
	unsigned n = 0;

	*more = false;
	require(next != 0); /* keybox_shred_begin drew it */
	while (store_each(txn, table, span_of(NULL, 0), w)) {
		uint8_t wrapped[KEYBOX_WRAPPED_LEN];
		struct id16 id;

		seen->opened++;
		if (be32_get(w->row.val.p) == next)
			continue;
		memcpy(id.b, w->row.key.p, 16);
		w->rc = keybox_rewrap(kb, cls, &id, w->row.val.p, wrapped);
		if (w->rc == ERR_CORRUPT) {
			seen->opened--;
			seen->damaged++;
			w->rc = ERR_OK;
			continue;
		}
		if (w->rc == ERR_OK)
			w->rc = store_put(txn, table, span_of(id.b, 16),
					  span_of(wrapped, sizeof wrapped));
		if (++n == LIMIT_SHRED_SLICE) {
			*more = true;
			break;
		}
	}
	return w->rc;
}

/* The mark goes with the last slice of the last table. */
static enum err slice(struct store *s, struct keybox *kb, enum keybox_class cls,
		      struct store_walk *w, bool *more, struct seen *seen)
{
	const struct store_key key = pending_key();
	struct store_txn *txn;
	enum err rc = store_begin(s, true, &txn);

	if (rc != ERR_OK)
		return rc;
	require(w->key_len == 16 && w->val_len == KEYBOX_WRAPPED_LEN);
	store_use(txn, STORE_FREES);
	rc = rewrap(txn, kb, cls, w, more, seen);
	if (rc == ERR_OK && !*more && cls == KEYBOX_GRANT && believed(seen)) {
		rc = store_del(txn, STORE_META, key_span(&key));
		rc = rc == ERR_NOTFOUND ? ERR_OK : rc; /* a shred that went on after a crash */
	}
	if (rc == ERR_OK)
		return store_commit(txn);
	store_abort(txn); /* keys that were not wrapped again must not lose theirs */
	return rc;
}

enum err shred_run(struct store *s, struct keyfile *k, uint64_t *damaged)
{
	struct seen seen = {.opened = 0};
	enum err rc;

	require(s != NULL && k->keybox != NULL && k->root != NULL);
	keybox_shred_begin(k->keybox);
	rc = keyroot_write(k->root, keybox_roots(k->keybox), &k->state);
	for (size_t i = 0; i < sizeof classes / sizeof classes[0]; i++) {
		struct store_walk w = {.key_len = 16, .val_len = KEYBOX_WRAPPED_LEN};
		bool more = true;

		while (rc == ERR_OK && more)
			rc = slice(s, k->keybox, classes[i], &w, &more, &seen);
	}
	if (rc == ERR_OK && !believed(&seen))
		rc = ERR_CORRUPT;
	if (rc != ERR_OK)
		return rc;
	*damaged = seen.damaged;
	keybox_shred_end(k->keybox);
	return keyroot_settle(k->root, keybox_roots(k->keybox), &k->state);
}

/* One that does not open says so itself, whatever it is the key of: nothing under it is read.  A shred between two slices
 * changes no count, for what it wraps anew opens as before, and what it passes over stays as it is. */
enum err shred_look(struct store *s, const struct keyfile *k, struct shred_look *l, bool *more)
{
	const size_t last = sizeof classes / sizeof classes[0];
	struct store_txn *txn;
	enum err rc = store_begin(s, false, &txn);

	*more = false;
	if (rc != ERR_OK)
		return rc;
	for (unsigned n = 0; rc == ERR_OK && l->table < last && !*more;) {
		uint8_t key[32];
		struct id16 id;

		l->at.key_len = sizeof id.b;
		l->at.val_len = KEYBOX_WRAPPED_LEN;
		if (!store_each(txn, table_of(classes[l->table]), span_of(NULL, 0), &l->at)) {
			rc = l->at.rc;
			l->at = (struct store_walk){.rc = ERR_OK};
			l->table++;
			continue;
		}
		memcpy(id.b, l->at.row.key.p, sizeof id.b);
		rc = keybox_unwrap(k->keybox, classes[l->table], &id, l->at.row.val.p, key);
		secret_wipe(key, sizeof key);
		l->damaged += rc == ERR_CORRUPT;
		rc = rc == ERR_CORRUPT ? ERR_OK : rc;
		*more = ++n == LIMIT_SHRED_SLICE;
	}
	store_abort(txn);
	return rc;
}

enum err shred_told(struct store *s, struct erasures *l)
{
	struct store_walk w = {.key_len = 16};
	struct store_txn *txn;
	enum err rc = store_begin(s, false, &txn);

	if (rc != ERR_OK)
		return rc;
	require(l != NULL);
	/* Rows and list are written one after the other; after a crash between the two this closes
	 * the gap. */
	while (store_each(txn, STORE_ERASED, span_of(NULL, 0), &w)) {
		struct id16 id;

		memcpy(id.b, w.row.key.p, 16);
		w.rc = erasures_add(l, &id);
	}
	store_abort(txn);
	return w.rc;
}

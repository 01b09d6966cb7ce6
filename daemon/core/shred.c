/* SPDX-License-Identifier: EUPL-1.2 */
#include "core/shred.h"

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

/* Those wrapped before a crash are wrapped already. */
static enum err rewrap_all(struct store_txn *txn, struct keybox *kb)
{
	const uint32_t next = keybox_roots(kb)->case_epoch_next;
	struct store_key at = {.len = 0};
	struct store_row row;
	enum err rc;

	while ((rc = store_next_prefix(txn, STORE_CASEKEY, span_of(NULL, 0), &at, &row)) ==
	       ERR_OK) {
		uint8_t wrapped[KEYBOX_WRAPPED_LEN];
		struct id16 id;

		if (row.key.len != 16 || row.val.len != KEYBOX_WRAPPED_LEN)
			return ERR_CORRUPT;
		if (be32_get(row.val.p) == next)
			continue;
		memcpy(id.b, row.key.p, 16);
		rc = keybox_rewrap(kb, &id, row.val.p, wrapped);
		if (rc == ERR_OK)
			rc = store_put(txn, STORE_CASEKEY, span_of(id.b, 16),
				       span_of(wrapped, sizeof wrapped));
		if (rc != ERR_OK)
			return rc;
	}
	return rc == ERR_NOTFOUND ? ERR_OK : rc;
}

enum err shred_run(struct store *s, struct keyfile *k)
{
	const struct store_key key = pending_key();
	struct store_txn *txn;
	enum err rc;

	keybox_shred_begin(k->keybox);
	rc = keyroot_write(k->root, keybox_roots(k->keybox), &k->state);
	if (rc == ERR_OK)
		rc = store_begin(s, true, &txn);
	if (rc != ERR_OK)
		return rc;
	rc = rewrap_all(txn, k->keybox);
	if (rc == ERR_OK) {
		rc = store_del(txn, STORE_META, key_span(&key));
		rc = rc == ERR_NOTFOUND ? ERR_OK : rc; /* a shred that went on after a crash */
	}
	if (rc !=
	    ERR_OK) { /* of whatever kind: keys that were not wrapped anew must not lose theirs */
		store_abort(txn);
		return rc;
	}
	rc = store_commit(txn);
	if (rc != ERR_OK)
		return rc;
	keybox_shred_end(k->keybox);
	return keyroot_settle(k->root, keybox_roots(k->keybox), &k->state);
}

enum err shred_told(struct store *s, struct erasures *l)
{
	struct store_key at = {.len = 0};
	struct store_row row;
	struct store_txn *txn;
	enum err rc = store_begin(s, false, &txn);

	if (rc != ERR_OK)
		return rc;
	while ((rc = store_next_prefix(txn, STORE_ERASED, span_of(NULL, 0), &at, &row)) == ERR_OK) {
		struct id16 id;

		if (row.key.len != 16) {
			rc = ERR_CORRUPT;
			break;
		}
		memcpy(id.b, row.key.p, 16);
		rc = erasures_add(l, &id);
		if (rc != ERR_OK)
			break;
	}
	store_abort(txn);
	return rc == ERR_NOTFOUND ? ERR_OK : rc;
}

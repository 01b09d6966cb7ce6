/* SPDX-License-Identifier: EUPL-1.2 */
/* Our prekeys, which others seal to.  What was sealed to a key can be opened as long as its secret half exists, so a key
 * lives nine days and is then destroyed, with what was sent to it.  The halves lie under a key of their own (V), and to
 * destroy one is to draw a new V and seal the living ones again: pages that LMDB freed keep rows, but V is gone. */
#include "core/disk/prekeys.h"

#include "base/check.h"

enum sweep_mode { SWEEP_LOAD, SWEEP_READ, SWEEP_OLD, SWEEP_ALL };
/* A row of OWNKEY: when it was drawn and its id; the public record and the sealed half. */
enum { KEY_LEN = 8 + 16, ROW_LEN = WIRE_PREKEY_LEN + KEYBOX_PREKEY_SEALED_LEN };
enum { USE_S = 86400, KEEP_S = 9 * 86400 };
static_assert(KEEP_S / USE_S + 2 <= KEYBOX_PREKEYS_MAX, "every key that lives has a slot");
static_assert(KEY_LEN == 8 + sizeof(struct id16), "time and id");

/* Signed and stored before anybody hears of it: a key that was announced and lost opens nothing of what comes for it. */
static enum err draw(struct store_txn *txn, struct keybox *kb, uint64_t now_s,
		     uint8_t record[WIRE_PREKEY_LEN])
{
	struct keybox_prekey pk;
	struct wire_prekey w = {
		.fed_id = keybox_inception(kb)->fed_id,
		.node = keybox_node_id(kb),
		.key_seq = keybox_key_seq(kb),
		.kind = WIRE_PREKEY_EPOCH,
		.suite = WIRE_SUITE_1,
		.time_ms = now_s * 1000,
		.not_after_s = now_s + KEEP_S,
	};
	struct store_key k = {.len = 0};
	uint8_t row[ROW_LEN];
	struct span part = span_of(record, WIRE_PREKEY_SIGNED);
	enum err rc = keybox_prekey_new(kb, &pk);

	if (rc != ERR_OK)
		return rc;
	require(w.not_after_s > now_s);
	w.id = pk.id;
	w.pub = pk.pub;
	wire_prekey_put(&w, record);
	keybox_sign(kb, SIGN_PREKEY, &part, 1, record + WIRE_PREKEY_SIGNED);
	memcpy(row, record, WIRE_PREKEY_LEN);
	memcpy(row + WIRE_PREKEY_LEN, pk.sealed, sizeof pk.sealed);
	key_u64(&k, now_s); /* rows lie in the order of their age */
	key_put(&k, pk.id.b, sizeof pk.id.b);
	rc = store_put(txn, STORE_OWNKEY, key_span(&k), span_of(row, sizeof row));
	if (rc != ERR_OK)
		keybox_prekey_destroy(kb, &pk.id);
	return rc;
}

struct swept {
	uint64_t newest_s; /* 0: none is left that may be announced */
	uint8_t *record;   /* of the newest */
	bool destroyed;
};

/* Destroys what is past its time; notes the newest that is left. */
static enum err sweep(struct store_txn *txn, struct keybox *kb, uint64_t now_s,
		      enum sweep_mode mode, struct swept *out)
{
	struct store_walk w = {.key_len = KEY_LEN, .val_len = ROW_LEN};

	static_assert(USE_S < KEEP_S, "a key that is announced lives on for whoever sealed to it");
	while (store_each(txn, STORE_OWNKEY, span_of(NULL, 0), &w)) {
		const uint64_t time_s = be64_get(w.row.key.p);
		const struct span bytes = span_of(w.row.val.p, WIRE_PREKEY_LEN);
		struct wire_prekey pk;
		struct id16 id;

		memcpy(id.b, w.row.key.p + 8, 16);
		if (mode == SWEEP_READ && time_s + KEEP_S <= now_s)
			continue;
		if (mode == SWEEP_ALL || time_s + KEEP_S <= now_s) {
			struct store_key k = {.len = 0};

			key_put(&k, w.row.key.p, w.row.key.len);
			keybox_prekey_destroy(kb, &id);
			out->destroyed = true;
			w.rc = store_del(txn, STORE_OWNKEY, key_span(&k));
			continue;
		}
		if (mode == SWEEP_LOAD || mode == SWEEP_READ)
			w.rc = keybox_prekey_load(kb, &id, w.row.val.p + WIRE_PREKEY_LEN);
		/* one of an earlier signing key still opens what lies at relays, but is not announced */
		if (w.rc == ERR_OK && time_s >= out->newest_s &&
		    wire_prekey_get(bytes, &pk) == ERR_OK && pk.key_seq == keybox_key_seq(kb)) {
			out->newest_s = time_s;
			memcpy(out->record, bytes.p, WIRE_PREKEY_LEN);
		}
	}
	return w.rc;
}

/* What lives, under the next V.  Freed pages keep the rows of the dead: V is what dies. */
static enum err reseal(struct store_txn *txn, struct keybox *kb)
{
	struct store_walk w = {.key_len = KEY_LEN, .val_len = ROW_LEN};

	require(keybox_roots(kb)->prekey_next);
	while (store_each(txn, STORE_OWNKEY, span_of(NULL, 0), &w)) {
		struct store_key k = {.len = 0};
		uint8_t copy[ROW_LEN];
		struct id16 id;

		key_put(&k, w.row.key.p, w.row.key.len);
		memcpy(id.b, w.row.key.p + 8, 16);
		memcpy(copy, w.row.val.p, ROW_LEN);
		w.rc = keybox_prekey_reseal(kb, &id, copy + WIRE_PREKEY_LEN);
		if (w.rc == ERR_OK)
			w.rc = store_put(txn, STORE_OWNKEY, key_span(&k), span_of(copy, ROW_LEN));
	}
	return w.rc;
}

/* It was not stored: the next attempt draws another, and the keybox has room for a few only. */
static void drop_new(struct keybox *kb, const uint8_t record[WIRE_PREKEY_LEN])
{
	struct wire_prekey w;

	if (wire_prekey_get(span_of(record, WIRE_PREKEY_LEN), &w) == ERR_OK)
		keybox_prekey_destroy(kb, &w.id);
}

/* One transaction between two states of keyroot, as in shred.c: a crash anywhere leaves every living
 * key readable under V or under the next one, and is finished at the next turn-over. */
static enum err run(struct store *s, struct keyfile *k, uint64_t now_s, enum sweep_mode mode,
		    uint8_t record[WIRE_PREKEY_LEN], bool *changed)
{
	struct keybox *kb = k->keybox;
	struct store_txn *txn;
	struct swept done = {.record = record, .destroyed = keybox_roots(kb)->prekey_next};
	enum err rc = store_begin(s, true, &txn);

	*changed = false;
	if (rc != ERR_OK)
		return rc;
	require(record != NULL);
	store_use(txn, STORE_FREES);
	/* A re-sealing that a crash broke off counts as a destruction: it goes on from here. */
	rc = sweep(txn, kb, now_s, mode, &done);
	if (rc == ERR_OK && mode != SWEEP_ALL && done.newest_s + USE_S <= now_s) {
		rc = draw(txn, kb, now_s, record);
		*changed = rc == ERR_OK;
	}
	if (rc == ERR_OK && done.destroyed) {
		keybox_prekeys_begin(kb);
		/* On disk before the first row lies under it, or a crash would leave rows that
		 * nothing opens. */
		rc = keyroot_write(k->root, keybox_roots(kb), &k->state);
		if (rc == ERR_OK)
			rc = reseal(txn, kb);
	}
	if (rc == ERR_OK)
		rc = store_commit(txn);
	else
		store_abort(txn);
	if (rc != ERR_OK && *changed)
		drop_new(kb, record);
	if (rc != ERR_OK || !done.destroyed)
		return rc;
	keybox_prekeys_end(kb);
	return keyroot_settle(k->root, keybox_roots(kb), &k->state);
}

/* Nothing can be written: what lives is loaded, as far as it is not yet. */
static enum err read_only(struct store *s, struct keyfile *k, uint64_t now_s,
			  /* NOLINTNEXTLINE(readability-non-const-parameter): the sweep fills it */
			  uint8_t record[WIRE_PREKEY_LEN], bool *have)
{
	struct swept found = {.record = record};
	struct store_txn *txn;
	enum err rc = store_begin(s, false, &txn);

	if (rc != ERR_OK)
		return rc;
	rc = sweep(txn, k->keybox, now_s, SWEEP_READ, &found);
	store_abort(txn);
	*have = found.newest_s != 0;
	require(!found.destroyed);
	return rc;
}

enum err prekeys_start(struct store *s, struct keyfile *k, uint64_t now_s,
		       uint8_t record[WIRE_PREKEY_LEN], bool *have)
{
	bool changed;
	enum err rc = run(s, k, now_s, SWEEP_LOAD, record, &changed);

	*have = rc == ERR_OK;
	return rc == ERR_FULL ? read_only(s, k, now_s, record, have) : rc;
}

enum err prekeys_turn_over(struct store *s, struct keyfile *k, uint64_t now_s,
			   uint8_t record[WIRE_PREKEY_LEN], bool *changed)
{
	return run(s, k, now_s, SWEEP_OLD, record, changed);
}

enum err prekeys_destroy_all(struct store *s, struct keyfile *k)
{
	uint8_t record[WIRE_PREKEY_LEN];
	bool changed;

	return run(s, k, 0, SWEEP_ALL, record, &changed);
}

/* SPDX-License-Identifier: EUPL-1.2 */
/* The time of the last saving is part of the key, so that the old ones are found without opening any.  A draft without a case
 * has a key of its own, under its id as if it were a case: dropping it destroys that key, and copies of the store open it no more
 * after the next night. */
#include "domain/consent/drafts.h"

#include <string.h>

#include "base/check.h"
#include "base/date.h"
#include "base/text.h"

enum { ID_AT = 16, SAVED_AT = 16 + 16, KEY_LEN = 16 + 16 + 8, SLICE = 64 };
static_assert(sizeof(struct id16) == 16, "an id has its place in the key");
static_assert(DRAFTS_FORM <= UINT8_MAX && DRAFTS_LABEL <= UINT8_MAX, "their lengths are bytes");
static_assert(LIMIT_DRAFT + DRAFTS_FORM + DRAFTS_LABEL + 2 < LIMIT_RECORD, "a draft fits a record");

/* An id of the table STAFF is drawn: none begins with so many noughts. */
struct id16 drafts_writer(const struct id16 *staff, uint32_t uid)
{
	struct id16 writer = *staff;

	require(staff != NULL);
	if (bytes_zero(writer.b, sizeof writer.b))
		be32_put(writer.b + sizeof writer.b - 4, uid);
	return writer;
}

/* Where it lies: writer and id say which one, the time behind them when it was saved. */
static enum err place_of(struct turn *t, const struct id16 *writer, const struct id16 *id,
			 struct store_key *k)
{
	struct store_walk w = {.key_len = KEY_LEN};
	struct store_key prefix = turn_key_id(writer);

	key_put(&prefix, id->b, sizeof id->b);
	if (!store_each(t->txn, STORE_DRAFT, key_span(&prefix), &w))
		return w.rc == ERR_OK ? ERR_NOTFOUND : w.rc;
	k->len = 0;
	key_put(k, w.row.key.p, w.row.key.len);
	return ERR_OK;
}

static bool own_key(const struct turn *t, const struct id16 *id)
{
	return record_exists(t->txn, STORE_CASEKEY, span_of(id->b, sizeof id->b));
}

/* Copies of the store keep the row; what opens it goes now, and out of keyroot with tonight's batch. */
static enum err destroy_key(struct turn *t, const struct id16 *id)
{
	struct store_key pending = {.len = 0};
	uint8_t at[8];
	enum err rc = store_del(t->txn, STORE_CASEKEY, span_of(id->b, sizeof id->b));

	if (rc == ERR_OK)
		rc = store_del(t->txn, STORE_AUDITKEY, span_of(id->b, sizeof id->b));
	key_u8(&pending, STORE_META_SHRED);
	be64_put(at, t->wall_ms);
	return rc == ERR_OK ? turn_put(t, STORE_META, &pending, span_of(at, sizeof at)) : rc;
}

/* The row, and the key that only this draft has. */
static enum err drop_at(struct turn *t, const struct store_key *k)
{
	struct id16 id;
	enum err rc;

	require(k->len == KEY_LEN);
	memcpy(id.b, k->b + ID_AT, sizeof id.b);
	rc = store_del(t->txn, STORE_DRAFT, key_span(k));
	return rc == ERR_OK && own_key(t, &id) ? destroy_key(t, &id) : rc;
}

static enum err seal(struct turn *t, const struct store_key *k, const struct draft *d)
{
	const bool of_case = !bytes_zero(d->case_id.b, sizeof d->case_id.b);
	const size_t cap = LIMIT_DRAFT + DRAFTS_FORM + DRAFTS_LABEL + 2;
	uint8_t *plain = arena_alloc(t->arena, cap);
	struct wr w;

	if (plain == NULL)
		return ERR_NOMEM;
	w = wr_of(plain, cap);
	text_put(&w, d->form);
	text_put(&w, d->label);
	wr_put(&w, d->typed.p, d->typed.len);
	return w.over ? ERR_LIMIT
		      : turn_put_case(t, STORE_DRAFT, k, RECORD_CASE,
				      of_case ? &d->case_id : &d->id, span_of(plain, w.len));
}

/* Is there room for one more of this writer's? */
static enum err one_more(struct turn *t, const struct id16 *writer)
{
	const struct store_key k = turn_key_id(writer);
	bool many;
	enum err rc = turn_as_many(t, STORE_DRAFT, &k, LIMIT_DRAFTS, &many);

	if (rc != ERR_OK)
		return rc;
	return many || store_count(t->txn, STORE_DRAFT) >= LIMIT_DRAFTS_ALL ? ERR_FULL : ERR_OK;
}

enum err drafts_put(struct turn *t, const struct id16 *writer, struct draft *d)
{
	const bool fresh = bytes_zero(d->id.b, sizeof d->id.b);
	const bool of_case = !bytes_zero(d->case_id.b, sizeof d->case_id.b);
	struct store_key k = turn_key_id(writer);
	struct store_key old;
	enum err rc;

	if (d->typed.len > LIMIT_DRAFT)
		return ERR_LIMIT;
	rc = fresh ? one_more(t, writer) : place_of(t, writer, &d->id, &old);
	if (rc == ERR_OK && !fresh)
		rc = store_del(t->txn, STORE_DRAFT, key_span(&old));
	if (rc != ERR_OK)
		return rc;
	if (fresh)
		d->id = turn_id(t);
	/* an intake that became a case's: from now on it goes with that */
	if (of_case && own_key(t, &d->id))
		rc = destroy_key(t, &d->id);
	if (rc == ERR_OK && !of_case && !own_key(t, &d->id))
		rc = record_case_keys(t->txn, &d->id);
	if (rc != ERR_OK)
		return rc;
	d->saved_ms = t->wall_ms;
	key_put(&k, d->id.b, sizeof d->id.b);
	key_u64(&k, d->saved_ms);
	return seal(t, &k, d);
}

/* A row that does not read as one is damage, and said so. */
static enum err read_row(struct turn *t, const struct store_row *row, struct draft *d)
{
	struct record_place place;
	struct span plain;
	struct rd r;
	enum err rc;

	*d = (struct draft){.saved_ms = be64_get(row->key.p + SAVED_AT)};
	memcpy(d->id.b, row->key.p + ID_AT, sizeof d->id.b);
	rc = record_open(t->txn, t->arena, STORE_DRAFT, row, &place, &plain);
	if (rc != ERR_OK)
		return rc;
	r = rd_of(plain);
	text_get(&r, d->form, sizeof d->form);
	text_get(&r, d->label, sizeof d->label);
	if (r.bad)
		return ERR_CORRUPT;
	d->typed = span_of(r.p, r.left);
	if (memcmp(place.case_id.b, d->id.b, sizeof d->id.b) != 0)
		d->case_id = place.case_id;
	return ERR_OK;
}

enum err drafts_get(struct turn *t, const struct id16 *writer, const struct id16 *id,
		    struct draft *d)
{
	struct store_key k;
	struct store_row row;
	enum err rc = place_of(t, writer, id, &k);

	if (rc != ERR_OK)
		return rc;
	rc = store_seek(t->txn, STORE_DRAFT, key_span(&k), &row);
	return rc == ERR_OK ? read_row(t, &row, d) : rc;
}

enum err drafts_drop(struct turn *t, const struct id16 *writer, const struct id16 *id)
{
	struct store_key k;
	enum err rc = place_of(t, writer, id, &k);

	return rc == ERR_OK ? drop_at(t, &k) : rc;
}

enum err drafts_end(struct turn *t, const struct id16 *writer)
{
	const struct store_key prefix = turn_key_id(writer);
	struct store_walk w = {.key_len = KEY_LEN};

	while (store_each(t->txn, STORE_DRAFT, key_span(&prefix), &w)) {
		struct store_key k = {.len = 0};

		key_put(&k, w.row.key.p, w.row.key.len);
		w.rc = drop_at(t, &k);
	}
	return w.rc;
}

bool drafts_each(struct turn *t, const struct id16 *writer, struct store_walk *walk,
		 struct draft *d)
{
	const struct store_key k = turn_key_id(writer);

	walk->key_len = KEY_LEN;
	if (!store_each(t->txn, STORE_DRAFT, key_span(&k), walk))
		return false;
	walk->rc = read_row(t, &walk->row, d);
	return walk->rc == ERR_OK;
}

enum err drafts_erase(struct turn *t, const struct id16 *case_id)
{
	struct store_walk w = {.key_len = KEY_LEN};

	while (store_each(t->txn, STORE_DRAFT, span_of(NULL, 0), &w)) {
		struct store_key k = {.len = 0};

		if (!record_of_case(&w.row, case_id))
			continue;
		key_put(&k, w.row.key.p, w.row.key.len);
		w.rc = store_del(t->txn, STORE_DRAFT, key_span(&k));
	}
	return w.rc;
}

/* Some in each tick; the rest in the next one. */
enum err drafts_let_go(struct turn *t)
{
	const uint64_t kept_ms = (uint64_t)LIMIT_DRAFT_DAYS * DAY_MS;
	struct store_walk w = {.key_len = KEY_LEN};
	unsigned n = 0;

	while (n < SLICE && store_each(t->txn, STORE_DRAFT, span_of(NULL, 0), &w)) {
		struct store_key k = {.len = 0};

		if (be64_get(w.row.key.p + SAVED_AT) + kept_ms > t->wall_ms)
			continue;
		key_put(&k, w.row.key.p, w.row.key.len);
		w.rc = drop_at(t, &k);
		n++;
	}
	return w.rc;
}

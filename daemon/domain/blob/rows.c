/* SPDX-License-Identifier: EUPL-1.2 */
/* Chunks lie as they travel: their name is the hash over all of them, and nothing can be read from them without a key that lies
 * elsewhere.  So they are not sealed once more, and a file is hashed and served without a copy. */
#include "domain/blob/rows.h"

#include "base/check.h"
#include "base/pack.h"
#include "crypto/hash.h"
#include "domain/exchange/hooks.h"
#include "domain/exchange/quota.h"

enum { META_WANTED = 16, META_REMOVE = 17, ROW_MAX = 256, LENT_MAX = 1024, REMOVE_LOOK = 128 };
enum { BLOB_ID = 32, REF_KEY = BLOB_ID + 1 + 16 + 2, CHUNK_KEY = 32 + 4 };

/* A row of BLOB; store/FORMAT.md.  The order is the format. */
static const struct pack fields[] = {
	PACK_BYTES(struct blob, place),	  PACK_BYTES(struct blob, grant),
	PACK_NUMBER(struct blob, size),	  PACK_NUMBER(struct blob, since_ms),
	PACK_NUMBER(struct blob, chunks), PACK_NUMBER(struct blob, have),
	PACK_NUMBER(struct blob, from),	  PACK_NUMBER(struct blob, state),
	PACK_NUMBER(struct blob, spoilt),
};
enum { FIELDS = sizeof fields / sizeof fields[0] };

uint32_t blob_chunks(uint64_t size)
{
	const uint64_t n = size / LIMIT_CHUNK + (size % LIMIT_CHUNK != 0);

	require(size <= LIMIT_FILE);
	return n == 0 ? 1 : (uint32_t)n;
}

size_t blob_chunk_len(uint64_t size, uint32_t no)
{
	const uint32_t chunks = blob_chunks(size);
	const size_t last = (size_t)(size - (uint64_t)(chunks - 1) * LIMIT_CHUNK);

	require(no < chunks);
	return (no == 0 ? (size_t)CHUNKS_HEADER : 0) + CHUNKS_EXTRA +
	       (no + 1 == chunks ? last : LIMIT_CHUNK);
}

uint64_t blob_bytes(uint64_t size)
{
	return CHUNKS_HEADER + size + (uint64_t)blob_chunks(size) * CHUNKS_EXTRA;
}

static bool sound(const struct blob *b)
{
	return b->size <= LIMIT_FILE && b->chunks == blob_chunks(b->size) && b->have <= b->chunks &&
	       b->state >= BLOB_WAITS && b->state <= BLOB_SPOILED &&
	       (b->state == BLOB_WHOLE) == (b->have == b->chunks) &&
	       (b->from != 0 || b->state == BLOB_WHOLE);
}

static struct store_key blob_key(const struct id32 *id)
{
	struct store_key k = {.len = 0};

	key_put(&k, id->b, sizeof id->b);
	return k;
}

enum err blob_load(struct turn *t, const struct id32 *id, struct blob *b)
{
	const struct store_key k = blob_key(id);
	struct span v;
	struct rd r;
	enum err rc = turn_get(t, STORE_BLOB, &k, &v);

	if (rc != ERR_OK)
		return rc;
	*b = (struct blob){.id = *id};
	r = rd_of(v);
	pack_get(fields, FIELDS, &r, b);
	return rd_done(&r) && sound(b) ? ERR_OK : ERR_CORRUPT;
}

enum err blob_save(struct turn *t, const struct blob *b)
{
	const struct store_key k = blob_key(&b->id);
	uint8_t row[ROW_MAX];
	struct wr w = wr_of(row, sizeof row);

	require(sound(b));
	pack_put(fields, FIELDS, b, &w);
	require(!w.over);
	return turn_put(t, STORE_BLOB, &k, wr_span(&w));
}

static struct store_key chunk_key(const struct id32 *place, uint32_t no)
{
	struct store_key k = blob_key(place);

	key_u32(&k, no);
	return k;
}

enum err blob_chunk(struct turn *t, const struct blob *b, uint32_t no, struct span *sealed)
{
	const struct store_key k = chunk_key(&b->place, no);
	enum err rc = store_get(t->txn, STORE_CHUNK, key_span(&k), sealed);

	return rc == ERR_OK && sealed->len != blob_chunk_len(b->size, no) ? ERR_CORRUPT : rc;
}

enum err blob_put_chunk(struct turn *t, const struct id32 *place, uint32_t no, struct span sealed)
{
	const struct store_key k = chunk_key(place, no);

	return store_put(t->txn, STORE_CHUNK, key_span(&k), sealed);
}

/* Nothing is written between, so all chunks stay where they are while they are hashed. */
enum err blob_hash(struct turn *t, const struct id32 *place, uint64_t size, struct id32 *id)
{
	const size_t mark = t->arena->used;
	const uint32_t chunks = blob_chunks(size);
	struct blob b = {.place = *place, .size = size};
	struct span *parts = arena_alloc(t->arena, chunks * sizeof *parts);
	enum err rc = parts == NULL ? ERR_NOMEM : ERR_OK;

	for (uint32_t no = 0; rc == ERR_OK && no < chunks; no++)
		rc = blob_chunk(t, &b, no, &parts[no]);
	if (rc == ERR_OK)
		hash_parts(HASH_BLOBID, span_of(NULL, 0), parts, chunks, id->b, sizeof id->b);
	arena_rewind(t->arena, mark);
	return rc == ERR_NOTFOUND ? ERR_CORRUPT : rc;
}

/* At most as many rows as a file has. */
static enum err drop_chunks(struct turn *t, const struct id32 *place)
{
	const struct store_key prefix = blob_key(place);
	struct store_walk w = {.key_len = CHUNK_KEY};

	while (store_each(t->txn, STORE_CHUNK, key_span(&prefix), &w)) {
		struct store_key k = {.len = 0};

		key_put(&k, w.row.key.p, w.row.key.len);
		w.rc = store_del(t->txn, STORE_CHUNK, key_span(&k));
	}
	return w.rc;
}

enum err blob_drop_chunks(struct turn *t, const struct blob *b)
{
	return drop_chunks(t, &b->place);
}

static struct store_key remove_key(const struct id32 *place)
{
	struct store_key k = {.len = 0};

	key_u8(&k, META_REMOVE);
	key_put(&k, place->b, sizeof place->b);
	return k;
}

enum err blob_drop_later(struct turn *t, const struct id32 *place, uint64_t at_ms)
{
	const struct store_key k = remove_key(place);
	uint8_t at[8];

	be64_put(at, at_ms);
	return turn_put(t, STORE_META, &k, span_of(at, sizeof at));
}

enum err blob_keep_chunks(struct turn *t, const struct id32 *place)
{
	const struct store_key k = remove_key(place);
	const enum err rc = store_del(t->txn, STORE_META, key_span(&k));

	return rc == ERR_NOTFOUND ? ERR_OK : rc; /* it was too long open: its chunks may be gone */
}

/* The first one that is due, of a few: what waits longest is no matter of order.  later: those that are not. */
static enum err first_due(struct turn *t, struct id32 *place, uint64_t *at_ms, uint64_t *later)
{
	const uint8_t prefix = META_REMOVE;
	struct store_walk w = {.key_len = 1 + sizeof place->b};
	unsigned n = 0;

	*later = 0;
	*at_ms = UINT64_MAX;
	while (n++ < REMOVE_LOOK && (*at_ms > t->wall_ms) &&
	       store_each(t->txn, STORE_META, span_of(&prefix, 1), &w)) {
		const size_t mark = t->arena->used;
		struct record_place where;
		struct span v;

		w.rc = record_open(t->txn, t->arena, STORE_META, &w.row, &where, &v);
		if (w.rc == ERR_OK && v.len != 8)
			w.rc = ERR_CORRUPT;
		if (w.rc == ERR_OK)
			*later += be64_get(v.p) > t->wall_ms;
		if (w.rc == ERR_OK && be64_get(v.p) < *at_ms) {
			*at_ms = be64_get(v.p);
			memcpy(place->b, w.row.key.p + 1, sizeof place->b);
		}
		arena_rewind(t->arena, mark);
	}
	return w.rc;
}

enum err blob_due(struct turn *t, uint64_t *wall_ms)
{
	struct id32 place;
	uint64_t later;

	return first_due(t, &place, wall_ms, &later);
}

/* Where something is to be removed before, that goes first: so they are all counted, but for a moment. */
enum err blob_open_count(struct turn *t, uint64_t *count)
{
	struct id32 place;
	uint64_t at_ms;

	return first_due(t, &place, &at_ms, count);
}

enum err blob_tick(struct turn *t)
{
	struct id32 place;
	uint64_t at_ms, later;
	enum err rc = first_due(t, &place, &at_ms, &later);

	if (rc != ERR_OK || at_ms > t->wall_ms)
		return rc;
	rc = drop_chunks(t, &place);
	return rc == ERR_OK ? blob_keep_chunks(t, &place) : rc;
}

/* Room for all of it is asked for before the first chunk: half a file is of no use to anybody. */
bool blob_room(const struct turn *t, uint64_t bytes)
{
	const struct store_usage u = store_usage(t->txn);

	if (t->node->disk == NODE_DISK_STOP || u.no_blocks)
		return false;
	return u.cap == 0 || (u.used <= u.cap && u.cap - u.used > bytes + LIMIT_STEP_ROOM);
}

static struct store_key wanted_key(uint16_t peer, const struct id32 *id)
{
	struct store_key k = {.len = 0};

	key_u8(&k, META_WANTED);
	key_u16(&k, peer);
	key_put(&k, id->b, sizeof id->b);
	return k;
}

enum err blob_index(struct turn *t, const struct blob *b)
{
	const struct store_key k = wanted_key(b->from, &b->id);
	const bool wanted = b->from != 0 && (b->state == BLOB_WAITS || b->state == BLOB_WANTED);
	enum err rc;

	if (wanted)
		return turn_put(t, STORE_META, &k, span_of(&b->state, 1));
	rc = store_del(t->txn, STORE_META, key_span(&k));
	return rc == ERR_NOTFOUND ? ERR_OK : rc;
}

enum err blob_next_wanted(struct turn *t, uint16_t peer, struct id32 *id)
{
	struct store_key at = wanted_key(peer, id);
	struct store_row row;
	enum err rc;

	key_u8(&at, 0); /* just above it */
	rc = store_seek(t->txn, STORE_META, key_span(&at), &row);
	if (rc != ERR_OK)
		return rc;
	if (row.key.len != 1 + 2 + sizeof id->b || row.key.p[0] != META_WANTED ||
	    be16_get(row.key.p + 1) != peer)
		return ERR_NOTFOUND;
	memcpy(id->b, row.key.p + 3, sizeof id->b);
	return ERR_OK;
}

enum err blob_count(struct turn *t, const struct blob *b, bool here)
{
	const uint64_t bytes = blob_bytes(b->size);
	struct pair *pr;
	enum err rc = b->from == 0 ? ERR_OK : pair_get(t, b->from, &pr);

	if (rc != ERR_OK || b->from == 0)
		return rc;
	if (here)
		pr->blobs += bytes;
	else /* a count that is wrong keeps nothing from being let go */
		pr->blobs -= pr->blobs < bytes ? pr->blobs : bytes;
	return ERR_OK;
}

static struct store_key ref_key(const struct id32 *id, const struct blob_ref *ref)
{
	struct store_key k = blob_key(id);

	key_u8(&k, (uint8_t)ref->need);
	key_put(&k, ref->id.b, sizeof ref->id.b);
	key_u16(&k, ref->peer);
	return k;
}

static enum err ref_put(struct turn *t, const struct id32 *id, const struct blob_ref *ref,
			uint64_t until_ms)
{
	const struct store_key k = ref_key(id, ref), own = blob_key(id);
	uint8_t v[8];

	if (!record_exists(t->txn, STORE_BLOB, key_span(&own)))
		return ERR_NOTFOUND;
	be64_put(v, until_ms);
	return turn_put(t, STORE_BLOB, &k, span_of(v, sizeof v));
}

/* Whoever waits for a file says so again and again: that writes nothing. */
enum err blob_hold(struct turn *t, const struct id32 *id, const struct blob_ref *ref)
{
	const struct store_key k = ref_key(id, ref);

	require(ref->need < BLOB_LENT);
	return record_exists(t->txn, STORE_BLOB, key_span(&k)) ? ERR_OK : ref_put(t, id, ref, 0);
}

enum err blob_own(struct turn *t, const struct id32 *id)
{
	struct blob b;
	enum err rc = blob_load(t, id, &b);

	if (rc == ERR_OK && b.state != BLOB_WHOLE)
		rc = ERR_STATE;
	if (rc != ERR_OK || b.from == 0)
		return rc;
	rc = blob_count(t, &b, false);
	b.from = 0;
	return rc == ERR_OK ? blob_save(t, &b) : rc;
}

enum err blob_lend(struct turn *t, const struct id32 *id, uint16_t peer, const struct id16 *grant,
		   uint64_t until_ms)
{
	const struct blob_ref ref = {BLOB_LENT, *grant, peer};

	require(peer != 0);
	return ref_put(t, id, &ref, until_ms);
}

/* A few grants of a few partners; a list that is longer than any case has is damage, and lends nothing. */
enum err blob_lent(struct turn *t, const struct id32 *id, const struct peer *p, bool *yes)
{
	struct store_key prefix = blob_key(id);
	struct store_walk w = {.key_len = REF_KEY};
	unsigned n = 0;

	*yes = false;
	key_u8(&prefix, BLOB_LENT);
	while (!*yes && n++ < LENT_MAX && store_each(t->txn, STORE_BLOB, key_span(&prefix), &w)) {
		const size_t mark = t->arena->used;
		struct record_place where;
		struct id16 grant;
		struct span v;

		if (be16_get(w.row.key.p + BLOB_ID + 1 + 16) != p->no)
			continue;
		memcpy(grant.b, w.row.key.p + BLOB_ID + 1, sizeof grant.b);
		w.rc = record_open(t->txn, t->arena, STORE_BLOB, &w.row, &where, &v);
		if (w.rc == ERR_OK && v.len != 8)
			w.rc = ERR_CORRUPT;
		if (w.rc == ERR_OK && be64_get(v.p) > t->wall_ms)
			*yes = true;
		else if (w.rc == ERR_OK)
			w.rc = t->node->hooks->lends(t, p, &grant, yes);
		arena_rewind(t->arena, mark);
	}
	return w.rc;
}

static enum err needed(struct turn *t, const struct id32 *id, bool *yes)
{
	struct store_key from = blob_key(id);
	struct store_row row;
	enum err rc;

	key_u8(&from, 0);
	rc = store_seek(t->txn, STORE_BLOB, key_span(&from), &row);
	*yes = rc == ERR_OK && row.key.len == REF_KEY && memcmp(row.key.p, id->b, BLOB_ID) == 0 &&
	       row.key.p[BLOB_ID] < BLOB_LENT;
	return rc == ERR_NOTFOUND ? ERR_OK : rc;
}

/* The row at once, so that nobody is served from it; the chunks in a tick, since a case may have many files. */
static enum err drop(struct turn *t, struct blob *b)
{
	const bool counted = b->state == BLOB_WANTED || b->state == BLOB_WHOLE;
	const struct store_key k = blob_key(&b->id);
	enum err rc = counted ? blob_count(t, b, false) : ERR_OK;

	b->state = BLOB_SPOILED; /* not to be fetched any more */
	if (rc == ERR_OK)
		rc = blob_index(t, b);
	if (rc == ERR_OK)
		rc = turn_drop_prefix(t, STORE_BLOB, &k);
	return rc == ERR_OK ? blob_drop_later(t, &b->place, 0) : rc;
}

enum err blob_release(struct turn *t, const struct id32 *id, const struct blob_ref *ref)
{
	const struct store_key k = ref_key(id, ref);
	struct blob b;
	bool still = false;
	enum err rc = store_del(t->txn, STORE_BLOB, key_span(&k));

	if (rc == ERR_OK)
		rc = needed(t, id, &still);
	if (rc != ERR_OK || still)
		return rc == ERR_NOTFOUND ? ERR_OK : rc;
	rc = blob_load(t, id, &b);
	return rc == ERR_OK ? drop(t, &b) : rc == ERR_NOTFOUND ? ERR_OK : rc;
}

enum err blob_release_list(struct turn *t, struct span list, const struct blob_ref *ref)
{
	struct rd r = rd_of(list);
	enum err rc = ERR_OK;

	while (rc == ERR_OK && r.left >= BLOB_LISTED) {
		const struct id32 id = rd_id32(&r);

		(void)rd_u32(&r);
		rc = blob_release(t, &id, ref);
	}
	return rc;
}

enum err blob_release_all(struct turn *t, const struct blob_ref *ref)
{
	struct store_key tail = {.len = 0};
	struct store_walk w = {.rc = ERR_OK};

	key_u8(&tail, (uint8_t)ref->need);
	key_put(&tail, ref->id.b, sizeof ref->id.b);
	key_u16(&tail, ref->peer);
	while (store_each(t->txn, STORE_BLOB, span_of(NULL, 0), &w)) {
		struct id32 id;

		if (w.row.key.len != REF_KEY ||
		    memcmp(w.row.key.p + BLOB_ID, tail.b, tail.len) != 0)
			continue;
		memcpy(id.b, w.row.key.p, sizeof id.b);
		w.rc = blob_release(t, &id, ref);
	}
	return w.rc;
}

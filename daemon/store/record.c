/* SPDX-License-Identifier: EUPL-1.2 */
/* Every value of a case lies under that case's own keys; to erase the case is to delete two wrapped keys, wherever copies
 * of its rows still lie.  A value is bound to its table, its key, its case and the transaction that wrote it: a row that was
 * moved to another place, or kept from before, does not open.
 * What a consent let us hold lies under that consent's key: it can go while the rest of the case lives.
 * Audit details have a key of their own, because the audit log outlives what it tells of. */
#include "store/record.h"

#include "base/check.h"

/* value := version 1 | class 1 | case id 16 | store version 8 | sealed(len u32 | plain | zeros) */
static_assert(LIMIT_RECORD + 4 <= UINT32_MAX, "a plain length fits its field");
enum { RECORD_VERSION = 1, HEAD = 1 + 1 + 16 + 8, AD_MAX = 1 + HEAD + 80, PAD = 256 };
enum { PAD_DOC_SMALL = 1024, PAD_DOC_PAGE = LIMIT_RECORD_PAGE };

static enum store_table key_table(enum record_class cls)
{
	require(cls == RECORD_CASE || cls == RECORD_AUDIT || cls == RECORD_GRANT);
	if (cls == RECORD_GRANT)
		return STORE_GRANTKEY;
	return cls == RECORD_CASE ? STORE_CASEKEY : STORE_AUDITKEY;
}

static enum err key_add(struct store_txn *txn, enum record_class cls, const struct id16 *case_id)
{
	const struct record_cipher *c = store_cipher(txn);
	uint8_t wrapped[RECORD_WRAPPED_LEN];
	const struct span key = span_of(case_id->b, sizeof case_id->b);
	enum err rc;

	/* A second key in the place of the first would make every row of the case unreadable, in
	 * silence. */
	if (record_exists(txn, key_table(cls), key))
		return ERR_EXISTS;
	rc = c->key_new(c->ctx, cls, case_id, wrapped);
	return rc == ERR_OK ? store_put(txn, key_table(cls), key, span_of(wrapped, sizeof wrapped))
			    : rc;
}

enum err record_case_keys(struct store_txn *txn, const struct id16 *case_id)
{
	enum err rc = key_add(txn, RECORD_CASE, case_id);

	return rc == ERR_OK ? key_add(txn, RECORD_AUDIT, case_id) : rc;
}

enum err record_case_rekey(struct store_txn *txn, const struct id16 *case_id)
{
	enum err rc = store_del(txn, STORE_CASEKEY, span_of(case_id->b, sizeof case_id->b));

	return rc == ERR_OK ? key_add(txn, RECORD_CASE, case_id) : rc;
}

enum err record_grant_key(struct store_txn *txn, const struct id16 *grant)
{
	return key_add(txn, RECORD_GRANT, grant);
}

/* Which key a value lies under; wrapped NULL: the node's, or one that is held. */
struct under {
	const uint8_t *wrapped;
	uint8_t room[RECORD_WRAPPED_LEN];
};

/* What is kept by law opens for nobody who does not take this row away first, whichever way leads to its bytes. */
static bool shut(struct store_txn *txn, enum record_class cls, const struct id16 *id)
{
	return cls == RECORD_GRANT && record_exists(txn, STORE_SHUT, span_of(id->b, sizeof id->b));
}

/* Copies the wrapped key: what the store lends dies with the next write. */
static enum err wrapped_of(struct store_txn *txn, enum record_class cls, const struct id16 *case_id,
			   uint8_t out[RECORD_WRAPPED_LEN])
{
	struct span v;
	enum err rc;

	require(cls <= RECORD_GRANT);
	if (cls == RECORD_META)
		return ERR_OK;
	if (shut(txn, cls, case_id))
		return ERR_NOTFOUND;
	rc = store_get(txn, key_table(cls), span_of(case_id->b, sizeof case_id->b), &v);
	if (rc != ERR_OK)
		return rc;
	if (v.len != RECORD_WRAPPED_LEN)
		return ERR_CORRUPT;
	memcpy(out, v.p, RECORD_WRAPPED_LEN);
	return ERR_OK;
}

/* Held by writers alone, of which there is one at a time: what it wrote or removed it knows, and its end is theirs.  So a key
 * whose row is gone is never at hand, whoever else reads. */
static enum err key_of(struct store_txn *txn, enum record_class cls, const struct id16 *case_id,
		       struct under *u)
{
	const struct record_cipher *c = store_cipher(txn);
	const bool holds = c->hold != NULL && store_writes(txn);
	enum err rc;

	u->wrapped = NULL;
	if (cls == RECORD_META || (holds && c->holds(c->ctx, cls, case_id)))
		return ERR_OK;
	rc = wrapped_of(txn, cls, case_id, u->room);
	if (rc == ERR_OK && holds)
		return c->hold(c->ctx, cls, case_id, u->room);
	u->wrapped = u->room;
	return rc;
}

enum err record_derive(struct store_txn *txn, const struct id16 *case_id, struct span input,
		       struct id16 *out)
{
	const struct record_cipher *c = store_cipher(txn);
	struct under u;
	enum err rc = key_of(txn, RECORD_CASE, case_id, &u);

	return rc == ERR_OK ? c->derive(c->ctx, case_id, u.wrapped, input, out) : rc;
}

/* Without a case the derivation takes the node's own key: what comes out stays the same
 * after the case's keys are destroyed, and it can still be recognised then. */
enum err record_commit(struct store_txn *txn, const struct id16 *case_id, struct id16 *out)
{
	const struct record_cipher *c = store_cipher(txn);

	return c->derive(c->ctx, NULL, NULL, span_of(case_id->b, sizeof case_id->b), out);
}

enum err record_secret(struct store_txn *txn, struct span input, struct id32 *out)
{
	const struct record_cipher *c = store_cipher(txn);
	uint8_t in[7 + 128] = "secret";
	struct id16 half;
	enum err rc = ERR_OK;

	/* The room below is fixed, and input may hold what somebody typed. */
	if (input.len > 128)
		return ERR_LIMIT;
	memcpy(in + 7, input.p, input.len);
	for (size_t i = 0; i < 2 && rc == ERR_OK;
	     i++) { /* longer than a case's id, so never one of those */
		in[6] = (uint8_t)i;
		rc = c->derive(c->ctx, NULL, NULL, span_of(in, 7 + input.len), &half);
		memcpy(out->b + 16 * i, half.b, 16);
	}
	return rc;
}

static const struct span detail_ad = {(const uint8_t *)"audit-detail", 12};

/* The place of a detail is not bound to it, other than that of a record: the audit log is chained
 * by hashes, so a detail that is moved is found there. */
enum err record_detail_seal(struct store_txn *txn, struct arena *a,
			    const struct record_place *place, struct span plain,
			    struct span *sealed)
{
	const struct record_cipher *c = store_cipher(txn);
	const struct span io[2] = {detail_ad, plain};
	uint8_t *out = arena_alloc(a, plain.len + RECORD_SEAL_EXTRA);
	struct under u;
	enum err rc = key_of(txn, place->cls, &place->case_id, &u);

	if (rc == ERR_OK && out == NULL)
		rc = ERR_NOMEM;
	if (rc == ERR_OK)
		rc = c->seal(c->ctx, place->cls, &place->case_id, u.wrapped, io, out);
	*sealed = span_of(out, plain.len + RECORD_SEAL_EXTRA);
	return rc;
}

enum err record_detail_open(struct store_txn *txn, struct arena *a,
			    const struct record_place *place, struct span sealed,
			    struct span *plain)
{
	const struct record_cipher *c = store_cipher(txn);
	const struct span io[2] = {detail_ad, sealed};
	struct under u;
	uint8_t *out;
	enum err rc = key_of(txn, place->cls, &place->case_id, &u);

	if (rc != ERR_OK)
		return rc;
	if (sealed.len < RECORD_SEAL_EXTRA)
		return ERR_CORRUPT;
	out = arena_alloc(a, sealed.len);
	if (out == NULL)
		return ERR_NOMEM;
	*plain = span_of(out, sealed.len - RECORD_SEAL_EXTRA);
	return c->open(c->ctx, place->cls, &place->case_id, u.wrapped, io, out);
}

/* The length of personal records says little: documents fill one of two sizes, others steps of 256.
 * Node-wide rows are ids and counters of fixed shape and need none. */
static size_t padded(enum store_table table, enum record_class cls, size_t n)
{
	if (cls == RECORD_META)
		return n;
	if (table == STORE_DOCBODY && n <= PAD_DOC_SMALL)
		return PAD_DOC_SMALL;
	if (table == STORE_DOCBODY && n <= PAD_DOC_PAGE)
		return PAD_DOC_PAGE;
	return (n + PAD - 1) / PAD * PAD;
}

static struct span ad_of(uint8_t buf[AD_MAX], enum store_table table, const uint8_t *head,
			 struct span key)
{
	struct wr w = wr_of(buf, AD_MAX);

	wr_u8(&w, (uint8_t)table);
	wr_put(&w, head, HEAD);
	wr_put(&w, key.p, key.len);
	require(!w.over); /* key_put keeps keys below LIMIT_KEY */
	return wr_span(&w);
}

enum err record_put(struct store_txn *txn, struct arena *a, const struct record_place *place,
		    struct span key, struct span plain)
{
	const struct record_cipher *c = store_cipher(txn);
	size_t n = padded(place->table, place->cls, 4 + plain.len);
	uint8_t adbuf[AD_MAX];
	struct under u;
	struct wr in, out;
	enum err rc = key_of(txn, place->cls, &place->case_id, &u);

	if (rc != ERR_OK)
		return rc;
	if (plain.len > LIMIT_RECORD)
		return ERR_LIMIT;
	/* After the test of the limit: padded() rounds up, and only a length near SIZE_MAX could
	 * make it wrap around. */
	require(n >= 4 + plain.len);
	in = arena_wr(a, n);
	out = arena_wr(a, HEAD + n + RECORD_SEAL_EXTRA);
	if (in.cap == 0 || out.cap == 0)
		return ERR_NOMEM;
	wr_u32(&in, (uint32_t)plain.len);
	wr_put(&in, plain.p, plain.len);
	wr_zero(&in, n - in.len);
	require(!in.over);
	wr_u8(&out, RECORD_VERSION);
	wr_u8(&out, (uint8_t)place->cls);
	wr_put(&out, place->case_id.b, sizeof place->case_id.b);
	wr_u64(&out, store_version(txn));
	{
		const struct span io[2] = {ad_of(adbuf, place->table, out.p, key), wr_span(&in)};

		rc = c->seal(c->ctx, place->cls, &place->case_id, u.wrapped, io, out.p + HEAD);
	}
	return rc == ERR_OK ? store_put(txn, place->table, key, span_of(out.p, out.cap)) : rc;
}

enum err record_open(struct store_txn *txn, struct arena *a, enum store_table table,
		     const struct store_row *row, struct record_place *place, struct span *plain)
{
	const struct record_cipher *c = store_cipher(txn);
	uint8_t adbuf[AD_MAX], *out;
	struct under u;
	struct rd r = rd_of(row->val);
	const uint8_t *head = row->val.p;
	enum err rc;
	uint32_t len;

	/* The length is tested before anything is read, because a row comes from the disk, and
	 * every difference below relies on it. */
	if (row->val.len < HEAD + RECORD_SEAL_EXTRA + 4 || rd_u8(&r) != RECORD_VERSION)
		return ERR_CORRUPT;
	place->table = table;
	/* The class stands in clear, because it says which key opens the rest; it is part of what
	 * is authenticated, so a changed one does not open. */
	place->cls = (enum record_class)rd_u8(&r);
	if (place->cls > RECORD_GRANT)
		return ERR_CORRUPT;
	place->case_id = rd_id16(&r);
	rc = key_of(txn, place->cls, &place->case_id, &u);
	if (rc != ERR_OK)
		return rc;
	out = arena_alloc(a, row->val.len - HEAD - RECORD_SEAL_EXTRA);
	if (out == NULL)
		return ERR_NOMEM;
	{
		const struct span io[2] = {
			ad_of(adbuf, table, head, row->key),
			span_of(head + HEAD, row->val.len - HEAD),
		};

		rc = c->open(c->ctx, place->cls, &place->case_id, u.wrapped, io, out);
	}
	if (rc != ERR_OK)
		return rc;
	/* sealed by us, and still held against its room: a mistake of ours is found here, not behind it */
	len = be32_get(out);
	if (len > row->val.len - HEAD - RECORD_SEAL_EXTRA - 4)
		return ERR_CORRUPT;
	*plain = span_of(out + 4, len);
	return ERR_OK;
}

enum err record_get_place(struct store_txn *txn, struct arena *a, enum store_table table,
			  struct span key, struct record_place *place, struct span *plain)
{
	struct store_row row = {.key = key};
	enum err rc = store_get(txn, table, key, &row.val);

	return rc == ERR_OK ? record_open(txn, a, table, &row, place, plain) : rc;
}

enum err record_get(struct store_txn *txn, struct arena *a, enum store_table table, struct span key,
		    struct span *plain)
{
	struct record_place place;

	return record_get_place(txn, a, table, key, &place, plain);
}

bool record_of_case(const struct store_row *row, const struct id16 *case_id)
{
	require(row != NULL && case_id != NULL);
	return row->val.len >= HEAD && row->val.p[1] == (uint8_t)RECORD_CASE &&
	       memcmp(row->val.p + 2, case_id->b, sizeof case_id->b) == 0;
}

bool record_key_exists(struct store_txn *txn, enum record_class cls, const struct id16 *case_id)
{
	const struct record_cipher *c = store_cipher(txn);

	return (c->hold != NULL && store_writes(txn) && c->holds(c->ctx, cls, case_id)) ||
	       (!shut(txn, cls, case_id) &&
		record_exists(txn, key_table(cls), span_of(case_id->b, sizeof case_id->b)));
}

bool record_exists(struct store_txn *txn, enum store_table table, struct span key)
{
	struct span v;

	return store_get(txn, table, key, &v) == ERR_OK;
}

/* SPDX-License-Identifier: EUPL-1.2 */
/* A member's row, and the index by transport key: net asks for the member by the key that a line was opened with, so two
 * members with one transport key would be taken for each other.  A row is held against its rules wherever it is read and
 * written, because it decides who gets a person's data. */
#include "domain/membership/member.h"

#include "base/check.h"
#include "base/pack.h"
#include "base/text.h"
#include "crypto/hash.h"

enum { ROW_MAX = 640 };
static_assert(ROW_MAX > 5 * 32 + LIMIT_ORG_NAME + LIMIT_ENDPOINT + 32 + 64,
	      "a row with its longest texts");

/* A row of NODE; the order is the format. */
static const struct pack fields[] = {
	PACK_NUMBER(struct member, no),
	PACK_NUMBER(struct member, classes),
	PACK_FLAG(struct member, removed, 0),
	PACK_FLAG(struct member, activated, 1),
	PACK_FLAG(struct member, conflict, 2),
	PACK_FLAG(struct member, recovered, 3),
	PACK_FLAG(struct member, checked, 4),
	PACK_NUMBER(struct member, added_seq),
	PACK_NUMBER(struct member, suspended_until_s),
	PACK_NUMBER(struct member, version),
	PACK_NUMBER(struct member, leaves_s),
	PACK_NUMBER(struct member, key_seq),
	PACK_NUMBER(struct member, flags),
	PACK_BYTES(struct member, node),
	PACK_BYTES(struct member, nk_pub),
	PACK_BYTES(struct member, tk_pub),
	PACK_BYTES(struct member, next_digest),
	PACK_BYTES(struct member, rec_hash),
	PACK_TEXT(struct member, country),
	PACK_TEXT(struct member, org),
	PACK_TEXT(struct member, phone),
	PACK_TEXT(struct member, endpoint),
};
enum { FIELDS = sizeof fields / sizeof fields[0] };

static const char *flaw(const struct member *m)
{
#define RULE(holds)                                                                                \
	if (!(holds))                                                                              \
		return "member: " #holds;

	RULE(m->no >= 1 && m->no <= LIMIT_ROSTER_NODES)
	RULE(!m->removed || !m->activated)
	RULE(!m->recovered || !m->checked)
	RULE(!m->removed || m->leaves_s == 0)
	RULE(!bytes_zero(m->node.b, 32) && !bytes_zero(m->rec_hash.b, 32))
#undef RULE
	return NULL;
}

enum err member_put(struct turn *t, const struct member *m)
{
	struct wr w = arena_wr(t->arena, ROW_MAX);
	const struct store_key k = turn_key_u16(m->no);

	require_sound(flaw(m));
	pack_put(fields, FIELDS, m, &w);
	return w.over ? ERR_NOMEM : turn_put(t, STORE_NODE, &k, wr_span(&w));
}

static enum err row_parse(struct span v, struct member *m)
{
	struct rd r = rd_of(v);

	*m = (struct member){.no = 0};
	pack_get(fields, FIELDS, &r, m);
	return rd_done(&r) && flaw(m) == NULL ? ERR_OK : ERR_CORRUPT;
}

enum err member_get(struct turn *t, uint16_t no, struct member *m)
{
	const struct store_key k = turn_key_u16(no);
	struct span v;
	enum err rc = turn_get(t, STORE_NODE, &k, &v);

	return rc == ERR_OK ? row_parse(v, m) : rc;
}

/* By node id, which never changes; a key may. */
enum err member_find(struct turn *t, const struct id32 *node, struct member *m)
{
	struct store_key idk = {.len = 0};
	struct span v;
	enum err rc;

	key_put(&idk, node->b, 32);
	rc = turn_get(t, STORE_NODEID, &idk, &v);
	if (rc == ERR_OK && v.len != 2)
		return ERR_CORRUPT;
	return rc == ERR_OK ? member_get(t, be16_get(v.p), m) : rc;
}

/* Rows in order of number.  What reading one takes is given back. */
bool member_each(struct turn *t, struct store_walk *w, struct member *m)
{
	const size_t mark = t->arena->used;
	struct record_place place;
	struct span v;

	if (!store_each(t->txn, STORE_NODE, span_of(NULL, 0), w))
		return false;
	w->rc = record_open(t->txn, t->arena, STORE_NODE, &w->row, &place, &v);
	if (w->rc == ERR_OK)
		w->rc = row_parse(v, m);
	arena_rewind(t->arena, mark);
	return w->rc == ERR_OK;
}

static struct store_key transport_key(const struct id32 *tk, uint16_t no)
{
	struct store_key k = {.len = 0};

	key_put(&k, tk->b, 32);
	key_u16(&k, no);
	return k;
}

/* The index by transport key follows a member's newest record; old: what stood there, NULL none. */
enum err member_index_transport(struct turn *t, const struct member *m, const struct id32 *old)
{
	struct store_key k = transport_key(&m->tk_pub, m->no);
	enum err rc = ERR_OK;

	require(m->no != 0);
	if (old != NULL && !id32_equal(old, &m->tk_pub)) {
		const struct store_key before = transport_key(old, m->no);

		rc = store_del(t->txn, STORE_NODEID, key_span(&before));
	}
	return rc == ERR_OK ? turn_put(t, STORE_NODEID, &k, span_of(k.b, 1)) : rc;
}

/* Another member with this transport key: net could not tell one from the other.  ERR_NOTFOUND: none. */
enum err member_transport_taken(struct turn *t, uint16_t no, const struct id32 *tk,
				struct member *by)
{
	struct store_walk w = {.rc = ERR_OK};
	enum err rc;

	require(no != 0);
	while (store_each(t->txn, STORE_NODEID, span_of(tk->b, 32), &w)) {
		if (w.row.key.len != 34) /* a node id that begins so: not an entry of this index */
			continue;
		rc = member_get(t, be16_get(w.row.key.p + 32), by);
		if (rc != ERR_OK)
			return rc == ERR_NOTFOUND ? ERR_CORRUPT : rc;
		if (by->no != no && !by->removed)
			return ERR_OK;
	}
	return w.rc == ERR_OK ? ERR_NOTFOUND : w.rc;
}

/* What only the node itself can say; name, class and country are the roots'. */
void member_from_record(struct member *m, const struct wire_node *rec, struct span bytes)
{
	require(id32_equal(&m->node, &rec->node));
	m->version = rec->version;
	m->key_seq = rec->key_seq;
	m->flags = rec->flags;
	m->nk_pub = rec->nk_pub;
	m->tk_pub = rec->tk_pub;
	m->next_digest = rec->next_digest;
	m->rec_hash = hash_one(HASH_NODEREC, bytes);
	memcpy(m->endpoint, rec->endpoint, sizeof m->endpoint);
}

enum err member_put_record(struct turn *t, const struct member *m, struct span carried)
{
	struct store_key k = turn_key_u16(m->no);

	require(m->key_seq >= 1 && carried.len > 0);
	key_u32(&k, m->key_seq);
	return turn_put(t, STORE_NODEREC, &k, carried);
}

/* SPDX-License-Identifier: EUPL-1.2 */
/* A slice is as long as nobody notices (SLICE threads), whatever lies in them; where it ended is written in the same turn as what
 * it did, so that a crash repeats nothing and forgets nothing. */
#include "domain/care/chores.h"

#include "base/check.h"
#include "domain/care/grants.h"
#include "domain/exchange/quota.h"
#include "domain/referral/referral.h"
#include "domain/referral/worklist.h"

enum { META_CHORE = 10, KEY_LEN = 1 + 1 + 2, ROW_LEN = 1 + 16, SLICE = 128 };

struct chore_row {
	enum chore kind;
	uint16_t peer;
	uint8_t role;	   /* of an index that has both */
	struct id16 after; /* done up to here */
	bool over;
};

static struct store_key key_of(const struct chore_row *c)
{
	struct store_key k = {.len = 0};

	key_u8(&k, META_CHORE);
	key_u8(&k, (uint8_t)c->kind);
	key_u16(&k, c->peer);
	return k;
}

static enum err save(struct turn *t, const struct chore_row *c)
{
	const struct store_key k = key_of(c);
	uint8_t row[ROW_LEN];
	struct wr w = wr_of(row, sizeof row);

	if (c->over)
		return store_del(t->txn, STORE_META, key_span(&k));
	wr_u8(&w, c->role);
	wr_put(&w, c->after.b, sizeof c->after.b);
	require(!w.over && w.len == sizeof row);
	return turn_put(t, STORE_META, &k, wr_span(&w));
}

/* ERR_NOTFOUND: there is none. */
static enum err first(struct turn *t, struct chore_row *c)
{
	const uint8_t prefix = META_CHORE;
	struct store_walk w = {.key_len = KEY_LEN};
	struct store_key k = {.len = 0};
	struct span v;
	struct rd r;
	enum err rc;

	if (!store_each(t->txn, STORE_META, span_of(&prefix, 1), &w))
		return w.rc == ERR_OK ? ERR_NOTFOUND : w.rc;
	key_put(&k, w.row.key.p, w.row.key.len);
	*c = (struct chore_row){.kind = (enum chore)k.b[1], .peer = be16_get(k.b + 2)};
	rc = turn_get(t, STORE_META, &k, &v);
	if (rc != ERR_OK)
		return rc;
	r = rd_of(v);
	c->role = rd_u8(&r);
	c->after = rd_id16(&r);
	return rd_done(&r) && (c->kind == CHORE_GONE || c->kind == CHORE_BELIEVED) ? ERR_OK
										   : ERR_CORRUPT;
}

enum err chores_add(struct turn *t, enum chore kind, uint16_t peer)
{
	require(peer != 0);
	return save(t, &(struct chore_row){.kind = kind, .peer = peer});
}

enum err chores_believe(struct turn *t, uint16_t peer)
{
	return chores_add(t, CHORE_BELIEVED, peer);
}

enum err chores_any(struct turn *t, bool *yes)
{
	const uint8_t prefix = META_CHORE;
	struct store_walk w = {.rc = ERR_OK};

	*yes = store_each(t->txn, STORE_META, span_of(&prefix, 1), &w);
	return w.rc;
}

/* Nobody answers any more; only a person can find another way, so each open referral is work. */
static enum err gone(struct turn *t, struct chore_row *c)
{
	struct thread th;
	enum err rc = quota_next_open(t, c->peer, c->role, &c->after);

	if (rc == ERR_NOTFOUND && c->role == THREAD_SENDER) {
		c->role = THREAD_RECEIVER; /* ours are done: now its own */
		c->after = (struct id16){{0}};
		return ERR_OK;
	}
	if (rc != ERR_OK) {
		c->over = rc == ERR_NOTFOUND;
		return c->over ? ERR_OK : rc;
	}
	rc = thread_load(t, &c->after, &th);
	if (rc == ERR_CORRUPT || rc == ERR_NOTFOUND)
		return ERR_OK; /* one that cannot be read keeps the others from nothing: lists and kring verify name it */
	return rc == ERR_OK ? worklist_add(t, &th, WORK_GONE, "") : rc;
}

static enum err believed(struct turn *t, struct chore_row *c)
{
	enum err rc = thread_next_of_peer(t, c->peer, &c->after);

	if (rc == ERR_NOTFOUND) {
		c->over = true;
		return ERR_OK;
	}
	return rc == ERR_OK ? grants_believe(t, &c->after) : rc;
}

enum err chores_tick(struct turn *t)
{
	struct chore_row c;
	enum err rc = first(t, &c);

	if (rc != ERR_OK)
		return rc == ERR_NOTFOUND ? ERR_OK : rc;
	for (unsigned i = 0; rc == ERR_OK && !c.over && i < SLICE && t->doc_count + 4 < LIMIT_BURST;
	     i++) {
		const size_t mark = t->arena->used;

		rc = c.kind == CHORE_GONE ? gone(t, &c) : believed(t, &c);
		arena_rewind(t->arena, mark);
	}
	return rc == ERR_OK ? save(t, &c) : rc;
}

/* SPDX-License-Identifier: EUPL-1.2 */
/* A document that cannot be stored here (a fault of ours, of its row, of its case) must not stop the stream: it is
 * answered with a verdict that says so, its number is used up, and this row remembers its thread.  What follows in that
 * thread, or rests on its consent, would be out of order and is passed over too.  The sender keeps all of it and asks
 * again; the first one that can be stored ends the row. */
#include "domain/exchange/unstored.h"

#include "base/check.h"
#include "base/date.h"
#include "domain/documents/thread.h"
#include "domain/exchange/pair.h"

enum { LOOK_MS = 60000 };
enum { SHOWN = 8 }; /* in kring status, of one partner: one that breaks much hides nobody else */
enum { META_UNSTORED = 9, KEY_LEN = 1 + 2 + 16, ROW_LEN = 2 + 1 + 4 + 8 + 8 };

struct row {
	uint16_t type;
	enum err why;
	uint32_t count;
	uint64_t first_ms, last_ms;
};

static struct store_key key_of(uint16_t peer, const struct id16 *thread)
{
	struct store_key k = {.len = 0};

	key_u8(&k, META_UNSTORED);
	key_u16(&k, peer);
	key_put(&k, thread->b, sizeof thread->b);
	return k;
}

static enum err load(struct turn *t, const struct store_key *k, struct row *row)
{
	struct span v;
	struct rd r;
	enum err rc = turn_get(t, STORE_META, k, &v);

	if (rc != ERR_OK)
		return rc;
	r = rd_of(v);
	row->type = rd_u16(&r);
	row->why = (enum err)rd_u8(&r);
	row->count = rd_u32(&r);
	row->first_ms = rd_u64(&r);
	row->last_ms = rd_u64(&r);
	return rd_done(&r) ? ERR_OK : ERR_CORRUPT;
}

/* One row more, if there is room for it. */
static enum err counted(struct turn *t, uint16_t peer, bool *full)
{
	struct pair *pr;
	enum err rc = pair_get(t, peer, &pr);

	if (rc != ERR_OK)
		return rc;
	*full = pr->unstored >= LIMIT_UNSTORED;
	pr->unstored += *full ? 0 : 1;
	return ERR_OK;
}

/* first_ms stays: people see since when a thread stands still.  A partner that sends without end fills no more than its own
 * rows: what is beyond them is known by what is missing (unstored_lacks). */
enum err unstored_add(struct turn *t, uint16_t peer, const struct id16 *thread, uint16_t type,
		      enum err why)
{
	const struct store_key k = key_of(peer, thread);
	struct row row = {.first_ms = t->wall_ms};
	uint8_t buf[ROW_LEN];
	struct wr w = wr_of(buf, sizeof buf);
	bool full = false;
	enum err rc = load(t, &k, &row);

	if (rc == ERR_NOTFOUND)
		rc = counted(t, peer, &full);
	if (rc != ERR_OK || full)
		return rc;
	wr_u16(&w, type);
	wr_u8(&w, (uint8_t)why);
	wr_u32(&w, row.count + 1);
	wr_u64(&w, row.first_ms);
	wr_u64(&w, t->wall_ms);
	require(!w.over);
	return turn_put(t, STORE_META, &k, wr_span(&w));
}

/* A thread is missing here although nothing says why: of a partner of which more was passed over than is remembered, that is
 * why. */
enum err unstored_lacks(struct turn *t, uint16_t peer, const struct id16 *thread, enum err *why)
{
	const struct store_key k = key_of(peer, thread), tk = turn_key_id(thread);
	struct pair *pr;
	struct row row;
	enum err rc = load(t, &k, &row);

	*why = rc == ERR_OK ? row.why : ERR_OK;
	if (rc != ERR_NOTFOUND)
		return rc;
	rc = pair_get(t, peer, &pr);
	if (rc == ERR_OK && pr->unstored >= LIMIT_UNSTORED &&
	    !record_exists(t->txn, STORE_THREAD, key_span(&tk)))
		*why = ERR_BUSY;
	return rc;
}

/* Asked for every document that could be stored: mostly there is no row, and nothing is written. */
enum err unstored_over(struct turn *t, uint16_t peer, const struct id16 *thread)
{
	const struct store_key k = key_of(peer, thread);
	struct pair *pr;
	enum err rc;

	if (!record_exists(t->txn, STORE_META, key_span(&k)))
		return ERR_OK;
	rc = pair_get(t, peer, &pr);
	if (rc != ERR_OK)
		return rc;
	pr->unstored -= pr->unstored > 0;
	return store_del(t->txn, STORE_META, key_span(&k));
}

static enum err forget(struct turn *t, uint16_t peer)
{
	struct store_walk w = {.key_len = KEY_LEN};
	struct store_key prefix = {.len = 0};

	require(peer != 0);
	key_u8(&prefix, META_UNSTORED);
	key_u16(&prefix, peer);
	while (store_each(t->txn, STORE_META, key_span(&prefix), &w)) {
		const size_t mark = t->arena->used;
		struct store_key k = {.len = 0};
		struct id16 thread;
		struct row row = {0};

		key_put(&k, w.row.key.p, w.row.key.len);
		memcpy(thread.b, k.b + 3, sizeof thread.b);
		w.rc = load(t, &k, &row);
		arena_rewind(t->arena, mark);
		if (w.rc != ERR_OK ||
		    t->wall_ms < row.last_ms + (uint64_t)LIMIT_RETAIN_DAYS * DAY_MS)
			continue;
		w.rc = unstored_over(t, peer, &thread);
	}
	return w.rc;
}

/* Who still has such a document asks every hour; what a sender gave up is never stored, and its row would stay for ever,
 * until all rows of that partner are taken by what nobody wants any more. */
enum err unstored_tick(struct turn *t)
{
	struct node *n = t->node;

	if (t->mono_ms < n->look.mono_ms || n->peer_count == 0)
		return ERR_OK;
	n->look.mono_ms = t->mono_ms + LOOK_MS;
	n->look.peer = (uint16_t)(n->look.peer % n->peer_count + 1);
	return forget(t, n->look.peer);
}

/* The reference is what people on the phone with the partner can name. */
enum err unstored_status(struct turn *t, struct msg *status)
{
	struct store_walk w = {.key_len = KEY_LEN};
	struct store_key prefix = {.len = 0};
	uint16_t peer = 0;
	unsigned shown = 0;
	enum err rc;

	key_u8(&prefix, META_UNSTORED);
	while (store_each(t->txn, STORE_META, key_span(&prefix), &w)) {
		struct store_key k = {.len = 0};
		char ref[THREAD_REF_LEN + 1];
		const struct peer *p;
		struct id16 thread;
		struct row row;
		struct msg *m;

		/* enough for one page; the others show when these are mended */
		if (msg_count(status, STATUS_FAULTS) >= (size_t)2 * FAULTS_MAX)
			return ERR_OK;
		key_put(&k, w.row.key.p, w.row.key.len);
		if (be16_get(k.b + 1) != peer) {
			peer = be16_get(k.b + 1);
			shown = 0;
		} else if (shown >= SHOWN) { /* enough of this one: on to the next partner */
			w.at = (struct store_key){.len = 0};
			key_u8(&w.at, META_UNSTORED);
			key_u16(&w.at, peer);
			key_u32(&w.at, UINT32_MAX);
			key_u64(&w.at, UINT64_MAX);
			key_u32(&w.at, UINT32_MAX);
			continue;
		}
		rc = load(t, &k, &row);
		if (rc != ERR_OK)
			return rc;
		if (row.why == ERR_BUSY)
			continue; /* nothing failed: quota_status */
		shown++;
		p = state_peer(t->node, be16_get(k.b + 1));
		memcpy(thread.b, k.b + 3, sizeof thread.b);
		thread_reference(t, &thread, ref);
		m = msg_add(t->arena, status, STATUS_FAULTS);
		msg_set_text(t->arena, m, FAULT_ROW_WHAT, fault_part_name(FAULT_DOCUMENT));
		msg_set_text(t->arena, m, FAULT_ROW_PARTNER, p == NULL ? "" : p->org);
		msg_set_text(t->arena, m, FAULT_ROW_ACT, document_type_name(row.type));
		msg_set_text(t->arena, m, FAULT_ROW_REF, ref);
		msg_set_text(t->arena, m, FAULT_ROW_CAUSE, err_text(row.why));
		msg_set_u64(m, FAULT_ROW_COUNT, row.count);
		msg_set_u64(m, FAULT_ROW_SINCE_MS, row.first_ms);
		msg_set_u64(m, FAULT_ROW_LAST_MS, row.last_ms);
		msg_set_u64(m, FAULT_ROW_ALARM, row.count >= FAULT_ALARM);
	}
	return w.rc;
}

/* SPDX-License-Identifier: EUPL-1.2 */
/* A partner's stream has no gaps: what has number n was stored, passed over or found to be known, and this row says which.
 * It is kept as long as the pair of incarnations lives, because a verdict may be asked for again at any time, and because
 * another document under the same number is how a roll-back of the partner shows. */
#include "domain/exchange/inbox.h"

#include "base/check.h"

enum { IN_LEN = 16 + 32 + 2 + 8 };

/* What came in this turn is answered at its end. */
struct inbox_new {
	struct inbox_new *next;
	uint16_t peer;
	uint64_t number;
	struct inbox_row row;
};

/* A burst at most: a list is enough, and the newest are asked for first. */
static struct inbox_new *new_at(const struct turn *t, uint16_t peer, uint64_t number)
{
	struct inbox_new *n = t->own.taken;

	while (n != NULL && (n->number != number || n->peer != peer))
		n = n->next;
	return n;
}

/* A number may begin again within a turn: then it is that of another document. */
static enum err new_add(struct turn *t, uint16_t peer, uint64_t number, const struct inbox_row *row)
{
	struct inbox_new *n = new_at(t, peer, number);

	require(peer != 0 && number != 0);
	if (n == NULL) {
		n = arena_keep(t->arena, sizeof *n);
		if (n == NULL)
			return ERR_NOMEM;
		*n = (struct inbox_new){.next = t->own.taken, .peer = peer, .number = number};
		t->own.taken = n;
	}
	n->row = *row;
	return ERR_OK;
}

enum err inbox_put(struct turn *t, struct pair *p, const struct inbox_row *row)
{
	const struct store_key k = turn_key_u16_u64(p->peer, ++p->got);
	uint8_t buf[IN_LEN];
	struct wr w = wr_of(buf, sizeof buf);
	enum err rc;

	require(p->yours.no != 0);
	wr_put(&w, row->msg.b, 16);
	wire_verdict_put(&w, &row->verdict);
	require(!w.over && w.len == sizeof buf);
	rc = turn_put(t, STORE_INNUM, &k, wr_span(&w));
	return rc == ERR_OK ? new_add(t, p->peer, p->got, row) : rc;
}

enum err inbox_get(struct turn *t, uint16_t peer, uint64_t number, struct inbox_row *row)
{
	const struct store_key k = turn_key_u16_u64(peer, number);
	const struct inbox_new *n = new_at(t, peer, number);
	struct span v;
	struct rd r;
	enum err rc;

	if (n != NULL) {
		*row = n->row;
		return ERR_OK;
	}
	rc = turn_get(t, STORE_INNUM, &k, &v);
	if (rc != ERR_OK)
		return rc;
	r = rd_of(v);
	row->msg = rd_id16(&r);
	row->verdict = wire_verdict_get(&r);
	return rd_done(&r) ? ERR_OK : ERR_CORRUPT;
}

/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What left about a person, to whom, when and under which consent: one row for each document, written in the turn that
 * signs it.  The row has categories and no content, so that it can outlive the content and answer "who was told what".
 */
#include "domain/consent/ledger.h"

#include "base/check.h"

/* LEDGER := peer u16 | type u16 | cats u64 | time_ms u64 */
enum { ROW_LEN = 2 + 2 + 8 + 8 };

enum err ledger_add(struct turn *t, const struct id16 *grant, const struct id16 *msg, uint16_t peer,
		    uint16_t type, uint64_t cats)
{
	const struct store_key k = turn_key_ids(grant, msg);
	uint8_t row[ROW_LEN];
	struct wr w = wr_of(row, sizeof row);

	require(peer != 0);
	wr_u16(&w, peer);
	wr_u16(&w, type);
	wr_u64(&w, cats);
	wr_u64(&w, t->wall_ms);
	return turn_put(t, STORE_LEDGER, &k, wr_span(&w));
}

bool ledger_each(struct turn *t, const struct id16 *grant, struct store_walk *w,
		 struct ledger_row *row, enum err *damage)
{
	const struct store_key prefix = turn_key_id(grant);
	struct record_place place;
	struct span v;
	struct rd r;

	if (!store_each(t->txn, STORE_LEDGER, key_span(&prefix), w))
		return false;
	*damage = record_open(t->txn, t->arena, STORE_LEDGER, &w->row, &place, &v);
	if (*damage != ERR_OK)
		return true;
	r = rd_of(v);
	row->peer = rd_u16(&r);
	row->type = rd_u16(&r);
	row->cats = rd_u64(&r);
	row->at_ms = rd_u64(&r);
	w->rc = rd_done(&r) ? ERR_OK : ERR_CORRUPT;
	return w->rc == ERR_OK;
}

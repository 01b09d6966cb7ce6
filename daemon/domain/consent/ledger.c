/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What left about a person, to whom, when and under which consent: one row for each document, written in the turn that
 * signs it.  The row has categories and no content, so that it can outlive the content and answer "who was told what".
 */
#include "domain/consent/ledger.h"

#include "base/check.h"
#include "domain/exchange/document.h"
#include "domain/page.h"

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

static void list_row(struct turn *t, struct span grant, struct span v, struct msg *reply)
{
	struct rd r = rd_of(v);
	const struct peer *p = state_peer(t->node, rd_u16(&r));
	const uint16_t type = rd_u16(&r);
	const uint64_t cats = rd_u64(&r), at = rd_u64(&r);
	struct msg *m = msg_add(t->arena, reply, REPLY_DISCLOSURES);
	char hex[33];

	bytes_hex(hex, grant.p, 16);
	msg_set_text(t->arena, m, DISCLOSURE_ROW_PARTNER, p == NULL ? "" : p->org);
	msg_set_u64(m, DISCLOSURE_ROW_AT_MS, at);
	msg_set_u64(m, DISCLOSURE_ROW_CATS, cats);
	msg_set_text(t->arena, m, DISCLOSURE_ROW_BASIS, "consent");
	msg_set_text(t->arena, m, DISCLOSURE_ROW_GRANT, hex);
	msg_set_text(t->arena, m, DISCLOSURE_ROW_ACT, document_type_name(type));
}

/* Found by the grants of the case: the rows themselves name no case. */
static enum err list_grant(struct turn *t, const struct id16 *grant, struct msg *reply)
{
	const struct store_key prefix = turn_key_id(grant);
	struct store_walk w = {.rc = ERR_OK};
	enum err rc;

	while (store_each(t->txn, STORE_LEDGER, key_span(&prefix), &w)) {
		struct record_place place;
		struct span v;

		rc = record_open(t->txn, t->arena, STORE_LEDGER, &w.row, &place, &v);
		if (page_damaged(t, rc, STORE_LEDGER, w.row.key, reply))
			continue;
		if (rc != ERR_OK || v.len != ROW_LEN)
			return rc == ERR_OK ? ERR_CORRUPT : rc;
		if (!turn_room(reply, REPLY_DISCLOSURES))
			return ERR_OK;
		list_row(t, span_of(grant->b, 16), v, reply);
	}
	return w.rc;
}

enum err ledger_list(struct turn *t, const struct id16 *case_id, struct msg *reply)
{
	const struct store_key prefix = turn_key_id(case_id);
	struct store_walk w = {.rc = ERR_OK};
	enum err rc;

	while (store_each(t->txn, STORE_GRANTCASE, key_span(&prefix), &w)) {
		struct id16 grant;

		memcpy(grant.b, w.row.key.p + 16, 16);
		rc = list_grant(t, &grant, reply);
		if (rc != ERR_OK)
			return rc;
	}
	return w.rc;
}

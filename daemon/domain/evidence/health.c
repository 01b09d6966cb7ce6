/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A large store takes longer than one turn may: rows are opened a page at a time, and the client asks for the next page with
 * the place where this one ended.
 */
#include "domain/evidence/health.h"

#include "domain/page.h"

enum { PAGE = 5000 };
static_assert(PAGE > LIMIT_LIST_ROWS, "a page may be all damage, and then ends early");

/* Wrapped keys are sealed under keyroot's keys and META row 0 is in clear: neither is a record. */
static bool is_record(enum store_table table, const struct store_row *row)
{
	return table != STORE_CASEKEY && table != STORE_AUDITKEY && table != STORE_OWNKEY &&
	       !(table == STORE_META && row->key.len == 1 && row->key.p[0] == 0);
}

/* Every record is opened once: a disk that rots is found before a backup has rotted too. */
enum err health_verify(struct turn *t, const struct msg *req, struct msg *reply)
{
	uint64_t table = msg_u64(req, VERIFY_ASK_TABLE), count = 0;
	const struct span after = msg_bytes(req, VERIFY_ASK_AFTER);
	struct store_key at = {.len = 0};
	struct store_row row;
	enum err rc = ERR_OK;

	if (after.len > sizeof at.b)
		return turn_refuse(t, ERR_INVAL, "the request was not understood", "", "");
	key_put(&at, after.p, after.len);
	for (; table < STORE_TABLE_COUNT && count < PAGE; table++, at.len = 0) {
		while (count < PAGE && msg_count(reply, REPLY_DAMAGE) < LIMIT_LIST_ROWS &&
		       (rc = store_next_prefix(t->txn, (enum store_table)table, span_of(NULL, 0),
					       &at, &row)) == ERR_OK) {
			const size_t mark = t->arena->used;
			struct record_place place;
			struct span v;
			enum err opened;

			count++;
			if (!is_record((enum store_table)table, &row))
				continue;
			opened = record_open(t->txn, t->arena, (enum store_table)table, &row,
					     &place, &v);
			arena_rewind(t->arena, mark);
			if (page_damaged(t, opened, (enum store_table)table, row.key, reply))
				continue;
			if (opened != ERR_OK &&
			    opened != ERR_NOTFOUND) /* erased with its case: fine */
				return opened;
		}
		if (rc != ERR_OK && rc != ERR_NOTFOUND)
			return rc; /* the table itself: what lies behind was not looked at */
		if (count >= PAGE || msg_count(reply, REPLY_DAMAGE) >= LIMIT_LIST_ROWS)
			break;
	}
	msg_set_u64(reply, REPLY_COUNT, count);
	if (table < STORE_TABLE_COUNT) {
		msg_set_u64(reply, REPLY_MORE, 1);
		msg_set_u64(reply, REPLY_NEXT_TABLE, table);
		msg_set_bytes(t->arena, reply, REPLY_BLOB, key_span(&at));
	}
	return ERR_OK;
}

/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A large store takes longer than one turn may: rows are opened a page at a time, and the client asks for the next page with
 * the place where this one ended.
 */
#include "domain/evidence/health.h"

#include "base/check.h"

enum { PAGE = 5000 };
static_assert(PAGE > LIMIT_LIST_ROWS, "a page may be all damage, and then ends early");

/* Wrapped keys are sealed under keyroot's keys, META row 0 is in clear, and chunks are ciphertext that its own name proves: none
 * of them is a record. */
static bool is_record(enum store_table table, const struct store_row *row)
{
	return table != STORE_CASEKEY && table != STORE_AUDITKEY && table != STORE_GRANTKEY &&
	       table != STORE_OWNKEY && table != STORE_CHUNK &&
	       !(table == STORE_META && row->key.len == 1 && row->key.p[0] == 0);
}

/* Every record is opened once: a disk that rots is found before a backup has rotted too. */
enum err health_page(struct turn *t, struct health_page *p)
{
	size_t damaged = 0;

	require(p->damaged != NULL && p->count == 0);
	for (; p->table < STORE_TABLE_COUNT && p->count < PAGE; p->table++, p->at.len = 0) {
		const enum store_table table = (enum store_table)p->table;
		struct store_walk w = {.at = p->at};

		while (p->count < PAGE && damaged < LIMIT_LIST_ROWS &&
		       store_each(t->txn, table, span_of(NULL, 0), &w)) {
			const size_t mark = t->arena->used;
			struct record_place place;
			struct span v;
			enum err opened;

			p->count++;
			if (!is_record(table, &w.row))
				continue;
			opened = record_open(t->txn, t->arena, table, &w.row, &place, &v);
			arena_rewind(t->arena, mark);
			if (opened == ERR_CORRUPT) {
				damaged++;
				p->damaged(p->ctx, table, w.row.key);
				continue;
			}
			if (opened != ERR_OK &&
			    opened != ERR_NOTFOUND) /* erased with its case: fine */
				return opened;
		}
		p->at = w.at;
		if (w.rc != ERR_OK)
			return w.rc; /* the table itself: what lies behind was not looked at */
		if (p->count >= PAGE || damaged >= LIMIT_LIST_ROWS)
			break;
	}
	return ERR_OK;
}

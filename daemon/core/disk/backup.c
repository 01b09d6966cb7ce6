/* SPDX-License-Identifier: EUPL-1.2 */
/* A snapshot, read piece by piece while the node works.  It is one read transaction: whatever changes meanwhile, all pieces
 * are of one moment.  The reader keeps old pages from being used again, so it has an end: when nobody asks for half a
 * minute, when the map is nearly full, and before any case is shredded, whose keys it would carry away.
 * Invariant: number is that of the piece to come; a piece is given out once. */
#include "core/disk/backup.h"

#include <stdlib.h>

#include "base/check.h"
#include "domain/turn.h"
#include "proto/lists.h"
#include "proto/msg.h"
#include "proto/refusals.h"
#include "store/record.h"

static_assert(STORE_TABLE_COUNT <= UINT8_MAX, "a table's number is one byte of a row");
struct backup {
	struct store_txn *txn;
	struct backup_out *out;
	unsigned table;
	struct store_walk rows; /* of that table */
	uint64_t number;	/* of the next piece */
	bool ended;
};

/* Cached replies are for a day, and a prekey of a partner ends with its connection. */
static bool belongs(enum store_table t)
{
	return t != STORE_REQUEST && t != STORE_REQUESTAGE && t != STORE_PEERKEY &&
	       t != STORE_OWNKEY;
}

enum err backup_begin(struct backup **out, struct store *s, const struct keyfile *k,
		      const struct backup_files *files, uint64_t time_s)
{
	struct backup *b = calloc(1, sizeof *b);
	enum err rc = b == NULL ? ERR_NOMEM : backup_out_open(&b->out, k, time_s);

	if (rc == ERR_OK)
		rc = store_begin(s, false, &b->txn);
	if (rc != ERR_OK) {
		backup_end(b);
		return rc;
	}
	require(files != NULL && k != NULL);
	/* Files first: a restore finds its settings and its roster before the first row. */
	for (; files->name != NULL; files++)
		if (files->bytes.len != 0)
			backup_out_file(b->out, files->name, files->bytes);
	*out = b;
	return ERR_OK;
}

void backup_end(struct backup *b)
{
	if (b == NULL)
		return;
	if (b->txn != NULL)
		store_abort(b->txn);
	backup_out_close(b->out);
	free(b);
}

static bool is_key(enum store_table t)
{
	return t == STORE_CASEKEY || t == STORE_AUDITKEY || t == STORE_GRANTKEY;
}

/* Without what it is wrapped under here, which a restore draws anew; the seal of the whole backup is what protects it. */
static enum err add_key(struct backup *b, const struct store_row *row)
{
	const enum keybox_class cls = b->table == STORE_CASEKEY	   ? KEYBOX_CASE
				      : b->table == STORE_GRANTKEY ? KEYBOX_GRANT
								   : KEYBOX_AUDIT;
	struct id16 id;

	require(is_key((enum store_table)b->table));
	if (row->key.len != 16 || row->val.len != RECORD_WRAPPED_LEN)
		return ERR_CORRUPT;
	memcpy(id.b, row->key.p, 16);
	return backup_out_key(b->out, cls, &id, row->val.p);
}

/* Rows until the piece is full.  The end of a table is no error: the next table follows. */
static enum err fill(struct backup *b)
{
	enum err rc = ERR_OK;

	while (rc == ERR_OK && b->table < STORE_TABLE_COUNT && backup_out_room(b->out)) {
		const enum store_table t = (enum store_table)b->table;

		if (!belongs(t) || !store_each(b->txn, t, span_of(NULL, 0), &b->rows)) {
			rc = b->rows.rc;
			b->table++;
			b->rows = (struct store_walk){.rc = ERR_OK};
			continue;
		}
		if (is_key(t))
			rc = add_key(b, &b->rows.row);
		else
			backup_out_row(b->out, (uint8_t)t, b->rows.row.key, b->rows.row.val);
	}
	/* the end is sealed too: a backup that was cut short is known by it */
	if (rc == ERR_OK && b->table == STORE_TABLE_COUNT && !b->ended) {
		b->ended = true;
		backup_out_end(b->out);
	}
	return rc;
}

static enum err next(struct backup *b, uint64_t number, uint8_t *out, size_t *len, bool *last)
{
	enum err rc = ERR_OK;

	require(b->txn != NULL && b->table <= STORE_TABLE_COUNT);
	/* A piece that is asked for twice is not there any more: the stream is sealed only once. */
	if (number != b->number)
		return ERR_INVAL;
	*len = backup_out_take(b->out, out, last);
	while (rc == ERR_OK && *len == 0) {
		rc = fill(b);
		if (rc == ERR_OK)
			*len = backup_out_take(b->out, out, last);
	}
	b->number++;
	return rc;
}

static enum err piece(struct backup *b, struct store *s, uint64_t number, struct arena *a,
		      struct msg *reply, bool *last)
{
	uint8_t *out = arena_alloc(a, BACKUP_PIECE_MAX);
	size_t len = 0;
	enum err rc = b == NULL ? ERR_STATE : ERR_OK;

	if (rc == ERR_OK && out == NULL)
		rc = ERR_NOMEM;
	if (rc == ERR_OK && store_crowded(s))
		rc = ERR_FULL; /* what is freed cannot be used while somebody reads an old state */
	if (rc == ERR_OK)
		rc = next(b, number, out, &len, last);
	if (rc == ERR_OK)
		msg_set_bytes(a, reply, REPLY_BLOB, span_of(out, len));
	return rc;
}

/* A broken-off backup gets one sentence, whatever broke it: the remedy is the same. */
bool backup_answer(struct backup *b, struct store *s, struct arena *a, struct span request,
		   struct span *reply, bool *over)
{
	struct msg *req, *out = msg_new(a, MSG_REPLY);
	const struct msg *next;
	struct err_text why;
	bool last = false;
	enum err rc;

	if (msg_parse(a, MSG_REQUEST, request, &req, &why) != ERR_OK ||
	    !msg_has(req, REQUEST_BACKUP_NEXT) || msg_has(req, REQUEST_SESSION))
		return false; /* a copy of the node is for the machine's own users */
	next = msg_get(req, REQUEST_BACKUP_NEXT);
	/* that one is kept, or was read through, the domain hears */
	if (msg_u64(next, BACKUP_NEXT_KEPT) != 0 || msg_u64(next, BACKUP_NEXT_CHECKED) != 0)
		return false;
	rc = piece(b, s, msg_u64(next, BACKUP_NEXT_NUMBER), a, out, &last);
	*over = rc != ERR_OK || last;
	if (rc == ERR_OK) {
		msg_set_u64(out, REPLY_MORE, !last);
	} else {
		msg_set_text(a, out, REPLY_ERROR, turn_error_code(ERR_BUSY));
		msg_set_text(a, out, REPLY_CODE, list_refusal_codes[REFUSAL_BACKUP_BROKEN_OFF]);
	}
	return msg_pack(a, out, reply) == ERR_OK;
}

/* SPDX-License-Identifier: EUPL-1.2 */
#include "domain/exchange/outbox.h"

enum { PLACE_LEN = 16 + 1 + 2 + 8 + 8 };

static enum err place_put(struct turn *t, uint16_t peer, uint64_t place,
			  const struct outbox_row *row)
{
	const struct store_key k = turn_key_u16_u64(peer, place);
	uint8_t buf[PLACE_LEN];
	struct wr w = wr_of(buf, sizeof buf);

	wr_put(&w, row->doc.msg.b, 16);
	wr_u8(&w, row->state);
	wr_u16(&w, row->verdict);
	wr_u64(&w, row->queued_ms);
	wr_u64(&w, row->stored_ms);
	return turn_put(t, STORE_OUTPLACE, &k, wr_span(&w));
}

enum err outbox_get(struct turn *t, uint16_t peer, uint64_t place, struct outbox_row *row)
{
	const struct store_key k = turn_key_u16_u64(peer, place);
	struct span v;
	struct rd r;
	enum err rc = turn_get(t, STORE_OUTPLACE, &k, &v);

	if (rc != ERR_OK)
		return rc;
	r = rd_of(v);
	row->doc = (struct doc_key){rd_id16(&r), 0};
	row->state = rd_u8(&r);
	row->verdict = rd_u16(&r);
	row->queued_ms = rd_u64(&r);
	row->stored_ms = rd_u64(&r);
	return rd_done(&r) ? ERR_OK : ERR_CORRUPT;
}

enum err outbox_put(struct turn *t, uint16_t peer, const struct doc_key *doc)
{
	const struct outbox_row row = {.doc = *doc, .state = OUTBOX_OWED, .queued_ms = t->wall_ms};
	const struct store_key ik = turn_key_id(&doc->msg);
	uint8_t at[10];
	struct wr w = wr_of(at, sizeof at);
	struct pair *p;
	enum err rc = pair_get(t, peer, &p);

	if (rc != ERR_OK)
		return rc;
	p->out_last++;
	if (p->kept_from == 0)
		p->kept_from = p->out_last;
	wr_u16(&w, peer);
	wr_u64(&w, p->out_last);
	rc = place_put(t, peer, p->out_last, &row);
	return rc == ERR_OK ? turn_put(t, STORE_OUTID, &ik, wr_span(&w)) : rc;
}

enum err outbox_find(struct turn *t, const struct id16 *msg, uint16_t *peer, uint64_t *place,
		     struct outbox_row *row)
{
	const struct store_key ik = turn_key_id(msg);
	struct span v;
	enum err rc = turn_get(t, STORE_OUTID, &ik, &v);

	if (rc != ERR_OK)
		return rc;
	if (v.len != 10)
		return ERR_CORRUPT;
	*peer = be16_get(v.p);
	*place = be64_get(v.p + 2);
	return outbox_get(t, *peer, *place, row);
}

enum err outbox_settle(struct turn *t, uint16_t peer, uint64_t place, const struct wire_verdict *v)
{
	struct outbox_row row;
	enum err rc = outbox_get(t, peer, place, &row);

	if (rc != ERR_OK || row.state == OUTBOX_SHELVED)
		return rc == ERR_NOTFOUND ? ERR_OK : rc;
	row.state = OUTBOX_STORED;
	row.verdict = v->code;
	row.stored_ms = v->stored_ms;
	return place_put(t, peer, place, &row);
}

enum err outbox_not_taken(struct turn *t, struct pair *p, uint64_t place, uint16_t verdict)
{
	struct outbox_row row;
	enum err rc = outbox_get(t, p->peer, place, &row);

	if (rc != ERR_OK || row.state == OUTBOX_SHELVED || row.state == OUTBOX_STORED)
		return rc;
	row.verdict = verdict;
	rc = place_put(t, p->peer, place, &row);
	return rc == ERR_OK ? outbox_wait(t, p, place) : rc;
}

enum err outbox_drop(struct turn *t, uint16_t peer, uint64_t place)
{
	struct outbox_row row;
	enum err rc = outbox_get(t, peer, place, &row);

	if (rc != ERR_OK)
		return rc;
	if (row.state != OUTBOX_OWED)
		return ERR_STATE;
	row.state = OUTBOX_DROPPED;
	rc = place_put(t, peer, place, &row);
	return rc == ERR_OK ? document_hollow(t, &row.doc, WIRE_VERDICT_DROPPED) : rc;
}

enum err outbox_number(struct turn *t, struct pair *p, uint64_t place)
{
	const struct store_key k = turn_key_u16_u64(p->peer, ++p->num_last);
	uint8_t at[8];

	be64_put(at, place);
	return turn_put(t, STORE_OUTNUM, &k, span_of(at, sizeof at));
}

enum err outbox_wait(struct turn *t, struct pair *p, uint64_t place)
{
	const struct store_key k = turn_key_u16_u64(p->peer, place);
	const uint8_t one = 1;

	if (!record_exists(t->txn, STORE_WAITING, key_span(&k)))
		p->waiting++;
	return turn_put(t, STORE_WAITING, &k, span_of(&one, 1));
}

enum err outbox_waiting(struct turn *t, const struct pair *p, uint64_t *place)
{
	const struct store_key k = turn_key_u16_u64(p->peer, *place);
	struct store_row row;
	enum err rc = store_seek(t->txn, STORE_WAITING, key_span(&k), &row);

	if (rc != ERR_OK)
		return rc;
	if (row.key.len != 10)
		return ERR_CORRUPT;
	if (be16_get(row.key.p) != p->peer)
		return ERR_NOTFOUND;
	*place = be64_get(row.key.p + 2);
	return ERR_OK;
}

enum err outbox_unwait(struct turn *t, struct pair *p, uint64_t place)
{
	const struct store_key k = turn_key_u16_u64(p->peer, place);

	p->waiting -= p->waiting > 0;
	return store_del(t->txn, STORE_WAITING, key_span(&k));
}

enum err outbox_mark(struct turn *t, const struct id16 *msg, enum outbox_state state)
{
	struct outbox_row row;
	uint64_t place;
	uint16_t peer;
	enum err rc = outbox_find(t, msg, &peer, &place, &row);

	if (rc != ERR_OK)
		return rc == ERR_NOTFOUND ? ERR_OK : rc; /* let go of long ago */
	row.state = (uint8_t)state;
	if (row.stored_ms == 0)
		row.stored_ms = t->wall_ms;
	return place_put(t, peer, place, &row);
}

enum err outbox_numbered(struct turn *t, const struct pair *p, uint64_t place, bool *yes)
{
	enum err rc = ERR_OK;

	*yes = false;
	for (uint64_t no = 1; rc == ERR_OK && !*yes && no <= p->num_last; no++) {
		uint64_t at = 0;

		rc = outbox_place_of(t, p->peer, no, &at);
		*yes = at == place;
	}
	return rc;
}

enum err outbox_place_of(struct turn *t, uint16_t peer, uint64_t number, uint64_t *place)
{
	const struct store_key k = turn_key_u16_u64(peer, number);
	struct span v;
	enum err rc = turn_get(t, STORE_OUTNUM, &k, &v);

	if (rc == ERR_OK && v.len != 8)
		return ERR_CORRUPT;
	if (rc == ERR_OK)
		*place = be64_get(v.p);
	return rc;
}

enum err outbox_prune(struct turn *t, struct pair *p, unsigned limit)
{
	const uint64_t keep_ms = (uint64_t)LIMIT_RETAIN_DAYS * 86400000u;

	if (p->waiting > 0 || p->num_last > p->acked || p->off_from < p->off_to)
		return ERR_OK; /* an old one may be on its way again */
	while (limit-- > 0 && p->kept_from != 0 && p->kept_from < p->tail) {
		const struct store_key k = turn_key_u16_u64(p->peer, p->kept_from);
		struct outbox_row row;
		struct store_key ik;
		enum err rc = outbox_get(t, p->peer, p->kept_from, &row);

		if (rc != ERR_OK)
			return rc;
		/* counted from the last receipt: a backup of theirs may be older than that */
		if (row.state == OUTBOX_SHELVED
			    ? row.queued_ms + keep_ms > t->wall_ms
			    : (row.state != OUTBOX_STORED || row.stored_ms + keep_ms > t->wall_ms))
			return ERR_OK;
		ik = turn_key_id(&row.doc.msg);
		rc = store_del(t->txn, STORE_OUTPLACE, key_span(&k));
		if (rc == ERR_OK)
			rc = store_del(t->txn, STORE_OUTID, key_span(&ik));
		if (rc != ERR_OK)
			return rc;
		p->kept_from++;
	}
	return ERR_OK;
}

/* SPDX-License-Identifier: EUPL-1.2 */
#include "domain/exchange/outbox.h"

enum {
	PAIR_LEN = 2 * 20 + 19 * 8 + 4 + 1 + OUTBOX_RECEIPT_LEN,
	PLACE_LEN = 16 + 1 + 2 + 8 + 8,
	IN_LEN = 16 + 32 + 2 + 8
};

enum { HEARD_STEP_MS = 3600000, CLOCK_STEP_MS = 60000 };

enum {
	UNHEARD = 1,
	UNECHOED = 2,
	UNCONFIRMED = 4,
	STOPPED = 8,
	RECHECK = 16,
	RECEIPT = 32,
	SINCE_STRIKE = 64
};

static void put_inc(struct wr *w, const struct incarnation *i)
{
	wr_u32(w, i->no);
	wr_put(w, i->id.b, 16);
}

static struct incarnation get_inc(struct rd *r)
{
	struct incarnation i;

	i.no = rd_u32(r);
	i.id = rd_id16(r);
	return i;
}

static enum err pair_read(struct span v, struct pair *p)
{
	struct rd r = rd_of(v);
	uint8_t bits;

	p->stored = v;
	p->mine = get_inc(&r);
	p->yours = get_inc(&r);
	p->out_last = rd_u64(&r);
	p->tail = rd_u64(&r);
	p->off_from = rd_u64(&r);
	p->off_to = rd_u64(&r);
	p->num_last = rd_u64(&r);
	p->acked = rd_u64(&r);
	p->verdicts = rd_u64(&r);
	p->got = rd_u64(&r);
	p->kept_from = rd_u64(&r);
	p->last_frame_ms = rd_u64(&r);
	p->last_heard_ms = rd_u64(&r);
	p->their_key_ms = rd_u64(&r);
	p->day = rd_u64(&r);
	p->day_documents = rd_u64(&r);
	p->day_bytes = rd_u64(&r);
	p->era = rd_u32(&r);
	bits = rd_u8(&r);
	p->unheard = (bits & UNHEARD) != 0;
	p->unechoed = (bits & UNECHOED) != 0;
	p->unconfirmed = (bits & UNCONFIRMED) != 0;
	p->stopped = (bits & STOPPED) != 0;
	p->recheck = (bits & RECHECK) != 0;
	p->have_receipt = (bits & RECEIPT) != 0;
	p->since_strike = (bits & SINCE_STRIKE) != 0;
	p->strike_ms = rd_u64(&r);
	p->weak_ms = rd_u64(&r);
	p->blocked_ms = rd_u64(&r);
	p->waiting = rd_u64(&r);
	rd_copy(&r, p->receipt, sizeof p->receipt);
	return rd_done(&r) ? ERR_OK : ERR_CORRUPT;
}

enum err outbox_pair(struct turn *t, uint16_t peer, struct pair **out)
{
	const struct store_key k = turn_key_u16(peer);
	const struct peer *known = state_peer(t->node, peer);
	struct pair *p;
	struct span v;
	enum err rc;

	for (p = t->pairs; p != NULL; p = p->next)
		if (p->peer == peer) {
			*out = p;
			return ERR_OK;
		}
	rc = turn_get(t, STORE_PAIR, &k, &v);
	p = arena_keep(t->arena, sizeof *p); /* after v, which it points into */
	if (p == NULL)
		return ERR_NOMEM;
	p->peer = peer;
	p->mine = t->node->inc;
	/* Nothing is remembered about it: after a restore that may be because we forgot. */
	p->unheard = p->unechoed = t->node->restored_ms != 0;
	if (rc == ERR_OK)
		rc = pair_read(v, p);
	else if (rc == ERR_NOTFOUND)
		rc = ERR_OK;
	if (known != NULL && known->key_ms != 0)
		p->their_key_ms = known->key_ms;
	if (rc == ERR_OK && !incarnation_equal(&p->mine, &t->node->inc))
		rc = outbox_reset(t, p, true);
	if (rc != ERR_OK)
		return rc; /* never written over what could not be read */
	p->next = t->pairs;
	t->pairs = p;
	*out = p;
	return ERR_OK;
}

static void pair_pack(const struct pair *p, struct wr *w)
{
	put_inc(w, &p->mine);
	put_inc(w, &p->yours);
	wr_u64(w, p->out_last);
	wr_u64(w, p->tail);
	wr_u64(w, p->off_from);
	wr_u64(w, p->off_to);
	wr_u64(w, p->num_last);
	wr_u64(w, p->acked);
	wr_u64(w, p->verdicts);
	wr_u64(w, p->got);
	wr_u64(w, p->kept_from);
	wr_u64(w, p->last_frame_ms);
	wr_u64(w, p->last_heard_ms);
	wr_u64(w, p->their_key_ms);
	wr_u64(w, p->day);
	wr_u64(w, p->day_documents);
	wr_u64(w, p->day_bytes);
	wr_u32(w, p->era);
	wr_u8(w, (uint8_t)((p->unheard ? UNHEARD : 0) | (p->unechoed ? UNECHOED : 0) |
			   (p->unconfirmed ? UNCONFIRMED : 0) | (p->stopped ? STOPPED : 0) |
			   (p->recheck ? RECHECK : 0) | (p->have_receipt ? RECEIPT : 0) |
			   (p->since_strike ? SINCE_STRIKE : 0)));
	wr_u64(w, p->strike_ms);
	wr_u64(w, p->weak_ms);
	wr_u64(w, p->blocked_ms);
	wr_u64(w, p->waiting);
	wr_put(w, p->receipt, sizeof p->receipt);
}

/* Did nothing but time pass since the row was written?  Partners greet each other every minute, and a node that
 * has nothing to do should leave its disk alone: when a partner was last heard, and the time of its newest key, are
 * written once an hour, or when its clock moved against ours.  A crash forgets at most that hour; peer->heard_ms and
 * peer->key_ms have them meanwhile. */
static bool only_time_passed(const struct pair *p)
{
	uint8_t row[PAIR_LEN];
	struct wr w = wr_of(row, sizeof row);
	struct pair was = {.peer = p->peer}, now = *p;
	int64_t apart;

	if (p->stored.len == 0 || pair_read(p->stored, &was) != ERR_OK ||
	    p->last_heard_ms < was.last_heard_ms ||
	    p->last_heard_ms - was.last_heard_ms >= HEARD_STEP_MS)
		return false;
	apart = (int64_t)(p->last_frame_ms - p->last_heard_ms);
	apart -= (int64_t)(was.last_frame_ms - was.last_heard_ms);
	if (apart > CLOCK_STEP_MS || apart < -CLOCK_STEP_MS)
		return false;
	now.last_heard_ms = was.last_heard_ms;
	now.last_frame_ms = was.last_frame_ms;
	now.their_key_ms = was.their_key_ms;
	pair_pack(&now, &w);
	return p->stored.len == w.len && memcmp(p->stored.p, row, w.len) == 0;
}

static enum err pair_write(struct turn *t, const struct pair *p)
{
	const struct store_key k = turn_key_u16(p->peer);
	uint8_t row[PAIR_LEN];
	struct wr w = wr_of(row, sizeof row);

	if (only_time_passed(p))
		return ERR_OK;
	pair_pack(p, &w);
	return turn_put(t, STORE_PAIR, &k, wr_span(&w));
}

uint64_t outbox_owed(const struct pair *p)
{
	return (p->out_last - p->tail) + (p->num_last - p->acked) + (p->off_to - p->off_from) +
	       p->waiting;
}

enum err outbox_flush(struct turn *t)
{
	enum err rc = ERR_OK;

	for (const struct pair *p = t->pairs; p != NULL && rc == ERR_OK; p = p->next) {
		struct peer *peer = state_peer(t->node, p->peer);

		if (peer != NULL) /* a hint for whoever dials: an undone turn does no harm */
			peer->owes = outbox_owed(p) > 0;
		if (peer != NULL && p->last_heard_ms > peer->heard_ms)
			peer->heard_ms = p->last_heard_ms;
		rc = pair_write(t, p);
		if (peer != NULL && rc == ERR_OK)
			peer->key_ms = p->their_key_ms;
	}
	t->pairs = NULL;
	return rc;
}

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
	enum err rc = outbox_pair(t, peer, &p);

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

enum err outbox_reset(struct turn *t, struct pair *p, bool lost)
{
	/* Rows of the numbers before are written over one by one; what was wanted is asked again. */
	const struct store_key prefix = turn_key_u16(p->peer);
	enum err rc = p->waiting == 0 ? ERR_OK : turn_drop_prefix(t, STORE_WAITING, &prefix);

	p->waiting = 0;
	p->blocked_ms = 0;
	if (lost) {
		p->era++;
		p->unheard = p->unechoed = true;
	}
	p->mine = t->node->inc;
	p->num_last = p->acked = p->verdicts = p->got = 0;
	p->off_from = p->kept_from == 0 ? 0 : p->kept_from - 1;
	p->off_to = p->tail = p->out_last;
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

enum err inbox_put(struct turn *t, struct pair *p, const struct inbox_row *row)
{
	const struct store_key k = turn_key_u16_u64(p->peer, ++p->got);
	uint8_t buf[IN_LEN];
	struct wr w = wr_of(buf, sizeof buf);

	wr_put(&w, row->msg.b, 16);
	wire_verdict_put(&w, &row->verdict);
	return turn_put(t, STORE_INNUM, &k, wr_span(&w));
}

enum err inbox_get(struct turn *t, uint16_t peer, uint64_t number, struct inbox_row *row)
{
	const struct store_key k = turn_key_u16_u64(peer, number);
	struct span v;
	struct rd r;
	enum err rc = turn_get(t, STORE_INNUM, &k, &v);

	if (rc != ERR_OK)
		return rc;
	r = rd_of(v);
	row->msg = rd_id16(&r);
	row->verdict = wire_verdict_get(&r);
	return rd_done(&r) ? ERR_OK : ERR_CORRUPT;
}

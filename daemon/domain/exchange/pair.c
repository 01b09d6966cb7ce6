/* SPDX-License-Identifier: EUPL-1.2 */
#include "domain/exchange/pair.h"

enum { PAIR_LEN = 2 * 20 + 19 * 8 + 4 + 1 + PAIR_RECEIPT_LEN };

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
	p->uncompared = (bits & UNECHOED) != 0;
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

enum err pair_reset(struct turn *t, struct pair *p, bool lost)
{
	/* Rows of the numbers before are written over one by one; what was wanted is asked again. */
	const struct store_key prefix = turn_key_u16(p->peer);
	enum err rc = p->waiting == 0 ? ERR_OK : turn_drop_prefix(t, STORE_WAITING, &prefix);

	p->waiting = 0;
	p->blocked_ms = 0;
	if (lost) {
		p->era++;
		p->unheard = p->uncompared = true;
	}
	p->mine = t->node->inc;
	p->num_last = p->acked = p->verdicts = p->got = 0;
	p->off_from = p->kept_from == 0 ? 0 : p->kept_from - 1;
	p->off_to = p->tail = p->out_last;
	return rc;
}

enum err pair_get(struct turn *t, uint16_t peer, struct pair **out)
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
	p->unheard = p->uncompared = t->node->restored_ms != 0;
	if (rc == ERR_OK)
		rc = pair_read(v, p);
	else if (rc == ERR_NOTFOUND)
		rc = ERR_OK;
	if (known != NULL && known->key_ms != 0)
		p->their_key_ms = known->key_ms;
	if (rc == ERR_OK && !incarnation_equal(&p->mine, &t->node->inc))
		rc = pair_reset(t, p, true);
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
	wr_u8(w, (uint8_t)((p->unheard ? UNHEARD : 0) | (p->uncompared ? UNECHOED : 0) |
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

uint64_t pair_owed(const struct pair *p)
{
	return (p->out_last - p->tail) + (p->num_last - p->acked) + (p->off_to - p->off_from) +
	       p->waiting;
}

enum err pair_flush(struct turn *t)
{
	enum err rc = ERR_OK;

	for (const struct pair *p = t->pairs; p != NULL && rc == ERR_OK; p = p->next) {
		struct peer *peer = state_peer(t->node, p->peer);

		if (peer != NULL) /* a hint for whoever dials: an undone turn does no harm */
			peer->owes = pair_owed(p) > 0;
		if (peer != NULL && p->last_heard_ms > peer->heard_ms)
			peer->heard_ms = p->last_heard_ms;
		rc = pair_write(t, p);
		if (peer != NULL && rc == ERR_OK)
			peer->key_ms = p->their_key_ms;
	}
	t->pairs = NULL;
	return rc;
}

bool pair_pending(const struct pair *pr, const struct conn *c)
{
	return !c->heard || pr->yours.no == 0 || pr->unheard || pr->uncompared ||
	       pr->off_from < pr->off_to || pr->acked < pr->num_last || pr->verdicts < pr->acked ||
	       pr->tail < pr->out_last;
}

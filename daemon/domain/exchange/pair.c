/* SPDX-License-Identifier: EUPL-1.2 */
/* What both ends agree on after every crash.  A pair is read once in a turn and written at its end, with all that the
 * turn did: so a receipt never says more than the disk, and a turn that is undone leaves no trace in it.  It is held
 * against its own rules (pair_flaw) where it is read and where it is written: numbers that contradict each other
 * would make two nodes wait for each other for ever, or send a document twice. */
#include "domain/exchange/pair.h"

#include "base/check.h"
#include "base/limits/files.h"
#include "base/pack.h"
#include "domain/exchange/chores.h"

static_assert(PAIR_RECEIPT_LEN > (int)WIRE_FRAME_HEAD, "a receipt is a head and proof of it");
enum { PAIR_MAX = 1024, HEARD_STEP_MS = 3600000, CLOCK_STEP_MS = 60000 };

/* A row of PAIR; store/FORMAT.md.  The order is the format. */
static const struct pack fields[] = {
	PACK_NUMBER(struct pair, mine.no),	 PACK_BYTES(struct pair, mine.id),
	PACK_NUMBER(struct pair, yours.no),	 PACK_BYTES(struct pair, yours.id),
	PACK_NUMBER(struct pair, out_last),	 PACK_NUMBER(struct pair, tail),
	PACK_NUMBER(struct pair, off_from),	 PACK_NUMBER(struct pair, off_to),
	PACK_NUMBER(struct pair, num_last),	 PACK_NUMBER(struct pair, acked),
	PACK_NUMBER(struct pair, verdicts),	 PACK_NUMBER(struct pair, got),
	PACK_NUMBER(struct pair, kept_from),	 PACK_NUMBER(struct pair, last_frame_ms),
	PACK_NUMBER(struct pair, last_heard_ms), PACK_NUMBER(struct pair, their_key_ms),
	PACK_NUMBER(struct pair, day),		 PACK_NUMBER(struct pair, day_documents),
	PACK_NUMBER(struct pair, day_bytes),	 PACK_NUMBER(struct pair, era),
	PACK_FLAG(struct pair, unheard, 0),	 PACK_FLAG(struct pair, uncompared, 1),
	PACK_FLAG(struct pair, unconfirmed, 2),	 PACK_FLAG(struct pair, stopped, 3),
	PACK_FLAG(struct pair, recheck, 4),	 PACK_FLAG(struct pair, have_receipt, 5),
	PACK_FLAG(struct pair, since_strike, 6), PACK_FLAG(struct pair, have_sent, 7),
	PACK_NUMBER(struct pair, strike_ms),	 PACK_NUMBER(struct pair, weak_ms),
	PACK_NUMBER(struct pair, blocked_ms),	 PACK_NUMBER(struct pair, waiting),
	PACK_NUMBER(struct pair, open_ours),	 PACK_NUMBER(struct pair, open_theirs),
	PACK_NUMBER(struct pair, threads),	 PACK_NUMBER(struct pair, cases),
	PACK_NUMBER(struct pair, unstored),	 PACK_NUMBER(struct pair, over),
	PACK_NUMBER(struct pair, reports),	 PACK_NUMBER(struct pair, over_ms),
	PACK_NUMBER(struct pair, over_what),	 PACK_NUMBER(struct pair, lives_day),
	PACK_NUMBER(struct pair, lives),	 PACK_NUMBER(struct pair, gone),
	PACK_NUMBER(struct pair, alone),	 PACK_NUMBER(struct pair, apart_ms),
	PACK_NUMBER(struct pair, resets),	 PACK_NUMBER(struct pair, blobs),
	PACK_BYTES(struct pair, receipt),	 PACK_BYTES(struct pair, sent),
};
enum { FIELDS = sizeof fields / sizeof fields[0] };

const char *pair_flaw(const struct pair *p)
{
#define RULE(holds)                                                                                \
	if (!(holds))                                                                              \
		return "pair: " #holds;

	RULE(p->off_from <= p->off_to && p->off_to <= p->tail)
	RULE(p->tail <= p->out_last)
	RULE(p->kept_from <= p->out_last)
	RULE((p->kept_from == 0) == (p->out_last == 0))
	RULE(p->acked <= p->num_last)
	RULE(p->verdicts <= p->acked)
	RULE(p->waiting <= p->out_last)
	RULE(p->yours.no != 0 || (p->num_last == 0 && p->got == 0))
	RULE(p->uncompared || !p->unheard)
	RULE(p->strike_ms != 0 || !p->since_strike)
	RULE(p->open_theirs <= p->threads)
	RULE(p->cases <= p->threads)
	RULE(p->alone <= p->cases)
	RULE(p->unstored <= LIMIT_UNSTORED)
	RULE(p->blobs <= LIMIT_BLOBS_PARTNER)
#undef RULE
	return NULL;
}

void pair_pack(const struct pair *p, struct wr *w)
{
	pack_put(fields, FIELDS, p, w);
}

enum err pair_unpack(struct span v, struct pair *p)
{
	struct rd r = rd_of(v);

	p->stored = v;
	pack_get(fields, FIELDS, &r, p);
	return rd_done(&r) && pair_flaw(p) == NULL ? ERR_OK : ERR_CORRUPT;
}

/* Numbers begin again, places stay: rows of the numbers before are written over one by one, and what was wanted is asked for
 * again.  What was retained is offered by id.  Rows of what waited count no more from here on, and go in slices (outbox_sweep). */
enum err pair_reset(struct turn *t, struct pair *p, bool lost)
{
	const struct chore sweep = {.kind = CHORE_WAITED, .peer = p->peer};
	/* without room, or in a turn that only looks, nothing is written: it is answered from what it will be, and reset again next time */
	enum err rc = p->waiting == 0 || t->node->bare || !store_writes(t->txn)
			      ? ERR_OK
			      : chores_save(t, &sweep);

	p->resets++;
	p->waiting = 0;
	p->blocked_ms = 0;
	if (lost) {
		p->era++;
		/* one that loses its state again and again does not begin to be waited for anew */
		if (!p->uncompared)
			p->apart_ms = t->wall_ms;
		p->unheard = p->uncompared = true;
	}
	p->mine = t->node->inc;
	p->num_last = p->num_was = p->acked = p->verdicts = p->got = 0;
	p->off_from = p->kept_from == 0 ? 0 : p->kept_from - 1;
	p->off_to = p->tail = p->out_last;
	require_sound(pair_flaw(p));
	return rc;
}

/* Who only looks at a partner without a row writes none: a full disk must not hide the status. */
static enum err nothing_yet(struct turn *t, struct pair *p)
{
	struct wr w = arena_wr(t->arena, PAIR_MAX);

	if (w.cap == 0)
		return ERR_NOMEM;
	pair_pack(p, &w);
	p->stored = wr_span(&w);
	return ERR_OK;
}

/* Read once in a turn; everybody who asks gets the same struct, and pair_flush() writes it.  A pair that was written in
 * an earlier incarnation of ours is reset here: so no row has to be walked when one begins. */
enum err pair_get(struct turn *t, uint16_t peer, struct pair **out)
{
	const struct store_key k = turn_key_u16(peer);
	const struct peer *known = state_peer(t->node, peer);
	struct pair *p;
	struct span v;
	enum err rc;

	require(peer != 0);
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
	p->apart_ms = t->node->restored_ms;
	if (rc == ERR_OK)
		rc = pair_unpack(v, p);
	else if (rc == ERR_NOTFOUND)
		rc = nothing_yet(t, p);
	p->num_was = p->num_last;
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

/* Did nothing but time pass since the row was written?  Partners greet each other every minute, and a node that
 * has nothing to do should leave its disk alone: when a partner was last heard, and the time of its newest key, are
 * written once an hour, or when its clock moved against ours.  A crash forgets at most that hour; peer->heard_ms and
 * peer->key_ms have them meanwhile. */
static bool only_time_passed(const struct pair *p)
{
	uint8_t row[PAIR_MAX];
	struct wr w = wr_of(row, sizeof row);
	struct pair was = {.peer = p->peer}, now = *p;
	int64_t apart;

	if (p->stored.len == 0 || pair_unpack(p->stored, &was) != ERR_OK ||
	    p->last_heard_ms < was.last_heard_ms ||
	    p->last_heard_ms - was.last_heard_ms >= HEARD_STEP_MS)
		return false;
	/* without a sign until the end: the time of a frame is any number that its sender likes */
	apart = (int64_t)((p->last_frame_ms - p->last_heard_ms) -
			  (was.last_frame_ms - was.last_heard_ms));
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
	uint8_t row[PAIR_MAX];
	struct wr w = wr_of(row, sizeof row);

	require_sound(pair_flaw(p));
	if (t->node->bare || only_time_passed(p)) /* bare: read again from the row next time */
		return ERR_OK;
	pair_pack(p, &w);
	require(!w.over);
	return turn_put(t, STORE_PAIR, &k, wr_span(&w));
}

/* Not numbered yet, numbered and not receipted, to be offered again, put aside. */
uint64_t pair_owed(const struct pair *p)
{
	require_sound(pair_flaw(p));
	return (p->out_last - p->tail) + (p->num_last - p->acked) + (p->off_to - p->off_from) +
	       p->waiting;
}

/* peer->owes and its times are hints in memory for whoever dials: an undone turn does no harm. */
enum err pair_flush(struct turn *t)
{
	enum err rc = ERR_OK;

	for (const struct pair *p = t->pairs; p != NULL && rc == ERR_OK; p = p->next) {
		struct peer *peer = state_peer(t->node, p->peer);

		if (peer != NULL) {
			(void)state_conn(t->node, peer); /* put back with it */
			peer->owes = pair_owed(p) > 0;
		}
		if (peer != NULL && p->last_heard_ms > peer->heard_ms)
			peer->heard_ms = p->last_heard_ms;
		rc = pair_write(t, p);
		if (peer != NULL && rc == ERR_OK)
			peer->key_ms = p->their_key_ms;
	}
	t->pairs = NULL;
	return rc;
}

bool pair_long_apart(const struct pair *p, uint64_t wall_ms)
{
	require_sound(pair_flaw(p));
	return p->uncompared && p->yours.no != 0 && p->apart_ms < wall_ms &&
	       wall_ms - p->apart_ms >= LIMIT_APART_MIN * UINT64_C(60000);
}

bool pair_pending(const struct pair *pr, const struct conn *c)
{
	return !c->heard || pr->yours.no == 0 || pr->unheard || pr->uncompared ||
	       pr->off_from < pr->off_to || pr->acked < pr->num_last || pr->verdicts < pr->acked ||
	       pr->tail < pr->out_last;
}

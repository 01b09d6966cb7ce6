/* SPDX-License-Identifier: EUPL-1.2 */
/* What brings two streams together again.  Numbers live within one pair of incarnations; when one of them changes, the
 * sender offers what it retains by document id, a page at a time and in the order it was written, and the receiver
 * answers each id with the verdict it gave, or with want.  A verdict counts once, in order and never beyond the receipt;
 * one about another document than ours under that number is a trace of a loss. */
#include "domain/stream/resync.h"

#include "base/check.h"
#include "domain/exchange/answer.h"
#include "domain/exchange/hooks.h"
#include "domain/exchange/outbox.h"
#include "domain/loss/proof.h"
#include "domain/stream/arrive.h"

enum { RETRY_MS = 60000, RETRY_MAX_MS = 3600000 };
static_assert(RETRY_MS >= (int)LIMIT_ASK_MS, "a pause is longer than a question");

/* They could not store it, or keep no more of us for now.  It goes again, under a new number and after a growing pause; what follows it in its
 * thread waits with it, and everything else goes on. */
static enum err put_off(struct reading *r, uint64_t place, const struct doc_brief *d, uint16_t code)
{
	struct conn *c = r->c;
	enum err rc;

	require(place >= 1);
	if (c->retry_wait_ms == 0 || r->t->mono_ms >= c->retry_mono_ms) {
		c->retry_wait_ms = c->retry_wait_ms == 0		 ? RETRY_MS
				   : c->retry_wait_ms < RETRY_MAX_MS / 2 ? c->retry_wait_ms * 2
									 : RETRY_MAX_MS;
		c->retry_mono_ms = r->t->mono_ms + c->retry_wait_ms;
	}
	rc = outbox_not_taken(r->t, r->pair, place, code);
	return rc == ERR_OK ? hooks_not_taken(r->t, d, code) : rc;
}

/* The partner's verdict on one document of ours, at this place of the outbox. */
static enum err verdict_on(struct reading *r, uint64_t place, const struct wire_verdict *given)
{
	struct wire_verdict bounded = *given;
	const struct wire_verdict *v = &bounded;
	struct outbox_row row;
	enum err rc = outbox_get(r->t, r->p->no, place, &row);

	require(place >= 1);
	if (rc != ERR_OK)
		return rc == ERR_NOTFOUND ? ERR_OK : rc;
	if (!id32_equal(&row.brief.hash, &v->doc_hash))
		return ERR_STALE; /* not my document with this number: counts for nothing */
	if (wire_verdict_waits(v->code))
		return put_off(r, place, &row.brief, v->code);
	if (wire_verdict_waits(row.verdict)) {
		r->c->retry_wait_ms = 0; /* it could, this time: what rests on it goes at once */
		r->c->retry_mono_ms = 0;
		r->pair->recheck = true;
	}
	/* terms run from here, and it is their clock: not before it was written, not later than now */
	if (bounded.stored_ms < row.queued_ms)
		bounded.stored_ms = row.queued_ms;
	if (bounded.stored_ms > r->t->wall_ms)
		bounded.stored_ms = r->t->wall_ms;
	rc = outbox_settle(r->t, r->p->no, place, &row, v);
	if (row.state == OUTBOX_STORED) /* once more, after a loss of theirs */
		return rc;
	return rc == ERR_OK ? hooks_receipted(r->t, &row.brief, v) : rc;
}

/* In order and without gaps: pair->verdicts says up to where they are in hand. */
enum err resync_verdicts(struct reading *r, struct span bytes)
{
	struct rd in = rd_of(bytes);
	uint64_t no = rd_u64(&in), place;
	unsigned count = rd_u8(&in);
	enum err rc = ERR_OK;

	require(r->numbers && r->pair->verdicts <= r->pair->acked);
	for (; count > 0 && rc == ERR_OK; count--, no++) {
		const struct wire_verdict v = wire_verdict_get(&in);

		if (in.bad)
			return ERR_OK;
		if (no != r->pair->verdicts + 1 || no > r->pair->acked)
			continue; /* a gap is asked for again; nothing beyond the receipt counts */
		rc = outbox_place_of(r->t, r->p->no, no, &place);
		if (rc == ERR_OK)
			rc = verdict_on(r, place, &v);
		if (rc ==
		    ERR_NOTFOUND) /* a number of ours without its place, or what a verdict leads to */
			return ERR_CORRUPT;
		if (rc ==
		    ERR_STALE) { /* they hold another one under it: ours, of a past we lost? */
			proof_ask(r->t, r->c, r->a, NULL, no);
			return ERR_OK;
		}
		r->pair->verdicts = no;
		require(no <= r->pair->acked);
	}
	return rc;
}

/* The list of what they retain: answer each id with want, or with the verdict we gave. */
enum err resync_offer(struct reading *r, struct span bytes)
{
	struct rd in = rd_of(bytes);
	const uint64_t place = rd_u64(&in), total = rd_u64(&in);
	const unsigned count = rd_u8(&in);
	struct wr w = arena_wr(r->t->arena, 9 + (size_t)count * 43);

	require(r->numbers);
	if (count > LIMIT_OFFER_PAGE)
		return ERR_OK; /* no page of this version: each of them is looked up */
	(void)total;	       /* the sender counts its own pages */
	wr_u64(&w, place);
	wr_u8(&w, (uint8_t)count);
	for (unsigned i = 0; i < count; i++) {
		const struct doc_key key = {rd_id16(&in), r->p->no};
		struct wire_verdict v = {.code = WIRE_VERDICT_OK, .stored_ms = r->t->wall_ms};
		struct document d;

		if (in.bad)
			return ERR_OK;
		if (bytes_zero(key.msg.b,
			       16)) { /* pruned, or a lost act: it keeps its place only */
			v.doc_hash = (struct id32){{0}};
			wr_u8(&w, 0);
		} else if (document_known(r->t, &key)) {
			enum err rc = document_load(r->t, &key, &d);

			if (rc != ERR_OK)
				return rc;
			v.doc_hash = d.hash;
			v.code = arrive_verdict(r, &d);
			wr_u8(&w, 0);
		} else {
			v.doc_hash = (struct id32){{0}};
			wr_u8(&w, 1);
		}
		wire_verdict_put(&w, &v);
	}
	if (!rd_done(&in) || w.over)
		return ERR_OK;
	answer_part(r->a, WIRE_PART_WANT_IDS, wr_span(&w));
	r->a->reply = true;
	return ERR_OK;
}

/* The answer to one page of offers.  It counts once: only for the page that is open now. */
enum err resync_want(struct reading *r, struct span bytes)
{
	struct rd in = rd_of(bytes);
	uint64_t place = rd_u64(&in);
	unsigned count = rd_u8(&in);
	enum err rc = ERR_OK;

	require(r->numbers);
	if (in.bad || place != r->pair->off_from + 1 || r->pair->off_from >= r->pair->off_to)
		return ERR_OK; /* an answer to an older question */
	for (; count > 0 && rc == ERR_OK && place <= r->pair->off_to; count--, place++) {
		const bool want = rd_u8(&in) == 1;
		const struct wire_verdict v = wire_verdict_get(&in);

		if (in.bad)
			return ERR_OK;
		rc = want ? outbox_wait(r->t, r->pair, place) : verdict_on(r, place, &v);
		if (rc == ERR_STALE)
			rc = ERR_OK;	   /* a place that is empty here */
		r->pair->off_from = place; /* this one is settled: the page goes on after it */
		require(r->pair->off_from <= r->pair->off_to);
	}
	r->pair->recheck = true; /* numbered in order of place, when they may go */
	r->a->reply = true;
	return rc;
}

/* They lost our verdicts, or the frame with them: said again from there. */
enum err resync_want_verdicts(struct reading *r, struct span bytes)
{
	struct rd in = rd_of(bytes);
	const uint64_t from = rd_u64(&in);

	if (rd_done(&in) && from >= 1 && from <= r->pair->got &&
	    (r->a->verdict_from == 0 || from < r->a->verdict_from)) {
		r->a->verdict_from = from;
		r->a->reply = true;
	}
	return ERR_OK;
}

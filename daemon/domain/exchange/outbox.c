/* SPDX-License-Identifier: EUPL-1.2 */
/* What is owed to a partner, as references in the order it was written.  A place is given once and never again, so the
 * order survives losses; a number is given when a document may go, and belongs to a pair of incarnations.  A document
 * leaves the outbox only when it is on the partner's disk and has been for as long as a backup of the partner may be
 * old: until then it can be offered again. */
#include "domain/exchange/outbox.h"

#include "base/check.h"
#include "base/date.h"
#include "base/pack.h"
#include "domain/exchange/answer.h"

/* A row of OUTPLACE; the order is the format. */
static const struct pack fields[] = {
	PACK_BYTES(struct outbox_row, doc.msg),		 PACK_NUMBER(struct outbox_row, state),
	PACK_NUMBER(struct outbox_row, verdict),	 PACK_NUMBER(struct outbox_row, queued_ms),
	PACK_NUMBER(struct outbox_row, stored_ms),	 PACK_BYTES(struct outbox_row, brief.hash),
	PACK_BYTES(struct outbox_row, brief.thread),	 PACK_NUMBER(struct outbox_row, brief.type),
	PACK_NUMBER(struct outbox_row, brief.thread_no), PACK_NUMBER(struct outbox_row, brief.cats),
};
enum {
	FIELDS = sizeof fields / sizeof fields[0],
	PLACE_LEN = 16 + 1 + 2 + 8 + 8 + 32 + 16 + 2 + 4 + 8,
	SWEEP_ROWS = 1024
};

/* What was put here in this turn mostly leaves in it too: it is numbered and read again before the turn ends.  No other file writes
 * these rows, so that what stands here is what lies in the store. */
struct outbox_new {
	struct outbox_new *next;
	uint16_t peer;
	uint64_t place;
	uint64_t number, first; /* once it has one; outbox_numbered */
	struct outbox_row row;
};

static struct outbox_new *new_at(const struct turn *t, uint16_t peer, uint64_t place)
{
	struct outbox_new *o = t->own.owed;

	while (o != NULL && (o->place != place || o->peer != peer))
		o = o->next;
	return o;
}

static struct outbox_new *new_of(const struct turn *t, const struct id16 *msg)
{
	struct outbox_new *o = t->own.owed;

	while (o != NULL && !id16_equal(&o->row.doc.msg, msg))
		o = o->next;
	return o;
}

static struct outbox_new *new_numbered(const struct turn *t, uint16_t peer, uint64_t number)
{
	struct outbox_new *o = t->own.owed;

	if (number == 0) /* those without one */
		return NULL;
	require(peer != 0);
	while (o != NULL && (o->number != number || o->peer != peer))
		o = o->next;
	return o;
}

static enum err new_add(struct turn *t, uint16_t peer, uint64_t place, const struct outbox_row *row)
{
	struct outbox_new *o = arena_keep(t->arena, sizeof *o);

	require(peer != 0 && place != 0 && new_at(t, peer, place) == NULL);
	if (o == NULL)
		return ERR_NOMEM;
	*o = (struct outbox_new){.next = t->own.owed, .peer = peer, .place = place, .row = *row};
	t->own.owed = o;
	return ERR_OK;
}

static enum err place_put(struct turn *t, uint16_t peer, uint64_t place,
			  const struct outbox_row *row)
{
	struct outbox_new *o = new_at(t, peer, place);
	const struct store_key k = turn_key_u16_u64(peer, place);
	uint8_t buf[PLACE_LEN];
	struct wr w = wr_of(buf, sizeof buf);

	pack_put(fields, FIELDS, row, &w);
	require(!w.over && w.len == sizeof buf && row->doc.sender == 0); /* only our own are owed */
	if (o != NULL)
		o->row = *row;
	return turn_put(t, STORE_OUTPLACE, &k, wr_span(&w));
}

enum err outbox_get(struct turn *t, uint16_t peer, uint64_t place, struct outbox_row *row)
{
	const struct store_key k = turn_key_u16_u64(peer, place);
	const struct outbox_new *o = new_at(t, peer, place);
	struct span v;
	struct rd r;
	enum err rc;

	if (o != NULL) {
		*row = o->row;
		return ERR_OK;
	}
	rc = turn_get(t, STORE_OUTPLACE, &k, &v);
	if (rc != ERR_OK)
		return rc;
	r = rd_of(v);
	*row = (struct outbox_row){.state = OUTBOX_OWED};
	pack_get(fields, FIELDS, &r, row);
	if (row->state > OUTBOX_SHELVED)
		return ERR_CORRUPT;
	return rd_done(&r) ? ERR_OK : ERR_CORRUPT;
}

/* Places are given in the order of writing, within a pair; never reused, so that a place means the same after years. */
enum err outbox_put(struct turn *t, uint16_t peer, const struct doc_key *doc,
		    const struct doc_brief *brief)
{
	const struct outbox_row row = {
		.doc = *doc, .state = OUTBOX_OWED, .queued_ms = t->wall_ms, .brief = *brief};
	const struct store_key ik = turn_key_id(&doc->msg);
	uint8_t at[10];
	struct wr w = wr_of(at, sizeof at);
	struct pair *p;
	enum err rc = pair_get(t, peer, &p);

	if (rc != ERR_OK)
		return rc;
	require(doc->sender == 0);
	p->out_last++;
	if (p->kept_from == 0)
		p->kept_from = p->out_last;
	wr_u16(&w, peer);
	wr_u64(&w, p->out_last);
	rc = place_put(t, peer, p->out_last, &row);
	if (rc == ERR_OK)
		rc = turn_put(t, STORE_OUTID, &ik, wr_span(&w));
	return rc == ERR_OK ? new_add(t, peer, p->out_last, &row) : rc;
}

/* The index by id: which partner and place.  A document goes to one partner only. */
enum err outbox_find(struct turn *t, const struct id16 *msg, uint16_t *peer, uint64_t *place,
		     struct outbox_row *row)
{
	const struct store_key ik = turn_key_id(msg);
	const struct outbox_new *o = new_of(t, msg);
	struct span v;
	enum err rc;

	if (o != NULL) {
		*peer = o->peer;
		*place = o->place;
		*row = o->row;
		return ERR_OK;
	}
	rc = turn_get(t, STORE_OUTID, &ik, &v);
	if (rc != ERR_OK)
		return rc;
	if (v.len != 10)
		return ERR_CORRUPT;
	*peer = be16_get(v.p);
	*place = be64_get(v.p + 2);
	return outbox_get(t, *peer, *place, row);
}

enum err outbox_settle(struct turn *t, uint16_t peer, uint64_t place, const struct outbox_row *was,
		       const struct wire_verdict *v)
{
	struct outbox_row row = *was;

	require(!wire_verdict_waits(v->code));
	if (row.state == OUTBOX_SHELVED)
		return ERR_OK;
	/* a refusal is a verdict too: the partner has it, without its body, and will not take it otherwise */
	/* said once more after a loss of theirs: a term runs from the first time, and no date moves */
	if (row.state != OUTBOX_STORED)
		row.stored_ms = v->stored_ms;
	row.state = OUTBOX_STORED;
	row.verdict = v->code;
	return place_put(t, peer, place, &row);
}

/* The partner could not store it: it stays owed, and waits its turn again behind the pause.  So does what it
 * had stored once, lost, and asked for again. */
enum err outbox_not_taken(struct turn *t, struct pair *p, uint64_t place, uint16_t verdict)
{
	struct outbox_row row;
	enum err rc = outbox_get(t, p->peer, place, &row);

	require(wire_verdict_waits(verdict));
	if (rc != ERR_OK || row.state == OUTBOX_SHELVED)
		return rc;
	row.verdict = verdict;
	rc = place_put(t, p->peer, place, &row);
	return rc == ERR_OK ? outbox_wait(t, p, place) : rc;
}

/* The head still goes: the partner's log has no gap, and says that the body was given up. */
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

/* The number is durable before the frame leaves, so a crash in between sends the same under the same number. */
enum err outbox_number(struct turn *t, struct pair *p, uint64_t place)
{
	const struct store_key k = turn_key_u16_u64(p->peer, ++p->num_last);
	struct outbox_new *was = new_numbered(t, p->peer, p->num_last),
			  *o = new_at(t, p->peer, place);
	uint8_t at[16];

	require(p->yours.no != 0);
	if (place == 0 || place > p->out_last)
		return ERR_CORRUPT; /* a place of a row on disk that was never written */
	if (was != NULL)	    /* before numbers began again, in this very turn */
		was->number = 0;
	if (o != NULL) {
		o->number = p->num_last;
		o->first = p->num_was + 1;
	}
	be64_put(at, place);
	be64_put(at + 8, p->num_was + 1);
	return turn_put(t, STORE_OUTNUM, &k, span_of(at, sizeof at));
}

enum err outbox_wait(struct turn *t, struct pair *p, uint64_t place)
{
	const struct store_key k = turn_key_u16_u64(p->peer, place);
	uint8_t since[8];
	bool waits;
	enum err rc;

	if (place == 0 || place > p->out_last)
		return ERR_CORRUPT;
	rc = outbox_waits(t, p, place, &waits);
	if (rc != ERR_OK || waits)
		return rc;
	if (p->waiting >= p->out_last)
		return ERR_CORRUPT; /* rows that were counted are gone from the disk */
	p->waiting++;
	be64_put(since, p->resets);
	return turn_put(t, STORE_WAITING, &k, span_of(since, sizeof since));
}

enum err outbox_waits(struct turn *t, const struct pair *p, uint64_t place, bool *yes)
{
	const struct store_key k = turn_key_u16_u64(p->peer, place);
	struct span v;
	enum err rc = turn_get(t, STORE_WAITING, &k, &v);

	*yes = false;
	if (rc != ERR_OK)
		return rc == ERR_NOTFOUND ? ERR_OK : rc;
	if (v.len != 8)
		return ERR_CORRUPT;
	*yes = be64_get(v.p) == p->resets;
	return ERR_OK;
}

enum err outbox_swept(struct turn *t, uint16_t peer, bool *yes)
{
	struct chore c = {.kind = CHORE_WAITED, .peer = peer};
	enum err rc = chores_load(t, &c);

	*yes = rc == ERR_NOTFOUND;
	return *yes ? ERR_OK : rc;
}

/* What waits anew meanwhile stays.  Behind the last row the partner is answered: what may go was not looked at until then. */
enum err outbox_sweep(struct turn *t, struct chore *c)
{
	const struct store_key prefix = turn_key_u16(c->peer);
	struct store_walk w = {.key_len = 2 + 8};
	struct pair *p;
	enum err rc = pair_get(t, c->peer, &p);

	require(c->kind == CHORE_WAITED);
	if (rc == ERR_OK)
		rc = chores_load(t, c); /* reading the pair may have begun it anew */
	if (rc != ERR_OK)
		return rc;
	w.at = turn_key_u16_u64(c->peer, be64_get(c->after.b));
	for (unsigned i = 0; i < SWEEP_ROWS; i++) {
		struct store_key k;
		uint64_t place;
		bool waits;

		c->over = !store_each(t->txn, STORE_WAITING, key_span(&prefix), &w);
		if (c->over)
			return w.rc == ERR_OK ? answer_owe(t, c->peer) : w.rc;
		place = be64_get(w.row.key.p + 2);
		k = turn_key_u16_u64(c->peer, place);
		w.rc = outbox_waits(t, p, place, &waits);
		if (w.rc == ERR_CORRUPT) /* no number of ours: it goes, too */
			w.rc = ERR_OK;
		if (w.rc == ERR_OK && !waits)
			w.rc = store_del(t->txn, STORE_WAITING, key_span(&k));
		if (w.rc != ERR_OK)
			return w.rc;
		be64_put(c->after.b, place + 1);
	}
	return ERR_OK;
}

/* Rows are in order of place, which is the order of writing. */
enum err outbox_waiting(struct turn *t, const struct pair *p, uint64_t *place)
{
	struct store_row row;
	bool waits = false;
	enum err rc = ERR_OK;

	while (rc == ERR_OK && !waits) {
		const struct store_key k = turn_key_u16_u64(p->peer, *place);

		rc = store_seek(t->txn, STORE_WAITING, key_span(&k), &row);
		if (rc != ERR_OK)
			return rc;
		if (row.key.len != 10)
			return ERR_CORRUPT;
		if (be16_get(row.key.p) != p->peer)
			return ERR_NOTFOUND;
		*place = be64_get(row.key.p + 2);
		rc = outbox_waits(t, p, *place, &waits);
		*place += rc == ERR_OK && !waits;
	}
	return rc;
}

/* It was numbered, or is no longer owed. */
enum err outbox_unwait(struct turn *t, struct pair *p, uint64_t place)
{
	const struct store_key k = turn_key_u16_u64(p->peer, place);

	if (p->waiting == 0)
		return ERR_CORRUPT; /* the row was found, so it is counted */
	p->waiting--;
	return store_del(t->txn, STORE_WAITING, key_span(&k));
}

/* Its copy is there already, or it lost its place: either way it is not sent. */
enum err outbox_mark(struct turn *t, const struct id16 *msg, enum outbox_state state)
{
	struct outbox_row row;
	uint64_t place;
	uint16_t peer;
	enum err rc = outbox_find(t, msg, &peer, &place, &row);

	require(state == OUTBOX_STORED || state == OUTBOX_SHELVED);
	if (rc != ERR_OK)
		return rc == ERR_NOTFOUND ? ERR_OK : rc; /* pruned long ago */
	row.state = (uint8_t)state;
	if (row.stored_ms == 0)
		row.stored_ms = t->wall_ms;
	return place_put(t, peer, place, &row);
}

enum err outbox_numbered(struct turn *t, uint16_t peer, uint64_t number, uint64_t *place,
			 uint64_t *first)
{
	const struct store_key k = turn_key_u16_u64(peer, number);
	const struct outbox_new *o = new_numbered(t, peer, number);
	struct span v;
	enum err rc;

	if (o != NULL) {
		*place = o->place;
		*first = o->first;
		return ERR_OK;
	}
	rc = turn_get(t, STORE_OUTNUM, &k, &v);
	if (rc == ERR_OK && v.len != 16)
		return ERR_CORRUPT;
	if (rc == ERR_OK) {
		*place = be64_get(v.p);
		*first = be64_get(v.p + 8);
	}
	return rc;
}

/* A number belongs to a pair of incarnations: rows of the time before are written over one by one. */
enum err outbox_place_of(struct turn *t, uint16_t peer, uint64_t number, uint64_t *place)
{
	uint64_t first;

	return outbox_numbered(t, peer, number, place, &first);
}

/* Oldest first, and it stops at the first that has to stay: kept_from says that nothing in front of it is there. */
enum err outbox_prune(struct turn *t, struct pair *p, unsigned limit)
{
	const uint64_t keep_ms = (uint64_t)LIMIT_RETAIN_DAYS * DAY_MS;

	if (p->waiting > 0 || p->num_last > p->acked || p->off_from < p->off_to)
		return ERR_OK; /* something is under way, and may be one of the oldest */
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

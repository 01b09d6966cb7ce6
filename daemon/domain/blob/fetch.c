/* SPDX-License-Identifier: EUPL-1.2 */
/* A partner chooses what it sends, so a chunk counts only where this node asked that partner for that very one, and a file only
 * when the hash over all of it is its name.  What does not fit is counted for kring status and changes nothing.
 *
 *   a chunk that comes                    | what happens
 *   of a file, or a place, not asked for  | counted
 *   empty: it is not to be had there      | the next file has its turn; after a growing pause this one again
 *   one that is here already              | nothing
 *   behind one that was lost              | nothing: that one is asked for first
 *   of another length                     | counted; the file waits as if it were not to be had
 *   the next one                          | kept; behind the last one asked for the next are
 *   the last one, all of it is its name   | the file is whole
 *   the last one, and it is not           | all of it goes; after LIMIT_BLOB_SPOILED times for good */
#include "domain/blob/fetch.h"

#include "base/check.h"
#include "domain/blob/rows.h"
#include "domain/exchange/hooks.h"
#include "domain/exchange/quota.h"

enum { LOOKED_AT = 32, HEAD = 32 + 4 };

/* Only counted: one that is behind the times (its file was let go while a chunk was under way) does this too. */
static void strange(const struct fetch_from *f)
{
	held_note(&f->t->node->held, f->p->no, HELD_CHUNKS, 1, f->t->wall_ms);
}

/* Not to a node that may be somebody else: its loss of state has to be confirmed first. */
enum err fetch_asked(const struct fetch_from *f, struct span bytes)
{
	struct rd in = rd_of(bytes);
	const struct id32 id = rd_id32(&in);
	const uint32_t from = rd_u32(&in);
	const uint8_t count = rd_u8(&in);

	if (!rd_done(&in) || count == 0)
		return ERR_OK;
	f->a->serve = id;
	f->a->serve_from = from;
	f->a->serve_count = count < LIMIT_CHUNKS_ASKED ? count : LIMIT_CHUNKS_ASKED;
	return ERR_OK;
}

/* Whether it may is asked at the very moment at which it leaves. */
static enum err may_have(struct turn *t, const struct answer *a, const struct blob *b, bool *yes)
{
	const struct peer *p = state_peer(t->node, a->peer);
	struct pair *pr;
	enum err rc = pair_get(t, a->peer, &pr);

	*yes = false;
	if (rc != ERR_OK || p == NULL || !p->active || !p->activated || pr->unconfirmed ||
	    pr->stopped)
		return rc;
	return blob_lent(t, &b->id, p, yes);
}

/* An empty part says that it is not to be had here, whatever the reason is. */
enum err fetch_serve(struct turn *t, struct answer *a, struct span *part)
{
	struct blob b = {.chunks = 0};
	struct span sealed = span_of(NULL, 0);
	bool yes = false;
	struct wr w;
	enum err rc;

	*part = span_of(NULL, 0);
	if (a->serve_count == 0)
		return ERR_OK;
	rc = blob_load(t, &a->serve, &b);
	if (rc == ERR_OK)
		rc = may_have(t, a, &b, &yes);
	if (rc == ERR_OK && yes && a->serve_from >= b.chunks)
		a->serve_count = 0; /* there are no more of it */
	if (rc == ERR_OK && yes && a->serve_count > 0)
		rc = blob_chunk(t, &b, a->serve_from, &sealed);
	if (rc != ERR_OK && rc != ERR_NOTFOUND)
		return rc;
	if (a->serve_count == 0)
		return ERR_OK;
	w = arena_wr(t->arena, HEAD + sealed.len);
	wr_put(&w, a->serve.b, sizeof a->serve.b);
	wr_u32(&w, a->serve_from++);
	wr_put(&w, sealed.p, sealed.len);
	a->serve_count = sealed.len == 0 ? 0 : (uint8_t)(a->serve_count - 1);
	*part = wr_span(&w);
	return w.over ? ERR_NOMEM : ERR_OK;
}

/* Room for all of it, here and in this partner's share, before anything is promised. */
static enum err promise(const struct fetch_from *f, struct blob *b)
{
	const uint64_t bytes = blob_bytes(b->size);
	enum err rc;

	if (b->state == BLOB_WANTED)
		return ERR_OK;
	require(b->state == BLOB_WAITS);
	if (f->pair->blobs + bytes > LIMIT_BLOBS_PARTNER) {
		rc = quota_passed_over(f->t, f->p->no, QUOTA_BLOBS);
		return rc == ERR_OK ? ERR_BUSY : rc;
	}
	if (!blob_room(f->t, bytes))
		return ERR_BUSY;
	b->state = BLOB_WANTED;
	rc = blob_count(f->t, b, true);
	return rc == ERR_OK ? blob_save(f->t, b) : rc;
}

/* The first one after *id that can be fetched; those that cannot are passed over, and have their turn later. */
static enum err choose(const struct fetch_from *f, struct id32 *id, struct blob *b)
{
	for (unsigned n = 0; n < LOOKED_AT; n++) {
		enum err rc = blob_next_wanted(f->t, f->p->no, id);

		if (rc == ERR_OK)
			rc = blob_load(f->t, id, b);
		if (rc == ERR_OK)
			rc = promise(f, b);
		if (rc != ERR_BUSY)
			return rc;
	}
	return ERR_NOTFOUND;
}

static enum err next_file(const struct fetch_from *f, bool timer, struct blob *b)
{
	struct fetch *q = &f->c->fetch;
	enum err rc = choose(f, &q->after, b);

	if (rc != ERR_NOTFOUND)
		return rc;
	q->after = (struct id32){{0}};
	return timer ? choose(f, &q->after, b) : rc;
}

/* After three seconds, then after six, ... */
static uint64_t growing(const struct fetch *q)
{
	const uint64_t wait = (uint64_t)LIMIT_ASK_MS << q->tries;

	return wait < LIMIT_ASK_MAX_MS ? wait : LIMIT_ASK_MAX_MS;
}

/* Nobody may answer. */
static void ask_again(const struct fetch_from *f)
{
	struct fetch *q = &f->c->fetch;
	const uint64_t wait = growing(q);

	if (f->c->ask_mono_ms > f->t->mono_ms + wait)
		f->c->ask_mono_ms = f->t->mono_ms + wait;
	if (f->c->ask_wait_ms > wait)
		f->c->ask_wait_ms = (uint32_t)wait;
	if (q->tries < 5)
		q->tries++;
}

enum err fetch_ask(const struct fetch_from *f, bool timer, struct wr *parts, uint16_t *count)
{
	struct fetch *q = &f->c->fetch;
	uint8_t bytes[FETCH_PART];
	struct wr part = wr_of(bytes, sizeof bytes);
	struct blob b;
	enum err rc = q->on ? blob_load(f->t, &q->blob, &b) : ERR_NOTFOUND;

	if (rc == ERR_OK && (b.state != BLOB_WANTED || b.from != f->p->no))
		rc = ERR_NOTFOUND; /* let go meanwhile */
	if (rc == ERR_NOTFOUND)
		rc = next_file(f, timer, &b);
	q->on = rc == ERR_OK;
	if (rc != ERR_OK)
		return rc == ERR_NOTFOUND ? ERR_OK : rc;
	q->blob = q->after = b.id;
	q->from = b.have;
	q->count = b.chunks - b.have < LIMIT_CHUNKS_ASKED ? (uint8_t)(b.chunks - b.have)
							  : LIMIT_CHUNKS_ASKED;
	require(q->count > 0);
	wr_put(&part, b.id.b, sizeof b.id.b);
	wr_u32(&part, q->from);
	wr_u8(&part, q->count);
	wire_part_put(parts, WIRE_PART_CHUNK_REQ, wr_span(&part));
	(*count)++;
	ask_again(f);
	return ERR_OK;
}

/* It is all here: is it what its name says? */
static enum err last_chunk(const struct fetch_from *f, struct blob *b)
{
	struct id32 id;
	enum err rc = blob_hash(f->t, &b->place, b->size, &id);

	if (rc != ERR_OK)
		return rc;
	if (id32_equal(&id, &b->id)) {
		b->state = BLOB_WHOLE;
		return blob_index(f->t, b);
	}
	strange(f);
	b->have = 0;
	rc = blob_drop_chunks(f->t, b);
	if (rc == ERR_OK && ++b->spoilt >= LIMIT_BLOB_SPOILED) {
		b->state = BLOB_SPOILED;
		rc = blob_count(f->t, b, false);
	}
	return rc == ERR_OK ? blob_index(f->t, b) : rc;
}

/* TAKES for the chunk alone: what follows from it must work also in a store that is nearly full. */
static enum err keep(const struct fetch_from *f, struct blob *b, struct span sealed)
{
	enum err rc;

	store_use(f->t->txn, STORE_TAKES);
	rc = blob_put_chunk(f->t, &b->place, b->have, sealed);
	store_use(f->t->txn, STORE_OWES);
	if (rc != ERR_OK)
		return rc;
	b->have++;
	if (b->have == b->chunks)
		rc = last_chunk(f, b);
	return rc == ERR_OK ? blob_save(f->t, b) : rc;
}

/* Has this one been asked for? */
static bool asked_for(const struct fetch *q, const struct id32 *id, uint32_t no)
{
	return q->on && id32_equal(&q->blob, id) && no >= q->from && no - q->from < q->count;
}

/* Nothing more of this file for a while; the others have their turn.  The partner answered, so its line alone would be looked at in
 * a minute only, and what it lacked it may have by then for long. */
static void put_aside(const struct fetch_from *f)
{
	struct fetch *q = &f->c->fetch;

	q->on = false;
	q->again_mono_ms = f->t->mono_ms + growing(q);
	f->a->fetch = true;
}

static enum err take(const struct fetch_from *f, struct blob *b, uint32_t no, struct span sealed)
{
	struct fetch *q = &f->c->fetch;
	enum err rc;

	if (no != b->have)
		return ERR_OK;
	if (no >= b->chunks || sealed.len != blob_chunk_len(b->size, no)) {
		strange(f);
		put_aside(f);
		return ERR_OK;
	}
	if (f->t->node->disk == NODE_DISK_STOP || !store_room(f->t->txn, STORE_TAKES)) {
		q->on = false;
		return ERR_OK; /* the timer asks again */
	}
	rc = keep(f, b, sealed);
	q->tries = 0;
	if (rc == ERR_OK && (b->state != BLOB_WANTED || b->have == q->from + q->count)) {
		q->on = q->on && b->state == BLOB_WANTED;
		f->a->fetch = f->a->reply = true;
	}
	return rc;
}

enum err fetch_chunk(const struct fetch_from *f, struct span bytes)
{
	struct rd in = rd_of(bytes);
	const struct id32 id = rd_id32(&in);
	const uint32_t no = rd_u32(&in);
	struct blob b;
	enum err rc;

	if (in.bad || !asked_for(&f->c->fetch, &id, no)) {
		strange(f);
		return ERR_OK;
	}
	rc = blob_load(f->t, &id, &b);
	if (rc == ERR_NOTFOUND ||
	    (rc == ERR_OK && (b.state != BLOB_WANTED || b.from != f->p->no))) {
		f->c->fetch.on = false; /* let go while it was under way */
		return ERR_OK;
	}
	if (rc != ERR_OK)
		return rc;
	if (in.left == 0) {
		put_aside(f);
		return ERR_OK;
	}
	return take(f, &b, no, span_of(in.p, in.left));
}

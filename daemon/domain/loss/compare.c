/* SPDX-License-Identifier: EUPL-1.2 */
/* After a loss both ends walk through the threads that they share, in order of thread id and a page at a time, because a
 * pass over thousands of threads must survive any connection.  The asker says how far its own log goes and which hash is
 * at that place; the answerer says how far its copy goes, and gives back what the asker lacks.  Where two copies part
 * is found by halving.  Only a whole pass without a difference ends it, so that a thread that changed behind its back
 * is looked at in the next one.  The place in a pass is memory only: a new connection starts again from the first
 * thread. */
#include "domain/loss/compare.h"

#include "base/check.h"
#include "domain/exchange/hooks.h"
#include "domain/exchange/outbox.h"
#include "domain/loss/quarantine.h"

enum {
	ASK = 0,
	ANSWER = 1,
	PAGE = 64,
	PAGE_HEAD = 1 + 16 + 16 + 1,
	ASK_ROW = 16 + 4 + 32 + 4,
	ANSWER_ROW = 16 + 4 + 32 + 1,
	ROW_DIFFERS = 2, /* the head asked about is not in their copy */
	RETURN_BYTES = 32768,
	LEDGER_BYTES = 16384, /* what we keep for the asker goes before the answer */
	UNDER_WAY = 2 * LIMIT_WINDOW,
	/* Halving stops within two entries: the documents given back then show the first difference. */
	NEAR = 2
};

static_assert(PAGE <= UINT8_MAX, "the count of a page is one byte");
static_assert(1 + PAGE + 1 + 1 <= (int)COMPARE_PARTS,
	      "a question; documents given back, what we keep for the asker, and the heads");
static_assert(WIRE_PART_HEAD + PAGE_HEAD + PAGE * ASK_ROW + RETURN_BYTES + LEDGER_BYTES +
			      PAGE_HEAD + PAGE * ANSWER_ROW + WIRE_PART_HEAD <=
		      (int)COMPARE_BYTES,
	      "... in so many bytes");
static_assert(((int)ROW_DIFFERS & ((int)COMPARE_HIDDEN | (int)COMPARE_WITHDRAWN)) == 0,
	      "the marks of a row share one byte");
static_assert((int)ASK_ROW >= (int)ANSWER_ROW,
	      "an answer about as many threads is no longer than the question");
static_assert(RETURN_BYTES + LEDGER_BYTES + PAGE_HEAD + PAGE * ANSWER_ROW < (int)LIMIT_CLASS_2,
	      "an answer with all it gives back fits one frame");

static const struct id16 last_id = {
	{255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255}};

static int id_order(const struct id16 *a, const struct id16 *b)
{
	return memcmp(a->b, b->b, sizeof a->b);
}

/* Which entry of the thread under search is asked about next. */
static uint32_t probe_at(const struct heads_cursor *h)
{
	require(h->agreed <= h->differed);
	return h->differed - h->agreed <= NEAR ? h->agreed
					       : h->agreed + (h->differed - h->agreed) / 2;
}

/* How far our log of this thread goes, or, while we search where two logs part, another place in it. */
static enum err ask_row(struct turn *t, const struct heads_cursor *h, const struct id16 *id,
			struct wr *w)
{
	struct log_entry e = {.seen_no = 0}; /* no entry yet: the hash is zero */
	struct thread th;
	uint32_t no;
	enum err rc = thread_load(t, id, &th);

	require(!h->probing || h->agreed <= h->differed);
	if (rc != ERR_OK)
		return rc == ERR_NOTFOUND ? ERR_CORRUPT : rc;
	no = h->probing && id16_equal(&h->probe, id) ? probe_at(h) : th.my_no;
	if (no > th.my_no)
		no = th.my_no;
	if (no > 0)
		rc = thread_entry(t, &th, true, no, &e);
	wr_put(w, id->b, 16);
	wr_u32(w, no);
	wr_put(w, e.hash.b, 32); /* zero for none */
	wr_u32(w, th.their_no);
	return rc == ERR_NOTFOUND ? ERR_CORRUPT : rc;
}

/* The next page of our threads with this partner, after what is compared already.  It goes with questions, which are
 * repeated: a lost page is asked again. */
enum err compare_ask(struct turn *t, struct peer *p, const struct pair *pr, struct wr *parts,
		     uint16_t *count)
{
	const struct heads_cursor *h = &p->conn.heads;
	uint8_t buf[PAGE_HEAD + PAGE * ASK_ROW];
	struct wr w = wr_of(buf, sizeof buf);
	struct id16 at = h->after;
	unsigned n = 0;
	enum err rc = ERR_OK;

	require(!p->self);
	if (!pr->unheard && !pr->uncompared)
		return ERR_OK; /* nothing was lost, or all is compared */
	wr_zero(&w, PAGE_HEAD);
	while (n < PAGE && (rc = thread_next_of_peer(t, p->no, &at)) == ERR_OK) {
		rc = ask_row(t, h, &at, &w);
		if (rc != ERR_OK)
			return rc;
		n++;
	}
	if (rc != ERR_OK && rc != ERR_NOTFOUND)
		return rc;
	buf[0] = ASK;
	memcpy(buf + 1, h->after.b, 16);
	memcpy(buf + 17, rc == ERR_NOTFOUND ? last_id.b : at.b, 16);
	buf[33] = (uint8_t)n;
	require(!w.over && n <= PAGE);
	wire_part_put(parts, WIRE_PART_THREAD_HEADS, wr_span(&w));
	(*count)++;
	return ERR_OK;
}

struct asked {
	struct id16 id;
	uint32_t no;
	struct id32 hash;
	uint32_t got; /* how far its copy of our log goes */
};

/* Is what lies at this place on its way to them: not numbered yet, offered by id, or numbered and not receipted? */
static enum err is_under_way(struct turn *t, const struct pair *pr, uint64_t place, bool *yes)
{
	require_sound(pair_flaw(pr));
	*yes = place > pr->tail || (place > pr->off_from && place <= pr->off_to) ||
	       pr->num_last - pr->acked >
		       UNDER_WAY; /* too many to look through: the question comes again */
	for (uint64_t no = pr->acked + 1; !*yes && no <= pr->num_last; no++) {
		uint64_t at = 0;
		enum err rc = outbox_place_of(t, pr->peer, no, &at);

		if (rc != ERR_OK)
			return rc == ERR_NOTFOUND ? ERR_CORRUPT : rc;
		*yes = at == place;
	}
	return ERR_OK;
}

/* Documents of ours that it lacks although nothing of them is on its way: we believed that it has them, and
 * it was rolled back.  They are owed again, as many as there is room for with one question: what blocks their stream may
 * wait for just these. */
static enum err owe_again(struct turn *t, struct pair *pr, const struct thread *th, uint32_t no,
			  unsigned *room)
{
	bool under_way;

	for (; no <= th->my_no && *room > 0; no++) {
		struct outbox_row row;
		struct log_entry e;
		uint64_t place;
		uint16_t peer;
		enum err rc = thread_entry(t, th, true, no, &e);

		if (rc != ERR_OK)
			return rc == ERR_NOTFOUND ? ERR_CORRUPT : rc;
		rc = outbox_find(t, &e.doc.msg, &peer, &place, &row);
		if (rc == ERR_NOTFOUND || (rc == ERR_OK && row.verdict == WIRE_VERDICT_LOST_ACT))
			continue;
		if (rc == ERR_OK)
			rc = is_under_way(t, pr, place, &under_way);
		if (rc == ERR_OK && !under_way)
			rc = outbox_wait(t, pr, place);
		if (rc != ERR_OK)
			return rc;
		pr->recheck = true;
		(*room)--;
	}
	return ERR_OK;
}

/* What the asker lacks of its own log, from number no on, as far as there is room.  *all: there was. */
static enum err give_back(struct turn *t, struct answer *a, const struct thread *th, uint32_t no,
			  bool *all)
{
	require(no >= 1);
	for (; no <= th->their_no; no++) {
		struct log_entry e;
		struct document d;
		struct wr w;
		enum err rc = thread_entry(t, th, false, no, &e);

		if (rc == ERR_OK)
			rc = document_load(t, &e.doc, &d);
		if (rc != ERR_OK) /* what the log counts has to be there */
			return rc == ERR_NOTFOUND ? ERR_CORRUPT : rc;
		w = arena_wr(t->arena, 700 + d.body.len);
		document_carry(&w, &d, th->hidden ? WIRE_VERDICT_WITHDRAWN : 0);
		if (w.over)
			return ERR_NOMEM;
		*all = a->more.len + WIRE_PART_HEAD + w.len <= RETURN_BYTES && a->more_count < PAGE;
		if (!*all)
			return ERR_OK; /* with the next question */
		wire_part_put(&a->more, WIRE_PART_RETURNED, wr_span(&w));
		a->more_count++;
	}
	return ERR_OK;
}

/* Is the entry that the asker means the one that we have under its number? */
static enum err differs(struct turn *t, const struct thread *th, const struct asked *q, bool *out)
{
	struct log_entry e;
	enum err rc;

	*out = false;
	if (q->no == 0 || q->no > th->their_no)
		return ERR_OK; /* not asked, or further than our copy goes: nothing to compare */
	rc = thread_entry(t, th, false, q->no, &e);
	if (rc != ERR_OK)
		return rc == ERR_NOTFOUND ? ERR_CORRUPT : rc;
	*out = !id32_equal(&e.hash, &q->hash);
	return ERR_OK;
}

/* How far our copy of the asker's log goes, its last hash, and the marks. */
static void put_row(struct wr *w, const struct thread *th, bool parted)
{
	wr_put(w, th->id.b, 16);
	wr_u32(w, th->their_no);
	wr_put(w, th->their_hash.b, 32);
	wr_u8(w, (parted ? ROW_DIFFERS : 0) | (th->hidden ? COMPARE_HIDDEN : 0) |
			 (th->withdrawn ? COMPARE_WITHDRAWN : 0));
}

struct room {
	bool all;	/* what is given back fits */
	unsigned again; /* documents that may still be owed again with this question */
};

/* Our copy of the asker's log: how far it goes, its last hash, and whether what was asked about is in it. */
static enum err answer_row(struct turn *t, struct pair *pr, struct answer *a, const struct asked *q,
			   struct wr *w, struct room *room)
{
	struct thread th;
	bool parted = false;
	enum err rc = thread_load(t, &q->id, &th);

	require(a->more.cap != 0);
	room->all = true;
	if (rc != ERR_OK)
		return rc == ERR_NOTFOUND ? ERR_CORRUPT : rc;
	rc = differs(t, &th, q, &parted);
	if (rc != ERR_OK)
		return rc;
	put_row(w, &th, parted);
	/* numbers of the asker: any at all, also the highest there is */
	rc = q->got < th.my_no ? owe_again(t, pr, &th, q->got + 1, &room->again) : ERR_OK;
	if (rc != ERR_OK)
		return rc;
	/* Content goes back only to who was recognised: a thief of a signing key is not. */
	if (pr->unconfirmed || parted || q->no >= th.their_no)
		return ERR_OK;
	return give_back(t, a, &th, q->no + 1, &room->all);
}

/* A page whose rows do not fill it exactly says nothing. */
static bool read_page(struct rd *r, struct id16 *after, struct id16 *upto, unsigned *n,
		      size_t row_len)
{
	*after = rd_id16(r);
	*upto = rd_id16(r);
	*n = rd_u8(r);
	return !r->bad && *n <= PAGE && r->left == *n * row_len;
}

/* Read without looking at the rows: what has to go before the answer depends on nothing else. */
bool compare_begins(struct span bytes)
{
	struct rd r = rd_of(bytes);
	struct id16 after, upto;
	unsigned n;

	return rd_u8(&r) == ASK && read_page(&r, &after, &upto, &n, ASK_ROW) &&
	       bytes_zero(after.b, 16);
}

void compare_room(struct answer *a)
{
	if (a->more.cap == 0)
		a->more = arena_wr(a->arena, RETURN_BYTES + LEDGER_BYTES + PAGE_HEAD +
						     PAGE * ANSWER_ROW + WIRE_PART_HEAD);
}

/* The row of the question that is about this thread, or one that asks and has nothing; rows come in order of thread
 * id, and so do the calls. */
static struct asked asked_of(const struct asked *q, unsigned n, unsigned *k, const struct id16 *id)
{
	while (*k < n && id_order(&q[*k].id, id) < 0)
		(*k)++; /* a thread that we lack: their answer to our question says so */
	return *k < n && id16_equal(&q[*k].id, id) ? q[*k] : (struct asked){.id = *id};
}

static enum err on_question(struct turn *t, const struct peer *p, struct pair *pr, struct answer *a,
			    struct rd *r)
{
	uint8_t buf[PAGE_HEAD + PAGE * ANSWER_ROW];
	struct wr w = wr_of(buf, sizeof buf);
	struct asked q[PAGE];
	struct id16 after, upto, at, done = {{0}};
	unsigned n, k = 0, rows = 0;
	struct room room = {.all = true, .again = PAGE};
	enum err rc = ERR_OK;

	if (a->heads || !read_page(r, &after, &upto, &n, ASK_ROW))
		return ERR_OK; /* one page a turn: that is what there is room for */
	a->heads = true;
	for (unsigned i = 0; i < n; i++) {
		q[i].id = rd_id16(r);
		q[i].no = rd_u32(r);
		q[i].hash = rd_id32(r);
		q[i].got = rd_u32(r);
	}
	compare_room(a);
	if (a->more.cap == 0) /* the turn's memory is full: the question comes again */
		return ERR_NOMEM;
	wr_zero(&w, PAGE_HEAD);
	at = after;
	/* Also threads that the asker did not name: it may have forgotten that they exist.  Where the room for documents
	 * ends, the page ends: the next one begins behind it, so that every thread has its turn. */
	while (room.all && rows < PAGE && (rc = thread_next_of_peer(t, p->no, &at)) == ERR_OK &&
	       id_order(&at, &upto) <= 0) {
		const struct wr row = w, more = a->more;
		const uint16_t count = a->more_count;
		const struct asked about = asked_of(q, n, &k, &at);

		rc = answer_row(t, pr, a, &about, &w, &room);
		if (rc != ERR_OK)
			return rc;
		if (room.all || rows == 0) {
			rows++;
			done = at;
		} else {
			w = row; /* whole with the next page */
			a->more = more;
			a->more_count = count;
		}
	}
	if (rc != ERR_OK && rc != ERR_NOTFOUND)
		return rc;
	buf[0] = ANSWER;
	memcpy(buf + 1, after.b, 16);
	/* a full page speaks up to its last row */
	memcpy(buf + 17, rows == PAGE || !room.all ? done.b : upto.b, 16);
	buf[33] = (uint8_t)rows;
	require(!w.over && rows <= PAGE);
	wire_part_put(&a->more, WIRE_PART_THREAD_HEADS, wr_span(&w)); /* after what it speaks of */
	a->more_count++;
	a->reply = true;
	return a->more.over ? ERR_NOMEM : ERR_OK;
}

struct told {
	struct id16 id;
	uint32_t no;
	struct id32 hash;
	uint8_t flags;
};

/* The logs part somewhere: find out where, with a few more questions. */
static void halve(struct heads_cursor *h, const struct thread *th, const struct told *row)
{
	const uint32_t most = row->no < th->my_no ? row->no : th->my_no;

	require(row->no > 0);
	if (!h->probing) {
		if (id_order(&th->id, &h->parked) <= 0)
			return;
		h->probing = true;
		h->probe = th->id;
		h->agreed = 0;
		h->differed = most;
		h->progress = true;
	} else if (id16_equal(&h->probe, &th->id)) {
		const uint32_t mid = probe_at(h);

		if (mid == h->agreed)
			return; /* near enough: what comes back shows it */
		if ((row->flags & ROW_DIFFERS) != 0 || mid > row->no)
			h->differed = mid;
		else
			h->agreed = mid;
		h->progress = true;
	}
}

/* One thread of ours, and what the partner says of its copy of our log (row NULL: it has no such thread).
 *
 *   their copy goes | hash at that place | then
 *   nowhere         | -                  | same: what we have will be offered to them
 *   within ours     | ours               | same
 *   within ours     | another            | the logs part: search where
 *   beyond ours     | -                  | what comes back fills ours; search where they part if the head that we
 *                   |                    | asked about is not in their copy, or a search is under way
 *
 * Same means settled for this era: it may be written again, and what was put off is done now. */
static enum err compare(struct turn *t, struct pair *pr, struct heads_cursor *h, struct thread *th,
			const struct told *row)
{
	struct log_entry e;
	bool same = row == NULL || row->no == 0; /* nothing of ours there: it will be offered */
	enum err rc = ERR_OK;

	require(row == NULL || id16_equal(&row->id, &th->id));
	if (row != NULL && (row->flags & (COMPARE_HIDDEN | COMPARE_WITHDRAWN)) != 0)
		rc = hooks_flagged(t, th, row->flags);
	if (rc == ERR_OK && !same && row->no <= th->my_no) {
		rc = thread_entry(t, th, true, row->no, &e);
		same = rc == ERR_OK && id32_equal(&e.hash, &row->hash);
	}
	if (rc != ERR_OK)
		return rc == ERR_NOTFOUND ? ERR_CORRUPT : rc;
	if (!same) {
		h->differs = true;
		if (row->no <= th->my_no || (row->flags & ROW_DIFFERS) != 0 ||
		    (h->probing && id16_equal(&h->probe, &th->id)))
			halve(h, th, row);
		return ERR_OK;
	}
	h->probing = h->probing && !id16_equal(&h->probe, &th->id);
	if (th->era == pr->era)
		return ERR_OK;
	th->era = pr->era;
	h->progress = pr->recheck = true;
	rc = thread_save(t, th);
	return rc == ERR_OK ? hooks_settled(t, th) : rc;
}

/* What they say of a thread that we lack: if it comes back later, it is known to be hidden or withdrawn. */
static enum err remember_gone(struct turn *t, struct pair *pr, const struct told *row)
{
	const struct store_key k = turn_key_id(&row->id);
	const uint8_t said = row->flags & (COMPARE_HIDDEN | COMPARE_WITHDRAWN);

	if (said == 0)
		return ERR_OK;
	if (!record_exists(t->txn, STORE_GONE, key_span(&k))) {
		if (pr->gone >= LIMIT_GONE)
			return ERR_OK; /* more than anybody hides or withdraws between two backups: it makes them up */
		pr->gone++;
	}
	return turn_put(t, STORE_GONE, &k, span_of(&said, 1));
}

enum err compare_told(struct turn *t, const struct id16 *thread, uint8_t *flags)
{
	const struct store_key k = turn_key_id(thread);
	struct span v;
	enum err rc = turn_get(t, STORE_GONE, &k, &v);

	*flags = 0;
	if (rc == ERR_OK && v.len != 1)
		return ERR_CORRUPT;
	if (rc == ERR_OK)
		*flags = v.p[0];
	return rc == ERR_NOTFOUND ? ERR_OK : rc;
}

/* The partner's rows of a page, in order of thread id, taken one by one. */
struct page {
	const struct told *rows;
	unsigned n, k;
	unsigned ours; /* threads of ours that it covers */
};

/* Rows before this thread (NULL: all that are left) are of threads that we lack.  A copy that holds something of ours
 * will be given back: the pass has to be repeated then. */
static enum err threads_we_lack(struct turn *t, struct pair *pr, struct heads_cursor *h,
				struct page *g, const struct id16 *before)
{
	enum err rc = ERR_OK;

	require(g->k <= g->n && g->n <= PAGE);
	for (; rc == ERR_OK && g->k < g->n; g->k++) {
		const struct told *row = &g->rows[g->k];

		if (before != NULL && id_order(&row->id, before) >= 0)
			return ERR_OK;
		h->differs = h->differs || row->no > 0;
		h->lacked++;
		rc = remember_gone(t, pr, row);
	}
	return rc;
}

/* All threads of the page, ours and theirs, in one order: two sorted lists are merged. */
static enum err compare_page(struct turn *t, const struct peer *p, struct pair *pr,
			     struct heads_cursor *h, struct page *g, const struct id16 *upto)
{
	struct id16 at = h->after;
	enum err rc;

	while ((rc = thread_next_of_peer(t, p->no, &at)) == ERR_OK && id_order(&at, upto) <= 0) {
		const struct told *row = NULL;
		struct thread th;

		rc = threads_we_lack(t, pr, h, g, &at);
		if (rc == ERR_OK && g->k < g->n && id16_equal(&g->rows[g->k].id, &at))
			row = &g->rows[g->k++];
		if (rc == ERR_OK)
			rc = thread_load(t, &at, &th);
		if (rc == ERR_OK)
			rc = compare(t, pr, h, &th, row);
		g->ours++;
		if (rc != ERR_OK)
			return rc == ERR_NOTFOUND ? ERR_CORRUPT : rc;
	}
	if (rc != ERR_OK && rc != ERR_NOTFOUND)
		return rc;
	return threads_we_lack(t, pr, h, g, NULL);
}

/* All pages were answered.  Without a difference the pair is compared; else another pass follows, at once if this one
 * moved something. */
static enum err end_of_pass(struct turn *t, struct pair *pr, struct heads_cursor *h,
			    struct answer *a)
{
	const bool news =
		pr->unheard; /* the first whole pass since the loss: this partner was heard */

	pr->recheck = true;
	pr->unheard = false;
	if (!h->differs)
		pr->uncompared = false;
	else if (h->progress)
		a->again = a->reply = true; /* else at the timer's pace */
	if (!h->differs || !h->progress) {
		h->parked = h->probing ? h->probe : (struct id16){{0}};
		h->probing = false;
	}
	h->after = (struct id16){{0}};
	h->differs = h->progress = false;
	h->lacked = 0;
	return news ? quarantine_heard(t) : ERR_OK;
}

/* Rows rise, and lie within the page. */
static bool in_order(struct rd r, unsigned n, const struct id16 *after, const struct id16 *upto)
{
	struct id16 before = *after;

	require(n <= PAGE);
	for (unsigned i = 0; i < n; i++) {
		const struct id16 id = rd_id16(&r);

		(void)rd_take(&r, ANSWER_ROW - sizeof id.b);
		if (id_order(&id, &before) <= 0 || id_order(&id, upto) > 0)
			return false;
		before = id;
	}
	return true;
}

/* Answers to anything but the page we ask for now are late, and count for nothing: the place in a pass only moves on. */
static enum err on_answer(struct turn *t, const struct peer *p, struct pair *pr, struct answer *a,
			  struct rd *r)
{
	struct heads_cursor *h = &state_conn(t->node, state_peer(t->node, p->no))->heads;
	struct told rows[PAGE];
	struct page page = {.rows = rows};
	struct id16 after, upto;
	unsigned n;
	enum err rc;

	if (!read_page(r, &after, &upto, &n, ANSWER_ROW) || (!pr->unheard && !pr->uncompared) ||
	    !id16_equal(&after, &h->after) || id_order(&upto, &after) <= 0)
		return ERR_OK; /* the answer to an earlier question: this page is asked for again */
	if (h->erased_got < h->erased_pages)
		return ERR_OK; /* no thread counts as the same before all that was erased came back (deposit.c) */
	if (!in_order(*r, n, &after, &upto))
		return ERR_OK; /* no answer to any question: this page is asked for again, at the timer's pace */
	for (unsigned i = 0; i < n; i++) {
		rows[i].id = rd_id16(r);
		rows[i].no = rd_u32(r);
		rows[i].hash = rd_id32(r);
		rows[i].flags = rd_u8(r);
	}
	page.n = n;
	rc = compare_page(t, p, pr, h, &page, &upto);
	if (rc != ERR_OK)
		return rc;
	h->after = upto;
	if (id16_equal(&upto, &last_id))
		return end_of_pass(t, pr, h, a);
	/* A page about some thread is followed at once.  Whoever answers with nothing, or names threads without end, is
	 * asked at the timer's pace. */
	if (page.ours + n > 0 && h->lacked < LIMIT_HEADS_ROWS)
		a->again = a->reply = true;
	return ERR_OK;
}

enum err compare_heads(struct turn *t, const struct peer *p, struct pair *pr, struct answer *a,
		       struct span bytes)
{
	struct rd r = rd_of(bytes);

	switch (rd_u8(&r)) {
	case ASK:
		return on_question(t, p, pr, a, &r);
	case ANSWER:
		return on_answer(t, p, pr, a, &r);
	default:
		return ERR_OK;
	}
}

/* SPDX-License-Identifier: EUPL-1.2 */
#include "domain/loss/compare.h"

#include "domain/loss/proof.h"
#include "domain/stream/deposit.h"

enum {
	ASK = 0,
	ANSWER = 1,
	PAGE = 64,
	PAGE_HEAD = 1 + 16 + 16 + 1,
	ASK_ROW = 16 + 4 + 32 + 4,
	ANSWER_ROW = 16 + 4 + 32 + 1,
	ROW_DIFFERS = 2, /* the head asked about is not in their copy */
	RETURN_BYTES = 32768,
	LEDGER_BYTES = 16384,
	NEAR = 2 /* halving ends here: giving back from the agreed place on shows where the logs part */
};

static const struct id16 last_id = {
	{255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255}};

static int id_order(const struct id16 *a, const struct id16 *b)
{
	return memcmp(a->b, b->b, sizeof a->b);
}

enum err echo_writable(struct turn *t, const struct thread *th, bool *yes)
{
	struct log_entry e = {.seen_no = 0};
	struct pair *pr;
	enum err rc = outbox_pair(t, th->peer, &pr);

	if (rc == ERR_OK && th->my_no > 0)
		rc = thread_entry(t, th, true, th->my_no, &e);
	*yes = rc == ERR_OK && echo_settled(th, pr) && e.seen_no <= th->their_no;
	return rc == ERR_NOTFOUND ? ERR_CORRUPT : rc;
}

enum err echo_birth(struct turn *t, struct thread *th, bool ours)
{
	struct pair *pr;
	enum err rc = outbox_pair(t, th->peer, &pr);

	if (rc != ERR_OK)
		return rc;
	th->era = ours || !pr->unechoed ? pr->era : pr->era - 1;
	if (th->era != pr->era) { /* this pass may be past its place: then it is not the last one */
		struct heads_cursor *h = &state_conn(t->node, state_peer(t->node, th->peer))->heads;

		h->differs = h->differs || id_order(&th->id, &h->after) <= 0;
	}
	return ERR_OK;
}

enum err echo_shelve(struct turn *t, struct thread *th, const struct doc_key *key, uint16_t type)
{
	struct store_key k = turn_key_ids(&th->id, &key->msg);
	uint8_t row[8 + 2];
	enum err rc;

	key_u16(&k, key->sender);
	be64_put(row, t->wall_ms);
	be16_put(row + 8, type);
	rc = turn_put(t, STORE_SHELF, &k, span_of(row, sizeof row));
	return rc == ERR_OK ? t->node->hooks->shelved(t, th, key, type) : rc;
}

/* ---- our question ---- */

static uint32_t probe_at(const struct heads_cursor *h)
{
	return h->differed - h->agreed <= NEAR ? h->agreed
					       : h->agreed + (h->differed - h->agreed) / 2;
}

static enum err ask_row(struct turn *t, const struct heads_cursor *h, const struct id16 *id,
			struct wr *w)
{
	struct log_entry e = {.seen_no = 0};
	struct thread th;
	uint32_t no;
	enum err rc = thread_load(t, id, &th);

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

enum err echo_ask(struct turn *t, struct peer *p, const struct pair *pr, struct wr *parts,
		  uint16_t *count)
{
	const struct heads_cursor *h = &p->conn.heads;
	uint8_t buf[PAGE_HEAD + PAGE * ASK_ROW];
	struct wr w = wr_of(buf, sizeof buf);
	struct id16 at = h->after;
	unsigned n = 0;
	enum err rc = ERR_OK;

	if (!pr->unheard && !pr->unechoed)
		return ERR_OK;
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
	wire_part_put(parts, WIRE_PART_THREAD_HEADS, wr_span(&w));
	(*count)++;
	return ERR_OK;
}

/* ---- the answer ---- */

struct asked {
	struct id16 id;
	uint32_t no;
	struct id32 hash;
	uint32_t got; /* how far its copy of our log goes */
};

/* Documents of ours that it lacks although nothing of them is on its way: we believed that it has them, and
 * it was rolled back into the middle of a comparison.  They are owed again. */
static enum err owe_again(struct turn *t, struct pair *pr, const struct thread *th, uint32_t no)
{
	if (pr->off_from < pr->off_to || pr->num_last > pr->acked || pr->tail < pr->out_last)
		return ERR_OK; /* something is on its way */
	for (; no <= th->my_no; no++) {
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
			rc = outbox_wait(t, pr, place);
		if (rc != ERR_OK)
			return rc;
		pr->recheck = true;
	}
	return ERR_OK;
}

/* What the asker lacks of its own log, from number no on, as far as there is room. */
static enum err give_back(struct turn *t, struct answer *a, const struct thread *th, uint32_t no)
{
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
		if (a->more.len + WIRE_PART_HEAD + w.len > RETURN_BYTES || a->more_count >= PAGE)
			return ERR_OK; /* with the next question */
		wire_part_put(&a->more, WIRE_PART_RETURNED, wr_span(&w));
		a->more_count++;
	}
	return ERR_OK;
}

static enum err answer_row(struct turn *t, struct pair *pr, struct answer *a, const struct id16 *id,
			   const struct asked *q, struct wr *w)
{
	struct log_entry e;
	struct thread th;
	uint8_t flags = 0;
	uint32_t agreed = q == NULL ? 0 : q->no;
	enum err rc = thread_load(t, id, &th);

	if (rc != ERR_OK)
		return rc == ERR_NOTFOUND ? ERR_CORRUPT : rc;
	if (agreed > 0 && agreed <= th.their_no) {
		rc = thread_entry(t, &th, false, agreed, &e);
		if (rc != ERR_OK)
			return rc == ERR_NOTFOUND ? ERR_CORRUPT : rc;
		flags |= id32_equal(&e.hash, &q->hash) ? 0 : ROW_DIFFERS;
	}
	flags |= (th.hidden ? ECHO_HIDDEN : 0) | (th.withdrawn ? ECHO_WITHDRAWN : 0);
	wr_put(w, id->b, 16);
	wr_u32(w, th.their_no);
	wr_put(w, th.their_hash.b, 32);
	wr_u8(w, flags);
	rc = owe_again(t, pr, &th, 1 + (q == NULL ? 0 : q->got));
	if (rc != ERR_OK)
		return rc;
	/* Content goes back only to who was recognised: a thief of a signing key is not. */
	return pr->unconfirmed || (flags & ROW_DIFFERS) != 0 ? ERR_OK
							     : give_back(t, a, &th, agreed + 1);
}

static bool read_page(struct rd *r, struct id16 *after, struct id16 *upto, unsigned *n,
		      size_t row_len)
{
	*after = rd_id16(r);
	*upto = rd_id16(r);
	*n = rd_u8(r);
	return !r->bad && *n <= PAGE && r->left == *n * row_len;
}

static enum err on_question(struct turn *t, const struct peer *p, struct pair *pr, struct answer *a,
			    struct rd *r)
{
	uint8_t buf[PAGE_HEAD + PAGE * ANSWER_ROW];
	struct wr w = wr_of(buf, sizeof buf);
	struct asked q[PAGE];
	struct id16 after, upto, at;
	unsigned n, k = 0, rows = 0;
	enum err rc = ERR_OK;

	if (!read_page(r, &after, &upto, &n, ASK_ROW))
		return ERR_OK;
	for (unsigned i = 0; i < n; i++) {
		q[i].id = rd_id16(r);
		q[i].no = rd_u32(r);
		q[i].hash = rd_id32(r);
		q[i].got = rd_u32(r);
	}
	if (a->more.cap == 0)
		a->more = arena_wr(t->arena,
				   RETURN_BYTES + LEDGER_BYTES + sizeof buf + WIRE_PART_HEAD);
	if (bytes_zero(after.b, 16) &&
	    !a->ledger_shown) { /* before the heads: nothing of it may leave */
		a->ledger_shown = true;
		rc = deposit_return(t, p, &a->more, &a->more_count);
		if (rc != ERR_OK)
			return rc;
	}
	wr_zero(&w, PAGE_HEAD);
	at = after;
	while (rows < PAGE && (rc = thread_next_of_peer(t, p->no, &at)) == ERR_OK &&
	       id_order(&at, &upto) <= 0) {
		while (k < n && id_order(&q[k].id, &at) < 0)
			k++;
		rc = answer_row(t, pr, a, &at, k < n && id16_equal(&q[k].id, &at) ? &q[k] : NULL,
				&w);
		if (rc != ERR_OK)
			return rc;
		rows++;
	}
	if (rc != ERR_OK && rc != ERR_NOTFOUND)
		return rc;
	buf[0] = ANSWER;
	memcpy(buf + 1, after.b, 16);
	memcpy(buf + 17, rows == PAGE ? at.b : upto.b, 16);
	buf[33] = (uint8_t)rows;
	wire_part_put(&a->more, WIRE_PART_THREAD_HEADS, wr_span(&w)); /* after what it speaks of */
	a->more_count++;
	a->reply = true;
	return a->more.over ? ERR_NOMEM : ERR_OK;
}

/* ---- what the answer tells us ---- */

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

	if (!h->probing) {
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

static enum err compare(struct turn *t, struct pair *pr, struct heads_cursor *h, struct thread *th,
			const struct told *row)
{
	struct log_entry e;
	bool same = row == NULL || row->no == 0; /* nothing of ours there: it will be offered */
	enum err rc = ERR_OK;

	if (row != NULL && (row->flags & (ECHO_HIDDEN | ECHO_WITHDRAWN)) != 0)
		rc = t->node->hooks->flagged(t, th, row->flags);
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
	return rc == ERR_OK ? t->node->hooks->echoed(t, th) : rc;
}

static enum err remember_gone(struct turn *t, const struct told *row)
{
	const struct store_key k = turn_key_id(&row->id);
	const uint8_t said = row->flags & (ECHO_HIDDEN | ECHO_WITHDRAWN);

	return said == 0 ? ERR_OK : turn_put(t, STORE_GONE, &k, span_of(&said, 1));
}

enum err echo_said(struct turn *t, const struct id16 *thread, uint8_t *flags)
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

/* All threads of the page, ours and theirs, in one order. */
static enum err compare_page(struct turn *t, const struct peer *p, struct pair *pr,
			     struct heads_cursor *h, const struct told *rows, unsigned n,
			     const struct id16 *upto)
{
	struct id16 at = h->after;
	unsigned k = 0;
	enum err rc;

	while ((rc = thread_next_of_peer(t, p->no, &at)) == ERR_OK && id_order(&at, upto) <= 0) {
		const struct told *row = NULL;
		struct thread th;

		for (; k < n && id_order(&rows[k].id, &at) < 0 && rc == ERR_OK; k++) {
			h->differs = h->differs || rows[k].no > 0;
			rc = remember_gone(t, &rows[k]);
		}
		if (k < n && id16_equal(&rows[k].id, &at))
			row = &rows[k++];
		if (rc == ERR_OK)
			rc = thread_load(t, &at, &th);
		if (rc == ERR_OK)
			rc = compare(t, pr, h, &th, row);
		if (rc != ERR_OK)
			return rc;
	}
	for (rc = rc == ERR_NOTFOUND ? ERR_OK : rc; k < n && rc == ERR_OK; k++) {
		h->differs = h->differs || rows[k].no > 0;
		rc = remember_gone(t, &rows[k]);
	}
	return rc;
}

static enum err end_of_pass(struct turn *t, struct pair *pr, struct heads_cursor *h,
			    struct answer *a)
{
	const bool news = pr->unheard;

	pr->recheck = true;
	pr->unheard = false;
	if (!h->differs) {
		pr->unechoed = false;
		h->probing = false;
	} else if (h->progress) {
		a->again = a->reply = true; /* else at the timer's pace */
	}
	h->after = (struct id16){{0}};
	h->differs = h->progress = false;
	return news ? loss_heard(t) : ERR_OK;
}

static enum err on_answer(struct turn *t, const struct peer *p, struct pair *pr, struct answer *a,
			  struct rd *r)
{
	struct heads_cursor *h = &state_conn(t->node, state_peer(t->node, p->no))->heads;
	struct told rows[PAGE];
	struct id16 after, upto;
	unsigned n;
	enum err rc;

	if (!read_page(r, &after, &upto, &n, ANSWER_ROW) || (!pr->unheard && !pr->unechoed) ||
	    !id16_equal(&after, &h->after) || id_order(&upto, &after) <= 0)
		return ERR_OK; /* of a question before */
	for (unsigned i = 0; i < n; i++) {
		rows[i].id = rd_id16(r);
		rows[i].no = rd_u32(r);
		rows[i].hash = rd_id32(r);
		rows[i].flags = rd_u8(r);
	}
	rc = compare_page(t, p, pr, h, rows, n, &upto);
	if (rc != ERR_OK)
		return rc;
	h->after = upto;
	if (id16_equal(&upto, &last_id))
		return end_of_pass(t, pr, h, a);
	a->again = a->reply = true;
	return ERR_OK;
}

enum err echo_heads(struct turn *t, const struct peer *p, struct pair *pr, struct answer *a,
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

/* ---- documents of ours that came back ---- */

/* Our own documents from this number on lose their place, and so does whatever had seen them. */
static enum err displace(struct turn *t, struct thread *th, uint32_t no)
{
	uint32_t first = th->their_no + 1;
	struct log_entry e;
	enum err rc = ERR_OK;

	for (uint32_t i = no; i <= th->my_no && rc == ERR_OK; i++) {
		rc = thread_entry(t, th, true, i, &e);
		if (rc == ERR_OK)
			rc = outbox_mark(t, &e.doc.msg, OUTBOX_SHELVED);
		if (rc == ERR_OK)
			rc = echo_shelve(t, th, &e.doc, e.type);
	}
	for (uint32_t i = 1; i <= th->their_no && rc == ERR_OK; i++) {
		rc = thread_entry(t, th, false, i, &e);
		if (rc != ERR_OK || e.seen_no < no)
			continue;
		first = first > th->their_no ? i : first;
		rc = echo_shelve(t, th, &e.doc, e.type);
	}
	if (rc == ERR_OK)
		rc = thread_truncate(t, th, true, no);
	if (rc == ERR_OK)
		rc = thread_truncate(t, th, false, first);
	if (rc == ERR_OK)
		rc = thread_save(t, th);
	return rc == ERR_NOTFOUND ? ERR_CORRUPT : rc;
}

/* Would this document of theirs be the next of its log? */
static enum err is_next(struct turn *t, const struct thread *th, const struct wire_head *h,
			bool *yes)
{
	struct log_entry e;
	enum err rc;

	*yes = h->thread_no == th->their_no + 1 && id32_equal(&h->prev_hash, &th->their_hash) &&
	       h->seen_no >= th->their_seen && h->seen_no <= th->my_no;
	if (!*yes || h->seen_no == 0)
		return ERR_OK;
	rc = thread_entry(t, th, true, h->seen_no, &e);
	*yes = rc == ERR_OK && id32_equal(&e.hash, &h->seen_hash);
	return rc == ERR_NOTFOUND ? ERR_CORRUPT : rc;
}

/* The one on the shelf whose place is free again, of their latest life. */
static enum err next_back(struct turn *t, const struct thread *th, struct document *best,
			  bool *found)
{
	const struct store_key prefix = turn_key_id(&th->id);
	struct store_key at = {.len = 0};
	struct store_row row;
	enum err rc;

	*found = false;
	while ((rc = store_next_prefix(t->txn, STORE_SHELF, key_span(&prefix), &at, &row)) ==
	       ERR_OK) {
		struct doc_key key;
		struct document d;
		bool yes;

		if (row.key.len != 34)
			return ERR_CORRUPT;
		memcpy(key.msg.b, row.key.p + 16, 16);
		key.sender = be16_get(row.key.p + 32);
		if (key.sender != th->peer)
			continue;
		rc = document_load(t, &key, &d);
		if (rc == ERR_OK)
			rc = is_next(t, th, &d.head, &yes);
		if (rc != ERR_OK)
			return rc == ERR_NOTFOUND ? ERR_CORRUPT : rc;
		if (yes && (!*found || d.head.origin_inc > best->head.origin_inc))
			*best = d;
		*found = *found || yes;
	}
	return rc == ERR_NOTFOUND ? ERR_OK : rc;
}

enum err echo_unshelve(struct turn *t, const struct peer *p, struct thread *th)
{
	for (;;) {
		struct document d;
		struct store_key k;
		bool found;
		enum err rc = next_back(t, th, &d, &found);

		if (rc != ERR_OK || !found)
			return rc;
		k = turn_key_ids(&th->id, &d.key.msg);
		key_u16(&k, d.key.sender);
		rc = store_del(t->txn, STORE_SHELF, key_span(&k));
		if (rc == ERR_OK)
			rc = thread_append(t, th, false,
					   &(struct log_entry){d.key, d.hash, d.head.type,
							       d.head.seen_no, d.head.created_ms,
							       0});
		if (rc == ERR_OK)
			rc = t->node->hooks->stored(t, p, th, &d.key,
						    d.hollow ? d.reason : WIRE_VERDICT_OK);
		if (rc != ERR_OK)
			return rc == ERR_NOTFOUND ? ERR_CORRUPT : rc;
	}
}

/* What is in the log is no lost act. */
static enum err off_shelf(struct turn *t, const struct thread *th, const struct doc_key *key)
{
	struct store_key k = turn_key_ids(&th->id, &key->msg);
	enum err rc;

	key_u16(&k, key->sender);
	rc = store_del(t->txn, STORE_SHELF, key_span(&k));
	return rc == ERR_NOTFOUND ? ERR_OK : rc;
}

static enum err join_log(struct turn *t, const struct peer *p, const struct wire_doc *d,
			 const struct id32 *hash, struct thread *th)
{
	const struct doc_key key = {d->head.msg_id, 0};
	const struct log_entry e = {key, *hash, d->head.type, d->head.seen_no, d->head.created_ms,
				    0};
	const bool fresh = th->my_no + th->their_no == 0;
	struct outbox_row row;
	uint64_t place;
	uint16_t peer;
	enum err rc = fresh ? t->node->hooks->recovered(t, p, d, th) : ERR_OK;

	if (rc == ERR_OK && fresh)
		rc = thread_create(t, th);
	if (rc == ERR_OK && !document_known(t, &key))
		rc = document_keep(t, &key, d, &th->case_id,
				   d->form == WIRE_HOLLOW ? WIRE_VERDICT_HOLLOW : WIRE_VERDICT_OK);
	if (rc == ERR_OK)
		rc = thread_append(t, th, true, &e);
	if (rc != ERR_OK)
		return rc;
	rc = outbox_find(t, &key.msg, &peer, &place, &row);
	if (rc == ERR_NOTFOUND)
		rc = outbox_put(t, p->no, &key);
	if (rc == ERR_OK) /* it is there: their copy is where this one came from */
		rc = outbox_mark(t, &key.msg, OUTBOX_STORED);
	if (rc == ERR_OK)
		rc = off_shelf(t, th, &key);
	if (rc == ERR_OK)
		rc = t->node->hooks->returned(t, p, th, &key);
	return rc == ERR_OK ? echo_unshelve(t, p, th) : rc; /* what had seen it may come back too */
}

enum err echo_returned(struct turn *t, const struct peer *p, struct pair *pr, struct answer *a,
		       struct span bytes, bool *forgot)
{
	struct heads_cursor *h = &state_conn(t->node, state_peer(t->node, p->no))->heads;
	struct log_entry e;
	struct wire_doc d;
	struct doc_key key = {.sender = 0};
	struct thread th;
	struct id32 hash;
	bool ours;
	enum err rc = wire_doc_get(bytes, &d);

	(void)a;
	*forgot = false;
	if (rc != ERR_OK)
		return ERR_OK;
	rc = loss_own_document(t, p, &d, &hash, &ours);
	if (rc != ERR_OK || !ours)
		return rc;
	key.msg = d.head.msg_id;
	rc = thread_load(t, &d.head.thread_id, &th);
	if (rc == ERR_NOTFOUND) {
		th = (struct thread){.id = d.head.thread_id, .peer = p->no};
		rc = echo_birth(t, &th, false);
	}
	if (rc != ERR_OK || th.peer != p->no)
		return rc;
	if (d.head.thread_no <= th.my_no) {
		rc = thread_entry(t, &th, true, d.head.thread_no, &e);
		if (rc != ERR_OK || id32_equal(&e.hash, &hash))
			return rc == ERR_NOTFOUND ? ERR_CORRUPT : rc;
	}
	/* Signed in this very life, and we never saw it: another roll-back, after this life began. */
	*forgot = d.head.origin_inc == t->node->inc.no && !document_known(t, &key);
	if (*forgot || !pr->unechoed)
		return ERR_OK;
	if (d.head.thread_no <= th.my_no) {
		rc = displace(t, &th, d.head.thread_no);
		if (rc != ERR_OK)
			return rc;
		h->progress = true;
	}
	if (d.head.thread_no != th.my_no + 1 || !id32_equal(&d.head.prev_hash, &th.my_hash))
		return ERR_OK;
	if (d.head.seen_no != 0) { /* what it had seen must be in hand: their stream brings it */
		if (d.head.seen_no > th.their_no)
			return ERR_OK;
		rc = thread_entry(t, &th, false, d.head.seen_no, &e);
		if (rc != ERR_OK || !id32_equal(&e.hash, &d.head.seen_hash))
			return rc == ERR_NOTFOUND ? ERR_CORRUPT : rc;
	}
	h->progress = true;
	return join_log(t, p, &d, &hash, &th);
}

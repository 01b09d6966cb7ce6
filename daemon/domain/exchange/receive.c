/* SPDX-License-Identifier: EUPL-1.2 */
/* The receiving half of stream.h: one frame in, one answer prepared. */
#include "crypto/hash.h"
#include "crypto/verify.h"
#include "domain/exchange/answer.h"
#include "domain/exchange/checkpoint.h"
#include "domain/exchange/prekeys.h"
#include "domain/exchange/spread.h"
#include "domain/membership/members.h"

enum { ANSWER_PARTS = 12288, DAY_MS = 86400000 };

/* Planted fault of the simulator, which must turn red (tests/model); never in kringd. */
#ifdef KRING_FAULT_NO_DEDUPE
enum { DEDUPE = 0 };
#else
enum { DEDUPE = 1 };
#endif

/* One frame while it is read. */
struct reading {
	struct turn *t;
	struct peer *p;
	struct conn *c;
	struct pair *pair;
	struct answer *a;
	struct wire_frame_view v;
	struct id32 last_sig;
	uint64_t next_no; /* stream number of the next DOCUMENT part */
	bool stop;	  /* a document was refused: the rest waits */
};

struct answer *answer_of(struct turn *t, uint16_t peer)
{
	struct answer *a;

	for (a = t->answers; a != NULL; a = a->next)
		if (a->peer == peer)
			return a;
	a = arena_alloc(t->arena, sizeof *a);
	if (a == NULL)
		return NULL;
	a->peer = peer;
	a->parts = arena_wr(t->arena, ANSWER_PARTS);
	a->next = t->answers;
	t->answers = a;
	return a;
}

void answer_part(struct answer *a, uint8_t type, struct span bytes)
{
	struct wr before = a->parts;

	wire_part_put(&a->parts, type, bytes);
	if (a->parts.over)
		a->parts = before; /* no room this time: the question comes again */
	else
		a->part_count++;
}

static bool inc_equal(const struct incarnation *a, const struct incarnation *b)
{
	return a->no == b->no && id16_equal(&a->id, &b->id);
}

/* Sender, recipient, key and signature: what must hold before a single field is believed. */
static bool authentic(const struct reading *r)
{
	const struct wire_frame *f = &r->v.head;
	struct id32 parts_hash = hash_one(HASH_FRAMEPART, r->v.parts);
	const struct span signed_parts[] = {r->v.head_bytes, {parts_hash.b, 32}};

	return r->p->active && id16_equal(&f->fed_id, &r->t->node->fed_id) &&
	       id32_equal(&f->sender, &r->p->node_id) &&
	       id32_equal(&f->recipient, &r->t->node->node_id) && f->key_seq == r->p->key_seq &&
	       verify_sig(SIGN_FRAME, signed_parts, 2, &r->p->nk_pub, r->v.sig);
}

/* Settles who we are to each other.  *go: numbers in this frame may be read. */
static enum err incarnations(struct reading *r, bool *go)
{
	const struct wire_frame *f = &r->v.head;
	struct pair *pr = r->pair;
	struct effect *e;
	enum err rc;

	*go = false;
	if (!inc_equal(&pr->mine, &r->t->node->inc)) {
		rc = outbox_reset(r->t, pr);
		if (rc != ERR_OK)
			return rc;
	}
	if (!inc_equal(&f->my_inc, &pr->yours)) {
		if (pr->yours.no != 0 && f->my_inc.no <= pr->yours.no) {
			r->a->reply = true; /* older, or a twin: our state, and nothing else */
			return ERR_OK;
		}
		pr->yours = f->my_inc;
		rc = outbox_reset(r->t, pr);
		if (rc != ERR_OK)
			return rc;
		r->c->sent = 0;
		r->a->reply =
			true; /* once: what is retained is offered now, not at the next question */
		r->c->ask_mono_ms = r->t->mono_ms + LIMIT_ASK_MS;
		r->c->ask_wait_ms = LIMIT_ASK_MS;
		e = turn_effect(r->t, EFFECT_PEER_INC);
		if (e == NULL)
			return ERR_NOMEM;
		e->peer = r->p->no;
	}
	if (!inc_equal(&f->your_inc, &r->t->node->inc)) {
		r->a->reply = true; /* it does not know us as we are now */
		return ERR_OK;
	}
	if (f->got_upto > pr->num_last || f->held > pr->got)
		return ERR_OK; /* says we were rolled back: proof and cure come with restore */
	*go = true;
	return ERR_OK;
}

static enum err settle(struct reading *r, uint64_t place, const struct wire_verdict *v)
{
	struct outbox_row row;
	struct document d;
	enum err rc = outbox_get(r->t, r->p->no, place, &row);

	if (rc != ERR_OK)
		return rc == ERR_NOTFOUND ? ERR_OK : rc;
	if (row.state == OUTBOX_STORED)
		return ERR_OK;
	rc = document_load(r->t, &row.doc, &d);
	if (rc != ERR_OK)
		return rc == ERR_NOTFOUND ? ERR_OK : rc;
	if (!id32_equal(&d.hash, &v->doc_hash))
		return ERR_OK; /* not my document: counts for nothing */
	rc = outbox_settle(r->t, r->p->no, place, v);
	return rc == ERR_OK ? r->t->node->hooks->receipted(r->t, r->p, &d, v) : rc;
}

static enum err on_verdicts(struct reading *r, struct span bytes)
{
	struct rd in = rd_of(bytes);
	uint64_t no = rd_u64(&in), place;
	unsigned count = rd_u8(&in);
	enum err rc = ERR_OK;

	for (; count > 0 && rc == ERR_OK; count--, no++) {
		const struct wire_verdict v = wire_verdict_get(&in);

		if (in.bad)
			return ERR_OK;
		if (no != r->pair->verdicts + 1 || no > r->pair->acked)
			continue; /* a gap is asked for again; nothing beyond the receipt counts */
		rc = outbox_place_of(r->t, r->p->no, no, &place);
		if (rc == ERR_OK)
			rc = settle(r, place, &v);
		r->pair->verdicts = no;
	}
	return rc == ERR_NOTFOUND ? ERR_OK : rc;
}

static enum err refuse(struct reading *r, uint16_t code, const struct id16 *thread)
{
	uint8_t b[2 + 4 + 16];
	struct wr w = wr_of(b, sizeof b);

	wr_u16(&w, code);
	wr_u32(&w, 60);
	wr_put(&w, thread->b, 16);
	answer_part(r->a, WIRE_PART_REFUSED, wr_span(&w));
	r->stop = true;
	r->a->reply = true;
	return ERR_OK;
}

/* Does it continue its thread's log, and is what it has seen in our hands? */
static bool fits(struct reading *r, const struct wire_head *h, const struct thread *th)
{
	struct log_entry e;

	if (h->thread_no != th->their_no + 1 || !id32_equal(&h->prev_hash, &th->their_hash) ||
	    h->seen_no < th->their_seen || h->seen_no > th->my_no)
		return false;
	if (h->seen_no == 0)
		return bytes_zero(h->seen_hash.b, 32);
	return thread_entry(r->t, th, true, h->seen_no, &e) == ERR_OK &&
	       id32_equal(&e.hash, &h->seen_hash);
}

static enum err number_it(struct reading *r, const struct id16 *msg, const struct id32 *hash,
			  uint16_t code, uint64_t stored_ms)
{
	const struct inbox_row row = {*msg, {*hash, code, stored_ms}};

	if (r->a->verdict_from == 0)
		r->a->verdict_from = r->pair->got + 1;
	return inbox_put(r->t, r->pair, &row);
}

/* A document we hold already, re-offered under a new number: same verdict, same stored hash. */
static enum err duplicate(struct reading *r, const struct doc_key *key)
{
	struct document d;
	enum err rc = document_load(r->t, key, &d);

	if (rc != ERR_OK)
		return rc;
	return number_it(r, &key->msg, &d.hash, d.hollow ? d.reason : WIRE_VERDICT_OK,
			 r->t->wall_ms);
}

static enum err keep(struct reading *r, const struct wire_doc *d, const struct doc_key *key,
		     const struct id32 *hash, struct thread *th)
{
	const bool fresh = th->my_no + th->their_no == 0;
	const struct log_entry e = {*key, *hash, d->head.type, d->head.seen_no, d->head.created_ms};
	uint16_t verdict = d->form == WIRE_HOLLOW ? WIRE_VERDICT_HOLLOW : WIRE_VERDICT_OK;
	enum err rc = r->t->node->hooks->judge(r->t, r->p, d, th, &verdict);

	if (rc == ERR_OK)
		rc = document_keep(r->t, key, d, &th->case_id, verdict);
	if (rc == ERR_OK && fresh)
		rc = thread_create(r->t, th);
	if (rc == ERR_OK)
		rc = thread_append(r->t, th, false, &e);
	if (rc == ERR_OK)
		rc = number_it(r, &key->msg, hash, verdict, r->t->wall_ms);
	return rc == ERR_OK ? r->t->node->hooks->stored(r->t, r->p, th, key, verdict) : rc;
}

/* Every document type there is speaks of a person: observers, evaluators and coordinators neither send
 * nor get one, whatever the sender's daemon thought. */
static bool persons_allowed(struct reading *r)
{
	const struct peer *self = state_peer_by_id(r->t->node, &r->t->node->node_id);

	return members_hold_cases(r->p) && self != NULL && (self->classes & WIRE_MEMBER) != 0;
}

static enum err take_new(struct reading *r, const struct wire_doc *d)
{
	const struct doc_key key = {d->head.msg_id, r->p->no};
	struct thread th;
	struct id32 hash, commit, nk_pub;
	enum err rc;

	if (DEDUPE && document_known(r->t, &key))
		return duplicate(r, &key);
	if (!persons_allowed(r))
		return refuse(r, WIRE_REFUSED_CLASS, &d->head.thread_id);
	rc = members_key(r->t, r->p, d->head.key_seq,
			 &nk_pub); /* however old: signed once, for ever */
	if (rc == ERR_NOTFOUND)
		return refuse(r, WIRE_REFUSED_SIGNATURE, &d->head.thread_id);
	if (rc != ERR_OK)
		return rc;
	commit = d->form == WIRE_HOLLOW ? d->body_commit : document_commit(d->salt, d->body);
	hash = document_hash(d->head_bytes, &commit);
	if (!id32_equal(&d->head.sender, &r->p->node_id) ||
	    !id32_equal(&d->head.recipient, &r->t->node->node_id) ||
	    !id16_equal(&d->head.fed_id, &r->t->node->fed_id) ||
	    !document_verify(&d->sig, &hash, &nk_pub, &r->last_sig))
		return refuse(r, WIRE_REFUSED_SIGNATURE, &d->head.thread_id);
	rc = thread_load(r->t, &d->head.thread_id, &th);
	if (rc == ERR_NOTFOUND)
		th = (struct thread){.id = d->head.thread_id, .peer = r->p->no};
	else if (rc != ERR_OK)
		return rc;
	if (th.peer != r->p->no)
		return refuse(r, WIRE_REFUSED_ORDER, &d->head.thread_id);
	if (DEDUPE && !fits(r, &d->head, &th))
		return refuse(r, WIRE_REFUSED_ORDER, &d->head.thread_id);
	return keep(r, d, &key, &hash, &th);
}

/* Quota and disk act before acceptance and use up no number: the rest of the frame waits too. */
static bool room_for(struct reading *r, size_t len)
{
	const struct node *n = r->t->node;
	struct pair *pr = r->pair;
	const uint64_t today = r->t->wall_ms / DAY_MS;

	if (pr->day != today) {
		pr->day = today;
		pr->day_documents = pr->day_bytes = 0;
	}
	if (n->disk == NODE_DISK_STOP || pr->day_documents + 1 > n->day_documents ||
	    pr->day_bytes + len > n->day_bytes)
		return false;
	pr->day_documents++;
	pr->day_bytes += len;
	return true;
}

static enum err on_document(struct reading *r, struct span bytes)
{
	const uint64_t no = r->next_no++;
	struct wire_doc d;
	struct id16 none = {{0}};
	enum err rc;

	r->a->reply = true;
	if (r->stop || r->v.head.first_seq == 0)
		return ERR_OK;
	if (DEDUPE && no <= r->pair->got)
		return ERR_OK; /* had it: the receipt in the answer says so */
	if (no > r->pair->got + 1) {
		r->stop = true; /* a gap: the receipt says what is next */
		return ERR_OK;
	}
	rc = wire_doc_get(bytes, &d);
	if (rc != ERR_OK)
		return refuse(r, WIRE_REFUSED_SIGNATURE, &none);
	if (!room_for(r, bytes.len))
		return refuse(r, WIRE_REFUSED_BUSY, &d.head.thread_id);
	return take_new(r, &d);
}

static enum err on_refused(struct reading *r, struct span bytes)
{
	struct rd in = rd_of(bytes);
	const uint16_t code = rd_u16(&in);

	if (!in.bad)
		r->c->refused = code; /* for whoever asks why; it never triggers a resend */
	return ERR_OK;
}

/* The list of what they retain: answer each id with want, or with the verdict we gave. */
static enum err on_offer(struct reading *r, struct span bytes)
{
	struct rd in = rd_of(bytes);
	const uint64_t place = rd_u64(&in), total = rd_u64(&in);
	const unsigned count = rd_u8(&in);
	struct wr w = arena_wr(r->t->arena, 9 + (size_t)count * 43);

	(void)total;
	wr_u64(&w, place);
	wr_u8(&w, (uint8_t)count);
	for (unsigned i = 0; i < count; i++) {
		const struct doc_key key = {rd_id16(&in), r->p->no};
		struct wire_verdict v = {.code = WIRE_VERDICT_OK, .stored_ms = r->t->wall_ms};
		struct document d;

		if (in.bad)
			return ERR_OK;
		if (document_known(r->t, &key)) {
			enum err rc = document_load(r->t, &key, &d);

			if (rc != ERR_OK)
				return rc;
			v.doc_hash = d.hash;
			v.code = d.hollow ? d.reason : WIRE_VERDICT_OK;
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

static enum err on_want(struct reading *r, struct span bytes)
{
	struct rd in = rd_of(bytes);
	uint64_t place = rd_u64(&in);
	unsigned count = rd_u8(&in);
	enum err rc = ERR_OK;

	if (in.bad || place != r->pair->off_from + 1 || r->pair->off_from >= r->pair->off_to)
		return ERR_OK; /* an answer to an older question */
	for (; count > 0 && rc == ERR_OK && place <= r->pair->off_to; count--, place++) {
		const bool want = rd_u8(&in) == 1;
		const struct wire_verdict v = wire_verdict_get(&in);

		if (in.bad)
			return ERR_OK;
		rc = want ? outbox_number(r->t, r->pair, place) : settle(r, place, &v);
		r->pair->off_from = place;
	}
	r->a->reply = true;
	return rc;
}

static enum err on_ping(struct reading *r, struct span bytes)
{
	struct rd in = rd_of(bytes);
	const uint64_t nonce = rd_u64(&in);
	const uint8_t answer = rd_u8(&in);
	uint8_t b[9];
	struct wr w = wr_of(b, sizeof b);

	if (!rd_done(&in))
		return ERR_OK;
	if (answer == 0) {
		wr_u64(&w, nonce);
		wr_u8(&w, 1);
		answer_part(r->a, WIRE_PART_PING, wr_span(&w));
		r->a->reply = true;
	} else if (r->c->asked && nonce == r->c->question) {
		r->c->asked = false; /* only the answer to the latest question rewinds */
		r->c->sent = r->pair->acked;
		r->c->ask_wait_ms = LIMIT_ASK_MS;
		r->c->ask_mono_ms = r->t->mono_ms +
				    (stream_pending(r->pair, r->c) ? LIMIT_ASK_MS : LIMIT_PING_MS);
	}
	return ERR_OK;
}

static enum err on_want_verdicts(struct reading *r, struct span bytes)
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

static enum err on_part(struct reading *r, const struct wire_part *p)
{
	bool fresh;
	enum err rc;

	switch (p->type) {
	case WIRE_PART_DOCUMENT:
		return on_document(r, p->bytes);
	case WIRE_PART_VERDICTS:
		return on_verdicts(r, p->bytes);
	case WIRE_PART_WANT_VERDICTS:
		return on_want_verdicts(r, p->bytes);
	case WIRE_PART_OFFER_IDS:
		return on_offer(r, p->bytes);
	case WIRE_PART_WANT_IDS:
		return on_want(r, p->bytes);
	case WIRE_PART_PING:
		return on_ping(r, p->bytes);
	case WIRE_PART_PREKEYS:
		rc = prekeys_take(r->t, r->p, p->bytes, &fresh);
		return rc == ERR_MALFORMED || rc == ERR_CRYPTO ? ERR_OK : rc;
	case WIRE_PART_ROSTER:
	case WIRE_PART_WITNESS:
	case WIRE_PART_NODE_RECORD:
		return spread_part(r->t, r->p, p, r->a);
	case WIRE_PART_REFUSED:
		return on_refused(r, p->bytes);
	case WIRE_PART_AUDIT_HEAD:
		return checkpoint_part(r->t, r->p, p->bytes);
	case WIRE_PART_UNOPENED:
		r->c->sent = r->pair->acked; /* sealed to a key that died: send again */
		return ERR_OK;
	default:
		return ERR_OK; /* they come with their issues */
	}
}

static enum err read_parts(struct reading *r)
{
	struct rd parts = rd_of(r->v.parts);
	struct wire_part p;
	enum err rc = ERR_OK;

	r->next_no = r->v.head.first_seq;
	while (rc == ERR_OK && wire_part_next(&parts, &p))
		rc = on_part(r, &p);
	return rc;
}

/* What does not depend on incarnations: who is in, who says so, keys. */
static enum err read_news(struct reading *r)
{
	struct rd parts = rd_of(r->v.parts);
	struct wire_part p;
	enum err rc = ERR_OK;

	while (rc == ERR_OK && wire_part_next(&parts, &p))
		rc = spread_part(r->t, r->p, &p, r->a);
	return rc;
}

enum err stream_frame(struct turn *t, struct peer *p, struct span inner)
{
	struct reading r = {.t = t, .p = p};
	bool go = false, rotated;
	enum err rc;

	if (wire_frame_get(inner, &r.v) != ERR_OK) {
		t->node->frames_refused++;
		return ERR_OK;
	}
	rc = spread_own_record(t, p, r.v.parts, &rotated);
	if (rc != ERR_OK || rotated)
		return rc; /* under a key we learned just now: it comes again */
	if (!authentic(&r)) {
		t->node->frames_refused++; /* a count, not state: it stays if the turn is undone */
		return ERR_OK;
	}
	r.c = state_conn(t->node, p);
	r.a = answer_of(t, p->no);
	if (r.a == NULL)
		return ERR_NOMEM;
	rc = outbox_pair(t, p->no, &r.pair);
	if (rc == ERR_OK)
		rc = incarnations(&r, &go);
	if (rc != ERR_OK)
		return rc;
	r.pair->last_frame_ms = r.v.head.time_ms;
	r.pair->last_heard_ms = t->wall_ms;
	rc = spread_heard(t, p, &r.v.head, r.a);
	if (rc != ERR_OK)
		return rc;
	if (!go)
		return read_news(&r);
	if (!r.c->heard) {
		r.c->heard = true;
		r.c->sent = r.pair->acked;
		r.a->reply = true;
	}
	if (r.v.head.got_upto > r.pair->acked) {
		r.pair->acked = r.v.head.got_upto;
		r.c->refused = 0;
		r.c->ask_mono_ms = t->mono_ms + LIMIT_ASK_MS; /* it answers: patience begins anew */
		r.c->ask_wait_ms = LIMIT_ASK_MS;
	}
	return read_parts(&r);
}

/* SPDX-License-Identifier: EUPL-1.2 */
/* The receiving half of stream.h: one frame in, one answer prepared. */
#include "base/plant.h"
#include "crypto/hash.h"
#include "crypto/verify.h"
#include "domain/exchange/answer.h"
#include "domain/exchange/clockwatch.h"
#include "domain/exchange/prekeys.h"
#include "domain/exchange/unstored.h"
#include "domain/loss/compare.h"
#include "domain/loss/proof.h"
#include "domain/membership/members.h"
#include "domain/stream/checkpoint.h"
#include "domain/stream/deposit.h"
#include "domain/stream/spread.h"

enum { DAY_MS = 86400000, RETRY_MS = 60000, RETRY_MAX_MS = 3600000 };

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
	enum err why;	  /* the document at hand failed in this event because of it */
	bool anew;	  /* we began a new incarnation: nothing more in it counts */
};

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

/* They are not who they were: numbers begin anew, and our threads with them wait for their echo. */
static enum err new_partner(struct reading *r)
{
	const bool known = r->pair->yours.no != 0;
	struct effect *e;
	enum err rc = outbox_reset(r->t, r->pair, known);

	if (rc != ERR_OK)
		return rc;
	r->pair->yours = r->v.head.my_inc;
	r->pair->have_receipt = false;
	r->c->sent = r->c->base = 0;
	r->c->heads = (struct heads_cursor){.differs = false};
	/* once: what is retained is offered now, not at the next question */
	r->a->reply = true;
	r->c->ask_mono_ms = r->t->mono_ms + LIMIT_ASK_MS;
	r->c->ask_wait_ms = LIMIT_ASK_MS;
	e = turn_effect(r->t, EFFECT_PEER_INC);
	if (e == NULL)
		return ERR_NOMEM;
	e->peer = r->p->no;
	if (!known)
		return ERR_OK;
	r->pair->unconfirmed = true;
	return loss_alarm_set(r->t, LOSS_NEW, r->p->no);
}

/* ROLLED_BACK parts alone.  *anew: proof that we are in the past; we began a new incarnation. */
static enum err read_claims(struct reading *r, bool current, bool *anew)
{
	const struct loss_claim c = {.t = r->t,
				     .p = r->p,
				     .pr = r->pair,
				     .a = r->a,
				     .current = current,
				     .overtaken = r->v.head.got_upto > r->pair->num_last};
	struct rd parts = rd_of(r->v.parts);
	struct wire_part p;
	enum err rc = ERR_OK;

	*anew = false;
	while (rc == ERR_OK && !*anew && wire_part_next(&parts, &p))
		if (p.type == WIRE_PART_ROLLED_BACK && p.bytes.len > 0)
			rc = loss_part(&c, p.bytes, anew);
	return rc;
}

/* Does either of us remember more than the other's word allows? */
static enum err memories(struct reading *r, bool *go)
{
	const struct wire_frame *f = &r->v.head;
	bool anew;
	enum err rc = read_claims(r, true, &anew);

	*go = false;
	if (rc != ERR_OK || anew)
		return rc;
	if (f->got_upto > r->pair->num_last) { /* we never sent that much; or forgot that we did */
		loss_ask(r->t, r->c, r->a, NULL, f->got_upto);
		return ERR_OK;
	}
	if (f->held > r->pair->got) {
		loss_ask(r->t, r->c, r->a, NULL, 0);
		return ERR_OK;
	}
	if (f->got_upto < r->c->base) { /* they held more when this connection began */
		loss_show_receipt(r->pair, r->a);
		return ERR_OK;
	}
	*go = true;
	return ERR_OK;
}

/* Settles who we are to each other.  *go: numbers in this frame may be read. */
static enum err incarnations(struct reading *r, bool *go)
{
	const struct wire_frame *f = &r->v.head;
	struct pair *pr = r->pair;
	bool anew = false;
	enum err rc = ERR_OK;

	*go = false;
	if (!incarnation_equal(&f->my_inc, &pr->yours)) {
		if (pr->yours.no != 0 && f->my_inc.no <= pr->yours.no)
			return loss_past(r->t, r->p, pr, r->a); /* older, or a twin */
		rc = new_partner(r);
	}
	if (rc != ERR_OK)
		return rc;
	pr->since_strike = pr->strike_ms != 0;
	loss_keep_receipt(pr, &r->v);
	if (incarnation_equal(&f->your_inc, &r->t->node->inc))
		return memories(r, go);
	r->a->reply = true; /* it does not know us as we are now */
	return read_claims(r, false, &anew);
}

/* They could not store it.  It goes again, under a new number and after a growing pause; what follows it in its
 * thread waits with it, and everything else goes on. */
static enum err put_off(struct reading *r, uint64_t place)
{
	struct conn *c = r->c;

	if (c->retry_wait_ms == 0 || r->t->mono_ms >= c->retry_mono_ms) {
		c->retry_wait_ms = c->retry_wait_ms == 0		 ? RETRY_MS
				   : c->retry_wait_ms < RETRY_MAX_MS / 2 ? c->retry_wait_ms * 2
									 : RETRY_MAX_MS;
		c->retry_mono_ms = r->t->mono_ms + c->retry_wait_ms;
	}
	return outbox_not_taken(r->t, r->pair, place, WIRE_VERDICT_CANNOT_STORE);
}

static enum err settle(struct reading *r, uint64_t place, const struct wire_verdict *given)
{
	struct wire_verdict bounded = *given;
	const struct wire_verdict *v = &bounded;
	struct outbox_row row;
	struct document d;
	enum err rc = outbox_get(r->t, r->p->no, place, &row);

	if (rc != ERR_OK)
		return rc == ERR_NOTFOUND ? ERR_OK : rc;
	rc = document_load(r->t, &row.doc, &d);
	if (rc != ERR_OK)
		return rc == ERR_NOTFOUND ? ERR_OK : rc;
	if (!id32_equal(&d.hash, &v->doc_hash))
		return ERR_STALE; /* not my document with this number: counts for nothing */
	if (v->code == WIRE_VERDICT_CANNOT_STORE)
		return put_off(r, place);
	if (row.verdict == WIRE_VERDICT_CANNOT_STORE) {
		r->c->retry_wait_ms = 0; /* it could, this time: what rests on it goes at once */
		r->c->retry_mono_ms = 0;
		r->pair->recheck = true;
	}
	/* terms run from here, and it is their clock: not before it was written, not later than now */
	if (bounded.stored_ms < row.queued_ms)
		bounded.stored_ms = row.queued_ms;
	if (bounded.stored_ms > r->t->wall_ms)
		bounded.stored_ms = r->t->wall_ms;
	rc = outbox_settle(r->t, r->p->no, place, v);
	if (row.state == OUTBOX_STORED) /* once more, after a loss of theirs */
		return rc;
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
		if (rc ==
		    ERR_NOTFOUND) /* a number of ours without its place, or what a verdict leads to */
			return ERR_CORRUPT;
		if (rc ==
		    ERR_STALE) { /* they hold another one under it: ours, of a past we lost? */
			loss_ask(r->t, r->c, r->a, NULL, no);
			return ERR_OK;
		}
		r->pair->verdicts = no;
	}
	return rc;
}

enum { REFUSED_LEN = 2 + 4 + 16, REFUSED_S = 60 };

static void refused_put(struct wr *w, uint16_t code, const struct id16 *thread)
{
	wr_u16(w, code);
	wr_u32(w, REFUSED_S);
	wr_put(w, thread->b, sizeof thread->b);
}

static enum err refuse(struct reading *r, uint16_t code, const struct id16 *thread)
{
	uint8_t b[REFUSED_LEN];
	struct wr w = wr_of(b, sizeof b);

	refused_put(&w, code, thread);
	answer_part(r->a, WIRE_PART_REFUSED, wr_span(&w));
	r->stop = true;
	r->a->reply = true;
	return ERR_OK;
}

enum fit { FIT, FIT_NOT_YET, FIT_CONTRADICTS, FIT_LATE, FIT_UNKNOWN_TO_US };

/* Does it continue its thread's log, and is what it has seen in our hands? */
static enum fit fit_of(struct reading *r, const struct wire_head *h, const struct thread *th)
{
	struct log_entry e;

	if (h->thread_no != th->their_no + 1 || !id32_equal(&h->prev_hash, &th->their_hash)) {
		if (h->thread_no == 0 || h->thread_no > th->their_no + 1 || th->their_no == 0)
			return FIT_NOT_YET;
		/* its place is taken: by one of the same life, then that life was rolled back; or it is a
		 * late one of a life before */
		return h->origin_inc == r->v.head.my_inc.no ? FIT_CONTRADICTS : FIT_LATE;
	}
	if (h->seen_no < th->their_seen)
		return FIT_NOT_YET;
	if (h->seen_no == 0)
		return bytes_zero(h->seen_hash.b, 32) ? FIT : FIT_NOT_YET;
	if (h->seen_no <= th->my_no && thread_entry(r->t, th, true, h->seen_no, &e) == ERR_OK &&
	    id32_equal(&e.hash, &h->seen_hash))
		return FIT;
	return r->pair->unechoed ? FIT_NOT_YET : FIT_UNKNOWN_TO_US;
}

static enum err number_it(struct reading *r, const struct id16 *msg, const struct id32 *hash,
			  uint16_t code, uint64_t stored_ms)
{
	const struct inbox_row row = {*msg, {*hash, code, stored_ms}};

	if (r->a->verdict_from == 0)
		r->a->verdict_from = r->pair->got + 1;
	r->pair->blocked_ms = 0;
	return inbox_put(r->t, r->pair, &row);
}

/* What we said of a document that we hold already. */
static uint16_t verdict_of(struct reading *r, const struct document *d)
{
	struct store_key k = turn_key_ids(&d->head.thread_id, &d->key.msg);

	key_u16(&k, d->key.sender);
	if (record_exists(r->t->txn, STORE_SHELF, key_span(&k)))
		return WIRE_VERDICT_LOST_ACT;
	return d->hollow ? d->reason : WIRE_VERDICT_OK;
}

/* A document we hold already, re-offered under a new number: same verdict, same stored hash. */
static enum err duplicate(struct reading *r, const struct doc_key *key)
{
	struct document d;
	enum err rc = document_load(r->t, key, &d);

	if (rc != ERR_OK)
		return rc;
	return number_it(r, &key->msg, &d.hash, verdict_of(r, &d), r->t->wall_ms);
}

/* It fails here by itself, or what it rests on did.  Its number is used up, so that other threads go on; its sender
 * keeps it, and asks again. */
static enum err pass_over(struct reading *r, const struct wire_doc *d, const struct id32 *hash,
			  enum err why)
{
	uint8_t b[REFUSED_LEN];
	struct wr w = wr_of(b, sizeof b);
	enum err rc = unstored_add(r->t, r->p->no, &d->head.thread_id, d->head.type, why);

	refused_put(&w, WIRE_REFUSED_CANNOT_STORE, &d->head.thread_id);
	answer_part(r->a, WIRE_PART_REFUSED, wr_span(&w));
	return rc == ERR_OK ? number_it(r, &d->head.msg_id, hash, WIRE_VERDICT_CANNOT_STORE,
					r->t->wall_ms)
			    : rc;
}

static enum err keep(struct reading *r, const struct wire_doc *d, const struct doc_key *key,
		     const struct id32 *hash, struct thread *th)
{
	const bool fresh = th->my_no + th->their_no == 0;
	const struct log_entry e = {*key, *hash, d->head.type, d->head.seen_no, d->head.created_ms,
				    0};
	uint16_t verdict = d->form == WIRE_HOLLOW ? WIRE_VERDICT_HOLLOW : WIRE_VERDICT_OK;
	enum err rc = r->t->node->hooks->judge(r->t, r->p, d, th, &verdict);

	if (rc == ERR_OK && fresh)
		rc = echo_birth(r->t, th, false);
	if (rc == ERR_OK)
		rc = document_keep(r->t, key, d, &th->case_id, verdict);
	if (rc == ERR_OK && fresh)
		rc = thread_create(r->t, th);
	if (rc == ERR_OK)
		rc = thread_append(r->t, th, false, &e);
	if (rc == ERR_OK)
		rc = number_it(r, &key->msg, hash, verdict, r->t->wall_ms);
	if (rc == ERR_OK)
		rc = unstored_over(r->t, r->p->no, &th->id);
	if (rc == ERR_OK)
		rc = r->t->node->hooks->stored(r->t, r->p, th, key, verdict);
	return rc == ERR_OK && r->pair->unechoed ? echo_unshelve(r->t, r->p, th) : rc;
}

/* Of a life before a loss of theirs, and its place is taken: kept and shown, never folded. */
static enum err keep_lost(struct reading *r, const struct wire_doc *d, const struct doc_key *key,
			  const struct id32 *hash, struct thread *th)
{
	uint16_t verdict = d->form == WIRE_HOLLOW ? WIRE_VERDICT_HOLLOW : WIRE_VERDICT_OK;
	enum err rc = r->t->node->hooks->judge(r->t, r->p, d, th, &verdict);

	if (rc == ERR_OK)
		rc = document_keep(r->t, key, d, &th->case_id, verdict);
	if (rc == ERR_OK)
		rc = echo_shelve(r->t, th, key, d->head.type);
	return rc == ERR_OK ? number_it(r, &key->msg, hash, WIRE_VERDICT_LOST_ACT, r->t->wall_ms)
			    : rc;
}

/* What they signed at the place where this one contradicts it. */
static enum err contradict(struct reading *r, const struct wire_head *h, const struct thread *th)
{
	const uint32_t no = h->thread_no <= th->their_no ? h->thread_no : th->their_no;
	struct log_entry e;
	enum err rc = thread_entry(r->t, th, false, no, &e);

	r->stop = true;
	return rc == ERR_OK ? loss_show(r->t, r->pair, r->a, &e.doc) : rc;
}

/* Every document type but one speaks of a person: observers, evaluators and coordinators neither send nor
 * get it, whatever the sender's daemon thought.  Reports go to them, and to nobody else. */
static bool class_allows(struct reading *r, uint16_t type)
{
	const struct peer *self = state_peer_by_id(r->t->node, &r->t->node->node_id);

	if (self == NULL || !members_hold_cases(r->p))
		return false;
	return type == DOC_REPORT ? members_collect(self) : (self->classes & WIRE_MEMBER) != 0;
}

static enum err take_new(struct reading *r, const struct wire_doc *d)
{
	const struct doc_key key = {d->head.msg_id, r->p->no};
	struct thread th;
	struct id32 hash, commit, nk_pub;
	enum err rc;

	if (!planted(PLANT_NO_DEDUPE) && document_known(r->t, &key))
		return duplicate(r, &key);
	if (!class_allows(r, d->head.type))
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
	if (fault_tries(r->t, &r->t->doing) > 0)
		return pass_over(r, d, &hash, r->why);
	if (!id16_equal(&d->head.grant_id, &d->head.thread_id) &&
	    unstored_has(r->t, r->p->no, &d->head.grant_id))
		return pass_over(r, d, &hash, ERR_STATE); /* its consent could not be stored */
	rc = thread_load(r->t, &d->head.thread_id, &th);
	if (rc == ERR_NOTFOUND)
		th = (struct thread){.id = d->head.thread_id, .peer = r->p->no};
	else if (rc != ERR_OK)
		return rc;
	if (th.peer != r->p->no || d->head.thread_no > THREAD_LOG_MAX)
		return refuse(r, WIRE_REFUSED_ORDER, &d->head.thread_id);
	switch (planted(PLANT_NO_DEDUPE) ? FIT : fit_of(r, &d->head, &th)) {
	case FIT:
		break;
	case FIT_LATE:
		return keep_lost(r, d, &key, &hash, &th);
	case FIT_CONTRADICTS:
		return contradict(r, &d->head, &th);
	case FIT_UNKNOWN_TO_US:
		loss_ask(r->t, r->c, r->a, &d->head.thread_id, d->head.seen_no);
		return refuse(r, WIRE_REFUSED_RESYNC, &d->head.thread_id);
	case FIT_NOT_YET:
		if (!r->pair->unechoed && unstored_has(r->t, r->p->no, &d->head.thread_id))
			return pass_over(r, d, &hash, ERR_STATE); /* one before it is missing */
		if (r->pair->unechoed && d->head.thread_no > th.their_no + 1) {
			rc = loss_blocked(r->t, r->pair, &r->anew);
			if (rc != ERR_OK || r->anew)
				return rc;
		}
		return refuse(r, WIRE_REFUSED_RESYNC, &d->head.thread_id);
	}
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

/* Had it: the receipt in the answer says so.  Another one under this number: they were rolled back. */
static enum err had_before(struct reading *r, uint64_t no, struct span bytes)
{
	struct inbox_row in;
	struct wire_doc d;
	struct id32 commit, hash;
	struct doc_key key;
	enum err rc = inbox_get(r->t, r->p->no, no, &in);

	if (rc != ERR_OK || wire_doc_get(bytes, &d) != ERR_OK)
		return rc == ERR_NOTFOUND ? ERR_CORRUPT : rc;
	commit = d.form == WIRE_HOLLOW ? d.body_commit : document_commit(d.salt, d.body);
	hash = document_hash(d.head_bytes, &commit);
	if (id16_equal(&in.msg, &d.head.msg_id) && id32_equal(&in.verdict.doc_hash, &hash))
		return ERR_OK;
	r->stop = true;
	key = (struct doc_key){in.msg, r->p->no};
	return loss_show(r->t, r->pair, r->a, &key);
}

/* A document that failed in this very event is answered instead of tried: passed over; or refused as long as its
 * own signature cannot be looked at, or there is no room for it. */
static enum err take_alone(struct reading *r, const struct wire_doc *d)
{
	const struct fault_place at = {.part = FAULT_DOCUMENT,
				       .peer = r->p->no,
				       .type = d->head.type,
				       .id = d->head.thread_id};
	const uint32_t tries = fault_tries(r->t, &at);
	enum err rc;

	r->why = fault_why(r->t, &at);
	if (tries > 0 && (r->why == ERR_NOMEM || r->why == ERR_FULL))
		return refuse(r, WIRE_REFUSED_BUSY, &d->head.thread_id);
	if (tries > 1)
		return refuse(r, WIRE_REFUSED_CANNOT_STORE, &d->head.thread_id);
	fault_doing(r->t, &at);
	rc = take_new(r, d);
	if (rc == ERR_OK)
		fault_over(r->t);
	return rc == ERR_NOTFOUND ? ERR_CORRUPT : rc;
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
	if (!planted(PLANT_NO_DEDUPE) && no <= r->pair->got)
		return had_before(r, no, bytes);
	if (no > r->pair->got + 1) {
		r->stop = true; /* a gap: the receipt says what is next */
		return ERR_OK;
	}
	rc = wire_doc_get(bytes, &d);
	if (rc != ERR_OK)
		return refuse(r, WIRE_REFUSED_SIGNATURE, &none);
	if (!room_for(r, bytes.len))
		return refuse(r, WIRE_REFUSED_BUSY, &d.head.thread_id);
	return take_alone(r, &d);
}

static enum err on_refused(struct reading *r, struct span bytes)
{
	struct rd in = rd_of(bytes);
	const uint16_t code = rd_u16(&in);

	(void)rd_u32(&in);
	if (!in.bad)
		r->c->refused_thread = rd_id16(&in);
	if (!in.bad)
		r->c->refused = code; /* for whoever asks why; it never triggers a resend */
	return in.bad || code != WIRE_REFUSED_CLONE ? ERR_OK
						    : loss_alarm_set(r->t, LOSS_TOLD, r->p->no);
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
		if (bytes_zero(key.msg.b,
			       16)) { /* let go of, or a lost act: keeps its place only */
			v.doc_hash = (struct id32){{0}};
			wr_u8(&w, 0);
		} else if (document_known(r->t, &key)) {
			enum err rc = document_load(r->t, &key, &d);

			if (rc != ERR_OK)
				return rc;
			v.doc_hash = d.hash;
			v.code = verdict_of(r, &d);
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
		rc = want ? outbox_wait(r->t, r->pair, place) : settle(r, place, &v);
		if (rc == ERR_STALE)
			rc = ERR_OK; /* a place that is empty here */
		r->pair->off_from = place;
	}
	r->pair->recheck = true; /* numbered in order of place, when they may go */
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
		stream_answered(r->t, r->pair, r->c);
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

/* A document of ours comes back; one that we signed in this life and forgot says that we were rolled back. */
static enum err on_returned(struct reading *r, struct span bytes)
{
	bool forgot;
	enum err rc = echo_returned(r->t, r->p, r->pair, r->a, bytes, &forgot);

	if (rc != ERR_OK || !forgot)
		return rc;
	r->anew = true;
	return loss_begin(r->t, 0, LOSS_ROLLED_BACK);
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
	case WIRE_PART_RETURNED:
		return on_returned(r, p->bytes);
	case WIRE_PART_THREAD_HEADS:
		return echo_heads(r->t, r->p, r->pair, r->a, p->bytes);
	case WIRE_PART_PREKEYS:
		rc = prekeys_take(r->t, r->p, p->bytes, false, &fresh);
		return rc == ERR_MALFORMED || rc == ERR_CRYPTO ? ERR_OK : rc;
	case WIRE_PART_ROSTER:
	case WIRE_PART_WITNESS:
	case WIRE_PART_NODE_RECORD:
		return spread_part(r->t, r->p, p, r->a);
	case WIRE_PART_REFUSED:
		return on_refused(r, p->bytes);
	case WIRE_PART_LEDGER:
		return deposit_part(r->t, r->p, r->a, p->bytes);
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
	while (rc == ERR_OK && !r->anew && wire_part_next(&parts, &p)) {
		const struct fault_place at = {
			.part = FAULT_PART, .peer = r->p->no, .type = p.type};

		if (fault_paused(r->t, &at))
			continue; /* what else is in the frame counts */
		fault_doing(r->t, &at);
		rc = on_part(r, &p);
		if (rc == ERR_OK && r->t->doing.part == FAULT_PART)
			fault_over(r->t);
	}
	return rc;
}

/* What does not depend on incarnations: who is in, who says so, keys, and that we run twice. */
static enum err read_news(struct reading *r)
{
	struct rd parts = rd_of(r->v.parts);
	struct wire_part p;
	enum err rc = ERR_OK;

	while (rc == ERR_OK && wire_part_next(&parts, &p))
		rc = p.type == WIRE_PART_REFUSED ? on_refused(r, p.bytes)
						 : spread_part(r->t, r->p, &p, r->a);
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
	clockwatch_frame(t, r.c, r.v.head.time_ms);
	r.a = answer_of(t, p->no);
	if (r.a == NULL)
		return ERR_NOMEM;
	rc = outbox_pair(t, p->no, &r.pair);
	if (rc == ERR_OK && r.pair->stopped) {
		loss_farewell(t, p, r.a);
		return ERR_OK;
	}
	if (rc == ERR_OK)
		rc = incarnations(&r, &go);
	if (rc != ERR_OK || r.pair->stopped)
		return rc;
	r.pair->last_frame_ms = r.v.head.time_ms;
	r.pair->last_heard_ms = t->wall_ms;
	rc = spread_heard(t, p, &r.v.head, r.a);
	if (rc != ERR_OK)
		return rc;
	if (!go)
		return read_news(&r);
	r.c->met = true;
	if (!r.c->heard) {
		r.c->heard = true;
		stream_answered(t, r.pair, r.c);
		r.c->heard_mono_ms = t->mono_ms;
		r.c->sent = r.pair->acked;
		r.a->reply = true;
	}
	if (r.v.head.got_upto > r.pair->acked) {
		r.pair->acked = r.v.head.got_upto;
		r.c->refused = 0;
		stream_answered(t, r.pair, r.c);
		r.c->ask_mono_ms = t->mono_ms + LIMIT_ASK_MS; /* it answers: patience begins anew */
		r.c->ask_wait_ms = LIMIT_ASK_MS;
	}
	return read_parts(&r);
}

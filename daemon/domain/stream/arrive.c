/* SPDX-License-Identifier: EUPL-1.2 */
/* A partner's document.  It is taken once, in the order of its thread, and only with what it refers to in hand; it is
 * numbered in the same turn that stores it, so that the receipt is true after any crash.  What cannot be taken is
 * either refused without using up its number (it comes again: order, quota, signature), or passed over with a verdict
 * (it failed by itself: other threads must go on).  Which of the two is the whole question of this file. */
#include "domain/stream/arrive.h"

#include "base/check.h"
#include "base/date.h"
#include "base/plant.h"
#include "domain/documents/thread.h"
#include "domain/exchange/answer.h"
#include "domain/exchange/hooks.h"
#include "domain/exchange/inbox.h"
#include "domain/exchange/quota.h"
#include "domain/exchange/unstored.h"
#include "domain/loss/proof.h"
#include "domain/loss/returned.h"
#include "domain/loss/settled.h"
#include "domain/membership/members.h"
#include "domain/membership/noderecord.h"
#include "domain/room.h"

enum { REFUSED_LEN = 2 + 4 + 16, REFUSED_S = 60 };
static_assert(THREAD_LOG_MAX <= UINT16_MAX, "a log that no partner can make endless");

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

	require(code != 0);
	refused_put(&w, code, thread);
	answer_part(r->a, WIRE_PART_REFUSED, wr_span(&w));
	r->stop = true; /* streams have no gaps: what follows in this frame comes again too */
	r->a->reply = true;
	return ERR_OK;
}

enum fit { FIT, FIT_NOT_YET, FIT_CONTRADICTS, FIT_LATE, FIT_UNKNOWN_TO_US };

/* Does it continue its thread's log, and is what it had read of ours in our log?
 *
 *   its place in their log  | what it had read of ours | fit
 *   the next                | in our log, as we have it | FIT
 *   the next                | less than the one before  | NOT_YET: logs only grow
 *   the next                | not in our log            | UNKNOWN_TO_US: we lost it; while the pair is compared NOT_YET
 *   taken, same incarnation | any                       | CONTRADICTS: they were rolled back and wrote it again
 *   taken, older one        | any                       | LATE: written before their loss, its place was given away
 *   any other               | any                       | NOT_YET: what comes before it is under way */
static enum err fit_of(struct reading *r, const struct wire_head *h, const struct thread *th,
		       enum fit *out)
{
	struct log_entry e;
	enum err rc = ERR_NOTFOUND;

	*out = FIT_NOT_YET;
	if (h->thread_no != th->their_no + 1 || !id32_equal(&h->prev_hash, &th->their_hash)) {
		if (h->thread_no != 0 && h->thread_no <= th->their_no + 1 && th->their_no != 0)
			*out = h->origin_inc == r->v.head.my_inc.no ? FIT_CONTRADICTS : FIT_LATE;
		return ERR_OK;
	}
	if (h->seen_no < th->their_seen)
		return ERR_OK;
	if (h->seen_no == 0) {
		*out = bytes_zero(h->seen_hash.b, 32) ? FIT : FIT_NOT_YET;
		return ERR_OK;
	}
	if (h->seen_no <= th->my_no)
		rc = thread_entry(r->t, th, true, h->seen_no, &e);
	if (rc != ERR_OK && rc != ERR_NOTFOUND)
		return rc; /* what cannot be read is not lost: that would begin a proof of loss */
	if (rc == ERR_OK && id32_equal(&e.hash, &h->seen_hash))
		*out = FIT;
	else
		*out = r->pair->uncompared ? FIT_NOT_YET : FIT_UNKNOWN_TO_US;
	return ERR_OK;
}

/* Its number is used up, with this verdict; the answer to the frame carries it. */
static enum err number_it(struct reading *r, const struct id16 *msg, const struct id32 *hash,
			  uint16_t code, uint64_t stored_ms)
{
	const struct inbox_row row = {*msg, {*hash, code, stored_ms}};

	require(r->pair->yours.no != 0);
	if (r->a->verdict_from == 0)
		r->a->verdict_from = r->pair->got + 1;
	r->pair->blocked_ms = 0; /* their stream goes on */
	return inbox_put(r->t, r->pair, &row);
}

/* What we said of a document that we hold already. */
uint16_t arrive_verdict(struct reading *r, const struct document *d)
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

	require(key->sender == r->p->no);
	if (rc != ERR_OK)
		return rc;
	return number_it(r, &key->msg, &d.hash, arrive_verdict(r, &d), r->t->wall_ms);
}

/* It fails here by itself, or what it rests on did.  Its number is used up, so that other threads go on; its sender
 * keeps it, and asks again. */
static enum err pass_over(struct reading *r, const struct wire_doc *d, const struct id32 *hash,
			  enum err why)
{
	uint8_t b[REFUSED_LEN];
	struct wr w = wr_of(b, sizeof b);
	enum err rc = unstored_add(r->t, r->p->no, &d->head.thread_id, d->head.type, why);

	require(why != ERR_OK);
	if (rc == ERR_OK && why == ERR_BUSY) /* nothing failed: its sender asked for too much */
		return number_it(r, &d->head.msg_id, hash, WIRE_VERDICT_TOO_MANY, r->t->wall_ms);
	refused_put(&w, WIRE_REFUSED_CANNOT_STORE, &d->head.thread_id);
	answer_part(r->a, WIRE_PART_REFUSED, wr_span(&w));
	return rc == ERR_OK ? number_it(r, &d->head.msg_id, hash, WIRE_VERDICT_CANNOT_STORE,
					r->t->wall_ms)
			    : rc;
}

/* This partner fills its share of this node: what else it says goes on. */
static enum err pass_over_limit(struct reading *r, const struct wire_doc *d,
				const struct id32 *hash, enum quota what)
{
	enum err rc = quota_passed_over(r->t, r->p->no, what);

	return rc == ERR_OK ? pass_over(r, d, hash, ERR_BUSY) : rc;
}

/* Taken: stored, in its log, numbered and followed up, all in this turn. */
static enum err keep(struct reading *r, const struct wire_doc *d, const struct doc_key *key,
		     const struct id32 *hash, struct thread *th)
{
	const bool fresh = th->my_no + th->their_no == 0;
	const struct log_entry e = {*key, *hash, d->head.type, d->head.seen_no, d->head.created_ms,
				    0};
	uint16_t verdict = d->form == WIRE_HOLLOW ? WIRE_VERDICT_HOLLOW : WIRE_VERDICT_OK;
	enum quota over = QUOTA_NONE;
	enum err rc = fresh ? quota_thread(r->t, r->p->no, kind_opened_by(d->head.type), &over)
			    : ERR_OK;

	require(th->peer == r->p->no);
	if (rc == ERR_OK && over == QUOTA_NONE)
		rc = hooks_judge(r->t, r->p, d, th, &verdict, &over);
	if (rc == ERR_OK && over != QUOTA_NONE)
		return pass_over_limit(r, d, hash, over);
	if (rc == ERR_OK && fresh)
		rc = settled_birth(r->t, th, false);
	if (rc == ERR_OK && fresh)
		rc = quota_began(r->t, th);
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
		rc = hooks_rules(r->t->node, th)->stored(r->t, r->p, th, key, verdict);
	return rc == ERR_OK && r->pair->uncompared ? returned_unshelve(r->t, r->p, th) : rc;
}

/* Written before a loss of theirs, and its place was given away: kept and shown, never folded. */
static enum err keep_lost(struct reading *r, const struct wire_doc *d, const struct doc_key *key,
			  const struct id32 *hash, struct thread *th)
{
	uint16_t verdict = d->form == WIRE_HOLLOW ? WIRE_VERDICT_HOLLOW : WIRE_VERDICT_OK;
	enum quota over = QUOTA_NONE;
	enum err rc = quota_lost(r->t, &th->id, &over);

	require(th->peer == r->p->no);
	if (rc != ERR_OK)
		return rc;
	if (over == QUOTA_NONE)
		rc = hooks_judge(r->t, r->p, d, th, &verdict, &over);
	if (rc == ERR_OK && over != QUOTA_NONE)
		return pass_over_limit(r, d, hash, over);
	if (rc != ERR_OK)
		return rc;
	rc = document_keep(r->t, key, d, &th->case_id, verdict);
	if (rc != ERR_OK)
		return rc;
	rc = settled_shelve(r->t, th, key, d->head.type);
	if (rc != ERR_OK)
		return rc;
	return number_it(r, &key->msg, hash, WIRE_VERDICT_LOST_ACT, r->t->wall_ms);
}

/* Every document type but one speaks of a person: observers, evaluators and coordinators neither send nor
 * get it, whatever the sender's daemon thought.  Reports go to them, and to nobody else. */
static bool class_allows(struct reading *r, uint16_t type)
{
	const struct peer *self = state_peer_by_id(r->t->node, &r->t->node->node_id);

	if (self == NULL || !members_hold_cases(r->p))
		return false;
	return kind_has(kind_opened_by(type), KIND_OF_A_PERSON) ? (self->classes & WIRE_MEMBER) != 0
								: members_collect(self);
}

/* Class, key and signature: whose word it is, and may it be here at all?  *code: why not; 0: it may. */
static enum err acceptable(struct reading *r, const struct wire_doc *d, struct id32 *hash,
			   uint16_t *code)
{
	const struct node *n = r->t->node;
	struct id32 commit, nk_pub;
	enum err rc;

	*code = WIRE_REFUSED_CLASS;
	if (!class_allows(r, d->head.type))
		return ERR_OK;
	*code = WIRE_REFUSED_SIGNATURE;
	/* the key of then, however old: a document is signed once, for ever */
	rc = noderecord_key(r->t, r->p, d->head.key_seq, &nk_pub);
	if (rc != ERR_OK)
		return rc == ERR_NOTFOUND ? ERR_OK : rc;
	commit = d->form == WIRE_HOLLOW ? d->body_commit : document_commit(d->salt, d->body);
	*hash = document_hash(d->head_bytes, &commit);
	if (id32_equal(&d->head.sender, &r->p->node_id) &&
	    id32_equal(&d->head.recipient, &n->node_id) &&
	    id16_equal(&d->head.fed_id, &n->fed_id) &&
	    document_verify(&d->sig, hash, &nk_pub, &r->last_sig))
		*code = 0;
	return ERR_OK;
}

/* It rests on what is not here: how long does it hold up what follows it (proof_blocked)? */
static enum err blocked(struct reading *r, const struct wire_doc *d, const struct id32 *hash,
			bool *over)
{
	enum err rc = proof_blocked(r->t, r->pair, over);

	return rc == ERR_OK && *over ? pass_over(r, d, hash, ERR_STATE) : rc;
}

/* Two documents of one incarnation for one place: show them what they signed there. */
static enum err contradict(struct reading *r, const struct wire_doc *d, const struct id32 *hash,
			   const struct thread *th)
{
	const struct wire_head *h = &d->head;
	bool over = false;
	const uint32_t no = h->thread_no <= th->their_no ? h->thread_no : th->their_no;
	struct log_entry e;
	enum err rc = thread_entry(r->t, th, false, no, &e);

	require(th->their_no > 0);
	if (rc == ERR_OK)
		rc = proof_show(r->t, r->pair, r->a, &e.doc);
	if (rc == ERR_OK && !r->pair->uncompared)
		rc = blocked(r, d, hash, &over);
	r->stop = !over;
	return rc;
}

/* It is theirs and genuine: where does it belong in its thread? */
static enum err place(struct reading *r, const struct wire_doc *d, const struct id32 *hash,
		      struct thread *th)
{
	const struct doc_key key = {d->head.msg_id, r->p->no};
	bool over = false;
	enum fit fit;
	enum err why, rc = fit_of(r, &d->head, th, &fit);

	require(th->peer == r->p->no);
	if (rc != ERR_OK)
		return rc;
	if (planted(PLANT_NO_DEDUPE) && (fit == FIT_CONTRADICTS || fit == FIT_LATE))
		fit = FIT; /* what has its place may be itself */
	switch (fit) {
	case FIT:
		break;
	case FIT_LATE:
		return keep_lost(r, d, &key, hash, th);
	case FIT_CONTRADICTS:
		return contradict(r, d, hash, th);
	case FIT_UNKNOWN_TO_US:
		/* we forgot it: then they can prove that; or both hold another document of ours there, and each has its own */
		proof_ask(r->t, r->c, r->a, &d->head.thread_id, d->head.seen_no);
		if (!r->pair->uncompared)
			rc = blocked(r, d, hash, &over);
		return rc != ERR_OK || over ? rc
					    : refuse(r, WIRE_REFUSED_RESYNC, &d->head.thread_id);
	case FIT_NOT_YET:
		rc = unstored_lacks(r->t, r->p->no, &d->head.thread_id, &why);
		if (rc != ERR_OK)
			return rc;
		if (!r->pair->uncompared && why == ERR_BUSY) /* one before it was too many */
			return pass_over(r, d, hash, why);
		if (d->head.thread_no > th->their_no + 1)
			rc = blocked(r, d, hash, &over);
		if (rc != ERR_OK || over)
			return rc;
		if (!r->pair->uncompared && why != ERR_OK) /* one before it is missing */
			return pass_over(r, d, hash, ERR_STATE);
		return refuse(r, WIRE_REFUSED_RESYNC, &d->head.thread_id);
	}
	return keep(r, d, &key, hash, th);
}

/* The consent that it rests on was passed over: it covers nothing before it came. */
static enum err lacks_consent(struct reading *r, const struct wire_doc *d, enum err *why)
{
	*why = ERR_OK;
	return bytes_zero(d->head.grant_id.b, 16) ||
			       id16_equal(&d->head.grant_id, &d->head.thread_id)
		       ? ERR_OK
		       : unstored_lacks(r->t, r->p->no, &d->head.grant_id, why);
}

/* One that has the next number of their stream. */
static enum err take_new(struct reading *r, const struct wire_doc *d)
{
	const struct doc_key key = {d->head.msg_id, r->p->no};
	struct thread th;
	struct id32 hash;
	uint16_t code;
	enum err why, rc;

	if (!planted(PLANT_NO_DEDUPE) && document_known(r->t, &key))
		return duplicate(r, &key);
	rc = acceptable(r, d, &hash, &code);
	if (rc != ERR_OK)
		return rc;
	if (code != 0)
		return refuse(r, code, &d->head.thread_id);
	if (fault_tries(r->t, &r->t->doing) > 0)
		return pass_over(r, d, &hash, r->why == ERR_BUSY ? ERR_STATE : r->why);
	rc = lacks_consent(r, d, &why);
	if (rc != ERR_OK)
		return rc;
	if (why != ERR_OK)
		return pass_over(r, d, &hash, why == ERR_BUSY ? why : ERR_STATE);
	rc = thread_load(r->t, &d->head.thread_id, &th);
	if (rc == ERR_NOTFOUND)
		th = (struct thread){.id = d->head.thread_id, .peer = r->p->no};
	else if (rc != ERR_OK)
		return rc;
	/* Zeros name no thread: work of a case stands under them.  And in one that we began its other end can only answer, also when a
	 * loss took all its documents. */
	if (th.peer != r->p->no || d->head.thread_no > THREAD_LOG_MAX ||
	    bytes_zero(th.id.b, sizeof th.id.b) ||
	    (th.kind != 0 && th.role == THREAD_SENDER && th.my_no + th.their_no == 0))
		return refuse(r, WIRE_REFUSED_ORDER, &d->head.thread_id);
	return place(r, d, &hash, &th);
}

/* What a document about a thread of ours ends may come in where a new one may not. */
static enum store_use use_of(struct reading *r, const struct wire_head *h)
{
	struct thread th;

	if (room_of_document(h->type, false, true) == STORE_TAKES)
		return STORE_TAKES; /* whatever thread it is of */
	return room_of_document(h->type, false,
				thread_load(r->t, &h->thread_id, &th) == ERR_OK &&
					th.peer == r->p->no);
}

/* The quota acts before acceptance and uses up no number: the rest of the frame waits too. */
static bool within_quota(struct reading *r, size_t len)
{
	const struct node *n = r->t->node;
	struct pair *pr = r->pair;
	const uint64_t today = r->t->wall_ms / DAY_MS;

	if (pr->day != today) {
		pr->day = today;
		pr->day_documents = pr->day_bytes = 0;
	}
	if (pr->day_documents + 1 > n->day_documents || pr->day_bytes + len > n->day_bytes)
		return false;
	pr->day_documents++;
	pr->day_bytes += len;
	require(pr->day_documents <= n->day_documents && pr->day_bytes <= n->day_bytes);
	return true;
}

/* What one partner ends may use a part of what is kept back and no more: others end things, too. */
static bool within_share(struct reading *r)
{
	if (store_room(r->t->txn, STORE_TAKES))
		r->c->kept = 0; /* all that is kept back is there again */
	return r->c->kept <= store_usage(r->t->txn).kept / LIMIT_KEPT_PARTNER;
}

static bool room_for(struct reading *r, enum store_use use)
{
	return store_room(r->t->txn, use) &&
	       (r->t->node->disk != NODE_DISK_STOP || use != STORE_TAKES) &&
	       (use != STORE_OWES || within_share(r));
}

/* In this frame, among the documents that we do not have yet. */
static bool end_in_frame(struct reading *r)
{
	struct rd parts = rd_of(r->v.parts);
	uint64_t no = r->v.head.first_seq;
	struct wire_part p;
	struct wire_doc d;

	while (wire_part_next(&parts, &p))
		if (p.type == WIRE_PART_DOCUMENT && no++ > r->pair->got &&
		    wire_doc_get(p.bytes, &d) == ERR_OK && use_of(r, &d.head) != STORE_TAKES)
			return true;
	return false;
}

/* There is no room for it.  It waits at its sender; but when a word that ends something stands behind it, it makes way: its
 * number is used up, as of one that cannot be stored, and its sender asks again later. */
static enum err no_room(struct reading *r, const struct wire_doc *d, size_t len)
{
	const struct doc_key key = {d->head.msg_id, r->p->no};
	struct id32 hash;
	uint16_t code;
	enum err rc;

	r->c->ends_wait = r->c->ends_wait || end_in_frame(r);
	if (!r->c->ends_wait || document_known(r->t, &key) || !room_for(r, STORE_OWES) ||
	    !within_quota(r, len))
		return refuse(r, WIRE_REFUSED_BUSY, &d->head.thread_id);
	rc = acceptable(r, d, &hash, &code);
	if (rc != ERR_OK)
		return rc;
	return code != 0 ? refuse(r, code, &d->head.thread_id) : pass_over(r, d, &hash, ERR_FULL);
}

/* We have this number: the receipt in the answer says so.  Another document under it: they were rolled back. */
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
	require(no >= 1 && no <= r->pair->got);
	key = (struct doc_key){in.msg, r->p->no};
	return proof_show(r->t, r->pair, r->a, &key);
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

	require(!r->stop && !r->begun);
	r->why = fault_why(r->t, &at);
	if (tries > 0 && (r->why == ERR_NOMEM || r->why == ERR_FULL))
		return refuse(r, WIRE_REFUSED_BUSY, &d->head.thread_id);
	if (tries > 1)
		return refuse(r, WIRE_REFUSED_CANNOT_STORE, &d->head.thread_id);
	fault_doing(r->t, &at);
	rc = take_new(r, d);
	rc = fault_over(r->t, rc);
	return rc == ERR_NOTFOUND ? ERR_CORRUPT : rc;
}

static enum err one_document(struct reading *r, struct span bytes)
{
	const uint64_t no =
		r->next_no++; /* parts without a number are not documents, so this counts along */
	struct wire_doc d;
	struct id16 none = {{0}};
	enum store_use use;
	enum err rc;

	require(r->numbers);
	r->a->reply = true;
	if (r->stop || r->v.head.first_seq == 0)
		return ERR_OK;
	if (!planted(PLANT_NO_DEDUPE) && no <= r->pair->got)
		return had_before(r, no, bytes);
	if (no > r->pair->got + 1) {
		r->stop = true; /* a gap: the receipt says what is next */
		if (!room_for(r, STORE_TAKES))
			r->c->ends_wait = r->c->ends_wait || end_in_frame(r);
		return ERR_OK;
	}
	rc = wire_doc_get(bytes, &d);
	if (rc != ERR_OK)
		return refuse(r, WIRE_REFUSED_SIGNATURE, &none);
	use = use_of(r, &d.head);
	if (!room_for(r, use))
		return no_room(r, &d, bytes.len);
	if (!within_quota(r, bytes.len))
		return refuse(r, WIRE_REFUSED_BUSY, &d.head.thread_id);
	r->c->ends_wait = r->c->ends_wait && use == STORE_TAKES;
	store_use(r->t->txn, use);
	rc = take_alone(r, &d);
	store_use(r->t->txn, room_of_event(EVENT_FRAME));
	return rc;
}

enum err arrive_document(struct reading *r, struct span bytes)
{
	const uint64_t before = store_kept_taken(r->t->txn);
	enum err rc = one_document(r, bytes);

	r->c->kept += store_kept_taken(r->t->txn) - before;
	return rc;
}

void arrive_busy(struct reading *r, struct span bytes)
{
	const uint64_t no = r->next_no++;
	struct wire_doc d;

	if (r->stop || r->v.head.first_seq == 0 || no <= r->pair->got)
		return;
	if (wire_doc_get(bytes, &d) == ERR_OK)
		(void)refuse(r, WIRE_REFUSED_BUSY, &d.head.thread_id);
}

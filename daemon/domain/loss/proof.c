/* SPDX-License-Identifier: EUPL-1.2 */
/* A node that lost state does not know it: an old database looks like a good one.  A partner may remember more, and
 * must be able to say so; but a partner that lies must not be able to make us begin again, since a new incarnation puts
 * every older case on hold.  So only what this node itself signed counts: a document that our log lacks, or a frame
 * head that says how far we were.  Everything here is safe to repeat and costs nobody but the two nodes
 * (proto/PROTOCOL.md 6, "Loss of state"). */
#include "domain/loss/proof.h"

#include "base/check.h"
#include "base/plant.h"
#include "crypto/hash.h"
#include "crypto/verify.h"
#include "domain/documents/thread.h"
#include "domain/exchange/inbox.h"
#include "domain/exchange/outbox.h"
#include "domain/loss/incarnation.h"
#include "domain/membership/members.h"
#include "domain/membership/noderecord.h"

enum {
	BLOCKED_MS = LIMIT_BLOCKED_MIN * 60000,
	GAP_PAUSE_MS = LIMIT_GAP_HOURS * 3600000,
	CLAIM_ASK = 0,
	CLAIM_DOCUMENT = 1,
	CLAIM_RECEIPT = 2
};
static_assert(BLOCKED_MS < GAP_PAUSE_MS, "what blocks is looked into before the next one counts");

/* Does the receipt that we keep of this partner say more than this frame?  Only one is kept, because only the one that
 * goes furthest can prove anything.
 *
 *   kept one speaks of | this frame speaks of | kept stays?
 *   our present        | an older one of ours | yes: numbers of an older incarnation prove nothing any more
 *   an older one       | our present          | no
 *   an older one       | an older one         | no: the newest will do
 *   our present        | our present          | when it counts more of ours (got_upto), holds more (held), or numbers
 *                      |                      | its own documents further (first_seq) at equal counts */
static bool says_more(const struct pair *pr, const struct wire_frame *f)
{
	struct wire_frame kept;

	if (!pr->have_receipt || !wire_frame_head_get(pr->receipt, &kept) ||
	    !incarnation_equal(&kept.your_inc, &pr->mine))
		return false;
	if (!incarnation_equal(&f->your_inc, &pr->mine))
		return true;
	if (f->got_upto == kept.got_upto && f->held == kept.held)
		return f->first_seq <= kept.first_seq;
	return f->got_upto < kept.got_upto || f->held < kept.held;
}

/* Does the other one that we keep count further numbers of theirs?  A frame with documents never mixes those that were
 * given a number in different turns (speak.c), so its first_seq says how many had one. */
static bool sent_more(const struct pair *pr, const struct wire_frame *f)
{
	struct wire_frame kept;

	if (f->first_seq == 0 || !incarnation_equal(&f->your_inc, &pr->mine))
		return true; /* this one counts no number of theirs in our present */
	return pr->have_sent && wire_frame_head_get(pr->sent, &kept) &&
	       incarnation_equal(&kept.your_inc, &pr->mine) && f->first_seq <= kept.first_seq;
}

static void keep(uint8_t to[PAIR_RECEIPT_LEN], const struct wire_frame_view *v,
		 const struct id32 *hash)
{
	struct wr w = wr_of(to, PAIR_RECEIPT_LEN);

	require(v->head_bytes.len == WIRE_FRAME_HEAD);
	wr_put(&w, v->head_bytes.p, WIRE_FRAME_HEAD);
	wr_put(&w, hash->b, sizeof hash->b);
	wr_put(&w, v->sig, WIRE_SIG);
	require(!w.over && w.len == PAIR_RECEIPT_LEN);
}

/* Head, hash of the parts and signature: enough for the partner to see that it signed this, without what it said. */
void proof_keep_receipt(struct pair *pr, const struct wire_frame_view *v)
{
	const bool counts = !says_more(pr, &v->head), sent = !sent_more(pr, &v->head);
	struct id32 hash;

	if (!counts && !sent)
		return;
	hash = hash_one(HASH_FRAMEPART, v->parts);
	if (counts)
		keep(pr->receipt, v, &hash);
	if (sent)
		keep(pr->sent, v, &hash);
	pr->have_receipt = pr->have_receipt || counts;
	pr->have_sent = pr->have_sent || sent;
}

/* We may have lost state, or they may be wrong: who knows more is asked to show it. */
void proof_ask(struct turn *t, struct conn *c, struct answer *a, const struct id16 *thread,
	       uint64_t no)
{
	uint8_t b[1 + 16 + 8] = {CLAIM_ASK};

	if (t->mono_ms < c->proof_mono_ms)
		return; /* asked just now: the question is repeated at the timer's pace */
	c->proof_mono_ms = t->mono_ms + LIMIT_ASK_MS;
	if (thread != NULL)
		memcpy(b + 1, thread->b, 16);
	be64_put(b + 17, no);
	answer_part(a, WIRE_PART_ROLLED_BACK, span_of(b, sizeof b));
	a->reply = true;
}

static void show(struct answer *a, const uint8_t receipt[PAIR_RECEIPT_LEN])
{
	uint8_t b[1 + PAIR_RECEIPT_LEN] = {CLAIM_RECEIPT};

	memcpy(b + 1, receipt, PAIR_RECEIPT_LEN);
	answer_part(a, WIRE_PART_ROLLED_BACK, span_of(b, sizeof b));
	a->reply = true;
}

/* What they signed, back to them: it says how far they were. */
void proof_show_receipt(struct turn *t, const struct pair *pr, struct answer *a)
{
	struct peer *p = state_peer(t->node, pr->peer);

	/* twice in a while tells nothing new, and two that believe this of each other would never fall silent */
	if (p == NULL || t->mono_ms < p->conn.shown_mono_ms)
		return;
	state_conn(t->node, p)->shown_mono_ms = t->mono_ms + LIMIT_ASK_MS;
	if (pr->have_receipt)
		show(a, pr->receipt);
	if (pr->have_sent)
		show(a, pr->sent);
}

/* The head and its signature are proof enough: the body stays here. */
enum err proof_show(struct turn *t, const struct pair *pr, struct answer *a,
		    const struct doc_key *key)
{
	struct wr w = arena_wr(t->arena, 1 + 2048);
	struct document d;
	enum err rc = document_load(t, key, &d);

	require(key->sender == pr->peer);
	if (rc == ERR_NOTFOUND)
		return ERR_OK;
	if (rc != ERR_OK || w.cap == 0)
		return rc == ERR_OK ? ERR_NOMEM : rc;
	wr_u8(&w, CLAIM_DOCUMENT);
	document_carry(&w, &d, WIRE_VERDICT_HOLLOW);
	if (!w.over)
		answer_part(a, WIRE_PART_ROLLED_BACK, wr_span(&w));
	proof_show_receipt(t, pr, a);
	a->reply = true;
	return ERR_OK;
}

/* Which of their documents is at the place they ask about? */
static enum err on_ask(const struct proof_claim *c, struct rd *r)
{
	const struct id16 thread = rd_id16(r);
	const uint64_t no = rd_u64(r);
	struct inbox_row in = {.msg = {{0}}};
	struct log_entry e;
	struct thread th;
	enum err rc;

	if (!rd_done(r) || !c->current || c->a->shown)
		return ERR_OK;
	c->a->shown = true;
	if (bytes_zero(thread.b, 16)) {
		rc = inbox_get(c->t, c->p->no, no, &in);
		e.doc = (struct doc_key){in.msg, c->p->no};
		if (no > c->pr->got)
			rc = ERR_NOTFOUND;
	} else {
		rc = thread_load(c->t, &thread, &th);
		if (rc == ERR_OK && (th.peer != c->p->no || no > th.their_no || no == 0))
			rc = ERR_NOTFOUND;
		if (rc == ERR_OK)
			rc = thread_entry(c->t, &th, false, (uint32_t)no, &e);
	}
	if (rc == ERR_OK)
		return proof_show(c->t, c->pr, c->a, &e.doc);
	proof_show_receipt(c->t, c->pr, c->a);
	return rc == ERR_NOTFOUND ? ERR_OK : rc;
}

/* The key we signed with then. */
static enum err own_key(struct turn *t, uint32_t key_seq, struct id32 *pub)
{
	const struct node *n = t->node;
	const struct peer *self = state_peer_by_id(t->node, &n->node_id);

	if (key_seq == n->key_seq) {
		*pub = n->nk_pub;
		return ERR_OK;
	}
	return self == NULL ? ERR_NOTFOUND : noderecord_key(t, self, key_seq, pub);
}

/* Ours in every respect: made by this node, for this partner, in this federation, signed with the key of then. */
enum err proof_own_document(struct turn *t, const struct peer *p, const struct wire_doc *d,
			    struct id32 *hash, bool *ours)
{
	const struct node *n = t->node;
	struct id32 pub, last = {{0}};
	const struct id32 commit = d->form == WIRE_HOLLOW ? d->body_commit
							  : document_commit(d->salt, d->body);
	enum err rc = own_key(t, d->head.key_seq, &pub);

	*ours = false;
	if (rc != ERR_OK)
		return rc == ERR_NOTFOUND ? ERR_OK : rc;
	*hash = document_hash(d->head_bytes, &commit);
	*ours = id32_equal(&d->head.sender, &n->node_id) &&
		id32_equal(&d->head.recipient, &p->node_id) &&
		id16_equal(&d->head.fed_id, &n->fed_id) && d->head.thread_no != 0 &&
		document_verify(&d->sig, hash, &pub, &last);
	return ERR_OK;
}

/* Is another document, or none, at this place of our log? */
static enum err log_lacks(struct turn *t, const struct wire_head *h, const struct id32 *hash,
			  bool *lacks)
{
	struct thread th;
	struct log_entry e;
	enum err rc = thread_load(t, &h->thread_id, &th);

	if (rc == ERR_OK)
		rc = thread_entry(t, &th, true, h->thread_no, &e);
	*lacks = rc == ERR_NOTFOUND || (rc == ERR_OK && !id32_equal(&e.hash, hash));
	return *lacks ? ERR_OK : rc;
}

/* A document of ours.  What it proves:
 *
 *   we have it, in its log or | signed in our present | proof that we lost state?
 *   on the shelf              | incarnation           |
 *   no                        | yes                   | yes: we signed it and forgot it
 *   no                        | no                    | no: we know of that loss, and compare because of it
 *   yes                       | any                   | no: nothing is forgotten
 *
 * How far our numbers were is no matter of documents: a partner may say any number, and may have had a document in an
 * earlier pair of incarnations.  The head of the frame that carried it says so, and is shown with it. */
static enum err on_document(const struct proof_claim *c, struct span bytes, bool *proof)
{
	struct wire_doc d;
	struct id32 hash;
	bool ours, lacks;
	enum err rc;

	require(c->p->no == c->pr->peer);
	if (!c->current || wire_doc_get(bytes, &d) != ERR_OK)
		return ERR_OK;
	rc = proof_own_document(c->t, c->p, &d, &hash, &ours);
	if (rc != ERR_OK || !ours || d.head.origin_inc != c->t->node->inc.no)
		return rc;
	rc = log_lacks(c->t, &d.head, &hash, &lacks);
	*proof = rc == ERR_OK && lacks &&
		 !document_known(c->t, &(struct doc_key){.msg = d.head.msg_id});
	return rc;
}

/* A head that we signed: it says how far we were, or in which later incarnation. */
static enum err on_receipt(const struct proof_claim *c, struct span bytes, uint32_t *above,
			   bool *proof)
{
	const struct node *n = c->t->node;
	const struct span parts[] = {{bytes.p, WIRE_FRAME_HEAD}, {bytes.p + WIRE_FRAME_HEAD, 32}};
	struct wire_frame f;
	struct id32 pub;
	enum err rc;

	require(c->p->no == c->pr->peer);
	if (bytes.len != PAIR_RECEIPT_LEN || !wire_frame_head_get(bytes.p, &f))
		return ERR_OK;
	rc = own_key(c->t, f.key_seq, &pub);
	if (rc != ERR_OK)
		return rc == ERR_NOTFOUND ? ERR_OK : rc;
	if (!id32_equal(&f.sender, &n->node_id) || !id32_equal(&f.recipient, &c->p->node_id) ||
	    !id16_equal(&f.fed_id, &n->fed_id) ||
	    !verify_sig(SIGN_FRAME, parts, 2, &pub, bytes.p + WIRE_FRAME_HEAD + 32))
		return ERR_OK;
	*above = f.my_inc.no;
	/* a later incarnation of ours, or another one of the same number: somebody else ran with our keys */
	if (f.my_inc.no > n->inc.no ||
	    (f.my_inc.no == n->inc.no && !id16_equal(&f.my_inc.id, &n->inc.id))) {
		*proof = true;
		return ERR_OK;
	}
	/* the same pair of incarnations, and we said that we had received, held or sent more than we do now */
	*proof = incarnation_equal(&f.my_inc, &n->inc) &&
		 incarnation_equal(&f.your_inc, &c->pr->yours) &&
		 incarnation_equal(&c->pr->mine, &n->inc) &&
		 (f.got_upto > c->pr->got || f.held > c->pr->num_last ||
		  f.first_seq > c->pr->num_last);
	return ERR_OK;
}

/* One claim of a partner.  A question is answered; what is proof begins a new incarnation. */
enum err proof_part(const struct proof_claim *c, struct span bytes, bool *begun)
{
	const uint32_t mine = c->t->node->inc.no;
	struct rd r = rd_of(bytes);
	uint32_t above = mine;
	bool proof = false;
	enum err rc = ERR_OK;

	require(bytes.len > 0); /* the caller passes over empty parts */
	*begun = false;
	if (planted(PLANT_NO_PROOF))
		return ERR_OK;
	switch (rd_u8(&r)) {
	case CLAIM_ASK:
		return on_ask(c, &r);
	case CLAIM_DOCUMENT:
		rc = on_document(c, span_of(bytes.p + 1, bytes.len - 1), &proof);
		break;
	case CLAIM_RECEIPT:
		rc = on_receipt(c, span_of(bytes.p + 1, bytes.len - 1), &above, &proof);
		break;
	default:
		break;
	}
	if (rc != ERR_OK || !proof)
		return rc;
	*begun = true;
	c->a->reply = true;
	return incarnation_begin(c->t, above, above > mine ? ALARM_SECOND : ALARM_ROLLED_BACK);
}

/* Their stream goes on from a document whose predecessor we never got, or that rests on another log than we have though both were
 * found the same, and blocks what follows it.  That proves nothing about us: whoever writes it chooses what it lacks.
 *
 *   blocked for | compared because of such a | then
 *               | document within a day      |
 *   < 10 min    | no                         | wait: it may be on its way
 *   longer      | no                         | compare the pair: what we forgot comes back with that, what they still owe
 *               |                            | us too; meanwhile it is passed over, so that it can come
 *   any         | yes                        | pass over: it comes again, after what it needs or at its sender's pace
 *
 * So one partner's gaps make two nodes compare their threads once a day, and stop nothing else. */
enum err proof_blocked(struct turn *t, struct pair *pr, bool *over)
{
	const bool lately = pr->weak_ms != 0 && pr->weak_ms <= t->wall_ms &&
			    t->wall_ms < pr->weak_ms + GAP_PAUSE_MS;

	require_sound(pair_flaw(pr));
	*over = lately;
	if (lately)
		return ERR_OK;
	if (pr->blocked_ms == 0 || pr->blocked_ms > t->wall_ms) /* or the clock was put back */
		pr->blocked_ms = t->wall_ms;
	if (t->wall_ms < pr->blocked_ms + BLOCKED_MS)
		return ERR_OK;
	*over = true;
	pr->weak_ms = t->wall_ms;
	if (pr->uncompared)
		return ERR_OK; /* that is under way */
	pr->era++;
	pr->uncompared = true;
	pr->apart_ms = t->wall_ms;
	return ERR_OK;
}

/* SPDX-License-Identifier: EUPL-1.2 */
#include "domain/loss/proof.h"

#include "base/plant.h"
#include "crypto/hash.h"
#include "crypto/verify.h"
#include "domain/evidence/audit.h"
#include "domain/exchange/prekeys.h"
#include "domain/membership/members.h"
#include "domain/membership/names.h"

enum {
	META_INCARNATION = 3,
	ROW_LEN = 4 + 16 + 8 + 1,
	DAY_MS = 86400000,
	BLOCKED_MS = 600000,
	CLAIM_ASK = 0,
	CLAIM_DOCUMENT = 1,
	CLAIM_RECEIPT = 2
};

const char *loss_alarm_text(uint8_t kind)
{
	/* clang-format off */
	switch (kind) {
#define LOSS_TEXT(name, no, text) case (no): return (text);
	LOSS_ALARMS(LOSS_TEXT)
#undef LOSS_TEXT
	default: return "unknown";
	}
	/* clang-format on */
}

/* ---- our incarnation ---- */

static struct store_key inc_key(void)
{
	struct store_key k = {.len = 0};

	key_u8(&k, META_INCARNATION);
	return k;
}

static enum err inc_write(struct turn *t)
{
	const struct store_key k = inc_key();
	const struct node *n = t->node;
	uint8_t row[ROW_LEN];
	struct wr w = wr_of(row, sizeof row);

	wr_u32(&w, n->inc.no);
	wr_put(&w, n->inc.id.b, 16);
	wr_u64(&w, n->restored_ms);
	wr_u8(&w, n->quarantine);
	return turn_put(t, STORE_META, &k, wr_span(&w));
}

/* So that an aborted turn leaves us who we were. */
static void save(struct node *n)
{
	if (n->loss_saved)
		return;
	n->loss_saved = true;
	n->inc_before = n->inc;
	n->restored_before = n->restored_ms;
	n->quarantine_before = n->quarantine;
}

enum err loss_load(struct turn *t, struct node *n)
{
	const struct store_key k = inc_key();
	const uint32_t outside = n->inc.no;
	struct span v;
	struct rd r;
	enum err rc = turn_get(t, STORE_META, &k, &v);

	if (rc == ERR_NOTFOUND) {
		turn_random(t, n->inc.id.b, 16);
		return inc_write(t);
	}
	if (rc != ERR_OK)
		return rc;
	r = rd_of(v);
	n->inc.no = rd_u32(&r);
	n->inc.id = rd_id16(&r);
	n->restored_ms = rd_u64(&r);
	n->quarantine = rd_u8(&r) != 0;
	if (!rd_done(&r))
		return ERR_CORRUPT;
	return n->inc.no < outside ? loss_begin(t, outside, LOSS_RESTORED) : ERR_OK;
}

enum err loss_begin(struct turn *t, uint32_t above, enum loss_alarm why)
{
	struct node *n = t->node;
	const uint32_t most = above > n->inc.no ? above : n->inc.no;
	struct effect *e = turn_effect(t, EFFECT_INCARNATION);
	enum err rc;

	if (e == NULL)
		return ERR_NOMEM;
	if (most == UINT32_MAX)
		return ERR_LIMIT;
	save(n);
	n->inc.no = most + 1;
	turn_random(t, n->inc.id.b, 16);
	n->restored_ms = t->wall_ms;
	n->quarantine = true;
	rc = inc_write(t);
	for (struct pair *p = t->pairs; p != NULL && rc == ERR_OK; p = p->next)
		if (!incarnation_equal(&p->mine, &n->inc))
			rc = outbox_reset(t, p, true);
	for (size_t i = 0; i < n->peer_count; i++) {
		struct conn *c = state_conn(n, &n->peers[i]);

		c->heard = false;
		c->sent = c->base = 0;
		c->heads = (struct heads_cursor){.differs = false};
	}
	if (rc == ERR_OK)
		rc = audit_add(t, &(struct audit_entry){.event = AUDIT_LOSS,
							.detail = loss_alarm_text((uint8_t)why)});
	return rc == ERR_OK ? loss_alarm_set(t, why, 0) : rc;
}

/* ---- alarms ---- */

static struct store_key alarm_key(uint8_t kind, uint16_t peer)
{
	struct store_key k = {.len = 0};

	key_u8(&k, kind);
	key_u16(&k, peer);
	return k;
}

enum err loss_alarm_set(struct turn *t, enum loss_alarm kind, uint16_t peer)
{
	const struct store_key k = alarm_key((uint8_t)kind, peer);
	struct effect *e = turn_effect(t, EFFECT_ALARM);
	uint8_t row[8];

	if (e == NULL)
		return ERR_NOMEM;
	e->peer = peer;
	e->client = (uint64_t)kind;
	be64_put(row, t->wall_ms);
	return turn_put(t, STORE_ALARM, &k, span_of(row, sizeof row));
}

/* ---- quarantine ---- */

bool loss_quarantined(struct turn *t, const struct id16 *case_id)
{
	uint64_t born = 0;

	if (!t->node->quarantine)
		return false;
	for (size_t i = 0; i < 6; i++) /* ids begin with their 48 bits of milliseconds */
		born = born << 8 | case_id->b[i];
	return born < t->node->restored_ms &&
	       !record_exists(t->txn, STORE_RELEASED, span_of(case_id->b, 16));
}

/* Whatever waits anywhere may perhaps go now. */
static enum err recheck_all(struct turn *t)
{
	enum err rc = ERR_OK;

	for (uint16_t no = 1; rc == ERR_OK && no <= t->node->peer_count; no++) {
		struct pair *pr;

		rc = outbox_pair(t, no, &pr);
		if (rc != ERR_OK || pr->waiting == 0)
			continue;
		pr->recheck = true;
		rc = stream_owe(t, no);
	}
	return rc;
}

enum err loss_release(struct turn *t, const struct id16 *case_id)
{
	const struct store_key k = turn_key_id(case_id);
	const uint8_t one = 1;
	enum err rc = turn_put(t, STORE_RELEASED, &k, span_of(&one, 1));

	return rc == ERR_OK ? recheck_all(t) : rc;
}

static bool counts(const struct peer *p)
{
	return !p->self && members_hold_cases(p);
}

enum err loss_heard(struct turn *t)
{
	struct node *n = t->node;
	enum err rc = ERR_OK;

	if (!n->quarantine)
		return ERR_OK;
	for (size_t i = 0; i < n->peer_count; i++) {
		struct pair *pr;

		if (!counts(&n->peers[i]))
			continue;
		rc = outbox_pair(t, n->peers[i].no, &pr);
		if (rc != ERR_OK || pr->unheard)
			return rc;
	}
	save(n);
	n->quarantine = false;
	rc = inc_write(t);
	if (rc == ERR_OK)
		rc = audit_add(t,
			       &(struct audit_entry){.event = AUDIT_LOSS, .detail = "all-heard"});
	return rc == ERR_OK ? recheck_all(t) : rc;
}

/* ---- proof ---- */

/* Does the one we keep say more than this one?  What speaks of our present incarnation counts first. */
static bool says_more(const struct pair *pr, const struct wire_frame *f)
{
	struct wire_frame old;
	bool present;

	if (!pr->have_receipt || !wire_frame_head_get(pr->receipt, &old))
		return false;
	present = incarnation_equal(&old.your_inc, &pr->mine);
	if (present != incarnation_equal(&f->your_inc, &pr->mine))
		return present;
	return present && (f->got_upto < old.got_upto || f->held < old.held ||
			   (f->got_upto == old.got_upto && f->held == old.held &&
			    f->first_seq <= old.first_seq));
}

void loss_keep_receipt(struct pair *pr, const struct wire_frame_view *v)
{
	struct id32 hash;
	struct wr w = wr_of(pr->receipt, sizeof pr->receipt);

	if (says_more(pr, &v->head))
		return;
	hash = hash_one(HASH_FRAMEPART, v->parts);
	wr_put(&w, v->head_bytes.p, WIRE_FRAME_HEAD);
	wr_put(&w, hash.b, sizeof hash.b);
	wr_put(&w, v->sig, WIRE_SIG);
	pr->have_receipt = true;
}

void loss_ask(struct turn *t, struct conn *c, struct answer *a, const struct id16 *thread,
	      uint64_t no)
{
	uint8_t b[1 + 16 + 8] = {CLAIM_ASK};

	if (t->mono_ms < c->proof_mono_ms)
		return; /* asked just now: state repeats at the timer's pace */
	c->proof_mono_ms = t->mono_ms + LIMIT_ASK_MS;
	if (thread != NULL)
		memcpy(b + 1, thread->b, 16);
	be64_put(b + 17, no);
	answer_part(a, WIRE_PART_ROLLED_BACK, span_of(b, sizeof b));
	a->reply = true;
}

void loss_show_receipt(const struct pair *pr, struct answer *a)
{
	uint8_t b[1 + OUTBOX_RECEIPT_LEN] = {CLAIM_RECEIPT};

	if (!pr->have_receipt)
		return;
	memcpy(b + 1, pr->receipt, sizeof pr->receipt);
	answer_part(a, WIRE_PART_ROLLED_BACK, span_of(b, sizeof b));
	a->reply = true;
}

/* The head and its signature are proof enough: the body stays here. */
enum err loss_show(struct turn *t, const struct pair *pr, struct answer *a,
		   const struct doc_key *key)
{
	struct wr w = arena_wr(t->arena, 1 + 2048);
	struct document d;
	enum err rc = document_load(t, key, &d);

	if (rc == ERR_NOTFOUND)
		return ERR_OK;
	if (rc != ERR_OK || w.cap == 0)
		return rc == ERR_OK ? ERR_NOMEM : rc;
	wr_u8(&w, CLAIM_DOCUMENT);
	document_carry(&w, &d, WIRE_VERDICT_HOLLOW);
	if (!w.over)
		answer_part(a, WIRE_PART_ROLLED_BACK, wr_span(&w));
	loss_show_receipt(pr, a);
	a->reply = true;
	return ERR_OK;
}

/* Which of their documents is at the place they ask about? */
static enum err on_ask(const struct loss_claim *c, struct rd *r)
{
	const struct id16 thread = rd_id16(r);
	const uint64_t no = rd_u64(r);
	struct inbox_row in;
	struct log_entry e;
	struct thread th;
	enum err rc;

	if (!rd_done(r) || !c->current)
		return ERR_OK;
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
		return loss_show(c->t, c->pr, c->a, &e.doc);
	loss_show_receipt(c->pr, c->a);
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
	return self == NULL ? ERR_NOTFOUND : members_key(t, self, key_seq, pub);
}

enum err loss_own_document(struct turn *t, const struct peer *p, const struct wire_doc *d,
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

/* We signed it in this incarnation and our log lacks it; or they receipt it and we never sent it.  One of an
 * earlier life that our log lacks, and they receipt it now: we may have been rolled back into the middle of
 * a comparison; but whoever keeps such a document could claim it for ever, so it counts once a day. */
static enum err on_document(const struct loss_claim *c, struct span bytes, bool *proof)
{
	struct outbox_row row;
	struct log_entry e;
	struct thread th;
	struct wire_doc d;
	struct id32 hash;
	uint64_t place;
	uint16_t peer;
	bool ours, numbered;
	enum err rc;

	if (!c->current || wire_doc_get(bytes, &d) != ERR_OK)
		return ERR_OK;
	rc = loss_own_document(c->t, c->p, &d, &hash, &ours);
	if (rc != ERR_OK || !ours)
		return rc;
	rc = thread_load(c->t, &d.head.thread_id, &th);
	if (rc == ERR_OK)
		rc = thread_entry(c->t, &th, true, d.head.thread_no, &e);
	if (rc == ERR_NOTFOUND || (rc == ERR_OK && !id32_equal(&e.hash, &hash))) {
		*proof = d.head.origin_inc == c->t->node->inc.no ||
			 (c->overtaken &&
			  (c->pr->weak_ms == 0 || c->t->wall_ms >= c->pr->weak_ms + DAY_MS));
		if (*proof && d.head.origin_inc != c->t->node->inc.no)
			c->pr->weak_ms = c->t->wall_ms;
		return ERR_OK;
	}
	if (rc != ERR_OK || !c->overtaken)
		return rc;
	rc = outbox_find(c->t, &d.head.msg_id, &peer, &place, &row);
	if (rc != ERR_OK || peer != c->p->no)
		return rc == ERR_NOTFOUND ? ERR_OK : rc;
	rc = outbox_numbered(c->t, c->pr, place, &numbered);
	*proof = !numbered;
	return rc;
}

/* A head that we signed: it says how far we were, or in which later incarnation. */
static enum err on_receipt(const struct loss_claim *c, struct span bytes, uint32_t *above,
			   bool *proof)
{
	const struct node *n = c->t->node;
	const struct span parts[] = {{bytes.p, WIRE_FRAME_HEAD}, {bytes.p + WIRE_FRAME_HEAD, 32}};
	struct wire_frame f;
	struct id32 pub;
	enum err rc;

	if (bytes.len != OUTBOX_RECEIPT_LEN || !wire_frame_head_get(bytes.p, &f))
		return ERR_OK;
	rc = own_key(c->t, f.key_seq, &pub);
	if (rc != ERR_OK)
		return rc == ERR_NOTFOUND ? ERR_OK : rc;
	if (!id32_equal(&f.sender, &n->node_id) || !id32_equal(&f.recipient, &c->p->node_id) ||
	    !id16_equal(&f.fed_id, &n->fed_id) ||
	    !verify_sig(SIGN_FRAME, parts, 2, &pub, bytes.p + WIRE_FRAME_HEAD + 32))
		return ERR_OK;
	*above = f.my_inc.no;
	if (f.my_inc.no > n->inc.no ||
	    (f.my_inc.no == n->inc.no && !id16_equal(&f.my_inc.id, &n->inc.id))) {
		*proof = true;
		return ERR_OK;
	}
	*proof = incarnation_equal(&f.my_inc, &n->inc) &&
		 incarnation_equal(&f.your_inc, &c->pr->yours) &&
		 incarnation_equal(&c->pr->mine, &n->inc) &&
		 (f.got_upto > c->pr->got || f.held > c->pr->num_last ||
		  f.first_seq > c->pr->num_last);
	return ERR_OK;
}

enum err loss_part(const struct loss_claim *c, struct span bytes, bool *anew)
{
	const uint32_t mine = c->t->node->inc.no;
	struct rd r = rd_of(bytes);
	uint32_t above = mine;
	bool proof = false;
	enum err rc = ERR_OK;

	*anew = false;
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
	*anew = true;
	c->a->reply = true;
	return loss_begin(c->t, above, above > mine ? LOSS_SECOND : LOSS_ROLLED_BACK);
}

enum err loss_blocked(struct turn *t, struct pair *pr, bool *anew)
{
	*anew = false;
	if (pr->blocked_ms == 0)
		pr->blocked_ms = t->wall_ms;
	if (t->wall_ms < pr->blocked_ms + BLOCKED_MS ||
	    (pr->weak_ms != 0 && t->wall_ms < pr->weak_ms + DAY_MS))
		return ERR_OK;
	pr->weak_ms = t->wall_ms;
	*anew = true;
	return loss_begin(t, 0, LOSS_ROLLED_BACK);
}

/* ---- clones ---- */

void loss_farewell(struct turn *t, const struct peer *p, struct answer *a)
{
	struct conn *c = state_conn(t->node, state_peer(t->node, p->no));
	uint8_t b[2 + 4 + 16] = {0};

	if (c->told || !prekeys_ready(t, p))
		return; /* once on each connection, when there is a key to say it to */
	c->told = true;
	be16_put(b, WIRE_REFUSED_CLONE);
	answer_part(a, WIRE_PART_REFUSED, span_of(b, sizeof b));
	a->reply = a->farewell = true;
}

enum err loss_past(struct turn *t, const struct peer *p, struct pair *pr, struct answer *a)
{
	struct conn *c = state_conn(t->node, state_peer(t->node, p->no));
	const bool first = !c->met;
	enum err rc;

	c->met = true;
	loss_show_receipt(pr, a);
	a->reply = true;
	if (!first)
		return ERR_OK;
	if (pr->strike_ms == 0 || t->wall_ms > pr->strike_ms + DAY_MS) {
		pr->strike_ms = t->wall_ms;
		pr->since_strike = false;
		return loss_alarm_set(t, LOSS_PAST, p->no);
	}
	if (!pr->since_strike)
		return ERR_OK; /* the same one, which our answer did not reach */
	pr->stopped = true;
	loss_farewell(t, p, a);
	rc = audit_add(t, &(struct audit_entry){.event = AUDIT_LOSS,
						.peer = p->no,
						.detail = loss_alarm_text(LOSS_CLONE)});
	return rc == ERR_OK ? loss_alarm_set(t, LOSS_CLONE, p->no) : rc;
}

/* ---- for people ---- */

enum err loss_confirm(struct turn *t, const struct msg *req, struct msg *reply)
{
	static const uint8_t settled[] = {LOSS_PAST, LOSS_CLONE, LOSS_TOLD, LOSS_NEW};
	struct peer *p;
	struct pair *pr;
	enum err rc = names_partner(t, msg_text(req, BY_ID_ID), &p);

	(void)reply;
	if (rc == ERR_OK)
		rc = outbox_pair(t, p->no, &pr);
	if (rc != ERR_OK)
		return rc;
	if (!pr->unconfirmed && !pr->stopped && pr->strike_ms == 0)
		return turn_refuse(t, ERR_STATE, "this partner did not come back from a loss", "",
				   "see: kring status");
	pr->unconfirmed = pr->stopped = false;
	rc = t->node->hooks->confirmed(t, p->no);
	if (rc != ERR_OK)
		return rc;
	pr->strike_ms = 0;
	pr->since_strike = false;
	pr->recheck = true;
	for (size_t i = 0; i < sizeof settled; i++) {
		const struct store_key k = alarm_key(settled[i], p->no);

		rc = store_del(t->txn, STORE_ALARM, key_span(&k));
		if (rc != ERR_OK && rc != ERR_NOTFOUND)
			return rc;
	}
	rc = audit_add(t, &(struct audit_entry){
				  .event = AUDIT_LOSS, .peer = p->no, .detail = "confirmed"});
	return rc == ERR_OK ? stream_owe(t, p->no) : rc;
}

static enum err waiting_for(struct turn *t, struct msg *status)
{
	for (size_t i = 0; t->node->quarantine && i < t->node->peer_count; i++) {
		const struct peer *p = &t->node->peers[i];
		struct pair *pr;
		enum err rc;

		if (!counts(p))
			continue;
		rc = outbox_pair(t, p->no, &pr);
		if (rc != ERR_OK)
			return rc;
		if (pr->unheard)
			msg_add_text(t->arena, status, STATUS_WAITING_FOR, p->org);
	}
	return ERR_OK;
}

enum err loss_status(struct turn *t, struct msg *status)
{
	struct store_key at = {.len = 0};
	struct store_row row;
	enum err rc;

	while ((rc = store_next_prefix(t->txn, STORE_ALARM, span_of(NULL, 0), &at, &row)) ==
	       ERR_OK) {
		struct store_key k = {.len = 0};
		const struct peer *p;
		struct msg *m;
		struct span v;

		if (row.key.len != 3)
			return ERR_CORRUPT;
		key_put(&k, row.key.p, row.key.len);
		rc = turn_get(t, STORE_ALARM, &k, &v);
		if (rc != ERR_OK || v.len != 8)
			return rc == ERR_OK ? ERR_CORRUPT : rc;
		p = state_peer(t->node, be16_get(k.b + 1));
		m = msg_add(t->arena, status, STATUS_ALARMS);
		msg_set_text(t->arena, m, ALARM_ROW_WHAT, loss_alarm_text(k.b[0]));
		msg_set_text(t->arena, m, ALARM_ROW_PARTNER, p == NULL ? "" : p->org);
		msg_set_u64(m, ALARM_ROW_AT_MS, be64_get(v.p));
	}
	return rc == ERR_NOTFOUND ? waiting_for(t, status) : rc;
}

/* SPDX-License-Identifier: EUPL-1.2 */
/* An audit log on one disk can be rewritten by who owns the disk.  So how far it goes, and the hash it has there, is
 * signed now and then and shown to two partners, who keep it and cosign it.  Two hashes for one place, both signed by the
 * same node, are a contradiction that nobody can deny; kept for ever.  A log that was cut off ends before what a partner
 * cosigned. */
#include "domain/news/checkpoint.h"

#include "base/check.h"
#include "crypto/verify.h"
#include "domain/evidence/audit.h"
#include "domain/exchange/answer.h"
#include "domain/exchange/keeper.h"
#include "domain/membership/members.h"

enum {
	KEPT = 1000,	       /* of one partner: years of them */
	META_CHECKPOINTS = 12, /* | peer -> how many are kept of it */
	PROOF_AUDIT = 3
};

/* With the incarnation: after a loss of state the log of a node may hold other entries under the same numbers. */
static struct store_key row_key(uint16_t peer, uint32_t inc_no, uint64_t seq)
{
	struct store_key k = turn_key_u16(peer);

	key_u32(&k, inc_no);
	key_u64(&k, seq);
	return k;
}

static struct store_key cosign_key(uint64_t seq, uint16_t peer)
{
	struct store_key k = turn_key_u64(seq);

	key_u16(&k, peer);
	return k;
}

/* The newest row of one node's log.  ERR_NOTFOUND. */
static enum err newest(struct turn *t, uint16_t peer, struct span *bytes, struct wire_checkpoint *c)
{
	const struct store_key prefix = turn_key_u16(peer);
	struct record_place place;
	struct store_row row;
	enum err rc = store_last_prefix(t->txn, STORE_CHECKPOINT, key_span(&prefix), &row);

	if (rc == ERR_OK)
		rc = record_open(t->txn, t->arena, STORE_CHECKPOINT, &row, &place, bytes);
	if (rc == ERR_OK && wire_checkpoint_get(*bytes, c) != ERR_OK)
		rc = ERR_CORRUPT;
	return rc;
}

/* Newly signed: kept, and shown to whoever keeps ours and is connected. */
enum err checkpoint_own(struct turn *t, struct span bytes)
{
	const struct peer *self = state_peer_by_id(t->node, &t->node->node_id);
	const struct peer *p;
	struct wire_checkpoint c;
	struct store_key k;
	size_t at = 0;
	enum err rc = wire_checkpoint_get(bytes, &c);

	if (rc != ERR_OK || self == NULL)
		return rc;
	k = row_key(self->no, c.inc_no, c.seq);
	rc = turn_put(t, STORE_CHECKPOINT, &k, bytes);
	while (rc == ERR_OK && (p = keeper_next(t, &at)) != NULL) {
		struct answer *a = answer_of(t, p->no);

		if (a == NULL)
			return ERR_NOMEM;
		answer_part(a, WIRE_PART_AUDIT_HEAD, bytes);
		a->reply = true;
	}
	return rc;
}

/* The newest one that this keeper has not cosigned yet: shown again with each question until it has. */
enum err checkpoint_introduce(struct turn *t, const struct peer *p, struct wr *parts,
			      uint16_t *count)
{
	const struct peer *self = state_peer_by_id(t->node, &t->node->node_id);
	struct wire_checkpoint c;
	struct store_key k;
	struct span bytes;
	enum err rc;

	if (self == NULL || !keeper_is(t, p))
		return ERR_OK;
	rc = newest(t, self->no, &bytes, &c);
	if (rc != ERR_OK)
		return rc == ERR_NOTFOUND ? ERR_OK : rc;
	k = cosign_key(c.seq, p->no);
	if (record_exists(t->txn, STORE_COSIGN, key_span(&k)))
		return ERR_OK;
	wire_part_put(parts, WIRE_PART_AUDIT_HEAD, bytes);
	(*count)++;
	return ERR_OK;
}

enum err checkpoint_cosigned(struct turn *t, struct peer *p, struct span bytes)
{
	struct answer *a = answer_of(t, p->no);

	if (a == NULL)
		return ERR_NOMEM;
	answer_part(a, WIRE_PART_AUDIT_HEAD, bytes);
	a->reply = true;
	return ERR_OK;
}

/* Two hashes for one place of its log, both signed: kept as proof, and written into the audit log. */
static enum err contradiction(struct turn *t, const struct peer *p, const struct wire_checkpoint *c,
			      struct span bytes)
{
	struct store_walk w = {.rc = ERR_OK};
	struct store_key k = {.len = 0};
	enum err rc;

	require(id32_equal(&c->node, &p->node_id));
	key_u8(&k, PROOF_AUDIT);
	key_u16(&k, p->no);
	/* one is enough, and its author could sign others without end */
	if (store_each(t->txn, STORE_PROOF, key_span(&k), &w) || w.rc != ERR_OK)
		return w.rc;
	key_u64(&k, c->seq);
	rc = turn_put(t, STORE_PROOF, &k, bytes);
	return rc == ERR_OK ? audit_add(t, &(struct audit_entry){.event = AUDIT_CHECKPOINT,
								 .outcome = ERR_DENIED,
								 .peer = p->no,
								 .detail = "rewritten-log"})
			    : rc;
}

/* One more of a partner's.  At most KEPT: the oldest makes room.  They are counted, not walked: a partner may send as
 * many as it likes, and each costs the same. */
static enum err one_more(struct turn *t, uint16_t peer)
{
	const struct store_key prefix = turn_key_u16(peer);
	struct store_walk w = {.rc = ERR_OK}; /* its first row is the oldest */
	struct store_key k = {.len = 0};
	struct span v;
	uint8_t b[4];
	uint32_t n = 0;
	enum err rc;

	key_u8(&k, META_CHECKPOINTS);
	key_u16(&k, peer);
	rc = turn_get(t, STORE_META, &k, &v);
	if (rc == ERR_OK && v.len != sizeof b)
		return ERR_CORRUPT;
	if (rc == ERR_OK)
		n = be32_get(v.p);
	else if (rc != ERR_NOTFOUND)
		return rc;
	if (n < KEPT) {
		be32_put(b, n + 1);
		return turn_put(t, STORE_META, &k, span_of(b, sizeof b));
	}
	if (!store_each(t->txn, STORE_CHECKPOINT, key_span(&prefix), &w))
		return w.rc == ERR_OK ? ERR_CORRUPT : w.rc; /* the new one at least is there */
	k.len = 0;
	key_put(&k, w.row.key.p, w.row.key.len);
	return store_del(t->txn, STORE_CHECKPOINT, key_span(&k));
}

/* A partner's: the first of its place is kept; the same again is cosigned again, in case our answer was lost. */
static enum err keep_theirs(struct turn *t, struct peer *p, const struct wire_checkpoint *c,
			    struct span bytes)
{
	const struct store_key k = row_key(p->no, c->inc_no, c->seq);
	struct wire_checkpoint last;
	struct effect *e;
	struct span v;
	enum err rc = turn_get(t, STORE_CHECKPOINT, &k, &v);

	if (rc == ERR_OK) {
		if (wire_checkpoint_get(v, &last) != ERR_OK)
			return ERR_CORRUPT;
		if (!id32_equal(&last.hash, &c->hash))
			return contradiction(t, p, c, bytes);
	} else if (rc == ERR_NOTFOUND) {
		rc = turn_put(t, STORE_CHECKPOINT, &k, bytes);
		if (rc == ERR_OK)
			rc = one_more(t, p->no);
	}
	if (rc != ERR_OK)
		return rc;
	e = turn_effect(t, EFFECT_COSIGN);
	if (e == NULL)
		return ERR_NOMEM;
	require(c->cosig == NULL); /* checkpoint_part() told them apart */
	e->peer = p->no;
	e->bytes = arena_copy(t->arena, bytes);
	return e->bytes.p == NULL ? ERR_NOMEM : ERR_OK;
}

/* A partner's cosignature of ours, if it is about what we signed. */
static enum err keep_word(struct turn *t, const struct peer *p, const struct wire_checkpoint *c,
			  struct span bytes)
{
	const struct peer *self = state_peer_by_id(t->node, &t->node->node_id);
	const struct store_key ck = cosign_key(c->seq, p->no);
	uint8_t b[WIRE_CHECKPOINT_SIGNED];
	const struct span parts[] = {{b, sizeof b}, {c->cosigner.b, 32}};
	struct wire_checkpoint ours;
	struct store_key k;
	struct span v;

	require(c->cosig != NULL);
	if (self == NULL || !id32_equal(&c->cosigner, &p->node_id))
		return ERR_OK; /* only its own: whoever passes on another's may have altered it */
	k = row_key(self->no, c->inc_no, c->seq);
	wire_checkpoint_signed(c, b);
	if (turn_get(t, STORE_CHECKPOINT, &k, &v) != ERR_OK ||
	    wire_checkpoint_get(v, &ours) != ERR_OK || !id32_equal(&ours.hash, &c->hash) ||
	    !verify_sig(SIGN_COSIGN, parts, 2, &p->nk_pub, c->cosig))
		return ERR_OK;
	return turn_put(t, STORE_COSIGN, &ck, bytes);
}

/* Ours with a partner's cosignature, or a partner's own.  Everything else is not for us. */
enum err checkpoint_part(struct turn *t, struct peer *p, struct span bytes)
{
	uint8_t b[WIRE_CHECKPOINT_SIGNED];
	const struct span part = {b, sizeof b};
	struct wire_checkpoint c;

	if (wire_checkpoint_get(bytes, &c) != ERR_OK)
		return ERR_OK;
	if (c.cosig != NULL)
		return id32_equal(&c.node, &t->node->node_id) ? keep_word(t, p, &c, bytes) : ERR_OK;
	wire_checkpoint_signed(&c, b);
	if (!id32_equal(&c.node, &p->node_id) ||
	    !verify_sig(SIGN_CHECKPOINT, &part, 1, &p->nk_pub, c.sig))
		return ERR_OK;
	return keep_theirs(t, p, &c, bytes);
}

bool checkpoint_each(struct turn *t, uint16_t peer, struct store_walk *w, struct span *bytes)
{
	const struct store_key prefix = turn_key_u16(peer);
	struct record_place place;

	if (!store_each(t->txn, STORE_CHECKPOINT, key_span(&prefix), w))
		return false;
	w->rc = record_open(t->txn, t->arena, STORE_CHECKPOINT, &w->row, &place, bytes);
	return w->rc == ERR_OK;
}

/* What the file says of one entry. */
struct said {
	uint64_t seq;
	struct id32 hash;
};

struct verifying {
	struct turn *t;
	struct said *said;
	size_t count;
	uint16_t self;
	uint64_t highest; /* seen in what was handed to us */
	struct checkpoint_found *found;
};

/* Everybody who ever wrote down a hash of this entry: we, and whoever the file came from. */
static bool agrees(void *ctx, uint64_t seq, const struct id32 *hash)
{
	struct verifying *v = ctx;
	const struct store_key k = row_key(v->self, v->t->node->inc.no, seq);
	const struct store_key prefix = turn_key_u64(seq);
	struct store_walk w = {.rc = ERR_OK};
	struct wire_checkpoint c;
	struct span b;
	unsigned cosigners = 0;

	if (turn_get(v->t, STORE_CHECKPOINT, &k, &b) == ERR_OK &&
	    (wire_checkpoint_get(b, &c) != ERR_OK || !id32_equal(&c.hash, hash)))
		return false;
	while (store_each(v->t->txn, STORE_COSIGN, key_span(&prefix), &w))
		cosigners++;
	if (w.rc != ERR_OK)
		return false;
	if (cosigners > 0) {
		v->found->cosigned = seq;
		v->found->cosigners = cosigners;
	}
	for (size_t i = 0; i < v->count; i++)
		if (v->said[i].seq == seq && !id32_equal(&v->said[i].hash, hash))
			return false;
	return true;
}

/* What a partner kept must be ours, and signed by us: seen in the first turn, in the others the same bytes are read. */
static enum err read_witness(struct turn *t, struct verifying *v, const struct span *held,
			     size_t count)
{
	v->said = arena_alloc(t->arena, (count + 1) * sizeof *v->said);
	if (v->said == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < count; i++) {
		uint8_t b[WIRE_CHECKPOINT_SIGNED];
		const struct span part = {b, sizeof b};
		struct wire_checkpoint c;

		if (wire_checkpoint_get(held[i], &c) != ERR_OK)
			return turn_refuse(t, ERR_INVAL, REFUSAL_CHECKPOINTS_UNREADABLE);
		wire_checkpoint_signed(&c, b);
		if (!v->found->at.begun &&
		    (!id32_equal(&c.node, &t->node->node_id) ||
		     !verify_sig(SIGN_CHECKPOINT, &part, 1, &t->node->nk_pub, c.sig)))
			return turn_refuse(t, ERR_INVAL, REFUSAL_CHECKPOINTS_OF_ANOTHER);
		if (c.inc_no != t->node->inc.no)
			continue;
		v->said[v->count++] = (struct said){c.seq, c.hash};
		if (c.seq > v->highest)
			v->highest = c.seq;
	}
	return ERR_OK;
}

/* Every entry against every hash that was ever written down of it: by us, by partners, and in the file. */
enum err checkpoint_verify(struct turn *t, const struct span *held, size_t count,
			   struct checkpoint_found *found)
{
	const struct peer *self = state_peer_by_id(t->node, &t->node->node_id);
	struct verifying v = {.t = t, .self = self == NULL ? 0 : self->no, .found = found};
	const struct audit_check check = {agrees, &v};
	enum err rc = read_witness(t, &v, held, count);

	if (rc != ERR_OK)
		return rc;
	rc = audit_verify(t, &found->at, &check);
	if (rc == ERR_CORRUPT)
		return turn_refuse(t, rc, REFUSAL_AUDIT_CHANGED);
	if (rc == ERR_OK && found->at.over && v.highest > found->at.last)
		return turn_refuse(t, ERR_CORRUPT, REFUSAL_AUDIT_CUT_OFF);
	return rc;
}

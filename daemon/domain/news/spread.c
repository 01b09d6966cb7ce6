/* SPDX-License-Identifier: EUPL-1.2 */
/* News of membership need no order and no receipt: an entry of the roster proves itself by the signatures of the roots, a
 * node record by its node's, a cosignature by its member's.  So they are told to whoever is connected, once when they
 * are new and again when a frame shows that its sender lacks them; nobody has to be believed. */
#include "domain/news/spread.h"

#include "base/check.h"
#include "domain/membership/noderecord.h"
#include "domain/membership/roster.h"
#include "domain/news/afar.h"
#include "domain/room.h"

enum {
	PUSH_MS = 1000,	   /* entries go to one peer at most this often, unless it moved on */
	PUSH_ENTRIES = 10, /* in one frame */
	FORK_BACK = 8,	   /* how many of our last entries go to a fork */
	WORDS = 8,	   /* others' cosignatures in one question */
	OWN_RECORDS = 8,   /* rotations of ours told in an introduction */
};
static_assert(PUSH_ENTRIES >= FORK_BACK, "the end of a fork fits one push");
static_assert((1 + OWN_RECORDS) + 1 + (1 + WORDS) <= (int)SPREAD_PARTS,
	      "records of ours, a prekey, our own word as witness and those of others");
static_assert((1 + OWN_RECORDS) * (WIRE_PART_HEAD + WIRE_NODE_CARRIED_MAX) + WIRE_PART_HEAD +
			      WIRE_PREKEY_LEN + (1 + WORDS) * (WIRE_PART_HEAD + WIRE_WITNESS_LEN) <=
		      (int)SPREAD_BYTES,
	      "... in so many bytes");

/* ---- what we say ---- */

/* Rotations in order, so that a partner that was away can follow from the key it knows. */
static enum err own_records(struct turn *t, struct wr *parts, uint16_t *count)
{
	const struct node *n = t->node;
	const struct peer *self = state_peer_by_id(t->node, &n->node_id);
	const uint32_t last = self == NULL ? 0 : self->key_seq;
	uint32_t k = last > OWN_RECORDS ? last - OWN_RECORDS : 1;

	for (; self != NULL && k <= last; k++) {
		struct span carried;
		enum err rc = noderecord_get(t, self->no, k, &carried);

		if (rc == ERR_NOTFOUND)
			continue;
		if (rc != ERR_OK)
			return rc;
		wire_part_put(parts, WIRE_PART_NODE_RECORD, carried);
		(*count)++;
	}
	return ERR_OK;
}

/* Cosignatures of others, from a place that moves on, so that all of them get their turn; one that is damaged is nobody's word. */
static enum err others_words(struct turn *t, uint32_t said, struct wr *parts, uint16_t *count)
{
	const size_t all = t->node->peer_count, first = all == 0 ? 0 : (size_t)said * WORDS % all;
	unsigned words = 0;

	for (size_t i = 0; i < all && words < WORDS; i++) {
		const struct peer *p = &t->node->peers[(first + i) % all];
		const struct store_key k = turn_key_u16(p->no);
		struct wire_witness w;
		struct span v;
		enum err rc = p->self ? ERR_NOTFOUND : turn_get(t, STORE_WITNESS, &k, &v);

		if (rc == ERR_NOTFOUND || rc == ERR_CORRUPT ||
		    (rc == ERR_OK && wire_witness_get(v, &w) != ERR_OK))
			continue;
		if (rc != ERR_OK)
			return rc;
		wire_part_put(parts, WIRE_PART_WITNESS, v);
		(*count)++;
		words++;
	}
	return ERR_OK;
}

/* What a partner needs to know of us before it reads anything else. */
enum err spread_introduce(struct turn *t, uint32_t said, struct wr *parts, uint16_t *count)
{
	enum err rc = own_records(t, parts, count);

	if (t->node->have_prekey) { /* EPOCH: for relays, and for when we are away */
		wire_part_put(parts, WIRE_PART_PREKEYS, span_of(t->node->prekey, WIRE_PREKEY_LEN));
		(*count)++;
	}
	if (t->node->have_witness) {
		wire_part_put(parts, WIRE_PART_WITNESS,
			      span_of(t->node->witness, WIRE_WITNESS_LEN));
		(*count)++;
	}
	return rc == ERR_OK ? others_words(t, said, parts, count) : rc;
}

/* One part to everybody connected. */
static enum err tell_all(struct turn *t, uint8_t type, struct span bytes)
{
	require(bytes.len > 0);
	for (size_t i = 0; i < t->node->peer_count; i++) {
		const struct peer *p = &t->node->peers[i];
		struct answer *a;

		if (!p->active || p->self || !p->conn.up)
			continue;
		a = answer_of(t, p->no);
		if (a == NULL)
			return ERR_NOMEM;
		answer_part(a, type, bytes);
		a->reply = true;
	}
	return ERR_OK;
}

/* Our own signature over the roster's head; it may be the one somebody's admission waits for. */
enum err spread_witness(struct turn *t, struct span witness)
{
	enum err rc;

	if (witness.len != WIRE_WITNESS_LEN)
		return ERR_INVAL;
	rc = members_keep_own_witness(t, witness);
	if (rc != ERR_OK)
		return rc == ERR_NOTFOUND ? ERR_OK : rc;
	memcpy(t->node->witness, witness.p,
	       WIRE_WITNESS_LEN); /* ours: true however the turn ends */
	t->node->have_witness = true;
	t->unsettled = true; /* our own word may have been the one that was missing */
	return tell_all(t, WIRE_PART_WITNESS, witness);
}

/* May this member change what is known of it once more?  Each change goes to everybody, so one that changes without end
 * would keep all of them busy.  It says its newest record with every question: what waits comes again. */
static bool may_change(struct turn *t, struct peer *of)
{
	struct conn *c;

	if (of == NULL || of->self)
		return true;
	c = state_conn(t->node, of);
	if (c->records == 0 || t->mono_ms >= c->records_mono_ms + LIMIT_RECORDS_MS) {
		c->records = 0;
		c->records_mono_ms = t->mono_ms;
	}
	return c->records < LIMIT_RECORDS;
}

/* Someone's record is new to us: store it, and it is new to those who hear us. */
static enum err take_record(struct turn *t, struct span carried)
{
	struct wire_node_carried c;
	struct peer *of = wire_node_carried_get(carried, &c) == ERR_OK
				  ? state_peer_by_id(t->node, &c.rec.node)
				  : NULL;
	const bool may = may_change(t, of);
	bool news = false;
	enum err rc = may ? noderecord_take(t, carried, &news) : ERR_OK;

	if (of != NULL && (!may || rc == ERR_LIMIT))
		held_note(&t->node->held, of->no, HELD_RECORDS, 1, t->wall_ms);
	t->node->frames_refused += rc == ERR_CRYPTO || rc == ERR_MALFORMED ? 1 : 0;
	if (err_foreign(rc) || rc == ERR_LIMIT)
		return ERR_OK;
	if (rc != ERR_OK || !news)
		return rc;
	if (of != NULL)
		state_conn(t->node, of)->records++;
	if (turn_effect(t, EFFECT_MEMBERS) == NULL)
		return ERR_NOMEM;
	return tell_all(t, WIRE_PART_NODE_RECORD, carried);
}

enum err spread_record(struct turn *t, struct span carried)
{
	return take_record(t, carried);
}

/* ---- what we hear ---- */

/* A few at a time: a roster of thousands must not fill every frame. */
static enum err push(struct turn *t, struct answer *a, uint64_t from)
{
	require(from >= 1);
	for (unsigned i = 0; i < PUSH_ENTRIES; i++) {
		struct span carried;
		enum err rc = roster_entry(t, from + i, &carried);

		if (rc != ERR_OK)
			return rc == ERR_NOTFOUND ? ERR_OK : rc;
		answer_part(a, WIRE_PART_ROSTER, carried);
		a->reply = true;
	}
	return ERR_OK;
}

static enum err push_back(struct turn *t, struct answer *a)
{
	const uint64_t seq = t->node->roster_seq;

	if (a->pushed)
		return ERR_OK;
	a->pushed = true;
	return push(t, a, seq > FORK_BACK ? seq - FORK_BACK + 1 : 1);
}

enum err spread_farewell(struct turn *t, uint16_t peer)
{
	const struct peer *p = state_peer(t->node, peer);
	struct answer *a;

	if (p == NULL || p->self || !p->active || !p->conn.up)
		return ERR_OK; /* what it hears elsewhere, or never */
	a = answer_of(t, peer);
	return a == NULL ? ERR_NOMEM : push_back(t, a);
}

/* No other frame need follow the one that came too soon, so it is asked about once it may be.  Of one place once: a partner that cannot
 * follow would be asked every second for ever. */
static void ask_later(struct conn *c, uint64_t roster_seq)
{
	if (c->behind_seq == roster_seq)
		return;
	c->behind_seq = roster_seq;
	c->behind_mono_ms = c->pushed_ms + PUSH_MS;
}

/* Who is behind is pushed entries; who is ahead is answered, so that it pushes; who has another head at the same place
 * shows a fork, and both push their last entries as proof. */
enum err spread_heard(struct turn *t, struct peer *p, const struct wire_frame *f, struct answer *a)
{
	const struct node *n = t->node;
	struct conn *c = state_conn(t->node, p);
	const bool fork = f->roster_seq == n->roster_seq &&
			  !id32_equal(&f->roster_head, &n->roster_head);
	const bool ahead = f->roster_seq > n->roster_seq;
	const bool soon = c->pushed_ms + PUSH_MS > t->mono_ms;

	if (f->roster_seq == n->roster_seq && !fork) {
		c->behind_mono_ms = 0;
		return ERR_OK;
	}
	if (soon && (ahead || c->pushed_seq == f->roster_seq)) {
		ask_later(c, f->roster_seq);
		return ERR_OK;
	}
	c->pushed_ms = t->mono_ms;
	c->behind_mono_ms = 0;
	if (ahead) {
		a->reply = true;
		return ERR_OK;
	}
	c->pushed_seq = f->roster_seq;
	return fork ? push_back(t, a) : push(t, a, f->roster_seq + 1);
}

/* An entry proves itself.  One that forks from ours is proof too, and the other end gets ours. */
static enum err on_roster(struct turn *t, struct span entry, struct answer *a)
{
	struct chain before;
	struct wire_roster e;
	struct span proof;
	bool known, fork;
	enum err rc = wire_roster_get(entry, &e);

	if (rc != ERR_OK) {
		t->node->frames_refused++;
		return ERR_OK;
	}
	rc = roster_chain(t, &before);
	if (rc != ERR_OK)
		return rc;
	known = roster_fork_proof(t, e.seq, &proof) == ERR_OK;
	rc = roster_apply(t, entry, &fork);
	if (fork && !known)
		return push_back(t, a); /* the other side gets its proof too */
	if (rc == ERR_STALE && e.seq == before.seq + 1 && !fork)
		return push_back(t, a); /* it does not follow ours: the fork lies further back */
	return err_fatal(rc) ? rc : ERR_OK;
}

/* Whoever brings it: the member's signature is what counts. */
static enum err on_witness(struct turn *t, struct span bytes)
{
	struct chain c;
	bool news;
	enum err rc = roster_chain(t, &c);

	if (rc == ERR_OK)
		rc = members_witness(t, bytes, &c, &news);
	if (err_foreign(rc))
		return ERR_OK;
	t->unsettled = t->unsettled || (rc == ERR_OK && news);
	return rc;
}

/* Signed by the roots, and perhaps the removal of who filled the store. */
static enum err roster_part(struct turn *t, struct peer *p, struct span bytes, struct answer *a)
{
	enum err rc;

	state_conn(t->node, p)->behind_mono_ms = 0; /* it does push */
	store_use(t->txn, STORE_FREES);
	rc = on_roster(t, bytes, a);
	store_use(t->txn, room_of_event(EVENT_FRAME));
	return rc;
}

enum err spread_proposal(struct turn *t, struct span carried)
{
	return tell_all(t, WIRE_PART_PROPOSAL, carried);
}

/* What is new here is new to others; who sent it gets the signatures that it lacked.  An entry that is complete needs no word: every frame
 * says how far our roster goes. */
static enum err on_proposal(struct turn *t, struct peer *p, struct span carried)
{
	struct afar_taken taken;
	enum err rc = afar_part(t, p, carried, &taken);

	return rc == ERR_OK && taken.news && !taken.complete ? spread_proposal(t, taken.whole) : rc;
}

enum err spread_part(struct turn *t, struct peer *p, const struct wire_part *part, struct answer *a)
{
	switch (part->type) {
	case WIRE_PART_ROSTER:
		return roster_part(t, p, part->bytes, a);
	case WIRE_PART_WITNESS:
		return on_witness(t, part->bytes);
	case WIRE_PART_PROPOSAL:
		return on_proposal(t, p, part->bytes);
	case WIRE_PART_NODE_RECORD:
		return take_record(t, part->bytes);
	default:
		return ERR_OK;
	}
}

/* Before the signature of the frame is checked: it may be of a key that this very frame announces. */
enum err spread_own_record(struct turn *t, struct peer *p, struct span parts, bool *rotated)
{
	struct rd r = rd_of(parts);
	struct wire_part part;
	struct wire_node_carried c;

	*rotated = false;
	while (wire_part_next(&r, &part)) {
		enum err rc;

		if (part.type != WIRE_PART_NODE_RECORD ||
		    wire_node_carried_get(part.bytes, &c) != ERR_OK ||
		    !id32_equal(&c.rec.node, &p->node_id) || c.rec.key_seq <= p->key_seq)
			continue;
		rc = take_record(t, part.bytes);
		if (rc != ERR_OK)
			return rc;
		*rotated = true;
	}
	return ERR_OK;
}

/* SPDX-License-Identifier: EUPL-1.2 */
/* Who is a member, and may it have a person's data?  Roots let in, suspend and remove; that is the only thing they can do.
 * A new member gets nothing about people before a majority of those let in earlier confirmed, by a signature over the
 * roster's head, that they saw it: so roots that show one roster here and another there are found out first. */
#include "domain/membership/members.h"

#include <stdlib.h>

#include "base/check.h"
#include "base/plant.h"
#include "base/text.h"
#include "crypto/verify.h"
#include "domain/evidence/audit.h"
#include "domain/membership/member.h"
#include "domain/membership/noderecord.h"

/* ---- standing ---- */

/* The next free number; ERR_FULL past LIMIT_ROSTER_NODES. */
static enum err next_no(struct turn *t, uint16_t *no)
{
	struct store_row row;
	enum err rc = store_last_prefix(t->txn, STORE_NODE, span_of(NULL, 0), &row);

	*no = 1; /* numbers are given once and never again: logs and rows name members by them */
	if (rc == ERR_NOTFOUND)
		return ERR_OK;
	if (rc == ERR_OK)
		*no = (uint16_t)(be16_get(row.key.p) + 1);
	return *no > LIMIT_ROSTER_NODES ? ERR_FULL : rc;
}

/* Is it the transport key of its ADD_NODE?  A later record may have another. */
static enum err came_with(struct turn *t, const struct member *m, const struct id32 *tk, bool *with)
{
	const struct store_key k = turn_key_u64(m->added_seq);
	struct wire_roster e;
	struct wire_node node;
	struct wire_add add;
	struct span v;
	const enum err rc = turn_get(t, STORE_ROSTER, &k, &v);

	if (rc != ERR_OK)
		return rc;
	if (wire_roster_get(v, &e) != ERR_OK || wire_add_get(e.payload, &add) != ERR_OK ||
	    wire_node_get(add.node, &node) != ERR_OK)
		return ERR_CORRUPT;
	*with = id32_equal(&node.tk_pub, tk);
	return ERR_OK;
}

/* The roots let in somebody whose transport key another has.  A key that a member came in with is its own;
 * one that it gave itself later is not: it can be read in the newcomer's entry.  The other is not spoken
 * to until its pre-committed key speaks.  Never a refusal: everybody's roster has to stay the same. */
static enum err settle_transport(struct turn *t, struct member *m)
{
	struct member by, *wrong;
	bool its_own;
	enum err rc = member_transport_taken(t, m->no, &m->tk_pub, &by);

	if (rc != ERR_OK)
		return rc == ERR_NOTFOUND ? ERR_OK : rc;
	rc = came_with(t, &by, &m->tk_pub, &its_own);
	if (rc != ERR_OK)
		return rc;
	wrong = its_own ? m : &by;
	wrong->conflict = true;
	rc = wrong == m ? ERR_OK : member_put(t, wrong);
	return rc == ERR_OK ? audit_add(t, &(struct audit_entry){.event = AUDIT_ROSTER,
								 .outcome = ERR_DENIED,
								 .peer = wrong->no,
								 .detail = "transport-key-taken"})
			    : rc;
}

/* The row, its indexes and its first record in one turn. */
enum err members_add(struct turn *t, const struct chain_change *change, uint64_t seq)
{
	const struct wire_add *a = &change->add;
	struct member m = {.classes = a->classes, .added_seq = seq, .node = change->node.node};
	struct wr w = arena_wr(t->arena, WIRE_NODE_CARRIED_MAX);
	struct store_key idk = {.len = 0};
	uint8_t no_be[2];
	enum err rc;

	require(seq >= 1);
	key_put(&idk, m.node.b, 32);
	if (record_exists(t->txn, STORE_NODEID, key_span(&idk)))
		return turn_refuse(t, ERR_EXISTS, REFUSAL_NODE_IS_MEMBER);
	rc = next_no(t, &m.no);
	if (rc != ERR_OK)
		return rc;
	memcpy(m.country, a->country, sizeof m.country);
	memcpy(m.org, a->org, sizeof m.org);
	memcpy(m.phone, a->phone, sizeof m.phone);
	member_from_record(&m, &change->node, a->node);
	wire_node_carry(&w, a->node, a->node_sig, NULL);
	if (w.over)
		return ERR_NOMEM;
	be16_put(no_be, m.no);
	rc = settle_transport(t, &m);
	if (rc == ERR_OK)
		rc = member_put(t, &m);
	if (rc == ERR_OK)
		rc = turn_put(t, STORE_NODEID, &idk, span_of(no_be, 2));
	if (rc == ERR_OK)
		rc = member_index_transport(t, &m, NULL);
	return rc == ERR_OK ? member_put_record(t, &m, wr_span(&w)) : rc;
}

/* In words that a root understands: the entry was signed well, and is about somebody whom this roster never let in. */
static enum err unknown_member(struct turn *t, enum err rc)
{
	if (rc == ERR_NOTFOUND)
		return turn_refuse(t, rc, REFUSAL_NODE_NEVER_MEMBER);
	return rc;
}

/* For a while by one root, until lifted by as many as a removal takes: roster.c decides until when. */
enum err members_suspend(struct turn *t, const struct id32 *node, uint64_t until_s)
{
	struct member m;
	enum err rc = member_find(t, node, &m);

	if (rc != ERR_OK)
		return unknown_member(t, rc);
	m.suspended_until_s = until_s;
	return member_put(t, &m);
}

/* Its row stays, because documents that it signed stay; keys to seal to it go. */
enum err members_remove(struct turn *t, const struct id32 *node, uint16_t *peer)
{
	struct member m;
	struct store_key k;
	enum err rc = member_find(t, node, &m);

	if (rc != ERR_OK)
		return unknown_member(t, rc);
	*peer = m.no;
	m.removed = true; /* its row stays: what it signed must stay readable */
	m.activated = false;
	m.leaves_s = 0;
	k = turn_key_u16(m.no);
	rc = store_del(t->txn, STORE_PEERKEY, key_span(&k)); /* nothing is sealed to it any more */
	return rc == ERR_OK || rc == ERR_NOTFOUND ? member_put(t, &m) : rc;
}

enum err members_leave(struct turn *t, const struct id32 *node, uint64_t from_s, uint16_t *peer)
{
	struct member m;
	enum err rc = member_find(t, node, &m);

	if (rc != ERR_OK)
		return unknown_member(t, rc);
	require(from_s > 0);
	*peer = m.no;
	if (m.removed)
		return ERR_OK;
	m.leaves_s = from_s;
	return member_put(t, &m);
}

/* In memory stands who leaves: nobody's row is read for it before the day came. */
enum err members_tick(struct turn *t)
{
	for (size_t i = 0; i < t->node->peer_count; i++) {
		const struct peer *p = &t->node->peers[i];
		uint16_t peer;
		enum err rc;

		if (p->removed || p->leaves_s == 0 || p->leaves_s > t->wall_ms / 1000)
			continue;
		rc = members_remove(t, &p->node_id, &peer);
		if (rc == ERR_OK)
			rc = turn_gone(t, peer);
		if (rc == ERR_OK)
			rc = turn_do(t, EFFECT_MEMBERS);
		if (rc != ERR_OK)
			return rc;
	}
	return ERR_OK;
}

uint64_t members_next_ms(const struct node *n)
{
	uint64_t next_ms = UINT64_MAX;

	for (size_t i = 0; i < n->peer_count; i++) {
		const struct peer *p = &n->peers[i];

		if (!p->removed && p->leaves_s != 0 && p->leaves_s < next_ms / 1000)
			next_ms = p->leaves_s * 1000;
	}
	return next_ms;
}

enum err members_stay(struct turn *t, const struct peer *p)
{
	if (p->removed || p->leaves_s == 0)
		return ERR_OK;
	return turn_refuse_with(t, ERR_STATE, REFUSAL_PARTNER_LEAVES, say_text("partner", p->org),
				say_moment("when", p->leaves_s * 1000));
}

/* What the rest of the program sees.  active: something may be exchanged.  activated: personal data may go there, which also
 * asks that our roster is not behind what we once saw (a restored backup) and that the member came in before any fork. */
static void peer_from(struct peer *p, const struct member *m, const struct node *n, uint64_t now_s)
{
	require(m->no >= 1);
	p->no = m->no;
	p->classes = m->classes;
	p->removed = m->removed;
	p->leaves_s = m->leaves_s;
	/* admitted: may connect.  active: and speak.  activated: and get a person's data. */
	p->admitted = !p->removed && m->suspended_until_s <= now_s;
	p->suspended = m->suspended_until_s > now_s || (m->flags & WIRE_NODE_SUSPENDED) != 0;
	p->conflict = m->conflict;
	p->recovered = m->recovered;
	p->checked = m->checked;
	p->active = p->admitted && !p->suspended && !p->conflict;
	p->added_seq = m->added_seq;
	p->activated = m->activated && p->active && n->roster_seq >= n->roster_floor &&
		       (n->fork_seq == 0 || m->added_seq < n->fork_seq);
	p->node_id = m->node;
	p->nk_pub = m->nk_pub;
	p->tk_pub = m->tk_pub;
	p->key_seq = m->key_seq;
	memcpy(p->country, m->country, sizeof p->country);
	memcpy(p->org, m->org, sizeof p->org);
	memcpy(p->phone, m->phone, sizeof p->phone);
	memcpy(p->endpoint, m->endpoint, sizeof p->endpoint);
	(void)text_slug(p->slug, sizeof p->slug, p->org);
	p->self = id32_equal(&p->node_id, &n->node_id);
	require(!p->activated || (p->active && p->admitted));
}

/* What is known of lines and keys in memory goes over to the new array; a rotation makes prekeys worthless. */
enum err members_load(struct turn *t, struct node *n)
{
	struct store_walk w = {.rc = ERR_OK};
	struct peer *grown;
	struct member m;
	size_t count = 0;
	uint16_t next;
	enum err rc = next_no(t, &next);

	if (rc != ERR_OK && rc != ERR_FULL)
		return rc;
	grown = realloc(n->peers, next * sizeof *grown);
	if (grown == NULL)
		return ERR_NOMEM;
	n->peers = grown;
	while (member_each(t, &w, &m)) {
		struct peer p = {.no = 0};

		if (m.no != count + 1 || m.no >= next)
			return ERR_CORRUPT;
		peer_from(&p, &m, n, t->wall_ms / 1000);
		if (count >= n->peer_count) {
			n->peer_count = count + 1;
		} else {
			p.conn = n->peers[count].conn;
			p.owes = n->peers[count].owes;
			p.broken = n->peers[count].broken;
			p.heard_ms = n->peers[count].heard_ms;
			p.key_ms = n->peers[count].key_ms;
			p.have_prekey = n->peers[count].have_prekey;
			p.prekey_used = n->peers[count].prekey_used;
			memcpy(p.prekey, n->peers[count].prekey, sizeof p.prekey);
			/* a rotation makes its earlier prekeys worthless */
			p.conn.have_key = p.conn.have_key && p.key_seq == n->peers[count].key_seq;
		}
		n->peers[count++] = p;
	}
	return w.rc;
}

/* ---- node records: what a member signs about itself ---- */

enum err members_check(struct turn *t, const struct peer *p)
{
	struct id32 promise;
	struct member m;
	bool said;
	enum err rc = member_get(t, p->no, &m);

	require(!p->self);
	if (rc == ERR_OK)
		rc = noderecord_promise(t, p->no, &said, &promise);
	if (rc != ERR_OK)
		return rc;
	if (said)
		m.next_digest = promise;
	m.checked = true;
	m.recovered = false;
	rc = member_put(t, &m);
	if (rc == ERR_OK)
		rc = audit_add(t, &(struct audit_entry){.event = AUDIT_ROSTER,
							.peer = p->no,
							.detail = "pair-checked"});
	return rc == ERR_OK ? turn_do(t, EFFECT_MEMBERS) : rc;
}

/* ---- witnesses ---- */

unsigned members_witnesses_needed(unsigned b)
{
	/* A majority (2 of 3, 3 of 4, 3 of 5): two halves could each let in a member of their own fork. */
	const unsigned w = b / 2 + 1;

	require(b <= LIMIT_ROSTER_NODES);
	return b < w ? b : w;
}

/* The hash of our own entry at seq. */
static enum err entry_hash(struct turn *t, uint64_t seq, struct id32 *hash)
{
	const struct store_key k = turn_key_u64(seq);
	struct wire_roster e;
	struct span v;
	enum err rc = turn_get(t, STORE_ROSTER, &k, &v);

	if (rc != ERR_OK)
		return rc;
	if (wire_roster_get(v, &e) != ERR_OK)
		return ERR_CORRUPT;
	*hash = chain_hash(&e);
	return ERR_OK;
}

static enum err witnessed_seq(struct turn *t, uint16_t no, uint64_t *seq)
{
	const struct store_key k = turn_key_u16(no);
	const size_t mark = t->arena->used;
	struct wire_witness w = {.seq = 0};
	struct span v;
	enum err rc = turn_get(t, STORE_WITNESS, &k, &v);

	require(no != 0);
	if (rc == ERR_OK && wire_witness_get(v, &w) != ERR_OK)
		rc = ERR_CORRUPT;
	*seq = rc == ERR_OK ? w.seq : 0;
	arena_rewind(t->arena, mark);
	return rc == ERR_NOTFOUND ? ERR_OK : rc;
}

/* The hash it signed must be the one of our own entry at that place: else it saw another roster. */
enum err members_witness(struct turn *t, struct span bytes, const struct chain *c, bool *news)
{
	uint8_t buf[WIRE_WITNESS_SIGNED];
	const struct span part = {buf, sizeof buf};
	struct wire_witness w;
	struct store_key k;
	struct member m;
	struct id32 hash;
	uint64_t have;
	enum err rc = wire_witness_get(bytes, &w);

	*news = false;
	if (rc != ERR_OK)
		return rc;
	if (w.seq > c->seq)
		return ERR_STALE; /* it knows entries that we lack: it comes again when we have them */
	rc = member_find(t, &w.node, &m);
	if (rc == ERR_OK)
		rc = witnessed_seq(t, m.no, &have);
	if (rc != ERR_OK || have >= w.seq)
		return rc;
	rc = entry_hash(t, w.seq, &hash);
	if (rc != ERR_OK)
		return rc;
	wire_witness_signed(&w, &t->node->fed_id, buf);
	if (!id32_equal(&hash, &w.hash) || !verify_sig(SIGN_WITNESS, &part, 1, &m.nk_pub, w.sig))
		return ERR_CRYPTO;
	*news = true;
	k = turn_key_u16(m.no);
	return turn_put(t, STORE_WITNESS, &k, bytes);
}

enum err members_keep_own_witness(struct turn *t, struct span bytes)
{
	const struct peer *self = state_peer_by_id(t->node, &t->node->node_id);
	struct store_key k;

	if (self == NULL)
		return ERR_NOTFOUND;
	k = turn_key_u16(self->no);
	return turn_put(t, STORE_WITNESS, &k, bytes);
}

/* After a restart our own cosignature still holds, if the roster did not move on. */
enum err members_own_witness(struct turn *t, struct node *n)
{
	const struct peer *self = state_peer_by_id(n, &n->node_id);
	struct wire_witness w;
	struct store_key k;
	struct span v;
	enum err rc;

	if (self == NULL)
		return ERR_OK;
	k = turn_key_u16(self->no);
	rc = turn_get(t, STORE_WITNESS, &k, &v);
	if (rc != ERR_OK)
		return rc == ERR_NOTFOUND ? ERR_OK : rc;
	if (v.len != WIRE_WITNESS_LEN || wire_witness_get(v, &w) != ERR_OK)
		return ERR_CORRUPT;
	if (w.seq > n->cosign_seq)
		n->cosign_seq = w.seq;
	n->have_witness = w.seq == n->roster_seq && id32_equal(&w.hash, &n->roster_head);
	memcpy(n->witness, v.p, WIRE_WITNESS_LEN);
	return ERR_OK;
}

/* What the count of witnesses needs to know of one member. */
struct standing {
	uint16_t no;
	bool self;
	bool counts;  /* Only a suspension by m roots takes a member out of the count. */
	bool waiting; /* not let in yet */
	uint64_t added_seq, seen_seq; /* seen: the newest entry that it cosigned */
};

/* One walk over all rows for all questions of a turn: counting again for each newcomer would be quadratic. */
static enum err standings(struct turn *t, struct standing **out, size_t *count)
{
	struct store_walk w = {.rc = ERR_OK};
	struct member m;
	uint16_t next;
	enum err rc = next_no(t, &next);

	*count = 0;
	if (rc != ERR_OK && rc != ERR_FULL)
		return rc;
	*out = arena_alloc(t->arena, (size_t)next * sizeof **out);
	if (*out == NULL)
		return ERR_NOMEM;
	while (*count + 1 < next && member_each(t, &w, &m)) {
		struct standing *s = &(*out)[(*count)++];

		if (m.no != *count)
			return ERR_CORRUPT; /* a row is gone: tally() finds members by number */
		*s = (struct standing){.no = m.no, .added_seq = m.added_seq};
		s->self = id32_equal(&m.node, &t->node->node_id);
		s->counts = !m.removed && (m.classes & WIRE_MEMBER) != 0 &&
			    m.suspended_until_s != UINT64_MAX;
		s->waiting = !m.removed && !m.activated;
		rc = witnessed_seq(t, m.no, &s->seen_seq);
		if (rc != ERR_OK)
			return rc;
		if (s->self && !t->node->cosign_manual)
			s->seen_seq = UINT64_MAX;
	}
	return w.rc;
}

/* Members count for whoever was let in after them, and this node counts for all. */
static void tally(const struct standing *all, size_t count, const struct standing *p,
		  struct members_wait *out)
{
	unsigned b = 0;

	require(p->no >= 1 && p->no <= count);
	*out = (struct members_wait){.wanted = 0};
	for (size_t i = 0; i < count; i++) {
		const struct standing *q = &all[i];

		if (!q->counts || q->no == p->no || (!q->self && q->added_seq >= p->added_seq))
			continue;
		b++;
		if (q->seen_seq >= p->added_seq)
			out->have++;
		else if (out->absent == 0)
			out->absent = q->no;
	}
	out->wanted = members_witnesses_needed(b);
	require(out->have <= b && out->wanted <= b);
}

enum err members_waiting(struct turn *t, const struct peer *p, struct members_wait *out)
{
	struct standing *all;
	size_t count;
	enum err rc = standings(t, &all, &count);

	if (rc == ERR_OK && (p->no == 0 || p->no > count))
		rc = ERR_NOTFOUND;
	if (rc == ERR_OK)
		tally(all, count, &all[p->no - 1], out);
	return rc;
}

static enum err activate(struct turn *t, uint16_t no)
{
	struct member m;
	enum err rc = member_get(t, no, &m);

	require(no >= 1);
	if (rc != ERR_OK)
		return rc;
	m.activated = true;
	m.removed = planted(PLANT_BREAK_MEMBER);
	return member_put(t, &m);
}

/* Never the other way: who was let in stays in until it is suspended or removed. */
enum err members_activate(struct turn *t, const struct chain *c, bool *changed)
{
	const size_t mark = t->arena->used;
	struct standing *all;
	size_t count;
	enum err rc;

	require(c->begun);
	*changed = false;
	if (t->wall_ms / 1000 > c->valid_until_s)
		return ERR_OK; /* frozen: nobody new, until the roots renew; care goes on */
	rc = standings(t, &all, &count);
	for (size_t i = 0; rc == ERR_OK && i < count; i++) {
		struct members_wait wait;

		if (!all[i].waiting)
			continue;
		tally(all, count, &all[i], &wait);
		if (wait.have < wait.wanted)
			continue; /* who is not let in yet is looked at again with the next cosignature */
		*changed = true;
		rc = activate(t, all[i].no);
	}
	arena_rewind(t->arena, mark);
	return rc;
}

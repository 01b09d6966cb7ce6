/* SPDX-License-Identifier: EUPL-1.2 */
#include "domain/membership/members.h"

#include <stdlib.h>

#include "base/check.h"
#include "base/pack.h"
#include "base/plant.h"
#include "base/text.h"
#include "crypto/hash.h"
#include "crypto/identity.h"
#include "crypto/verify.h"
#include "domain/evidence/audit.h"

enum { ROW_MAX = 640, PROOF_CONFLICT = 2 };

/* Who may get personal data, decided here from three independent sources: the roots let a node in (roster), the node
 * itself signs its keys and its address (node record), and other members sign that they saw it let in (witness).  No one of
 * them is enough: stolen root keys cannot show one victim a false partner, a stolen member's key cannot take the member over.
 *
 * Nothing here refuses a roster entry, for every node's roster has to stay the same: what is doubtful becomes a state of
 * the member (conflict, recovered, not activated) that stops exchange with it and is shown. */

/* One stored member.
 *   removed: not activated             nothing of a person goes to who left
 *   recovered: not checked             who came back with its pre-committed key alone is compared by voice again
 *   node and rec_hash are never zero   a member is who its inception says, and has a record from the first entry on */
struct member {
	uint16_t no, flags;
	uint8_t classes;
	bool removed, activated, conflict, recovered, checked;
	uint64_t added_seq, suspended_until_s, version;
	struct id32 node, nk_pub, tk_pub, next_digest, rec_hash;
	uint32_t key_seq;
	char country[7], org[LIMIT_ORG_NAME + 1], phone[32], endpoint[LIMIT_ENDPOINT + 1];
};

/* A row of NODE; the order is the format. */
static const struct pack fields[] = {
	PACK_NUMBER(struct member, no),
	PACK_NUMBER(struct member, classes),
	PACK_FLAG(struct member, removed, 0),
	PACK_FLAG(struct member, activated, 1),
	PACK_FLAG(struct member, conflict, 2),
	PACK_FLAG(struct member, recovered, 3),
	PACK_FLAG(struct member, checked, 4),
	PACK_NUMBER(struct member, added_seq),
	PACK_NUMBER(struct member, suspended_until_s),
	PACK_NUMBER(struct member, version),
	PACK_NUMBER(struct member, key_seq),
	PACK_NUMBER(struct member, flags),
	PACK_BYTES(struct member, node),
	PACK_BYTES(struct member, nk_pub),
	PACK_BYTES(struct member, tk_pub),
	PACK_BYTES(struct member, next_digest),
	PACK_BYTES(struct member, rec_hash),
	PACK_TEXT(struct member, country),
	PACK_TEXT(struct member, org),
	PACK_TEXT(struct member, phone),
	PACK_TEXT(struct member, endpoint),
};
enum { FIELDS = sizeof fields / sizeof fields[0] };

static const char *flaw(const struct member *m)
{
#define RULE(holds)                                                                                \
	if (!(holds))                                                                              \
		return "member: " #holds;

	RULE(m->no >= 1 && m->no <= LIMIT_ROSTER_NODES)
	RULE(!m->removed || !m->activated)
	RULE(!m->recovered || !m->checked)
	RULE(!bytes_zero(m->node.b, 32) && !bytes_zero(m->rec_hash.b, 32))
#undef RULE
	return NULL;
}

static enum err row_put(struct turn *t, const struct member *m)
{
	struct wr w = arena_wr(t->arena, ROW_MAX);
	const struct store_key k = turn_key_u16(m->no);

	require_sound(flaw(m));
	pack_put(fields, FIELDS, m, &w);
	return w.over ? ERR_NOMEM : turn_put(t, STORE_NODE, &k, wr_span(&w));
}

static enum err row_parse(struct span v, struct member *m)
{
	struct rd r = rd_of(v);

	*m = (struct member){.no = 0};
	pack_get(fields, FIELDS, &r, m);
	return rd_done(&r) && flaw(m) == NULL ? ERR_OK : ERR_CORRUPT;
}

static enum err row_get(struct turn *t, uint16_t no, struct member *m)
{
	const struct store_key k = turn_key_u16(no);
	struct span v;
	enum err rc = turn_get(t, STORE_NODE, &k, &v);

	return rc == ERR_OK ? row_parse(v, m) : rc;
}

static enum err row_find(struct turn *t, const struct id32 *node, struct member *m)
{
	struct store_key idk = {.len = 0};
	struct span v;
	enum err rc;

	key_put(&idk, node->b, 32);
	rc = turn_get(t, STORE_NODEID, &idk, &v);
	if (rc == ERR_OK && v.len != 2)
		return ERR_CORRUPT;
	return rc == ERR_OK ? row_get(t, be16_get(v.p), m) : rc;
}

/* Rows in order of number; ERR_NOTFOUND past the last.  What reading one takes is given back. */
static enum err row_next(struct turn *t, struct store_key *at, struct member *m)
{
	const size_t mark = t->arena->used;
	struct record_place place;
	struct store_row row;
	struct span v;
	enum err rc = store_next_prefix(t->txn, STORE_NODE, span_of(NULL, 0), at, &row);

	if (rc == ERR_OK)
		rc = record_open(t->txn, t->arena, STORE_NODE, &row, &place, &v);
	if (rc == ERR_OK)
		rc = row_parse(v, m);
	arena_rewind(t->arena, mark);
	return rc;
}

/* ---- whose transport key ---- */

static struct store_key transport_key(const struct id32 *tk, uint16_t no)
{
	struct store_key k = {.len = 0};

	key_put(&k, tk->b, 32);
	key_u16(&k, no);
	return k;
}

/* The index by transport key follows a member's newest record; old: what stood there, NULL none. */
static enum err transport_index(struct turn *t, const struct member *m, const struct id32 *old)
{
	struct store_key k = transport_key(&m->tk_pub, m->no);
	enum err rc = ERR_OK;

	if (old != NULL && !id32_equal(old, &m->tk_pub)) {
		const struct store_key before = transport_key(old, m->no);

		rc = store_del(t->txn, STORE_NODEID, key_span(&before));
	}
	return rc == ERR_OK ? turn_put(t, STORE_NODEID, &k, span_of(k.b, 1)) : rc;
}

/* ---- standing ---- */

static enum err next_no(struct turn *t, uint16_t *no)
{
	struct store_row row;
	enum err rc = store_last_prefix(t->txn, STORE_NODE, span_of(NULL, 0), &row);

	*no = 1;
	if (rc == ERR_NOTFOUND)
		return ERR_OK;
	if (rc == ERR_OK)
		*no = (uint16_t)(be16_get(row.key.p) + 1);
	return *no > LIMIT_ROSTER_NODES ? ERR_FULL : rc;
}

static enum err record_put_newest(struct turn *t, const struct member *m, struct span carried)
{
	struct store_key k = turn_key_u16(m->no);

	key_u32(&k, m->key_seq);
	return turn_put(t, STORE_NODEREC, &k, carried);
}

static void member_from_record(struct member *m, const struct wire_node *rec, struct span bytes)
{
	m->version = rec->version;
	m->key_seq = rec->key_seq;
	m->flags = rec->flags;
	m->nk_pub = rec->nk_pub;
	m->tk_pub = rec->tk_pub;
	m->next_digest = rec->next_digest;
	m->rec_hash = hash_one(HASH_NODEREC, bytes);
	memcpy(m->endpoint, rec->endpoint, sizeof m->endpoint);
}

/* Another member with this transport key: net could not tell one from the other.  ERR_NOTFOUND: none. */
static enum err transport_taken(struct turn *t, uint16_t no, const struct id32 *tk,
				struct member *by)
{
	struct store_key at = {.len = 0};
	struct store_row row;
	enum err rc;

	while ((rc = store_next_prefix(t->txn, STORE_NODEID, span_of(tk->b, 32), &at, &row)) ==
	       ERR_OK) {
		if (row.key.len != 34) /* a node id that begins so: not an entry of this index */
			continue;
		rc = row_get(t, be16_get(row.key.p + 32), by);
		if (rc != ERR_OK)
			return rc == ERR_NOTFOUND ? ERR_CORRUPT : rc;
		if (by->no != no && !by->removed)
			return ERR_OK;
	}
	return rc;
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
	enum err rc = transport_taken(t, m->no, &m->tk_pub, &by);

	if (rc != ERR_OK)
		return rc == ERR_NOTFOUND ? ERR_OK : rc;
	rc = came_with(t, &by, &m->tk_pub, &its_own);
	if (rc != ERR_OK)
		return rc;
	wrong = its_own ? m : &by;
	wrong->conflict = true;
	rc = wrong == m ? ERR_OK : row_put(t, wrong);
	return rc == ERR_OK ? audit_add(t, &(struct audit_entry){.event = AUDIT_ROSTER,
								 .outcome = ERR_DENIED,
								 .peer = wrong->no,
								 .detail = "transport-key-taken"})
			    : rc;
}

enum err members_add(struct turn *t, const struct chain_change *change, uint64_t seq)
{
	const struct wire_add *a = &change->add;
	struct member m = {.classes = a->classes, .added_seq = seq, .node = change->node.node};
	struct wr w = arena_wr(t->arena, WIRE_NODE_CARRIED_MAX);
	struct store_key idk = {.len = 0};
	uint8_t no_be[2];
	enum err rc;

	key_put(&idk, m.node.b, 32);
	if (record_exists(t->txn, STORE_NODEID, key_span(&idk)))
		return turn_refuse(t, ERR_EXISTS, "this node is a member already", "", "");
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
		rc = row_put(t, &m);
	if (rc == ERR_OK)
		rc = turn_put(t, STORE_NODEID, &idk, span_of(no_be, 2));
	if (rc == ERR_OK)
		rc = transport_index(t, &m, NULL);
	return rc == ERR_OK ? record_put_newest(t, &m, wr_span(&w)) : rc;
}

static enum err unknown_member(struct turn *t, enum err rc)
{
	if (rc == ERR_NOTFOUND)
		return turn_refuse(t, rc, "this entry names a node that never was a member", "",
				   "");
	return rc;
}

enum err members_suspend(struct turn *t, const struct id32 *node, uint64_t until_s)
{
	struct member m;
	enum err rc = row_find(t, node, &m);

	if (rc != ERR_OK)
		return unknown_member(t, rc);
	m.suspended_until_s = until_s;
	return row_put(t, &m);
}

enum err members_remove(struct turn *t, const struct id32 *node, uint16_t *peer)
{
	struct member m;
	struct store_key k;
	enum err rc = row_find(t, node, &m);

	if (rc != ERR_OK)
		return unknown_member(t, rc);
	*peer = m.no;
	m.removed = true;
	m.activated = false;
	k = turn_key_u16(m.no);
	rc = store_del(t->txn, STORE_PEERKEY, key_span(&k)); /* nothing is sealed to it any more */
	return rc == ERR_OK || rc == ERR_NOTFOUND ? row_put(t, &m) : rc;
}

/* What the rest of the program sees.  active: something may be exchanged.  activated: personal data may go there, which also
 * asks that our roster is not behind what we once saw (a restored backup) and that the member came in before any fork. */
static void peer_from(struct peer *p, const struct member *m, const struct node *n, uint64_t now_s)
{
	p->no = m->no;
	p->classes = m->classes;
	p->removed = m->removed;
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
}

enum err members_load(struct turn *t, struct node *n)
{
	struct store_key at = {.len = 0};
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
	while ((rc = row_next(t, &at, &m)) == ERR_OK) {
		struct peer p = {.no = 0};

		if (m.no != count + 1 || m.no >= next)
			return ERR_CORRUPT;
		peer_from(&p, &m, n, t->wall_ms / 1000);
		if (count >= n->peer_count) {
			n->peer_count = count + 1;
		} else {
			p.conn = n->peers[count].conn;
			p.owes = n->peers[count].owes;
			p.heard_ms = n->peers[count].heard_ms;
			p.key_ms = n->peers[count].key_ms;
			p.have_prekey = n->peers[count].have_prekey;
			memcpy(p.prekey, n->peers[count].prekey, sizeof p.prekey);
			/* a rotation makes its earlier prekeys worthless */
			p.conn.have_key = p.conn.have_key && p.key_seq == n->peers[count].key_seq;
		}
		n->peers[count++] = p;
	}
	return rc == ERR_NOTFOUND ? ERR_OK : rc;
}

/* ---- node records: what a member signs about itself ---- */

enum err members_record(struct turn *t, uint16_t peer, uint32_t key_seq, struct span *carried)
{
	struct store_key k = turn_key_u16(peer);

	key_u32(&k, key_seq);
	return turn_get(t, STORE_NODEREC, &k, carried);
}

enum err members_key(struct turn *t, const struct peer *p, uint32_t key_seq, struct id32 *nk_pub)
{
	struct wire_node_carried c;
	struct span v;
	enum err rc;

	*nk_pub = p->nk_pub;
	if (key_seq == p->key_seq)
		return ERR_OK;
	rc = members_record(t, p->no, key_seq, &v);
	if (rc != ERR_OK)
		return rc;
	if (wire_node_carried_get(v, &c) != ERR_OK)
		return ERR_CORRUPT;
	*nk_pub = c.rec.nk_pub;
	return ERR_OK;
}

/* Two records for one place: both are kept; exchange with that node ends. */
static enum err conflict(struct turn *t, struct member *m, struct span carried)
{
	struct store_key k = {.len = 0};
	enum err rc;

	key_u8(&k, PROOF_CONFLICT);
	key_u16(&k, m->no);
	m->conflict = true;
	rc = turn_put(t, STORE_PROOF, &k, carried);
	if (rc == ERR_OK)
		rc = row_put(t, m);
	return rc == ERR_OK ? audit_add(t, &(struct audit_entry){.event = AUDIT_ROSTER,
								 .outcome = ERR_DENIED,
								 .peer = m->no,
								 .detail = "record-conflict"})
			    : rc;
}

static bool signed_by(const struct wire_node_carried *c, const struct id32 *pub, const uint8_t *sig)
{
	return sig != NULL && verify_sig(SIGN_NODE, &c->bytes, 1, pub, sig);
}

/* The pre-committed key speaks: it outranks every record of an earlier key_seq. */
static enum err take_rotation(struct turn *t, struct member *m, const struct wire_node_carried *c)
{
	const struct id32 digest = identity_next_digest(&c->rec.nk_pub);

	if (c->rec.key_seq != m->key_seq + 1)
		return ERR_STALE;
	if (!id32_equal(&digest, &m->next_digest) || !signed_by(c, &c->rec.nk_pub, c->sig))
		return ERR_CRYPTO;
	m->recovered = !signed_by(c, &m->nk_pub, c->old_sig);
	m->checked = m->checked && !m->recovered;
	m->conflict = false;
	return audit_add(t, &(struct audit_entry){.event = AUDIT_ROSTER,
						  .peer = m->no,
						  .detail = m->recovered ? "recovered-identity"
									 : "rotated-key"});
}

/* A record that promises another next key without a rotation must be flagged: the recovery sheet was lost. */
static bool may_promise(const struct wire_node *rec, const struct member *m)
{
	return id32_equal(&rec->next_digest, &m->next_digest) ||
	       (rec->flags & WIRE_NODE_PROMISED) != 0;
}

/* A thief could write it too: the promise before stays in force until people compared digits, which cover the new one. */
static enum err keep_promise(struct turn *t, const struct member *before, struct member *m)
{
	if (m->key_seq != before->key_seq || id32_equal(&m->node, &t->node->node_id) ||
	    id32_equal(&m->next_digest, &before->next_digest))
		return ERR_OK;
	m->next_digest = before->next_digest;
	m->recovered = true;
	m->checked = false;
	return audit_add(t, &(struct audit_entry){
				    .event = AUDIT_ROSTER, .peer = m->no, .detail = "new-promise"});
}

enum err members_promise(struct turn *t, uint16_t no, bool *said, struct id32 *next)
{
	struct wire_node_carried c;
	struct store_key k = turn_key_u16(no);
	struct member m;
	struct span v;
	enum err rc = row_get(t, no, &m);

	*said = rc == ERR_OK && (m.flags & WIRE_NODE_PROMISED) != 0;
	if (rc != ERR_OK || !*said)
		return rc;
	key_u32(&k, m.key_seq);
	rc = turn_get(t, STORE_NODEREC, &k, &v);
	if (rc != ERR_OK || wire_node_carried_get(v, &c) != ERR_OK)
		return rc == ERR_OK || rc == ERR_NOTFOUND ? ERR_CORRUPT : rc;
	*next = c.rec.next_digest;
	return ERR_OK;
}

/* Signed by the key in force, but by a second holder of it?  Its owner signs one record a version, each on the one before:
 *   the same version, other bytes          two records for one place
 *   another next key, and not flagged      a promise changes only by a rotation, or openly
 *   the very next version, on another one  built on a record that we have otherwise (further ahead: on one that never came) */
static bool contradicts(const struct wire_node *rec, const struct member *m)
{
	return rec->version == m->version || !may_promise(rec, m) ||
	       (rec->version == m->version + 1 && !id32_equal(&rec->prev_hash, &m->rec_hash));
}

/* In this order: is it news; is its transport key free; does a promised key speak (it outranks all before it and lifts a
 * conflict); else, is it signed by the key in force and free of contradiction. */
enum err members_take_record(struct turn *t, struct span carried, bool *news)
{
	struct wire_node_carried c;
	struct member m, by, before;
	struct id32 hash;
	enum err rc = wire_node_carried_get(carried, &c);

	*news = false;
	if (rc != ERR_OK)
		return rc;
	if (!id16_equal(&c.rec.fed_id, &t->node->fed_id))
		return ERR_CRYPTO;
	rc = row_find(t, &c.rec.node, &m);
	if (rc != ERR_OK)
		return rc;
	hash = hash_one(HASH_NODEREC, c.bytes);
	if (c.rec.key_seq < m.key_seq || id32_equal(&hash, &m.rec_hash) ||
	    (c.rec.key_seq == m.key_seq && c.rec.version < m.version))
		return ERR_OK; /* older, or what we have */
	if (m.conflict || !id32_equal(&c.rec.tk_pub, &m.tk_pub)) {
		rc = transport_taken(t, m.no, &c.rec.tk_pub, &by);
		if (rc != ERR_NOTFOUND)
			return rc == ERR_OK ? ERR_CRYPTO : rc;
		rc = ERR_OK;
	}
	if (c.rec.key_seq > m.key_seq) {
		rc = take_rotation(t, &m, &c);
	} else if (!signed_by(&c, &m.nk_pub, c.sig) || !id32_equal(&c.rec.nk_pub, &m.nk_pub)) {
		return ERR_CRYPTO;
	} else if (contradicts(&c.rec, &m)) {
		*news = !m.conflict;
		return m.conflict ? ERR_OK : conflict(t, &m, carried);
	}
	if (rc != ERR_OK)
		return rc;
	*news = true;
	before = m;
	member_from_record(&m, &c.rec, c.bytes);
	rc = keep_promise(t, &before, &m);
	if (rc == ERR_OK)
		rc = row_put(t, &m);
	if (rc == ERR_OK)
		rc = transport_index(t, &m, &before.tk_pub);
	return rc == ERR_OK ? record_put_newest(t, &m, carried) : rc;
}

enum err members_check(struct turn *t, const struct peer *p)
{
	struct id32 promise;
	struct member m;
	bool said;
	enum err rc = row_get(t, p->no, &m);

	if (rc == ERR_OK)
		rc = members_promise(t, p->no, &said, &promise);
	if (rc != ERR_OK)
		return rc;
	if (said)
		m.next_digest = promise;
	m.checked = true;
	m.recovered = false;
	rc = row_put(t, &m);
	if (rc == ERR_OK)
		rc = audit_add(t, &(struct audit_entry){.event = AUDIT_ROSTER,
							.peer = p->no,
							.detail = "pair-checked"});
	return rc == ERR_OK && turn_effect(t, EFFECT_MEMBERS) == NULL ? ERR_NOMEM : rc;
}

/* ---- witnesses ---- */

unsigned members_witnesses_needed(unsigned b)
{
	/* A majority (2 of 3, 3 of 4, 3 of 5): two halves could each let in a member of their own fork. */
	const unsigned w = b / 2 + 1;

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

	if (rc == ERR_OK && wire_witness_get(v, &w) != ERR_OK)
		rc = ERR_CORRUPT;
	*seq = rc == ERR_OK ? w.seq : 0;
	arena_rewind(t->arena, mark);
	return rc == ERR_NOTFOUND ? ERR_OK : rc;
}

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
		return ERR_STALE; /* its chain is longer than ours: it comes again */
	rc = row_find(t, &w.node, &m);
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

static enum err standings(struct turn *t, struct standing **out, size_t *count)
{
	struct store_key at = {.len = 0};
	struct member m;
	uint16_t next;
	enum err rc = next_no(t, &next);

	*count = 0;
	if (rc != ERR_OK && rc != ERR_FULL)
		return rc;
	*out = arena_alloc(t->arena, (size_t)next * sizeof **out);
	if (*out == NULL)
		return ERR_NOMEM;
	while ((rc = row_next(t, &at, &m)) == ERR_OK && *count + 1 < next) {
		struct standing *s = &(*out)[(*count)++];

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
	return rc == ERR_NOTFOUND ? ERR_OK : rc;
}

/* Members count for whoever was let in after them, and this node counts for all. */
static void tally(const struct standing *all, size_t count, const struct standing *p,
		  struct members_wait *out)
{
	unsigned b = 0;

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
	enum err rc = row_get(t, no, &m);

	if (rc != ERR_OK)
		return rc;
	m.activated = true;
	m.removed = planted(PLANT_BREAK_MEMBER);
	return row_put(t, &m);
}

enum err members_activate(struct turn *t, const struct chain *c, bool *changed)
{
	const size_t mark = t->arena->used;
	struct standing *all;
	size_t count;
	enum err rc;

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
			continue;
		*changed = true;
		rc = activate(t, all[i].no);
	}
	arena_rewind(t->arena, mark);
	return rc;
}

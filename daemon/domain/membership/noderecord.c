/* SPDX-License-Identifier: EUPL-1.2 */
/* What a node says of itself (keys, addresses) stands in its own signed record, which no root can write.  Keys change in
 * two ways.  A rotation is signed by the next key, which every record promised by its hash: who stole the signing key
 * does not have that one.  A record of the same key with a higher version changes the rest.  Two records for one place
 * prove that somebody else signs with this key: both are kept and nothing more is exchanged. */
#include "domain/membership/noderecord.h"

#include "base/check.h"
#include "crypto/hash.h"
#include "crypto/identity.h"
#include "crypto/verify.h"
#include "domain/evidence/audit.h"
#include "domain/membership/member.h"

enum { PROOF_CONFLICT = 2 };

static_assert((uint64_t)LIMIT_KEYS * LIMIT_ROSTER_NODES * WIRE_NODE_CARRIED_MAX <
		      LIMIT_MAP_MAX / 512,
	      "were all members to use up their keys, the records are a small part of a store");

/* A row for each key that a member had: what was signed with an older one is still checked by it. */
enum err noderecord_get(struct turn *t, uint16_t peer, uint32_t key_seq, struct span *carried)
{
	struct store_key k = turn_key_u16(peer);

	key_u32(&k, key_seq);
	return turn_get(t, STORE_NODEREC, &k, carried);
}

/* Of any time: what was signed once stays readable after every rotation. */
enum err noderecord_key(struct turn *t, const struct peer *p, uint32_t key_seq, struct id32 *nk_pub)
{
	struct wire_node_carried c;
	struct span v;
	enum err rc;

	*nk_pub = p->nk_pub;
	if (key_seq == p->key_seq)
		return ERR_OK;
	rc = noderecord_get(t, p->no, key_seq, &v);
	if (rc != ERR_OK)
		return rc;
	if (wire_node_carried_get(v, &c) != ERR_OK)
		return ERR_CORRUPT;
	*nk_pub = c.rec.nk_pub;
	return ERR_OK;
}

/* Two records for one place: both are kept, and nothing more is exchanged with that node. */
static enum err conflict(struct turn *t, struct member *m, struct span carried)
{
	struct store_key k = {.len = 0};
	enum err rc;

	require(m->no != 0);
	key_u8(&k, PROOF_CONFLICT);
	key_u16(&k, m->no);
	m->conflict = true;
	rc = turn_put(t, STORE_PROOF, &k, carried);
	if (rc == ERR_OK)
		rc = member_put(t, m);
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

	require(c->rec.key_seq > m->key_seq);
	if (c->rec.key_seq != m->key_seq + 1)
		return ERR_STALE;
	if (!id32_equal(&digest, &m->next_digest) || !signed_by(c, &c->rec.nk_pub, c->sig))
		return ERR_CRYPTO;
	if (c->rec.key_seq > LIMIT_KEYS)
		return ERR_LIMIT;
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

/* A thief of the signing key could write it too.  So the promise before stays in force, and its key is still taken, until
 * a person compared digits, of which the new promise is part. */
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

/* The new promise lies in the record; the one in force stays in the row until digits were compared. */
enum err noderecord_promise(struct turn *t, uint16_t no, bool *said, struct id32 *next)
{
	struct wire_node_carried c;
	struct store_key k = turn_key_u16(no);
	struct member m;
	struct span v;
	enum err rc = member_get(t, no, &m);

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

/* Older than what we have, or the same. */
static bool is_old(const struct member *m, const struct wire_node *rec, const struct id32 *hash)
{
	if (id32_equal(hash, &m->rec_hash) || rec->key_seq < m->key_seq)
		return true;
	return rec->key_seq == m->key_seq && rec->version < m->version;
}

/* Signed by the present key, and not a continuation of what that key signed before: the same version twice, the next
 * version after another one, or another next key without saying so.  (One version or more may be missing between: a
 * partner that was away.) */
static bool contradicts(const struct member *m, const struct wire_node *rec)
{
	require(rec->key_seq == m->key_seq);
	if (rec->version == m->version || !may_promise(rec, m))
		return true;
	return rec->version == m->version + 1 && !id32_equal(&rec->prev_hash, &m->rec_hash);
}

/* Has another member the transport key of this record?  Then it is refused, whatever signed it. */
static enum err transport_free(struct turn *t, const struct member *m, const struct wire_node *rec)
{
	struct member by;
	enum err rc;

	if (!m->conflict && id32_equal(&rec->tk_pub, &m->tk_pub))
		return ERR_OK;
	rc = member_transport_taken(t, m->no, &rec->tk_pub, &by);
	if (rc == ERR_OK)
		return ERR_CRYPTO;
	return rc == ERR_NOTFOUND ? ERR_OK : rc;
}

/* In force from now on. */
static enum err take(struct turn *t, struct member *m, const struct wire_node_carried *c,
		     struct span carried)
{
	const struct member before = *m;
	enum err rc;

	require(id32_equal(&m->node, &c->rec.node));
	member_from_record(m, &c->rec, c->bytes);
	rc = keep_promise(t, &before, m);
	if (rc == ERR_OK)
		rc = member_put(t, m);
	if (rc == ERR_OK)
		rc = member_index_transport(t, m, &before.tk_pub);
	return rc == ERR_OK ? member_put_record(t, m, carried) : rc;
}

/*   key_seq       | signed by             | then
 *   lower         | -                     | old: nothing
 *   the same      | another key           | refused
 *   the same      | the present key       | old: nothing; a contradiction: both kept, the pair stops; else taken
 *   the next      | the promised key      | taken: a rotation (take_rotation); the 65th key: refused for good
 *   further       | -                     | a record between is missing: it comes again */
enum err noderecord_take(struct turn *t, struct span carried, bool *news)
{
	struct wire_node_carried c;
	struct member m;
	struct id32 hash;
	enum err rc = wire_node_carried_get(carried, &c);

	*news = false;
	if (rc != ERR_OK)
		return rc;
	if (!id16_equal(&c.rec.fed_id, &t->node->fed_id))
		return ERR_CRYPTO;
	rc = member_find(t, &c.rec.node, &m);
	if (rc != ERR_OK)
		return rc;
	hash = hash_one(HASH_NODEREC, c.bytes);
	if (is_old(&m, &c.rec, &hash))
		return ERR_OK;
	rc = transport_free(t, &m, &c.rec);
	if (rc != ERR_OK)
		return rc;
	if (c.rec.key_seq > m.key_seq) {
		rc = take_rotation(t, &m, &c);
		if (rc != ERR_OK)
			return rc;
	} else {
		if (!signed_by(&c, &m.nk_pub, c.sig) || !id32_equal(&c.rec.nk_pub, &m.nk_pub))
			return ERR_CRYPTO;
		if (contradicts(&m, &c.rec)) {
			*news = !m.conflict;
			return m.conflict ? ERR_OK : conflict(t, &m, carried);
		}
	}
	*news = true;
	return take(t, &m, &c, carried);
}

/* SPDX-License-Identifier: EUPL-1.2 */
#include "domain/membership/roster.h"

#include <stdlib.h>

#include "base/check.h"
#include "crypto/hash.h"
#include "crypto/identity.h"
#include "crypto/verify.h"
#include "domain/evidence/audit.h"

enum { FED_AT = 8 }; /* offset of fed_id in the signed bytes */

struct id32 roster_hash(const struct wire_roster *e)
{
	static const uint8_t zero[16];
	const struct span whole[] = {e->signed_bytes};
	const struct span genesis[] = {
		{e->signed_bytes.p, FED_AT},
		{zero, sizeof zero},
		{e->signed_bytes.p + FED_AT + 16, e->signed_bytes.len - FED_AT - 16},
	};
	struct id32 out;

	if (e->op == WIRE_ROSTER_GENESIS)
		hash_parts(HASH_ROSTERHASH, span_of(NULL, 0), genesis, 3, out.b, sizeof out.b);
	else
		hash_parts(HASH_ROSTERHASH, span_of(NULL, 0), whole, 1, out.b, sizeof out.b);
	return out;
}

/* Distinct roots of the present set whose signature is right. */
static unsigned good_signatures(const struct wire_genesis *g, const struct wire_roster *e)
{
	bool seen[LIMIT_ROOTS] = {false};
	unsigned good = 0;

	for (unsigned i = 0; i < e->sig_count; i++) {
		uint8_t root = e->sigs[i].root;

		if (root >= g->n || seen[root])
			continue;
		if (!verify_sig(SIGN_ROSTER, &e->signed_bytes, 1, &g->roots[root], e->sigs[i].sig))
			continue;
		seen[root] = true;
		good++;
	}
	return good;
}

static enum err check_genesis(struct roster_chain *c, const struct wire_roster *e,
			      struct err_text *why)
{
	struct id32 hash = roster_hash(e);

	if (e->op != WIRE_ROSTER_GENESIS || e->seq != 0 || !bytes_zero(e->prev_hash.b, 32))
		return err_explain(why, ERR_STALE, "a roster begins with its genesis entry");
	if (wire_genesis_get(e->payload, &c->genesis) != ERR_OK)
		return err_explain(why, ERR_MALFORMED, "genesis: payload not understood");
	if (memcmp(hash.b, e->fed_id.b, 16) != 0)
		return err_explain(why, ERR_CRYPTO, "genesis: federation id is not its hash");
	if (good_signatures(&c->genesis, e) < c->genesis.n)
		return err_explain(why, ERR_CRYPTO, "genesis: needs the signatures of all %u roots",
				   c->genesis.n);
	c->begun = true;
	c->fed_id = e->fed_id;
	c->head = hash;
	c->seq = 0;
	return ERR_OK;
}

enum err roster_check_node(const struct wire_add *add, const struct id16 *fed_id,
			   struct wire_node *node, struct err_text *why)
{
	struct rd r = rd_of(add->inception);
	struct inception in;
	struct id32 id;

	in.fed_id = rd_id16(&r);
	in.nk_pub = rd_id32(&r);
	in.next_digest = rd_id32(&r);
	in.org_uuid = rd_id16(&r);
	id = identity_node_id(&in);
	if (wire_node_get(add->node, node) != ERR_OK)
		return err_explain(why, ERR_MALFORMED, "node record: layout");
	if (!id16_equal(&in.fed_id, fed_id) || !id16_equal(&node->fed_id, fed_id))
		return err_explain(why, ERR_DENIED, "node record: made for another federation");
	if (!id32_equal(&id, &node->node) || !id32_equal(&in.nk_pub, &node->nk_pub) ||
	    !id32_equal(&in.next_digest, &node->next_digest) || node->version != 1 ||
	    node->key_seq != 1)
		return err_explain(why, ERR_CRYPTO, "node record: not the first of this node");
	if (!verify_sig(SIGN_NODE, &add->node, 1, &node->nk_pub, add->node_sig))
		return err_explain(why, ERR_CRYPTO, "node record: signature");
	return ERR_OK;
}

enum err roster_check(struct roster_chain *c, const struct wire_roster *e, struct wire_add *add,
		      struct err_text *why)
{
	struct wire_node node;
	enum err rc;

	if (!c->begun)
		return check_genesis(c, e, why);
	if (!id16_equal(&e->fed_id, &c->fed_id))
		return err_explain(why, ERR_DENIED, "entry of another federation");
	if (e->seq != c->seq + 1 || !id32_equal(&e->prev_hash, &c->head))
		return err_explain(why, ERR_STALE, "entry %llu does not follow entry %llu",
				   (unsigned long long)e->seq, (unsigned long long)c->seq);
	if (e->op != WIRE_ROSTER_ADD && e->op != WIRE_ROSTER_RENEW)
		return err_explain(why, ERR_INVAL,
				   "operation %u is not known to this version: upgrade", e->op);
	if (good_signatures(&c->genesis, e) < c->genesis.m)
		return err_explain(why, ERR_CRYPTO, "needs the signatures of %u roots",
				   c->genesis.m);
	if (e->op == WIRE_ROSTER_ADD) {
		if (wire_add_get(e->payload, add) != ERR_OK)
			return err_explain(why, ERR_MALFORMED, "ADD_NODE: payload not understood");
		rc = roster_check_node(add, &c->fed_id, &node, why);
		if (rc != ERR_OK)
			return rc;
	}
	c->seq = e->seq;
	c->head = roster_hash(e);
	return ERR_OK;
}

enum err roster_load_chain(struct turn *t, struct roster_chain *c)
{
	struct store_key at = {.len = 0};
	struct store_row row;
	enum err rc;

	*c = (struct roster_chain){.begun = false};
	while ((rc = store_next_prefix(t->txn, STORE_ROSTER, span_of(NULL, 0), &at, &row)) ==
	       ERR_OK) {
		struct record_place place;
		struct wire_roster e;
		struct wire_add add;
		struct err_text why;
		struct span v;

		if (record_open(t->txn, t->arena, STORE_ROSTER, &row, &place, &v) != ERR_OK ||
		    wire_roster_get(v, &e) != ERR_OK || roster_check(c, &e, &add, &why) != ERR_OK)
			return ERR_CORRUPT;
	}
	return rc == ERR_NOTFOUND ? ERR_OK : rc;
}

/* Member row: no u16 | classes u8 | active u8 | node id | nk | tk | key_seq u32 | country 2 |
 * org, phone, endpoint: len u8 | text */
static void put_text(struct wr *w, const char *s)
{
	wr_u8(w, (uint8_t)strlen(s));
	wr_put(w, s, strlen(s));
}

static void get_text(struct rd *r, char *out, size_t cap)
{
	size_t n = rd_u8(r);
	const uint8_t *p = rd_take(r, n);

	out[0] = '\0';
	if (p == NULL || n >= cap) {
		r->bad = true;
		return;
	}
	memcpy(out, p, n);
	out[n] = '\0';
}

static enum err member_put(struct turn *t, uint16_t no, const struct wire_add *a,
			   const struct wire_node *node)
{
	struct wr w = arena_wr(t->arena, 512);
	const struct store_key k = turn_key_u16(no);
	struct store_key idk = {.len = 0};
	uint8_t no_be[2];
	enum err rc;

	wr_u16(&w, no);
	wr_u8(&w, a->classes);
	wr_u8(&w, 1);
	wr_put(&w, node->node.b, 32);
	wr_put(&w, node->nk_pub.b, 32);
	wr_put(&w, node->tk_pub.b, 32);
	wr_u32(&w, node->key_seq);
	wr_put(&w, a->country, 2);
	put_text(&w, a->org);
	put_text(&w, a->phone);
	put_text(&w, node->endpoint);
	if (w.over)
		return ERR_NOMEM;
	key_put(&idk, node->node.b, 32);
	be16_put(no_be, no);
	rc = turn_put(t, STORE_NODE, &k, wr_span(&w));
	return rc == ERR_OK ? turn_put(t, STORE_NODEID, &idk, span_of(no_be, 2)) : rc;
}

/* "SMWO" -> smwo, "Gemeente Goes (Goes Bezig)" -> gemeente-goes-goes-bezig: what people type. */
static void slug_of(char *out, const char *org)
{
	size_t n = 0;

	for (const char *s = org; *s != '\0'; s++) {
		char c = *s;

		if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
			out[n++] = c;
		else if (n > 0 && out[n - 1] != '-')
			out[n++] = '-';
	}
	while (n > 0 && out[n - 1] == '-')
		n--;
	out[n] = '\0';
}

static enum err member_get(struct span v, struct peer *p)
{
	struct rd r = rd_of(v);

	p->no = rd_u16(&r);
	p->classes = rd_u8(&r);
	p->active = rd_u8(&r) == 1;
	p->node_id = rd_id32(&r);
	p->nk_pub = rd_id32(&r);
	p->tk_pub = rd_id32(&r);
	p->key_seq = rd_u32(&r);
	rd_copy(&r, p->country, 2);
	get_text(&r, p->org, sizeof p->org);
	get_text(&r, p->phone, sizeof p->phone);
	get_text(&r, p->endpoint, sizeof p->endpoint);
	slug_of(p->slug, p->org);
	return rd_done(&r) ? ERR_OK : ERR_CORRUPT;
}

static enum err next_member_no(struct turn *t, uint16_t *no)
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

static enum err add_member(struct turn *t, const struct wire_add *add, const struct id16 *fed_id)
{
	struct wire_node node;
	struct err_text why;
	struct store_key idk = {.len = 0};
	uint16_t no;
	enum err rc = roster_check_node(add, fed_id, &node, &why);

	if (rc != ERR_OK)
		return rc;
	key_put(&idk, node.node.b, 32);
	if (record_exists(t->txn, STORE_NODEID, key_span(&idk)))
		return turn_refuse(t, ERR_EXISTS, "this node is a member already", "", "");
	rc = next_member_no(t, &no);
	return rc == ERR_OK ? member_put(t, no, add, &node) : rc;
}

/* The same entry again changes nothing; another one in its place is a fork. */
static enum err known_entry(struct turn *t, const struct wire_roster *e)
{
	const struct store_key k = turn_key_u64(e->seq);
	const struct id32 hash = roster_hash(e);
	struct wire_roster ours;
	struct id32 our_hash;
	struct span v;
	enum err rc = turn_get(t, STORE_ROSTER, &k, &v);

	if (rc != ERR_OK || wire_roster_get(v, &ours) != ERR_OK)
		return ERR_CORRUPT;
	our_hash = roster_hash(&ours);
	if (id32_equal(&hash, &our_hash))
		return ERR_OK;
	return turn_refuse(t, ERR_STALE, "this roster forks from ours",
			   "another entry stands in that place",
			   "keep the file and telephone the roots of the federation");
}

enum err roster_apply(struct turn *t, struct span carried)
{
	struct roster_chain chain;
	struct wire_roster e;
	struct wire_add add;
	struct err_text why = {""};
	struct store_key k;
	enum err rc = wire_roster_get(carried, &e);

	if (rc != ERR_OK)
		return turn_refuse(t, rc, "this is not a roster entry", "its layout is wrong",
				   "ask the sender for the file again");
	rc = roster_load_chain(t, &chain);
	if (rc != ERR_OK)
		return rc;
	if (!chain.begun && !id16_equal(&e.fed_id, &t->node->fed_id))
		return turn_refuse(t, ERR_DENIED, "this roster is of another federation",
				   "the node was made for a different genesis entry", "");
	if (chain.begun && e.seq <= chain.seq)
		return known_entry(t, &e);
	rc = roster_check(&chain, &e, &add, &why);
	if (rc != ERR_OK)
		return turn_refuse(t, rc, "the roster entry was refused", why.text,
				   "import the entries in order, complete with signatures");
	if (e.op == WIRE_ROSTER_ADD) {
		rc = add_member(t, &add, &chain.fed_id);
		if (rc != ERR_OK)
			return rc;
	}
	k = turn_key_u64(e.seq);
	rc = turn_put(t, STORE_ROSTER, &k, carried);
	if (rc == ERR_OK)
		rc = audit_add(t, &(struct audit_entry){.event = AUDIT_ROSTER, .detail = "entry"});
	if (rc == ERR_OK && turn_effect(t, EFFECT_MEMBERS) == NULL)
		rc = ERR_NOMEM;
	return rc;
}

enum err roster_load_members(struct turn *t, struct node *n)
{
	struct roster_chain chain;
	struct store_key at = {.len = 0};
	struct store_row row;
	size_t count = 0;
	enum err rc = roster_load_chain(t, &chain);

	if (rc != ERR_OK)
		return rc;
	n->roster_seq = chain.seq;
	n->roster_head = chain.head;
	while ((rc = store_next_prefix(t->txn, STORE_NODE, span_of(NULL, 0), &at, &row)) ==
	       ERR_OK) {
		struct record_place place;
		struct peer p = {.no = 0}, *grown;
		struct span v;

		rc = record_open(t->txn, t->arena, STORE_NODE, &row, &place, &v);
		if (rc == ERR_OK)
			rc = member_get(v, &p);
		if (rc != ERR_OK || p.no != count + 1)
			return ERR_CORRUPT;
		p.self = id32_equal(&p.node_id, &n->node_id);
		if (count >= n->peer_count) {
			grown = realloc(n->peers, (count + 1) * sizeof *grown);
			if (grown == NULL)
				return ERR_NOMEM;
			n->peers = grown;
			n->peer_count = count + 1;
		} else {
			p.conn = n->peers[count].conn;
		}
		n->peers[count++] = p;
	}
	return rc == ERR_NOTFOUND ? ERR_OK : rc;
}

static const char *op_name(uint8_t op)
{
	static const char *const names[] = {"genesis",	  "add-node",	  "remove-node", "suspend",
					    "set-policy", "rotate-roots", "renew"};

	return op < sizeof names / sizeof names[0] ? names[op] : "unknown";
}

enum err roster_list(struct turn *t, struct msg *reply)
{
	struct store_key at = {.len = 0};
	struct store_row row;
	enum err rc;

	while ((rc = store_next_prefix(t->txn, STORE_ROSTER, span_of(NULL, 0), &at, &row)) ==
	       ERR_OK) {
		struct record_place place;
		struct wire_roster e;
		struct wire_add add;
		struct id32 hash;
		struct span v;
		struct msg *m;
		char hex[65];

		rc = record_open(t->txn, t->arena, STORE_ROSTER, &row, &place, &v);
		if (rc != ERR_OK || wire_roster_get(v, &e) != ERR_OK)
			return ERR_CORRUPT;
		hash = roster_hash(&e);
		bytes_hex(hex, hash.b, 32);
		m = msg_add(t->arena, reply, REPLY_ROSTER);
		msg_set_u64(m, ROSTER_ROW_SEQ, e.seq);
		msg_set_text(t->arena, m, ROSTER_ROW_OP, op_name(e.op));
		if (e.op == WIRE_ROSTER_ADD && wire_add_get(e.payload, &add) == ERR_OK)
			msg_set_text(t->arena, m, ROSTER_ROW_SUBJECT, add.org);
		msg_set_u64(m, ROSTER_ROW_AT_S, e.time_s);
		msg_set_text(t->arena, m, ROSTER_ROW_HASH, hex);
		msg_set_u64(m, ROSTER_ROW_SIGNATURES, e.sig_count);
	}
	return rc == ERR_NOTFOUND ? ERR_OK : rc;
}

/* SPDX-License-Identifier: EUPL-1.2 */
/* Node records, roster entries and their payloads as bytes; the rules of wire.c hold here too.  Both are signed, chained
 * by hash and passed on by members that did not make them, so what is accepted here must be what everybody accepts: a text
 * that is not valid, an address that leads nowhere, a key that is listed twice make the whole thing malformed.  What a
 * quorum of roots may order is bounded here as well (wire_policy_get): no signature opens a floor.  */
#include "proto/wire_roster.h"
#include "base/check.h"
#include "base/endpoint.h"
#include "base/text.h"

enum { ENTRY_FIXED = 8 + 16 + 8 + 32 + 8 + 8 + 1 + 4, REGION = 3 };

static_assert(2 * LIMIT_ROOTS <= UINT8_MAX, "signatures are counted in one byte");
static_assert((int)ENTRY_FIXED < (int)LIMIT_ROSTER_ENTRY, "an entry may have a payload");
static_assert(WIRE_NODE_MAX <= UINT16_MAX, "a record's length is two bytes");
static_assert(LIMIT_FLOW_K <= LIMIT_FLOW_K_SENSITIVE, "the default policy is one that is accepted");

static const char magic_node[8] = "KRG1nod";
static const char magic_roster[8] = "KRG1ros";

void wire_node_put(struct wr *w, const struct wire_node *n)
{
	wr_put(w, magic_node, sizeof magic_node);
	wr_put(w, n->fed_id.b, 16);
	wr_put(w, n->node.b, 32);
	wr_u64(w, n->version);
	wr_put(w, n->prev_hash.b, 32);
	wr_u32(w, n->key_seq);
	wr_put(w, n->nk_pub.b, 32);
	wr_put(w, n->next_digest.b, 32);
	wr_put(w, n->tk_pub.b, 32);
	wr_put(w, n->relay.b, 32);
	wr_u16(w, n->flags);
	wr_u64(w, n->time_s);
	text_put(w, n->endpoint);
}

enum err wire_node_get(struct span s, struct wire_node *n)
{
	struct rd r = rd_of(s);
	const uint8_t *magic = rd_take(&r, sizeof magic_node);

	if (magic == NULL || memcmp(magic, magic_node, sizeof magic_node) != 0)
		return ERR_MALFORMED;
	n->fed_id = rd_id16(&r);
	n->node = rd_id32(&r);
	n->version = rd_u64(&r);
	n->prev_hash = rd_id32(&r);
	n->key_seq = rd_u32(&r);
	n->nk_pub = rd_id32(&r);
	n->next_digest = rd_id32(&r);
	n->tk_pub = rd_id32(&r);
	n->relay = rd_id32(&r);
	n->flags = rd_u16(&r);
	n->time_s = rd_u64(&r);
	text_get(&r, n->endpoint, sizeof n->endpoint);
	return rd_done(&r) && endpoint_flaw(n->endpoint, ENDPOINT_PUBLISH, NULL) == NULL
		       ? ERR_OK
		       : ERR_MALFORMED;
}

/* How a record travels and rests: with one signature, by the key it names, and in a rotation a second one by the key
 * before.  A recovery has no second one, and is shown as such until people compared digits. */
void wire_node_carry(struct wr *w, struct span bytes, const uint8_t *sig, const uint8_t *old_sig)
{
	require(bytes.len <= UINT16_MAX && sig != NULL);
	wr_u16(w, (uint16_t)bytes.len);
	wr_put(w, bytes.p, bytes.len);
	wr_u8(w, old_sig == NULL ? 1 : 2);
	wr_put(w, sig, WIRE_SIG);
	if (old_sig != NULL)
		wr_put(w, old_sig, WIRE_SIG);
}

/* Of a row of them; whole: these bytes as they came, to be passed on unchanged. */
enum err wire_node_carried_next(struct span *rest, struct wire_node_carried *c)
{
	struct rd r = rd_of(*rest);
	size_t n = rd_u16(&r);
	unsigned sigs;

	c->bytes = span_of(rd_take(&r, n), n);
	sigs = rd_u8(&r);
	c->sig = rd_take(&r, WIRE_SIG);
	c->old_sig = sigs == 2 ? rd_take(&r, WIRE_SIG) : NULL;
	if (r.bad || sigs < 1 || sigs > 2)
		return ERR_MALFORMED;
	c->whole = span_of(rest->p, rest->len - r.left);
	*rest = span_of(rest->p + c->whole.len, r.left);
	return wire_node_get(c->bytes, &c->rec);
}

enum err wire_node_carried_get(struct span s, struct wire_node_carried *c)
{
	const enum err rc = wire_node_carried_next(&s, c);

	return rc == ERR_OK && s.len != 0 ? ERR_MALFORMED : rc;
}

void wire_roster_put(struct wr *w, const struct wire_roster *e)
{
	wr_put(w, magic_roster, sizeof magic_roster);
	wr_put(w, e->fed_id.b, 16);
	wr_u64(w, e->seq);
	wr_put(w, e->prev_hash.b, 32);
	wr_u64(w, e->time_s);
	wr_u64(w, e->valid_until_s);
	wr_u8(w, e->op);
	wr_u32(w, (uint32_t)e->payload.len);
	wr_put(w, e->payload.p, e->payload.len);
}

void wire_roster_carry(struct wr *w, const struct wire_roster *e)
{
	wr_u32(w, (uint32_t)e->signed_bytes.len);
	wr_put(w, e->signed_bytes.p, e->signed_bytes.len);
	require(e->sig_count <= 2 * LIMIT_ROOTS);
	wr_u8(w, (uint8_t)e->sig_count);
	for (unsigned i = 0; i < e->sig_count; i++) {
		wr_u8(w, e->sigs[i].root);
		wr_put(w, e->sigs[i].sig, WIRE_SIG);
	}
}

/* The signed part; the bytes are kept as they came, for the signatures are over them and the next entry names their hash. */
static enum err get_signed(struct span s, struct wire_roster *e)
{
	struct rd r = rd_of(s);
	const uint8_t *magic = rd_take(&r, sizeof magic_roster);

	if (magic == NULL || memcmp(magic, magic_roster, sizeof magic_roster) != 0)
		return ERR_MALFORMED;
	e->signed_bytes = s;
	e->fed_id = rd_id16(&r);
	e->seq = rd_u64(&r);
	e->prev_hash = rd_id32(&r);
	e->time_s = rd_u64(&r);
	e->valid_until_s = rd_u64(&r);
	e->op = rd_u8(&r);
	e->payload.len = rd_u32(&r);
	e->payload.p = rd_take(&r, e->payload.len);
	return rd_done(&r) ? ERR_OK : ERR_MALFORMED;
}

/* An entry with its signatures.  They are not part of the hash: the same entry with other signatures is the same entry.  In
 * a change of roots old and new ones sign, hence twice as many. */
enum err wire_roster_get(struct span s, struct wire_roster *e)
{
	struct rd r = rd_of(s);
	size_t n = rd_u32(&r);
	const uint8_t *bytes = rd_take(&r, n);

	if (bytes == NULL || n > LIMIT_ROSTER_ENTRY || n < ENTRY_FIXED)
		return ERR_MALFORMED;
	e->sig_count = rd_u8(&r);
	if (e->sig_count > 2 * LIMIT_ROOTS)
		return ERR_MALFORMED;
	for (unsigned i = 0; i < e->sig_count; i++) {
		e->sigs[i].root = rd_u8(&r);
		e->sigs[i].sig = rd_take(&r, WIRE_SIG);
	}
	if (!rd_done(&r))
		return ERR_MALFORMED;
	return get_signed(span_of(bytes, n), e);
}

void wire_roots_put(struct wr *w, const struct wire_genesis *g)
{
	require(g->n <= LIMIT_ROOTS && g->m <= g->n);
	wr_u8(w, g->m);
	wr_u8(w, g->n);
	for (unsigned i = 0; i < g->n; i++)
		wr_put(w, g->roots[i].b, 32);
}

/* m of n.  m = 0 would let anybody in, m > n nobody for ever. */
static bool get_roots(struct rd *r, struct wire_genesis *g)
{
	const uint8_t m = rd_u8(r), n = rd_u8(r);

	if (n == 0 || n > LIMIT_ROOTS || m == 0 || m > n)
		return false;
	g->m = m;
	g->n = n;
	for (unsigned i = 0; i < n; i++) {
		g->roots[i] = rd_id32(r);
		for (unsigned k = 0; k < i; k++)
			if (id32_equal(&g->roots[i], &g->roots[k]))
				return false; /* one key must not count twice */
	}
	return true;
}

enum err wire_roots_get(struct span s, struct wire_genesis *g)
{
	struct rd r = rd_of(s);

	return get_roots(&r, g) && rd_done(&r) ? ERR_OK : ERR_MALFORMED;
}

void wire_genesis_put(struct wr *w, const struct wire_genesis *g)
{
	wire_roots_put(w, g);
	wr_u8(w, g->min_suite);
	text_put(w, g->name);
}

enum err wire_genesis_get(struct span s, struct wire_genesis *g)
{
	struct rd r = rd_of(s);
	uint32_t at;

	if (!get_roots(&r, g))
		return ERR_MALFORMED;
	/* a federation that asks for a suite we lack must not be joined under another */
	g->min_suite = rd_u8(&r);
	text_get(&r, g->name, sizeof g->name);
	return rd_done(&r) && g->min_suite == WIRE_SUITE_1 && text_name_fault(g->name, &at) == NULL
		       ? ERR_OK
		       : ERR_MALFORMED;
}

void wire_add_put(struct wr *w, const struct wire_add *a)
{
	wr_put(w, a->inception.p, a->inception.len);
	wr_u16(w, (uint16_t)a->node.len);
	wr_put(w, a->node.p, a->node.len);
	wr_put(w, a->node_sig, WIRE_SIG);
	wr_put(w, a->country, 2);
	wr_u8(w, a->classes);
	text_put(w, a->org);
	text_put(w, a->phone);
	text_put(w, a->verified_by);
	wr_put(w, a->sas_hash.b, 32);
	if (a->country[2] == '-')
		wr_put(w, a->country + 3, REGION); /* zeros follow a shorter one */
}

static bool capitals(const char *s, size_t least)
{
	const size_t n = strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");

	return s[n] == '\0' && n >= least;
}

/* "NL", and where a region follows: "BE-VLG". */
static bool place_get(struct rd *r, char *country)
{
	/* What is left decides: an entry from a country without regions ends here, and both forms
	 * stay readable. */
	if (r->left == REGION) {
		country[2] = '-';
		rd_copy(r, country + 3, REGION);
		country[3 + REGION] = '\0';
		if (!capitals(country + 3, 2) || (country[5] == '\0' && country[6] != '\0'))
			return false;
	}
	return rd_done(r) && country[0] >= 'A' && country[0] <= 'Z' && country[1] >= 'A' &&
	       country[1] <= 'Z';
}

/* The inception comes along although the record repeats most of it: the node id is its hash, so a root cannot let a node in
 * under an id whose keys it chose. */
enum err wire_add_get(struct span s, struct wire_add *a)
{
	struct rd r = rd_of(s);
	uint32_t at;
	size_t n;

	a->inception = span_of(rd_take(&r, 96), 96);
	n = rd_u16(&r);
	a->node = span_of(rd_take(&r, n), n);
	a->node_sig = rd_take(&r, WIRE_SIG);
	memset(a->country, 0, sizeof a->country);
	rd_copy(&r, a->country, 2);
	a->classes = rd_u8(&r);
	text_get(&r, a->org, sizeof a->org);
	text_get(&r, a->phone, sizeof a->phone);
	text_get(&r, a->verified_by, sizeof a->verified_by);
	a->sas_hash = rd_id32(&r);
	/* what its node refuses to be called, no other one shows either */
	return place_get(&r, a->country) && text_name_fault(a->org, &at) == NULL &&
			       text_phone_fault(a->phone, &at) == NULL && a->classes != 0
		       ? ERR_OK
		       : ERR_MALFORMED;
}

void wire_remove_put(struct wr *w, const struct wire_remove *v)
{
	wr_put(w, v->node.b, 32);
	wr_u8(w, v->reason);
	wr_u64(w, v->effective_s);
}

enum err wire_remove_get(struct span s, struct wire_remove *v)
{
	struct rd r = rd_of(s);

	v->node = rd_id32(&r);
	v->reason = rd_u8(&r);
	v->effective_s = rd_u64(&r);
	return rd_done(&r) ? ERR_OK : ERR_MALFORMED;
}

/* In force until the roots sign another: together no more than LIMIT_FLOW_YEAR of epsilon in four quarters. */
const struct wire_policy wire_policy_default = {
	.share = {[WIRE_TABLE_FLOW] = 1000,
		  [WIRE_TABLE_NEEDS] = 250,
		  [WIRE_TABLE_ANSWERS] = 500,
		  [WIRE_TABLE_ENDS] = 250},
	.year = LIMIT_FLOW_YEAR,
	.cap = 2,
	.k = LIMIT_FLOW_K,
	.k_sensitive = LIMIT_FLOW_K_SENSITIVE,
};

void wire_policy_put(struct wr *w, const struct wire_policy *p)
{
	wr_u8(w, 1);
	for (int i = 0; i < WIRE_TABLES; i++)
		wr_u16(w, p->share[i]);
	wr_u16(w, p->year);
	wr_u8(w, p->cap);
	wr_u8(w, p->k);
	wr_u8(w, p->k_sensitive);
}

enum err wire_policy_get(struct span s, struct wire_policy *p)
{
	struct rd r = rd_of(s);
	const uint8_t version = rd_u8(&r);
	uint32_t sum = 0;

	for (int i = 0; i < WIRE_TABLES; i++)
		sum += p->share[i] = rd_u16(&r);
	p->year = rd_u16(&r);
	p->cap = rd_u8(&r);
	p->k = rd_u8(&r);
	p->k_sensitive = rd_u8(&r);
	if (!rd_done(&r) || version != 1)
		return ERR_MALFORMED;
	/* what no quorum of roots can order: the floors are every node's own */
	/* one quarter has a quarter of the year at most: whoever pads a table must not find the year's share in it */
	return 4 * sum <= p->year && p->year <= LIMIT_FLOW_YEAR && p->cap >= 1 &&
			       p->cap <= LIMIT_FLOW_CAP && p->k >= LIMIT_FLOW_K &&
			       p->k_sensitive >= LIMIT_FLOW_K_SENSITIVE && p->k <= p->k_sensitive
		       ? ERR_OK
		       : ERR_LIMIT;
}

/* What a cosignature covers.  The node is not in it: it is the key that verifies.  The federation is, so that one roster's
 * cosignature counts nowhere else. */
void wire_witness_signed(const struct wire_witness *v, const struct id16 *fed_id,
			 uint8_t out[WIRE_WITNESS_SIGNED])
{
	struct wr w = wr_of(out, WIRE_WITNESS_SIGNED);

	wr_put(&w, fed_id->b, 16);
	wr_u64(&w, v->seq);
	wr_put(&w, v->hash.b, 32);
	wr_u64(&w, v->time_s);
	require(!w.over && w.len == WIRE_WITNESS_SIGNED);
}

void wire_witness_put(struct wr *w, const struct wire_witness *v)
{
	wr_put(w, v->node.b, 32);
	wr_u64(w, v->seq);
	wr_put(w, v->hash.b, 32);
	wr_u64(w, v->time_s);
	wr_put(w, v->sig, WIRE_SIG);
}

enum err wire_witness_get(struct span s, struct wire_witness *v)
{
	struct rd r = rd_of(s);

	v->node = rd_id32(&r);
	v->seq = rd_u64(&r);
	v->hash = rd_id32(&r);
	v->time_s = rd_u64(&r);
	v->sig = rd_take(&r, WIRE_SIG);
	return rd_done(&r) ? ERR_OK : ERR_MALFORMED;
}

/* By length alone: what is in it is looked at by whoever knows the invites. */
bool wire_onboard_question(struct span s)
{
	if (s.len == 0)
		return false;
	switch ((enum wire_onboard)s.p[0]) {
	case WIRE_ONB_HELLO:
		return s.len > 1 + 32 + 32 && s.len <= WIRE_ONB_QUESTION_MAX;
	case WIRE_ONB_REVEAL:
		return s.len == 1 + 16 + 32;
	case WIRE_ONB_ASK:
		return s.len == 1 + 16;
	case WIRE_ONB_WANT_ENTRY:
		return s.len == 1 + 16 + 8;
	case WIRE_ONB_CHALLENGE:
	case WIRE_ONB_ENTRY:
	case WIRE_ONB_STATE:
		break;
	}
	return false;
}

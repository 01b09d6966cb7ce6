/* SPDX-License-Identifier: EUPL-1.2 */
/* How a roster grows.  Pure: nodes, tools and the simulator ask the same function, so a file that kring roster verify finds good
 * is one that every node takes.  chain_check() takes the next entry or changes nothing.
 *
 *  - All or nothing, in this order: place in the chain, times, payload, signatures.  Signatures come last because they cost most,
 *    and nothing of an entry is believed before them.
 *  - Roots decide who is in, and nothing else: the keys of a member are its own (members.c), and the floors of the policy are
 *    every node's own (wire_policy_get).
 *  - An operation that is not known stops the chain: whoever went on would have another view than those who know it. */
#include "domain/membership/chain.h"

#include "base/cause.h"
#include "base/check.h"
#include "crypto/hash.h"
#include "crypto/identity.h"
#include "crypto/verify.h"

enum { FED_AT = 8 }; /* offset of fed_id in the signed bytes */
static_assert((int)LIMIT_ROOTS <= (int)WIRE_ROOT_NEW,
	      "an index of a root leaves the mark of a new one free");
static_assert(CHAIN_SUSPEND_S < CHAIN_VALID_S, "what one root does ends before the roster does");

/* The federation's id is the beginning of the hash of its first entry, which holds that id: so it is hashed with zeros in its
 * place.  Signatures are not hashed: who else signed does not change what was decided. */
struct id32 chain_hash(const struct wire_roster *e)
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

/* Distinct roots of this set whose signature is right; mark tells old indexes from new ones. */
static unsigned good_signatures(const struct wire_genesis *g, const struct wire_roster *e,
				uint8_t mark)
{
	bool seen[LIMIT_ROOTS] = {false}; /* a root that signed twice is one root */
	unsigned good = 0;

	require(g->n <= LIMIT_ROOTS);

	for (unsigned i = 0; i < e->sig_count; i++) {
		const uint8_t root = e->sigs[i].root ^ mark;

		if (root >= g->n || seen[root])
			continue;
		if (!verify_sig(SIGN_ROSTER, &e->signed_bytes, 1, &g->roots[root], e->sigs[i].sig))
			continue;
		seen[root] = true;
		good++;
	}
	return good;
}

static void advance(struct chain *c, const struct wire_roster *e, const struct id32 *hash)
{
	require(e->seq == 0 || e->seq == c->seq + 1);
	c->seq = e->seq;
	c->head = *hash;
	c->time_s = e->time_s;
	c->valid_until_s = e->valid_until_s;
}

/* All roots sign the first entry: nobody becomes one without knowing. */
static enum err check_genesis(struct chain *c, const struct wire_roster *e, struct err_text *why)
{
	struct id32 hash = chain_hash(e);

	if (e->op != WIRE_ROSTER_GENESIS || e->seq != 0 || !bytes_zero(e->prev_hash.b, 32))
		return cause_set(why, ERR_STALE, "roster-begin", FILL_NONE);
	if (wire_genesis_get(e->payload, &c->genesis) != ERR_OK)
		return cause_set(why, ERR_MALFORMED, "entry-unclear",
				 FILL({"entry", NULL, e->seq}));
	if (memcmp(hash.b, e->fed_id.b, 16) != 0)
		return cause_set(why, ERR_CRYPTO, "roster-id", FILL_NONE);
	if (good_signatures(&c->genesis, e, 0) < c->genesis.n)
		return cause_set(why, ERR_CRYPTO, "entry-signatures",
				 FILL({"entry", NULL, e->seq}, {"n", NULL, c->genesis.n}));
	c->begun = true;
	c->fed_id = e->fed_id;
	c->policy = wire_policy_default;
	advance(c, e, &hash);
	return ERR_OK;
}

/* Is this the first record of a node that made its keys for this federation?  The id is the hash of the inception, so roots can
 * neither choose a member's keys nor let the same keys in twice under two ids. */
enum err chain_check_node(const struct wire_add *add, const struct id16 *fed_id,
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
		return cause_set(why, ERR_MALFORMED, "record-unclear", FILL_NONE);
	if (!id16_equal(&in.fed_id, fed_id) || !id16_equal(&node->fed_id, fed_id))
		return cause_set(why, ERR_DENIED, "record-other", FILL_NONE);
	if (!id32_equal(&id, &node->node) || !id32_equal(&in.nk_pub, &node->nk_pub) ||
	    !id32_equal(&in.next_digest, &node->next_digest) || node->version != 1 ||
	    node->key_seq != 1)
		return cause_set(why, ERR_CRYPTO, "record-first", FILL_NONE);
	if (!verify_sig(SIGN_NODE, &add->node, 1, &node->nk_pub, add->node_sig))
		return cause_set(why, ERR_CRYPTO, "record-signature", FILL_NONE);
	return ERR_OK;
}

/* How many of the present roots this operation asks for.  One root alone may suspend, because a node that was stolen
 * tonight cannot wait for a meeting; that ends by itself after CHAIN_SUSPEND_S unless more roots sign. */
static unsigned needed(const struct chain *c, const struct wire_roster *e,
		       const struct chain_change *change)
{
	require(c->begun);
	if (e->op == WIRE_ROSTER_SUSPEND && change->remove.reason != WIRE_SUSPEND_LIFT)
		return 1;
	return c->genesis.m;
}

/* Would the present roots have let this entry in, wherever it stands?  The proof of a fork: two such entries for one place. */
bool chain_signed(const struct chain *c, const struct wire_roster *e)
{
	struct chain_change change = {.quorum = false};

	if (!c->begun || !id16_equal(&c->fed_id, &e->fed_id) ||
	    (e->op == WIRE_ROSTER_SUSPEND && wire_remove_get(e->payload, &change.remove) != ERR_OK))
		return false;
	return good_signatures(&c->genesis, e, 0) >= needed(c, e, &change);
}

/* What an operation carries; one that this version does not know stops the chain here, because a member or a policy
 * that only others understand would make rosters differ. */
static enum err read_payload(const struct chain *c, const struct wire_roster *e,
			     struct chain_change *change, struct wire_genesis *roots,
			     struct err_text *why)
{
	switch ((enum wire_roster_op)e->op) {
	case WIRE_ROSTER_ADD:
		if (wire_add_get(e->payload, &change->add) != ERR_OK)
			return cause_set(why, ERR_MALFORMED, "entry-unclear",
					 FILL({"entry", NULL, e->seq}));
		return chain_check_node(&change->add, &c->fed_id, &change->node, why);
	case WIRE_ROSTER_REMOVE:
	case WIRE_ROSTER_SUSPEND:
		if (wire_remove_get(e->payload, &change->remove) != ERR_OK)
			return cause_set(why, ERR_MALFORMED, "entry-unclear",
					 FILL({"entry", NULL, e->seq}));
		return ERR_OK;
	case WIRE_ROSTER_ROOTS:
		*roots = c->genesis;
		if (wire_roots_get(e->payload, roots) != ERR_OK)
			return cause_set(why, ERR_MALFORMED, "entry-unclear",
					 FILL({"entry", NULL, e->seq}));
		return ERR_OK;
	case WIRE_ROSTER_RENEW:
		return e->payload.len == 0 ? ERR_OK
					   : cause_set(why, ERR_MALFORMED, "entry-unclear",
						       FILL({"entry", NULL, e->seq}));
	case WIRE_ROSTER_POLICY:
		if (wire_policy_get(e->payload, &change->policy) != ERR_OK)
			return cause_set(why, ERR_MALFORMED, "entry-policy",
					 FILL({"entry", NULL, e->seq}));
		return ERR_OK;
	case WIRE_ROSTER_GENESIS:
		break;
	}
	return cause_set(why, ERR_INVAL, "entry-newer",
			 FILL({"entry", NULL, e->seq}, {"op", NULL, e->op}));
}

/* Order first, because it is cheap and tells most; then the payload. */
static enum err follows(const struct chain *c, const struct wire_roster *e,
			struct chain_change *change, struct wire_genesis *roots,
			struct err_text *why)
{
	if (!id16_equal(&e->fed_id, &c->fed_id))
		return cause_set(why, ERR_DENIED, "entry-other", FILL({"entry", NULL, e->seq}));
	if (e->seq != c->seq + 1 || !id32_equal(&e->prev_hash, &c->head))
		return cause_set(why, ERR_STALE, "entry-order",
				 FILL({"entry", NULL, e->seq}, {"last", NULL, c->seq}));
	/* against each other, never against a clock: a wrong clock must not make a node refuse its federation */
	if (e->time_s < c->time_s || e->valid_until_s < e->time_s ||
	    e->valid_until_s - e->time_s > CHAIN_VALID_S)
		return cause_set(why, ERR_MALFORMED, "entry-times", FILL({"entry", NULL, e->seq}));
	return read_payload(c, e, change, roots, why);
}

enum err chain_follows(const struct chain *c, const struct wire_roster *e)
{
	struct chain_change change = {.quorum = false};
	struct wire_genesis roots;
	struct err_text why;

	return c->begun ? follows(c, e, &change, &roots, &why) : ERR_STALE;
}

/* Signatures last, because they cost most. */
enum err chain_check(struct chain *c, const struct wire_roster *e, struct chain_change *change,
		     struct err_text *why)
{
	struct wire_genesis roots;
	struct id32 hash;
	unsigned good;
	enum err rc;

	if (!c->begun)
		return check_genesis(c, e, why);
	rc = follows(c, e, change, &roots, why);
	if (rc != ERR_OK)
		return rc;
	good = good_signatures(&c->genesis, e, 0);
	if (good < needed(c, e, change))
		return cause_set(why, ERR_CRYPTO, "entry-signatures",
				 FILL({"entry", NULL, e->seq}, {"n", NULL, needed(c, e, change)}));
	if (e->op ==
	    WIRE_ROSTER_ROOTS) { /* old ones give away, new ones show that they hold their keys */
		if (good_signatures(&roots, e, WIRE_ROOT_NEW) < roots.m)
			return cause_set(why, ERR_CRYPTO, "entry-signatures-new",
					 FILL({"entry", NULL, e->seq}, {"n", NULL, roots.m}));
		c->genesis = roots;
	}
	if (e->op == WIRE_ROSTER_POLICY)
		c->policy = change->policy;
	require(c->genesis.m >= 1 && c->genesis.m <= c->genesis.n);
	change->quorum = good >= c->genesis.m;
	hash = chain_hash(e);
	advance(c, e, &hash);
	return ERR_OK;
}

/* fed 16 | seq | time | valid_until | head 32 | policy 16 | genesis payload */
void chain_put(struct wr *w, const struct chain *c)
{
	require(c->begun);
	wr_put(w, c->fed_id.b, 16);
	wr_u64(w, c->seq);
	wr_u64(w, c->time_s);
	wr_u64(w, c->valid_until_s);
	wr_put(w, c->head.b, 32);
	wire_policy_put(w, &c->policy);
	wire_genesis_put(w, &c->genesis);
}

/* State of the chain beside the entries: roster_verify() recomputes it at every start. */
enum err chain_get(struct span s, struct chain *c)
{
	struct rd r = rd_of(s);
	const uint8_t *policy;

	c->begun = true;
	c->fed_id = rd_id16(&r);
	c->seq = rd_u64(&r);
	c->time_s = rd_u64(&r);
	c->valid_until_s = rd_u64(&r);
	c->head = rd_id32(&r);
	policy = rd_take(&r, WIRE_POLICY_LEN);
	if (policy == NULL ||
	    wire_policy_get(span_of(policy, WIRE_POLICY_LEN), &c->policy) != ERR_OK)
		return ERR_CORRUPT;
	return r.bad ? ERR_CORRUPT : wire_genesis_get(span_of(r.p, r.left), &c->genesis);
}

const char *chain_op_name(uint8_t op)
{
	static const char *const names[] = {"genesis",	  "add-node",	  "remove-node", "suspend",
					    "set-policy", "rotate-roots", "renew"};

	return op < sizeof names / sizeof names[0] ? names[op] : "unknown";
}

/* SPDX-License-Identifier: EUPL-1.2 */
/* The roster as this node holds it: every entry as it came, the state of the chain beside it, and forks as proof.
 *
 *  - What is taken in never changes and never goes: an entry is appended, or kept as the other half of a fork.
 *  - A fork is no error of ours and stops nothing but new members: what was let in before it goes on (peer_from in members.c);
 *    care must not stop because somebody signed twice.
 *  - Taking the same entry again changes nothing, so partners may push what they like. */
#include "domain/membership/roster.h"

#include "base/check.h"
#include "domain/evidence/audit.h"

enum { META_CHAIN = 4, PROOF_FORK = 1 };

static struct store_key chain_key(void)
{
	struct store_key k = {.len = 0};

	key_u8(&k, META_CHAIN);
	return k;
}

static struct store_key fork_key(uint64_t seq)
{
	struct store_key k = {.len = 0};

	key_u8(&k, PROOF_FORK);
	key_u64(&k, seq);
	return k;
}

enum err roster_chain(struct turn *t, struct chain *c)
{
	const struct store_key k = chain_key();
	struct span v;
	enum err rc = turn_get(t, STORE_META, &k, &v);

	*c = (struct chain){.begun = false};
	if (rc == ERR_OK)
		return chain_get(v, c) == ERR_OK ? ERR_OK : ERR_CORRUPT;
	return rc == ERR_NOTFOUND ? ERR_OK : rc;
}

static enum err chain_save(struct turn *t, const struct chain *c)
{
	const struct store_key k = chain_key();
	struct wr w = arena_wr(t->arena, CHAIN_STATE_MAX);

	require(c->begun);
	chain_put(&w, c);
	return w.over ? ERR_NOMEM : turn_put(t, STORE_META, &k, wr_span(&w));
}

/* The whole chain again from its first entry: what is stored beside it must follow from it. */
enum err roster_verify(struct turn *t)
{
	struct store_walk w = {.rc = ERR_OK};
	struct chain c = {.begun = false}, kept;
	enum err rc;

	while (store_each(t->txn, STORE_ROSTER, span_of(NULL, 0), &w)) {
		const size_t mark = t->arena->used;
		struct record_place place;
		struct wire_roster e;
		struct chain_change change;
		struct err_text why;
		struct span v;

		rc = record_open(t->txn, t->arena, STORE_ROSTER, &w.row, &place, &v);
		if (rc == ERR_OK)
			rc = wire_roster_get(v, &e);
		if (rc == ERR_OK)
			rc = chain_check(&c, &e, &change, &why);
		if (rc != ERR_OK)
			return err_fatal(rc) ? rc : ERR_CORRUPT;
		arena_rewind(t->arena, mark);
	}
	if (w.rc != ERR_OK)
		return w.rc;
	rc = roster_chain(t, &kept);
	if (rc != ERR_OK)
		return rc;
	return kept.begun == c.begun && kept.seq == c.seq && id32_equal(&kept.head, &c.head)
		       ? ERR_OK
		       : ERR_CORRUPT;
}

enum err roster_entry(struct turn *t, uint64_t seq, struct span *carried)
{
	const struct store_key k = turn_key_u64(seq);

	return turn_get(t, STORE_ROSTER, &k, carried);
}

enum err roster_fork_proof(struct turn *t, uint64_t seq, struct span *theirs)
{
	const struct store_key k = fork_key(seq);

	return turn_get(t, STORE_PROOF, &k, theirs);
}

/* The same entry again changes nothing.  Another one in its place that the roots signed is a fork. */
static enum err known_place(struct turn *t, const struct chain *c, const struct wire_roster *e,
			    struct span carried, bool *fork)
{
	const struct store_key k = fork_key(e->seq);
	const struct id32 hash = chain_hash(e);
	struct wire_roster ours;
	struct id32 our_hash;
	struct span v;
	enum err rc = roster_entry(t, e->seq, &v);

	require(e->seq <= c->seq);
	if (rc == ERR_OK)
		rc = wire_roster_get(v, &ours);
	if (rc != ERR_OK)
		return err_fatal(rc) ? rc : ERR_CORRUPT;
	our_hash = chain_hash(&ours);
	if (id32_equal(&hash, &our_hash))
		return ERR_OK;
	if (!chain_signed(c, e))
		return turn_refuse(t, ERR_CRYPTO, REFUSAL_ROSTER_ENTRY_NOT_SIGNED);
	*fork = true;
	if (!record_exists(t->txn, STORE_PROOF, key_span(&k))) {
		rc = turn_put(t, STORE_PROOF, &k, carried);
		if (rc == ERR_OK)
			rc = audit_add(t, &(struct audit_entry){.event = AUDIT_ROSTER,
								.outcome = ERR_DENIED,
								.detail = "fork"});
		if (rc == ERR_OK)
			rc = turn_do(t, EFFECT_MEMBERS);
		if (rc != ERR_OK)
			return rc;
	}
	return turn_refuse(t, ERR_STALE, REFUSAL_ROSTER_FORKS);
}

enum {
	DRAIN_LEAST_S = 3600,	   /* what is nearer is at once */
	DRAIN_MOST_S = 366 * 86400 /* what lies further ahead is a mistake, and would never come */
};

/* At once, or from a day on: until then it answers, and nothing new begins with it.  Clocks of roots and members differ by minutes. */
static enum err remove_member(struct turn *t, const struct wire_remove *r)
{
	const uint64_t now_s = t->wall_ms / 1000;
	uint16_t peer;
	enum err rc;

	if (r->effective_s > now_s + DRAIN_LEAST_S && r->effective_s <= now_s + DRAIN_MOST_S) {
		rc = members_leave(t, &r->node, r->effective_s, &peer);
		return rc == ERR_OK ? turn_leaves(t, peer) : rc;
	}
	rc = members_remove(t, &r->node, &peer);
	return rc == ERR_OK ? turn_gone(t, peer) : rc;
}

/* What an entry does to members.  A suspension by fewer than m roots ends by itself; UINT64_MAX lasts until it is lifted. */
static enum err change_members(struct turn *t, const struct wire_roster *e,
			       const struct chain_change *change)
{
	const struct wire_remove *r = &change->remove;
	uint64_t until_s = UINT64_MAX;

	require(e->seq >= 1 || e->op == WIRE_ROSTER_GENESIS);
	switch ((enum wire_roster_op)e->op) {
	case WIRE_ROSTER_ADD:
		return members_add(t, change, e->seq);
	case WIRE_ROSTER_REMOVE:
		return remove_member(t, r);
	case WIRE_ROSTER_SUSPEND: /* one root: for a while; as many as for any change: until it is lifted */
		if (r->reason == WIRE_SUSPEND_LIFT)
			until_s = 0;
		else if (!change->quorum)
			until_s = e->time_s + CHAIN_SUSPEND_S;
		return members_suspend(t, &r->node, until_s);
	case WIRE_ROSTER_GENESIS:
	case WIRE_ROSTER_POLICY:
	case WIRE_ROSTER_ROOTS:
	case WIRE_ROSTER_RENEW:
		break;
	}
	return ERR_OK;
}

/* What chain_check found, as far as whoever imports can do something about it. */
static enum refusal entry_refused(enum err rc)
{
	if (rc == ERR_STALE)
		return REFUSAL_ROSTER_ENTRY_OUT_OF_ORDER;
	if (rc == ERR_CRYPTO)
		return REFUSAL_ROSTER_ENTRY_LACKS_SIGNATURES;
	if (rc == ERR_LIMIT)
		return REFUSAL_ROSTER_FULL;
	return rc == ERR_INVAL ? REFUSAL_ROSTER_ENTRY_TOO_NEW : REFUSAL_ROSTER_ENTRY_WRONG;
}

/* One entry more, with everything that follows from it, in one transaction. */
static enum err append(struct turn *t, struct chain *c, const struct wire_roster *e,
		       struct span carried)
{
	const struct store_key k = turn_key_u64(e->seq);
	struct chain_change change = {.quorum = false};
	struct err_text why = {""};
	enum err rc = chain_check(c, e, &change, &why);

	if (rc == ERR_OK && e->seq > LIMIT_ROSTER_ENTRIES)
		rc = ERR_LIMIT;
	if (rc != ERR_OK)
		return turn_refuse_with(t, rc, entry_refused(rc), say_number("entry", e->seq));
	rc = change_members(t, e, &change);
	if (rc == ERR_OK)
		rc = turn_put(t, STORE_ROSTER, &k, carried);
	if (rc == ERR_OK)
		rc = chain_save(t, c);
	if (rc == ERR_OK)
		rc = audit_add(t, &(struct audit_entry){.event = AUDIT_ROSTER,
							.detail = chain_op_name(e->op)});
	if (rc == ERR_OK)
		rc = turn_do(t, EFFECT_MEMBERS);
	require(rc != ERR_OK || c->seq == e->seq);
	t->unsettled = true; /* somebody may have enough cosigners now */
	return rc;
}

/* An entry that continues ours, one that we have, or another one for a place that is taken. */
enum err roster_apply(struct turn *t, struct span carried, bool *fork)
{
	struct chain c;
	struct wire_roster e;
	enum err rc = wire_roster_get(carried, &e);

	*fork = false;
	if (rc != ERR_OK)
		return turn_refuse(t, rc, REFUSAL_ROSTER_ENTRY_UNREADABLE);
	rc = roster_chain(t, &c);
	if (rc != ERR_OK)
		return rc;
	if (!c.begun && !id16_equal(&e.fed_id, &t->node->fed_id))
		return turn_refuse(t, ERR_DENIED, REFUSAL_ROSTER_OF_ANOTHER_FEDERATION);
	require(c.begun || c.seq == 0);
	if (c.begun && e.seq <= c.seq)
		return known_place(t, &c, &e, carried, fork);
	return append(t, &c, &e, carried);
}

/* Once a turn, however many entries it brought: counting witnesses reads every member. */
enum err roster_settle(struct turn *t)
{
	struct chain c;
	bool changed = false;
	enum err rc;

	if (!t->unsettled)
		return ERR_OK;
	t->unsettled = false;
	rc = roster_chain(t, &c);
	if (rc == ERR_OK && c.begun)
		rc = members_activate(t, &c, &changed);
	return rc == ERR_OK && changed ? turn_do(t, EFFECT_MEMBERS) : rc;
}

/* The first place where the roots signed twice; 0 none (genesis cannot fork: its hash is our name). */
static enum err first_fork(struct turn *t, uint64_t *seq)
{
	const uint8_t kind = PROOF_FORK;
	struct store_walk w = {.key_len = 9};

	*seq = 0;
	if (store_each(t->txn, STORE_PROOF, span_of(&kind, 1), &w))
		*seq = be64_get(w.row.key.p + 1);
	return w.rc;
}

/* From the store into memory; a fork limits who counts as admitted, so it is looked for first. */
enum err roster_load(struct turn *t, struct node *n)
{
	struct chain c;
	enum err rc = roster_chain(t, &c);

	if (rc == ERR_OK)
		rc = first_fork(t, &n->fork_seq);
	if (rc != ERR_OK)
		return rc;
	n->roster_seq = c.seq;
	n->roster_head = c.head;
	n->roster_until_s = c.valid_until_s;
	rc = members_load(t, n);
	return rc == ERR_OK ? members_own_witness(t, n) : rc;
}

/* A person looked at the newest entry.  It has to be the newest still, or they looked at another one. */
enum err roster_cosign(struct turn *t, uint64_t seq)
{
	struct node *n = t->node;

	if (!n->cosign_manual)
		return turn_refuse(t, ERR_STATE, REFUSAL_COSIGNS_BY_ITSELF);
	if (seq != n->roster_seq) {
		return turn_refuse_with(t, ERR_STALE, REFUSAL_ENTRY_NOT_NEWEST,
					say_number("newest", n->roster_seq));
	}
	n->cosign_seq = n->roster_seq;
	if (turn_effect(t, EFFECT_MEMBERS) == NULL)
		return ERR_NOMEM;
	return audit_add(t, &(struct audit_entry){.event = AUDIT_ROSTER, .detail = "cosigned"});
}

bool roster_each(struct turn *t, struct store_walk *w, struct wire_roster *e)
{
	struct record_place place;
	struct span v;
	enum err rc;

	if (!store_each(t->txn, STORE_ROSTER, span_of(NULL, 0), w))
		return false;
	rc = record_open(t->txn, t->arena, STORE_ROSTER, &w->row, &place, &v);
	if (rc == ERR_OK)
		rc = wire_roster_get(v, e);
	if (rc != ERR_OK)
		w->rc = err_fatal(rc) ? rc : ERR_CORRUPT;
	return rc == ERR_OK;
}

/* SPDX-License-Identifier: EUPL-1.2 */
/* A roster entry on its way to enough signatures.  Roots sign on their own machines, one after the other, and nobody orders
 * them: two proposals may be made for one place, and the first that is complete gets it.  The other is placed again behind it and
 * loses its signatures, for they were over another place. */
#include "domain/membership/proposal.h"

#include "base/check.h"
#include "crypto/verify.h"
#include "domain/evidence/audit.h"

static_assert(LIMIT_ROOTS <= WIRE_ROOT_NEW,
	      "a root's place and the mark of a new one share a byte");

enum err proposal_carried(struct turn *t, const struct proposal *p, struct span *out)
{
	struct wr w = arena_wr(t->arena, 4 + p->e.signed_bytes.len + 1 +
						 p->e.sig_count * (size_t)(1 + WIRE_SIG));

	wire_roster_carry(&w, &p->e);
	*out = wr_span(&w);
	return w.over ? ERR_NOMEM : ERR_OK;
}

enum err proposal_save(struct turn *t, const struct proposal *p)
{
	const struct store_key k = turn_key_id(&p->id);
	struct msg *m = msg_new(t->arena, MSG_PROPOSAL_RECORD);
	struct span v;
	enum err rc = proposal_carried(t, p, &v);

	if (rc != ERR_OK)
		return rc;
	msg_set_bytes(t->arena, m, PROPOSAL_RECORD_ENTRY, v);
	msg_set_bytes(t->arena, m, PROPOSAL_RECORD_INVITE, span_of(p->invite.b, 16));
	if (p->came)
		msg_set_u64(m, PROPOSAL_RECORD_CAME, 1);
	rc = msg_pack(t->arena, m, &v);
	return rc == ERR_OK ? turn_put(t, STORE_PROPOSAL, &k, v) : rc;
}

/* ERR_CORRUPT is of this row alone: a list names it and goes on. */
enum err proposal_read(struct turn *t, const struct store_key *k, struct proposal *p)
{
	struct msg *m;
	struct span invite;
	enum err rc = turn_get_msg(t, STORE_PROPOSAL, k, MSG_PROPOSAL_RECORD, &m);

	if (rc != ERR_OK)
		return rc;
	invite = msg_bytes(m, PROPOSAL_RECORD_INVITE);
	if (wire_roster_get(msg_bytes(m, PROPOSAL_RECORD_ENTRY), &p->e) != ERR_OK ||
	    invite.len != 16 || k->len != 16)
		return ERR_CORRUPT;
	memcpy(p->id.b, k->b, 16);
	memcpy(p->invite.b, invite.p, 16);
	p->came = msg_u64(m, PROPOSAL_RECORD_CAME) != 0;
	return ERR_OK;
}

enum err proposal_drop(struct turn *t, const struct proposal *p)
{
	const struct store_key k = turn_key_id(&p->id);

	return store_del(t->txn, STORE_PROPOSAL, key_span(&k));
}

bool proposal_each(struct turn *t, struct store_walk *w, struct proposal *p)
{
	while (store_each(t->txn, STORE_PROPOSAL, span_of(NULL, 0), w)) {
		struct store_key k = {.len = 0};
		enum err rc;

		key_put(&k, w->row.key.p, w->row.key.len);
		*p = (struct proposal){.came = false};
		rc = proposal_read(t, &k, p);
		if (rc == ERR_OK)
			return true;
		if (rc != ERR_CORRUPT)
			w->rc = rc; /* one that is damaged is named where they are listed */
	}
	return false;
}

/* At the end of the chain as it is now, without signatures. */
static enum err place(struct turn *t, const struct chain *c, struct wire_roster *e)
{
	struct wr w = arena_wr(t->arena, LIMIT_ROSTER_ENTRY);

	e->fed_id = c->fed_id;
	e->seq = c->seq + 1;
	e->prev_hash = c->head;
	e->time_s = t->wall_ms / 1000 < c->time_s ? c->time_s : t->wall_ms / 1000;
	if (e->time_s > UINT64_MAX - CHAIN_VALID_S) /* roots may date an entry as they like */
		return turn_refuse(t, ERR_LIMIT, REFUSAL_ROSTER_AT_ITS_END);
	e->valid_until_s = e->time_s + CHAIN_VALID_S;
	e->sig_count = 0; /* signatures were over another place */
	wire_roster_put(&w, e);
	e->signed_bytes = wr_span(&w);
	return w.over ? ERR_LIMIT : ERR_OK;
}

/* The invite it came from goes with it: when the entry is complete, the newcomer is told. */
enum err proposal_make(struct turn *t, uint8_t op, struct span payload, const struct id16 *invite,
		       struct id16 *id)
{
	struct proposal p = {.id = turn_id(t), .e = {.op = op, .payload = payload}};
	struct chain c;
	enum err rc = roster_chain(t, &c);

	if (rc == ERR_OK && !c.begun)
		return turn_refuse(t, ERR_STATE, REFUSAL_ROSTER_MISSING);
	if (invite != NULL)
		p.invite = *invite;
	if (rc != ERR_OK)
		return rc;
	rc = place(t, &c, &p.e);
	if (rc != ERR_OK)
		return rc;
	rc = proposal_save(t, &p);
	if (rc != ERR_OK)
		return rc;
	rc = audit_add(t, &(struct audit_entry){.event = AUDIT_ROSTER, .detail = "proposal"});
	*id = p.id;
	return rc;
}

/* Another entry took its place: put at the end again, to be signed once more. */
enum err proposal_rebase(struct turn *t, const struct chain *c, struct proposal *p, bool *moved)
{
	enum err rc;

	require(c->begun);
	*moved = p->e.seq != c->seq + 1 || !id32_equal(&p->e.prev_hash, &c->head);
	if (!*moved)
		return ERR_OK;
	rc = place(t, c, &p->e);
	return rc == ERR_OK ? proposal_save(t, p) : rc;
}

int proposal_root(const struct chain *c, const struct wire_roster *e, const struct id32 *pub)
{
	struct wire_genesis next = c->genesis;

	for (int i = 0; i < c->genesis.n; i++)
		if (id32_equal(&c->genesis.roots[i], pub))
			return i;
	if (e->op != WIRE_ROSTER_ROOTS || wire_roots_get(e->payload, &next) != ERR_OK)
		return -1;
	for (int i = 0; i < next.n; i++)
		if (id32_equal(&next.roots[i], pub))
			return i | WIRE_ROOT_NEW;
	return -1;
}

/* The roots by which the signatures of an entry are checked: those of now, and where it brings others in, those to come. */
static void roots_of(const struct chain *c, const struct wire_roster *e, struct wire_genesis set[2])
{
	set[0] = c->genesis;
	set[1] = c->genesis;
	set[1].n = 0;
	if (e->op == WIRE_ROSTER_ROOTS && wire_roots_get(e->payload, &set[1]) != ERR_OK)
		set[1].n = 0;
}

/* Old roots give away and new ones show that they hold their keys: each has to be enough by itself (chain_check). */
struct proposal_count proposal_count(const struct chain *c, const struct wire_roster *e)
{
	struct wire_genesis set[2];
	struct proposal_count out = {.present_needed = c->genesis.m};

	require(c->begun);
	roots_of(c, e, set);
	if (set[1].n > 0)
		out.next_needed = set[1].m;
	for (unsigned i = 0; i < e->sig_count; i++) {
		const bool is_new = (e->sigs[i].root & WIRE_ROOT_NEW) != 0;

		out.next += is_new && out.next < out.next_needed;
		out.present += !is_new && out.present < out.present_needed;
	}
	return out;
}

static bool signed_by(const struct wire_roster *e, unsigned count, uint8_t root)
{
	require(count <= e->sig_count);
	for (unsigned i = 0; i < count; i++)
		if (e->sigs[i].root == root)
			return true;
	return false;
}

enum err proposal_signers(const struct chain *c, const struct wire_roster *e)
{
	struct wire_genesis set[2];
	bool present = false;

	require(c->begun);
	roots_of(c, e, set);
	for (unsigned i = 0; i < e->sig_count; i++) {
		const uint8_t root = e->sigs[i].root;
		const bool is_new = (root & WIRE_ROOT_NEW) != 0;

		if ((root & ~WIRE_ROOT_NEW) >= set[is_new].n)
			return ERR_DENIED;
		if (signed_by(e, i, root))
			return ERR_EXISTS;
		present = present || !is_new;
	}
	return present ? ERR_OK : ERR_DENIED;
}

/* All of the new ones are right or none joins: so a proposal that is kept never holds a signature that the last root would stumble
 * over. */
enum err proposal_join(const struct chain *c, struct proposal *p, const struct wire_roster *e,
		       unsigned *news)
{
	struct wire_roster all = p->e;
	struct wire_genesis set[2];

	*news = 0;
	roots_of(c, e, set);
	for (unsigned i = 0; i < e->sig_count; i++) {
		const uint8_t root = e->sigs[i].root, no = root & (uint8_t)~WIRE_ROOT_NEW;
		const struct wire_genesis *roots = &set[(root & WIRE_ROOT_NEW) != 0];

		if (signed_by(&all, all.sig_count, root))
			continue;
		require(no < roots->n); /* proposal_signers looked */
		if (!verify_sig(SIGN_ROSTER, &e->signed_bytes, 1, &roots->roots[no],
				e->sigs[i].sig))
			return ERR_CRYPTO;
		require(all.sig_count < 2 * LIMIT_ROOTS); /* no root twice, and so many roots */
		all.sigs[all.sig_count].root = root;
		all.sigs[all.sig_count++].sig = e->sigs[i].sig;
		(*news)++;
	}
	p->e = all;
	return ERR_OK;
}

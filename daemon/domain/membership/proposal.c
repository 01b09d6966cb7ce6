/* SPDX-License-Identifier: EUPL-1.2 */
/* A roster entry on its way to enough signatures.  Roots sign on their own machines, one after the other, and nobody orders
 * them: two proposals may be made for one place, and the first that is complete gets it.  The other is placed again behind it and
 * loses its signatures, for they were over another place. */
#include "domain/membership/proposal.h"

#include "base/check.h"
#include "domain/evidence/audit.h"

enum err proposal_save(struct turn *t, const struct proposal *p)
{
	const struct store_key k = turn_key_id(&p->id);
	struct wr w = arena_wr(t->arena, LIMIT_ROSTER_CARRIED);
	struct msg *m = msg_new(t->arena, MSG_PROPOSAL_RECORD);
	struct span v;
	enum err rc;

	wire_roster_carry(&w, &p->e);
	if (w.over)
		return ERR_NOMEM;
	msg_set_bytes(t->arena, m, PROPOSAL_RECORD_ENTRY, wr_span(&w));
	msg_set_bytes(t->arena, m, PROPOSAL_RECORD_INVITE, span_of(p->invite.b, 16));
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
	return ERR_OK;
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

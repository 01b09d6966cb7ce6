/* SPDX-License-Identifier: EUPL-1.2 */
/* Proposals as partners hand them on.
 *
 *  - Nobody is believed: the entry has to be the next one of our chain by every rule but the number of signatures, and each signature
 *    is checked before it is kept.  What is wrong in one place is refused as a whole.
 *  - What is known costs a look at the table and no signature, so that repeating is cheap for both ends.
 *  - The places of partners' proposals are few, and of one root fewer: who stole one key cannot take those of the others.  Those that were
 *    made here are their administrator's affair and take none. */
#include "domain/news/afar.h"

#include "base/check.h"
#include "domain/evidence/audit.h"
#include "domain/membership/proposal.h"
#include "domain/newcomer/onboard.h"

static_assert(LIMIT_PROPOSALS_ROOT < LIMIT_PROPOSALS, "one root leaves room for another");
static_assert(LIMIT_PROPOSALS < LIMIT_PROPOSALS_TRIED, "all that are open may be news at once");

/* What waits here already. */
struct open {
	struct proposal same; /* the same entry, if found */
	bool found;
	unsigned came;			 /* of partners */
	unsigned signed_by[LIMIT_ROOTS]; /* by each present root, of those of partners */
};

static enum err look(struct turn *t, const struct wire_roster *e, struct open *o)
{
	const struct id32 hash = chain_hash(e);
	struct store_walk w = {.rc = ERR_OK};
	struct proposal p;

	*o = (struct open){.found = false};
	while (proposal_each(t, &w, &p)) {
		const struct id32 its = chain_hash(&p.e);

		if (id32_equal(&its, &hash)) {
			o->found = true;
			o->same = p;
		}
		if (!p.came)
			continue;
		o->came++;
		for (unsigned i = 0; i < p.e.sig_count; i++)
			if (p.e.sigs[i].root < LIMIT_ROOTS)
				o->signed_by[p.e.sigs[i].root]++;
	}
	return w.rc;
}

/* Does one of its roots have a place left?  One that has none can still sign what another proposed. */
static bool has_place(const struct open *o, const struct wire_roster *e)
{
	if (o->came >= LIMIT_PROPOSALS)
		return false;
	for (unsigned i = 0; i < e->sig_count; i++)
		if (e->sigs[i].root < LIMIT_ROOTS &&
		    o->signed_by[e->sigs[i].root] < LIMIT_PROPOSALS_ROOT)
			return true;
	return false;
}

/* The entry joins, or waits on. */
static enum err settle_one(struct turn *t, const struct chain *c, struct proposal *p,
			   struct afar_taken *out)
{
	struct chain after = *c; /* chain_check moves it on */
	struct chain_change change = {.quorum = false};
	struct err_text why;
	bool fork;

	if (proposal_carried(t, p, &out->whole) != ERR_OK)
		return ERR_NOMEM;
	out->complete = chain_check(&after, &p->e, &change, &why) == ERR_OK;
	return out->complete ? roster_apply(t, out->whole, &fork) : proposal_save(t, p);
}

enum err afar_take(struct turn *t, struct span carried, struct afar_taken *out)
{
	struct wire_roster e;
	struct chain c;
	struct open o;
	struct id32 hash;
	unsigned news;
	enum err rc = wire_roster_get(carried, &e);

	*out = (struct afar_taken){.news = false};
	if (rc == ERR_OK)
		rc = roster_chain(t, &c);
	if (rc == ERR_OK)
		rc = chain_follows(&c, &e);
	if (rc == ERR_OK)
		rc = proposal_signers(&c, &e);
	if (rc == ERR_OK)
		rc = look(t, &e, &o);
	if (rc == ERR_OK && !o.found) {
		hash = chain_hash(&e);
		o.same = (struct proposal){.came = true, .e = e};
		o.same.e.sig_count = 0; /* they join below, each looked at */
		memcpy(o.same.id.b, hash.b, sizeof o.same.id.b);
		rc = has_place(&o, &e) ? ERR_OK : ERR_LIMIT;
	}
	if (rc == ERR_OK)
		rc = proposal_join(&c, &o.same, &e, &news);
	if (rc != ERR_OK || news == 0)
		return rc;
	out->news = true;
	out->id = o.same.id;
	/* the entry, or the row: only then the log, which says what is here */
	rc = settle_one(t, &c, &o.same, out);
	if (rc == ERR_OK && !o.found)
		rc = audit_add(t,
			       &(struct audit_entry){.event = AUDIT_ROSTER, .detail = "proposal"});
	return rc;
}

/* So much of one partner is looked into within a minute; what it repeats comes again. */
static bool may_try(struct turn *t, struct conn *c)
{
	if (c->proposals == 0 || t->mono_ms >= c->proposals_mono_ms + LIMIT_PROPOSALS_MS) {
		c->proposals = 0;
		c->proposals_mono_ms = t->mono_ms;
	}
	return c->proposals < LIMIT_PROPOSALS_TRIED;
}

/* One that is not the next is no misbehaviour: one of the two ends is behind. */
enum err afar_part(struct turn *t, struct peer *from, struct span carried, struct afar_taken *out)
{
	struct conn *c = state_conn(t->node, from);
	enum err rc = ERR_LIMIT;

	*out = (struct afar_taken){.news = false};
	if (may_try(t, c)) {
		rc = afar_take(t, carried, out);
		c->proposals += rc != ERR_STALE && (rc != ERR_OK || out->news);
	}
	if (rc == ERR_OK || rc == ERR_STALE)
		return ERR_OK;
	if (err_fatal(rc))
		return rc;
	*out = (struct afar_taken){.news = false};
	t->node->frames_refused += rc == ERR_MALFORMED || rc == ERR_CRYPTO;
	held_note(&t->node->held, from->no, HELD_PROPOSALS, 1, t->wall_ms);
	return ERR_OK;
}

/* Those that a partner would take, in order: signed, in their place still, and of no root more than has a place there. */
struct saying {
	struct store_walk w;
	unsigned count, signed_by[LIMIT_ROOTS];
};

static bool next_said(struct turn *t, const struct chain *c, struct saying *s, struct proposal *p)
{
	while (s->count < LIMIT_PROPOSALS && proposal_each(t, &s->w, p)) {
		bool place = false;

		if (chain_follows(c, &p->e) != ERR_OK || proposal_signers(c, &p->e) != ERR_OK)
			continue;
		for (unsigned i = 0; i < p->e.sig_count; i++)
			if (p->e.sigs[i].root < LIMIT_ROOTS)
				place = s->signed_by[p->e.sigs[i].root]++ < LIMIT_PROPOSALS_ROOT ||
					place;
		s->count += place;
		if (place)
			return true;
	}
	return false;
}

enum err afar_says(struct turn *t, const struct id16 *id, bool *yes)
{
	struct saying s = {.count = 0};
	struct proposal p;
	struct chain c;
	const enum err rc = roster_chain(t, &c);

	*yes = false;
	while (rc == ERR_OK && !*yes && next_said(t, &c, &s, &p))
		*yes = id16_equal(&p.id, id);
	return rc == ERR_OK ? s.w.rc : rc;
}

enum err afar_say(struct turn *t, uint32_t said, struct wr *parts, uint16_t *count)
{
	struct saying s = {.count = 0};
	struct span whole;
	struct proposal p;
	struct chain c;
	unsigned n = 0, at;
	enum err rc = ERR_OK;

	if (store_count(t->txn, STORE_PROPOSAL) == 0)
		return ERR_OK; /* as on most days */
	rc = roster_chain(t, &c);
	if (rc != ERR_OK)
		return rc;
	while (next_said(t, &c, &s, &p))
		n++;
	if (s.w.rc != ERR_OK || n == 0)
		return s.w.rc;
	at = said % n; /* each gets its turn, however far apart questions are */
	s = (struct saying){.count = 0};
	while (next_said(t, &c, &s, &p) && at > 0)
		at--;
	if (s.w.rc == ERR_OK)
		s.w.rc = proposal_carried(t, &p, &whole);
	if (s.w.rc != ERR_OK || parts->len + WIRE_PART_HEAD + whole.len > parts->cap)
		return s.w.rc;
	wire_part_put(parts, WIRE_PART_PROPOSAL, whole);
	(*count)++;
	return ERR_OK;
}

/* Is this very entry in the roster? */
static enum err joined(struct turn *t, const struct chain *c, const struct wire_roster *e,
		       bool *yes)
{
	const struct id32 hash = chain_hash(e);
	struct wire_roster there;
	struct id32 its;
	struct span v;
	enum err rc;

	*yes = false;
	if (e->seq > c->seq)
		return ERR_OK;
	rc = roster_entry(t, e->seq, &v);
	if (rc == ERR_OK)
		rc = wire_roster_get(v, &there);
	if (rc != ERR_OK)
		return err_fatal(rc) ? rc : ERR_CORRUPT;
	its = chain_hash(&there);
	*yes = id32_equal(&its, &hash);
	return ERR_OK;
}

enum err afar_settle(struct turn *t)
{
	struct store_walk w = {.rc = ERR_OK};
	struct proposal p;
	struct chain c;
	enum err rc = t->unsettled ? roster_chain(t, &c) : ERR_OK;

	if (rc != ERR_OK || !t->unsettled)
		return rc;
	while (proposal_each(t, &w, &p)) {
		bool in;

		w.rc = joined(t, &c, &p.e, &in);
		if (w.rc != ERR_OK)
			break;
		if (in || (p.came && chain_follows(&c, &p.e) != ERR_OK))
			w.rc = proposal_drop(t, &p);
		if (w.rc == ERR_OK && in && !bytes_zero(p.invite.b, 16))
			w.rc = onboard_approved(t, &p.invite);
	}
	return w.rc;
}

enum err afar_waiting(struct turn *t, unsigned *count)
{
	struct store_walk w = {.rc = ERR_OK};
	struct proposal p;

	require(count != NULL);
	*count = 0;
	while (proposal_each(t, &w, &p))
		(*count)++;
	return w.rc;
}

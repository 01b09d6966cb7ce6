/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Entries that wait for the signatures of roots: shown, fetched for signing, signed, and added when there are enough.
 */
#include "domain/admin/approve.h"

#include "base/check.h"
#include "crypto/verify.h"
#include "domain/documents/thread.h"
#include "domain/exchange/quota.h"
#include "domain/membership/names.h"
#include "domain/membership/proposal.h"
#include "domain/news/afar.h"
#include "domain/news/spread.h"
#include "domain/page.h"
#include "domain/people/fits.h"
#include "domain/referral/calendar.h"
#include "domain/views/proposals.h"

enum { SHOWN_LEN = 8 }; /* hexadecimal digits of an id that people type */
static_assert(12 + SHOWN_LEN < 33, "what people type is part of the id in hexadecimal");

enum err admin_approve_list(struct turn *t, const struct msg *req, struct msg *reply)
{
	(void)req;
	return view_proposals(t, reply);
}

/* By a unique part of the id's random end, which the list shows. */
static enum err find(struct turn *t, const char *text, struct proposal *out)
{
	struct store_walk w = {.rc = ERR_OK};
	struct fits f = {0};
	struct store_key k;
	struct id16 id;

	require(text != NULL && out != NULL);
	while (store_each(t->txn, STORE_PROPOSAL, span_of(NULL, 0), &w)) {
		if (w.row.key.len != 16)
			return ERR_CORRUPT;
		memcpy(id.b, w.row.key.p, 16);
		fits_try(&f, &id, text);
	}
	if (w.rc != ERR_OK)
		return w.rc;
	if (f.count > 1)
		return turn_refuse_with(t, ERR_NOTFOUND, REFUSAL_PROPOSAL_SEVERAL,
					say_text("ids", f.ids));
	if (f.count == 0)
		return turn_refuse(t, ERR_NOTFOUND, REFUSAL_PROPOSAL_UNKNOWN);
	k = turn_key_id(&f.first);
	return proposal_read(t, &k, out);
}

/* Bytes for a signature on another machine: a root signs where its key is, never here. */
enum err admin_approve_get(struct turn *t, const struct msg *req, struct msg *reply)
{
	struct proposal p;
	struct span whole;
	struct chain c;
	bool moved;
	enum err rc = find(t, msg_text(req, BY_ID_ID), &p);

	if (rc == ERR_OK)
		rc = roster_chain(t, &c);
	if (rc == ERR_OK)
		rc = proposal_rebase(t, &c, &p, &moved);
	if (rc == ERR_OK)
		rc = view_proposal(t, &p, &c, reply);
	if (rc == ERR_OK)
		rc = proposal_carried(t, &p, &whole);
	if (rc == ERR_OK)
		msg_set_bytes(t->arena, reply, REPLY_BLOB, whole);
	return rc;
}

/* Checked here although the chain checks all of them again: a bad one that was kept would be found only when the last root has
 * signed, and nobody would know whose it is. */
static enum err add_signature(struct turn *t, const struct chain *c, struct proposal *p,
			      struct span pub, struct span sig)
{
	struct id32 key;
	int root;

	require(p->e.sig_count <= 2 * LIMIT_ROOTS);
	if (pub.len != 32 || sig.len != SIGN_LEN)
		return turn_refuse(t, ERR_INVAL, REFUSAL_SIGNATURE_MALFORMED);
	memcpy(key.b, pub.p, 32);
	root = proposal_root(c, &p->e, &key);
	if (root < 0)
		return turn_refuse(t, ERR_DENIED, REFUSAL_SIGNATURE_OF_NO_ROOT);
	if (!verify_sig(SIGN_ROSTER, &p->e.signed_bytes, 1, &key, sig.p))
		return turn_refuse(t, ERR_CRYPTO, REFUSAL_SIGNATURE_WRONG);
	for (unsigned i = 0; i < p->e.sig_count; i++)
		if (p->e.sigs[i].root == (uint8_t)root)
			return turn_refuse(t, ERR_EXISTS, REFUSAL_ROOT_SIGNED_ALREADY);
	if (p->e.sig_count == 2 * LIMIT_ROOTS)
		return ERR_FULL;
	p->e.sigs[p->e.sig_count].root = (uint8_t)root;
	p->e.sigs[p->e.sig_count++].sig = sig.p;
	return ERR_OK;
}

/* Complete: the same way in as an entry that came in a file; the proposal goes at the end of the turn, and the newcomer that waits for
 * it is answered (afar_settle).  Else it waits, here and at the nodes of the other roots. */
static enum err keep(struct turn *t, const struct proposal *p, bool complete)
{
	struct span whole;
	bool fork, said = false;
	enum err rc = proposal_carried(t, p, &whole);

	if (rc != ERR_OK)
		return rc;
	if (complete)
		return roster_apply(t, whole, &fork);
	rc = proposal_save(t, p);
	if (rc == ERR_OK)
		rc = afar_says(t, &p->id, &said);
	return rc == ERR_OK && said ? spread_proposal(t, whole) : rc;
}

/* In a file, from a machine that no node runs on: as a partner would have handed it on, and each thing that is wrong with it is said. */
static enum err refuse_brought(struct turn *t, const struct chain *c, const struct wire_roster *e,
			       enum err rc)
{
	const struct id32 hash = chain_hash(e);

	if (!id16_equal(&e->fed_id, &c->fed_id))
		return turn_refuse(t, rc, REFUSAL_ROSTER_OF_ANOTHER_FEDERATION);
	if (rc == ERR_STALE && e->seq > c->seq + 1)
		return turn_refuse_with(t, rc, REFUSAL_ROSTER_ENTRY_OUT_OF_ORDER,
					say_number("entry", e->seq));
	if (rc == ERR_STALE)
		return turn_refuse(t, rc,
				   id32_equal(&hash, &c->head) ? REFUSAL_PROPOSAL_IN_ROSTER
							       : REFUSAL_PROPOSAL_OVERTAKEN);
	if (rc == ERR_DENIED)
		return turn_refuse(t, rc, REFUSAL_SIGNATURE_OF_NO_ROOT);
	if (rc == ERR_EXISTS)
		return turn_refuse(t, rc, REFUSAL_ROOT_SIGNED_ALREADY);
	if (rc == ERR_CRYPTO)
		return turn_refuse(t, rc, REFUSAL_SIGNATURE_WRONG);
	return rc;
}

static enum err bring(struct turn *t, struct span carried, struct msg *reply)
{
	struct proposal p = {.came = false};
	struct afar_taken taken;
	struct wire_roster e;
	struct chain c;
	bool said = false;
	enum err rc = roster_chain(t, &c);

	if (rc != ERR_OK)
		return rc;
	if (!c.begun)
		return turn_refuse(t, ERR_STATE, REFUSAL_ROSTER_MISSING);
	if (wire_roster_get(carried, &e) != ERR_OK)
		return turn_refuse(t, ERR_MALFORMED, REFUSAL_ROSTER_ENTRY_UNREADABLE);
	if (e.sig_count == 0)
		return turn_refuse(t, ERR_INVAL, REFUSAL_PROPOSAL_UNSIGNED);
	rc = afar_take(t, carried, &taken);
	if (rc == ERR_OK && !taken.news)
		rc = ERR_EXISTS;
	if (rc != ERR_OK)
		return refuse_brought(t, &c, &e, rc);
	p.id = taken.id;
	rc = wire_roster_get(taken.whole, &p.e);
	if (rc == ERR_OK)
		rc = view_proposal(t, &p, &c, reply);
	if (rc == ERR_OK && !taken.complete)
		rc = afar_says(t, &p.id, &said);
	msg_set_u64(reply, REPLY_COUNT, taken.complete);
	return rc == ERR_OK && said ? spread_proposal(t, taken.whole) : rc;
}

/* An entry that was added first makes the signatures that were given worthless: whoever signs next is told at once. */
enum err admin_approve_sign(struct turn *t, const struct msg *req, struct msg *reply)
{
	struct chain c, after;
	struct chain_change change = {.quorum = false};
	struct err_text why;
	struct proposal p;
	bool moved = false, done;
	enum err rc;

	if (msg_has(req, APPROVE_SIGN_CARRIED))
		return bring(t, msg_bytes(req, APPROVE_SIGN_CARRIED), reply);
	rc = find(t, msg_text(req, APPROVE_SIGN_ID), &p);
	if (rc == ERR_OK)
		rc = roster_chain(t, &c);
	if (rc == ERR_OK)
		rc = proposal_rebase(t, &c, &p, &moved);
	if (rc != ERR_OK)
		return rc;
	if (moved)
		return turn_refuse(t, ERR_STALE, REFUSAL_PROPOSAL_MOVED);
	rc = add_signature(t, &c, &p, msg_bytes(req, APPROVE_SIGN_KEY),
			   msg_bytes(req, APPROVE_SIGN_SIG));
	if (rc != ERR_OK)
		return rc;
	/* on a copy: chain_check moves it on, and the row of the reply is counted by the chain before */
	after = c;
	done = chain_check(&after, &p.e, &change, &why) == ERR_OK;
	rc = keep(t, &p, done);
	if (rc == ERR_OK)
		rc = view_proposal(t, &p, &c, reply);
	msg_set_u64(reply, REPLY_COUNT, done);
	return rc;
}

/* Who is meant, and how many people's referrals wait there. */
static enum err about(struct turn *t, const struct peer *p, struct msg *reply)
{
	struct msg *row = msg_add(t->arena, reply, REPLY_PARTNERS);
	uint64_t open = 0;
	enum err rc = ERR_NOTFOUND;

	for (uint8_t role = THREAD_SENDER; role <= THREAD_RECEIVER && rc == ERR_NOTFOUND; role++) {
		struct quota_place at = {.case_id = {{0}}};

		while ((rc = quota_next_open(t, p->no, role, &at)) == ERR_OK)
			open++;
	}
	msg_set_text(t->arena, row, PARTNER_ROW_NAME, p->org);
	msg_set_u64(row, PARTNER_ROW_OPEN_REFERRALS, open);
	return rc == ERR_NOTFOUND ? ERR_OK : rc;
}

/* Its partners have until then to take back what they told it, and to hear its answers. */
static enum err from_day(struct turn *t, uint64_t date_ms, uint64_t *from_s)
{
	const char *here = t->node->country;
	const int64_t today = calendar_day(here, t->wall_ms), day = calendar_day(here, date_ms);

	if (day <= today)
		return turn_refuse(t, ERR_INVAL, REFUSAL_DATE_TOO_EARLY);
	if (day > today + LIMIT_DATE_DAYS)
		return turn_refuse(t, ERR_INVAL, REFUSAL_DATE_TOO_FAR);
	*from_s = calendar_noon(here, date_ms) / 1000;
	return ERR_OK;
}

/* Removing, suspending and letting back in are proposals: no single root decides. */
enum err admin_propose(struct turn *t, const struct msg *req, struct msg *reply)
{
	const char *op = msg_text(req, PROPOSE_OP);
	struct wr w = arena_wr(t->arena, 64);
	struct wire_remove r = {.reason = 1, .effective_s = t->wall_ms / 1000};
	uint8_t wire_op = WIRE_ROSTER_RENEW;
	struct peer *p;
	struct id16 id;
	char hex[33];
	enum err rc;

	if (strcmp(op, "renew") != 0) {
		rc = names_find(t, msg_text(req, PROPOSE_PARTNER), &p);
		if (rc == ERR_OK && strcmp(op, "lift") != 0)
			rc = about(t, p, reply);
		if (rc != ERR_OK)
			return rc;
		wire_op = strcmp(op, "remove") == 0 ? WIRE_ROSTER_REMOVE : WIRE_ROSTER_SUSPEND;
		if (strcmp(op, "remove") == 0 && msg_u64(req, PROPOSE_DATE_MS) != 0)
			rc = from_day(t, msg_u64(req, PROPOSE_DATE_MS), &r.effective_s);
		if (rc != ERR_OK)
			return rc;
		if (strcmp(op, "lift") == 0)
			r.reason = WIRE_SUSPEND_LIFT;
		r.node = p->node_id;
		wire_remove_put(&w, &r);
	}
	rc = proposal_make(t, wire_op, wr_span(&w), NULL, &id);
	if (rc != ERR_OK)
		return rc;
	bytes_hex(hex, id.b, 16);
	hex[12 + SHOWN_LEN] = '\0';
	msg_set_text(t->arena, reply, REPLY_PROPOSAL, hex + 12);
	return ERR_OK;
}

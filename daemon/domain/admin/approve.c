/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Entries that wait for the signatures of roots: shown, fetched for signing, signed, and added when there are enough.
 */
#include "domain/admin/approve.h"

#include "base/check.h"
#include "crypto/identity.h"
#include "crypto/verify.h"
#include "domain/documents/thread.h"
#include "domain/exchange/quota.h"
#include "domain/membership/names.h"
#include "domain/membership/proposal.h"
#include "domain/newcomer/onboard.h"
#include "domain/page.h"
#include "domain/referral/calendar.h"
#include "domain/views/fits.h"

enum { SHOWN_LEN = 8 }; /* hexadecimal digits of an id that people type */
static_assert(12 + SHOWN_LEN < 33, "what people type is part of the id in hexadecimal");
static_assert(LIMIT_ROOTS <= WIRE_ROOT_NEW,
	      "a root's place and the mark of a new one share a byte");

/* What a root decides by: whom it is about, by which fingerprint, and how that was made sure.  Two organisations may have
 * names that look the same; their fingerprints differ. */
static enum err row(struct turn *t, const struct proposal *p, const struct chain *c,
		    struct msg *reply)
{
	struct msg *m = msg_add(t->arena, reply, REPLY_PROPOSALS);
	char hex[33], print[IDENTITY_FINGERPRINT_LEN];
	struct wire_add add;
	struct wire_node node;
	struct wire_remove rem;
	const struct peer *peer;

	bytes_hex(hex, p->id.b, 16);
	msg_set_text(t->arena, m, PROPOSAL_ROW_ID, hex);
	msg_set_text(t->arena, m, PROPOSAL_ROW_OP, chain_op_name(p->e.op));
	msg_set_u64(m, PROPOSAL_ROW_SEQ, p->e.seq);
	msg_set_u64(m, PROPOSAL_ROW_SIGNATURES, p->e.sig_count);
	msg_set_u64(m, PROPOSAL_ROW_NEEDED, c->genesis.m);
	if (p->e.op == WIRE_ROSTER_ADD && wire_add_get(p->e.payload, &add) == ERR_OK &&
	    wire_node_get(add.node, &node) == ERR_OK) {
		identity_fingerprint(print, &node.node);
		msg_set_text(t->arena, m, PROPOSAL_ROW_SUBJECT, add.org);
		msg_set_text(t->arena, m, PROPOSAL_ROW_FINGERPRINT, print);
		msg_set_text(t->arena, m, PROPOSAL_ROW_VERIFIED, add.verified_by);
	} else if (wire_remove_get(p->e.payload, &rem) == ERR_OK) {
		peer = state_peer_by_id(t->node, &rem.node);
		identity_fingerprint(print, &rem.node);
		msg_set_text(t->arena, m, PROPOSAL_ROW_SUBJECT, peer == NULL ? "?" : peer->org);
		msg_set_text(t->arena, m, PROPOSAL_ROW_FINGERPRINT, print);
		/* it travels as a suspension; people read what it does */
		if (rem.reason == WIRE_SUSPEND_LIFT)
			msg_set_text(t->arena, m, PROPOSAL_ROW_OP, "lift");
	}
	return ERR_OK;
}

/* A damaged proposal is named and passed over: it must not hide those that can still be signed. */
enum err admin_approve_list(struct turn *t, const struct msg *req, struct msg *reply)
{
	struct store_walk w = {.rc = ERR_OK};
	struct chain c;
	enum err rc = roster_chain(t, &c);

	(void)req;
	if (rc != ERR_OK)
		return rc;
	while (store_each(t->txn, STORE_PROPOSAL, span_of(NULL, 0), &w)) {
		struct store_key k = {.len = 0};
		struct proposal p;

		key_put(&k, w.row.key.p, w.row.key.len);
		rc = proposal_read(t, &k, &p);
		if (!turn_room(reply, REPLY_PROPOSALS))
			return ERR_OK;
		if (page_damaged(t, rc, STORE_PROPOSAL, key_span(&k), reply))
			continue;
		w.rc = rc == ERR_OK ? row(t, &p, &c, reply) : rc;
	}
	return w.rc;
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
	struct wr w = arena_wr(t->arena, LIMIT_ROSTER_CARRIED);
	struct proposal p;
	struct chain c;
	bool moved;
	enum err rc = find(t, msg_text(req, BY_ID_ID), &p);

	if (rc == ERR_OK)
		rc = roster_chain(t, &c);
	if (rc == ERR_OK)
		rc = proposal_rebase(t, &c, &p, &moved);
	if (rc == ERR_OK)
		rc = row(t, &p, &c, reply);
	if (rc != ERR_OK)
		return rc;
	wire_roster_carry(&w, &p.e);
	if (w.over)
		return ERR_NOMEM;
	msg_set_bytes(t->arena, reply, REPLY_BLOB, wr_span(&w));
	return ERR_OK;
}

/* Which root is this?  For ROTATE_ROOTS also one of those to come. */
static int root_of(const struct chain *c, const struct wire_roster *e, const struct id32 *pub)
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
	root = root_of(c, &p->e, &key);
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

/* The same way in as an entry that came in a file (roster_apply).  The proposal goes in the same turn, so that nobody signs it
 * again, and the newcomer that waits for it is answered. */
static enum err complete(struct turn *t, const struct proposal *p)
{
	const struct store_key k = turn_key_id(&p->id);
	struct wr w = arena_wr(t->arena, LIMIT_ROSTER_CARRIED);
	bool fork;
	enum err rc;

	wire_roster_carry(&w, &p->e);
	if (w.over)
		return ERR_NOMEM;
	rc = roster_apply(t, wr_span(&w), &fork);
	if (rc == ERR_OK)
		rc = store_del(t->txn, STORE_PROPOSAL, key_span(&k));
	if (rc == ERR_OK && !bytes_zero(p->invite.b, 16))
		rc = onboard_approved(t, &p->invite);
	return rc;
}

/* An entry that was added first makes the signatures that were given worthless: whoever signs next is told at once. */
enum err admin_approve_sign(struct turn *t, const struct msg *req, struct msg *reply)
{
	struct chain c, after;
	struct chain_change change = {.quorum = false};
	struct err_text why;
	struct proposal p;
	bool moved = false, done;
	enum err rc = find(t, msg_text(req, APPROVE_SIGN_ID), &p);

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
	rc = done ? complete(t, &p) : proposal_save(t, &p);
	if (rc == ERR_OK)
		rc = row(t, &p, &c, reply);
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

	if (day <= today || day > today + LIMIT_DATE_DAYS)
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

/* SPDX-License-Identifier: EUPL-1.2 */
/* What the roots are asked to sign, as it is shown: out of the bytes that are signed, and the roster. */
#include "domain/views/proposals.h"

#include "base/check.h"
#include "crypto/identity.h"
#include "domain/page.h"
#include "domain/referral/deadline.h"

/* What a root decides by: whom it is about, by which fingerprint, and how that was made sure.  Two organisations may have
 * names that look the same; their fingerprints differ. */
enum err view_proposal(struct turn *t, const struct proposal *p, const struct chain *c,
		       struct msg *reply)
{
	const struct proposal_count have = proposal_count(c, &p->e);
	struct msg *m = msg_add(t->arena, reply, REPLY_PROPOSALS);
	char hex[33], print[IDENTITY_FINGERPRINT_LEN], day[DATE_TEXT];
	struct wire_add add;
	struct wire_node node;
	struct wire_remove rem;
	const struct peer *peer;

	require(have.present <= have.present_needed && have.next <= have.next_needed);
	bytes_hex(hex, p->id.b, 16);
	msg_set_text(t->arena, m, PROPOSAL_ROW_ID, hex);
	msg_set_text(t->arena, m, PROPOSAL_ROW_OP, chain_op_name(p->e.op));
	msg_set_u64(m, PROPOSAL_ROW_SEQ, p->e.seq);
	msg_set_u64(m, PROPOSAL_ROW_SIGNATURES, have.present);
	msg_set_u64(m, PROPOSAL_ROW_NEEDED, have.present_needed);
	if (have.next_needed > 0) {
		msg_set_u64(m, PROPOSAL_ROW_NEW_SIGNATURES, have.next);
		msg_set_u64(m, PROPOSAL_ROW_NEW_NEEDED, have.next_needed);
	}
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
		if (p->e.op == WIRE_ROSTER_REMOVE && rem.effective_s > p->e.time_s) {
			deadline_day(t->node->country, rem.effective_s * 1000, day);
			msg_set_text(t->arena, m, PROPOSAL_ROW_FROM_DAY, day);
		}
		/* it travels as a suspension; people read what it does */
		if (rem.reason == WIRE_SUSPEND_LIFT)
			msg_set_text(t->arena, m, PROPOSAL_ROW_OP, "lift");
	}
	return ERR_OK;
}

/* A damaged proposal is named and passed over: it must not hide those that can still be signed. */
enum err view_proposals(struct turn *t, struct msg *reply)
{
	struct store_walk w = {.rc = ERR_OK};
	struct chain c;
	enum err rc = roster_chain(t, &c);

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
		w.rc = rc == ERR_OK ? view_proposal(t, &p, &c, reply) : rc;
	}
	return w.rc;
}

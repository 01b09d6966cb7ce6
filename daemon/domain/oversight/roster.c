/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The roster as it is signed: entries in their order and none summed up, since two people who compare it by
 * phone must read the same.  What became of a member is in the list of partners.
 */
#include "domain/oversight/roster.h"

#include "domain/membership/roster.h"

/* The hash is what people compare with other nodes; a fork stands beside the entry that has one. */
static void list_row(struct turn *t, const struct wire_roster *e, struct msg *reply)
{
	const struct id32 hash = chain_hash(e);
	struct msg *m = msg_add(t->arena, reply, REPLY_ROSTER);
	struct wire_add add;
	struct wire_remove rem;
	const struct peer *p;
	struct span proof;
	char hex[65];

	bytes_hex(hex, hash.b, 32);
	msg_set_u64(m, ROSTER_ROW_SEQ, e->seq);
	msg_set_text(t->arena, m, ROSTER_ROW_OP, chain_op_name(e->op));
	if (e->op == WIRE_ROSTER_ADD && wire_add_get(e->payload, &add) == ERR_OK)
		msg_set_text(t->arena, m, ROSTER_ROW_SUBJECT, add.org);
	if ((e->op == WIRE_ROSTER_REMOVE || e->op == WIRE_ROSTER_SUSPEND) &&
	    wire_remove_get(e->payload, &rem) == ERR_OK) {
		p = state_peer_by_id(t->node, &rem.node);
		msg_set_text(t->arena, m, ROSTER_ROW_SUBJECT, p == NULL ? "?" : p->org);
	}
	msg_set_u64(m, ROSTER_ROW_AT_S, e->time_s);
	msg_set_text(t->arena, m, ROSTER_ROW_HASH, hex);
	msg_set_u64(m, ROSTER_ROW_SIGNATURES, e->sig_count);
	msg_set_u64(m, ROSTER_ROW_VALID_UNTIL_S, e->valid_until_s);
	if (roster_fork_proof(t, e->seq, &proof) == ERR_OK)
		msg_set_u64(m, ROSTER_ROW_FORKED, 1);
}

/* In their order, so that two nodes can be compared entry by entry. */
enum err view_roster(struct turn *t, const struct msg *req, struct msg *reply)
{
	struct store_walk w = {.rc = ERR_OK};
	struct wire_roster e;

	(void)req;
	if (t->node->roster_seq > LIMIT_LIST_ROWS) { /* the newest: those are looked at */
		w.at = turn_key_u64(t->node->roster_seq - LIMIT_LIST_ROWS);
		msg_set_u64(reply, REPLY_TRUNCATED, 1);
	}
	while (roster_each(t, &w, &e))
		list_row(t, &e, reply);
	return w.rc;
}

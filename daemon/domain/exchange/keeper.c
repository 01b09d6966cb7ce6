/* SPDX-License-Identifier: EUPL-1.2 */
/* Two partners keep the checkpoints of a node's audit log and the list of its erasures.  Nobody chooses them: in order of
 * node id, as on a ring, they are the two active members that follow.  So everybody knows who keeps whose, and a node
 * that lost its disk knows whom to ask. */
#include "domain/exchange/keeper.h"

enum { KEEPERS = 2 };

static bool below(const struct id32 *a, const struct id32 *b)
{
	return memcmp(a->b, b->b, sizeof a->b) < 0;
}

/* Going up from here, and on from the lowest id after the highest: does q come before p? */
static bool comes_before(const struct id32 *here, const struct id32 *q, const struct id32 *p)
{
	if (below(p, here)) /* the way to p goes over the end */
		return below(here, q) || below(q, p);
	return below(here, q) && below(q, p);
}

/* Of two nodes, one of them this one: is `to` among those that follow `from`?  p is the other one. */
static bool follows(const struct turn *t, const struct peer *p, const struct id32 *from,
		    const struct id32 *to)
{
	const struct node *n = t->node;
	unsigned between = 0;

	if (p->self || !p->active)
		return false;
	for (size_t i = 0; i < n->peer_count; i++) {
		const struct peer *q = &n->peers[i];

		if (!q->self && q->active && q != p)
			between += comes_before(from, &q->node_id, to);
	}
	return between < KEEPERS;
}

bool keeper_is(const struct turn *t, const struct peer *p)
{
	return follows(t, p, &t->node->node_id, &p->node_id);
}

bool keeper_of(const struct turn *t, const struct peer *p)
{
	return follows(t, p, &p->node_id, &t->node->node_id);
}

const struct peer *keeper_next(const struct turn *t, size_t *at)
{
	while (*at < t->node->peer_count) {
		const struct peer *p = &t->node->peers[(*at)++];

		if (p->conn.up && keeper_is(t, p))
			return p;
	}
	return NULL;
}

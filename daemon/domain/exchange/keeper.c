/* SPDX-License-Identifier: EUPL-1.2 */
#include "domain/exchange/keeper.h"

enum { WITNESSES = 2 };

/* The two partners that follow us in order of node id: everybody knows who keeps whose. */
bool keeper_is(const struct turn *t, const struct peer *p)
{
	const struct node *n = t->node;
	unsigned between = 0;

	if (p->self || !p->active)
		return false;
	for (size_t i = 0; i < n->peer_count; i++) {
		const struct peer *q = &n->peers[i];
		const bool wraps = memcmp(p->node_id.b, n->node_id.b, 32) < 0;
		const bool after = memcmp(q->node_id.b, n->node_id.b, 32) > 0;
		const bool before_p = memcmp(q->node_id.b, p->node_id.b, 32) < 0;

		if (q->self || !q->active || q == p)
			continue;
		between += wraps ? after || before_p : after && before_p;
	}
	return between < WITNESSES;
}

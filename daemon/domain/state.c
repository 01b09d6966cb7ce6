/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Partners and their connections in memory.  A connection that a turn touches is saved first: an aborted turn leaves it as
 * it was.
 */
#include "domain/state.h"

#include "base/check.h"

#include <string.h>

/* A number that nobody has is no fault here: it may come from a row that is damaged, or from a roster that is newer; the caller
 * knows which. */
struct peer *state_peer(struct node *n, uint16_t no)
{
	require(n->peers != NULL || n->peer_count == 0);
	return no == 0 || no > n->peer_count ? NULL : &n->peers[no - 1];
}

struct peer *state_peer_by_id(struct node *n, const struct id32 *node_id)
{
	for (size_t i = 0; i < n->peer_count; i++)
		if (id32_equal(&n->peers[i].node_id, node_id))
			return &n->peers[i];
	return NULL;
}

struct conn *state_conn(struct node *n, struct peer *p)
{
	require(p != NULL);
	(void)n;
	if (!p->saved) {
		p->saved = true;
		p->before = p->conn;
		p->owes_before = p->owes;
		p->heard_before = p->heard_ms;
		p->key_before = p->key_ms;
	}
	return &p->conn;
}

/* Only what state_conn saved: keys that came between turns are no part of it and stay. */
void state_put_back(struct peer *p)
{
	require(p != NULL);
	if (!p->saved)
		return;
	p->saved = false;
	p->conn = p->before;
	p->owes = p->owes_before;
	p->heard_ms = p->heard_before;
	p->key_ms = p->key_before;
}

/* SPDX-License-Identifier: EUPL-1.2 */
#include "domain/state.h"

#include <string.h>

struct peer *state_peer(struct node *n, uint16_t no)
{
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
	(void)n;
	if (!p->saved) {
		p->saved = true;
		p->before = p->conn;
	}
	return &p->conn;
}

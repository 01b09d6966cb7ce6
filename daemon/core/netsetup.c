/* SPDX-License-Identifier: EUPL-1.2 */
/* What net must know, and nothing more: its transport key once, and for each partner a number, a transport key and an
 * address.  Names, signing keys and standing stay in core.  A long list goes in several messages; net uses it when the last
 * has come. */
#include "core/netsetup.h"

#include <string.h>

#include "base/check.h"
#include "base/log/log.h"
#include "crypto/secret.h"
#include "proto/msg.h"

enum { SETUP_PEERS = 200 /* in one message to net */ };
static_assert(SETUP_PEERS <= LIMIT_PB_REPEATED, "one message may carry as many");

/* Of two members with one transport key net is told the one that is in order. */
static bool shadowed(const struct node *n, const struct peer *p)
{
	for (size_t i = 0; p->conflict && i < n->peer_count; i++) {
		const struct peer *q = &n->peers[i];

		if (q != p && q->admitted && id32_equal(&q->tk_pub, &p->tk_pub))
			return true;
	}
	return false;
}

/* Partners from *at on, as many as one message holds. */
static void setup_peers(const struct netsetup *s, struct arena *a, struct msg *m, size_t *at)
{
	struct node *n = engine_node(s->engine);
	/* a newcomer dials everybody */
	const bool member = state_peer_by_id(n, &n->node_id) != NULL;

	require(*at <= n->peer_count);
	for (; *at < n->peer_count && msg_count(m, NET_SETUP_PEERS) < SETUP_PEERS; (*at)++) {
		const struct peer *p = &n->peers[*at];
		struct msg *row;

		if (p->self || !p->admitted || shadowed(n, p))
			continue;
		row = msg_add(a, m, NET_SETUP_PEERS);
		msg_set_u64(row, NET_PEER_PEER, p->no);
		msg_set_bytes(a, row, NET_PEER_TRANSPORT_PUB, span_of(p->tk_pub.b, 32));
		msg_set_bytes(a, row, NET_PEER_NODE_ID, span_of(p->node_id.b, 32));
		msg_set_text(a, row, NET_PEER_ADDRESS, p->endpoint);
		msg_set_u64(row, NET_PEER_DIAL_FIRST,
			    s->listen[0] == '\0' || !member || p->owes ||
				    memcmp(n->node_id.b, p->node_id.b, 32) < 0);
	}
	msg_set_u64(m, NET_SETUP_MORE, *at < n->peer_count);
}

enum err netsetup_send(const struct netsetup *s)
{
	struct node *n = engine_node(s->engine);
	const struct keybox *first = s->first;
	uint8_t sec[32];
	struct arena a;
	size_t at = 0;
	enum err rc = arena_create(&a, LIMIT_CONTROL);

	if (rc != ERR_OK)
		return rc;
	require(s->net != NULL && s->listen != NULL);
	do {
		struct msg *m = msg_new(&a, MSG_NET_SETUP);
		struct span bytes;

		if (first != NULL) {
			keybox_transport_secret(first, sec);
			msg_set_bytes(&a, m, NET_SETUP_TRANSPORT_SEC, span_of(sec, sizeof sec));
			/* Once: net keeps it for its life, and each further copy would be one more
			 * to find in memory. */
			secret_wipe(sec, sizeof sec);
			first = NULL;
		}
		msg_set_text(&a, m, NET_SETUP_LISTEN, s->listen);
		for (size_t i = 0; i < n->door_count; i++)
			msg_add_text(&a, m, NET_SETUP_ONBOARD, n->doors[i].at);
		msg_set_bytes(&a, m, NET_SETUP_FED_ID, span_of(n->fed_id.b, 16));
		msg_set_bytes(&a, m, NET_SETUP_NODE_ID, span_of(n->node_id.b, 32));
		setup_peers(s, &a, m, &at);
		rc = msg_pack(&a, m, &bytes);
		if (rc == ERR_OK)
			rc = ipc_put(s->net, IPC_SETUP, 0, bytes);
		arena_reset(&a);
	} while (rc == ERR_OK && at < n->peer_count);
	arena_free(&a);
	if (rc != ERR_OK)
		log_write(LOG_ERROR, LOG_FAILED, "step=setup peers=%zu", n->peer_count);
	return rc;
}

bool netsetup_door(struct span bytes, struct node_door *out)
{
	struct rd r = rd_of(bytes);

	*out = (struct node_door){.said = true};
	out->error = (int)rd_u32(&r);
	out->strangers = rd_u32(&r);
	out->turned_away = rd_u32(&r);
	out->told_to_wait = rd_u32(&r);
	if (r.bad || r.left >= sizeof out->at)
		return false;
	memcpy(out->at, r.p, r.left);
	return true;
}

/* SPDX-License-Identifier: EUPL-1.2 */
/* Both ends of a thread keep the same two logs.  After a loss on either side they may differ, and a document written on
 * top of a log that turns out to be older than the partner's would lose its place there.  So a thread takes no new
 * document of ours before the two copies were found the same: its era (the count of losses in its pair) says since
 * which loss that is true. */
#include "domain/loss/settled.h"

#include "base/check.h"
#include "domain/exchange/hooks.h"

/* The last document we wrote in it has to rest on what we hold: else the next one would build on a gap. */
enum err settled_writable(struct turn *t, const struct thread *th, bool *yes)
{
	struct log_entry e = {.seen_no = 0};
	struct pair *pr;
	enum err rc = pair_get(t, th->peer, &pr);

	if (rc == ERR_OK && th->my_no > 0)
		rc = thread_entry(t, th, true, th->my_no, &e);
	/* what our last document had read of theirs is in hand again, so the next one may build on it */
	*yes = rc == ERR_OK && settled_is(th, pr) && e.seen_no <= th->their_no;
	return rc == ERR_NOTFOUND ? ERR_CORRUPT : rc;
}

enum err settled_birth(struct turn *t, struct thread *th, bool fresh)
{
	struct pair *pr;
	enum err rc = pair_get(t, th->peer, &pr);

	require(th->my_no + th->their_no == 0);
	if (rc != ERR_OK)
		return rc;
	th->era = fresh || !pr->uncompared ? pr->era : pr->era - 1;
	if (th->era != pr->era) { /* this pass may be past its place: then it is not the last one */
		struct heads_cursor *h = &state_conn(t->node, state_peer(t->node, th->peer))->heads;

		h->differs = h->differs || memcmp(th->id.b, h->after.b, 16) <= 0;
	}
	return ERR_OK;
}

enum err settled_begin(struct turn *t, struct thread *th, bool fresh)
{
	enum err rc = settled_birth(t, th, fresh);

	return rc == ERR_OK ? thread_create(t, th) : rc;
}

/* Kept under its thread, so that what is free again finds it, and shown to people as a lost act. */
enum err settled_shelve(struct turn *t, struct thread *th, const struct doc_key *key, uint16_t type)
{
	struct store_key k = turn_key_ids(&th->id, &key->msg);
	uint8_t row[SHELF_LEN];
	struct pair *pr;
	enum err rc = pair_get(t, th->peer, &pr);

	require(key->sender == 0 || key->sender == th->peer);
	if (rc != ERR_OK)
		return rc;
	key_u16(&k, key->sender);
	be64_put(row, t->wall_ms);
	be16_put(row + 8, type);
	be32_put(row + SHELF_ERA, pr->era);
	rc = turn_put(t, STORE_SHELF, &k, span_of(row, sizeof row));
	return rc == ERR_OK ? hooks_shelved(t, th, key, type) : rc;
}

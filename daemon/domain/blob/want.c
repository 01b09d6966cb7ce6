/* SPDX-License-Identifier: EUPL-1.2 */
/* What a document names.  It may be here already: then nothing is fetched.  A partner that has it is asked when there is room for
 * all of it (fetch.c), so that wanting something promises nothing. */
#include "domain/blob/rows.h"

#include "base/check.h"
#include "domain/exchange/answer.h"

static enum err begin(struct turn *t, struct blob *b)
{
	struct peer *p = state_peer(t->node, b->from);
	struct answer *a;
	enum err rc;

	turn_random(t, b->place.b, sizeof b->place.b);
	rc = blob_save(t, b);
	if (rc == ERR_OK)
		rc = blob_index(t, b);
	if (rc != ERR_OK || p == NULL || p->self)
		return rc;
	a = answer_of(t, b->from);
	if (a == NULL)
		return ERR_NOMEM;
	if (!p->conn.fetch.on)
		state_conn(t->node, p)->fetch.after = (struct id32){{0}};
	a->fetch = a->reply = true;
	return ERR_OK;
}

/* Its document came, or came again: one that was not to be had may be there by now. */
static void soon(struct turn *t, uint16_t peer)
{
	struct peer *p = state_peer(t->node, peer);

	if (p != NULL && p->conn.fetch.again_mono_ms != 0)
		state_conn(t->node, p)->fetch.again_mono_ms = t->mono_ms;
}

/* One that another partner said and never had must not stand in the way of one that has it. */
static enum err again(struct turn *t, uint16_t peer, uint64_t size, struct blob *b)
{
	enum err rc;

	if (b->state == BLOB_WHOLE)
		return ERR_OK;
	if (b->from == peer && b->size == size) {
		soon(t, peer);
		return ERR_OK;
	}
	rc = blob_drop_chunks(t, b);
	if (rc == ERR_OK && b->state == BLOB_WANTED)
		rc = blob_count(t, b, false);
	b->state = BLOB_SPOILED;
	if (rc == ERR_OK)
		rc = blob_index(t, b);
	if (rc != ERR_OK)
		return rc;
	b->from = peer;
	b->size = size;
	b->chunks = blob_chunks(size);
	b->have = b->spoilt = 0;
	b->state = BLOB_WAITS;
	return begin(t, b);
}

enum err blob_want(struct turn *t, uint16_t peer, const struct id32 *id, uint64_t size,
		   const struct id16 *grant, const struct blob_ref *ref)
{
	struct blob b;
	enum err rc;

	require(peer != 0);
	if (size > LIMIT_FILE)
		return ERR_LIMIT;
	rc = blob_load(t, id, &b);
	if (rc == ERR_NOTFOUND) {
		b = (struct blob){.id = *id,
				  .grant = *grant,
				  .size = size,
				  .since_ms = t->wall_ms,
				  .chunks = blob_chunks(size),
				  .from = peer,
				  .state = BLOB_WAITS};
		rc = begin(t, &b);
	} else if (rc == ERR_OK) {
		rc = again(t, peer, size, &b);
	}
	return rc == ERR_OK ? blob_hold(t, id, ref) : rc;
}

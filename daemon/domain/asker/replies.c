/* SPDX-License-Identifier: EUPL-1.2 */
/* A reply lies under the id of its request.  When it is to be forgotten is written once for all that one turn answered, under the
 * time of that turn: so the oldest ones are found without reading all, and a busy node does not write a row more for each request. */
#include "domain/asker/replies.h"

#include <assert.h>
#include <string.h>

#include "base/check.h"
#include "base/date.h"
#include "crypto/hash.h"

static_assert(LIMIT_REQUEST_DAYS >= 1, "a client may ask again within a day");

/* A busy day must not make one tick long. */
enum { FORGET_TURNS = 16, AGE_KEY = 8 + REPLIES_KEY };

struct reply_new {
	struct reply_new *next;
	uint8_t key[REPLIES_KEY];
};

/* All sessions come from one user: of each person in one the ids are others. */
void replies_key(const struct turn *t, struct span id, uint32_t uid, struct store_key *k)
{
	const struct span parts[] = {id, {t->staff.b, sizeof t->staff.b}};
	uint8_t own[REPLIES_ID];

	require(id.len == REPLIES_ID);
	if (t->session == NULL) {
		key_put(k, id.p, id.len);
	} else {
		hash_parts(HASH_ASKED, span_of(NULL, 0), parts, 2, own, sizeof own);
		key_put(k, own, sizeof own);
	}
	key_u32(k, uid);
}

enum err replies_find(struct turn *t, const struct store_key *k, struct msg **reply)
{
	enum err rc;

	require(k->len == REPLIES_KEY);
	*reply = NULL;
	rc = turn_get_msg(t, STORE_REQUEST, k, MSG_REPLY, reply);
	return rc == ERR_NOTFOUND ? ERR_OK : rc;
}

/* The key is noted for the end of the turn; the reply lies there at once, so that the same id again in this very turn, behind the first
 * in the queue, is answered with it. */
enum err replies_keep(struct turn *t, const struct store_key *k, struct span reply)
{
	struct reply_new *n = arena_keep(t->arena, sizeof *n);

	require(k->len == REPLIES_KEY);
	if (n == NULL)
		return ERR_NOMEM;
	memcpy(n->key, k->b, REPLIES_KEY);
	n->next = t->own.replies;
	t->own.replies = n;
	return turn_put(t, STORE_REQUEST, k, reply);
}

/* The first of them in the key: two turns of one millisecond have a row each. */
enum err replies_settle(struct turn *t)
{
	const struct reply_new *first = t->own.replies;
	struct store_key age = turn_key_u64(t->wall_ms);
	size_t count = 0;
	struct wr w;

	if (first == NULL)
		return ERR_OK;
	for (const struct reply_new *n = first; n != NULL; n = n->next)
		count++;
	w = arena_wr(t->arena, count * REPLIES_KEY);
	for (const struct reply_new *n = first; n != NULL; n = n->next)
		wr_put(&w, n->key, REPLIES_KEY);
	if (w.over)
		return ERR_NOMEM;
	key_put(&age, first->key, REPLIES_KEY);
	require(age.len == AGE_KEY);
	t->own.replies = NULL;
	return turn_put(t, STORE_REQUESTAGE, &age, wr_span(&w));
}

/* Also those whose reply is gone: a row of an age that stayed would be the oldest for ever. */
static enum err forget_turn(struct turn *t, const struct store_key *age)
{
	struct span keys;
	enum err rc = turn_get(t, STORE_REQUESTAGE, age, &keys);

	if (rc == ERR_OK && (keys.len == 0 || keys.len % REPLIES_KEY != 0))
		rc = ERR_CORRUPT;
	for (size_t i = 0; rc == ERR_OK && i < keys.len; i += REPLIES_KEY) {
		rc = store_del(t->txn, STORE_REQUEST, span_of(keys.p + i, REPLIES_KEY));
		rc = rc == ERR_NOTFOUND ? ERR_OK : rc;
	}
	return rc == ERR_OK ? store_del(t->txn, STORE_REQUESTAGE, key_span(age)) : rc;
}

enum err replies_forget(struct turn *t)
{
	const uint64_t day_ms = (uint64_t)LIMIT_REQUEST_DAYS * DAY_MS;

	for (unsigned i = 0; i < FORGET_TURNS; i++) {
		struct store_key age = {.len = 0};
		struct store_row row;
		enum err rc = store_seek(t->txn, STORE_REQUESTAGE, span_of(NULL, 0), &row);

		if (rc != ERR_OK)
			return rc == ERR_NOTFOUND ? ERR_OK : rc;
		if (row.key.len != AGE_KEY || be64_get(row.key.p) + day_ms > t->wall_ms)
			return row.key.len == AGE_KEY ? ERR_OK : ERR_CORRUPT;
		key_put(&age, row.key.p, row.key.len);
		rc = forget_turn(t, &age);
		if (rc != ERR_OK)
			return rc;
	}
	return ERR_OK;
}

/* SPDX-License-Identifier: EUPL-1.2 */
/* Ids of cases begin with the time, so the first row is the one that waits longest. */
#include "domain/consent/alone.h"

#include "base/check.h"
#include "base/date.h"

#include <string.h>

enum { ROW_LEN = 2 + 8 };

static enum err row_of(struct turn *t, const struct id16 *case_id, uint16_t *peer,
		       uint64_t *since_ms)
{
	const struct store_key k = turn_key_id(case_id);
	struct span v;
	enum err rc = turn_get(t, STORE_ALONE, &k, &v);

	if (rc != ERR_OK)
		return rc;
	if (v.len != ROW_LEN)
		return ERR_CORRUPT;
	*peer = be16_get(v.p);
	*since_ms = be64_get(v.p + 2);
	return ERR_OK;
}

enum err alone_room(struct turn *t, uint16_t peer, enum quota *over)
{
	struct pair *pr;
	enum err rc = pair_get(t, peer, &pr);

	if (rc == ERR_OK && pr->alone >= LIMIT_ALONE)
		*over = QUOTA_ALONE;
	return rc;
}

enum err alone_begin(struct turn *t, uint16_t peer, const struct id16 *case_id)
{
	const struct store_key k = turn_key_id(case_id);
	uint8_t v[ROW_LEN];
	struct pair *pr;
	enum err rc = pair_get(t, peer, &pr);

	require(!alone_is(t, case_id));
	if (rc != ERR_OK)
		return rc;
	pr->alone++;
	be16_put(v, peer);
	be64_put(v + 2, t->wall_ms);
	return turn_put(t, STORE_ALONE, &k, span_of(v, sizeof v));
}

enum err alone_over(struct turn *t, const struct id16 *case_id)
{
	const struct store_key k = turn_key_id(case_id);
	struct pair *pr;
	uint64_t since_ms;
	uint16_t peer;
	enum err rc = row_of(t, case_id, &peer, &since_ms);

	if (rc == ERR_NOTFOUND)
		return ERR_OK; /* as most are: it has its referral */
	if (rc != ERR_OK)
		return rc;
	rc = pair_get(t, peer, &pr);
	if (rc != ERR_OK)
		return rc;
	if (pr->alone > 0) /* a count that is wrong keeps no referral out */
		pr->alone--;
	return store_del(t->txn, STORE_ALONE, key_span(&k));
}

bool alone_is(const struct turn *t, const struct id16 *case_id)
{
	const struct store_key k = turn_key_id(case_id);

	return record_exists(t->txn, STORE_ALONE, key_span(&k));
}

enum err alone_due(struct turn *t, struct id16 *case_id, bool *due)
{
	struct store_walk w = {.key_len = sizeof case_id->b};
	uint64_t since_ms;
	uint16_t peer;
	enum err rc;

	*due = false;
	if (!store_each(t->txn, STORE_ALONE, span_of(NULL, 0), &w))
		return w.rc;
	memcpy(case_id->b, w.row.key.p, sizeof case_id->b);
	rc = row_of(t, case_id, &peer, &since_ms);
	*due = rc == ERR_OK && since_ms + (uint64_t)LIMIT_ALONE_DAYS * DAY_MS < t->wall_ms;
	return rc;
}

/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A row for each case that is somebody's.  A case of nobody's stands on every list: a new referral that each takes for another's
 * would be seen by nobody.
 */
#include "domain/staff/worker.h"

#include <string.h>

#include "base/check.h"

static_assert(sizeof(struct id16) == 16, "a row is an id");

enum err worker_set(struct turn *t, const struct id16 *case_id, const struct id16 *staff)
{
	const struct store_key k = turn_key_id(case_id);
	enum err rc;

	if (!bytes_zero(staff->b, sizeof staff->b))
		return turn_put(t, STORE_WORKER, &k, span_of(staff->b, sizeof staff->b));
	if (store_count(t->txn, STORE_WORKER) == 0)
		return ERR_OK; /* a node whose people are not named */
	rc = store_del(t->txn, STORE_WORKER, key_span(&k));
	return rc == ERR_NOTFOUND ? ERR_OK : rc;
}

enum err worker_get(struct turn *t, const struct id16 *case_id, struct id16 *staff)
{
	const struct store_key k = turn_key_id(case_id);
	struct span v;
	enum err rc = turn_get(t, STORE_WORKER, &k, &v);

	*staff = (struct id16){{0}};
	if (rc == ERR_NOTFOUND)
		return ERR_OK;
	if (rc == ERR_OK && v.len != sizeof staff->b)
		rc = ERR_CORRUPT;
	if (rc == ERR_OK)
		memcpy(staff->b, v.p, sizeof staff->b);
	return rc;
}

/* It is no right, so a row that cannot be read is nobody's, and the case stands on every list. */
static enum err whose(struct turn *t, const struct id16 *case_id, struct id16 *staff)
{
	const enum err rc = worker_get(t, case_id, staff);

	return rc == ERR_CORRUPT ? ERR_OK : rc;
}

enum err worker_take(struct turn *t, const struct id16 *case_id)
{
	struct id16 now;
	enum err rc;

	if (bytes_zero(t->staff.b, sizeof t->staff.b))
		return ERR_OK;
	rc = whose(t, case_id, &now);
	if (rc != ERR_OK || !bytes_zero(now.b, sizeof now.b))
		return rc;
	return worker_set(t, case_id, &t->staff);
}

enum err worker_mine(struct turn *t, const struct rights *r, const struct id16 *case_id, bool *yes)
{
	struct id16 of;
	enum err rc = whose(t, case_id, &of);

	require(yes != NULL);
	*yes = rc == ERR_OK && (bytes_zero(of.b, sizeof of.b) || id16_equal(&of, &t->staff) ||
				rights_stands_in(r, &of, &t->staff, t->wall_ms));
	return rc;
}

/* SPDX-License-Identifier: EUPL-1.2 */
/* A consent that is taken back has to be taken back wherever the person went under it.  Who asks has the one consent in hand
 * and no case any more: so the row names both consents and the partner, and hangs on no case. */
#include "domain/onward/rows.h"

#include "base/check.h"

#include <string.h>

enum { KEY_LEN = 16 + 16, VALUE_LEN = 2 };

enum err onward_put(struct turn *t, const struct id16 *grant, const struct id16 *child,
		    uint16_t peer)
{
	const struct store_key k = turn_key_ids(grant, child), back = turn_key_ids(child, grant);
	static const uint8_t there[1] = {1};
	uint8_t v[VALUE_LEN];
	enum err rc;

	require(peer != 0 && !id16_equal(grant, child));
	be16_put(v, peer);
	rc = turn_put(t, STORE_ONWARD, &k, span_of(v, sizeof v));
	return rc == ERR_OK ? turn_put(t, STORE_ABOVE, &back, span_of(there, sizeof there)) : rc;
}

bool onward_each(struct turn *t, const struct id16 *grant, struct store_walk *w, struct id16 *child,
		 uint16_t *peer)
{
	const struct store_key prefix = turn_key_id(grant);
	struct store_key k = {.len = 0};
	struct span v;

	w->key_len = KEY_LEN;
	if (!store_each(t->txn, STORE_ONWARD, key_span(&prefix), w))
		return false;
	key_put(&k, w->row.key.p, w->row.key.len);
	memcpy(child->b, k.b + 16, 16);
	w->rc = turn_get(t, STORE_ONWARD, &k, &v);
	if (w->rc == ERR_NOTFOUND || (w->rc == ERR_OK && v.len != VALUE_LEN))
		w->rc = ERR_CORRUPT;
	if (w->rc != ERR_OK)
		return false;
	*peer = be16_get(v.p);
	return true;
}

bool onward_above(struct turn *t, const struct id16 *child, struct store_walk *w,
		  struct id16 *grant)
{
	const struct store_key prefix = turn_key_id(child);

	w->key_len = KEY_LEN;
	if (!store_each(t->txn, STORE_ABOVE, key_span(&prefix), w))
		return false;
	memcpy(grant->b, w->row.key.p + 16, sizeof grant->b);
	return true;
}

enum err onward_drop(struct turn *t, const struct id16 *grant, const struct id16 *child)
{
	const struct store_key k = turn_key_ids(grant, child), back = turn_key_ids(child, grant);
	enum err rc = store_del(t->txn, STORE_ONWARD, key_span(&k));

	if (rc == ERR_OK || rc == ERR_NOTFOUND)
		rc = store_del(t->txn, STORE_ABOVE, key_span(&back));
	return rc == ERR_NOTFOUND ? ERR_OK : rc;
}

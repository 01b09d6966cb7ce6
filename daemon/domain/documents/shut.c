/* SPDX-License-Identifier: EUPL-1.2 */
/* A row beside the key, and not another key: so what re-wraps keys, restores them or keeps them away treats this one like all others. */
#include "domain/documents/shut.h"

#include "base/check.h"

static struct span id_span(const struct id16 *id)
{
	return span_of(id->b, sizeof id->b);
}

enum err shut_put(struct turn *t, const struct id16 *grant, const struct msg *terms)
{
	const struct store_key k = turn_key_id(grant);
	struct span v;
	enum err rc = msg_pack(t->arena, terms, &v);

	require(msg_kind_of(terms) == MSG_SHUT_RECORD);
	require(!bytes_zero(grant->b, sizeof grant->b));
	return rc == ERR_OK ? turn_put(t, STORE_SHUT, &k, v) : rc;
}

enum err shut_get(struct turn *t, const struct id16 *grant, struct msg **terms)
{
	const struct store_key k = turn_key_id(grant);

	return turn_get_msg(t, STORE_SHUT, &k, MSG_SHUT_RECORD, terms);
}

bool shut_has(struct turn *t, const struct id16 *grant)
{
	return record_exists(t->txn, STORE_SHUT, id_span(grant));
}

enum err shut_drop(struct turn *t, const struct id16 *grant)
{
	const enum err rc = store_del(t->txn, STORE_SHUT, id_span(grant));

	return rc == ERR_NOTFOUND ? ERR_OK : rc;
}

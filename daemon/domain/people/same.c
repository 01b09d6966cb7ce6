/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A row each way, so that a walk from any case finds all of its person, and an erased case leaves nothing that leads to it.
 */
#include "domain/people/same.h"

#include <string.h>

#include "base/check.h"

enum { MARK = 1 };

enum err same_of(struct turn *t, const struct id16 *id, struct same *out)
{
	const struct store_key prefix = turn_key_id(id);
	struct store_walk w = {.key_len = 32};

	/* the case first: whoever asks has shown it already, and goes on with the others */
	*out = (struct same){.id = {*id}, .count = 1};
	if (store_count(t->txn, STORE_SAME) == 0)
		return ERR_OK; /* asked of each row of a list */
	while (store_each(t->txn, STORE_SAME, key_span(&prefix), &w)) {
		if (out->count == SAME_MOST)
			return ERR_CORRUPT;
		memcpy(out->id[out->count++].b, w.row.key.p + 16, 16);
	}
	require(out->count >= 1);
	return w.rc;
}

bool same_has(const struct same *s, const struct id16 *id)
{
	require(s->count <= SAME_MOST);
	for (size_t i = 0; i < s->count; i++)
		if (id16_equal(&s->id[i], id))
			return true;
	return false;
}

static enum err put_both(struct turn *t, const struct id16 *a, const struct id16 *b)
{
	const struct store_key to = turn_key_ids(a, b), back = turn_key_ids(b, a);
	const uint8_t mark = MARK;
	enum err rc = turn_put(t, STORE_SAME, &to, span_of(&mark, 1));

	require(!id16_equal(a, b));
	return rc == ERR_OK ? turn_put(t, STORE_SAME, &back, span_of(&mark, 1)) : rc;
}

enum err same_join(struct turn *t, const struct id16 *a, const struct id16 *b)
{
	struct same ours, theirs;
	enum err rc = same_of(t, a, &ours);

	if (rc == ERR_OK)
		rc = same_of(t, b, &theirs);
	if (rc != ERR_OK || same_has(&ours, b))
		return rc;
	if (ours.count + theirs.count > SAME_MOST)
		return ERR_LIMIT;
	/* each of these with each of those: the rows of a group are all the pairs in it, so that no walk has to follow one from
	 * another, and none is lost when one in the middle goes */
	for (size_t i = 0; i < ours.count; i++)
		for (size_t k = 0; rc == ERR_OK && k < theirs.count; k++)
			rc = put_both(t, &ours.id[i], &theirs.id[k]);
	return rc;
}

enum err same_part(struct turn *t, const struct id16 *id)
{
	struct same all;
	enum err rc = same_of(t, id, &all);

	for (size_t i = 1; rc == ERR_OK && i < all.count; i++) {
		const struct store_key to = turn_key_ids(id, &all.id[i]);
		const struct store_key back = turn_key_ids(&all.id[i], id);

		rc = store_del(t->txn, STORE_SAME, key_span(&to));
		if (rc == ERR_OK || rc == ERR_NOTFOUND) /* half of a pair is as good as none */
			rc = store_del(t->txn, STORE_SAME, key_span(&back));
		rc = rc == ERR_NOTFOUND ? ERR_OK : rc;
	}
	return rc;
}

enum err same_mark(struct turn *t, const struct id16 *id, struct msg *row, unsigned field)
{
	struct same all;
	char hex[33];
	enum err rc = same_of(t, id, &all);

	if (rc != ERR_OK || all.count == 1)
		return rc;
	bytes_hex(hex, all.id[1].b, 16);
	msg_set_text(t->arena, row, field, hex);
	return ERR_OK;
}

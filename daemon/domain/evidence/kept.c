/* SPDX-License-Identifier: EUPL-1.2 */
/* The rows are in each backup, with the moment of the one before: a node that came back has none of its own yet, and is told so
 * when that moment is too long ago.
 * It is the moment at which somebody said that the backup is on a disk, some minutes after the snapshot: what was entered in
 * between is in none, and three days are not meant to the minute. */
#include "domain/evidence/kept.h"

#include "base/check.h"

/* Kinds of META rows. */
enum { META_KEPT = 20, META_CHECKED = 22 };

static const struct store_key *place(enum kept what, struct store_key *k)
{
	const uint8_t kind = what == KEPT_ON_DISK ? META_KEPT : META_CHECKED;

	*k = (struct store_key){.len = 0};
	key_put(k, &kind, 1);
	return k;
}

enum err kept_now(struct turn *t, enum kept what)
{
	struct store_key k;
	uint8_t at[8];

	require(t->wall_ms != 0);
	be64_put(at, t->wall_ms);
	return turn_put(t, STORE_META, place(what, &k), span_of(at, sizeof at));
}

enum err kept_when(struct turn *t, enum kept what, uint64_t *at_ms)
{
	struct store_key k;
	struct span v;
	enum err rc = turn_get(t, STORE_META, place(what, &k), &v);

	require(at_ms != NULL);
	*at_ms = 0;
	if (rc == ERR_NOTFOUND)
		return ERR_OK; /* never */
	if (rc == ERR_OK && v.len != 8)
		rc = ERR_CORRUPT;
	if (rc == ERR_OK)
		*at_ms = be64_get(v.p);
	return rc;
}

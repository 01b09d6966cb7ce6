/* SPDX-License-Identifier: EUPL-1.2 */
/* One event looks at its thread several times: what came, what it means, what follows, what leaves, what is shown; and folds its
 * log each time.  Each look opens a sealed row, two where a need lies in it.  Here the rows stay open for the turn.  A change
 * that somebody else makes to one of the tables forgets all of that table: whatever is erased, cut off or returned is read again. */
#include "domain/documents/recall.h"

#include <assert.h>

#include "base/check.h"

/* A batch of events is about so many threads, and what leaves at its end looks at each of them once more.  Room is taken for a few of
 * them, then for many, so that a turn of one event does not zero it all, and no walk leaves kept rows between its own. */
enum { PLACES = 128, ROOM_FIRST = 16 };
static_assert((PLACES & (PLACES - 1)) == 0, "a place is some bits of an id");

struct recalled {
	uint32_t round, len;
	struct recall_place at;
	uint8_t bytes[RECALL_MAX];
};

/* What is kept counts while its tables stand at stamp, and only what was kept in this round. */
struct recall_memory {
	struct recalled *room; /* of those that are not in use yet */
	size_t left, had;
	struct {
		uint64_t stamp;
		uint32_t round; /* 0: nothing was ever kept */
		struct recalled *kept[PLACES];
	} tables[RECALL_TABLES];
};

/* The need of a thread lies under the key of its case. */
static uint64_t stamp_of(const struct turn *t, enum recall_of of)
{
	return of == RECALL_ENTRY ? store_changes(t->txn, STORE_THREADLOG)
				  : (uint64_t)store_changes(t->txn, STORE_THREAD) +
					    store_changes(t->txn, STORE_CASEKEY);
}

/* Ids end with random bytes, or with those of a hash; two that share a place are read again, and nothing else. */
static size_t place_of(const struct recall_place *at)
{
	return (be16_get(at->thread.b + 14) + 5u * at->no) & (PLACES - 1);
}

/* NULL: the turn has no more memory. */
static struct recalled *place_new(struct turn *t, struct recall_memory *m)
{
	const size_t more = m->had == 0 ? ROOM_FIRST : m->had;

	if (m->left == 0) {
		m->room = arena_keep(t->arena, more * sizeof *m->room);
		if (m->room == NULL)
			return NULL;
		m->left = more;
		m->had += more;
	}
	m->left--;
	return m->room++;
}

bool recall_get(const struct turn *t, const struct recall_place *at, void *out, size_t len)
{
	const struct recall_memory *m = t->recalls;
	const struct recalled *r;

	require(at->of < RECALL_TABLES && len <= RECALL_MAX);
	if (m == NULL || m->tables[at->of].stamp != stamp_of(t, at->of))
		return false;
	r = m->tables[at->of].kept[place_of(at)];
	if (r == NULL || r->round != m->tables[at->of].round || r->len != len ||
	    r->at.no != at->no || !id16_equal(&r->at.thread, &at->thread))
		return false;
	memcpy(out, r->bytes, len);
	return true;
}

/* What was written just now by thread.c is the one change that forgets nothing.  Without memory the turn fails: turn_whole. */
void recall_keep(struct turn *t, const struct recall_place *at, const void *p, size_t len,
		 bool wrote)
{
	const uint64_t stamp = stamp_of(t, at->of);
	struct recall_memory *m;
	struct recalled **r;

	require(len > 0 && len <= RECALL_MAX);
	if (t->recalls == NULL && store_writes(t->txn))
		t->recalls = arena_keep(t->arena, sizeof *t->recalls);
	m = t->recalls;
	if (m == NULL)
		return;
	if (m->tables[at->of].round == 0 ||
	    (m->tables[at->of].stamp != stamp && !(wrote && m->tables[at->of].stamp + 1 == stamp)))
		m->tables[at->of].round++;
	m->tables[at->of].stamp = stamp;
	r = &m->tables[at->of].kept[place_of(at)];
	if (*r == NULL)
		*r = place_new(t, m);
	if (*r == NULL)
		return;
	(*r)->round = m->tables[at->of].round;
	(*r)->len = (uint32_t)len;
	(*r)->at = *at;
	memcpy((*r)->bytes, p, len);
}

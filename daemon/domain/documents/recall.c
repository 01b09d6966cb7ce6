/* SPDX-License-Identifier: EUPL-1.2 */
/* One event looks at its thread several times: what came, what it means, what follows, what leaves, what is shown; and folds its
 * log each time.  Each look opens a sealed row, two where a need lies in it.  Here the rows stay open for the turn.  A change
 * that somebody else makes to one of the tables forgets all of that table: whatever is erased, cut off or returned is read again. */
#include "domain/documents/recall.h"

#include <assert.h>

#include "base/check.h"

/* Few: they are zeroed for each turn, and an event comes back to its own thread before the next one begins. */
enum { PLACES = 16 };
static_assert((PLACES & (PLACES - 1)) == 0, "a place is some bits of an id");

/* What is kept counts while its tables stand at stamp, and only what was kept in this round. */
struct recall_memory {
	struct {
		uint64_t stamp;
		uint32_t round; /* 0: nothing was ever kept */
		struct {
			uint32_t round, len;
			struct recall_place at;
			uint8_t bytes[RECALL_MAX];
		} kept[PLACES];
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

bool recall_get(const struct turn *t, const struct recall_place *at, void *out, size_t len)
{
	const struct recall_memory *m = t->recalls;
	const size_t i = place_of(at);

	require(at->of < RECALL_TABLES && len <= RECALL_MAX);
	if (m == NULL || m->tables[at->of].stamp != stamp_of(t, at->of) ||
	    m->tables[at->of].kept[i].round != m->tables[at->of].round ||
	    m->tables[at->of].kept[i].len != len || m->tables[at->of].kept[i].at.no != at->no ||
	    !id16_equal(&m->tables[at->of].kept[i].at.thread, &at->thread))
		return false;
	memcpy(out, m->tables[at->of].kept[i].bytes, len);
	return true;
}

/* What was written just now by thread.c is the one change that forgets nothing.  Without memory the turn fails: turn_whole. */
void recall_keep(struct turn *t, const struct recall_place *at, const void *p, size_t len,
		 bool wrote)
{
	const uint64_t stamp = stamp_of(t, at->of);
	const size_t i = place_of(at);
	struct recall_memory *m;

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
	m->tables[at->of].kept[i].round = m->tables[at->of].round;
	m->tables[at->of].kept[i].len = (uint32_t)len;
	m->tables[at->of].kept[i].at = *at;
	memcpy(m->tables[at->of].kept[i].bytes, p, len);
}

/* SPDX-License-Identifier: EUPL-1.2 */
/* The exact figures of this node, which never leave: people whose case lives are counted from their threads, those whose case was
 * erased from the tally.  Once through all threads, person by person, because the cap is per person. */
#include "domain/count/exact.h"

#include "base/check.h"

#include <string.h>

#include "domain/count/quarter.h"
#include "domain/count/tally.h"

/* Rows lie case by case: one step passes all threads of a person, whose events are counted together. */
enum err exact_quarter(struct turn *t, uint32_t quarter, unsigned cap, uint64_t now_ms,
		       struct count *c)
{
	const uint64_t begin_ms = quarter_begin_ms(quarter),
		       over_ms = quarter_begin_ms(quarter + 1);
	struct count_event *ev = arena_alloc(t->arena, COUNT_EVENTS * sizeof *ev);
	struct store_walk w = {.key_len = 32};
	enum err rc = count_create(t->arena, t->node->peer_count, c);

	require(cap > 0);
	if (rc != ERR_OK || ev == NULL)
		return ERR_NOMEM;
	rc = tally_read(t, quarter, cap, c);
	if (rc != ERR_OK)
		return rc;
	while (store_each(t->txn, STORE_THREADCASE, span_of(NULL, 0), &w)) {
		struct id16 person;
		size_t n;

		memcpy(person.b, w.row.key.p, 16);
		memset(w.at.b + 16, 0xff, 16); /* rows lie case by case: on to the next one */
		w.rc = count_events(t, &person, begin_ms, over_ms < now_ms ? over_ms : now_ms, ev,
				    &n);
		count_person(c, ev, n, cap);
	}
	return w.rc;
}

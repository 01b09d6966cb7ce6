/* SPDX-License-Identifier: EUPL-1.2 */
/* The exact figures of this node, which never leave: people whose case lives are counted from their threads, those whose case was
 * erased from the tally.  Once through all threads, person by person, because the cap is per person. */
#include "domain/count/exact.h"

#include "base/check.h"

#include <string.h>

#include "domain/count/quarter.h"
#include "domain/count/tally.h"

/* Rows lie case by case: one step passes all threads of a person, whose events are counted together. */
static enum err people(struct turn *t, uint32_t quarter, unsigned cap, struct exact_walk *at,
		       struct count *c)
{
	const uint64_t begin_ms = quarter_begin_ms(quarter),
		       over_ms = quarter_begin_ms(quarter + 1);
	struct count_event *ev = arena_alloc(t->arena, COUNT_EVENTS * sizeof *ev);
	struct store_walk w = {.key_len = 32, .at = at->at};
	bool enough = false;

	require(cap > 0 && c->rows == at->rows);
	if (ev == NULL)
		return ERR_NOMEM;
	at->over = true;
	/* how many rows that is, the store counts: a person of many referrals takes as much of a turn as many of few */
	while (!enough && store_each(t->txn, STORE_THREADCASE, span_of(NULL, 0), &w)) {
		struct id16 person;
		size_t n;

		memcpy(person.b, w.row.key.p, 16);
		memset(w.at.b + 16, 0xff, 16); /* rows lie case by case: on to the next one */
		w.rc = count_events(t, &person, begin_ms,
				    over_ms < at->now_ms ? over_ms : at->now_ms, ev, &n);
		count_person(c, ev, n, cap);
		enough = w.rc == ERR_OK && turn_enough(t);
	}
	at->at = w.at;
	at->over = !enough;
	return w.rc;
}

/* Those whose case was erased stand in the tally, and are there from the beginning; partners that come later have no row. */
static enum err begin(struct turn *t, uint32_t quarter, unsigned cap, struct exact_walk *at,
		      struct count *c)
{
	const enum err rc = count_create(t->arena, t->node->peer_count, c);

	at->begun = true;
	at->rows = t->node->peer_count;
	return rc == ERR_OK ? tally_read(t, quarter, cap, c) : rc;
}

enum err exact_some(struct turn *t, uint32_t quarter, unsigned cap, struct exact_walk *at,
		    struct count *c)
{
	enum err rc = ERR_OK;

	/* a partner that came since has no row, and figures of some people with it and some without would be none */
	if (!at->begun || at->rows != t->node->peer_count) {
		*at = (struct exact_walk){.now_ms = t->wall_ms};
		rc = begin(t, quarter, cap, at, c);
	}
	return rc == ERR_OK ? people(t, quarter, cap, at, c) : rc;
}

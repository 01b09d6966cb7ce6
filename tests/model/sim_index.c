/* SPDX-License-Identifier: EUPL-1.2 */
/* What is kept in memory against the store: whoever is in the index of people is there, with the same name, and lists are the same either
 * way, at every moment and not at rest alone.  It draws nothing, so a seed runs as it would without it. */
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "domain/day/today.h"
#include "domain/day/worklist.h"
#include "domain/people/known.h"
#include "domain/told.h"
#include "domain/views/referrals.h"
#include "sim.h"

enum { FILL_EVERY = 5, CHECK_EVERY = 211, LISTS = 4 };

static void *take(void *ctx, size_t len)
{
	(void)ctx;
	return calloc(1, len);
}

static void give(void *ctx, void *p)
{
	(void)ctx;
	free(p);
}

struct index_memory sim_memory(void)
{
	return (struct index_memory){take, give, NULL};
}

static bool same(const struct index_entry *a, const struct index_entry *b)
{
	return memcmp(&a->id, &b->id, sizeof a->id) == 0 && a->origin == b->origin &&
	       a->damaged == b->damaged && a->born == b->born &&
	       memcmp(a->phones, b->phones, sizeof a->phones) == 0 && a->national == b->national &&
	       a->hash == b->hash && strcmp(a->name, b->name) == 0;
}

void sim_check_index(struct sim *s, struct sim_node *n)
{
	struct store_walk w = {.rc = ERR_OK};
	size_t rows = 0;
	struct sim_view v;

	if (!known_whole(n->node))
		return;
	sim_view_open(s, &v, n);
	while (store_each(v.t.txn, STORE_CASES, span_of(NULL, 0), &w)) {
		const size_t mark = v.t.arena->used;
		struct index_entry want, have;
		struct id16 id;
		struct msg *m;
		enum err rc;

		memcpy(id.b, w.row.key.p, sizeof id.b);
		const struct store_key k = turn_key_id(&id);

		rc = turn_get_msg(&v.t, STORE_CASES, &k, MSG_CASE_RECORD, &m);
		if (rc != ERR_NOTFOUND) {
			require(rc == ERR_OK && told_open(&v.t, &id, m) == ERR_OK);
			rows++;
			known_record(&id, m, &want);
			if (!index_get(n->node->index, &id, &have))
				sim_fail(s, "node %d: a case is not in the index of people", n->no);
			else if (!same(&want, &have))
				sim_fail(s, "node %d: the index of people has \"%s\" for \"%s\"",
					 n->no, have.name, want.name);
		}
		arena_rewind(v.t.arena, mark);
	}
	if (rows != index_count(n->node->index))
		sim_fail(s, "node %d: %zu people in the index, %zu in the store", n->no,
			 index_count(n->node->index), rows);
	sim_view_close(&v);
}

/* All of one list, or as far as one turn gets: then it has no bytes. */
static struct span list_of(struct sim_view *v, int which, bool kept)
{
	typedef enum err list(struct turn *, const struct msg *, struct msg *);
	static list *const lists[] = {view_sent, view_inbox, view_worklist, view_today};
	const struct msg *req = msg_new(v->t.arena, MSG_LIST_ASK);
	struct msg *reply = msg_new(v->t.arena, MSG_REPLY);
	struct running *x = v->n->node->running;
	struct span out = {NULL, 0};

	v->n->node->running = kept ? x : NULL;
	require(lists[which](&v->t, req, reply) == ERR_OK);
	v->n->node->running = x;
	if (!v->t.again)
		require(msg_pack(v->t.arena, reply, &out) == ERR_OK);
	return out;
}

/* They are the same out of the memory and out of the store. */
static void check_lists(struct sim *s, struct sim_node *n)
{
	const struct event ask = {.type = EVENT_REQUEST};

	for (int which = 0; which < LISTS && running_is_whole(n->node->running); which++) {
		struct span kept, stored;
		struct sim_view v;

		sim_view_open(s, &v, n);
		v.t.ev = &ask;
		kept = list_of(&v, which, true);
		stored = v.t.again ? kept : list_of(&v, which, false);
		if (!v.t.again &&
		    (kept.len != stored.len || memcmp(kept.p, stored.p, kept.len) != 0))
			sim_fail(s, "node %d: list %d is another one out of the memory", n->no,
				 which);
		sim_view_close(&v);
	}
}

void sim_index(struct sim *s, struct sim_node *n)
{
	struct sim_view v;

	if (s->events % FILL_EVERY == 0 && node_fills(n->node)) {
		sim_view_open(s, &v, n);
		require(node_fill(&v.t, false) == ERR_OK);
		sim_view_close(&v);
	}
	if (s->events % CHECK_EVERY == 0) {
		sim_check_index(s, n);
		check_lists(s, n);
	}
}

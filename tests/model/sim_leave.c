/* SPDX-License-Identifier: EUPL-1.2 */
/* The roots remove a member from a day on.  Until then everybody takes back what it knows of their people, and it answers; nothing new
 * begins with it.  What this leaves undone the judge of what ended sees like any other withdrawal. */
#include "base/check.h"
#include "base/date.h"
#include "domain/consent/grant.h"
#include "sim.h"

enum { NOTICE_DAYS = 200, SCRATCH = 65536, MINUTE_LATE = 60000 };

void sim_leave(struct sim *s)
{
	const uint32_t uid = s->uid;
	uint8_t entry[8192];
	struct span made;
	struct arena a;

	s->leaves = (int)sim_below(s, (uint64_t)s->n);
	s->leaves_ms = s->now_ms + NOTICE_DAYS * (uint64_t)DAY_MS;
	made = sim_removal(s, s->leaves, s->leaves_ms);
	require(made.len <= sizeof entry && arena_create(&a, SCRATCH) == ERR_OK);
	memcpy(entry, made.p, made.len);
	s->profile.crash = 0; /* whoever imports it sees that it is in */
	sim_end_clone(s);
	s->uid = 0;
	for (int i = 0; i < s->n && s->failed[0] == '\0'; i++) {
		struct msg *req = msg_new(&a, MSG_REQUEST);

		if (!s->nodes[i].up)
			sim_boot(s, &s->nodes[i]);
		msg_add_bytes(&a, msg_sub(&a, req, REQUEST_ROSTER_IMPORT), ROSTER_IMPORT_ENTRIES,
			      span_of(entry, made.len));
		sim_ask(s, &s->nodes[i], &a, req);
		if (s->reply_error)
			sim_fail(s, "node %d does not take the entry by which node %d leaves", i,
				 s->leaves);
		arena_reset(&a);
		sim_down(s, &s->nodes[i]); /* what core does behind it: members are read again */
		sim_boot(s, &s->nodes[i]);
	}
	s->uid = uid;
	arena_free(&a);
}

/* What this node lets the one that leaves know. */
static void check_told(struct sim *s, struct sim_node *n)
{
	struct store_walk cases = {.rc = ERR_OK};
	struct sim_view v;

	sim_view_open(s, &v, n);
	while (store_each(v.t.txn, STORE_CASES, span_of(NULL, 0), &cases)) {
		const size_t mark = v.t.arena->used;
		struct store_walk w = {.rc = ERR_OK};
		struct id16 id, grant;
		struct msg *m;

		memcpy(id.b, cases.row.key.p, 16);
		while (consent_each(&v.t, &id, &w, &grant, &m)) {
			struct thread th;

			if (consent_between(m, (uint16_t)(s->leaves + 1), false) &&
			    msg_u64(m, GRANT_RECORD_SENT) != 0 &&
			    consent_grant_state(m, s->now_ms) == CONSENT_LIVING &&
			    thread_load(&v.t, &grant, &th) == ERR_OK)
				sim_fail(s,
					 "node %d leaves, and node %d still lets it know a person",
					 s->leaves, n->no);
		}
		require(w.rc == ERR_OK);
		arena_rewind(v.t.arena, mark);
	}
	require(cases.rc == ERR_OK);
	sim_view_close(&v);
}

/* A person of this node does not go there any more. */
static void check_begins(struct sim *s, struct sim_node *n)
{
	struct arena a;

	require(arena_create(&a, SCRATCH) == ERR_OK);
	sim_open_case(s, n, &a);
	arena_reset(&a);
	sim_give(s, n, &a, &n->cases[n->case_count - 1], s->leaves, SIM_CATS, 30);
	if (!s->reply_error)
		sim_fail(s, "node %d leaves, and node %d begins something with it", s->leaves,
			 n->no);
	arena_free(&a);
}

void sim_check_left(struct sim *s)
{
	require(s->leaves >= 0 && s->now_ms < s->leaves_ms);
	for (int i = 0; i < s->n && s->failed[0] == '\0'; i++)
		if (i != s->leaves) {
			check_told(s, &s->nodes[i]);
			check_begins(s, &s->nodes[i]);
		}
	s->now_ms = s->leaves_ms + MINUTE_LATE;
	for (int i = 0; i < s->n && s->failed[0] == '\0'; i++) {
		sim_turn(s, &s->nodes[i], &(struct event){.type = EVENT_TICK});
		sim_down(s, &s->nodes[i]);
		sim_boot(s, &s->nodes[i]);
		if (i != s->leaves && !s->nodes[i].node->peers[s->leaves].removed)
			sim_fail(s, "node %d is a member at node %d behind its day", s->leaves, i);
	}
}

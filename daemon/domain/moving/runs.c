/* SPDX-License-Identifier: EUPL-1.2 */
/* Which of them goes on stands nowhere: a referral of ours says what it goes on with, so it is asked of those. */
#include "domain/moving/runs.h"

#include <string.h>

#include "base/check.h"
#include "domain/consent/casefile.h"
#include "domain/moving/tell.h"

static bool sound(const struct msg *run)
{
	return msg_bytes(run, HANDOVER_RUN_THREAD).len == 16 &&
	       msg_bytes(run, HANDOVER_RUN_NODE).len == 32;
}

/* Once: a content that is opened again after a loss says the same.  What names no thread or no node is left out: nobody could find
 * it, and whoever works there hears of the move from the former owner all the same. */
void runs_keep(struct turn *t, const struct msg *content, struct msg *record)
{
	if (msg_count(record, HANDOVER_RECORD_RUNS) != 0)
		return;
	for (size_t i = 0; i < msg_count(content, HANDOVER_CONTENT_RUNS) && i < TELL_MOST; i++) {
		const struct msg *run = msg_at(content, HANDOVER_CONTENT_RUNS, i);

		if (sound(run))
			msg_copy_fields(msg_add(t->arena, record, HANDOVER_RECORD_RUNS), run);
	}
}

const struct peer *runs_peer(struct turn *t, const struct msg *run)
{
	const struct peer *p;
	struct id32 node;

	require(sound(run));
	memcpy(node.b, msg_bytes(run, HANDOVER_RUN_NODE).p, sizeof node.b);
	p = state_peer_by_id(t->node, &node);
	return p == NULL || p->self || p->removed ? NULL : p;
}

/* Drawn before anything was said there: the former owner hands the name on in MOVED, so that its reader files what we say later
 * under the case that it has. */
enum err runs_name(struct turn *t, const struct thread *th, const struct msg *record,
		   struct msg *body)
{
	for (size_t i = 0; i < msg_count(record, HANDOVER_RECORD_RUNS); i++) {
		const struct msg *run = msg_at(record, HANDOVER_RECORD_RUNS, i);
		const struct peer *p = runs_peer(t, run);
		struct id16 subject;
		enum err rc = p == NULL ? ERR_NOTFOUND
					: casefile_subject(t, &th->case_id, NULL, p, &subject);

		if (p == NULL)
			continue;
		if (rc != ERR_OK)
			return rc;
		msg_add_bytes(t->arena, body, HANDOVER_TAKE_RUNS,
			      msg_bytes(run, HANDOVER_RUN_THREAD));
		msg_add_bytes(t->arena, body, HANDOVER_TAKE_NAMES, span_of(subject.b, 16));
	}
	return ERR_OK;
}

/* A pair that does not fit is passed over: that referral is told of the move without a name (tell.c). */
void runs_learn(struct turn *t, const struct msg *body, struct msg *record)
{
	uint8_t names[TELL_MOST * TELL_NAME];
	struct wr w = wr_of(names, sizeof names);
	const size_t n = msg_count(body, HANDOVER_TAKE_RUNS);

	for (size_t i = 0; i < n && i < TELL_MOST && i < msg_count(body, HANDOVER_TAKE_NAMES);
	     i++) {
		const struct span thread = msg_bytes_at(body, HANDOVER_TAKE_RUNS, i);
		const struct span name = msg_bytes_at(body, HANDOVER_TAKE_NAMES, i);

		if (thread.len != 16 || name.len != 16)
			continue;
		wr_put(&w, thread.p, thread.len);
		wr_put(&w, name.p, name.len);
	}
	if (wr_span(&w).len != 0)
		msg_set_bytes(t->arena, record, HANDOVER_RECORD_NAMES, wr_span(&w));
}

/* Over the threads of the case and not over those of the partner: a case has few. */
enum err runs_go_on(struct turn *t, const struct id16 *case_id, const struct msg *run, bool *yes)
{
	const struct store_key prefix = turn_key_id(case_id);
	const struct span thread = msg_bytes(run, HANDOVER_RUN_THREAD);
	struct store_walk w = {.key_len = 32};

	*yes = false;
	while (!*yes && store_each(t->txn, STORE_THREADCASE, key_span(&prefix), &w)) {
		struct thread th;
		struct id16 id;

		memcpy(id.b, w.row.key.p + 16, 16);
		w.rc = thread_load(t, &id, &th);
		*yes = w.rc == ERR_OK && th.role == THREAD_SENDER && thread.len == 16 &&
		       memcmp(th.continues.b, thread.p, 16) == 0;
	}
	return w.rc;
}

/* One at a node that left the roster waits for nobody. */
enum err runs_wait(struct turn *t, const struct id16 *case_id, const struct msg *record, bool *yes)
{
	const bool seen_to = msg_u64(record, HANDOVER_RECORD_FOLLOWED) != 0;

	*yes = false;
	for (size_t i = 0; !seen_to && !*yes && i < msg_count(record, HANDOVER_RECORD_RUNS); i++) {
		const struct msg *run = msg_at(record, HANDOVER_RECORD_RUNS, i);
		bool goes_on;
		enum err rc = runs_go_on(t, case_id, run, &goes_on);

		if (rc != ERR_OK)
			return rc;
		*yes = !goes_on && runs_peer(t, run) != NULL;
	}
	return ERR_OK;
}

/* A need that stayed behind is anything that is referred there. */
static bool fits(struct turn *t, const struct msg *run, const struct peer *p, const char *need)
{
	const char *was = msg_text(run, HANDOVER_RUN_NEED);

	return runs_peer(t, run) == p && (was[0] == '\0' || strcmp(was, need) == 0);
}

/* The first that fits: of two that are alike each new referral takes one. */
enum err runs_find(struct turn *t, const struct id16 *case_id, const struct msg *record,
		   const struct peer *p, const char *need, struct id16 *id)
{
	for (size_t i = 0; i < msg_count(record, HANDOVER_RECORD_RUNS); i++) {
		const struct msg *run = msg_at(record, HANDOVER_RECORD_RUNS, i);
		bool goes_on = true;
		enum err rc = fits(t, run, p, need) ? runs_go_on(t, case_id, run, &goes_on)
						    : ERR_OK;

		if (rc != ERR_OK)
			return rc;
		if (goes_on)
			continue;
		memcpy(id->b, msg_bytes(run, HANDOVER_RUN_THREAD).p, sizeof id->b);
		return ERR_OK;
	}
	return ERR_NOTFOUND;
}

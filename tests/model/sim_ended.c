/* SPDX-License-Identifier: EUPL-1.2 */
/* The judge of consents that were taken back: nothing that came under one opens anywhere, nor under one that it was passed on with,
 * and whoever collected it hears so of each holder, and not before it is true. */
#include <string.h>

#include "base/check.h"
#include "domain/care/acts.h"
#include "domain/consent/grant.h"
#include "domain/documents/grantkey.h"
#include "domain/grant/erasure.h"
#include "domain/onward/rows.h"
#include "domain/owner/handover.h"
#include "sim.h"

static bool key_here(struct sim_view *v, const struct id16 *grant)
{
	const struct store_key k = turn_key_id(grant);

	return record_exists(v->t.txn, STORE_GRANTKEY, key_span(&k));
}

/* By its thread, which outlives its record. */
static bool over(struct sim_view *v, const struct id16 *grant)
{
	struct thread th;

	return thread_load(&v->t, grant, &th) == ERR_OK && th.kind == THREAD_CONSENT &&
	       th.withdrawn;
}

/* What was written in a case while a partner had it, and came back with the case: it is part of the file again. */
static bool came_back(const struct thread *th, uint16_t type)
{
	return th->kind == THREAD_HANDOVER && th->role == THREAD_SENDER &&
	       th->state == HANDOVER_RECLAIMED && type == DOC_ADDENDUM;
}

/* What came in this thread under a consent that is over. */
static void check_bodies(struct sim *s, struct sim_view *v, const struct thread *th)
{
	for (uint32_t no = 1; no <= th->their_no; no++) {
		struct log_entry e;
		struct document d;
		struct msg *body;

		if (thread_entry(&v->t, th, false, no, &e) != ERR_OK ||
		    document_load(&v->t, &e.doc, &d) != ERR_OK || d.head.cats == 0 ||
		    came_back(th, e.type))
			continue;
		if (over(v, &d.head.grant_id) && document_body(&v->t, &d, &body) == ERR_OK)
			sim_fail(s, "node %d reads what came under a consent that is over",
				 v->n->no);
	}
}

/* Who has the person, because this node passed it on under that consent of its own. */
static void check_passed(struct sim *s, struct sim_view *v, const struct id16 *grant)
{
	struct store_walk w = {.rc = ERR_OK};
	struct id16 child;
	uint16_t peer;

	while (onward_each(&v->t, grant, &w, &child, &peer)) {
		struct thread th;

		if (thread_load(&v->t, &child, &th) != ERR_OK)
			continue; /* it never left */
		s->moves.children++;
		if (!th.withdrawn)
			sim_fail(s, "node %d: what was passed on outlived its consent", v->n->no);
	}
	require(w.rc == ERR_OK);
}

/* Of those that this holder passed the person on to, how many have it still. */
static uint64_t children(struct sim *s, int holder, const struct id16 *grant, bool rest)
{
	uint64_t count = 0;

	for (int i = 0; i < s->n; i++) {
		struct store_walk w = {.rc = ERR_OK};
		struct sim_view v;

		if (i == holder || (!rest && s->nodes[i].changed_ms != 0))
			continue;
		sim_view_beside(s, &v, &s->nodes[i]);
		while (store_each(v.t.txn, STORE_GRANTKEY, span_of(NULL, 0), &w)) {
			const size_t mark = v.t.arena->used;
			struct id16 id;
			struct msg *m;

			memcpy(id.b, w.row.key.p, 16);
			if (consent_record(&v.t, &id, &m) == ERR_OK &&
			    consent_between(m, (uint16_t)(holder + 1), true)) {
				const struct span p = msg_bytes(msg_get(m, GRANT_RECORD_GRANT),
								CONSENT_GRANT_PARENT_GRANT);

				count += p.len == 16 && memcmp(p.p, grant->b, 16) == 0;
			}
			arena_rewind(v.t.arena, mark);
		}
		sim_view_close(&v);
	}
	return count;
}

/* The collector's side.  At rest every holder answered.  Before that its key is gone where no disk was lost; and whoever came back says to
 * whom it passed the consent on only once it heard all of it, but of what another node did under its name it may have heard nothing. */
static void check_answer(struct sim *s, struct sim_view *v, const struct thread *th, bool rest)
{
	const int holder = th->peer - 1;
	struct erasure_told told;
	struct sim_view there;
	uint64_t have;
	bool key;

	require(erasure_told(&v->t, th, &told) == ERR_OK);
	if (told.type != DOC_ERASED) {
		if (rest)
			sim_fail(s, "node %d: a consent that was taken back has no answer of %d",
				 v->n->no, holder);
		return;
	}
	s->moves.answered++;
	sim_view_beside(s, &there, &s->nodes[holder]);
	key = key_here(&there, &th->id);
	sim_view_close(&there);
	if (key && (rest || s->nodes[holder].changed_ms == 0))
		sim_fail(s, "node %d: erased, says node %d, and has the key", v->n->no, holder);
	have = children(s, holder, &th->id, rest);
	if ((rest || !s->nodes[holder].doubled) && told.outcome != ERASURE_NEVER_HELD &&
	    told.onward < have)
		sim_fail(s, "node %d: node %d passed it on to %llu, and %llu have it", v->n->no,
			 holder, (unsigned long long)told.onward, (unsigned long long)have);
}

static bool owes(struct sim_view *v, const struct thread *th)
{
	return th->kind == THREAD_CONSENT && th->withdrawn && th->owes_end &&
	       !turn_case_erased(&v->t, &th->case_id);
}

static void check_consent(struct sim *s, struct sim_view *v, const struct thread *th, bool rest)
{
	if (rest && key_here(v, &th->id))
		sim_fail(s, "node %d keeps the key of a consent that is over", v->n->no);
	if (rest && owes(v, th))
		sim_fail(s, "node %d owes a word about a consent that is over", v->n->no);
	if (th->role == THREAD_SENDER)
		check_answer(s, v, th, rest);
	else if (rest)
		check_passed(s, v, &th->id);
}

static void check_node(struct sim *s, struct sim_node *n, bool rest)
{
	struct store_walk w = {.rc = ERR_OK};
	struct sim_view v;

	sim_view_open(s, &v, n);
	while (s->failed[0] == '\0' && store_each(v.t.txn, STORE_THREAD, span_of(NULL, 0), &w)) {
		const size_t mark = v.t.arena->used;
		struct thread th;
		struct id16 id;

		memcpy(id.b, w.row.key.p, 16);
		require(thread_load(&v.t, &id, &th) == ERR_OK);
		if (th.kind == THREAD_CONSENT && th.withdrawn)
			check_consent(s, &v, &th, rest);
		if (rest && th.kind != THREAD_CONSENT)
			check_bodies(s, &v, &th);
		arena_rewind(v.t.arena, mark);
	}
	sim_view_close(&v);
}

void sim_check_ended(struct sim *s, bool rest)
{
	for (int i = 0; i < s->n && s->failed[0] == '\0'; i++)
		if (rest || (s->nodes[i].up && !s->nodes[i].unaware && s->clone_of != i))
			check_node(s, &s->nodes[i], rest);
}

bool sim_answers_owed(struct sim *s)
{
	bool yes = false;

	for (int i = 0; i < s->n && !yes; i++) {
		struct store_walk w = {.rc = ERR_OK};
		struct sim_view v;

		sim_view_open(s, &v, &s->nodes[i]);
		while (!yes && store_each(v.t.txn, STORE_THREAD, span_of(NULL, 0), &w)) {
			const size_t mark = v.t.arena->used;
			struct thread th;
			struct id16 id;

			memcpy(id.b, w.row.key.p, 16);
			require(thread_load(&v.t, &id, &th) == ERR_OK);
			yes = owes(&v, &th);
			arena_rewind(v.t.arena, mark);
		}
		sim_view_close(&v);
	}
	return yes;
}

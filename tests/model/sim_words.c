/* SPDX-License-Identifier: EUPL-1.2 */
/* The judge of what workers say to each other, and of referrals that were sent by mistake: no word passes where two partners
 * closed messages, none outlives its consent at either end, and of a mistake nothing stays at whoever got it. */
#include "base/check.h"
#include "base/limits.h"
#include "domain/care/acts.h"
#include "domain/consent/casefile.h"
#include "domain/consent/grant.h"
#include "domain/referral/fold.h"
#include "domain/referral/states.h"
#include "domain/referral/worklist.h"
#include "sim.h"

#include <string.h>

/* One entry of a log, and what it says as far as that is still here. */
struct said {
	struct log_entry e;
	struct document d;
	struct msg *body; /* NULL: gone, or never here */
};

static bool look(struct sim_view *v, const struct thread *th, bool mine, uint32_t no,
		 struct said *out)
{
	*out = (struct said){.body = NULL};
	if (thread_entry(&v->t, th, mine, no, &out->e) != ERR_OK ||
	    document_load(&v->t, &out->e.doc, &out->d) != ERR_OK)
		return false;
	if (document_body(&v->t, &out->d, &out->body) != ERR_OK)
		out->body = NULL;
	return true;
}

static bool taken_back(struct sim_view *v, const struct id16 *grant)
{
	struct msg *m;

	return consent_record(&v->t, grant, &m) == ERR_OK &&
	       msg_u64(m, GRANT_RECORD_WITHDRAWN_MS) != 0;
}

/* A message of either side, as this node has it. */
static void check_message(struct sim *s, struct sim_view *v, const struct thread *th,
			  struct sim_view *other, bool mine, const struct said *m)
{
	const int from = mine ? v->n->no : th->peer - 1, to = mine ? th->peer - 1 : v->n->no;

	if (m->body == NULL)
		return;
	if (!mine && (msg_cats(m->body) & SIM_MESSAGE) != 0 &&
	    (s->send_cats[from][to] & s->take_cats[to][from] & SIM_MESSAGE) == 0)
		sim_fail(s, "node %d holds a message that an agreement closes", v->n->no);
	if (s->profile.life > 0 &&
	    (taken_back(v, &m->d.head.grant_id) || taken_back(other, &m->d.head.grant_id)))
		sim_fail(s, "node %d: a message outlived its consent", v->n->no);
}

/* Sent by mistake: only in the first minutes, and before the partner said anything. */
static void check_in_time(struct sim *s, struct sim_view *v, const struct thread *th,
			  const struct said *error)
{
	struct log_entry offer;

	if (error->body == NULL ||
	    strcmp(msg_text(error->body, ACT_REASON), "sent-by-mistake") != 0)
		return;
	if (error->e.seen_no > 0)
		sim_fail(s, "node %d: a referral was recalled after its partner acted", v->n->no);
	if (thread_entry(&v->t, th, true, 1, &offer) == ERR_OK &&
	    error->e.created_ms > offer.created_ms + LIMIT_RECALL_MS)
		sim_fail(s, "node %d: a referral was recalled too late", v->n->no);
}

/* Whoever got it keeps nothing of the person. */
static void check_gone(struct sim *s, struct sim_view *v, const struct thread *th, uint32_t no)
{
	bool may;

	if (fold_allowed(&v->t, th, no, &may) != ERR_OK || !may)
		return;
	if (th->need[0] != '\0')
		sim_fail(s, "node %d holds the need of what was sent by mistake", v->n->no);
	for (uint32_t i = 1; i <= th->their_no; i++) {
		struct said one;

		if (look(v, th, false, i, &one) && one.body != NULL && msg_cats(one.body) != 0)
			sim_fail(s, "node %d holds what was sent by mistake", v->n->no);
	}
}

/* A closed case is off the lists, and so is one that was handed over: whoever works for the person is elsewhere.  In an open one
 * nothing that a referral leaves to do is missing, but what somebody saw to. */
static void check_work(struct sim *s, struct sim_view *v, const struct thread *th)
{
	const enum work_kind kind = state_work((enum referral_state)th->state, fold_our_side(th));
	const struct store_key k = worklist_key(th, kind == WORK_KIND_COUNT ? WORK_ANSWER : kind);
	struct msg *m;

	/* of what was sent by mistake nothing is left to erase where nobody had begun */
	if (kind == WORK_ERASE && th->state == REFERRAL_ERROR && th->my_no == 0)
		return;
	if (kind == WORK_KIND_COUNT || (th->handled >> kind & 1) != 0 ||
	    turn_case_erased(&v->t, &th->case_id) ||
	    casefile_load(&v->t, &th->case_id, &m) != ERR_OK ||
	    msg_u64(m, CASE_RECORD_CLOSED) != 0 || msg_u64(m, CASE_RECORD_MOVED) != 0)
		return;
	if (!record_exists(v->t.txn, STORE_WORK, key_span(&k)))
		sim_fail(s, "node %d: an open case lacks the work of a referral: %s", v->n->no,
			 worklist_code(kind));
}

void sim_check_case(struct sim *s, struct sim_node *n, const struct id16 *id)
{
	const struct store_key prefix = turn_key_id(id);
	struct store_walk w = {.rc = ERR_OK};
	struct sim_view v;

	sim_view_open(s, &v, n);
	while (store_each(v.t.txn, STORE_THREADCASE, key_span(&prefix), &w)) {
		struct thread th;
		struct id16 thread;

		memcpy(thread.b, w.row.key.p + 16, 16);
		require(thread_load(&v.t, &thread, &th) == ERR_OK);
		if (th.kind == THREAD_REFERRAL)
			check_work(s, &v, &th);
	}
	sim_view_close(&v);
}

void sim_check_words(struct sim *s, struct sim_view *v, const struct thread *th,
		     struct sim_view *other)
{
	if (th->kind == THREAD_REFERRAL && s->profile.life > 0)
		check_work(s, v, th);
	for (unsigned side = 0; side < 2 && th->kind == THREAD_REFERRAL; side++)
		for (uint32_t no = 1; no <= (side == 0 ? th->my_no : th->their_no); no++) {
			struct said one;

			if (!look(v, th, side == 0, no, &one))
				continue;
			if (one.e.type == DOC_MESSAGE)
				check_message(s, v, th, other, side == 0, &one);
			if (one.e.type == DOC_ERROR && side == 0 && th->role == THREAD_SENDER)
				check_in_time(s, v, th, &one);
			if (one.e.type == DOC_ERROR && side == 1 && th->role == THREAD_RECEIVER)
				check_gone(s, v, th, no);
		}
}

/* SPDX-License-Identifier: EUPL-1.2 */
/* Two things that only whoever refers can still change: that a person goes round in a circle, and that nobody asked the person.  The
 * first may be right all the same, so a reason lets it pass; the second never is. */
#include "domain/referring/way.h"

#include "base/check.h"
#include "base/text.h"
#include "domain/consent/casefile.h"
#include "domain/evidence/audit.h"
#include "domain/handover/steps.h"
#include "domain/membership/names.h"
#include "domain/moving/runs.h"
#include "domain/onward/before.h"
#include "domain/onward/child.h"

/* One that ran there when the case came here goes on with this one. */
static enum err goes_on(struct turn *t, struct thread *th, const struct peer *p, struct msg *offer)
{
	struct store_walk w = {.rc = ERR_OK};
	struct thread by;
	struct msg *m;

	while (rows_each(t, &th->case_id, &w, &by, &m)) {
		if (by.role != THREAD_RECEIVER || by.state != HANDOVER_TAKEN)
			continue;
		w.rc = runs_find(t, &th->case_id, m, p, th->need, &th->continues);
		if (w.rc == ERR_NOTFOUND) {
			w.rc = ERR_OK;
			continue;
		}
		if (w.rc == ERR_OK)
			msg_set_bytes(t->arena, offer, OFFER_CONTINUES,
				      span_of(th->continues.b, 16));
		return w.rc;
	}
	return w.rc;
}

enum err way_chain(struct turn *t, const struct msg *req, struct thread *th, const struct peer *p,
		   struct msg *offer, bool *round)
{
	struct hops chain;
	enum err rc = before_chain(t, th, p, &chain, round);

	if (rc != ERR_OK)
		return rc;
	if (*round && text_blank(msg_text(req, REFER_NEW_KNOWING)))
		return turn_refuse_with(t, ERR_STATE, REFUSAL_LOOP, say_text("partner", p->org));
	rc = hops_write(t->arena, offer, &chain);
	return rc == ERR_OK ? goes_on(t, th, p, offer) : rc;
}

/* The reason stands in the file, and that there was one in the log. */
static enum err known(struct turn *t, const struct msg *req, const struct thread *th)
{
	enum err rc = casefile_entry(t, &th->case_id, "loop-known",
				     msg_text(req, REFER_NEW_KNOWING), &th->id);

	require(th->role == THREAD_SENDER);
	return rc == ERR_OK ? audit_add(t, &(struct audit_entry){.event = AUDIT_SEND,
								 .peer = th->peer,
								 .case_id = &th->case_id,
								 .grant = &th->grant_id,
								 .detail = "loop-known"})
			    : rc;
}

/* What waited for it in the handover does so no more. */
static enum err went_on(struct turn *t, const struct id16 *case_id)
{
	struct store_walk w = {.rc = ERR_OK};
	struct thread th;
	struct msg *m;

	while (rows_each(t, case_id, &w, &th, &m))
		if (msg_count(m, HANDOVER_RECORD_RUNS) != 0)
			w.rc = steps_changed(t, &th, "");
	return w.rc;
}

enum err way_went(struct turn *t, const struct msg *req, const struct thread *th, bool round)
{
	enum err rc = round ? known(t, req, th) : ERR_OK;

	return rc == ERR_OK && !bytes_zero(th->continues.b, 16) ? went_on(t, &th->case_id) : rc;
}

enum err way_allowed(struct turn *t, const struct msg *record, const struct id16 *case_id,
		     const struct peer *p, bool *made)
{
	char typed[NAMES_TYPED_LEN];
	enum child_found found = CHILD_OURS;
	const struct peer *from;
	enum err rc = msg_u64(record, CASE_RECORD_THEIRS) != 0 ? child_find(t, case_id, p, &found)
							       : ERR_OK;

	*made = rc == ERR_OK && found == CHILD_MADE;
	if (rc != ERR_OK || found != CHILD_NONE)
		return rc;
	from = state_peer(t->node, (uint16_t)msg_u64(record, CASE_RECORD_FROM));
	names_typed(t->node, p, typed);
	return turn_refuse_with(t, ERR_DENIED, REFUSAL_ONWARD_DENIED, say_text("partner", p->org),
				say_text("typed", typed),
				say_text("name", from == NULL ? "-" : from->org));
}

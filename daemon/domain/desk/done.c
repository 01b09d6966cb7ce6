/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * "Continue yourself" ends where the person was referred on, spoken with, or needs nothing any more; none of it is an act of this
 * referral, which is over or stands still, so nothing is signed and nothing leaves.  "Erase" ends when what the sender told in the
 * referral is gone here; the case, our own words in it and its other referrals stay.
 */
#include "domain/desk/done.h"

#include "base/check.h"

#include <string.h>

#include "base/text.h"
#include "domain/care/acts.h"
#include "domain/consent/bylaw.h"
#include "domain/consent/casefile.h"
#include "domain/evidence/audit.h"
#include "domain/referral/referral.h"
#include "domain/referral/worklist.h"
#include "domain/views/referrals.h"

/* What the timeline calls it. */
static const char *const ways[][2] = {
	{"referred-on", "done-referred-on"}, {"told", "done-told"}, {"closed", "done-closed"}};

/* NULL: there is no such way. */
static const char *entry_of(const char *way)
{
	require(way != NULL);
	for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++)
		if (strcmp(ways[i][0], way) == 0)
			return ways[i][1];
	return NULL;
}

/* A partner's word that came meanwhile may be what was waited for. */
static enum err still_as_seen(struct turn *t, const struct thread *th, uint64_t expect)
{
	const uint64_t now = (uint64_t)th->my_no + th->their_no;
	char ref[THREAD_REF_LEN + 1];

	if (expect == 0 || expect - 1 == now)
		return ERR_OK;
	thread_reference(t, &th->id, ref);
	turn_stale(t, &th->id, now);
	return turn_refuse_with(t, ERR_STALE, REFUSAL_DONE_CHANGED, say_text("ref", ref),
				say_number("current", now));
}

static enum err find(struct turn *t, const char *ref, uint64_t expect, struct thread *th)
{
	enum err rc = view_find_referral(t, ref, REFUSAL_REFERRAL_UNKNOWN, th);

	return rc == ERR_OK ? still_as_seen(t, th, expect) : rc;
}

/* Of this referral, by its reference and its partner. */
static enum err refuse(struct turn *t, const struct thread *th, enum refusal code)
{
	const struct peer *p = state_peer(t->node, th->peer);
	char ref[THREAD_REF_LEN + 1];

	thread_reference(t, &th->id, ref);
	return turn_refuse_with(t, ERR_STATE, code, say_text("ref", ref),
				say_text("partner", p == NULL ? "" : p->org));
}

/* All of this referral that can be ticked off: it is one line of the day.  What it waits for besides stays. */
enum err desk_done(struct turn *t, const struct msg *req, struct msg *reply)
{
	const char *entry = entry_of(msg_text(req, DONE_NEW_WAY));
	const char *text = msg_text(req, DONE_NEW_TEXT);
	struct thread th;
	unsigned count;
	enum err rc = find(t, msg_text(req, DONE_NEW_REF), msg_u64(req, DONE_NEW_EXPECT), &th);

	if (rc == ERR_OK && entry == NULL)
		return turn_refuse(t, ERR_INVAL, REFUSAL_DONE_HOW);
	if (rc == ERR_OK)
		rc = worklist_handled(t, &th, WORK_BY_HAND, &count);
	if (rc == ERR_OK && count == 0)
		return refuse(t, &th, REFUSAL_DONE_NOTHING);
	if (rc == ERR_OK)
		rc = acts_retime(t, &th);
	if (rc == ERR_OK)
		rc = casefile_entry(t, &th.case_id, entry, text_blank(text) ? NULL : text, &th.id);
	if (rc == ERR_OK)
		rc = audit_add(t, &(struct audit_entry){.event = AUDIT_CHANGE,
							.peer = th.peer,
							.case_id = &th.case_id,
							.detail = "done"});
	return rc == ERR_OK ? view_referral_row(t, &th, reply, false) : rc;
}

/* The work rows of a case stand side by side; of how many threads is bounded by what one case may have. */
enum err desk_referred_on(struct turn *t, const struct thread *newer)
{
	const struct store_key prefix = turn_key_id(&newer->case_id);
	struct store_walk w = {.rc = ERR_OK};

	require(newer->role == THREAD_SENDER);
	while (store_each(t->txn, STORE_WORK, key_span(&prefix), &w)) {
		struct thread th;
		struct id16 id;
		unsigned count;

		if (w.row.key.len != 33 ||
		    (w.row.key.p[32] != WORK_FOLLOW_UP && w.row.key.p[32] != WORK_REFER_ON))
			continue;
		memcpy(id.b, w.row.key.p + 16, 16);
		w.rc = thread_load(t, &id, &th);
		if (w.rc != ERR_OK || th.role != THREAD_SENDER || strcmp(th.need, newer->need) != 0)
			continue;
		w.rc = worklist_handled(t, &th, WORK_BY_HAND, &count);
		if (w.rc == ERR_OK)
			w.rc = thread_save(t, &th);
		if (w.rc == ERR_OK)
			w.rc = casefile_entry(t, &th.case_id, "done-referred-on", NULL, &th.id);
	}
	return w.rc;
}

/* The right one may have gone before the mistake was seen: then there is no other way to look for. */
enum err desk_taken_back(struct turn *t, struct thread *th)
{
	unsigned count = 0;
	bool open = false;
	enum err rc = ERR_OK;

	require(th->role == THREAD_SENDER && th->state == REFERRAL_ERROR);
	for (size_t i = 0; rc == ERR_OK && !open && i < t->node->peer_count; i++)
		rc = view_open_referral(t, &th->case_id, t->node->peers[i].no, th->need, &open);
	if (rc == ERR_OK && open)
		rc = worklist_handled(t, th, WORK_BY_HAND, &count);
	if (rc != ERR_OK || count == 0)
		return rc;
	rc = casefile_entry(t, &th->case_id, "done-referred-on", NULL, &th->id);
	return rc == ERR_OK ? thread_save(t, th) : rc;
}

/* Why what lies here may not go, or not yet.  What went by itself, as when consent was taken back, is still told to have gone:
 * until then it is work. */
static enum err may_erase(struct turn *t, const struct thread *th)
{
	const struct peer *p = state_peer(t->node, th->peer);

	require(th->kind == THREAD_REFERRAL);
	if (th->role == THREAD_SENDER)
		return refuse(t, th, REFUSAL_ERASE_OURS);
	if (!referral_terminal((enum referral_state)th->state))
		return refuse(t, th,
			      p != NULL && p->removed			    ? REFUSAL_ERASE_GONE
			      : strcmp(view_next_of(t, th), "partner") == 0 ? REFUSAL_ERASE_WAITING
									    : REFUSAL_ERASE_OPEN);
	if (th->hidden && !worklist_waits(t, th, WORK_ERASE))
		return refuse(t, th, REFUSAL_ERASE_ALREADY);
	return ERR_OK;
}

/* Signed heads stay, and the ledger: that something was said, when and to whom, never what. */
enum err desk_ref_erase(struct turn *t, const struct msg *req, struct msg *reply)
{
	struct thread th;
	unsigned count;
	enum err rc = find(t, msg_text(req, BY_ID_ID), msg_u64(req, BY_ID_EXPECT), &th);

	if (rc == ERR_OK)
		rc = may_erase(t, &th);
	if (rc == ERR_OK)
		rc = bylaw_refuse(t, &th.case_id);
	if (rc == ERR_OK)
		rc = worklist_handled(t, &th, WORK_STATE, &count);
	if (rc == ERR_OK)
		rc = acts_forget(t, &th);
	if (rc == ERR_OK)
		rc = audit_add(t, &(struct audit_entry){.event = AUDIT_ERASE,
							.peer = th.peer,
							.case_id = &th.case_id,
							.detail = "referral"});
	return rc == ERR_OK ? view_referral_row(t, &th, reply, false) : rc;
}

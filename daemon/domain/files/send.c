/* SPDX-License-Identifier: EUPL-1.2 */
/* A file goes with an INFO, in any state in which the two sides still work for the person: unlike fields of the case nobody has to
 * have asked for it.  The document holds the key, so it is under the consent like any field; the ciphertext follows when the
 * partner asks for it, and only while the consent holds. */
#include "domain/files/files.h"

#include "base/check.h"
#include "domain/care/acts.h"
#include "domain/consent/grant.h"
#include "domain/consent/pack.h"
#include "domain/handover/rows.h"
#include "domain/loss/settled.h"
#include "domain/referral/fold.h"
#include "domain/views/referrals.h"

enum { FOR_OTHERS = 64 }; /* entries of our log that stay free for acts */

/* What our log says already: so many files go in one referral, and each once. */
static enum err room_in(struct turn *t, const struct thread *th, bool *full)
{
	unsigned n = 0;
	enum err rc = ERR_OK;

	for (uint32_t no = 1; rc == ERR_OK && no <= th->my_no; no++) {
		struct log_entry e;

		rc = thread_entry(t, th, true, no, &e);
		n += rc == ERR_OK && e.type == DOC_INFO;
	}
	*full = n >= LIMIT_REF_FILES || th->my_no >= THREAD_LOG_MAX - FOR_OTHERS;
	return rc == ERR_NOTFOUND ? ERR_CORRUPT : rc;
}

/* By the table, by the log, and not before both ends of it were compared. */
static enum err may_send(struct turn *t, const struct thread *th)
{
	const struct peer *p = state_peer(t->node, th->peer);
	bool may, full;
	enum err rc;

	if (th->role != THREAD_SENDER)
		return turn_refuse_with(t, ERR_STATE, REFUSAL_ACT_OF_THE_SENDER,
					say_text("partner", p == NULL ? "-" : p->org));
	if (!referral_may((enum referral_state)th->state, REFERRAL_BY_SENDER, DOC_INFO))
		return turn_refuse_with(
			t, ERR_STATE, REFUSAL_ACT_NOT_NOW,
			say_code("state", LIST_STATES,
				 referral_state_name((enum referral_state)th->state)));
	rc = settled_writable(t, th, &may);
	if (rc == ERR_OK && !may)
		return turn_refuse_with(t, ERR_STATE, REFUSAL_REFERRAL_COMPARED,
					say_text("partner", p == NULL ? "-" : p->org));
	if (rc == ERR_OK)
		rc = room_in(t, th, &full);
	return rc == ERR_OK && full ? turn_refuse(t, ERR_FULL, REFUSAL_REFERRAL_FULL) : rc;
}

/* One that came from a partner stays here: the person allowed that partner to show it to us, and nobody to pass it on.  What came as an
 * addition to a case that is ours by now is the case's own. */
static enum err which(struct turn *t, const struct thread *th, const char *text,
		      struct attachment *a)
{
	enum err rc = files_find(t, &th->case_id, text, a);

	if (rc == ERR_OK && a->peer != 0 && !a->added)
		return turn_refuse(t, ERR_DENIED, REFUSAL_FILE_NOT_OURS);
	return rc == ERR_OK ? files_whole(t, a) : rc;
}

/* Everything in one turn: what is lent and not named would lie open, and what is named and not lent would be asked for in vain. */
enum err desk_file_send(struct turn *t, const struct msg *req, struct msg *reply)
{
	struct consent_scope s = {.received = false};
	struct attachment a = {.no = 0};
	struct msg *info;
	struct thread th;
	struct id16 grant;
	struct span packed;
	uint64_t cats;
	enum err rc = view_find_referral(t, msg_text(req, FILE_SEND_REF), REFUSAL_REFERRAL_UNKNOWN,
					 &th);

	if (rc == ERR_OK)
		rc = rows_writable(t, &th.case_id);
	if (rc == ERR_OK)
		rc = may_send(t, &th);
	if (rc == ERR_OK)
		rc = which(t, &th, msg_text(req, FILE_SEND_FILE), &a);
	if (rc != ERR_OK)
		return rc;
	info = msg_new(t->arena, MSG_INFO);
	s.p = state_peer(t->node, th.peer);
	s.case_id = th.case_id;
	grant = th.grant_id;
	if (info == NULL || s.p == NULL)
		return s.p == NULL ? ERR_STATE : ERR_NOMEM;
	attach_put(t, &a, DOC_INFO, info);
	/* the grant that the document will name is the one it is lent under */
	rc = consent_pack_body(t, &s, DOC_INFO, info, &packed, &cats, &grant);
	if (rc == ERR_OK)
		rc = blob_lend(t, &a.blob, th.peer, &grant, 0);
	if (rc == ERR_OK)
		rc = acts_sign(t, &th, DOC_INFO, info);
	return rc == ERR_OK ? view_referral_row(t, &th, reply, false) : rc;
}

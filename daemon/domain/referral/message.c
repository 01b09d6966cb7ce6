/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Both ends show the same appointment, whichever came first here: the later one in the order in which the logs are folded.  Of
 * two that were written without knowing of each other that is the one of the referral's sender.  No clock decides it: a partner
 * whose clock is ahead would keep its own appointment for ever.  A message moves no state and no term; what it leaves stands
 * beside them.
 */
#include "domain/referral/message.h"

#include "base/check.h"
#include "domain/referral/calendar.h"
#include "domain/referral/deadline.h"
#include "domain/referral/referral.h"

/* Is this entry behind the appointment that stands?  One that a comparison took out of the log stands no more.
 *
 *	written by           | and had read                 | it is
 *	the same side        | -                            | behind, when its number is larger
 *	the other side       | the one that stands          | behind
 *	the other side       | less; and that one had read it | before
 *	the other side       | neither had read the other   | behind, when it is the sender's */
static enum err behind(struct turn *t, const struct thread *th, bool mine,
		       const struct fold_event *at, uint32_t no, bool *yes)
{
	const bool senders = mine == (th->role == THREAD_SENDER);
	struct log_entry e = {.type = 0};
	enum err rc = ERR_NOTFOUND;

	if (th->meet_ms != 0 && th->meet_no != 0)
		rc = thread_entry(t, th, th->meet_ours, th->meet_no, &e);
	*yes = rc == ERR_NOTFOUND || e.type != DOC_MESSAGE;
	if (rc != ERR_OK || *yes)
		return rc == ERR_NOTFOUND ? ERR_OK : rc;
	if (mine == th->meet_ours)
		*yes = no > th->meet_no;
	else
		*yes = at->seen >= th->meet_no || (e.seen_no < no && senders);
	return ERR_OK;
}

enum err message_heard(struct turn *t, struct thread *th, bool mine, uint32_t no, uint32_t seen_no,
		       const struct msg *body)
{
	const struct fold_event at = {DOC_MESSAGE, seen_no};
	bool yes;
	enum err rc;

	require(th->kind == THREAD_REFERRAL && no >= 1);
	require(msg_kind_of(body) == MSG_MESSAGE);
	if (!mine)
		th->unread = no;
	if (msg_u64(body, MESSAGE_DATE_MS) == 0)
		return ERR_OK;
	rc = behind(t, th, mine, &at, no, &yes);
	if (rc != ERR_OK || !yes)
		return rc;
	th->meet_ms = deadline_date(t, msg_u64(body, MESSAGE_DATE_MS));
	th->meet_no = no;
	th->meet_ours = mine;
	return ERR_OK;
}

uint64_t message_appointed_until(const struct turn *t, const struct thread *th)
{
	const char *here = t->node->country;

	require(th->meet_ms != 0);
	return calendar_end(here, calendar_day(here, th->meet_ms));
}

bool message_appointed(const struct turn *t, const struct thread *th)
{
	return th->meet_ms != 0 && !th->hidden &&
	       !referral_terminal((enum referral_state)th->state) &&
	       t->wall_ms <= message_appointed_until(t, th);
}

uint64_t message_recall_until(const struct thread *th)
{
	const bool open = referral_may((enum referral_state)th->state, REFERRAL_BY_SENDER,
				       DOC_ERROR);

	return th->role == THREAD_SENDER && open && th->their_no == 0
		       ? th->created_ms + LIMIT_RECALL_MS
		       : 0;
}

enum err message_count(struct turn *t, const struct thread *th, uint32_t *count)
{
	*count = 0;
	for (uint32_t no = 1; no <= th->my_no; no++) {
		struct log_entry e;
		enum err rc = thread_entry(t, th, true, no, &e);

		if (rc != ERR_OK)
			return rc == ERR_NOTFOUND ? ERR_CORRUPT : rc;
		*count += e.type == DOC_MESSAGE;
	}
	return ERR_OK;
}

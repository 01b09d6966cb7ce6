/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Whoever begins a thread about a person, partner or loss, begins it the same way; only the side differs.  What a partner
 * said of the thread before its first document was here (hidden, withdrawn) holds from the first moment, and so does what
 * the thread itself kept: after a comparison that took its only document out of the log, it begins a second time.
 */
#include "domain/referral/begin.h"

#include "base/check.h"
#include "domain/documents/dates.h"
#include "domain/loss/compare.h"
#include "domain/referral/deadline.h"

enum err begin_thread(struct turn *t, struct thread *th, enum thread_side role,
		      const struct wire_head *h)
{
	uint8_t said = 0;
	enum err rc;

	require(th->kind != 0 && th->peer != 0);
	require(th->my_no + th->their_no == 0);
	th->role = (uint8_t)role;
	th->grant_id = h->grant_id;
	/* a partner that dates its documents in advance does not hold up what is counted from here */
	th->created_ms = dates_past(t->wall_ms, h->created_ms);
	if (th->created_ms > t->wall_ms)
		th->created_ms = t->wall_ms;
	th->stored_ms = th->changed_ms = t->wall_ms;
	th->term_days = DEADLINE_TERM_DAYS + DEADLINE_GRACE_DAYS;
	th->table_version = h->table_version;
	rc = compare_told(t, &th->id, &said);
	if (rc != ERR_OK)
		return rc;
	if (th->kind == THREAD_REFERRAL)
		th->hidden = th->hidden || (said & COMPARE_HIDDEN) != 0;
	if (th->kind == THREAD_CONSENT)
		th->withdrawn = th->withdrawn || (said & COMPARE_WITHDRAWN) != 0;
	return ERR_OK;
}

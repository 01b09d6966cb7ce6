/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * referrals - referrals as people look at them: inbox, sent, one with its history.
 *
 * Layer:    domain/views (base, proto, store; lower rooms).
 * Owns:     nothing; reads.
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds.
 * Durable:  nothing but the audit entry of a view.
 * Privacy:  a payload that was revoked or entered in error is not shown; every view is audited.
 */
#ifndef KRING_DOMAIN_VIEWS_REFERRALS_H
#define KRING_DOMAIN_VIEWS_REFERRALS_H

#include "domain/documents/thread.h"
#include "domain/page.h"
#include "domain/standing/follow.h"

/** Whose move it is: "us", "partner", "nobody". */
const char *view_next_of(const struct turn *t, const struct thread *th);
/** Which categories of what was said in this thread may be looked at now; *why: a code where there are none, else "". */
MUST_CHECK enum err view_readable(struct turn *t, const struct thread *th, uint64_t *cats,
				  const char **why);
/** One ReferralRow of th into reply.  name: the person and the need too.  Not in replies to commands that write: those are remembered for a day under
 *  the node-wide key, which an erasure does not destroy. */
MUST_CHECK enum err view_referral_row(struct turn *t, const struct thread *th, struct msg *reply,
				      bool name);
/** By whole id, reference, or a unique beginning of it (at least 4 characters).  Refuses for a person: of several that fit it
 *  names partner, day, person (within consent) and the longer reference, never choosing one; remedy: when there is none. */
MUST_CHECK enum err view_find_referral(struct turn *t, const char *text, enum refusal unknown,
				       struct thread *th);
/** Where the appointment of this referral is, into a text field of row, as far as consent goes; nothing when nobody said it. */
MUST_CHECK enum err view_meeting_place(struct turn *t, const struct thread *th, struct msg *row,
				       unsigned field);
MUST_CHECK enum err view_referrals_of_case(struct turn *t, const struct id16 *case_id,
					   struct msg *reply);
MUST_CHECK enum err view_open_referral(struct turn *t, const struct id16 *case_id, uint16_t peer,
				       const char *need, bool *open);
/** Offers p one referral, if it is of the list that ctx tells of; one that is damaged is named in reply, and ERR_OK. */
typedef enum err view_offer(struct turn *t, const void *ctx, const struct id16 *id, struct page *p,
			    struct msg *reply);
enum { VIEW_SENT = 1 << THREAD_SENDER, VIEW_CAME = 1 << THREAD_RECEIVER };
/** Which of the referrals that are not over, and who looks at each: `one` of those that the store names, `kept` of all that is kept in
 *  memory (standing/follow.h), where that has everything; both offer the same rows. */
struct view_open {
	unsigned roles; /* VIEW_SENT, VIEW_CAME */
	uint16_t only;	/* of this partner; 0: of all */
	view_offer *one;
	follow_one *kept; /* its ctx is this struct */
	const void *ctx;
};
/** Is this row one of those? */
bool view_open_kept(const struct view_open *of, const struct running_row *row);
/** As many of them as one turn looks at; the page rests then (t->again). */
MUST_CHECK enum err view_open_referrals(struct turn *t, const struct view_open *of, struct page *p,
					struct msg *reply);

/* control commands */
MUST_CHECK enum err view_inbox(struct turn *t, const struct msg *req, struct msg *reply);
MUST_CHECK enum err view_sent(struct turn *t, const struct msg *req, struct msg *reply);
/** Of view_show (show.h): the row, the history, the person. */
MUST_CHECK enum err view_referral_show(struct turn *t, const struct msg *req, struct msg *reply);

#endif /* KRING_DOMAIN_VIEWS_REFERRALS_H */

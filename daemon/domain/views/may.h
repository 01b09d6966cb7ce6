/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * may - which acts this node may do now on one referral, and what a person gives with each.
 *
 * One answer for two questions: what a screen offers, and what the desk lets through.  Whatever is offered is never refused as
 * "not now"; whatever is not offered is refused.
 *
 * Layer:    domain/views (base, proto, store; lower rooms).
 * Owns:     nothing.
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds.
 * Durable:  nothing.
 * Privacy:  vocabulary only.
 */
#ifndef KRING_DOMAIN_VIEWS_MAY_H
#define KRING_DOMAIN_VIEWS_MAY_H

#include "domain/documents/thread.h"
#include "proto/acts.h"

enum may {
	MAY_DO,
	MAY_OTHER_SIDE,	   /* the partner does this */
	MAY_OTHER_STATE,   /* not while the referral is as it is */
	MAY_ONCE,	   /* it was done, and is done once */
	MAY_NO_ROOM,	   /* the log has as many entries as it can take of these */
	MAY_ASKED,	   /* the case was asked for, and nobody answered yet */
	MAY_UNASKED,	   /* nobody asked for the case */
	MAY_COMPARED_FIRST /* after a loss of state, before both copies were found the same */
};

/** May a person here do this act now?  Of an act that people do (act.command). */
MUST_CHECK enum err may_do(struct turn *t, const struct thread *th, const struct act *a,
			   enum may *out);
/** What has to be given with it now: enum act_with. */
unsigned may_needs(const struct turn *t, const struct thread *th, const struct act *a);
/** Is that an entry of our own log of this type, which a person wrote and no later one of it replaced?  0: none was named. */
MUST_CHECK enum err may_correct(struct turn *t, const struct thread *th, uint16_t type, uint64_t no,
				bool *yes);
/** All that may be done, as rows of a ReferralRow. */
MUST_CHECK enum err may_rows(struct turn *t, const struct thread *th, struct msg *row);

#endif /* KRING_DOMAIN_VIEWS_MAY_H */

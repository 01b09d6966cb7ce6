/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * grants - how a consent ends, and what follows from it at both ends.
 *
 * Layer:    domain/care (base, proto, store; lower rooms).
 * Owns:     the threads of kind consent, their timers and WORK rows; withdrawn_ms and said_ms of GRANT rows.
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds.
 * Durable:  with the turn's transaction.
 * Privacy:  what no living grant covers any more is hollowed in the turn that learns of the withdrawal.
 *
 * A person withdraws a grant, not a referral.  The withdrawal is a document in the grant's own thread, and
 * either end may write it: GIVEN -> WITHDRAWN, for good; everything else there is a note.  What rests on the
 * grant alone ends in the same turn: the end that records it revokes those referrals, the end that holds
 * received bodies hollows them.  A document rests on the grant that its head names, until that one is
 * withdrawn; when it only ran out, another that covers the document carries it.  A referral rests on consent
 * as long as one of its sender's documents does.
 */
#ifndef KRING_DOMAIN_CARE_GRANTS_H
#define KRING_DOMAIN_CARE_GRANTS_H

#include "domain/consent/grant.h"

enum {
	GRANTS_GRACE_DAYS = 7,	 /* from the end of a consent to the end of what it let us hold */
	GRANTS_UNSURE_HOURS = 72 /* the word of a partner whose loss of state nobody confirmed */
};

/** Did its document leave?  So did that of one whose thread came back after a loss, even without its content. */
bool grants_sent(struct turn *t, const struct id16 *grant, const struct msg *record);
/** When a grant runs out, milliseconds. */
uint64_t grants_until(const struct msg *record);
/** Is a referral of this case with this partner going on, with us as this side (enum thread_side)? */
MUST_CHECK enum err grants_running(struct turn *t, const struct peer *p, const struct id16 *case_id,
				   uint8_t role, bool *yes);
/** A grant or a referral of this case began or ended: the work "consent ends" and the timers anew. */
MUST_CHECK enum err grants_changed(struct turn *t, const struct peer *p, const struct id16 *case_id,
				   bool received);
/** The timer of a consent's thread anew, and th saved. */
MUST_CHECK enum err grants_watch(struct turn *t, struct thread *th, const struct msg *record);
/** The referral ended for its person (revoked, in error, or its term is over): at the receiver its personal
 *  bodies go, and the person shown is put together anew from what other referrals still hold. */
MUST_CHECK enum err grants_let_go(struct turn *t, struct thread *th, uint16_t reason);
/** The person as a partner's bodies that are still here tell it, newest word last: CASE_RECORD.told. */
MUST_CHECK enum err grants_person(struct turn *t, const struct id16 *case_id);
/* What ended by a withdrawal, in the turn's arena: consents, and referrals that rested on nothing else. */
struct grants_end {
	struct grants_end *next;
	struct id16 id; /* of the grant, or of the referral's thread */
	bool referral;
};
struct grants_ended {
	struct grants_end *first, *last;
};
/** Some grants of one scope end here, by our own word: only that one, or all that did not end yet (only NULL).
 *  *out gets what ended; NULL: nobody asks. */
MUST_CHECK enum err grants_withdraw(struct turn *t, const struct consent_scope *s,
				    const struct id16 *only, struct grants_ended *out);
/** The person takes consent back, said about a referral: all living grants between its case and its partner
 *  end, and what else rests on them. */
MUST_CHECK enum err grants_revoke(struct turn *t, const struct thread *th,
				  struct grants_ended *out);

/** A document that is not the first of a consent's thread arrived, or came back; saves th. */
MUST_CHECK enum err grants_stored(struct turn *t, struct thread *th, uint16_t type);
/** The timer of a consent's thread. */
MUST_CHECK enum err grants_timer(struct turn *t, struct thread *th);
/** What was put off while the thread was compared. */
MUST_CHECK enum err grants_catch_up(struct turn *t, struct thread *th);
/** Hooks, see exchange/stream.h. */
MUST_CHECK enum err grants_flagged(struct turn *t, struct thread *th, uint8_t flags);
MUST_CHECK enum err grants_confirmed(struct turn *t, uint16_t peer);

/* control commands */
MUST_CHECK enum err grants_withdraw_command(struct turn *t, const struct msg *req,
					    struct msg *reply);
MUST_CHECK enum err grants_ended_rows(struct turn *t, const struct grants_ended *ended,
				      struct msg *reply);
MUST_CHECK enum err grants_show(struct turn *t, const struct msg *req, struct msg *reply);

#endif /* KRING_DOMAIN_CARE_GRANTS_H */

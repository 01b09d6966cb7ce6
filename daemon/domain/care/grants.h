/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * grants - how a consent ends, and what follows from it at both ends.
 *
 *
 * A person withdraws a grant, not a referral.  The withdrawal is a document in the grant's own thread, and
 * either end may write it: GIVEN -> WITHDRAWN, for good; everything else there is a note.  What rests on the
 * grant alone ends in the same turn: the end that records it revokes those referrals, the end that holds
 * received bodies hollows them.  A document rests on the grant that its head names, until that one is
 * withdrawn; when it only ran out, another that covers the document carries it.  A referral rests on consent
 * as long as one of its sender's documents does.
 *
 * Layer:    domain/care (base, proto, store; lower rooms).
 * Owns:     the threads of kind consent, their timers and WORK rows; withdrawn_ms and said_ms of GRANT rows.
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds.
 * Durable:  with the turn's transaction.
 * Privacy:  what no living grant covers any more is hollowed in the turn that learns of the withdrawal.
 */
#ifndef KRING_DOMAIN_CARE_GRANTS_H
#define KRING_DOMAIN_CARE_GRANTS_H

#include "domain/consent/bodies.h"
#include "domain/exchange/chores.h"

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

/** The document in the grant's own thread alone, as of one whose case is erased here: its other end has to hear. */
MUST_CHECK enum err grants_record(struct turn *t, const struct consent_scope *s,
				  const struct id16 *grant);

/** A document that is not the first of a consent's thread arrived, or came back; saves th. */
MUST_CHECK enum err grants_stored(struct turn *t, struct thread *th, uint16_t type);
/** The timer of a consent's thread. */
MUST_CHECK enum err grants_timer(struct turn *t, struct thread *th);
/** What was put off while the thread was compared. */
MUST_CHECK enum err grants_catch_up(struct turn *t, struct thread *th);
/** Rules of exchange/hooks.h. */
MUST_CHECK enum err grants_flagged(struct turn *t, struct thread *th, uint8_t flags);
MUST_CHECK enum err grants_referral_flagged(struct turn *t, struct thread *th, uint8_t flags);
/** One slice of CHORE_FALL. */
MUST_CHECK enum err grants_fall(struct turn *t, struct chore *c);
/** A list of erasures names this id; if it is a consent's, a backup brought it back, and it is over as it was. */
MUST_CHECK enum err grants_erased_before(struct turn *t, const struct id16 *id);
/** The loss of state of this consent's partner was confirmed: what it said of it counts now. */
MUST_CHECK enum err grants_believe(struct turn *t, const struct id16 *id);

#endif /* KRING_DOMAIN_CARE_GRANTS_H */

/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * runs - referrals that ran when a case came here, and go on from here once somebody refers again.
 *
 * Layer:    domain/moving (base, proto, store; lower rooms).
 * Owns:     runs and followed of a HandoverRecord, and names at the node that gave the case.
 * Threads:  core process, event-loop thread only.
 * Time:     none.
 * Durable:  with the turn's transaction.
 * Privacy:  who works for the person: it lies under the key of the case.
 */
#ifndef KRING_DOMAIN_MOVING_RUNS_H
#define KRING_DOMAIN_MOVING_RUNS_H

#include "domain/documents/thread.h"

/** Those of a content that was opened, into the row. */
void runs_keep(struct turn *t, const struct msg *content, struct msg *record);
/** How we call the person towards each of them, into the body of TAKE. */
MUST_CHECK enum err runs_name(struct turn *t, const struct thread *th, const struct msg *record,
			      struct msg *body);
/** The same, out of the body of TAKE, at the node that gave the case. */
void runs_learn(struct turn *t, const struct msg *body, struct msg *record);

/** Who works for the person in this one; NULL: nobody that is there, or we. */
const struct peer *runs_peer(struct turn *t, const struct msg *run);
/** Does it go on by a referral of ours? */
MUST_CHECK enum err runs_go_on(struct turn *t, const struct id16 *case_id, const struct msg *run,
			       bool *yes);
/** Is there one that does not, and that nobody saw to?  record: of a handover by which this case is here. */
MUST_CHECK enum err runs_wait(struct turn *t, const struct id16 *case_id, const struct msg *record,
			      bool *yes);
/** One that waits there for this need.  ERR_NOTFOUND: none; else *id is its thread there. */
MUST_CHECK enum err runs_find(struct turn *t, const struct id16 *case_id, const struct msg *record,
			      const struct peer *p, const char *need, struct id16 *id);

#endif /* KRING_DOMAIN_MOVING_RUNS_H */

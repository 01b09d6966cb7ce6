/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * upward - a holder hands on what those answered to whom it passed the person.
 *
 * Layer:    domain/grant (base, proto, store; lower rooms).
 * Owns:     nothing: what was handed on stands in its own log.
 * Threads:  core process, event-loop thread only.
 * Time:     none.
 * Durable:  with the turn's transaction.
 * Privacy:  codes, numbers and ids of nodes.
 */
#ifndef KRING_DOMAIN_GRANT_UPWARD_H
#define KRING_DOMAIN_GRANT_UPWARD_H

#include "domain/grant/told.h"

/** th: a consent of a partner, withdrawn and answered, that may be written now.  Signs what fits this turn.  *more: not all of it
 *  fitted, the next turn goes on. */
MUST_CHECK enum err upward_pass(struct turn *t, struct thread *th, bool *more);
/** Of each consent under which the person went on: the first bytes of its id, into body (MSG_ERASED). */
MUST_CHECK enum err upward_list(struct turn *t, const struct id16 *grant, struct msg *body);
/** Did it go on under more consents than that answer lists? */
MUST_CHECK enum err upward_grew(struct turn *t, const struct id16 *grant,
				const struct erasure_told *told, bool *yes);
/** Is there somebody behind it, and did all of them say that it is erased there? */
MUST_CHECK enum err upward_over(struct turn *t, const struct id16 *grant, bool *yes);
/** No answer can come any more that would have to be handed on. */
MUST_CHECK enum err upward_forget(struct turn *t, const struct id16 *grant);

#endif /* KRING_DOMAIN_GRANT_UPWARD_H */

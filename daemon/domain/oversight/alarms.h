/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * alarms - what happened to identities and disks, and who is still waited for.
 *
 * Layer:    domain/oversight (base, proto, store; lower rooms).
 * Owns:     nothing.
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds.
 * Durable:  with the turn's transaction.
 * Privacy:  organisations; names of workers.
 */
#ifndef KRING_DOMAIN_OVERSIGHT_ALARMS_H
#define KRING_DOMAIN_OVERSIGHT_ALARMS_H

#include "domain/turn.h"

/** One alarm of kring status; partner NULL: of this node itself. */
void view_alarm(struct turn *t, struct msg *status, const char *what, const char *partner,
		uint64_t at_ms);
/** One for each row of STATUS_LIMITS, which says more: whoever watches this node asks for alarms alone. */
void view_limit_alarms(struct turn *t, struct msg *status);
/** Of the people who are named here: an alarm each, and STATUS_CAME_BACK. */
MUST_CHECK enum err view_people_alarms(struct turn *t, struct msg *status);
/** Rows of kring status: those that last, and whom this node waits for; the reply names a damaged one. */
MUST_CHECK enum err view_alarms(struct turn *t, struct msg *status, struct msg *reply);
/** Which of the alarms there now somebody saw, and who; behind the others. */
MUST_CHECK enum err view_alarms_seen(struct turn *t, struct msg *status);

#endif /* KRING_DOMAIN_OVERSIGHT_ALARMS_H */

/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * asker - who gives a command, and whether that one may: a user at the control socket, or whoever signed in at a screen.
 *
 * Layer:    domain/asker (base, proto; lower rooms).
 * Owns:     nothing.
 * Threads:  core process, event-loop thread only.
 * Time:     wall clock and monotonic clock of the turn.
 * Durable:  nothing.
 * Privacy:  ids and roles.
 */
#ifndef KRING_DOMAIN_ASKER_ASKER_H
#define KRING_DOMAIN_ASKER_ASKER_H

#include "domain/turn.h"

/** What a command takes of a session.  OPEN: nobody is signed in yet; for the node's own user and root alone.  OWN: of a session, and in
 *  one alone.  FRESH: in a session it takes a proof of the last minutes; a terminal has the account of its user.  UNSEEN: asked by a page that
 *  is open, and by nobody: the session lasts no longer for it.  BEGINS_FRESH: of requests that belong together the first is FRESH; the
 *  handler knows which that is, and asks asker_fresh(). */
enum asker_how {
	ASKER_PLAIN = 0,
	ASKER_FRESH = 1,
	ASKER_OPEN = 2,
	ASKER_OWN = 4,
	ASKER_OWN_FRESH = ASKER_OWN | ASKER_FRESH,
	ASKER_UNSEEN = 8,
	ASKER_BEGINS_FRESH = 16
};

/** Fills staff, roles and session of the turn.  want: enum role, one of them is needed; how: enum asker_how.  ERR_DENIED, explained: a
 *  right is missing, which asker_trace is told; ERR_STATE, explained: a session, or a fresh proof. */
MUST_CHECK enum err asker_check(struct turn *t, const struct msg *request, uint8_t want,
				uint8_t how);
/** ERR_STATE, explained: whoever asks, in a session, gave no fresh proof. */
MUST_CHECK enum err asker_fresh(struct turn *t);
/** Of a request in a session: who is signed in and where, as each page shows it. */
MUST_CHECK enum err asker_shown(struct turn *t, struct msg *reply);
/** A right was missing: the detail of its entry in the log, or NULL when this one is only counted. */
const char *asker_trace(struct turn *t);

#endif /* KRING_DOMAIN_ASKER_ASKER_H */

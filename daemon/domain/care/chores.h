/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * chores - work over everything that one partner has here, done a slice at a time.
 *
 * Layer:    domain/care (base, proto, store; lower rooms).
 * Owns:     META rows 10 | kind u8 | peer u16: role u8 | thread 16, up to where it is done.
 * Threads:  core process, event-loop thread only.
 * Time:     none.
 * Durable:  a row with the turn that owes the work, until the turn that ends it; a restart goes on where it was.
 * Privacy:  ids only.
 *
 * Whoever decides (a roster entry, an administrator) is not kept waiting, whatever the partner sent: the decision holds at
 * once, and what follows from it for each thread follows in the next ticks, between which everybody is served.
 */
#ifndef KRING_DOMAIN_CARE_CHORES_H
#define KRING_DOMAIN_CARE_CHORES_H

#include "domain/documents/thread.h"

enum chore {
	CHORE_GONE = 1, /* it was removed: each open referral with it is work for a person */
	CHORE_BELIEVED =
		2, /* its loss of state was confirmed: what it said of consents counts now */
};

MUST_CHECK enum err chores_add(struct turn *t, enum chore kind, uint16_t peer);
/** CHORE_BELIEVED, as a rule of exchange/hooks.h. */
MUST_CHECK enum err chores_believe(struct turn *t, uint16_t peer);
/** One slice of the first chore. */
MUST_CHECK enum err chores_tick(struct turn *t);
/** Is there one?  Then the next tick is due at once. */
MUST_CHECK enum err chores_any(struct turn *t, bool *yes);

#endif /* KRING_DOMAIN_CARE_CHORES_H */

/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * slices - what is owed as a chore, done a slice at a time.
 *
 * Layer:    domain/slices (base, proto, store; lower rooms).
 * Owns:     nothing; chores.h has the rows.
 * Threads:  core process, event-loop thread only.
 * Time:     none.
 * Durable:  with the turn's transaction.
 * Privacy:  ids only.
 */
#ifndef KRING_DOMAIN_SLICES_SLICES_H
#define KRING_DOMAIN_SLICES_SLICES_H

#include "domain/exchange/chores.h"

/** A partner was removed. */
MUST_CHECK enum err slices_gone(struct turn *t, uint16_t peer);
/** A partner is removed from a day on. */
MUST_CHECK enum err slices_leaves(struct turn *t, uint16_t peer);
/** Its loss of state was confirmed; a rule of exchange/hooks.h. */
MUST_CHECK enum err slices_believe(struct turn *t, uint16_t peer);
/** A case was closed (CHORE_CLOSED) or opened again (CHORE_REOPENED): its work goes from the lists or comes back, what this turn does
 * not do in the next ones; over: that was all. */
MUST_CHECK enum err slices_case(struct turn *t, enum chore_kind kind, const struct id16 *case_id,
				bool *over);
/** It goes on with that, if nobody did the rest or the opposite meanwhile. */
MUST_CHECK enum err slices_case_on(struct turn *t, enum chore_kind kind, const struct id16 *case_id,
				   bool *over);
/** One slice of the first chore. */
MUST_CHECK enum err slices_tick(struct turn *t);

#endif /* KRING_DOMAIN_SLICES_SLICES_H */

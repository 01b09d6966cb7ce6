/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * slices - what is owed as a chore, done a slice at a time.
 *
 * Layer:    domain/care (base, proto, store; lower rooms).
 * Owns:     nothing; chores.h has the rows.
 * Threads:  core process, event-loop thread only.
 * Time:     none.
 * Durable:  with the turn's transaction.
 * Privacy:  ids only.
 */
#ifndef KRING_DOMAIN_CARE_SLICES_H
#define KRING_DOMAIN_CARE_SLICES_H

#include "domain/exchange/chores.h"

/** A partner was removed. */
MUST_CHECK enum err slices_gone(struct turn *t, uint16_t peer);
/** Its loss of state was confirmed; a rule of exchange/hooks.h. */
MUST_CHECK enum err slices_believe(struct turn *t, uint16_t peer);
/** A case was closed: its work goes from the lists, what this turn does not do in the next ones.  over: all of it is gone. */
MUST_CHECK enum err slices_close(struct turn *t, const struct id16 *case_id, bool *over);
/** It goes on with that, if nobody did the rest or opened the case again meanwhile. */
MUST_CHECK enum err slices_closing(struct turn *t, const struct id16 *case_id, bool *over);
/** It was opened again: what comes back to the lists stays. */
MUST_CHECK enum err slices_reopen(struct turn *t, const struct id16 *case_id);
/** One slice of the first chore. */
MUST_CHECK enum err slices_tick(struct turn *t);

#endif /* KRING_DOMAIN_CARE_SLICES_H */

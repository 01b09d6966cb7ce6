/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * follow - what is open and what is to be done (running/running.h), kept as the store has it.
 *
 * Layer:    domain/standing (base, proto, store; lower rooms).
 * Owns:     how far node.running is filled.
 * Threads:  core process, event-loop thread only.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  as running.h.
 *
 * After a start it is filled some rows at a time, while the node answers; until then, and while any of these rows is damaged, lists walk
 * over the store and say what they find.  What changed since is looked at when somebody asks, or when there is nothing else to do.
 */
#ifndef KRING_DOMAIN_STANDING_FOLLOW_H
#define KRING_DOMAIN_STANDING_FOLLOW_H

#include "domain/page.h"
#include "domain/running/running.h"
#include "domain/state.h"

/** Is anything not in it yet, or to be looked at again? */
bool follow_fills(const struct node *n);
/** Some rows of that.  busy: others wait, so that what changed may wait too.  What cannot be read but for the disk
 *  ends it until the next start.  ERR_IO. */
MUST_CHECK enum err follow_fill(struct turn *t, bool busy);

/** Before a list is walked over: *kept says whether follow_each has all of it, as this turn has it; else the store has it.  What changed
 *  is looked at first, and of very much the page rests (t->again).  ERR_BUSY: the walk began there and cannot go on there. */
MUST_CHECK enum err follow_begin(struct turn *t, struct page *p, bool *kept);
/** place: as running_work_of takes it. */
typedef enum err follow_one(struct turn *t, const void *ctx, uint32_t place,
			    const struct running_row *row, struct page *p);
/** Every row, those that came last first; when this turn looked at enough of the store, the page rests. */
MUST_CHECK enum err follow_each(struct turn *t, struct page *p, follow_one *one, const void *ctx);

#endif /* KRING_DOMAIN_STANDING_FOLLOW_H */

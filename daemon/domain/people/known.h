/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * known - the index of people, kept as the store has them.
 *
 * Layer:    domain/people (base, proto, store).
 * Owns:     node.index with what waits for the commit of a turn.
 * Threads:  core process, event-loop thread only.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  as index.h.
 *
 * After a start the index is filled some rows at a time, while the node answers; a case that is written meanwhile is in it at
 * once.  A turn notes what it writes, and only its commit brings that into the index.
 */
#ifndef KRING_DOMAIN_PEOPLE_KNOWN_H
#define KRING_DOMAIN_PEOPLE_KNOWN_H

#include "domain/people/index.h"
#include "domain/turn.h"

/** How a person is found; origin: the partner that brought it, 0 ourselves. */
void known_person(const struct id16 *id, uint64_t origin, const struct msg *person,
		  struct index_entry *out);
/** As the record of its case says it, a partner's word where we have none of our own. */
void known_record(const struct id16 *id, const struct msg *record, struct index_entry *out);

/** Its record is written, or deleted, in this turn.  ERR_NOMEM. */
MUST_CHECK enum err known_put(struct turn *t, const struct id16 *id, const struct msg *record);
MUST_CHECK enum err known_drop(struct turn *t, const struct id16 *id);
/** The turn was committed; or it was undone, or another begins. */
void known_settle(struct node *n);
void known_forget(struct node *n);

/** Is anybody not in the index yet who could be? */
bool known_fills(const struct node *n);
/** The next rows of the store into it.  ERR_IO. */
MUST_CHECK enum err known_fill(struct turn *t);
/** Is everybody in it? */
bool known_whole(const struct node *n);

#endif /* KRING_DOMAIN_PEOPLE_KNOWN_H */

/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * same - which cases here are of one person, because somebody who knows the person said so.
 *
 * Layer:    domain/people (base, store; turn.h).
 * Owns:     table SAME (case 16 | case 16, both ways).
 * Threads:  core process, event-loop thread only.
 * Time:     none.
 * Durable:  with the turn's transaction.
 * Privacy:  ids; nothing of it leaves this node, and it is erased with either case.
 *
 * The cases stay as they are, each under its own key and its own consents: what a partner told goes with its case and takes nothing of
 * ours along.  Of those that are the same each names each other one, so that any of them may go.
 */
#ifndef KRING_DOMAIN_PEOPLE_SAME_H
#define KRING_DOMAIN_PEOPLE_SAME_H

#include "domain/turn.h"

enum { SAME_MOST = 8 }; /* cases of one person here */

/* A case, and the others of its person behind it. */
struct same {
	struct id16 id[SAME_MOST];
	size_t count; /* at least one: the case itself */
};

/** ERR_CORRUPT, ERR_IO. */
MUST_CHECK enum err same_of(struct turn *t, const struct id16 *id, struct same *out);
/** Is it one of these?  Of none it is not. */
bool same_has(const struct same *s, const struct id16 *id);
/** All that are the same as the one are the same as all of the other.  ERR_LIMIT: too many. */
MUST_CHECK enum err same_join(struct turn *t, const struct id16 *a, const struct id16 *b);
/** It is of nobody else's person any more; the others stay what they are. */
MUST_CHECK enum err same_part(struct turn *t, const struct id16 *id);
/** Into a text of this row: the id of another case of the same person; nothing where there is none. */
MUST_CHECK enum err same_mark(struct turn *t, const struct id16 *id, struct msg *row,
			      unsigned field);

#endif /* KRING_DOMAIN_PEOPLE_SAME_H */

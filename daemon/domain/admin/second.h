/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * second - acts that take a second person: asked for, listed, refused; and what is needed to confirm one.
 *
 * Layer:    domain/admin (base, proto, store; lower rooms).
 * Owns:     nothing; rows are staff/pending.h's.
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds of the turn.
 * Durable:  with the turn's transaction.
 * Privacy:  ids and codes.
 */
#ifndef KRING_DOMAIN_ADMIN_SECOND_H
#define KRING_DOMAIN_ADMIN_SECOND_H

#include "domain/staff/pending.h"

/** Which right a command takes, as its row has it; by the field of Request. */
typedef uint8_t (*second_roles)(unsigned field);

/** Does this command, as it is asked here, take a second person?  Never while nobody is named. */
MUST_CHECK enum err second_needed(struct turn *t, unsigned field, const struct msg *req, bool *yes);
/** It is kept, and the reply refuses it for now: code second-person, with its id.  What would be refused at once is refused at once; and
 *  so is what root asks where somebody has that right under a name. */
MUST_CHECK enum err second_ask(struct turn *t, unsigned field, const struct msg *req, uint8_t roles,
			       struct msg *reply);

/** One on its way to be done by whoever asks in this turn. */
struct second {
	struct pending p;
	struct msg *request;
	unsigned field;
	bool alone;
};
/** Found by the beginning of its id, and whoever asks may confirm it; else refused, with the reason. */
MUST_CHECK enum err second_open(struct turn *t, const struct msg *req, second_roles roles_of,
				struct second *s);
/** It was done: the row goes, and the log says who confirmed it. */
MUST_CHECK enum err second_close(struct turn *t, const struct second *s);

/** The command `kring pending list`, but for the rights, which stand in the table. */
MUST_CHECK enum err second_list(struct turn *t, second_roles roles_of, struct msg *reply);
/** The command `kring pending refuse`: whoever could confirm it, or asked for it. */
MUST_CHECK enum err second_refuse(struct turn *t, const struct msg *req, second_roles roles_of);

#endif /* KRING_DOMAIN_ADMIN_SECOND_H */

/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * passing - what an offer may say of how the person came, and a redirect of where the person goes.
 *
 * Layer:    domain/documents (base, proto).
 * Owns:     nothing.
 * Threads:  any.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  numbers, salted ids and members; nothing of the person.
 */
#ifndef KRING_DOMAIN_DOCUMENTS_PASSING_H
#define KRING_DOMAIN_DOCUMENTS_PASSING_H

#include <stdbool.h>

#include "base/limits.h"
#include "proto/msg.h"

enum {
	PASSING_HANDLERS = 16, /* nodes that an offer names as having had the person, at most */
	PASSING_TARGETS = 16   /* members that a redirect names */
};
static_assert(PASSING_HANDLERS < LIMIT_PB_REPEATED && PASSING_TARGETS < LIMIT_PB_REPEATED &&
		      16 * PASSING_HANDLERS + 32 * PASSING_TARGETS < LIMIT_BODY / 4,
	      "what is said of the way leaves room for the person");

/** Of MSG_OFFER and MSG_ACT; any other body is sound.  *field: the first field that is not, as partner.proto calls it. */
bool passing_sound(const struct msg *body, const char **field);

#endif /* KRING_DOMAIN_DOCUMENTS_PASSING_H */

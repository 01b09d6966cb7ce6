/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * child - may a partner's person be referred on, and under which consent?
 *
 * Layer:    domain/onward (base, proto, store; lower rooms).
 * Owns:     nothing; the consent that it makes is one like any other of ours (consent/grant.h).
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds, given with the turn.
 * Durable:  with the turn's transaction.
 * Privacy:  never wider or longer than what the person agreed to, and never after the person said no to that very partner.
 */
#ifndef KRING_DOMAIN_ONWARD_CHILD_H
#define KRING_DOMAIN_ONWARD_CHILD_H

#include "domain/consent/grant.h"

enum child_found {
	CHILD_OURS, /* the person agreed here: to this partner */
	CHILD_MADE, /* ... or with a partner: to passing on; a consent was made of that */
	CHILD_NONE  /* neither */
};
/** Of a case that came from a partner, before it is referred to p. */
MUST_CHECK enum err child_find(struct turn *t, const struct id16 *case_id, const struct peer *p,
			       enum child_found *found);

#endif /* KRING_DOMAIN_ONWARD_CHILD_H */

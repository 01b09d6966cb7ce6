/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * places - better places for the person, as somebody types them with a decline or a redirect.
 *
 * Layer:    domain/referring (base, proto, store; lower rooms).
 * Owns:     nothing.
 * Threads:  core process, event-loop thread only.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  names of members and of organisations; where they go is said in words.h.
 */
#ifndef KRING_DOMAIN_REFERRING_PLACES_H
#define KRING_DOMAIN_REFERRING_PLACES_H

#include "domain/documents/thread.h"

/** A better place for the person: a member by the name the roster has, or outside in words under consent. */
MUST_CHECK enum err referring_places(struct turn *t, const struct thread *th, const struct msg *req,
				     struct msg *m);

#endif /* KRING_DOMAIN_REFERRING_PLACES_H */

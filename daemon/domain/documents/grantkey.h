/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * grantkey - what goes when its consent goes lies under that consent's own key.
 *
 * Layer:    domain/documents (base, proto, store).
 * Owns:     rows of GRANTKEY under ids of consents.
 * Threads:  core process, event-loop thread only.
 * Time:     none.
 * Durable:  with the turn's transaction.
 * Privacy:  at whoever got the person under a consent: all that the partner said under it, and words between workers of
 *           both sides; at whoever collected it the words alone.  What we said ourselves stays under the case's key.
 *           A consent that was erased never gets a key again.
 */
#ifndef KRING_DOMAIN_DOCUMENTS_GRANTKEY_H
#define KRING_DOMAIN_DOCUMENTS_GRANTKEY_H

#include "domain/turn.h"

/** A consent was given, or came; one that has its key keeps it, and one that was erased gets none. */
MUST_CHECK enum err grantkey_make(struct turn *t, const struct id16 *grant);
bool grantkey_lives(struct turn *t, const struct id16 *grant);
/** From here on nothing under it opens.  *had: there was one. */
MUST_CHECK enum err grantkey_drop(struct turn *t, const struct id16 *grant, bool *had);
/** Whoever has its record at hand says between whom it is, so that it is not opened again for the body that comes under it. */
void grantkey_know(struct turn *t, const struct id16 *grant, const struct msg *record);
/** Does the body of a document by this peer (0: us) of this type go with the consent that its head names? */
MUST_CHECK enum err grantkey_holds(struct turn *t, uint16_t sender, uint16_t type,
				   const struct id16 *grant, bool *yes);

#endif /* KRING_DOMAIN_DOCUMENTS_GRANTKEY_H */

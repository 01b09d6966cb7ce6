/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * find - what a person typed, found: a case, a partner, a consent.
 *
 * Layer:    domain/views (base, proto, store; lower rooms).
 * Owns:     nothing.
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds, given with the turn.
 * Durable:  nothing.
 * Privacy:  ids only.
 */
#ifndef KRING_DOMAIN_VIEWS_FIND_H
#define KRING_DOMAIN_VIEWS_FIND_H

#include "domain/page.h"
#include "domain/state.h"

/** By full id or a unique prefix (at least 4 digits) of its random part.  Refuses for a person. */
MUST_CHECK enum err find_case(struct turn *t, const char *text, struct id16 *id);
/** Refuses for a person who typed no referral with the code unknown; where it is a case it says so. */
MUST_CHECK enum err find_no_referral(struct turn *t, const char *text, enum refusal unknown);
/** A partner by name, for a person: another node that holds cases or not, but never ourselves. */
MUST_CHECK enum err find_partner(struct turn *t, const char *name, struct peer **p);
/** Whose rows a list shows, by its request: *only is the partner after --from; without, the first page is shared out
 *  among all (*only 0). */
MUST_CHECK enum err find_page_of(struct turn *t, const struct msg *req, struct page *p,
				 uint16_t *only);
/** By full id, or a beginning of it or of its last part, as lists show it. */
MUST_CHECK enum err find_grant(struct turn *t, const char *text, struct id16 *id);

#endif /* KRING_DOMAIN_VIEWS_FIND_H */

/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * lends - may a file go to a partner now?
 *
 * Layer:    domain/consent (base, proto, store; lower rooms).
 * Owns:     nothing.
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds, given with the turn.
 * Durable:  nothing.
 * Privacy:  asked for each chunk: a consent that was taken back stops a file in its middle.
 */
#ifndef KRING_DOMAIN_CONSENT_LENDS_H
#define KRING_DOMAIN_CONSENT_LENDS_H

#include "domain/consent/grant.h"

/** Rule of exchange/hooks.h: the grant was not withdrawn, and what holds now between this person and this partner covers anything. */
MUST_CHECK enum err consent_lends(struct turn *t, const struct peer *p, const struct id16 *grant,
				  bool *yes);

#endif /* KRING_DOMAIN_CONSENT_LENDS_H */

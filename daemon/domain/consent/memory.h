/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * memory - consents and agreements that this turn has read, as long as they are still so.
 *
 * Layer:    domain/consent (base, proto, store; lower rooms).
 * Owns:     t->consents, in the turn's memory.
 * Threads:  core process, event-loop thread only.
 * Time:     none.
 * Durable:  nothing; forgotten with the turn, and with any change to a row that it rests on.
 * Privacy:  what a consent says, for the length of a turn.
 */
#ifndef KRING_DOMAIN_CONSENT_MEMORY_H
#define KRING_DOMAIN_CONSENT_MEMORY_H

#include "domain/consent/gate.h"
#include "domain/turn.h"

/** A copy that is the caller's; NULL: not read yet, or something has changed since. */
struct msg *memory_grant(struct turn *t, const struct id16 *grant);
/** Some are kept; what the turn's memory holds by now stays with them. */
void memory_keep_grant(struct turn *t, const struct id16 *grant, const struct msg *record);

/** The agreement with this partner in this way, into v.  False: as above. */
bool memory_agreement(const struct turn *t, uint16_t peer, unsigned way, struct consent_view *v);
void memory_keep_agreement(struct turn *t, uint16_t peer, unsigned way,
			   const struct consent_view *v);

#endif /* KRING_DOMAIN_CONSENT_MEMORY_H */

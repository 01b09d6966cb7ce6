/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * holders - how a withdrawal stands at all who had the person, as rows for people.
 *
 * Layer:    domain/grant (base, proto, store; lower rooms).
 * Owns:     nothing.
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds.
 * Durable:  nothing.
 * Privacy:  nodes, codes and numbers.
 */
#ifndef KRING_DOMAIN_GRANT_HOLDERS_H
#define KRING_DOMAIN_GRANT_HOLDERS_H

#include "domain/grant/tree.h"

/** Of th, a consent that this node collected and that was withdrawn at since_ms: counts, and a HolderRow each, into the GrantRow. */
MUST_CHECK enum err holders_put(struct turn *t, const struct thread *th, uint64_t since_ms,
				struct msg *row);
/** What one answer says, into the fields that the GrantRow has for it. */
void holders_told(struct turn *t, const struct erasure_told *told, uint64_t since_ms,
		  struct msg *row);

#endif /* KRING_DOMAIN_GRANT_HOLDERS_H */

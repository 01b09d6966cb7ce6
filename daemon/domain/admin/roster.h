/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * roster - roster entries that a person brings.
 *
 * Layer:    domain/admin (base, proto, store; lower rooms).
 * Owns:     nothing.
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds, given with the turn.
 * Durable:  with the turn's transaction.
 * Privacy:  none.
 */
#ifndef KRING_DOMAIN_ADMIN_ROSTER_H
#define KRING_DOMAIN_ADMIN_ROSTER_H

#include "domain/state.h"

MUST_CHECK enum err admin_roster_import(struct turn *t, const struct msg *req, struct msg *reply);
/** `kring roster export`: entries as they lie in a roster file, some a request. */
MUST_CHECK enum err admin_roster_export(struct turn *t, const struct msg *req, struct msg *reply);
/** `kring roster cosign`: where the node waits for a person to look at each entry first. */
MUST_CHECK enum err admin_roster_cosign(struct turn *t, const struct msg *req, struct msg *reply);

#endif /* KRING_DOMAIN_ADMIN_ROSTER_H */

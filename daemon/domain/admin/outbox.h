/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * outbox - what an administrator does with a document that is still owed.
 *
 * Layer:    domain/admin (base, proto, store; lower rooms).
 * Owns:     nothing.
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds, given with the turn.
 * Durable:  with the turn's transaction.
 * Privacy:  none.
 */
#ifndef KRING_DOMAIN_ADMIN_OUTBOX_H
#define KRING_DOMAIN_ADMIN_OUTBOX_H

#include "domain/state.h"

MUST_CHECK enum err admin_outbox_retry(struct turn *t, const struct msg *req, struct msg *reply);
MUST_CHECK enum err admin_outbox_drop(struct turn *t, const struct msg *req, struct msg *reply);

#endif /* KRING_DOMAIN_ADMIN_OUTBOX_H */

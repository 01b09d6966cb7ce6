/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * restored - an administrator asked by phone: the partner really restored a backup.
 *
 * Layer:    domain/admin (base, proto, store; lower rooms).
 * Owns:     nothing.
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds.
 * Durable:  with the turn's transaction.
 * Privacy:  organisations only.
 */
#ifndef KRING_DOMAIN_ADMIN_RESTORED_H
#define KRING_DOMAIN_ADMIN_RESTORED_H

#include "domain/turn.h"

/** The command `kring partner restored`. */
MUST_CHECK enum err admin_restored(struct turn *t, const struct msg *req, struct msg *reply);

#endif /* KRING_DOMAIN_ADMIN_RESTORED_H */

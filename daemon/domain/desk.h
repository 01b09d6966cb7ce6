/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * desk - the administrator's commands: status, partners, outbox, audit, clock.
 *
 * Layer:    domain (base, proto, store; all rooms).
 * Owns:     nothing.
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds.
 * Durable:  with the turn's transaction.
 * Privacy:  organisations, counts and ids; no persons.
 */
#ifndef KRING_DOMAIN_DESK_H
#define KRING_DOMAIN_DESK_H

#include "domain/state.h"

MUST_CHECK enum err desk_status(struct turn *t, const struct msg *req, struct msg *reply);
MUST_CHECK enum err desk_partner_list(struct turn *t, const struct msg *req, struct msg *reply);
MUST_CHECK enum err desk_partner_show(struct turn *t, const struct msg *req, struct msg *reply);
MUST_CHECK enum err desk_outbox_list(struct turn *t, const struct msg *req, struct msg *reply);
MUST_CHECK enum err desk_outbox_why(struct turn *t, const struct msg *req, struct msg *reply);
MUST_CHECK enum err desk_outbox_retry(struct turn *t, const struct msg *req, struct msg *reply);
MUST_CHECK enum err desk_outbox_drop(struct turn *t, const struct msg *req, struct msg *reply);
MUST_CHECK enum err desk_audit_list(struct turn *t, const struct msg *req, struct msg *reply);
MUST_CHECK enum err desk_clock_confirm(struct turn *t, const struct msg *req, struct msg *reply);

MUST_CHECK enum err desk_backup(struct turn *t, const struct msg *req, struct msg *reply);
MUST_CHECK enum err desk_lock(struct turn *t, const struct msg *req, struct msg *reply);
/** `kring address`: our next node record names it; partners learn it by themselves. */
MUST_CHECK enum err desk_address(struct turn *t, const struct msg *req, struct msg *reply);
MUST_CHECK enum err desk_panic(struct turn *t, const struct msg *req, struct msg *reply);

#endif /* KRING_DOMAIN_DESK_H */

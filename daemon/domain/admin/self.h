/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * self - commands about this node itself: its clock, keys, backup and address.
 *
 * Layer:    domain/admin (base, proto, store; lower rooms).
 * Owns:     nothing.
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds, given with the turn.
 * Durable:  with the turn's transaction; what the process does follows as an effect.
 * Privacy:  none.
 */
#ifndef KRING_DOMAIN_ADMIN_SELF_H
#define KRING_DOMAIN_ADMIN_SELF_H

#include "domain/state.h"

MUST_CHECK enum err admin_clock_confirm(struct turn *t, const struct msg *req, struct msg *reply);
/** `kring alarm ack`: whoever asks works on it; it counts as seen until its cause returns. */
MUST_CHECK enum err admin_alarm_ack(struct turn *t, const struct msg *req, struct msg *reply);
MUST_CHECK enum err admin_backup(struct turn *t, const struct msg *req, struct msg *reply);
MUST_CHECK enum err admin_backup_kept(struct turn *t, const struct msg *req, struct msg *reply);
/** `kring audit checkpoint`: how far our audit log goes is signed now, for two partners to cosign. */
MUST_CHECK enum err admin_checkpoint(struct turn *t, const struct msg *req, struct msg *reply);
MUST_CHECK enum err admin_lock(struct turn *t, const struct msg *req, struct msg *reply);
MUST_CHECK enum err admin_panic(struct turn *t, const struct msg *req, struct msg *reply);
/** Our next node record names it; partners learn it by themselves. */
MUST_CHECK enum err admin_address(struct turn *t, const struct msg *req, struct msg *reply);

#endif /* KRING_DOMAIN_ADMIN_SELF_H */

/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * agree - the command by which this node says what it exchanges with a partner.
 *
 * Layer:    domain/admin (base, proto, store; lower rooms).
 * Owns:     nothing; it stands in consent/agreement.h's row.
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds, given with the turn.
 * Durable:  with the turn's transaction, and in the audit log.
 * Privacy:  partners and categories; nobody's data.
 */
#ifndef KRING_DOMAIN_ADMIN_AGREE_H
#define KRING_DOMAIN_ADMIN_AGREE_H

#include "domain/state.h"

MUST_CHECK enum err admin_agree(struct turn *t, const struct msg *req, struct msg *reply);

#endif /* KRING_DOMAIN_ADMIN_AGREE_H */

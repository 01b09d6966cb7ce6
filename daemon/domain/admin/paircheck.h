/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * paircheck - the command by which two members compare digits by voice.
 *
 * Layer:    domain/admin (base, proto, store; lower rooms).
 * Owns:     nothing; the outcome stands in members.h's row.
 * Threads:  core process, event-loop thread only.
 * Time:     none.
 * Durable:  with the turn's transaction, and in the audit log.
 * Privacy:  organisations and their telephone.
 */
#ifndef KRING_DOMAIN_ADMIN_PAIRCHECK_H
#define KRING_DOMAIN_ADMIN_PAIRCHECK_H

#include "domain/turn.h"

MUST_CHECK enum err admin_partner_check(struct turn *t, const struct msg *req, struct msg *reply);

#endif /* KRING_DOMAIN_ADMIN_PAIRCHECK_H */

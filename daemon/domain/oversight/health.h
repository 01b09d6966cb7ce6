/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * health - what of the store is damaged, a page at a time.
 *
 * Layer:    domain/oversight (base, proto, store; lower rooms).
 * Owns:     nothing.
 * Threads:  core process, event-loop thread only.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  names of tables, keys, and what a person calls the row.
 */
#ifndef KRING_DOMAIN_OVERSIGHT_HEALTH_H
#define KRING_DOMAIN_OVERSIGHT_HEALTH_H

#include "domain/turn.h"

/** `kring verify`: one page of records from (table, after) on; the reply names where the next begins. */
MUST_CHECK enum err view_verify(struct turn *t, const struct msg *req, struct msg *reply);

#endif /* KRING_DOMAIN_OVERSIGHT_HEALTH_H */

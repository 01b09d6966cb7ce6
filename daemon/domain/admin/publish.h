/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * publish - the figures of a quarter, looked at before they leave, or published by hand.
 *
 * Layer:    domain/admin (base, proto, store; lower rooms).
 * Owns:     nothing.
 * Threads:  core process, event-loop thread only.
 * Time:     quarters.
 * Durable:  with the turn's transaction; a dry run writes nothing.
 * Privacy:  what is shown is what would leave: figures with noise.
 */
#ifndef KRING_DOMAIN_ADMIN_PUBLISH_H
#define KRING_DOMAIN_ADMIN_PUBLISH_H

#include "domain/turn.h"

MUST_CHECK enum err admin_publish(struct turn *t, const struct msg *req, struct msg *reply);

#endif /* KRING_DOMAIN_ADMIN_PUBLISH_H */

/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * silence - since when a partner was not heard.
 *
 * Layer:    domain/views (base, proto, store; lower rooms).
 * Owns:     nothing.
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds.
 * Durable:  nothing.
 * Privacy:  none.
 */
#ifndef KRING_DOMAIN_VIEWS_SILENCE_H
#define KRING_DOMAIN_VIEWS_SILENCE_H

#include "domain/state.h"

/** When it was last heard, wall clock in ms; 0: never. */
MUST_CHECK enum err view_heard(struct turn *t, const struct peer *p, uint64_t *at_ms);
/** Since when a partner is silent, into field of row; nothing when it is connected, or never was. */
MUST_CHECK enum err view_silent_since(struct turn *t, const struct peer *p, struct msg *row,
				      unsigned field);

#endif /* KRING_DOMAIN_VIEWS_SILENCE_H */

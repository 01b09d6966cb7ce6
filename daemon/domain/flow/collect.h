/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * collect - what happens to documents of type REPORT as they arrive or come back; all others are care's.
 *
 * Layer:    domain/flow (base, proto, store; lower rooms).
 * Owns:     nothing.
 * Threads:  core process, event-loop thread only.
 * Time:     none.
 * Durable:  with the turn's transaction.
 * Privacy:  figures with noise; a document that speaks of a person never gets here (receive.c).
 */
#ifndef KRING_DOMAIN_FLOW_COLLECT_H
#define KRING_DOMAIN_FLOW_COLLECT_H

#include "domain/exchange/hooks.h"

extern const struct exchange_hooks collect_hooks;

#endif /* KRING_DOMAIN_FLOW_COLLECT_H */

/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * intake - what happens to documents as they arrive, leave and are receipted.
 *
 * Layer:    domain/care (base, proto, store; lower rooms).
 * Owns:     nothing; fills the hooks of exchange/stream.h.
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds.
 * Durable:  in the transaction that stores the document and its receipt.
 * Privacy:  the receiver's consent check and the sender's re-check at transmission are here.
 */
#ifndef KRING_DOMAIN_CARE_INTAKE_H
#define KRING_DOMAIN_CARE_INTAKE_H

#include "domain/exchange/hooks.h"

extern const struct exchange_hooks intake_hooks;

#endif /* KRING_DOMAIN_CARE_INTAKE_H */

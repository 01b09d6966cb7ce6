/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * agreement - what two partners agreed, as anybody can read it: what may go and come, what for, since when, and what is missing.
 *
 * Layer:    domain/oversight (base, proto, store; lower rooms).
 * Owns:     nothing.
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds, given with the turn.
 * Durable:  nothing.
 * Privacy:  organisations and categories; nobody's data.
 */
#ifndef KRING_DOMAIN_OVERSIGHT_AGREEMENT_H
#define KRING_DOMAIN_OVERSIGHT_AGREEMENT_H

#include "domain/state.h"

/** ById of a partner: its row, an AgreementRow for each way, and a LackRow for each thing that keeps people's data from passing. */
MUST_CHECK enum err view_agreement(struct turn *t, const struct msg *req, struct msg *reply);

#endif /* KRING_DOMAIN_OVERSIGHT_AGREEMENT_H */

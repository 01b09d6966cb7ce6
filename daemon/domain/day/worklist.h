/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * worklist - what is to be done, the most urgent first.
 *
 * Layer:    domain/day (base, proto, store; lower rooms).
 * Owns:     nothing.
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds, given with the turn.
 * Durable:  nothing.
 * Privacy:  codes, references and partners; nobody's data.
 */
#ifndef KRING_DOMAIN_DAY_WORKLIST_H
#define KRING_DOMAIN_DAY_WORKLIST_H

#include "domain/state.h"

MUST_CHECK enum err view_worklist(struct turn *t, const struct msg *req, struct msg *reply);

#endif /* KRING_DOMAIN_DAY_WORKLIST_H */

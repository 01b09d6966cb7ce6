/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * handover - a whole case moves to a partner: who holds the pen, what is missing, and the steps that are possible now.
 *
 * Layer:    web.
 * Owns:     nothing.
 * Threads:  the loop's.
 * Time:     days, by the clock of core.
 * Durable:  nothing.
 * Privacy:  the name of the person, as far as core shows it; an address holds the case's id or the reference.
 *
 * Which steps there are is core's to say (HandoverRow.may).
 *
 *	/c/CASE/handover	who holds the pen; the form proposes
 *	/h/REF			one handover; the form takes a step
 */
#ifndef KRING_WEB_HANDOVER_HANDOVER_H
#define KRING_WEB_HANDOVER_HANDOVER_H

#include "web/visit.h"

enum { HANDOVER_PROPOSE_FIELDS = 6, HANDOVER_STEP_FIELDS = 4 };
extern const struct form_field handover_propose_fields[HANDOVER_PROPOSE_FIELDS];
extern const struct form_field handover_step_fields[HANDOVER_STEP_FIELDS];

void handover_case_open(struct visit *v);
void handover_case_try(struct visit *v);
void handover_open(struct visit *v);
void handover_try(struct visit *v);

#endif /* KRING_WEB_HANDOVER_HANDOVER_H */

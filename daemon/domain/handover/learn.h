/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * learn - the row of a handover, as far as it follows from what both ends said.
 *
 * Layer:    domain/handover (base, proto, store; lower rooms).
 * Owns:     nothing; the caller saves the row.
 * Threads:  core process, event-loop thread only.
 * Time:     none.
 * Durable:  with the turn's transaction.
 * Privacy:  a row may hold the key of a bundle; it lies under the key of its case.
 */
#ifndef KRING_DOMAIN_HANDOVER_LEARN_H
#define KRING_DOMAIN_HANDOVER_LEARN_H

#include "domain/handover/rows.h"

/** What each entry that moved something adds to record.  steps: as handover_fold wrote them, count of them. */
MUST_CHECK enum err learn_row(struct turn *t, const struct thread *th,
			      const struct handover_walked *steps, size_t count,
			      struct msg *record);

#endif /* KRING_DOMAIN_HANDOVER_LEARN_H */

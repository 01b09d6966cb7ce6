/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * told - what left about one person, complete: each document, to whom, when, on which ground, and whether it is there.
 *
 * Layer:    domain/papers (base, proto, store; lower rooms).
 * Owns:     nothing.
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds, given with the turn.
 * Durable:  an audit entry for each reading.
 * Privacy:  categories, codes and times; no content.
 */
#ifndef KRING_DOMAIN_PAPERS_TOLD_H
#define KRING_DOMAIN_PAPERS_TOLD_H

#include "domain/documents/thread.h"

/** Rows of the disclosure ledger of this case (DisclosureRow), in the order of their consents: at most most of them, the first
 *  *skip passed over; *skip counts on.  only: those of this referral; NULL: all.  *more: there are further ones. */
MUST_CHECK enum err told_rows(struct turn *t, const struct id16 *case_id, const struct id16 *only,
			      uint64_t *skip, size_t most, struct msg *reply, bool *more);

#endif /* KRING_DOMAIN_PAPERS_TOLD_H */

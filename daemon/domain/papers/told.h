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
#include "domain/people/same.h"

/** Which rows of a case are wanted: those of one referral, or of all (NULL); behind the first `skip`, at most `most`.  skip counts
 *  on, and more says whether there are further ones. */
struct told {
	const struct id16 *only;
	uint64_t skip;
	size_t most;
	bool more;
};

/** Rows of the disclosure ledger of these cases (DisclosureRow), in the order of their consents. */
MUST_CHECK enum err told_rows(struct turn *t, const struct same *of, struct told *told,
			      struct msg *reply);

#endif /* KRING_DOMAIN_PAPERS_TOLD_H */

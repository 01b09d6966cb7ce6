/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * pull - the files of one handover: asked for at whoever gives the case, and let go.
 *
 * Layer:    domain/handover (base, proto, store; lower rooms).
 * Owns:     nothing; the ciphertext is files of domain/blob.
 * Threads:  core process, event-loop thread only.
 * Time:     none.
 * Durable:  with the turn's transaction.
 * Privacy:  ciphertext and ids.
 */
#ifndef KRING_DOMAIN_HANDOVER_PULL_H
#define KRING_DOMAIN_HANDOVER_PULL_H

#include "domain/handover/rows.h"

struct fetched {
	bool opens; /* the case itself is here ... */
	bool added; /* ... and what was added behind it, if anything was ... */
	bool whole; /* ... and both, and its files */
};

/** Is there a file that could be fetched?  A bundle that came without its words names none, as where the two agreements do not cover it;
 *  one that is too large is never fetched. */
bool pull_can_come(const struct msg *record);
/** Asks for the file, and for those that go along. */
MUST_CHECK enum err pull_fetch(struct turn *t, const struct thread *th, const struct msg *record,
			       struct fetched *f);
/** This handover needs them no longer; their keys go from its row.  What is given back behind a case that was taken from us stays. */
MUST_CHECK enum err pull_let_go(struct turn *t, const struct thread *th, struct msg *record);

#endif /* KRING_DOMAIN_HANDOVER_PULL_H */

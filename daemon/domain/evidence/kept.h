/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * kept - when a backup of this node was last on a disk, whole.
 *
 * Layer:    domain/evidence (base, proto, store; turn.h).
 * Owns:     one row of META.
 * Threads:  core process, event-loop thread only.
 * Time:     the turn's.
 * Durable:  the row, in the turn that writes it.
 * Privacy:  a moment.
 */
#ifndef KRING_DOMAIN_EVIDENCE_KEPT_H
#define KRING_DOMAIN_EVIDENCE_KEPT_H

#include "domain/turn.h"

/** Without one for so long, and it is an alarm. */
enum { KEPT_DAYS = 3 };

/** Whoever fetched it says that it is: what was given out may be lost on the way. */
MUST_CHECK enum err kept_now(struct turn *t);
/** Wall clock, ms; 0: never. */
MUST_CHECK enum err kept_when(struct turn *t, uint64_t *at_ms);

#endif /* KRING_DOMAIN_EVIDENCE_KEPT_H */

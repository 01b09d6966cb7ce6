/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * kept - when a backup of this node was last on a disk, whole, and when one there was last read through.
 *
 * Layer:    domain/evidence (base, proto, store; turn.h).
 * Owns:     two rows of META.
 * Threads:  core process, event-loop thread only.
 * Time:     the turn's.
 * Durable:  each row, in the turn that writes it.
 * Privacy:  two moments.
 */
#ifndef KRING_DOMAIN_EVIDENCE_KEPT_H
#define KRING_DOMAIN_EVIDENCE_KEPT_H

#include "domain/turn.h"

/** Without one for so long, and it is an alarm. */
enum { KEPT_DAYS = 3 };

/** KEPT_ON_DISK: one has its name there.  KEPT_CHECKED: one that lay there still was what was written. */
enum kept { KEPT_ON_DISK, KEPT_CHECKED };

/** Whoever fetched or read it says so: what was given out may be lost on the way, and this node does not see where it lies. */
MUST_CHECK enum err kept_now(struct turn *t, enum kept what);
/** Wall clock, ms; 0: never. */
MUST_CHECK enum err kept_when(struct turn *t, enum kept what, uint64_t *at_ms);

#endif /* KRING_DOMAIN_EVIDENCE_KEPT_H */

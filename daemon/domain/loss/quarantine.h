/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * quarantine - after a loss of state older cases wait for whoever may remember what we forgot, and not for ever.
 *
 * Layer:    domain/loss (base, proto, store; lower rooms).
 * Owns:     table RELEASED (case 16).
 * Threads:  core process, event-loop thread only.
 * Time:     *_ms wall-clock milliseconds.
 * Durable:  with the turn's transaction.
 * Privacy:  ids, times and codes only.
 */
#ifndef KRING_DOMAIN_LOSS_QUARANTINE_H
#define KRING_DOMAIN_LOSS_QUARANTINE_H

#include "domain/state.h"

/** Does this case wait: for the partner that it came from, or for one of those that keep our erasures? */
MUST_CHECK enum err quarantine_holds(struct turn *t, const struct id16 *case_id, bool *yes);
/** Who could know that it took this case from us, and was not heard yet; NULL: nobody.  released: it is not waited for any more. */
MUST_CHECK enum err quarantine_waits(struct turn *t, const struct id16 *case_id,
				     const struct peer **who, bool *released);
/** Either of both: something of this case waits. */
MUST_CHECK enum err quarantine_binds(struct turn *t, const struct id16 *case_id, bool *yes);
/** May a document still come back that this node signed and forgot?  A word that has to name all others to whom a person went waits
 *  for that, though not for ever. */
MUST_CHECK enum err quarantine_unsure(struct turn *t, bool *yes);
/** Let it out before they were heard; the caller keeps the audit. */
MUST_CHECK enum err quarantine_release(struct turn *t, const struct id16 *case_id);
/** A partner was heard: what waited for it goes on; was it the last one? */
MUST_CHECK enum err quarantine_heard(struct turn *t);
/** It ends after LIMIT_QUARANTINE_DAYS, or when who is still unheard is no member any more. */
MUST_CHECK enum err quarantine_tick(struct turn *t);
/** Wall clock; UINT64_MAX: there is none. */
uint64_t quarantine_until_ms(const struct node *n);

/** Is this one of the partners that have to be heard? */
bool quarantine_counts(const struct peer *p);

#endif /* KRING_DOMAIN_LOSS_QUARANTINE_H */

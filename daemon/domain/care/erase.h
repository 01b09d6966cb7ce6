/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * erase - everything of one case goes: its key, its rows, the content of every copy still owed.
 *
 * Layer:    domain/care (base, proto, store; lower rooms).
 * Owns:     META row 5 (a shred waits) and table ERASED (case 16).
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds.
 * Durable:  with the turn's transaction; the wrap key before dies in core/disk/shred.
 * Privacy:  heads, signatures and audit stay, under the audit key: that, when and to whom something was
 *           disclosed, never what.
 */
#ifndef KRING_DOMAIN_CARE_ERASE_H
#define KRING_DOMAIN_CARE_ERASE_H

#include "domain/exchange/chores.h"

/** Everything of this case goes: in this turn, or, of one with very many threads, in as many as it takes (CHORE_OUTLIVE, which
 *  goes on by itself, and each time this is called).  *gone: it is.  ERR_STATE: a referral began meanwhile, or a law
 *  has some of it kept (consent/bylaw.h), and it stays. */
MUST_CHECK enum err erase_case(struct turn *t, const struct id16 *id, bool *gone);
/** One slice of CHORE_OUTLIVE, and the erasure behind the last one. */
MUST_CHECK enum err erase_outlive(struct turn *t, struct chore *c);
/** Some of the consents that waited too long for their referral, with their cases. */
MUST_CHECK enum err erase_alone(struct turn *t);
/** One slice of CHORE_SWEEP: rows that no key opens any more. */
MUST_CHECK enum err erase_sweep(struct turn *t, struct chore *c);
/** A case that a restored backup brought back although it was erased after it: as erase_case, whatever its
 *  referrals.  Its key need not be there any more. */
MUST_CHECK enum err erase_again(struct turn *t, const struct id16 *id);

#endif /* KRING_DOMAIN_CARE_ERASE_H */

/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * alike - two people on one list whose names read alike are told apart by their birth dates.
 *
 * Layer:    domain/day (base, proto, store; lower rooms).
 * Owns:     nothing; reads.
 * Threads:  core process, event-loop thread only.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  a birth date is shown as far as the name is: both are of one category.
 */
#ifndef KRING_DOMAIN_DAY_ALIKE_H
#define KRING_DOMAIN_DAY_ALIKE_H

#include "domain/turn.h"

/** Rows of reply (work, referrals) that show the name of one person each: where two persons are called alike, each row gets
 *  its birth date, if there is one.  Each row names another case of its person, where people said that there is one. */
MUST_CHECK enum err view_alike(struct turn *t, struct msg *reply);

#endif /* KRING_DOMAIN_DAY_ALIKE_H */

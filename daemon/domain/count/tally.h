/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * tally - what happened to people whose case was erased, as figures that name nobody.
 *
 * Layer:    domain/count (base, proto, store; lower rooms).
 * Owns:     table TALLY (quarter u32 | cap u8: cells; cap 0: everything that happened).
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds.
 * Durable:  with the turn's transaction: the one that erases.
 * Privacy:  sums of figures.  They are exact and the node's own; report.c alone lets figures leave.
 *
 * A person who was helped stays one who was helped when the file is erased: a quarter counts the cases that are
 * there and adds this.  How many events of one person count is decided when the case is erased, for there is no
 * person to ask later; a report with a smaller cap leaves such rows out, so that its guarantee holds.
 */
#ifndef KRING_DOMAIN_COUNT_TALLY_H
#define KRING_DOMAIN_COUNT_TALLY_H

#include "domain/count/count.h"

/** Just before the keys of a case die: its events join the sums of their quarters. */
MUST_CHECK enum err tally_case(struct turn *t, const struct id16 *case_id);
/** Adds to c what was tallied of a quarter.  cap UINT32_MAX: all of it. */
MUST_CHECK enum err tally_read(struct turn *t, uint32_t quarter, unsigned cap, struct count *c);

#endif /* KRING_DOMAIN_COUNT_TALLY_H */

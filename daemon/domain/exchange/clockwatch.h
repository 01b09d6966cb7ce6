/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * clockwatch - what partners' words say of the time, also words that were refused for it.
 *
 * Layer:    domain/exchange (base, proto, store; lower rooms).
 * Owns:     clock_* of struct conn.
 * Threads:  core process, event-loop thread only.
 * Time:     differences in milliseconds; their clock less ours.
 * Durable:  nothing.
 * Privacy:  none.
 *
 * A frame says when it was made and a prekey when it was drawn, over a signature.  A slow line counts as our being
 * ahead: seconds, not minutes.
 */
#ifndef KRING_DOMAIN_EXCHANGE_CLOCKWATCH_H
#define KRING_DOMAIN_EXCHANGE_CLOCKWATCH_H

#include "domain/exchange/outbox.h"

enum clock_who { CLOCK_FINE, CLOCK_THEIRS, CLOCK_OURS, CLOCK_UNCLEAR };

/** Their clock said this just now. */
void clockwatch_frame(const struct turn *t, struct conn *c, uint64_t theirs_ms);
/** A prekey record on its own; the same one again says nothing new. */
void clockwatch_record(const struct turn *t, struct conn *c, uint64_t theirs_ms);
/** Whose clock is wrong?  The larger company of those that agree is right; with two alike nobody can say. */
enum clock_who clockwatch_who(const struct turn *t, const struct peer *p, int64_t *off_ms);
/** One row for each partner whose clock differs, into the repeated field. */
void clockwatch_rows(const struct turn *t, struct msg *into, unsigned field);
void clockwatch_row(const struct turn *t, const struct peer *p, struct msg *row);
/** When a consent for this partner begins that is given now and holds until then: as that partner has it where it may be our clock that
 *  is ahead, and by ours where nobody's is known: the paper says when it begins, and before it was given would be untrue.  One that
 *  begins tomorrow would cover nothing today: what rests on it would arrive empty once our clock is set right. */
uint64_t clockwatch_begins_ms(const struct turn *t, const struct peer *p, uint64_t until_ms);
/** Is it so far off that each refuses what the other says? */
bool clockwatch_blocks(const struct turn *t, const struct peer *p);

#endif /* KRING_DOMAIN_EXCHANGE_CLOCKWATCH_H */

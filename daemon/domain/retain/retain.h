/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * retain - a case that was closed long ago is work for a person: may it be erased?
 *
 * Layer:    domain/retain (base, proto, store; lower rooms).
 * Owns:     META row 19 (when all cases are looked at again u64); WORK_RETAIN.
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds; nothing is counted by a clock that nobody agrees with.
 * Durable:  with the turn's transaction.
 * Privacy:  reads cases; writes ids.
 *
 * Nothing is erased by itself: a person erases it, closes it again, or says until when it is kept.
 */
#ifndef KRING_DOMAIN_RETAIN_RETAIN_H
#define KRING_DOMAIN_RETAIN_RETAIN_H

#include "domain/exchange/chores.h"

/** A case is being closed: since when, and until when somebody wants it kept (any moment of that day; 0: as the setting has it), into
 *  its record, which the caller saves.  ERR_INVAL, explained: that day is past, or too far. */
MUST_CHECK enum err retain_close(struct turn *t, const struct id16 *case_id, struct msg *record,
				 uint64_t until_ms);
/** It is open again. */
MUST_CHECK enum err retain_reopen(struct turn *t, const struct id16 *case_id, struct msg *record);
/** No row of it is left. */
MUST_CHECK enum err retain_forget(struct turn *t, const struct id16 *case_id);
/** Once a day all cases are looked at. */
MUST_CHECK enum err retain_tick(struct turn *t);
/** One slice of CHORE_RETAIN. */
MUST_CHECK enum err retain_slice(struct turn *t, struct chore *c);

#endif /* KRING_DOMAIN_RETAIN_RETAIN_H */

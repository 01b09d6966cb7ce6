/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * deadline - until when something may still be done in a referral, and when its timer looks at it next.
 *
 * One function says until when, from what both logs and the outbox hold now; one writes it down as a day.
 * A term that somebody else has to meet begins when it lay at their node, not when it was signed here.
 * A deadline stays what it was when it has passed; only the timer moves on.
 *
 * Layer:    domain/referral (base, proto, store; lower rooms).
 * Owns:     table TIMER, key due_ms u64 | thread 16 | kind u8.
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds; a deadline is the last millisecond in time.
 * Durable:  with the turn's transaction.
 * Privacy:  none.
 */
#ifndef KRING_DOMAIN_REFERRAL_DEADLINE_H
#define KRING_DOMAIN_REFERRAL_DEADLINE_H

#include "domain/documents/thread.h"
#include "domain/referral/calendar.h"

enum {
	DEADLINE_TERM_DAYS = 5,
	DEADLINE_GRACE_DAYS = 2,
	DEADLINE_URGENT_DAYS = 1,
	DEADLINE_URGENT_GRACE = 1,
	DEADLINE_PAUSE_DAYS = 5, /* at most, once, while a question is open */
	DEADLINE_REMIND_DAYS = 1 /* the receiver's own people, again and again */
};

/** Whose working days count: the place of the referral's receiver. */
const char *deadline_place(const struct turn *t, const struct thread *th);
/** Until when what the state waits for may still come; 0: it waits for nothing. */
MUST_CHECK enum err deadline_of(struct turn *t, const struct thread *th, uint64_t *due_ms);
/** Until when a document of ours, signed now, counts as on its way; later it is work for a person. */
uint64_t deadline_delivery(const struct turn *t, const struct thread *th);
/** Has something of ours waited longer than that? */
bool deadline_undelivered(const struct turn *t, const struct thread *th);
/** When the timer has to look next; 0: never. */
uint64_t deadline_next(const struct turn *t, const struct thread *th);
/** A date that a document names (HOLD, NOTE) and that is heard now, as one that can be (dates.h). */
uint64_t deadline_date(const struct turn *t, uint64_t date_ms);
/** The day for people, where the term runs: "2026-11-27". */
void deadline_day(const char *place, uint64_t ms, char out[DATE_TEXT]);
/** The thread's one timer; 0: none.  The row only, th is not saved. */
MUST_CHECK enum err deadline_timer_set(struct turn *t, struct thread *th, uint64_t at_ms);
/** The case was erased: this thread waits for nobody any more.  The caller saves it. */
MUST_CHECK enum err deadline_timer_stop(struct turn *t, struct thread *th);

#endif /* KRING_DOMAIN_REFERRAL_DEADLINE_H */

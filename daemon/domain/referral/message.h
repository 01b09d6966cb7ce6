/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * message - what a message of either side leaves in its referral: an appointment, and that nobody read it yet.
 *
 * Layer:    domain/referral (base, proto, store; lower rooms).
 * Owns:     meet_* and unread in the row of a thread.
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds; an appointment is a day.
 * Durable:  the caller saves the thread.
 * Privacy:  a day and a number; the words stay in their body.
 */
#ifndef KRING_DOMAIN_REFERRAL_MESSAGE_H
#define KRING_DOMAIN_REFERRAL_MESSAGE_H

#include "domain/documents/thread.h"

/** This message is entry no of our log, or theirs, and its author had read seen_no entries of the other one: an appointment in it
 *  counts from now on, unless a message behind it has one. */
MUST_CHECK enum err message_heard(struct turn *t, struct thread *th, bool mine, uint32_t no,
				  uint32_t seen_no, const struct msg *body);
/** An appointment that is still to come, in a referral that is not over. */
bool message_appointed(const struct turn *t, const struct thread *th);
/** Its last millisecond, here. */
uint64_t message_appointed_until(const struct turn *t, const struct thread *th);
/** Until when a referral of ours can be recalled, as sent by mistake; 0: it cannot, its partner said something or it is over. */
uint64_t message_recall_until(const struct thread *th);
/** How many messages we signed in this referral. */
MUST_CHECK enum err message_count(struct turn *t, const struct thread *th, uint32_t *count);

#endif /* KRING_DOMAIN_REFERRAL_MESSAGE_H */

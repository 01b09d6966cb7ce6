/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * message - what people say to the other side of a referral beside the acts, and a referral taken back minutes after it went.
 *
 * Layer:    domain/desk (base, proto, store; lower rooms).
 * Owns:     nothing.
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds, given with the turn.
 * Durable:  with the turn's transaction.
 * Privacy:  words are category 20, how to reach the person category 1; a refusal names a field and never what stands there.
 *
 * Every function gives ERR_OK, or an error that is said in the turn's refusal.
 */
#ifndef KRING_DOMAIN_DESK_MESSAGE_H
#define KRING_DOMAIN_DESK_MESSAGE_H

#include "domain/documents/thread.h"

/** May this referral be recalled?  req is an ACT_NEW; any other act than an ERROR with the reason sent-by-mistake passes.
 *  Asked before the table, whose answer would not say why. */
MUST_CHECK enum err desk_recall_check(struct turn *t, const struct thread *th,
				      const struct msg *req);
/** The body of a message, out of an ACT_NEW. */
MUST_CHECK enum err desk_message_make(struct turn *t, const struct thread *th,
				      const struct msg *req, struct msg **body);
/** Before it is signed: its appointment stands on our own list, and how to reach the person in our own file. */
MUST_CHECK enum err desk_message_own(struct turn *t, struct thread *th, const struct msg *body);

#endif /* KRING_DOMAIN_DESK_MESSAGE_H */

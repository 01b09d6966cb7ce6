/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * work - the kinds of work that a person may have to do, with their codes (config/lists/work.psv).
 *
 * Layer:    domain/referral (nothing); worklist.c has the flags.
 * Owns:     nothing.
 * Threads:  any.
 * Time:     none.
 * Durable:  the numbers stand in keys of table WORK: a kind is added at the end, never moved.
 * Privacy:  vocabulary only.
 */
#ifndef KRING_DOMAIN_REFERRAL_WORK_H
#define KRING_DOMAIN_REFERRAL_WORK_H

#include <assert.h>
#include <stdint.h>

/* clang-format off */
#define WORK_KINDS(X)                                                                       \
	X(ANSWER, "answer-due") X(QUESTION, "question-open") X(START, "start-due")          \
	X(REVIEW, "review-due") X(PROGRESS, "progress-due") X(OUTCOME, "outcome-due")       \
	X(WITHDRAW, "withdraw-due") X(REOPEN, "reopen-due") X(ERASE, "erase-due")           \
	X(FOLLOW_UP, "follow-up") X(ESCALATED, "escalated") X(UNDELIVERABLE, "undeliverable") \
	X(HOLLOW, "hollow") X(GONE, "partner-removed") X(LOST, "lost-act")          \
	X(AGREEMENT, "agreement-missing") X(CONSENT, "consent-ends") \
	X(REMINDED, "reminded") X(TAKEN_BACK, "consent-taken-back") \
	X(TOO_MANY, "partner-takes-no-more") X(MESSAGE, "message-new") \
	X(APPOINTMENT, "appointment") X(UNANSWERED, "erasure-unanswered") \
	X(HANDOVER_ANSWER, "handover-answer") X(HANDOVER_SEND, "handover-send") \
	X(HANDOVER_CEDE, "handover-cede") X(HANDOVER_TAKE, "handover-take") \
	X(HANDOVER_SLOW, "handover-slow") \
	X(REFER_ON, "refer-on") X(PASSED_AROUND, "passed-around") \
	X(RETAIN, "closed-long-ago") X(KEPT, "kept-ends") X(MOVED, "moved-on") \
	X(GO_ON, "goes-on") X(REQUESTED, "case-requested")
enum work_kind {
#define WORK_ENUM(name, text) WORK_##name,
	WORK_KINDS(WORK_ENUM)
#undef WORK_ENUM
	WORK_KIND_COUNT
};
/* clang-format on */

/** What a person may do with work beside the act that it asks for. */
enum work_flag {
	WORK_BY_HAND = 1, /* tick it off: it was seen to outside of this referral */
	WORK_STATE =
		2 /* it follows from the state: once ticked off it comes again only with another state */
};
/** enum work_flag. */
unsigned work_flags(enum work_kind kind);

/** Its place in what a person saw to (documents/thread.h, handled). */
static inline uint64_t work_bit(enum work_kind kind)
{
	return UINT64_C(1) << kind;
}
static_assert(WORK_KIND_COUNT <= 64, "a bit for each kind");

#endif /* KRING_DOMAIN_REFERRAL_WORK_H */

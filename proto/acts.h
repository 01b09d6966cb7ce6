/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * acts - one row for each type of document: what it is called, what it may say, who signs it.
 *
 * Layer:    proto (base only).
 * Owns:     nothing; the table is constant.
 * Threads:  any.
 * Time:     none.
 * Durable:  numbers and codes stand in stores and in signed documents: a row is added, never changed or reused.
 * Privacy:  vocabulary only.
 *
 * The daemon (who may sign, what a body must hold), the client (its commands and their options), the simulator and
 * the lint check of config/lists/acts.psv read these rows; none of them keeps a list of its own.  In which state of a
 * referral an act is possible, and what it does there, is the table in daemon/domain/referral/referral.c.
 */
#ifndef KRING_PROTO_ACTS_H
#define KRING_PROTO_ACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/lists.h"
#include "proto/msg.h"

/** Which side of a referral signs it; 0: it belongs to no referral. */
enum act_side { ACT_BY_SENDER = 1, ACT_BY_RECEIVER = 2, ACT_BY_EITHER = 3 };

/** What a person gives with an act, besides a text, which every act takes. */
enum act_with {
	ACT_WITH_REASON = 1,	  /* a code of its list */
	ACT_WITH_REVIEW = 2,	  /* a date on which somebody looks at the referral again */
	ACT_WITH_DATE = 4,	  /* a date that only informs: an appointment */
	ACT_WITH_ALTERNATIVE = 8, /* a better place, or that there is none */
	ACT_WITH_TARGET = 16,	  /* places to go to, one or more */
	ACT_WITH_SHARE = 32,	  /* fields of the case, by category */
	ACT_WITH_LATE = 64,	  /* that it comes after the answer term, knowingly */
	ACT_WITH_ANSWER = 128,	  /* fields of the case or a text: one of both */
	ACT_ASKS = 256,	       /* nothing: it cannot be undone, so people see first what follows */
	ACT_WITH_DAY = 512,    /* the day of an appointment ... */
	ACT_WITH_PLACE = 1024, /* ... and where it is */
	ACT_WITH_ENTRY = 2048, /* which entry of the other side it answers */
	ACT_WITH_WORDS = 4096, /* a text, a place, or how to reach the person */
	ACT_WITH_CORRECTS = 8192, /* which entry of our own log was wrong */
	ACT_WITH_SAME = 16384	  /* a case here of the same person */
};

/*
 * ACT: a person does it.    name, number, code, body, who, list of reasons, option of the reason, needs, takes besides,
 *                           command, example
 * RULE: a timer or a rule does it, or another command than the one of its name.
 *                           name, number, code, body, who, list of reasons
 * An act takes the rows of its list that name its code (column uses), or all where the list has no such column;
 * MSG_HOLDS_ANY: its body has no reason.  Numbers ascend; 38 to 42 and 47 on are free.
 */
/* clang-format off */
#define ACTS(ACT, RULE) \
	RULE(OFFER, 1, "offer", MSG_OFFER, ACT_BY_SENDER, MSG_HOLDS_ANY) \
	ACT(ASK, 2, "ask", MSG_ASK, ACT_BY_RECEIVER, LIST_REASONS, "question", ACT_WITH_REASON, 0, \
	    "ask", "kring ask 91C4 --question best-contact") \
	ACT(INFO, 3, "info", MSG_INFO, ACT_BY_SENDER, MSG_HOLDS_ANY, "reason", ACT_WITH_ANSWER, ACT_WITH_SHARE, \
	    "info", "kring info 91C4 --share contact") \
	ACT(ACCEPT, 4, "accept", MSG_ACT, ACT_BY_RECEIVER, LIST_REASONS, "reason", 0, ACT_WITH_REASON | ACT_WITH_LATE | ACT_WITH_SAME, \
	    "accept", "kring accept 91C4") \
	ACT(DECLINE, 5, "decline", MSG_ACT, ACT_BY_RECEIVER, LIST_DECLINE, "reason", ACT_WITH_REASON | ACT_WITH_ALTERNATIVE, 0, \
	    "decline", "kring decline 91C4 --reason no-capacity --alternative none") \
	ACT(REDIRECT, 6, "redirect", MSG_ACT, ACT_BY_RECEIVER, LIST_REASONS, "reason", ACT_WITH_TARGET, ACT_WITH_REASON | ACT_ASKS, \
	    "redirect", "kring redirect 91C4 --target \"GGD Zeeland\"") \
	RULE(EXPIRE, 7, "expire", MSG_ACT, ACT_BY_SENDER, LIST_REASONS) \
	ACT(HOLD, 8, "hold", MSG_ACT, ACT_BY_RECEIVER, LIST_REASONS, "reason", ACT_WITH_REASON | ACT_WITH_REVIEW, 0, \
	    "hold", "kring hold 91C4 --reason waiting-list --until 2027-01-15") \
	ACT(START, 9, "start", MSG_ACT, ACT_BY_RECEIVER, LIST_REASONS, "reason", 0, ACT_WITH_REASON, \
	    "start", "kring start 91C4") \
	RULE(CONSENT, 10, "consent", MSG_CONSENT_GRANT, 0, MSG_HOLDS_ANY) \
	RULE(WITHDRAWAL, 11, "consent-withdrawal", MSG_WITHDRAWAL, 0, LIST_REASONS) \
	RULE(ERASED, 12, "consent-erased", MSG_ERASED, 0, MSG_HOLDS_ANY) \
	ACT(NOTE, 13, "note", MSG_ACT, ACT_BY_RECEIVER, LIST_REASONS, "reason", ACT_WITH_REASON, ACT_WITH_DATE | ACT_WITH_CORRECTS, \
	    "note", "kring note 91C4 --reason appointment") \
	ACT(OUTCOME, 14, "outcome", MSG_ACT, ACT_BY_RECEIVER, LIST_OUTCOMES, "code", ACT_WITH_REASON, ACT_WITH_CORRECTS, \
	    "outcome", "kring outcome 91C4 --code helped") \
	ACT(ACK, 15, "ack", MSG_ACT, ACT_BY_SENDER, LIST_REASONS, "reason", 0, ACT_WITH_REASON, \
	    "ack", "kring ack 91C4") \
	ACT(REOPEN, 16, "reopen", MSG_ACT, ACT_BY_SENDER, LIST_REASONS, "reason", ACT_WITH_REASON, 0, \
	    "reopen", "kring reopen 91C4 --reason not-better") \
	ACT(WITHDRAW, 17, "withdraw", MSG_ACT, ACT_BY_SENDER, LIST_REASONS, "reason", ACT_WITH_REASON, 0, \
	    "withdraw", "kring withdraw 91C4 --reason no-longer-needed") \
	ACT(WD_OK, 18, "wd-ok", MSG_ACT, ACT_BY_RECEIVER, LIST_REASONS, "reason", 0, ACT_WITH_REASON, \
	    "confirm-withdraw", "kring confirm-withdraw 91C4") \
	RULE(WD_TIMEOUT, 19, "wd-timeout", MSG_ACT, ACT_BY_SENDER, LIST_REASONS) \
	ACT(REVOKE, 20, "revoke", MSG_ACT, ACT_BY_EITHER, LIST_REASONS, "reason", 0, ACT_WITH_REASON | ACT_ASKS, \
	    "revoke", "kring revoke 91C4") \
	ACT(ERROR, 21, "error", MSG_ACT, ACT_BY_SENDER, LIST_REASONS, "reason", 0, ACT_WITH_REASON | ACT_ASKS, \
	    "error", "kring error 91C4 --reason wrong-person") \
	RULE(ESCALATE, 22, "escalate", MSG_ACT, ACT_BY_SENDER, LIST_REASONS) \
	RULE(REPORT, 23, "report", MSG_REPORT, 0, MSG_HOLDS_ANY) \
	RULE(ERASING, 24, "consent-erasing", MSG_ERASED, 0, MSG_HOLDS_ANY) \
	/* a case moves to another node: domain/owner/handover.c has who signs what */ \
	RULE(PROPOSE, 25, "propose", MSG_HANDOVER_PROPOSE, 0, MSG_HOLDS_ANY) \
	RULE(AGREE, 26, "agree", MSG_ACT, 0, LIST_REASONS) \
	RULE(REFUSE, 27, "refuse", MSG_ACT, 0, LIST_REASONS) \
	RULE(BUNDLE, 28, "bundle", MSG_HANDOVER_BUNDLE, 0, MSG_HOLDS_ANY) \
	RULE(STAGED, 29, "staged", MSG_ACT, 0, LIST_REASONS) \
	RULE(ABORT, 30, "abort", MSG_ACT, 0, LIST_REASONS) \
	RULE(CEDE, 31, "cede", MSG_HANDOVER_CEDE, 0, MSG_HOLDS_ANY) \
	RULE(TAKE, 32, "take", MSG_HANDOVER_TAKE, 0, MSG_HOLDS_ANY) \
	RULE(ADDENDUM, 33, "addendum", MSG_HANDOVER_ADDENDUM, 0, MSG_HOLDS_ANY) \
	RULE(RECLAIM, 34, "reclaim", MSG_HANDOVER_RECLAIM, 0, LIST_REASONS) \
	RULE(SUPERSEDED, 35, "superseded", MSG_HANDOVER_RECLAIM, 0, LIST_REASONS) \
	/* a referral that runs follows its case to another node */ \
	RULE(MOVED, 36, "moved", MSG_MOVED, ACT_BY_SENDER, MSG_HOLDS_ANY) \
	/* the other side of a referral asks for the case itself: one question at a time, answered by a handover or by a no */ \
	ACT(REQUEST, 37, "request", MSG_ACT, ACT_BY_RECEIVER, LIST_REASONS, "reason", ACT_WITH_REASON, 0, \
	    "request", "kring request 91C4 --reason mostly-here") \
	RULE(ONWARD_ANSWER, 43, "consent-onward", MSG_ONWARD_ANSWER, 0, MSG_HOLDS_ANY) \
	ACT(MESSAGE, 44, "message", MSG_MESSAGE, ACT_BY_EITHER, MSG_HOLDS_ANY, "reason", ACT_WITH_WORDS, \
	    ACT_WITH_DAY | ACT_WITH_PLACE | ACT_WITH_ENTRY, \
	    "say", "kring say 91C4 --text -") \
	RULE(KEPT, 45, "kept-sealed", MSG_HANDOVER_KEPT, 0, MSG_HOLDS_ANY) \
	ACT(REQUEST_ANSWER, 46, "request-answer", MSG_ACT, ACT_BY_SENDER, LIST_REASONS, "reason", ACT_WITH_REASON, 0, \
	    "keep", "kring keep 91C4 --reason goes-on-here")

/*
 * One row for each kind of thread: name, number, name of its rules in the daemon (domain/exchange/hooks.h), the document
 * that opens one, what holds of it.  A first document that opens no other kind opens a referral.
 */
#define KINDS(KIND) \
	KIND(REFERRAL, 1, referral, OFFER, KIND_OF_A_PERSON | KIND_LISTED) \
	KIND(CONSENT, 2, consent, CONSENT, KIND_OF_A_PERSON) \
	KIND(REPORT, 3, report, REPORT, KIND_ALONE) \
	KIND(HANDOVER, 4, handover, PROPOSE, KIND_OF_A_PERSON | KIND_NAMED)

#define ACT_ENUM(name, no, ...) DOC_##name = (no),
enum doc_type { ACTS(ACT_ENUM, ACT_ENUM) };
#undef ACT_ENUM
#define KIND_ENUM(name, no, ...) THREAD_##name = (no),
enum thread_kind { KINDS(KIND_ENUM) };
#undef KIND_ENUM
/* clang-format on */

enum kind_flag {
	KIND_OF_A_PERSON =
		1,	 /* only members send and get it; else only who collects figures gets it */
	KIND_LISTED = 2, /* people see it in a list, and name it by its reference */
	KIND_NAMED = 8,	 /* people name it by its reference, and it has a list of its own */
	KIND_ALONE = 4	 /* the document that opens it has no place in a thread of another kind */
};

struct act {
	const char *code;	   /* row of config/lists/acts.psv; in logs and in JSON */
	const char *reason_option; /* of kring: --reason, or another name that the act has for it */
	const char *command;	   /* of kring; NULL: not for a person to do */
	enum msg_kind body;
	unsigned who;	       /* enum act_side, or 0 */
	int reasons;	       /* enum list_id, or MSG_HOLDS_ANY */
	unsigned needs, takes; /* enum act_with */
	uint16_t number;       /* enum doc_type */
};

extern const struct act act_table[];
extern const size_t act_count;

/** The kind of thread that this document opens. */
enum thread_kind kind_opened_by(uint16_t type);
bool kind_known(unsigned kind);
/** enum kind_flag; of no kind: false. */
bool kind_has(unsigned kind, enum kind_flag flag);

/** NULL: there is no such type. */
const struct act *act_of(uint16_t number);
const struct act *act_named(const char *code);
/** Something of it is given with this act, needed or not. */
static inline bool act_has(const struct act *a, unsigned with)
{
	return ((a->needs | a->takes) & with) != 0;
}

/** Its date is the day on which the referral is looked at again. */
static inline bool act_reviews(uint16_t number)
{
	const struct act *a = act_of(number);

	return a != NULL && act_has(a, ACT_WITH_REVIEW);
}

#endif /* KRING_PROTO_ACTS_H */

/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * count - what happened in one quarter, exactly, and at most so much of one person.
 *
 * Layer:    domain/count (base, proto, store; lower rooms).
 * Owns:     nothing.
 * Threads:  core process, event-loop thread only.
 * Time:     an event is of the moment this node learned of it, so that none is ever counted twice or later
 *           slips into a quarter whose report was made; milliseconds.
 * Durable:  nothing.
 * Privacy:  exact figures: they are the node's own and never leave but through report.c.
 *
 * A referral is one event when it got its first answer, or when fourteen days passed without one; a second one
 * if the answer came after that; and one when it ended.  Each is one cell in each table, and only the first
 * events of a person in a quarter count (policy cap): that is what bounds what one person can change.
 */
#ifndef KRING_DOMAIN_COUNT_COUNT_H
#define KRING_DOMAIN_COUNT_COUNT_H

#include "domain/state.h"

/* clang-format off */
/* Answers, as they stand in the bits of a report. */
#define COUNT_ANSWERS(X)                                                                        \
	X(ACCEPTED, "accepted") X(DECLINED, "declined") X(REDIRECTED, "redirected")            \
	X(WITHDRAWN, "withdrawn") X(UNANSWERED, "unanswered") X(UNDELIVERED, "undelivered")    \
	X(LATE, "late")
enum count_answer {
#define COUNT_ENUM(name, text) COUNT_##name,
	COUNT_ANSWERS(COUNT_ENUM)
#undef COUNT_ENUM
	COUNT_ANSWER_COUNT
};
/* clang-format on */
enum count_side { COUNT_SENT, COUNT_RECEIVED, COUNT_SIDES };
/* What a receiver answered, by working days to its first answer: the table that sums are made of. */
enum {
	COUNT_ACCEPTED_1,
	COUNT_ACCEPTED_2,
	COUNT_ACCEPTED_5,
	COUNT_ACCEPTED_10,
	COUNT_ACCEPTED_MORE,
	COUNT_DECLINED_2,
	COUNT_DECLINED_MORE,
	COUNT_PASSED_ON,
	COUNT_WITHDRAWN_FIRST,
	COUNT_NO_ANSWER,
	COUNT_LATE_ANSWER,
};
/* Why a need was not met: no room; not for this person or place; anything else. */
enum { COUNT_NO_CAPACITY, COUNT_UNSUITABLE, COUNT_OTHER };
/* How it ended: the codes of config/lists/outcomes.psv in this order, and two more. */
enum {
	COUNT_HELPED,
	COUNT_PARTLY,
	COUNT_NOT_REACHED,
	COUNT_PERSON_DECLINED,
	COUNT_NOT_COMPLETED,
	COUNT_MOVED_ON,
	COUNT_TAKEN_BACK,
	COUNT_REVOKED,
};
enum {
	COUNT_CELLS = (int)COUNT_SIDES * (int)COUNT_ANSWER_COUNT,
	COUNT_WORDS = COUNT_LATE_ANSWER + 1,
	COUNT_REASONS = COUNT_OTHER + 1,
	COUNT_ENDS = COUNT_REVOKED + 1,
	COUNT_NEEDS = 32, /* places of config/lists/needs.psv; the last one is every other code */
	COUNT_NOTHING = 255,
	COUNT_EVENTS = 1024, /* of one person; what comes after is not counted ... */
	COUNT_THREADS =
		1024, /* ... nor are more threads looked at: nobody has so many but by mischief */
};

/** Figures of one node: exact, or as published (0: too small). */
struct count {
	size_t rows;		       /* partners; index: peer number - 1 */
	uint32_t (*flow)[COUNT_CELLS]; /* side * COUNT_ANSWER_COUNT + answer */
	uint32_t needs[COUNT_NEEDS][COUNT_REASONS];
	uint32_t words[COUNT_WORDS];
	uint32_t ends[COUNT_ENDS];
};

struct count_event {
	uint64_t at_ms;
	uint16_t peer;
	uint8_t cell;	      /* of flow; COUNT_NOTHING: it is an end */
	uint8_t word;	      /* COUNT_NOTHING: none */
	uint8_t need, reason; /* reason COUNT_NOTHING: none */
	uint8_t end;
};

/** rows partners, all zero.  ERR_NOMEM. */
MUST_CHECK enum err count_create(struct arena *a, size_t rows, struct count *c);
/** Events of one person in one quarter: the first cap answers by time count, and the first cap ends.  Sorts ev. */
void count_person(struct count *c, struct count_event *ev, size_t n, unsigned cap);
/** What happened to one person from begin_ms to before end_ms, in no order.  When the case was
 *  erased: of what came under it since. */
MUST_CHECK enum err count_events(struct turn *t, const struct id16 *case_id, uint64_t begin_ms,
				 uint64_t end_ms, struct count_event ev[COUNT_EVENTS], size_t *n);
/** Place of a need's code. */
size_t count_need(const char *code);
/** Code of a place; NULL where there is none. */
const char *count_need_code(size_t place);

#endif /* KRING_DOMAIN_COUNT_COUNT_H */

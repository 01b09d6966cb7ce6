/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * states - one row for each state of a referral: what holds while it lasts.
 *
 * Whose move it is, what each side's people have to do, until when, what the sender's node signs when that day has
 * passed, what entering the state does, and what it counts as in figures.  Which act leads from which state to which
 * is the other table (referral.h).  Who adds a state adds a row here and one in config/lists/states.psv.
 *
 * Layer:    domain/referral (base; proto/acts for document types).
 * Owns:     nothing; constant.
 * Threads:  any.
 * Time:     days of the place where a term runs (deadline.h).
 * Durable:  nothing.
 * Privacy:  vocabulary only.
 */
#ifndef KRING_DOMAIN_REFERRAL_STATES_H
#define KRING_DOMAIN_REFERRAL_STATES_H

#include "domain/referral/referral.h"
#include "domain/referral/work.h"

/** How long a state may last.  days is the row's. */
enum state_term {
	STATE_FOREVER,	   /* nobody is waited for */
	STATE_ANSWER_TERM, /* the offer's own term, from when it was delivered */
	STATE_WORKING,	   /* so many working days since the state began */
	STATE_ALL_DAYS,	   /* so many days since it began */
	STATE_REVIEW,	   /* until the day on which somebody said to look again */
	STATE_KEEPING,	   /* so many days, after which the receiver releases what it was shown */
	STATE_FOLLOWED	   /* so many working days, in which the receiver hears of who goes on */
};

/** What entering it does, beside its term. */
enum state_does {
	STATE_PAUSES = 1, /* the answer term, once */
	STATE_HIDES = 2,  /* what was said of the person is not shown any more */
	STATE_CONFIRMED =
		4 /* the sender's own end: provisional until the receiver's log has seen it */
};

/** What the first answer in this state counts as; in the order of enum count_answer (count/count.h). */
enum state_answer {
	STATE_ACCEPTED,
	STATE_DECLINED,
	STATE_REDIRECTED,
	STATE_TAKEN_BACK,
	STATE_UNANSWERED,
	STATE_OPEN,
	STATE_ELSEWHERE /* what came before counts; without that, the answer to whoever goes on */
};

/** What kind of end it is for a referral that was accepted. */
enum state_end {
	STATE_GOES_ON,
	STATE_END_OUTCOME,
	STATE_END_BACK,
	STATE_END_REVOKED,
	STATE_END_CUT
};

struct state_row {
	bool set;	     /* every state has a row */
	uint8_t next;	     /* whose move it is: enum referral_actor, 0 nobody's */
	uint8_t sender_work; /* enum work_kind, WORK_KIND_COUNT none */
	uint8_t receiver_work;
	enum state_term term;
	uint8_t days;
	uint16_t
		asked; /* the term begins when this document of the sender was there; 0: with the state */
	uint16_t fires; /* what the sender's node signs when the term is over; ESCALATE: a reminder
					  first, and WITHDRAW when its own term is over too; 0: nothing */
	const char *reason; /* ... and why */
	uint8_t does;	    /* enum state_does */
	enum state_answer answer;
	enum state_end end;
};

/** Of a state below REFERRAL_STATE_COUNT. */
const struct state_row *state_row(enum referral_state s);
/** What that side's people have to do; WORK_KIND_COUNT: nothing. */
enum work_kind state_work(enum referral_state s, enum referral_actor side);

#endif /* KRING_DOMAIN_REFERRAL_STATES_H */

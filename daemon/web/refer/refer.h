/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * refer - a person is referred in five steps: for what, to whom, what may be shared, a message, check.
 *
 * Layer:    web.
 * Owns:     nothing; all of it lies in the visit's arena.
 * Threads:  the loop's.
 * Time:     days, by the clock of this machine.
 * Durable:  as a draft at core, which is sealed and its writer's alone; the lines are those of the command line (client/dialogue/draft.c).
 * Privacy:  names a person and what a partner will see of them.  An address holds the draft's id and nothing else.
 *
 * What is typed stands in the draft before anything is said about it: so every form is answered with another address, and a step may be
 * left, gone back to and opened twice.
 */
#ifndef KRING_WEB_REFER_REFER_H
#define KRING_WEB_REFER_REFER_H

#include "web/visit.h"

enum { REFER_ID = 32, REFER_REQUEST = 16 };

/** One referral while it is made.  Texts are "" where nothing was said yet, never NULL. */
struct refer {
	char id[REFER_ID + 1]; /* of the draft */
	const char *case_id, *label;
	const char *need, *service, *to; /* to: as one writes the partner in commands */
	const char *how, *witness, *given_by;
	const char *text;    /* to the partner's workers, beside the referral */
	const char *knowing; /* the partner had the person before: why it is right all the same */
	int64_t until;	     /* day of the consent; 0: as core has it */
	uint64_t share;	     /* categories; only what core allows of them goes */
	bool urgent, again, chosen /* somebody looked at share */, said /* ... and at text */;
	const struct msg *shown, *partners, *row; /* the case, the partners, and the chosen one */
	struct msg *tried;			  /* what core says of it as it stands */
	const char *ref;			  /* once it is sent */
	const char *step;			  /* that this visit is about, or goes to */
	const char *wrong;			  /* said there; NULL: nothing */
	struct form
		typed; /* what was typed here, when it comes back; its values stand in the others */
	bool back;
	bool stops; /* ... or to the start, to go on another time */
	visit_told then, lost;
};

/*
 * Addresses, by site.c.  _open shows a page and changes nothing; _try takes its form and answers with another address, always.
 *
 *	/refer/CASE			a draft is begun, from the page of a case
 *	/refer/CASE/begin		what is in the way of that, or the button
 *	/refer/DRAFT/on			to the first step that is not answered yet
 *	/refer/DRAFT/need		1
 *	/refer/DRAFT/partner		2
 *	/refer/DRAFT/share		3
 *	/refer/DRAFT/message		4
 *	/refer/DRAFT/check		5: the form of this one sends
 *	/refer/DRAFT/without		5 was refused: what nothing covers stays here
 *	/refer/DRAFT/again		5 was refused: a second one for the same need, knowingly
 *	/refer/DRAFT/knowing		5 was refused: back to whoever had the person, and why
 *	/refer/DRAFT/drop		thrown away
 *	/refer/REF/sent			what became of it
 */
/* steps.c */
void refer_start_try(struct visit *v);
void refer_begin_open(struct visit *v);
void refer_open(struct visit *v);
void refer_need_open(struct visit *v);
void refer_need_try(struct visit *v);
void refer_partner_open(struct visit *v);
void refer_partner_try(struct visit *v);
void refer_message_open(struct visit *v);
void refer_message_try(struct visit *v);
void refer_drop_try(struct visit *v);
/* share.c */
void refer_share_open(struct visit *v);
void refer_share_try(struct visit *v);
/* check.c */
void refer_check_open(struct visit *v);
void refer_without_try(struct visit *v);
void refer_again_try(struct visit *v);
void refer_knowing_try(struct visit *v);
/** The referral as the draft has it. */
struct msg *refer_request_of(struct visit *v, bool dry_run);
/** Core refused it for a consent that the person can still give. */
bool refer_lacks_consent(const struct refer *r);
/* send.c */
void refer_check_try(struct visit *v);
void refer_sent_open(struct visit *v);

/** What was typed in a step, into the draft, with whatever is wrong with it; NULL: nothing is. */
const char *refer_take_need(struct refer *r, const struct form *f);
const char *refer_take_partner(struct refer *r, const struct form *f);
const char *refer_take_message(struct refer *r, const struct form *f);

/* draft.c */
struct refer *refer_of(const struct visit *v);
/** The draft that the address names, into refer_of; then is called with core's reply.  One that is not there is said so. */
void refer_load(struct visit *v, visit_told then);
/** ... with the case, the partners and the chosen one's row.  What is missing before this step sends the browser there.  when_lost: what
 *  is done about a draft that is not there; NULL: it is said so. */
void refer_load_all(struct visit *v, const char *step, visit_told then, visit_told when_lost);
/** The draft as it stands now, then to that step, or to the start when stops is set. */
void refer_save(struct visit *v, const char *step, const char *wrong);
/** A form that core refused: to the page of that step, which says why. */
void refer_no(struct visit *v, struct msg *reply, const char *step);
/** To a step of this draft; wrong: a code that refer_wrong knows, or NULL. */
void refer_go(struct visit *v, const char *step, const char *wrong);
/** The first step that is not answered; "check": all are. */
const char *refer_next(const struct refer *r);
/** Whether what stands before that step is answered; if not, the visit is over. */
bool refer_ready(struct visit *v, const char *step);
/** A refusal without values, at the top of the page. */
void refer_refusal(struct visit *v, const char *code);
/** What the address says that was wrong, at the top of the page. */
void refer_wrong(struct visit *v);
/** "Stap 3 van 5", whom it is about, what the form carries. */
const char *refer_step_text(struct visit *v, uint64_t step);
const char *refer_form_key(struct visit *v, const char *step);
/** A request without i: what is only looked at, or may be done twice, has no answer that is remembered under it. */
struct msg *refer_anew(struct visit *v);
/** ... under an id that every window of this draft shares, so that it is sent once; no: of which act. */
void refer_request(struct visit *v, struct msg *request, uint8_t no);
/** A row of LIST_NEEDS without what stands in brackets. */
const char *refer_need_text(struct visit *v, enum list_lang lang, const char *code);
/** Days since 1970, here. */
int64_t refer_today(void);
/** A moment of that day which is the same day everywhere. */
uint64_t refer_day_ms(int64_t day);
/** Whether a consent may be written down as the draft says: how it was given is known. */
bool refer_consents(const struct refer *r);

#endif /* KRING_WEB_REFER_REFER_H */

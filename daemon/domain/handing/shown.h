/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * shown - handovers as people look at them, and a case that moved away.
 *
 * Layer:    domain/handing (base, proto, store; lower rooms).
 * Owns:     nothing.
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds, given with the turn.
 * Durable:  nothing.
 * Privacy:  the person's name, as far as it may be shown here.
 */
#ifndef KRING_DOMAIN_HANDING_SHOWN_H
#define KRING_DOMAIN_HANDING_SHOWN_H

#include "domain/handover/rows.h"

/** Handlers of domain/desk/table.c; the last one: case show, with who holds the pen of a case that was ever handed over. */
MUST_CHECK enum err shown_list(struct turn *t, const struct msg *req, struct msg *reply);
MUST_CHECK enum err shown_one(struct turn *t, const struct msg *req, struct msg *reply);
MUST_CHECK enum err shown_case(struct turn *t, const struct msg *req, struct msg *reply);
/** view_case_list(), and of each case that is on its way, or was taken, where it goes or went. */
MUST_CHECK enum err shown_cases(struct turn *t, const struct msg *req, struct msg *reply);
/** One row of REPLY_HANDOVERS. */
MUST_CHECK enum err shown_row(struct turn *t, const struct thread *th, struct msg *reply);
/** By whole id, reference, or a unique prefix of it.  Refuses for a person. */
MUST_CHECK enum err shown_find(struct turn *t, const char *text, struct thread *th);
/** Into REPLY_HANDOVERS: those of this case that rest on a consent which was taken back; a rule ends each of them soon. */
MUST_CHECK enum err shown_ended(struct turn *t, const struct id16 *case_id, struct msg *reply);
/** Today (day/today.h), and into REPLY_HANDOVERS the handovers in which the partner is to move. */
MUST_CHECK enum err shown_today(struct turn *t, const struct msg *req, struct msg *reply);

/** Of a case that was given over and not taken: when the partner's time for that ends. */
uint64_t shown_theirs_ms(const struct turn *t, const struct thread *th);
/** ... or it is one that answers no more: it may be taken back. */
bool shown_silent(const struct turn *t, const struct thread *th);
/** A step that a person takes: agree, refuse, send, abort, cede, take, reclaim, done; NULL: there is none of that name. */
struct shown_step {
	const char *name;
	uint16_t type; /* 0: no act, and nothing is signed */
};
const struct shown_step *shown_step_of(const char *name);

#endif /* KRING_DOMAIN_HANDING_SHOWN_H */

/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * cases - the pages about people: cases looked for, opened, changed; consents given and taken back; what is told on paper.
 *
 * Layer:    web.
 * Owns:     nothing.
 * Threads:  the loop's.
 * Time:     moments in the local time of this machine.
 * Durable:  nothing.
 * Privacy:  people, as core shows them to whoever is signed in.  No title, address or name of a file names one.
 */
#ifndef KRING_WEB_CASES_CASES_H
#define KRING_WEB_CASES_CASES_H

#include "web/visit.h"

/* list.c */
void page_cases_open(struct visit *v);
void page_find_try(struct visit *v);
void page_found_open(struct visit *v);
/** What was looked for under the number in the address, in the arena of the visit; NULL: nothing, and the visit is over. */
char *cases_sought(struct visit *v);

/* show.c */
void page_case_open(struct visit *v);

/* person.c */
enum { CASES_PERSON = 27, CASES_NOTE = 1, CASES_CONSENT = 26, CASES_NARROW = 19 };
/** Forms, as their addresses take them. */
extern const struct form_field cases_person[CASES_PERSON];
extern const struct form_field cases_note[CASES_NOTE];
extern const struct form_field cases_consent[CASES_CONSENT];
extern const struct form_field cases_narrow[CASES_NARROW];
void page_case_new_open(struct visit *v);
/** The same for somebody who was looked for and not found: a name is not typed again. */
void page_found_new_open(struct visit *v);
void page_case_new_try(struct visit *v);
void page_case_edit_open(struct visit *v);
void page_case_edit_try(struct visit *v);

/* act.c: a note, closing, opening again */
void page_case_act_open(struct visit *v);
void page_case_act_try(struct visit *v);

/* consent.c, withdraw.c */
void page_consent_new_open(struct visit *v);
void page_consent_new_try(struct visit *v);
void page_grant_open(struct visit *v);
void page_withdraw_try(struct visit *v);

/* narrow.c */
void page_narrow_open(struct visit *v);
void page_narrow_try(struct visit *v);
void page_all_back_open(struct visit *v);
void page_all_back_try(struct visit *v);

#endif /* KRING_WEB_CASES_CASES_H */

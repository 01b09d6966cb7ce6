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

/* show.c */
void page_case_open(struct visit *v);

#endif /* KRING_WEB_CASES_CASES_H */

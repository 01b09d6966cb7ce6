/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * papers - what a person may ask for on paper: who was given what, and what became of a consent that was taken back.
 *
 * Layer:    web.
 * Owns:     nothing.
 * Threads:  the loop's.
 * Time:     moments in the local time of this machine.
 * Durable:  nothing.
 * Privacy:  people, as core shows them to whoever is signed in.  No title, address or name of a file names one.
 *
 *	/c/ID/who		who was given what of a case, and who looked here
 *	/consent/ID/receipt	one consent, for the person to keep
 */
#ifndef KRING_WEB_PAPERS_PAPERS_H
#define KRING_WEB_PAPERS_PAPERS_H

#include "web/visit.h"

/* who.c */
void page_who_open(struct visit *v);
/* receipt.c */
void page_receipt_open(struct visit *v);

#endif /* KRING_WEB_PAPERS_PAPERS_H */

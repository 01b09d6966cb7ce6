/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * page - the pages: what each asks core, and what of the answer it shows.
 *
 * Layer:    web.
 * Owns:     nothing.
 * Threads:  the loop's.
 * Time:     moments in the local time of this machine.
 * Durable:  nothing.
 * Privacy:  people, as core shows them to whoever is signed in.  No title, address or name of a file names one.
 */
#ifndef KRING_WEB_PAGE_H
#define KRING_WEB_PAGE_H

#include "web/visit.h"

/* referral/page_today.c, referral/page_referrals.c */
void page_today_open(struct visit *v);
void page_received_open(struct visit *v);
void page_sent_open(struct visit *v);

/* page.c */
/** Who a row is about, as far as may be shown: a name, one that is told apart from another, or the case. */
struct page_who {
	const char *name, *birth, *case_id;
	bool alike;
};
const char *page_who_text(struct visit *v, const struct page_who *w);
/** "31-01-1990"; what is no whole day stays as it is. */
const char *page_birth(struct visit *v, const char *text);
/** "NIET OPBELLEN", or NULL. */
const char *page_quiet(struct visit *v, bool quiet);
/** "dringend", or NULL. */
const char *page_urgent(struct visit *v, const char *urgency);
/** "2026-11-27" as people write it. */
const char *page_day(struct visit *v, const char *day);
/** ... the day of a moment ... */
const char *page_day_of(struct visit *v, uint64_t ms);
/** ... and the day behind it, since which something is late. */
const char *page_day_after(struct visit *v, const char *day);
/** "Bijgewerkt om 14:02." */
const char *page_updated(struct visit *v);
/** A reply that was refused: its words, and nothing else.  True: it was one, and the visit is over. */
bool page_refused(struct visit *v, struct msg *reply);

#endif /* KRING_WEB_PAGE_H */

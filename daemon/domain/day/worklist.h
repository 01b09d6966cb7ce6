/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * worklist - what is to be done, the most urgent first.
 *
 * Layer:    domain/day (base, proto, store; lower rooms).
 * Owns:     nothing.
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds, given with the turn.
 * Durable:  nothing.
 * Privacy:  codes, references and partners; nobody's data.
 */
#ifndef KRING_DOMAIN_DAY_WORKLIST_H
#define KRING_DOMAIN_DAY_WORKLIST_H

#include "domain/page.h"
#include "domain/standing/follow.h"
#include "domain/state.h"

enum {
	VIEW_WORK_KEY = 16 + 16 + 1, /* case, thread, kind */
	VIEW_WORK_NAME = 64
};

/** A row of table WORK as a page takes it. */
struct view_work {
	struct page_item item; /* rank: as in the worklist */
	uint64_t due_ms;       /* 0: none */
	uint64_t since_ms;
	uint16_t peer;
	bool passed; /* it is over, and shown to nobody */
};
/** Is this one on the list that is asked for (page.h: mine)?  w: of view_work_item. */
MUST_CHECK enum err view_work_mine(struct turn *t, const struct page *p, const struct view_work *w,
				   bool *yes);
/** The same of what is kept in memory (standing/follow.h). */
void view_work_kept(const struct turn *t, const struct page *p, const struct running_row *row,
		    const struct running_work *work, struct view_work *out);
/** ERR_CORRUPT: damaged; item.key is set all the same. */
MUST_CHECK enum err view_work_item(struct turn *t, const struct page *p, struct span key,
				   struct view_work *out);
/** Where the page that req asks for begins: behind the row that the one before ended with, by the rank that this list gives it.
 *  ERR_NOTFOUND, explained: there is no such row any more. */
MUST_CHECK enum err view_work_after(struct turn *t, const struct msg *req, struct page *p,
				    uint64_t (*rank)(const struct turn *t,
						     const struct view_work *w));
/** All rows of the page; last: how the last one is called that has none left out before it ("91C4A7K3M.answer-due"). */
MUST_CHECK enum err view_work_rows(struct turn *t, const struct page *p, char last[VIEW_WORK_NAME],
				   struct msg *reply);

MUST_CHECK enum err view_worklist(struct turn *t, const struct msg *req, struct msg *reply);

#endif /* KRING_DOMAIN_DAY_WORKLIST_H */

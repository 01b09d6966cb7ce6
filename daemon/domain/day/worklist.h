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
#include "domain/state.h"

enum {
	VIEW_WORK_KEY = 16 + 16 + 1, /* case, thread, kind */
	VIEW_WORK_NAME = 64
};

/** A row of table WORK as a page takes it. */
struct view_work {
	struct page_item item; /* rank: by its due day */
	uint64_t due_ms;       /* 0: none */
	uint16_t peer;
	bool passed; /* it is over, and shown to nobody */
};
/** ERR_CORRUPT: damaged; item.key is set all the same. */
MUST_CHECK enum err view_work_item(struct turn *t, const struct page *p, struct span key,
				   struct view_work *out);
/** One WorkRow into reply; nothing where its thread is damaged. */
MUST_CHECK enum err view_work_row(struct turn *t, const struct page_item *i, struct msg *reply);
/** How a row is called: "91C4A7K3M.answer-due"; where a list goes on. */
void view_work_name(const struct msg *row, char out[VIEW_WORK_NAME]);
/** The key of the row of that name.  ERR_NOTFOUND, refused for a person. */
MUST_CHECK enum err view_work_named(struct turn *t, const char *name, struct store_key *k);
/** All rows of the page; last: the name of the last one that has none left out before it. */
MUST_CHECK enum err view_work_rows(struct turn *t, const struct page *p, char last[VIEW_WORK_NAME],
				   struct msg *reply);

MUST_CHECK enum err view_worklist(struct turn *t, const struct msg *req, struct msg *reply);

#endif /* KRING_DOMAIN_DAY_WORKLIST_H */

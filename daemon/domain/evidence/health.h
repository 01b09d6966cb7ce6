/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * health - is every record of the store what was written there?
 *
 * Layer:    domain/evidence (base, proto, store; turn.h).
 * Owns:     nothing.
 * Threads:  core process, event-loop thread only; a page at a time, so that work goes on between.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  counts and names of tables; what it opens it does not look at.
 */
#ifndef KRING_DOMAIN_EVIDENCE_HEALTH_H
#define KRING_DOMAIN_EVIDENCE_HEALTH_H

#include "domain/turn.h"

struct health_page {
	uint64_t
		table; /* where it begins; then where the next one does.  STORE_TABLE_COUNT: it is all */
	struct store_key at; /* ... behind this key of the table */
	uint64_t count;	     /* records that were looked at */
	/* One that is not what was written; at most LIMIT_LIST_ROWS of a page. */
	void (*damaged)(void *ctx, enum store_table table, struct span key);
	void *ctx;
};

/** Opens the records of one page.  An error is one of the disk or of memory, or of a table that cannot be walked. */
MUST_CHECK enum err health_page(struct turn *t, struct health_page *p);

#endif /* KRING_DOMAIN_EVIDENCE_HEALTH_H */

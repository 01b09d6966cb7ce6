/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * own - what a turn wrote itself and still has open, so that it opens none of it again.
 *
 * Layer:    domain (base).
 * Owns:     nothing; each list is its module's, in the turn's memory.
 * Threads:  core process, event-loop thread only.
 * Time:     none.
 * Durable:  nothing; it goes with the turn, and is wiped with its memory.
 * Privacy:  bodies of documents, for the length of a turn.
 */
#ifndef KRING_DOMAIN_OWN_H
#define KRING_DOMAIN_OWN_H

#include "base/bytes.h"

struct pending_doc; /* documents/document: made in this turn */
struct outbox_new;  /* exchange/outbox */
struct inbox_new;   /* exchange/inbox */
struct reply_new;   /* asker/replies */

/** Where the audit log ends, as this turn has it; evidence/audit.c. */
struct turn_log {
	bool known, moved;
	uint64_t seq;
	struct id32 hash;
};

/** All zeros when a turn begins. */
struct turn_own {
	struct pending_doc *made; /* and signed, or NULL ... */
	uint64_t made_stamp; /* ... and what must be unchanged but for so many rows of their own */
	uint64_t made_rows;
	struct outbox_new *owed;
	struct inbox_new *taken;
	struct reply_new *replies; /* remembered, and their time not yet written */
};

#endif /* KRING_DOMAIN_OWN_H */

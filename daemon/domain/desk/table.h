/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * table - the one table of control commands, and how a request is answered.
 *
 * Every command that the domain answers is one row: the field of Request, its handler, whether it reads, writes or
 * grows, which roles of staff have a right to it (staff/rights.h), and what it takes of who signed in at a screen.  Some rows are core's own: it answers them after it
 * asked here who may.
 *
 * Layer:    domain/desk (base, proto, store; lower rooms).
 * Owns:     nothing.
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds, given with the turn.
 * Durable:  with the turn's transaction.
 * Privacy:  none.
 */
#ifndef KRING_DOMAIN_DESK_TABLE_H
#define KRING_DOMAIN_DESK_TABLE_H

#include "domain/asker/asker.h"
#include "domain/staff/rights.h"
#include "domain/turn.h"

/** GROWS: it takes in something new, which a full disk or store does not.  WRITES: somebody waits for it.  FREES: it gives
 *  room back, or must work always.  BARE: and if nothing at all can be written, it is done without an entry of it. */
enum table_kind { TABLE_READS, TABLE_WRITES, TABLE_GROWS, TABLE_FREES, TABLE_BARE };

struct table_row {
	unsigned field; /* of Request */
	enum err (*run)(struct turn *t, const struct msg *req, struct msg *reply);
	enum table_kind kind;
	uint8_t roles; /* enum role, one or more */
	uint8_t how;   /* enum asker_how */
};

/** The rows, one by one; NULL past the last. */
const struct table_row *table_row(size_t i);

/** May this user give the command of that field, which core answers itself?  False when it is not known who may: then nobody
 *  does. */
bool table_allows(const struct rights *r, uint32_t uid, uint64_t wall_ms, unsigned field);
/** The same of whoever has this session (session_key), while it lasts. */
bool table_allows_session(const struct node *n, const struct id32 *key, uint64_t wall_ms,
			  uint64_t mono_ms, unsigned field);
/** One Request: found in the table, run, answered; the same request id of the same user again gives the same answer. */
MUST_CHECK enum err table_request(struct turn *t, const struct event *ev);

#endif /* KRING_DOMAIN_DESK_TABLE_H */

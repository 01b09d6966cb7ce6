/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * table - the one table of control commands, and how a request is answered.
 *
 * Every command that a client can send is one row: the field of Request, its handler, whether it reads, writes or grows.
 *
 * Layer:    domain/desk (base, proto, store; lower rooms).
 * Owns:     tables REQUEST and REQUESTAGE.
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds, given with the turn.
 * Durable:  with the turn's transaction.
 * Privacy:  none.
 */
#ifndef KRING_DOMAIN_DESK_TABLE_H
#define KRING_DOMAIN_DESK_TABLE_H

#include "domain/turn.h"

/** One Request: found in the table, run, answered; the same request id again gives the same answer. */
MUST_CHECK enum err table_request(struct turn *t, const struct event *ev);
/** Forgets the replies kept for repeated requests after LIMIT_REQUEST_DAYS. */
MUST_CHECK enum err table_forget(struct turn *t);

#endif /* KRING_DOMAIN_DESK_TABLE_H */

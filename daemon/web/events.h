/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * events - pages that are told while they are looked at that something changed: Server-Sent Events.
 *
 * Layer:    web.
 * Owns:     the streams, each with the token of its session, which is wiped with it.
 * Threads:  the loop's.
 * Time:     monotonic: each stream is heard of every LIMIT_STREAM_MS.
 * Durable:  nothing.
 * Privacy:  kinds of things and two numbers; no name, no reference.
 *
 *	event: changed		data: {"n":12,"kinds":["inbox"],"waits":"3","answer":"1"}
 *	event: over		the session is over: there will be nothing more
 *	event: full		another page of this session took the place
 *
 * n is another one when anything changed meanwhile; waits and answer are what the menu says.  The first one comes at once, with
 * the kinds that changed since the page, whose number is n of its address.  Core is asked before each of them whether the session still may be told, and at least every LIMIT_STREAM_MS.
 */
#ifndef KRING_WEB_EVENTS_H
#define KRING_WEB_EVENTS_H

#include "web/visit.h"

MUST_CHECK enum err events_create(struct loop *l, struct webline *line, struct events **out);
/** How new an answer is that comes in now: the number of the page that it makes.  Borrowed, and counted up. */
const uint64_t *events_now(const struct events *e);
/** GET /events. */
void events_open(struct visit *v);
/** Who has that token signed out: its streams end as soon as core says so. */
void events_look(struct events *e, const uint8_t token[COOKIE_TOKEN]);

#endif /* KRING_WEB_EVENTS_H */

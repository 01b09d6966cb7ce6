/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * going - requests that go on over several turns, and what their clients asked behind them.
 *
 * Layer:    core (base, domain).
 * Owns:     copies of the requests, and what each turn left to the next one.
 * Threads:  core process, event-loop thread only.
 * Time:     none.
 * Durable:  nothing: whoever gets no reply asks again.
 * Privacy:  requests and half replies hold personal data; all of it is wiped.
 *
 * Each gets one turn when it is next, so that a long list keeps nobody waiting: of other clients the one whose last turn is
 * longest ago, of one client in the order in which it asked.  Whoever hangs up loses its place: else clients that come and go
 * would leave none to others.
 */
#ifndef KRING_CORE_CONTROL_GOING_H
#define KRING_CORE_CONTROL_GOING_H

#include "domain/turn.h"

struct going;

MUST_CHECK enum err going_create(struct going **out);
void going_free(struct going *g);
/** A request goes on with so_far, or waits for its first turn (so_far is empty).  Both are copied.  owed: it goes on also when its
 * client is gone.  ERR_FULL, ERR_NOMEM. */
MUST_CHECK enum err going_add(struct going *g, const struct event *ev, struct span so_far,
			      bool owed);
/** Of clients that are not here any more, what is not owed; while nobody has its turn. */
void going_forget(struct going *g, bool (*here)(void *ctx, uint64_t client), void *ctx);
/** Is a request of this client not answered yet? */
bool going_has(const struct going *g, uint64_t client);
bool going_any(const struct going *g);
/** Whose turn it is; borrowed until going_leave() or going_over().  False: nobody's. */
bool going_next(struct going *g, struct event *ev);
/** The one whose turn it is goes on with this (copied), or was answered. */
MUST_CHECK enum err going_leave(struct going *g, struct span so_far, bool owed);
void going_over(struct going *g);

#endif /* KRING_CORE_CONTROL_GOING_H */

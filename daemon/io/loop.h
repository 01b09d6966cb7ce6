/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * loop - the event loop of a process: timers, signals, the end of each turn.
 *
 * Layer:    io (base only).  libuv stays behind the headers of io/.
 * Owns:     the uv loop.
 * Threads:  one; all callbacks run on it.
 * Time:     timers in monotonic milliseconds.
 * Durable:  nothing.
 * Privacy:  none.
 */
#ifndef KRING_IO_LOOP_H
#define KRING_IO_LOOP_H

#include <stdint.h>

#include "base/err.h"

struct loop;
struct loop_timer;

typedef void (*loop_cb)(void *ctx);

MUST_CHECK enum err loop_create(struct loop **out);
/** Runs until loop_stop; returns the code given there. */
int loop_run(struct loop *l);
void loop_stop(struct loop *l, int code);
void loop_free(struct loop *l);
/** turn_end runs when the events of a turn are in (also after timers): commit here.  Once. */
void loop_on_turn_end(struct loop *l, loop_cb turn_end, void *ctx);
/** SIGTERM and SIGINT stop the loop with code 0; SIGPIPE and SIGXFSZ are ignored. */
MUST_CHECK enum err loop_signals(struct loop *l);

MUST_CHECK enum err loop_timer_create(struct loop *l, struct loop_timer **out, loop_cb fn,
				      void *ctx);
/** Fires once, after ms. */
void loop_timer_start(struct loop_timer *t, uint64_t ms);
void loop_timer_stop(struct loop_timer *t);

/** The one thing of a loop that another thread may use: fn runs in the loop soon, once or more often than it was woken once. */
struct loop_wake;
MUST_CHECK enum err loop_wake_create(struct loop *l, struct loop_wake **out, loop_cb fn, void *ctx);
void loop_wake(struct loop_wake *w);

#endif /* KRING_IO_LOOP_H */

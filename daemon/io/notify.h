/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * notify - systemd is told that people can ask now, and from then on that the loop goes round.
 *
 * Layer:    io.
 * Owns:     in core a timer, in the supervisor the descriptor to systemd.
 * Threads:  the loop's; the supervisor's only one.
 * Time:     twice in each $WATCHDOG_USEC; the loop's clock.
 * Durable:  nothing.
 * Privacy:  says two words of no meaning but these.
 */
#ifndef KRING_IO_NOTIFY_H
#define KRING_IO_NOTIFY_H

#include "io/loop.h"

struct notify;

/** In core, before the walls stand.  line: to the supervisor.  *out is NULL where nobody wants to know ($NOTIFY_SOCKET); it lives
 *  as long as the loop. */
MUST_CHECK enum err notify_create(struct loop *loop, int line, struct notify **out);
/** People can ask.  n may be NULL. */
void notify_ready(struct notify *n);

/** In the supervisor, which systemd started and therefore hears.  -1: nobody wants to know, or it cannot be reached. */
int notify_open(void);
/** The line with core tells of itself, by SIGIO, when it has a word.  False: it cannot. */
bool notify_wake(int line);
/** What core said over line since then goes to systemd. */
void notify_pass(int line, int to);

#endif /* KRING_IO_NOTIFY_H */

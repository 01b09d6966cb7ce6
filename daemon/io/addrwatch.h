/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * addrwatch - the kernel reports when this machine's addresses change; nothing polls.
 *
 * Layer:    io (base only).
 * Owns:     one netlink socket.
 * Threads:  the loop's.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  none.
 */
#ifndef KRING_IO_ADDRWATCH_H
#define KRING_IO_ADDRWATCH_H

#include "base/endpoint.h"
#include "io/loop.h"

/** fn runs after every change; the watch lives as long as the loop.  ERR_IO: this kernel has none. */
MUST_CHECK enum err addrwatch_open(struct loop *l, loop_cb fn, void *ctx);
/** errno of a socket that would be bound there, 0 none: does the machine have this address now? */
int addrwatch_probe(const struct endpoint *at);

#endif /* KRING_IO_ADDRWATCH_H */

/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * hashing - passphrases are hashed beside the loop, one at a time, in a thread of their own.
 *
 * Layer:    core (base, crypto, io, roles, domain).
 * Owns:     the thread, and the requests that wait for it.
 * Threads:  the loop's; its own reads a copy of one job and writes its result, under a lock.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  passphrases, wiped as soon as the result is there.
 */
#ifndef KRING_CORE_CONTROL_HASHING_H
#define KRING_CORE_CONTROL_HASHING_H

#include "domain/turn.h"
#include "io/loop.h"

struct hashing;

/** The request again, with ev->worked; the bytes are borrowed for the call. */
typedef void (*hashing_done)(void *ctx, const struct event *ev);

/** Before the filter of calls is set, which then holds for the thread too.  ERR_NOMEM. */
MUST_CHECK enum err hashing_start(struct hashing **out, struct loop *l, hashing_done done,
				  void *ctx);
/** Copied.  ERR_FULL: too many wait. */
MUST_CHECK enum err hashing_add(struct hashing *h, const struct event *ev, struct span job);

#endif /* KRING_CORE_CONTROL_HASHING_H */

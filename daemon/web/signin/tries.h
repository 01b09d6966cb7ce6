/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * tries - how often signing in failed from one address.
 *
 * Layer:    web (base, io/http).
 * Owns:     a table of addresses.
 * Threads:  the loop's.
 * Time:     monotonic milliseconds, given by the caller.
 * Durable:  nothing.
 * Privacy:  addresses, in memory alone and for LIMIT_TRIES_MS of use.
 *
 * Beside the pause of one person (domain/signin/session.h), which core has: whoever tries one word with many names meets this one.  It is
 * web's to count, because an address is what the proxy tells web; a web that was taken over could name any.
 */
#ifndef KRING_WEB_SIGNIN_TRIES_H
#define KRING_WEB_SIGNIN_TRIES_H

#include "base/err.h"
#include "io/http/door.h"

struct tries;

/** ERR_NOMEM. */
MUST_CHECK enum err tries_create(struct tries **out);
void tries_free(struct tries *t);
/** LIMIT_TRIES failed within LIMIT_TRIES_MS.  Of an address that is not known: never. */
bool tries_shut(const struct tries *t, const struct door_from *from, uint64_t now_ms);
/** One failed. */
void tries_note(struct tries *t, const struct door_from *from, uint64_t now_ms);

#endif /* KRING_WEB_SIGNIN_TRIES_H */

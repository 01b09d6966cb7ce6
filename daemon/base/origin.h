/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * origin - the address of this node's screens, as browsers say it: https://kring.goes.example.
 *
 * Layer:    base.
 * Owns:     nothing.
 * Threads:  any.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  the name of a machine.
 *
 * A passkey is bound to the host of it.  So it is a name and no number, in the one form in which a browser writes it; without TLS
 * it is this machine alone.
 */
#ifndef KRING_BASE_ORIGIN_H
#define KRING_BASE_ORIGIN_H

#include <stdbool.h>
#include <stddef.h>

/** NULL: it is one, or empty (there are no screens).  Else what is wrong with it: a row of config/lists/errors.psv. */
const char *origin_flaw(const char *s);
/** The host of one without a flaw, without its port, into out of cap bytes; "" of none. */
void origin_host(const char *s, char *out, size_t cap);

#endif /* KRING_BASE_ORIGIN_H */

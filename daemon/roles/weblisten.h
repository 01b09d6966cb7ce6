/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * weblisten - the socket where browsers are heard, opened before there are walls.
 *
 * Layer:    roles (base).
 * Owns:     nothing; the descriptor is the caller's.
 * Threads:  the supervisor's.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  none.
 */
#ifndef KRING_ROLES_WEBLISTEN_H
#define KRING_ROLES_WEBLISTEN_H

/** An address without a flaw (base/endpoint.h), of this machine alone, or "unix:" and the whole path of a socket.  -1: it is not to be had now, and the log says why. */
int weblisten_open(const char *at);
/** NULL: an address without a flaw, of this machine alone, or empty.  Else a row of config/lists/errors.psv. */
const char *weblisten_flaw(const char *at);

#endif /* KRING_ROLES_WEBLISTEN_H */

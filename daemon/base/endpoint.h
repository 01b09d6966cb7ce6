/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * endpoint - the one parser of addresses: tcp://A.B.C.D:PORT and tcp://[V6]:PORT.
 *
 * Layer:    base.
 * Owns:     nothing.
 * Threads:  any.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  addresses of machines, never of people.
 *
 * Numbers only: libzmq would look a name up in a process that may open no file.
 */
#ifndef KRING_BASE_ENDPOINT_H
#define KRING_BASE_ENDPOINT_H

#include <stdbool.h>
#include <stdint.h>

/** Where a socket listens, or what partners are told: the second must lead here from elsewhere. */
enum endpoint_use { ENDPOINT_LISTEN, ENDPOINT_PUBLISH };

struct endpoint {
	bool v6;
	bool everywhere; /* 0.0.0.0 or [::]: every address of this machine */
	uint16_t port;
	uint8_t addr[16]; /* the first four of IPv4 */
};

/** NULL: s is one, or empty (nowhere); *out is filled (may be NULL).  Else what is wrong with it: a row of
 *  config/lists/errors.psv. */
const char *endpoint_flaw(const char *s, enum endpoint_use use, struct endpoint *out);

/** Why listening failed, for a person. */
struct endpoint_trouble {
	int error;	  /* errno */
	const char *code; /* stable: config/lists/line.psv */
	const char *what, *remedy;
	bool lasting; /* trying again cannot help */
};
enum { ENDPOINT_NO_LOOPBACK = -1, ENDPOINT_SELFTEST = -2, ENDPOINT_NO_NET = -3 }; /* beside errno */
/** Never NULL. */
const struct endpoint_trouble *endpoint_trouble(int error);

#endif /* KRING_BASE_ENDPOINT_H */

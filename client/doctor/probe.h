/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * probe - does anything answer at an address: what the network says, and nothing more.
 *
 * Layer:    client (base, proto).
 * Owns:     its descriptors, for the length of a call.
 * Threads:  one.
 * Time:     PROBE_WAIT_MS at most, however many addresses.
 * Durable:  nothing.
 * Privacy:  addresses of nodes.
 */
#ifndef KRING_CLIENT_DOCTOR_PROBE_H
#define KRING_CLIENT_DOCTOR_PROBE_H

#include <stddef.h>

enum { PROBE_WAIT_MS = 3000, PROBE_AT_ONCE = 32 };
/** UNTRIED: no address, or one too many at once. */
enum probe { PROBE_UNTRIED, PROBE_OPEN, PROBE_REFUSED, PROBE_SILENT, PROBE_NO_ROUTE };

struct probe_at {
	const char *address; /* tcp://..., borrowed */
	enum probe said;     /* out */
};
/** A line to each of them at once, closed before a byte was sent. */
void probe_all(struct probe_at *at, size_t count);

#endif /* KRING_CLIENT_DOCTOR_PROBE_H */

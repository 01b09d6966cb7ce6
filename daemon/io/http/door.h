/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * door - from which address a browser comes, as far as anybody here can know it.
 *
 * Layer:    io (base only).
 * Owns:     nothing.
 * Threads:  any.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  addresses are people's: they stand in memory alone, and in no log.
 *
 *	listens at		a browser is			its address
 *	tcp://127.0.0.1:PORT	a program on this machine	none is known: who may run one has an account here
 *	unix:/PATH		whoever the proxy names		the last one in X-Forwarded-For, which the proxy itself wrote
 *
 * Before the last one stands what the browser itself may have sent.  Of a version 6 address only the network counts (the first 64 bits):
 * whoever has one of those has as many addresses in it as there are.
 */
#ifndef KRING_IO_HTTP_DOOR_H
#define KRING_IO_HTTP_DOOR_H

#include <stdbool.h>
#include <stdint.h>

enum { DOOR_ADDRESS = 16 };

struct door_from {
	bool known;
	uint8_t address[DOOR_ADDRESS]; /* zeros where the proxy named none, or not one alone */
};

/** header: the value of the last X-Forwarded-For, NULL: there was none; proxy: the line is the proxy's. */
struct door_from door_from(bool proxy, const char *header);
/** Both are known, and the same. */
bool door_same(const struct door_from *a, const struct door_from *b);

#endif /* KRING_IO_HTTP_DOOR_H */

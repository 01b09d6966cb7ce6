/* SPDX-License-Identifier: EUPL-1.2 */
/* Read strictly: what is no address in whole is none, and all of those are one.  So a proxy that names nobody costs its browsers, together,
 * what it would have cost one of them, and opens nothing. */
#include "io/http/door.h"

#include <arpa/inet.h>
#include <string.h>

#include "base/check.h"

enum { TEXT = 46, NETWORK = 8, FOUR_AT = 12 };

struct door_from door_from(bool proxy, const char *header)
{
	struct door_from out = {.known = proxy};
	const char *last = header == NULL ? "" : header, *comma = strrchr(last, ',');
	char text[TEXT];
	uint8_t six[DOOR_ADDRESS];
	size_t n;

	if (!proxy)
		return out;
	if (comma != NULL)
		last = comma + 1;
	last += strspn(last, " \t");
	n = strcspn(last, " \t");
	if (n == 0 || n >= sizeof text || last[n + strspn(last + n, " \t")] != '\0')
		return out;
	memcpy(text, last, n);
	text[n] = '\0';
	if (inet_pton(AF_INET, text, out.address + FOUR_AT) == 1)
		return out;
	memset(out.address, 0, sizeof out.address);
	if (inet_pton(AF_INET6, text, six) == 1)
		memcpy(out.address, six, NETWORK);
	return out;
}

bool door_same(const struct door_from *a, const struct door_from *b)
{
	require(a != NULL && b != NULL);
	return a->known && b->known && memcmp(a->address, b->address, sizeof a->address) == 0;
}

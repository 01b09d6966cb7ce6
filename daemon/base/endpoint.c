/* SPDX-License-Identifier: EUPL-1.2 */
/* The one parser of addresses: settings, rosters and node records are held against it, and what it says of an error is a
 * row of config/lists/errors.psv.  Addresses are numbers: a name that is looked up tells a stranger whom this node talks to, and may
 * lead elsewhere tomorrow. */
#include "base/endpoint.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "base/check.h"
#include "base/limits.h"

static_assert(sizeof "tcp://[]:65535" + INET6_ADDRSTRLEN <= LIMIT_ENDPOINT,
	      "an address without a flaw fits wherever one is kept");
static_assert(ENDPOINT_NO_LOOPBACK < 0 && ENDPOINT_SELFTEST < 0 && ENDPOINT_NO_NET < 0,
	      "errno is positive");

/* 0: it is none. */
static uint16_t port_of(const char *s)
{
	unsigned v = 0;

	/* No sign, no blank and no leading zero: two spellings of one port would be two addresses. */
	if (*s < '1' || *s > '9')
		return 0;
	for (; *s >= '0' && *s <= '9' && v <= UINT16_MAX; s++)
		v = v * 10 + (unsigned)(*s - '0');
	return *s == '\0' && v <= UINT16_MAX ? (uint16_t)v : 0;
}

static const char *flaw4(const struct endpoint *e, enum endpoint_use use)
{
	const uint8_t *a = e->addr;

	if (e->everywhere)
		return use == ENDPOINT_LISTEN
			       ? NULL
			       : "0.0.0.0 is every address of this machine: name one that partners "
				 "reach";
	/* 0/8 is "this network", from 224 on are groups and reserved addresses: no partner answers
	 * there. */
	if (a[0] == 0 || a[0] >= 224)
		return "this is no address of one machine";
	if (a[0] == 169 && a[1] == 254)
		return "169.254 is link-local: it leads nowhere beyond this cable";
	return NULL;
}

static const char *flaw6(const struct endpoint *e, enum endpoint_use use)
{
	static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, old[12] = {0};
	static const uint8_t one[16] = {[15] = 1};

	if (e->everywhere)
		return use == ENDPOINT_LISTEN ? NULL
					      : "[::] is every address of this machine: name one "
						"that partners reach";
	if (memcmp(e->addr, mapped, sizeof mapped) == 0)
		return "this is an IPv4 address within an IPv6 one: write it as "
		       "tcp://192.0.2.1:7001";
	if (e->addr[0] == 0xfe && (e->addr[1] & 0xc0) == 0x80)
		return "fe80 is link-local: it leads nowhere beyond this cable";
	/* ff00::/8 are groups; what begins with twelve zeros are old spellings of IPv4, of which
	 * ::1 alone is in use. */
	if (e->addr[0] == 0xff ||
	    (memcmp(e->addr, old, sizeof old) == 0 && memcmp(e->addr, one, sizeof one) != 0))
		return "this is no address of one machine";
	return NULL;
}

static const char *parse6(const char *host, size_t n, struct endpoint *e)
{
	char name[INET6_ADDRSTRLEN];

	if (memchr(host, '%', n) != NULL)
		return "a zone (%...) means something on one machine only: leave it out";
	/* inet_pton wants a text with an end, and host goes on with the port. */
	if (n >= sizeof name)
		return "this is no IPv6 address";
	memcpy(name, host, n);
	name[n] = '\0';
	if (inet_pton(AF_INET6, name, e->addr) != 1)
		return "this is no IPv6 address";
	return NULL;
}

static const char *parse4(const char *host, size_t n, struct endpoint *e)
{
	char name[INET_ADDRSTRLEN];

	if (n == 0)
		return "the address is missing: tcp://192.0.2.1:7001";
	if (memchr(host, ':', n) != NULL)
		return "an IPv6 address stands in brackets: tcp://[2001:db8::1]:7001";
	if (n < sizeof name) {
		memcpy(name, host, n);
		name[n] = '\0';
		if (inet_pton(AF_INET, name, e->addr) == 1)
			return NULL;
	}
	return "give numbers and no name, because partners look no names up: tcp://192.0.2.1:7001";
}

static const char *split(const char *host, struct endpoint *e)
{
	/* The last colon, because an IPv6 address has several; behind a bracket only the one that
	 * follows it counts. */
	const char *close = strchr(host, ']'), *colon = strrchr(host, ':'), *flaw;

	if (host[0] == '[') {
		if (close == NULL)
			return "the bracket ] is missing: tcp://[2001:db8::1]:7001";
		e->v6 = true;
		flaw = parse6(host + 1, (size_t)(close - host - 1), e);
		colon = close[1] == ':' ? close + 1 : NULL;
	} else if (close != NULL) {
		return "the bracket [ is missing: tcp://[2001:db8::1]:7001";
	} else {
		flaw = parse4(host, colon == NULL ? strlen(host) : (size_t)(colon - host), e);
	}
	if (flaw != NULL)
		return flaw;
	if (colon == NULL)
		return "the port is missing: tcp://192.0.2.1:7001";
	e->port = port_of(colon + 1);
	return e->port == 0 ? "the port is a number from 1 to 65535" : NULL;
}

const char *endpoint_flaw(const char *s, enum endpoint_use use, struct endpoint *out)
{
	static const uint8_t none[16] = {0};
	struct endpoint e = {.v6 = false};
	const char *flaw;

	require(s != NULL);
	/* Empty is allowed and means "nowhere": such a node dials, and nobody dials it. */
	if (s[0] == '\0')
		return NULL;
	if (strncmp(s, "tcp://", 6) != 0)
		return "an address begins with tcp://, like tcp://192.0.2.1:7001";
	flaw = split(s + 6, &e);
	if (flaw != NULL)
		return flaw;
	/* IPv4 fills the first four bytes only, the rest is zero: one comparison serves both. */
	e.everywhere = memcmp(e.addr, none, sizeof none) == 0;
	if (out != NULL)
		*out = e;
	return e.v6 ? flaw6(&e, use) : flaw4(&e, use);
}

static const struct endpoint_trouble troubles[] = {
	{EADDRINUSE, "address-in-use", "another program listens on this port",
	 "end that program (ss -ltnp), or set another port in Listen=", false},
	{EADDRNOTAVAIL, "address-gone", "this machine does not have this address",
	 "give it the address (ip addr), or set Listen= to one that it has", false},
	{EACCES, "not-permitted", "a port below 1024 needs permission",
	 "set a port of 1024 or more in Listen=, or give CAP_NET_BIND_SERVICE", true},
	{EPERM, "not-permitted", "a port below 1024 needs permission",
	 "set a port of 1024 or more in Listen=, or give CAP_NET_BIND_SERVICE", true},
	{EAFNOSUPPORT, "no-ipv6", "this machine has no IPv6",
	 "switch IPv6 on, or set an IPv4 address in Listen=", true},
	{ENDPOINT_NO_LOOPBACK, "no-loopback",
	 "the loopback interface is off, over which the door is tried before it opens",
	 "ip link set lo up", false},
	{ENDPOINT_SELFTEST, "door-open",
	 "the door does not tell members from strangers, so it stays shut", "install kringd again",
	 true},
	{ENDPOINT_NO_NET, "net-ended", "its network process ended and is being started again",
	 "if it stays so: journalctl -u kringd", false},
};

const struct endpoint_trouble *endpoint_trouble(int error)
{
	static const struct endpoint_trouble other = {0, "listen-failed",
						      "the system refuses to listen there",
						      "check Listen= in kring.conf", false};

	for (size_t i = 0; i < sizeof troubles / sizeof troubles[0]; i++)
		if (troubles[i].error == error)
			return &troubles[i];
	return &other;
}

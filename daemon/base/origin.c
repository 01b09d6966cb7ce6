/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/origin.h"

#include <string.h>

#include "base/check.h"

/* A form of our own, and one parser: a browser compares bytes, so two ways of writing an address would be two addresses. */
#define TLS   "https://"
#define PLAIN "http://"
#define OWN   "localhost"

enum { LABEL = 63, HOST = 100, PORT_DIGITS = 5, PORT_MOST = 65535 };

static bool small(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/* Labels of small letters, digits and hyphens with dots between; the last one is no number, else it is an address. */
static bool host_ok(const char *s, size_t len)
{
	size_t label = 0;
	bool letter = false;

	if (len == 0 || len > HOST)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (s[i] == '.') {
			if (label == 0 || s[i - 1] == '-')
				return false;
			label = 0;
			letter = false;
			continue;
		}
		if (!small(s[i]) && (s[i] != '-' || label == 0))
			return false;
		letter = letter || (s[i] >= 'a' && s[i] <= 'z');
		if (++label > LABEL)
			return false;
	}
	return label > 0 && s[len - 1] != '-' && letter;
}

/* ":8443", as browsers write it: without a nought in front, and never the one that goes without saying. */
static bool port_ok(const char *s, const char *implied)
{
	unsigned long port = 0;

	if (s[0] == '\0')
		return true;
	if (s[0] != ':' || s[1] < '1' || s[1] > '9' || strlen(s + 1) > PORT_DIGITS ||
	    strcmp(s + 1, implied) == 0)
		return false;
	for (s++; *s != '\0'; s++) {
		if (*s < '0' || *s > '9')
			return false;
		port = port * 10 + (unsigned long)(*s - '0');
	}
	return port <= PORT_MOST;
}

/* "localhost", or a name within it: several nodes of one machine each need one, because browsers keep cookies by host, not by port. */
static bool own_machine(const char *host, size_t len)
{
	const size_t own = sizeof OWN - 1;

	return len >= own && memcmp(host + len - own, OWN, own) == 0 &&
	       (len == own || host[len - own - 1] == '.');
}

/* The host of this machine is the one place where browsers take a plain address for a safe one. */
const char *origin_flaw(const char *s)
{
	const size_t tls = sizeof TLS - 1, plain = sizeof PLAIN - 1;
	bool safe;
	const char *host;
	size_t len;

	require(s != NULL);
	if (s[0] == '\0')
		return NULL;
	safe = strncmp(s, TLS, tls) == 0;
	if (!safe && strncmp(s, PLAIN, plain) != 0)
		return "origin-tls";
	host = s + (safe ? tls : plain);
	len = strcspn(host, ":/?#@");
	if (!safe && !own_machine(host, len))
		return "origin-tls";
	return host_ok(host, len) && port_ok(host + len, safe ? "443" : "80") ? NULL
									      : "origin-form";
}

void origin_host(const char *s, char *out, size_t cap)
{
	const char *at = s[0] == '\0' ? s : strchr(s, '/') + 2;
	const size_t n = strcspn(at, ":");

	require(origin_flaw(s) == NULL && n < cap);
	memcpy(out, at, n);
	out[n] = '\0';
}

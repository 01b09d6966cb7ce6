/* SPDX-License-Identifier: EUPL-1.2 */
/* Whether a machine refuses, is silent or cannot be reached tells an administrator whom to ask: their kringd, a firewall,
 * the network.  ZeroMQ tries again without a word, so the line is tried here once, by itself. */
#include "client/doctor/probe.h"

#include <assert.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/check.h"
#include "base/endpoint.h"

static_assert(PROBE_AT_ONCE <= 64, "descriptors that nobody misses");

/* What an administrator can tell apart; everything on this side of the wire is "no route". */
static enum probe of_errno(int error)
{
	switch (error) {
	case 0:
		return PROBE_OPEN;
	case ECONNREFUSED:
	case ECONNRESET:
		return PROBE_REFUSED;
	case ETIMEDOUT:
	case EINPROGRESS:
		return PROBE_SILENT;
	default: /* unreachable, no such family here, not allowed */
		return PROBE_NO_ROUTE;
	}
}

/* The descriptor while the answer is awaited; -1: *said has it. */
static int begin(const char *address, enum probe *said)
{
	struct sockaddr_in6 six = {.sin6_family = AF_INET6};
	struct sockaddr_in four = {.sin_family = AF_INET};
	struct endpoint e;
	const struct sockaddr *to;
	int fd, error;

	require(address != NULL && said != NULL);
	*said = PROBE_UNTRIED;
	if (address[0] == '\0' || endpoint_flaw(address, ENDPOINT_PUBLISH, &e) != NULL)
		return -1;
	six.sin6_port = four.sin_port = htons(e.port);
	memcpy(&six.sin6_addr, e.addr, sizeof six.sin6_addr);
	memcpy(&four.sin_addr, e.addr, sizeof four.sin_addr);
	to = e.v6 ? (const struct sockaddr *)&six : (const struct sockaddr *)&four;
	fd = socket(e.v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	error = fd < 0 || connect(fd, to, e.v6 ? sizeof six : sizeof four) != 0 ? errno : 0;
	if (error == EINPROGRESS)
		return fd;
	*said = of_errno(error);
	if (fd >= 0)
		(void)close(fd);
	return -1;
}

static int64_t now_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* All wait for the same three seconds: ten silent partners cost no more than one. */
static void some(struct probe_at *at, size_t count)
{
	struct pollfd wait[PROBE_AT_ONCE];
	const int64_t end = now_ms() + PROBE_WAIT_MS;
	size_t open = 0;

	require(count <= PROBE_AT_ONCE);
	for (size_t i = 0; i < count; i++) {
		wait[i] = (struct pollfd){.fd = begin(at[i].address, &at[i].said),
					  .events = POLLOUT};
		open += wait[i].fd >= 0;
	}
	while (open > 0 && now_ms() < end) {
		if (poll(wait, count, (int)(end - now_ms())) < 0 && errno != EINTR)
			break;
		for (size_t i = 0; i < count; i++) {
			int error = 0;
			socklen_t len = sizeof error;

			if (wait[i].fd < 0 || wait[i].revents == 0)
				continue;
			(void)getsockopt(wait[i].fd, SOL_SOCKET, SO_ERROR, &error, &len);
			at[i].said = of_errno(error);
			(void)close(wait[i].fd);
			wait[i].fd = -1; /* poll passes it over */
			open--;
		}
	}
	for (size_t i = 0; i < count; i++)
		if (wait[i].fd >= 0) {
			at[i].said = PROBE_SILENT;
			(void)close(wait[i].fd);
		}
}

/* Of very many that are away the first are tried: whoever has so many silent partners looks at its own line first. */
void probe_all(struct probe_at *at, size_t count)
{
	require(at != NULL || count == 0);
	for (size_t i = 0; i < count; i++)
		at[i].said = PROBE_UNTRIED;
	some(at, count < PROBE_AT_ONCE ? count : PROBE_AT_ONCE);
}

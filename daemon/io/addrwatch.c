/* SPDX-License-Identifier: EUPL-1.2 */
/* The kernel tells when an address of this machine comes or goes: what could not be listened on is tried again at once, and
 * not after a pause. */
#include "io/addrwatch.h"

#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/check.h"
#include "io/loop_uv.h"

struct addrwatch {
	uv_poll_t poll;
	int fd;
	loop_cb fn;
	void *ctx;
};

/* What changed is not read: whoever asked looks at what is there now. */
static void on_poll(uv_poll_t *p, int status, int events)
{
	struct addrwatch *w = p->data;
	uint8_t news[4096];
	ssize_t n;

	(void)status;
	(void)events;
	/* All that waits is read off, or poll would report it again at once. ENOBUFS says that the
	 * kernel dropped some of it: that is news as well. */
	while ((n = recv(w->fd, news, sizeof news, MSG_DONTWAIT)) > 0 ||
	       (n < 0 && errno == ENOBUFS))
		;
	w->fn(w->ctx);
}

enum err addrwatch_open(struct loop *l, loop_cb fn, void *ctx)
{
	const struct sockaddr_nl all = {.nl_family = AF_NETLINK,
					.nl_groups = RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR};
	struct addrwatch *w = calloc(1, sizeof *w);

	require(fn != NULL);
	if (w == NULL)
		return ERR_NOMEM;
	w->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	w->fn = fn;
	w->ctx = ctx;
	w->poll.data = w;
	/* Groups of the kernel's routing messages: anybody may listen to them, no permission is
	 * needed. */
	if (w->fd >= 0 && bind(w->fd, (const struct sockaddr *)&all, sizeof all) == 0 &&
	    uv_poll_init(loop_uv(l), &w->poll, w->fd) == 0 &&
	    uv_poll_start(&w->poll, UV_READABLE, on_poll) == 0)
		return ERR_OK;
	if (w->fd >= 0)
		(void)close(w->fd);
	free(w);
	return ERR_IO;
}

int addrwatch_probe(const struct endpoint *at)
{
	struct sockaddr_in6 six = {.sin6_family = AF_INET6};
	struct sockaddr_in four = {.sin_family = AF_INET};
	const struct sockaddr *sa = at->v6 ? (const struct sockaddr *)&six
					   : (const struct sockaddr *)&four;
	const int fd = socket(sa->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int error = 0;

	require(!at->everywhere); /* every address is never lost */
	if (fd < 0)
		return errno;
	/* Port 0: only whether the address is ours is asked, and the port may be in use by ourselves. */
	memcpy(&six.sin6_addr, at->addr, sizeof six.sin6_addr);
	memcpy(&four.sin_addr, at->addr, sizeof four.sin_addr);
	if (bind(fd, sa, at->v6 ? sizeof six : sizeof four) != 0)
		error = errno;
	(void)close(fd);
	return error;
}

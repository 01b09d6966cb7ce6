/* SPDX-License-Identifier: EUPL-1.2 */
/* One connection, one request, one reply; each travels as length u32, big-endian, and that many bytes. Nothing is
 * repeated here: when the reply does not come, the request may have been carried out, and only the user can decide to
 * send it again (with the same request id that does no harm). */
#include "client/cli/ctlclient.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/check.h"
#include "base/limits.h"

static_assert(LIMIT_CONTROL < UINT32_MAX, "a length is a u32");

/* All n bytes in one direction.  A signal interrupts nothing; a node that hangs up ends it. */
static enum err transfer(int fd, uint8_t *p, size_t n, bool out)
{
	while (n > 0) {
		ssize_t k = out ? send(fd, p, n, MSG_NOSIGNAL) : recv(fd, p, n, 0);

		if (k < 0 && errno == EINTR)
			continue;
		if (k <= 0)
			return ERR_IO;
		p += k;
		n -= (size_t)k;
	}
	return ERR_OK;
}

/* Missing and refused are told apart, because only one of them is mended by starting kringd. */
static enum err open_socket(const char *path, int *fd)
{
	const struct timeval wait = {.tv_sec = CTLCLIENT_WAIT_S};
	struct sockaddr_un addr = {.sun_family = AF_UNIX};

	if (strlen(path) >= sizeof addr.sun_path)
		return ERR_INVAL;
	memcpy(addr.sun_path, path, strlen(path) + 1);
	*fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (*fd < 0)
		return ERR_IO;
	if (setsockopt(*fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait) == 0 &&
	    connect(*fd, (const struct sockaddr *)&addr, sizeof addr) == 0)
		return ERR_OK;
	(void)close(*fd);
	return errno == EACCES || errno == EPERM ? ERR_DENIED : ERR_BUSY;
}

/* Whoever may not ask is told so by asking: that is no reason to say that nobody is there. */
bool ctlclient_there(const char *socket_path)
{
	int fd = -1;
	const enum err rc = open_socket(socket_path, &fd);

	require(socket_path != NULL);
	if (rc == ERR_OK)
		(void)close(fd);
	return rc == ERR_OK || rc == ERR_DENIED;
}

/* A request over the limit is not sent at all: the node would hang up in the middle of it. */
static enum err ask(struct arena *a, const char *socket_path, const struct msg *request, int *fd)
{
	struct span packed, copy;
	uint8_t head[4], *p;
	enum err rc = msg_pack(a, request, &packed);

	if (rc == ERR_NOMEM || (rc == ERR_OK && packed.len > LIMIT_CONTROL))
		rc = ERR_LIMIT; /* the request; a reply that does not fit is ERR_FULL */
	if (rc == ERR_OK)
		rc = open_socket(socket_path, fd);
	if (rc != ERR_OK)
		return rc;
	be32_put(head, (uint32_t)packed.len);
	rc = transfer(*fd, head, sizeof head, true);
	copy = arena_copy(a, packed);
	memcpy(&p, &copy.p, sizeof p); /* the copy is ours: no longer const */
	if (rc == ERR_OK)
		rc = p == NULL ? ERR_NOMEM : transfer(*fd, p, copy.len, true);
	if (rc != ERR_OK)
		(void)close(*fd);
	return rc;
}

enum err ctlclient_next(struct arena *a, int fd, struct msg **reply)
{
	struct err_text why;
	uint8_t head[4], *in;
	size_t n;
	enum err rc = transfer(fd, head, sizeof head, false);

	require(a != NULL && reply != NULL);
	if (rc != ERR_OK)
		return rc;
	/* the length comes from outside: it is judged before memory is taken for it */
	n = be32_get(head);
	in = n > LIMIT_CONTROL ? NULL : arena_alloc(a, n == 0 ? 1 : n);
	rc = in == NULL ? ERR_FULL : transfer(fd, in, n, false);
	return rc == ERR_OK ? msg_parse(a, MSG_REPLY, span_of(in, n), reply, &why) : rc;
}

enum err ctlclient_watch(struct arena *a, const char *socket_path, const struct msg *request,
			 int *fd)
{
	require(a != NULL && socket_path != NULL && request != NULL && fd != NULL);
	return ask(a, socket_path, request, fd);
}

enum err ctlclient_call(struct arena *a, const char *socket_path, const struct msg *request,
			struct msg **reply)
{
	int fd = -1;
	enum err rc;

	require(a != NULL && socket_path != NULL);
	require(request != NULL && reply != NULL);
	rc = ask(a, socket_path, request, &fd);
	if (rc != ERR_OK)
		return rc;
	rc = ctlclient_next(a, fd, reply);
	(void)close(fd);
	return rc;
}

/* SPDX-License-Identifier: EUPL-1.2 */
/* One message over the supervisor's line: a descriptor and a number that says what it is.  Whoever holds the line is ours;
 * a message of another form is left alone. */
#include "io/fdpass.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/check.h"
#include "io/loop_uv.h"

struct fdpass {
	uv_poll_t poll;
	int fd;
	struct fdpass_calls calls;
};

union control {
	struct cmsghdr align;
	/* Room for one descriptor: the kernel closes what does not fit, so none can pile up here. */
	char b[CMSG_SPACE(sizeof(int))];
};

static void on_poll(uv_poll_t *p, int status, int events)
{
	struct fdpass *f = p->data;
	union control control;
	uint32_t pid;
	struct iovec iov = {&pid, sizeof pid};
	struct msghdr m = {.msg_iov = &iov,
			   .msg_iovlen = 1,
			   .msg_control = control.b,
			   .msg_controllen = sizeof control.b};
	const struct cmsghdr *c;
	/* MSG_CMSG_CLOEXEC: the descriptor must not be inherited, not even for the moment before a
	 * flag could be set. */
	ssize_t n = status < 0 ? 0 : recvmsg(f->fd, &m, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	int fd;

	(void)events;
	if (n <= 0) {
		(void)uv_poll_stop(p);
		f->calls.gone(f->calls.ctx);
		return;
	}
	c = CMSG_FIRSTHDR(&m);
	if (n != (ssize_t)sizeof pid || c == NULL || c->cmsg_level != SOL_SOCKET ||
	    c->cmsg_type != SCM_RIGHTS)
		return;
	/* the kernel opened it for us: it is ours to close from here on */
	memcpy(&fd, CMSG_DATA(c), sizeof fd);
	f->calls.fd(f->calls.ctx, fd, pid);
}

enum err fdpass_listen(struct loop *l, int fd, const struct fdpass_calls *calls)
{
	struct fdpass *f = calloc(1, sizeof *f);

	if (f == NULL)
		return ERR_NOMEM;
	require(fd >= 0 && calls->fd != NULL && calls->gone != NULL);
	f->fd = fd;
	f->calls = *calls;
	f->poll.data = f;
	if (uv_poll_init(loop_uv(l), &f->poll, fd) != 0 ||
	    uv_poll_start(&f->poll, UV_READABLE | UV_DISCONNECT, on_poll) != 0) {
		free(f);
		return ERR_IO;
	}
	return ERR_OK;
}

enum err fdpass_send(int over, int fd, uint32_t pid)
{
	union control control;
	struct iovec iov = {&pid, sizeof pid};
	struct msghdr m = {.msg_iov = &iov,
			   .msg_iovlen = 1,
			   .msg_control = control.b,
			   .msg_controllen = sizeof control.b};
	struct cmsghdr *c;

	require(over >= 0 && fd >= 0);
	memset(&control, 0, sizeof control);
	c = CMSG_FIRSTHDR(&m);
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof fd);
	memcpy(CMSG_DATA(c), &fd, sizeof fd);
	/* The number travels with the descriptor, because a message without a byte of its own is
	 * not delivered on a stream. */
	return sendmsg(over, &m, MSG_NOSIGNAL) == (ssize_t)sizeof pid ? ERR_OK : ERR_IO;
}

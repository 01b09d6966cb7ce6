/* SPDX-License-Identifier: EUPL-1.2 */
/* ZeroMQ's sockets within uv's loop.  Their descriptor only says that something may have changed, once: so a socket is
 * marked by it and read around the poll, until nothing is left or the turn's share is used; an idle handle keeps the loop
 * from sleeping on what is left.  After every send the mark is set too, because sending can swallow the sign. */
#include "io/partners/zsock.h"

#include <stdbool.h>
#include <stdlib.h>
#include <zmq.h>

#include "base/check.h"
#include "base/limits.h"
#include "io/loop_uv.h"

enum { SHARE_MIN = 4 };

struct zsock {
	struct zsock *next;
	struct zhub *hub;
	void *sock;
	uv_poll_t poll;
	zsock_cb fn;
	void *ctx;
	bool dirty, removed;
};

struct zhub {
	uv_loop_t *uv;
	uv_prepare_t prepare;
	uv_check_t check;
	uv_idle_t idle;
	struct zsock *first;
};

static void on_idle(uv_idle_t *h)
{
	(void)h; /* its only work is to keep the loop from blocking */
}

static bool readable(const struct zsock *z)
{
	int events = 0;
	size_t len = sizeof events;

	/* Asking for the events is also what makes libzmq work off the commands of its own thread. */
	return zmq_getsockopt(z->sock, ZMQ_EVENTS, &events, &len) == 0 &&
	       (events & ZMQ_POLLIN) != 0;
}

static void drain(struct zhub *h)
{
	/* A share for each socket: the control socket must have its turn while partners send without a pause, and
	 * whoever wants to come in (ZAP) or is answered has its own while others flood theirs. */
	unsigned dirty = 0, share;
	bool more = false;

	for (const struct zsock *z = h->first; z != NULL; z = z->next)
		dirty += !z->removed && z->dirty;
	share = dirty == 0 ? 0 : LIMIT_TURN_EVENTS / dirty;
	if (share < SHARE_MIN)
		share = SHARE_MIN;
	for (struct zsock *z = h->first; z != NULL; z = z->next) {
		/* A callback may remove sockets, this one too: they stay in the list until uv has
		 * closed them, so the walk goes on safely. */
		for (unsigned left = share; !z->removed && z->dirty; left--) {
			if (!readable(z)) {
				z->dirty = false;
			} else if (left == 0) {
				break;
			} else {
				z->fn(z->ctx);
			}
		}
	}
	/* also one that another's callback touched after its own turn */
	for (const struct zsock *z = h->first; z != NULL; z = z->next)
		more = more || (!z->removed && z->dirty);
	if (more)
		(void)uv_idle_start(&h->idle, on_idle);
	else
		(void)uv_idle_stop(&h->idle);
}

/* Before the poll as well: a send after the last check may have swallowed the sign, and the loop
 * would sleep on it. */
static void on_prepare(uv_prepare_t *p)
{
	drain(p->data);
}

static void on_check(uv_check_t *c)
{
	drain(c->data);
}

static void on_poll(uv_poll_t *p, int status, int events)
{
	struct zsock *z = p->data;

	(void)status;
	(void)events;
	z->dirty = true;
}

enum err zhub_create(struct loop *l, struct zhub **out)
{
	struct zhub *h = calloc(1, sizeof *h);

	if (h == NULL)
		return ERR_NOMEM;
	h->uv = loop_uv(l);
	h->prepare.data = h->check.data = h;
	require(uv_prepare_init(h->uv, &h->prepare) == 0 &&
		uv_prepare_start(&h->prepare, on_prepare) == 0);
	require(uv_check_init(h->uv, &h->check) == 0 && uv_check_start(&h->check, on_check) == 0);
	require(uv_idle_init(h->uv, &h->idle) == 0);
	*out = h;
	return ERR_OK;
}

enum err zsock_add(struct zhub *h, struct zsock **out, void *zmq_socket, zsock_cb fn, void *ctx)
{
	struct zsock *z = calloc(1, sizeof *z);
	int fd = -1;
	size_t len = sizeof fd;

	if (z == NULL)
		return ERR_NOMEM;
	if (zmq_getsockopt(zmq_socket, ZMQ_FD, &fd, &len) != 0 ||
	    uv_poll_init(h->uv, &z->poll, fd) != 0) {
		free(z);
		return ERR_IO;
	}
	require(fn != NULL);
	z->hub = h;
	z->sock = zmq_socket;
	z->fn = fn;
	z->ctx = ctx;
	z->poll.data = z;
	z->dirty = true; /* something may have come before we watched */
	/* Readable alone: libzmq makes its descriptor readable for every kind of news, also when
	 * the socket may be written to. */
	(void)uv_poll_start(&z->poll, UV_READABLE, on_poll);
	z->next = h->first;
	h->first = z;
	*out = z;
	return ERR_OK;
}

void zsock_touched(struct zsock *z)
{
	z->dirty = true;
}

static void on_closed(uv_handle_t *h)
{
	struct zsock *z = h->data, **at = &z->hub->first;

	while (*at != NULL && *at != z)
		at = &(*at)->next;
	if (*at == z)
		*at = z->next;
	free(z);
}

void zsock_remove(struct zsock *z)
{
	if (z == NULL || z->removed)
		return;
	/* The socket itself is closed by its owner right after this: uv must not look at the
	 * descriptor any more. */
	z->removed = true;
	(void)uv_poll_stop(&z->poll);
	uv_close((uv_handle_t *)&z->poll, on_closed);
}

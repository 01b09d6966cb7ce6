/* SPDX-License-Identifier: EUPL-1.2 */
/* The other end of an onboarding socket: a newcomer's line to a member, under a key that is drawn for it and thrown away.
 * The member's key is known from the invitation; what is said on the line proves nothing until both have compared digits. */
#include "io/newcomer/joinline.h"

#include <stdlib.h>
#include <string.h>
#include <zmq.h>

#include "base/check.h"
#include "base/limits.h"

struct joinline {
	void *ctx, *sock;
};

enum err joinline_open(struct joinline **out, const char *address, const struct id32 *server)
{
	struct joinline *j = calloc(1, sizeof *j);
	const int64_t max = LIMIT_ONBOARD_MESSAGE;
	const int zero = 0, ivl = LIMIT_HANDSHAKE_MS, six = strncmp(address, "tcp://[", 7) == 0;
	char pub[41], sec[41];

	/* A key of its own for this one line: the node's transport key is not yet anybody's business. */
	require(server != NULL);
	if (j == NULL)
		return ERR_NOMEM;
	j->ctx = zmq_ctx_new();
	j->sock = j->ctx == NULL ? NULL : zmq_socket(j->ctx, ZMQ_DEALER);
	if (j->sock == NULL || zmq_curve_keypair(pub, sec) != 0 ||
	    zmq_setsockopt(j->sock, ZMQ_CURVE_SERVERKEY, server->b, 32) != 0 ||
	    zmq_setsockopt(j->sock, ZMQ_CURVE_PUBLICKEY, pub, sizeof pub) != 0 ||
	    zmq_setsockopt(j->sock, ZMQ_CURVE_SECRETKEY, sec, sizeof sec) != 0 ||
	    zmq_setsockopt(j->sock, ZMQ_MAXMSGSIZE, &max, sizeof max) != 0 ||
	    zmq_setsockopt(j->sock, ZMQ_HANDSHAKE_IVL, &ivl, sizeof ivl) != 0 ||
	    zmq_setsockopt(j->sock, ZMQ_IPV6, &six, sizeof six) != 0 ||
	    zmq_setsockopt(j->sock, ZMQ_LINGER, &zero, sizeof zero) != 0 ||
	    zmq_connect(j->sock, address) != 0) {
		explicit_bzero(sec, sizeof sec);
		joinline_close(j);
		return ERR_IO;
	}
	explicit_bzero(sec, sizeof sec);
	*out = j;
	return ERR_OK;
}

enum err joinline_send(struct joinline *j, struct span bytes)
{
	require(j != NULL && bytes.len > 0); /* nothing at all is how one says goodbye */
	return zmq_send(j->sock, bytes.p, bytes.len, 0) < 0 ? ERR_IO : ERR_OK;
}

/* One whole message or none: what is cut off could be read as something else. */
enum err joinline_receive(struct joinline *j, uint8_t *buf, size_t cap, int wait_ms, size_t *len)
{
	zmq_pollitem_t item = {j->sock, 0, ZMQ_POLLIN, 0};
	int n;

	require(buf != NULL && cap > 0);
	if (zmq_poll(&item, 1, wait_ms) <= 0)
		return ERR_BUSY;
	n = zmq_recv(j->sock, buf, cap, ZMQ_DONTWAIT);
	if (n < 0)
		return ERR_BUSY;
	/* zmq_recv cuts a longer message and returns its true length. */
	if ((size_t)n > cap)
		return ERR_LIMIT;
	*len = (size_t)n;
	return ERR_OK;
}

void joinline_close(struct joinline *j)
{
	if (j == NULL)
		return;
	if (j->sock != NULL) {
		const int linger_ms = 300;

		/* goodbye: the line is free for the next one at once */
		(void)zmq_setsockopt(j->sock, ZMQ_LINGER, &linger_ms, sizeof linger_ms);
		(void)zmq_send(j->sock, "", 0, ZMQ_DONTWAIT);
		(void)zmq_close(j->sock);
	}
	if (j->ctx != NULL)
		(void)zmq_ctx_term(j->ctx);
	free(j);
}

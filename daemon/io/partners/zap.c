/* SPDX-License-Identifier: EUPL-1.2 */
/* Who may finish a handshake: a key of the roster, and nobody else.  ZeroMQ asks for each new connection and lets nobody in
 * without an answer, so what is not understood is refused.  The number of the partner travels with every message as its
 * User-Id: what a message says of its sender is never believed. */
#include "io/partners/zap.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

#include "base/check.h"

enum { PARTS = 7, PART_MAX = 256, REQUEST_ID = 1, DOMAIN = 2, MECHANISM = 5, CREDENTIALS = 6 };

static_assert(CREDENTIALS == PARTS - 1, "the client's key is the last part of a CURVE request");

struct zap {
	void *sock;
	zap_lookup lookup;
	void *ctx;
};

struct part {
	uint8_t b[PART_MAX + 1];
	size_t len;
};

enum err zap_open(struct zap **out, void *zmq_ctx, zap_lookup lookup, void *ctx)
{
	struct zap *z = calloc(1, sizeof *z);
	int zero = 0;

	if (z == NULL)
		return ERR_NOMEM;
	require(lookup != NULL);
	z->lookup = lookup;
	z->ctx = ctx;
	z->sock = zmq_socket(zmq_ctx, ZMQ_REP);
	if (z->sock == NULL || zmq_setsockopt(z->sock, ZMQ_LINGER, &zero, sizeof zero) != 0 ||
	    zmq_bind(z->sock, "inproc://zeromq.zap.01") != 0) {
		zap_close(z);
		return ERR_IO;
	}
	*out = z;
	return ERR_OK;
}

void *zap_socket(struct zap *z)
{
	return z->sock;
}

void zap_close(struct zap *z)
{
	if (z == NULL)
		return;
	if (z->sock != NULL)
		(void)zmq_close(z->sock);
	free(z);
}

/* All parts of one request; more than we know are read and ignored. */
static size_t receive(struct zap *z, struct part parts[PARTS])
{
	size_t n = 0;
	int more = 1;

	while (more != 0) {
		zmq_msg_t m;
		int len;

		(void)zmq_msg_init(&m);
		len = zmq_msg_recv(&m, z->sock, ZMQ_DONTWAIT);
		if (len < 0) {
			(void)zmq_msg_close(&m);
			return 0;
		}
		/* A part that is too long becomes an empty one: whatever it was meant to be, it is
		 * no key of 32 bytes and no name of ours. */
		if (n < PARTS && len <= PART_MAX) {
			memcpy(parts[n].b, zmq_msg_data(&m), (size_t)len);
			parts[n].len = (size_t)len;
		} else if (n < PARTS) {
			parts[n].len = 0;
		}
		n++;
		more = zmq_msg_more(&m);
		(void)zmq_msg_close(&m);
	}
	return n;
}

static void send_text(struct zap *z, const void *p, size_t len, bool more)
{
	/* A full inproc pipe to our own I/O thread cannot be; a failed send ends the handshake. */
	(void)zmq_send(z->sock, p, len, ZMQ_DONTWAIT | (more ? ZMQ_SNDMORE : 0));
}

bool zap_answer(struct zap *z)
{
	struct part parts[PARTS] = {{{0}, 0}};
	size_t n = receive(z, parts);
	uint32_t peer = 0;
	char user[12] = "";

	if (n == 0)
		return false;
	/* Only CURVE with one key of 32 bytes is understood; NULL and PLAIN come to the refusal below. */
	if (n == PARTS && parts[MECHANISM].len == 5 &&
	    memcmp(parts[MECHANISM].b, "CURVE", 5) == 0 && parts[CREDENTIALS].len == 32) {
		struct id32 key;

		memcpy(key.b, parts[CREDENTIALS].b, sizeof key.b);
		static_assert(sizeof parts[DOMAIN].b > PART_MAX, "room for the end of a text");
		parts[DOMAIN].b[parts[DOMAIN].len] = '\0';
		peer = z->lookup(z->ctx, (const char *)parts[DOMAIN].b, &key);
	}
	/* A refusal is not logged: strangers who knock every second would fill the log. */
	if (peer != 0)
		(void)snprintf(user, sizeof user, "%u", (unsigned)peer);
	/* version, request, status, text, user, metadata: all six, or ZeroMQ drops the connection */
	send_text(z, "1.0", 3, true);
	send_text(z, parts[REQUEST_ID].b, parts[REQUEST_ID].len, true);
	send_text(z, peer == 0 ? "400" : "200", 3, true);
	send_text(z, peer == 0 ? "not a member" : "", peer == 0 ? 12 : 0, true);
	send_text(z, user, strlen(user), true);
	send_text(z, "", 0, false);
	return true;
}

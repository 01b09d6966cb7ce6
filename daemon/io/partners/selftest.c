/* SPDX-License-Identifier: EUPL-1.2 */
/* A library that lets everybody in is found before anybody came. */
#include "io/partners/selftest.h"

#include <string.h>
#include <zmq.h>

#include "base/bytes.h"
#include "base/check.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/log/log.h"

enum { SELFTEST_MS = 2000 };

struct client {
	const uint8_t *pub, *sec; /* of 32 bytes */
	char word;		  /* what it says */
	uint64_t wait_ms;	  /* so long it is waited for */
};

/* Does the client's word arrive in time?  Some of the client before may still come in.  ZAP is answered here by hand: the
 * loop does not run yet, and a handshake waits for the answer. */
static bool arrives(void *server, struct zap *zap, void *socket, const struct client *who)
{
	const uint64_t end = clock_mono_ms() + who->wait_ms;
	uint8_t b[64];
	bool got = false;
	int n;

	while (!got && clock_mono_ms() < end) {
		zmq_pollitem_t items[2] = {
			{server, 0, ZMQ_POLLIN, 0},
			{zap == NULL ? NULL : zap_socket(zap), -1, ZMQ_POLLIN, 0}};

		(void)zmq_send(socket, &who->word, 1, ZMQ_DONTWAIT);
		(void)zmq_poll(items, zap == NULL ? 1 : 2, 5);
		while (zap != NULL && zap_answer(zap))
			;
		while ((n = zmq_recv(server, b, sizeof b, ZMQ_DONTWAIT)) >= 0)
			got = got || (n == 1 && b[0] == (uint8_t)who->word);
	}
	return got;
}

/* Does a message of a client with this key arrive? */
static bool passes(const struct curve *c, struct zap *zap, void *server, const struct client *who)
{
	char address[64];
	size_t len = sizeof address;
	void *client = curve_client(c, c->pub, who->pub, who->sec);
	bool got;

	if (client == NULL || zmq_getsockopt(server, ZMQ_LAST_ENDPOINT, address, &len) != 0 ||
	    zmq_connect(client, address) != 0) {
		if (client != NULL)
			(void)zmq_close(client);
		return false;
	}
	got = arrives(server, zap, client, who);
	(void)zmq_close(client);
	return got;
}

/* On a socket of its own, over loopback, with the very options of the public one: a random key must
 * be refused, our own must pass.  Anything else and nothing is bound. */
enum err selftest_run(const struct curve *c, struct zap *zap)
{
	uint8_t sec[32], pub[32];
	char zpub[41], zsec[41];
	void *server = curve_server(c, "kring", "", LIMIT_ZMTP_MESSAGE);
	bool ours, stranger;

	require(c->ctx != NULL);
	if (server == NULL)
		return ERR_IO;
	if (zmq_bind(server, "tcp://127.0.0.1:*") != 0) {
		(void)zmq_close(server);
		return ERR_BUSY; /* loopback is off */
	}
	if (zmq_curve_keypair(zpub, zsec) != 0 || zmq_z85_decode(pub, zpub) == NULL ||
	    zmq_z85_decode(sec, zsec) == NULL) {
		(void)zmq_close(server);
		return ERR_IO;
	}
	ours = passes(c, zap, server, &(struct client){c->pub, c->sec, 'o', SELFTEST_MS});
	stranger = passes(c, zap, server, &(struct client){pub, sec, 's', 150});
	(void)zmq_close(server);
	explicit_bzero(sec, sizeof sec);
	explicit_bzero(zsec, sizeof zsec);
	if (ours && !stranger)
		return ERR_OK;
	log_write(LOG_ERROR, LOG_SELFTEST_FAILED, "own_key=%s random_key=%s",
		  ours ? "accepted" : "refused", stranger ? "accepted" : "refused");
	return ERR_DENIED;
}

/* SPDX-License-Identifier: EUPL-1.2 */
/* Descriptors are what a node has least of: whoever takes the last one keeps everybody else out.  So connections have
 * limits, and it is the one who holds most that gives way:
 *
 *   a stranger's, one more than LIMIT_STRANGERS       | the oldest of the network that holds most of them
 *   a stranger's, one more than its network may have  | the oldest of that network
 *   a stranger's that says nothing for LIMIT_MUTE_MS  | it
 *   a partner's, one more than LIMIT_PEER_LINES       | the oldest of that partner's; the newest one is alive for sure
 *
 * ZeroMQ cannot close one connection of a listening socket, but it tells which descriptor it is: shut down from here, it
 * ends as if the other end had hung up.  A descriptor may mean another connection by then, so its far end is compared first.
 * Invariant: a connection with no != 0 is of the socket watched; strangers are in the list, oldest first. */
#include "io/partners/inbound.h"

#include <netinet/in.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <zmq.h>

#include "base/bytes.h"
#include "base/check.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/rng.h"
#include "io/partners/curve.h"
#include "io/partners/zsock.h"

enum { NETWORKS = 1024, NOBODY = -1, EVENTS_AT_ONCE = 64 };

static_assert(LIMIT_NETWORK_STRANGERS < LIMIT_STRANGERS, "one network never takes every place");
static_assert(LIMIT_PEER_LINES >= 2,
	      "a connection that is made anew comes before the old one ends");
static_assert(LIMIT_MUTE_MS > LIMIT_HANDSHAKE_MS, "a partner speaks after its handshake");

struct far_end {
	uint8_t address[16];
	uint16_t port;
	uint8_t family; /* 0: it was gone before we looked */
};

struct connection {
	uint64_t no; /* 0: there is none with this descriptor */
	uint64_t since_ms;
	struct far_end from;
	uint16_t peer;	  /* 0: a stranger's */
	uint16_t network; /* of strangers: where it is counted */
	bool closing;	  /* shut down; its end has not been told yet */
	int before, after;
};

struct inbound {
	struct inbound_calls calls;
	void *socket, *monitor;
	struct zsock *zm;
	size_t files, strangers_max, network_max, count_max;
	struct connection *at; /* by descriptor */
	uint64_t last_no;
	size_t count, strangers;
	int oldest, newest;
	uint64_t salt;
	uint16_t of_network[NETWORKS];
	int of_peer[LIMIT_PEERS + 1][LIMIT_PEER_LINES];
};

enum err inbound_create(struct inbound **out, size_t files, const struct inbound_calls *calls)
{
	struct inbound *in = calloc(1, sizeof *in);

	if (in == NULL)
		return ERR_NOMEM;
	require(calls->ended != NULL && calls->stranger != NULL && calls->wake != NULL);
	in->calls = *calls;
	in->files = files;
	/* Where the system grants little, everybody's share is smaller, and what we dial has its own. */
	in->strangers_max = files / 8 < LIMIT_STRANGERS ? files / 8 : LIMIT_STRANGERS;
	in->network_max = in->strangers_max * LIMIT_NETWORK_STRANGERS / LIMIT_STRANGERS;
	in->count_max = files / 2;
	in->at = calloc(files, sizeof *in->at);
	if (in->at == NULL) {
		free(in);
		return ERR_NOMEM;
	}
	in->oldest = in->newest = NOBODY;
	memset(in->of_peer, 0xff, sizeof in->of_peer);
	rng_fill(&in->salt, sizeof in->salt); /* nobody chooses with whom it is counted */
	*out = in;
	return ERR_OK;
}

void inbound_free(struct inbound *in)
{
	if (in == NULL)
		return;
	inbound_unwatch(in);
	free(in->at);
	free(in);
}

/* ---- who is there ---- */

static struct far_end far_end_of(int fd)
{
	struct sockaddr_storage s;
	socklen_t len = sizeof s;
	struct far_end f = {.family = 0};

	if (getpeername(fd, (struct sockaddr *)&s, &len) != 0)
		return f;
	if (s.ss_family == AF_INET) {
		const struct sockaddr_in *in4 = (const struct sockaddr_in *)&s;

		f.family = 4;
		f.port = in4->sin_port;
		memcpy(f.address, &in4->sin_addr, 4);
	} else if (s.ss_family == AF_INET6) {
		const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)&s;

		f.family = 6;
		f.port = in6->sin6_port;
		memcpy(f.address, &in6->sin6_addr, 16);
	}
	return f;
}

static bool same_end(const struct far_end *a, const struct far_end *b)
{
	return a->family == b->family && a->port == b->port &&
	       memcmp(a->address, b->address, sizeof a->address) == 0;
}

/* Whoever has one address of a /24, or of a /64 of IPv6, may have all of them. */
static uint16_t network_of(const struct inbound *in, const struct far_end *f)
{
	uint64_t h = in->salt ^ f->family;

	for (size_t i = 0; i < (f->family == 6 ? 8u : 3u); i++)
		h = (h ^ f->address[i]) * UINT64_C(0x100000001b3);
	return (uint16_t)((h ^ (h >> 32)) % NETWORKS);
}

static void stranger_add(struct inbound *in, int fd)
{
	struct connection *c = &in->at[fd];

	c->before = in->newest;
	c->after = NOBODY;
	if (in->newest != NOBODY)
		in->at[in->newest].after = fd;
	else
		in->oldest = fd;
	in->newest = fd;
	in->strangers++;
	in->of_network[c->network]++;
}

static void stranger_remove(struct inbound *in, int fd)
{
	struct connection *c = &in->at[fd];

	require(in->strangers > 0 && in->of_network[c->network] > 0);
	if (c->before != NOBODY)
		in->at[c->before].after = c->after;
	else
		in->oldest = c->after;
	if (c->after != NOBODY)
		in->at[c->after].before = c->before;
	else
		in->newest = c->before;
	in->strangers--;
	in->of_network[c->network]--;
}

/* What it was counted as: a stranger's, or one of a partner's few. */
static void leave(struct inbound *in, int fd)
{
	struct connection *c = &in->at[fd];

	if (c->closing)
		return;
	if (c->peer == 0)
		stranger_remove(in, fd);
	for (size_t i = 0; c->peer != 0 && i < LIMIT_PEER_LINES; i++)
		if (in->of_peer[c->peer][i] == fd)
			in->of_peer[c->peer][i] = NOBODY;
}

static void hang_up(struct inbound *in, int fd)
{
	struct connection *c = &in->at[fd];
	const struct far_end now = far_end_of(fd);

	require(c->no != 0);
	leave(in, fd);
	c->closing = true;
	if (now.family != 0 && same_end(&now, &c->from))
		(void)shutdown(fd, SHUT_RDWR);
}

void inbound_cut(struct inbound *in, int fd)
{
	if (fd >= 0 && (size_t)fd < in->files && in->at[fd].no != 0 && !in->at[fd].closing)
		hang_up(in, fd);
}

void inbound_cut_peer(struct inbound *in, uint16_t peer)
{
	require(peer != 0 && peer <= LIMIT_PEERS);
	for (size_t i = 0; i < LIMIT_PEER_LINES; i++)
		inbound_cut(in, in->of_peer[peer][i]);
}

/* ---- strangers ---- */

static void drop_stranger(struct inbound *in, int fd)
{
	hang_up(in, fd);
	in->calls.stranger(in->calls.ctx);
}

/* The oldest one where there are most: whoever comes alone keeps its place. */
static void make_room(struct inbound *in, uint16_t network)
{
	uint16_t most = 0;
	int fd;

	if (in->of_network[network] > in->network_max) {
		for (fd = in->oldest; fd != NOBODY && in->at[fd].network != network;)
			fd = in->at[fd].after;
		require(fd != NOBODY);
		drop_stranger(in, fd);
	}
	if (in->strangers <= in->strangers_max)
		return;
	for (fd = in->oldest; fd != NOBODY; fd = in->at[fd].after)
		if (in->of_network[in->at[fd].network] > most)
			most = in->of_network[in->at[fd].network];
	for (fd = in->oldest; in->of_network[in->at[fd].network] != most;)
		fd = in->at[fd].after;
	drop_stranger(in, fd);
}

void inbound_tick(struct inbound *in, uint64_t now_ms)
{
	while (in->oldest != NOBODY && now_ms >= in->at[in->oldest].since_ms + LIMIT_MUTE_MS)
		drop_stranger(in, in->oldest);
	if (in->oldest != NOBODY)
		in->calls.wake(in->calls.ctx, in->at[in->oldest].since_ms + LIMIT_MUTE_MS - now_ms);
}

/* ---- events ---- */

static void ended(struct inbound *in, int fd)
{
	const struct connection was = in->at[fd];

	if (was.no == 0)
		return;
	leave(in, fd);
	in->at[fd] = (struct connection){.no = 0};
	in->count--;
	in->calls.ended(in->calls.ctx, fd, was.peer);
}

static void came(struct inbound *in, int fd, uint64_t now_ms)
{
	struct connection *c = &in->at[fd];

	ended(in, fd); /* libzmq tells of every end; if one was missed, the descriptor says so */
	*c = (struct connection){.no = ++in->last_no, .since_ms = now_ms, .from = far_end_of(fd)};
	c->network = network_of(in, &c->from);
	in->count++;
	stranger_add(in, fd);
	if (in->strangers == 1)
		in->calls.wake(in->calls.ctx, LIMIT_MUTE_MS);
	make_room(in, c->network);
}

static bool read_event(struct inbound *in, uint64_t now_ms)
{
	uint16_t id;
	int fd;

	if (in->monitor == NULL || !curve_event(in->monitor, &id, &fd))
		return false;
	if (fd < 0 || (size_t)fd >= in->files)
		return true;
	if (id == ZMQ_EVENT_ACCEPTED)
		came(in, fd, now_ms);
	else if (id == ZMQ_EVENT_DISCONNECTED)
		ended(in, fd);
	return true;
}

static void on_event(void *ctx)
{
	const uint64_t now = clock_mono_ms();

	for (unsigned i = 0; i < EVENTS_AT_ONCE && read_event(ctx, now); i++)
		;
}

uint64_t inbound_spoke(struct inbound *in, int fd, uint16_t peer)
{
	const uint64_t now = clock_mono_ms();
	struct connection *c = fd < 0 || (size_t)fd >= in->files ? NULL : &in->at[fd];
	const size_t may = in->count > in->count_max ? 1 : LIMIT_PEER_LINES;
	int *mine, old = NOBODY;
	size_t n = 0;

	require(peer != 0 && peer <= LIMIT_PEERS);
	mine = in->of_peer[peer];
	while (read_event(in, now)) /* the descriptor may have been another one's until now */
		;
	if (in->zm != NULL)
		zsock_touched(in->zm);
	if (c == NULL || c->no == 0 || c->closing)
		return 0;
	if (c->peer == peer)
		return c->no;
	leave(in, fd);
	c->peer = peer;
	for (size_t i = 0; i < LIMIT_PEER_LINES; i++) {
		n += mine[i] != NOBODY;
		if (mine[i] != NOBODY && (old == NOBODY || in->at[mine[i]].no < in->at[old].no))
			old = mine[i];
	}
	if (n >= may && in->at[old].no > c->no) {
		hang_up(in, fd); /* an older one that speaks only now */
		return 0;
	}
	if (n >= may)
		hang_up(in, old);
	for (size_t i = 0; i < LIMIT_PEER_LINES; i++)
		if (mine[i] == NOBODY) {
			mine[i] = fd;
			break;
		}
	return c->no;
}

/* ---- the socket ---- */

enum err inbound_watch(struct inbound *in, struct zhub *hub, void *zmq, void *socket)
{
	require(in->monitor == NULL && in->count == 0);
	in->monitor = curve_monitor(zmq, socket, ZMQ_EVENT_ACCEPTED | ZMQ_EVENT_DISCONNECTED);
	in->socket = socket;
	if (in->monitor == NULL || zsock_add(hub, &in->zm, in->monitor, on_event, in) != ERR_OK) {
		inbound_unwatch(in);
		return ERR_IO;
	}
	return ERR_OK;
}

void inbound_unwatch(struct inbound *in)
{
	if (in->socket != NULL)
		(void)zmq_socket_monitor(in->socket, NULL, 0);
	zsock_remove(in->zm);
	if (in->monitor != NULL)
		(void)zmq_close(in->monitor);
	in->zm = NULL;
	in->socket = in->monitor = NULL;
	for (size_t fd = 0; fd < in->files && in->count > 0; fd++)
		ended(in, (int)fd);
}

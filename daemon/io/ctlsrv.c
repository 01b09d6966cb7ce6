/* SPDX-License-Identifier: EUPL-1.2 */
/* The control socket: requests of people on this machine, each with its length in front.  Who asks is known from the
 * kernel (SO_PEERCRED), never from what is said.  A place that nobody uses is given to whoever comes; the last one is
 * root's, so that an administrator gets in when a script has taken all others.
 * Nobody is read further than a few requests ahead of the replies that it took: whoever asks without end, or reads
 * nothing, waits for itself.
 * Replies that nobody reads are kept up to a limit of all clients: then the line goes that has taken nothing for longest.
 * Invariant: len <= cap of a client's buffer, count is the number of clients in the list, bytes the sum of their caps. */
#include "io/ctlsrv.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/cause.h"
#include "base/check.h"
#include "base/limits.h"
#include "base/log/log.h"
#include "io/loop_uv.h"

enum { HEAD = 4, SMALL = 8192, IDLE_MS = 10000 };

static_assert(LIMIT_CLIENTS >= 2, "a place for root, and one for others");
static_assert(LIMIT_CONTROL_BYTES >= 4 * LIMIT_CONTROL + LIMIT_CLIENTS * SMALL,
	      "one large request, its buffer doubled, beside small ones of all others");
static_assert(LIMIT_UNREAD_BYTES >= 4 * LIMIT_CLIENT_AHEAD * LIMIT_CONTROL,
	      "who reads slowly and who reads not at all find room beside each other");
static_assert(LIMIT_CONTROL <= UINT32_MAX - HEAD, "a length fits its field");

struct client {
	struct client *next;
	struct ctlsrv *srv;
	uv_pipe_t pipe;
	uint64_t id;
	uint32_t uid;
	uint64_t heard_ms; /* loop time of its last byte */
	unsigned waiting;  /* requests not answered yet */
	unsigned unread;   /* replies that it has not read yet */
	size_t unread_len; /* their bytes */
	uint64_t took_ms;  /* loop time when it took the last one, or was given the first of them */
	bool paused;	   /* it has so much on its way that no more of it is read */
	uint8_t *in;
	size_t len, cap;
	bool deaf;    /* its request was too large */
	bool held;    /* until all is answered: ctlsrv_hold */
	bool watches; /* it stays, and is told of changes */
};

struct ctlsrv {
	uv_pipe_t pipe;
	uv_loop_t *uv;
	ctlsrv_request request;
	void *ctx;
	struct client *clients;
	size_t count, watching;
	size_t bytes;  /* of all requests that are not whole yet */
	size_t unread; /* bytes of all replies that are not read yet */
	uint64_t next_id;
	uint32_t shut_out; /* pid; 0 none */
	char path[sizeof((struct sockaddr_un *)0)->sun_path];
};

struct ctl_write {
	uv_write_t req;
	struct client *to;
	size_t len;
	uint8_t bytes[];
};

/* Only here: uv writes into the client until the handle is closed.  Requests hold personal data. */
static void on_client_closed(uv_handle_t *h)
{
	struct client *c = h->data;

	if (c->in != NULL) {
		explicit_bzero(c->in, c->cap);
		free(c->in);
	}
	free(c);
}

static void drop(struct client *c)
{
	struct client **at = &c->srv->clients;

	if (uv_is_closing((uv_handle_t *)&c->pipe))
		return;
	/* Out of the list now, although it is freed later: nobody may find it between. */
	while (*at != NULL && *at != c)
		at = &(*at)->next;
	if (*at == c) {
		require(c->srv->count > 0 && c->srv->bytes >= c->cap);
		c->srv->bytes -= c->cap;
		*at = c->next;
		c->srv->count--;
		c->srv->watching -= c->watches;
		require(c->srv->unread >= c->unread_len);
		c->srv->unread -= c->unread_len; /* freed with the line, before the next event */
		c->unread_len = 0;
	}
	uv_close((uv_handle_t *)&c->pipe, on_client_closed);
}

/* What others began to say and did not end gives way, the one silent for longest first.  False: nobody can. */
static bool make_bytes(struct ctlsrv *srv, const struct client *of, size_t more)
{
	while (srv->bytes + more > LIMIT_CONTROL_BYTES) {
		struct client *silent = NULL;

		for (struct client *c = srv->clients; c != NULL; c = c->next)
			if (c != of && c->waiting == 0 && c->cap > SMALL &&
			    (silent == NULL || c->heard_ms <= silent->heard_ms))
				silent = c;
		if (silent == NULL)
			return false;
		log_write(LOG_NOTICE, LOG_CLIENT_DROPPED, "cause=half-said uid=%u", silent->uid);
		drop(silent);
	}
	return true;
}

static void on_alloc(uv_handle_t *h, size_t hint, uv_buf_t *buf)
{
	struct client *c = h->data;

	(void)hint;
	require(c->len <= c->cap);
	if (c->cap - c->len < SMALL / 2) {
		/* The buffer grows with what came and not with what was announced, so that an empty
		 * promise costs nothing. */
		const size_t cap = c->cap == 0 ? SMALL : c->cap * 2;
		uint8_t *p = cap / 2 > LIMIT_CONTROL || !make_bytes(c->srv, c, cap - c->cap)
				     ? NULL
				     : malloc(cap);

		if (p == NULL) {
			/* uv then calls on_read with UV_ENOBUFS, which drops this client and no other. */
			*buf = uv_buf_init(NULL, 0);
			return;
		}
		if (c->in != NULL) {
			/* Not realloc: it could leave the old bytes, a person's data, behind in
			 * memory that is free. */
			memcpy(p, c->in, c->len);
			explicit_bzero(c->in, c->cap);
			free(c->in);
		}
		c->srv->bytes += cap - c->cap;
		c->in = p;
		c->cap = cap;
	}
	*buf = uv_buf_init((char *)c->in + c->len, (unsigned)(c->cap - c->len));
}

/* A large request is over: its room is for others'. */
static void give_back(struct client *c)
{
	if (c->len != 0 || c->cap <= SMALL)
		return;
	explicit_bzero(c->in, c->cap);
	free(c->in);
	c->srv->bytes -= c->cap;
	c->in = NULL;
	c->cap = 0;
}

/* The requests that are whole, as many as it may have on their way. */
static void hear(struct client *c)
{
	size_t at = 0;

	while (c->len - at >= HEAD && c->waiting + c->unread < LIMIT_CLIENT_AHEAD && !c->held) {
		const size_t len = be32_get(c->in + at);

		if (len >
		    LIMIT_CONTROL) { /* it is told why; what is still on its way is not read */
			log_write(LOG_WARN, LOG_CLIENT_DROPPED, "cause=oversize uid=%u", c->uid);
			c->deaf = true;
			c->len = 0;
			c->srv->request(c->srv->ctx, c->id, c->uid, span_of(NULL, 0));
			return;
		}
		if (c->len - at < HEAD + len)
			break;
		/* Before the call: the answer may be given inside of it. */
		c->waiting++;
		c->srv->request(c->srv->ctx, c->id, c->uid, span_of(c->in + at + HEAD, len));
		at += HEAD + len;
	}
	require(at <= c->len);
	/* Several requests may have come in one read, and the beginning of another one behind them. */
	memmove(c->in, c->in + at, c->len - at);
	c->len -= at;
	/* a person's data, and what a session is known by: not until the next request comes */
	if (at > 0)
		explicit_bzero(c->in + c->len, at);
	if (!uv_is_closing((uv_handle_t *)&c->pipe)) /* drop() counted its room already */
		give_back(c);
	if (c->waiting + c->unread >= LIMIT_CLIENT_AHEAD || c->held) {
		c->paused = true;
		(void)uv_read_stop((uv_stream_t *)&c->pipe);
	}
}

static void on_read(uv_stream_t *s, ssize_t n, const uv_buf_t *buf)
{
	struct client *c = s->data;

	(void)buf;
	/* The end of the line comes as a negative length too (UV_EOF); 0 only says "not now". */
	if (n < 0) {
		drop(c);
		return;
	}
	/* What it still sends is read into the same buffer and forgotten: closing at once could
	 * take the reply away from it. */
	if (c->deaf)
		return;
	require((size_t)n <= c->cap - c->len);
	c->len += (size_t)n;
	c->heard_ms = uv_now(c->srv->uv);
	hear(c);
}

static bool peer_cred(const uv_pipe_t *pipe, struct ucred *cred)
{
	/* The kernel noted who connected at that moment: what the process becomes later does not
	 * change it. */
	socklen_t len = sizeof *cred;
	uv_os_fd_t fd;

	return uv_fileno((const uv_handle_t *)pipe, &fd) == 0 &&
	       getsockopt(fd, SOL_SOCKET, SO_PEERCRED, cred, &len) == 0;
}

static size_t places_of(const struct ctlsrv *srv, uint32_t uid)
{
	size_t n = 0;

	for (const struct client *c = srv->clients; c != NULL; c = c->next)
		n += c->uid == uid;
	return n;
}

/* Whoever comes when all places are taken gets the place of who has been silent for longest, of the user who holds most of
 * them; the last place is root's.  A user who holds fewer than the one who comes gives one up only when it is idle: else
 * whoever connects without end would drive out all others.  False: everybody in front waits for an answer, or holds less. */
static bool make_room(struct ctlsrv *srv, const struct client *newest)
{
	const size_t places = newest->uid == 0 ? LIMIT_CLIENTS : LIMIT_CLIENTS - 1;
	const size_t own = places_of(srv, newest->uid);
	const uint64_t now = uv_now(srv->uv);
	struct client *silent = NULL;
	size_t most = 0;

	if (srv->count - srv->watching <= places)
		return true;
	for (struct client *c = srv->clients; c != NULL; c = c->next) {
		const size_t held = places_of(srv, c->uid);

		/* Who waits for an answer keeps its place: its request was taken in already. */
		if (c == newest || c->waiting > 0 || c->watches ||
		    (held < own && now < c->heard_ms + IDLE_MS))
			continue;
		if (silent == NULL || held > most ||
		    (held == most && c->heard_ms <= silent->heard_ms)) {
			silent = c;
			most = held;
		}
	}
	if (silent == NULL)
		return false;
	log_write(LOG_NOTICE, LOG_CLIENT_DROPPED, "cause=idle uid=%u", silent->uid);
	drop(silent);
	return true;
}

static void on_connect(uv_stream_t *s, int status)
{
	struct ctlsrv *srv = s->data;
	struct client *c = status == 0 ? calloc(1, sizeof *c) : NULL;
	struct ucred cred;

	if (c == NULL)
		return;
	c->srv = srv;
	c->id = ++srv->next_id;
	c->pipe.data = c;
	if (uv_pipe_init(srv->uv, &c->pipe, 0) != 0) {
		free(c);
		return;
	}
	/* Into the list before uv_accept: drop() is the one way out for every error that follows. */
	c->next = srv->clients;
	srv->clients = c;
	srv->count++;
	c->heard_ms = uv_now(srv->uv);
	if (uv_accept(s, (uv_stream_t *)&c->pipe) != 0 || !peer_cred(&c->pipe, &cred)) {
		drop(c);
		return;
	}
	c->uid = cred.uid;
	/* The process that speaks to strangers has no business here: if somebody took it over, this
	 * is where they would turn. */
	if (srv->shut_out != 0 && (uint32_t)cred.pid == srv->shut_out) {
		log_write(LOG_WARN, LOG_CLIENT_DROPPED, "cause=net pid=%u", srv->shut_out);
		drop(c);
		return;
	}
	if (!make_room(srv, c) || uv_read_start((uv_stream_t *)&c->pipe, on_alloc, on_read) != 0)
		drop(c);
}

void ctlsrv_shut_out(struct ctlsrv *s, uint32_t pid)
{
	s->shut_out = pid;
}

/* Is somebody listening there?  If not, the file is left over from a crash. */
static bool answered(const char *path)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool yes;

	if (fd < 0)
		return true;
	strncpy(a.sun_path, path, sizeof a.sun_path - 1);
	yes = connect(fd, (const struct sockaddr *)&a, sizeof a) == 0;
	(void)close(fd);
	return yes;
}

/* For our user and the group; whoever is in it gets as far as SO_PEERCRED.  A unit of that group made it so already, and may not
 * change an owner.  Without the right to it the socket stays ours alone: shut too far is seen, open too far is not. */
static int give_to_group(const char *path, long group)
{
	struct stat sb;

	if (group >= 0 && (stat(path, &sb) != 0 || sb.st_gid != (gid_t)group) &&
	    chown(path, (uid_t)-1, (gid_t)group) != 0) {
		log_write(LOG_WARN, LOG_FAILED, "step=socket-group gid=%ld errno=%d", group, errno);
		return chmod(path, 0600);
	}
	return chmod(path, 0660);
}

enum err ctlsrv_open(struct loop *l, struct ctlsrv **out, const struct ctlsrv_at *at,
		     struct err_text *why)
{
	require(at->path != NULL && at->request != NULL);
	const char *path = at->path;
	struct ctlsrv *s = calloc(1, sizeof *s);
	int rc;

	if (s == NULL)
		return ERR_NOMEM;
	if (strlen(path) >= sizeof s->path) {
		free(s);
		return cause_set(why, ERR_LIMIT, "socket-long",
				 FILL({"path", path, 0}, {"n", NULL, strlen(path)},
				      {"max", NULL, sizeof s->path - 1}));
	}
	if (answered(path)) {
		free(s);
		return cause_set(why, ERR_BUSY, "socket-answered", FILL({"path", path, 0}));
	}
	memcpy(s->path, path, strlen(path) + 1);
	/* Nobody answered there, so that it is left over from a crash; bind would refuse the name. */
	(void)unlink(path);
	s->uv = loop_uv(l);
	s->request = at->request;
	s->ctx = at->ctx;
	s->pipe.data = s;
	rc = uv_pipe_init(s->uv, &s->pipe, 0);
	if (rc == 0)
		rc = uv_pipe_bind(&s->pipe, path);
	if (rc == 0 && give_to_group(path, at->group) != 0)
		rc = -errno;
	if (rc == 0)
		rc = uv_listen((uv_stream_t *)&s->pipe, LIMIT_CLIENTS, on_connect);
	if (rc != 0) /* the process ends; nothing to undo */
		return cause_set(why, ERR_IO, "socket",
				 FILL({"path", path, 0}, {"error", cause_errno(-rc), 0}));
	*out = s;
	return ERR_OK;
}

/* Here and not when the reply is given, which is in the middle of a turn: the next request is heard behind it. */
static void on_written(uv_write_t *req, int status)
{
	struct ctl_write *w = (struct ctl_write *)req;
	struct client *c = w->to;

	require(c->unread > 0);
	c->unread--;
	c->took_ms = uv_now(c->srv->uv);
	if (c->unread_len != 0) { /* else it was counted when the line went */
		require(c->unread_len >= w->len && c->srv->unread >= w->len);
		c->unread_len -= w->len;
		c->srv->unread -= w->len;
	}
	explicit_bzero(w->bytes, w->len);
	free(w);
	if (status < 0)
		drop(c); /* it hung up; while it is paused nothing else would tell */
	if (uv_is_closing((uv_handle_t *)&c->pipe) || !c->paused || (c->held && c->waiting > 0))
		return;
	c->held = false;
	c->paused = false;
	if (!c->deaf)
		hear(c);
	if (!c->paused && uv_read_start((uv_stream_t *)&c->pipe, on_alloc, on_read) != 0)
		drop(c);
}

static struct client *client_of(const struct ctlsrv *s, uint64_t client)
{
	struct client *c = s->clients;

	require(client != 0);
	while (c != NULL && c->id != client)
		c = c->next;
	return c;
}

/* Whoever reads takes what it is given within moments, so that the one who has taken nothing for longest does not read. */
static void make_unread(struct ctlsrv *s, const struct client *of, size_t more)
{
	while (s->unread + more > LIMIT_UNREAD_BYTES) {
		struct client *stands = NULL;

		for (struct client *c = s->clients; c != NULL; c = c->next)
			if (c != of && c->unread_len > 0 &&
			    (stands == NULL || c->took_ms <= stands->took_ms))
				stands = c;
		if (stands == NULL)
			return; /* what one line may have on its way */
		log_write(LOG_NOTICE, LOG_CLIENT_DROPPED, "cause=unread uid=%u", stands->uid);
		drop(stands);
	}
}

void ctlsrv_tell(struct ctlsrv *s, uint64_t client, struct span bytes)
{
	struct ctl_write *w;
	struct client *c = client_of(s, client);
	uv_buf_t buf;

	if (c == NULL)
		return;
	require(bytes.len <= UINT32_MAX - HEAD);
	make_unread(s, c, HEAD + bytes.len);
	w = malloc(sizeof *w + HEAD + bytes.len);
	if (w == NULL) {
		drop(c);
		return;
	}
	w->to = c;
	w->len = HEAD + bytes.len;
	be32_put(w->bytes, (uint32_t)bytes.len);
	memcpy(w->bytes + HEAD, bytes.p, bytes.len);
	buf = uv_buf_init((char *)w->bytes, (unsigned)w->len);
	if (c->unread++ == 0)
		c->took_ms = uv_now(s->uv);
	c->unread_len += w->len;
	s->unread += w->len;
	if (uv_write(&w->req, (uv_stream_t *)&c->pipe, &buf, 1, on_written) != 0) {
		c->unread--;
		c->unread_len -= w->len;
		s->unread -= w->len;
		explicit_bzero(w->bytes, w->len);
		free(w);
		drop(c);
	}
}

void ctlsrv_reply(struct ctlsrv *s, uint64_t client, struct span bytes)
{
	struct client *c = client_of(s, client);

	if (c == NULL)
		return;
	/* A request that was too large is answered without having been counted. */
	c->waiting -= c->waiting > 0 ? 1 : 0;
	ctlsrv_tell(s, client, bytes);
}

int ctlsrv_unread(const struct ctlsrv *s, uint64_t client)
{
	const struct client *c = client_of(s, client);

	require(c == NULL || c->unread <= INT32_MAX);
	return c == NULL ? -1 : (int)c->unread;
}

void ctlsrv_watching(struct ctlsrv *s, uint64_t client)
{
	struct client *c = client_of(s, client);

	if (c == NULL || c->watches)
		return;
	c->watches = true;
	s->watching++;
	require(s->watching <= s->count);
}

void ctlsrv_hold(struct ctlsrv *s, uint64_t client)
{
	struct client *c = client_of(s, client);

	if (c != NULL)
		c->held = true;
}

void ctlsrv_drop(struct ctlsrv *s, uint64_t client)
{
	struct client *c = client_of(s, client);

	if (c == NULL)
		return;
	log_write(LOG_NOTICE, LOG_CLIENT_DROPPED, "cause=watches uid=%u", c->uid);
	drop(c);
}

void ctlsrv_close(struct ctlsrv *s)
{
	if (s == NULL)
		return;
	(void)unlink(s->path);
	while (s->clients != NULL)
		drop(s->clients);
}

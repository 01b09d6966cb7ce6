/* SPDX-License-Identifier: EUPL-1.2 */
/* The library reads and writes; everything that decides is here.  It has no thread and no socket of its own: its epoll descriptor
 * is watched by our loop, and we accept, so that a newcomer finds a place when somebody else only says half a request.  While core
 * is asked a connection is suspended.
 *
 *	phase	since		ends at				then
 *	HEAD	accepted, or the answer before	LIMIT_HTTP_HEAD_MS	hung up
 *	BODY	its head has come		LIMIT_HTTP_BODY_MS	hung up
 *	ANSWER	it is whole			LIMIT_HTTP_READ_MS	hung up
 *	STREAM	the browser took what there was	whenever it goes away	ended
 *
 * A stream that has nothing to say is suspended, too, and goes on in ANSWER.
 *
 * Of one address LIMIT_HTTP_ADDRESS lines may be in HEAD longer than LIMIT_HTTP_SILENT_MS, and as many requests in ANSWER.  Whose the lines
 * of a proxy are it says with each request: they are counted there alone. */
#include "io/http/http.h"

#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/check.h"
#include "base/limits/door.h"
#include "base/limits_screens.h"
#include "base/log/log.h"
#include "io/loop_uv.h"

enum { SWEEP_MS = 1000, ACCEPTS = 32, BODY_FIRST = 4096, STREAM_BYTES = 512, FILE_BYTES = 16384 };
enum phase { PHASE_HEAD, PHASE_BODY, PHASE_ANSWER, PHASE_STREAM, PHASE_GONE };

/* One connection, for as long as the library has it: how long it has been in which phase decides who is hung up on. */
struct conn {
	struct conn *next, **at; /* of the list */
	int fd;
	enum phase phase;
	uint64_t since_ms;	    /* loop time */
	struct http_stream *stream; /* NULL: none */
	bool proxy;
	uint8_t peer[sizeof(struct in6_addr)]; /* of this machine, where it is no proxy's */
	struct door_from from;		       /* of the request at hand */
};

struct http {
	struct MHD_Daemon *mhd;
	struct http_at at;
	uv_loop_t *uv;
	uv_poll_t listening, events;
	uv_timer_t sweep, soon;
	struct conn *conns;
	size_t count;
};

/* One request.  seen is handed out as it is, so that its texts live as long as this. */
struct http_ask {
	struct http *h;
	struct MHD_Connection *c;
	struct conn *conn;
	char *uri;
	uint8_t *body;
	size_t len, cap;
	bool heard, asked, suspended, too_long, odd;
	const char *forwarded;
	struct http_seen seen;
	unsigned hosts, cookies, lengths;
	struct MHD_Response *response;
	unsigned status;
	struct http_stream *stream; /* the response is one; until it is gone */
};

/* Lives as long as the library has its response. */
struct http_stream {
	struct http *h;
	struct MHD_Connection *c;
	struct conn *conn;
	struct http_flow flow;
	size_t at, len; /* put and not taken */
	bool waits;	/* suspended: there is nothing to take */
	bool over, failed;
	size_t room;
	uint8_t bytes[]; /* room of them */
};

/* What every answer says: nothing of it is kept, nothing but our own files runs in it, nobody else frames it. */
static const char *const always[][2] = {
	{"Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; "
				    "img-src 'self'; connect-src 'self'; form-action 'self'; "
				    "manifest-src 'self'; base-uri 'none'; frame-ancestors 'none'; "
				    "require-trusted-types-for 'script'; trusted-types 'none'"},
	{"X-Content-Type-Options", "nosniff"},
	{"Cross-Origin-Opener-Policy", "same-origin"},
	{"Cross-Origin-Resource-Policy", "same-origin"},
	{"Permissions-Policy",
	 "camera=(), microphone=(), geolocation=(), publickey-credentials-get=(self)"},
	/* without any, browsers would say "Origin: null" of our own forms */
	{"Referrer-Policy", "same-origin"},
};

static void wipe_free(void *p, size_t len)
{
	if (p != NULL)
		explicit_bzero(p, len);
	free(p);
}

/* ---- answers ---- */

/* What the library sends, with its length in front, so that it can be wiped when it was sent. */
struct body {
	size_t len;
	uint8_t bytes[];
};

static void on_body_free(void *ctx)
{
	struct body *b = ctx;

	wipe_free(b, sizeof *b + b->len);
}

/* Without memory a header may be missing: the answer is then worth less than none, but nobody is told more by it. */
static void put(struct MHD_Response *r, const char *name, const char *value)
{
	if (value != NULL && MHD_add_response_header(r, name, value) != MHD_YES)
		log_write(LOG_WARN, LOG_FAILED, "step=header errno=%d", errno);
}

static void put_head(const struct http *h, struct MHD_Response *r, const struct http_reply *x)
{
	for (size_t i = 0; i < sizeof always / sizeof always[0]; i++)
		put(r, always[i][0], always[i][1]);
	if (strncmp(h->at.origin, "https:", 6) == 0)
		put(r, "Strict-Transport-Security", "max-age=31536000");
	put(r, "Cache-Control", x->forever ? "public, max-age=31536000, immutable" : "no-store");
	put(r, "Content-Type", x->type);
	put(r, "Content-Disposition", x->save_as);
	put(r, "Content-Encoding", x->gzip ? "gzip" : NULL);
	put(r, "Location", x->location);
	put(r, "Set-Cookie", x->cookie);
	put(r, "Set-Cookie", x->cookie_too);
}

/* The bytes are copied and wiped by us: the library would only free its own copy.  NULL: no memory. */
static struct MHD_Response *response_of(const struct http *h, const struct http_reply *x)
{
	struct body *b = malloc(sizeof *b + x->body.len + 1);
	struct MHD_Response *r;

	if (b == NULL)
		return NULL;
	b->len = x->body.len;
	if (b->len != 0)
		memcpy(b->bytes, x->body.p, b->len);
	r = MHD_create_response_from_buffer_with_free_callback_cls(b->len, b->bytes, on_body_free,
								   b);
	if (r == NULL) {
		on_body_free(b);
		return NULL;
	}
	put_head(h, r, x);
	return r;
}

static void run(struct http *h);

static void on_soon(uv_timer_t *t)
{
	run(t->data);
}

/* NULL: the line is hung up. */
static void answer(struct http_ask *a, unsigned status, struct MHD_Response *r)
{
	require(a->asked && a->response == NULL && status >= 200 && status < 600);
	a->status = status;
	a->response = r;
	a->asked = false;
	if (!a->suspended)
		return;
	a->suspended = false;
	MHD_resume_connection(a->c);
	/* not here: whoever answers may itself be called by the library */
	(void)uv_timer_start(&a->h->soon, on_soon, 0, 0);
}

void http_answer(struct http_ask *a, const struct http_reply *r)
{
	answer(a, r->status, response_of(a->h, r));
}

/* ---- answers that go on ---- */

/* From here on another time counts (above). */
static void phase_of(const struct http *h, struct conn *c, enum phase to)
{
	c->phase = to;
	c->since_ms = uv_now(h->uv);
}

/* What there is, or the connection waits until there is something. */
static ssize_t on_take(void *ctx, uint64_t pos, char *buf, size_t max)
{
	struct http_stream *s = ctx;
	const size_t n = s->len < max ? s->len : max;

	(void)pos;
	require(!s->waits);
	if (s->failed || s->conn->phase == PHASE_GONE)
		return MHD_CONTENT_READER_END_WITH_ERROR;
	if (n != 0) {
		memcpy(buf, s->bytes + s->at, n);
		s->at += n;
		s->len -= n;
		return (ssize_t)n;
	}
	if (s->over)
		return MHD_CONTENT_READER_END_OF_STREAM;
	if (s->flow.want != NULL && !s->flow.want(s->flow.ctx))
		return MHD_CONTENT_READER_END_WITH_ERROR;
	phase_of(s->h, s->conn, PHASE_STREAM);
	s->waits = true;
	MHD_suspend_connection(s->c);
	return 0;
}

static void on_stream_free(void *ctx)
{
	struct http_stream *s = ctx;

	wipe_free(s, sizeof *s + s->room);
}

/* Whoever put is told before the library gives the response back. */
static void stream_ended(struct http_ask *a)
{
	struct http_stream *s = a->stream;

	if (s == NULL)
		return;
	a->stream = s->conn->stream = NULL;
	s->flow.ended(s->flow.ctx);
}

struct http_stream *http_stream(struct http_ask *a, const struct http_reply *r,
				const struct http_flow *flow)
{
	const bool file = r->save_as != NULL;
	const size_t room = flow->room == 0 ? STREAM_BYTES : flow->room;
	struct http_stream *s = calloc(1, sizeof *s + room);
	struct MHD_Response *response = NULL;

	require(flow->ended != NULL && r->body.len == 0);
	if (s != NULL)
		response = MHD_create_response_from_callback(file ? r->size : MHD_SIZE_UNKNOWN,
							     file ? FILE_BYTES : STREAM_BYTES,
							     on_take, s, on_stream_free);
	if (response == NULL) {
		free(s);
		answer(a, r->status, NULL);
		return NULL;
	}
	put_head(a->h, response, r);
	/* a proxy hands on what there is, and does not wait for more */
	if (!file)
		put(response, "X-Accel-Buffering", "no");
	*s = (struct http_stream){
		.h = a->h, .c = a->c, .conn = a->conn, .flow = *flow, .room = room};
	a->stream = a->conn->stream = s;
	answer(a, r->status, response);
	return s;
}

/* The library takes it in the next round of the loop. */
static void go_on(struct http_stream *s)
{
	if (!s->waits)
		return;
	s->waits = false;
	phase_of(s->h, s->conn, PHASE_ANSWER);
	MHD_resume_connection(s->c);
	(void)uv_timer_start(&s->h->soon, on_soon, 0, 0);
}

bool http_stream_put(struct http_stream *s, struct span bytes)
{
	require(!s->over && bytes.len != 0 && bytes.len <= s->room);
	if (bytes.len > s->room - s->len)
		return false;
	if (s->at != 0)
		memmove(s->bytes, s->bytes + s->at, s->len);
	s->at = 0;
	memcpy(s->bytes + s->len, bytes.p, bytes.len);
	s->len += bytes.len;
	go_on(s);
	return true;
}

void http_stream_end(struct http_stream *s)
{
	s->over = true;
	go_on(s);
}

void http_stream_fail(struct http_stream *s)
{
	s->over = s->failed = true;
	go_on(s);
}

/* While it is suspended the library does not look at a line, and so does not see that the browser went away. */
static bool is_gone(const struct conn *c)
{
	char one;
	ssize_t n;

	if (c->stream == NULL || !c->stream->waits)
		return false;
	n = recv(c->fd, &one, 1, MSG_PEEK | MSG_DONTWAIT);
	return n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR);
}

/* ---- requests ---- */

/* A blank in front of the colon, or half the end of a line: each is something else to the next reader, and the library lets them pass. */
static bool whole(const char *key, size_t key_len, const char *value, size_t len)
{
	return strcspn(key, " \t") == key_len && strlen(value) == len &&
	       value[strcspn(value, "\r\n")] == '\0';
}

/* Which headers there are, and how often: the library lets two of one kind pass, and two readers would each take another one. */
/* NOLINTNEXTLINE(readability-function-size): as many as the library gives */
static enum MHD_Result on_header(void *ctx, enum MHD_ValueKind kind, const char *key,
				 size_t key_len, const char *value, size_t len)
{
	struct http_ask *a = ctx;
	struct http_seen *s = &a->seen;

	(void)kind;
	value = value == NULL ? "" : value;
	if (!whole(key, key_len, value, len))
		a->odd = true;
	if (strcasecmp(key, "Host") == 0) {
		const char *own = strchr(a->h->at.origin, '/');

		a->hosts++;
		if (own == NULL || strcasecmp(value, own + 2) != 0)
			s->refused = MHD_HTTP_MISDIRECTED_REQUEST;
	} else if (strcasecmp(key, "Cookie") == 0) {
		a->cookies++;
		s->cookie = value;
	} else if (strcasecmp(key, "Content-Length") == 0) {
		a->lengths++;
		a->too_long = strlen(value) > 9 || strtoul(value, NULL, 10) > LIMIT_FORM;
	} else if (strcasecmp(key, "Sec-Fetch-Site") == 0) {
		s->fetch_site = value;
	} else if (strcasecmp(key, "Origin") == 0) {
		s->origin = value;
	} else if (strcasecmp(key, "X-Forwarded-For") == 0) {
		a->forwarded = value; /* the last one is the proxy's own */
	} else if (strcasecmp(key, "Accept-Language") == 0) {
		s->language = value;
	}
	return MHD_YES;
}

/* What a form of ours is sent as; files are sent by none. */
static bool form_type(struct MHD_Connection *c)
{
	static const char want[] = "application/x-www-form-urlencoded";
	const char *type = MHD_lookup_connection_value(c, MHD_HEADER_KIND, "Content-Type");
	const size_t n = sizeof want - 1;

	return type != NULL && strncasecmp(type, want, n) == 0 &&
	       (type[n] == '\0' || type[n] == ';' || type[n] == ' ');
}

/* Of the same address others wait for their answer already. */
static bool crowded(const struct http_ask *a)
{
	size_t n = 0;

	for (const struct conn *c = a->h->conns; c != NULL; c = c->next)
		if (c != a->conn && c->stream == NULL && c->phase == PHASE_ANSWER &&
		    door_same(&c->from, &a->seen.from))
			n++;
	return n >= LIMIT_HTTP_ADDRESS;
}

/* A status, the first reason that holds; 0: it is a request. */
static unsigned judge(struct http_ask *a, const char *method)
{
	const bool get = strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0;

	a->seen.post = strcmp(method, "POST") == 0;
	(void)MHD_get_connection_values_n(a->c, MHD_HEADER_KIND, on_header, a);
	a->seen.from = a->conn->from = door_from(a->conn->proxy, a->forwarded);
	if (a->odd || a->hosts != 1 || a->cookies > 1 || a->lengths > 1 || a->uri[0] != '/')
		return MHD_HTTP_BAD_REQUEST;
	if (a->seen.refused != 0)
		return a->seen.refused;
	if (!get && !a->seen.post)
		return MHD_HTTP_METHOD_NOT_ALLOWED;
	if (MHD_lookup_connection_value(a->c, MHD_HEADER_KIND, "Transfer-Encoding") != NULL)
		return MHD_HTTP_LENGTH_REQUIRED;
	if (a->too_long)
		return MHD_HTTP_CONTENT_TOO_LARGE;
	if (strlen(a->uri) >= LIMIT_URI)
		return MHD_HTTP_URI_TOO_LONG;
	if (a->seen.post && a->lengths == 0)
		return MHD_HTTP_LENGTH_REQUIRED;
	if (a->seen.post && !form_type(a->c))
		return MHD_HTTP_UNSUPPORTED_MEDIA_TYPE;
	return crowded(a) ? MHD_HTTP_TOO_MANY_REQUESTS : 0;
}

/* Behind the first ? everything is the query, also another ?. */
static void split_uri(struct http_ask *a)
{
	char *mark = strchr(a->uri, '?');

	a->seen.path = a->uri;
	a->seen.query = "";
	if (mark == NULL)
		return;
	*mark = '\0';
	a->seen.query = mark + 1;
}

/* The length was announced, and is held against what comes.  False: there is no memory, or more than was announced. */
static bool take_body(struct http_ask *a, const char *p, size_t n)
{
	size_t cap = a->cap == 0 ? BODY_FIRST : a->cap;
	uint8_t *more;

	if (n > LIMIT_FORM - a->len)
		return false;
	while (cap - a->len < n)
		cap *= 2;
	if (cap != a->cap) {
		more = malloc(cap);
		if (more == NULL)
			return false;
		if (a->len != 0)
			memcpy(more, a->body, a->len);
		wipe_free(a->body, a->cap);
		a->body = more;
		a->cap = cap;
	}
	memcpy(a->body + a->len, p, n);
	a->len += n;
	return true;
}

static void phase(struct http_ask *a, enum phase to)
{
	phase_of(a->h, a->conn, to);
}

/* Handed on once; whoever is asked may answer at once. */
static void ask(struct http_ask *a)
{
	phase(a, PHASE_ANSWER);
	a->seen.body = span_of(a->body, a->len);
	split_uri(a);
	a->asked = true;
	a->h->at.ask(a->h->at.ctx, a, &a->seen);
}

/* The answer that is there, or the connection waits for it. */
static enum MHD_Result respond(struct http_ask *a)
{
	struct MHD_Response *r = a->response;
	enum MHD_Result rc;

	if (a->asked) {
		a->suspended = true;
		MHD_suspend_connection(a->c);
		return MHD_YES;
	}
	if (r == NULL)
		return MHD_NO;
	rc = MHD_queue_response(a->c, a->status, r);
	if (rc != MHD_YES)
		stream_ended(a);
	MHD_destroy_response(r);
	a->response = NULL;
	return rc;
}

/* First with the head alone, then for each piece of the body, and once more behind it. */
/* NOLINTNEXTLINE(readability-function-size): as many as the library gives */
static enum MHD_Result on_request(void *ctx, struct MHD_Connection *c, const char *url,
				  const char *method, const char *version, const char *data,
				  size_t *data_len, void **own)
{
	struct http_ask *a = *own;

	(void)ctx;
	(void)url; /* the address as it came is in a->uri */
	(void)version;
	if (a == NULL || a->uri == NULL || a->conn == NULL)
		return MHD_NO;
	require(a->c == c);
	if (!a->heard) {
		a->heard = true;
		phase(a, PHASE_BODY);
		a->seen.refused = judge(a, method);
		if (a->seen.refused == 0)
			return MHD_YES;
		ask(a); /* its body is not read */
		return respond(a);
	}
	if (*data_len != 0) {
		if (!take_body(a, data, *data_len))
			return MHD_NO;
		*data_len = 0;
		return MHD_YES;
	}
	if (!a->asked && a->response == NULL)
		ask(a);
	return respond(a);
}

/* The first that is heard of a request, and the only place where its address is told as it came. */
static void *on_uri(void *ctx, const char *uri, struct MHD_Connection *c)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
		c, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	struct http_ask *a = calloc(1, sizeof *a);

	if (a == NULL)
		return NULL;
	a->h = ctx;
	a->c = c;
	a->conn = info == NULL ? NULL : info->socket_context;
	a->uri = strdup(uri);
	return a;
}

/* Answered and taken, or hung up.  While a connection is suspended the library does not end it, so nobody answers into memory that
 * is free. */
static void on_completed(void *ctx, struct MHD_Connection *c, void **own,
			 enum MHD_RequestTerminationCode why)
{
	struct http_ask *a = *own;

	(void)ctx;
	(void)c;
	(void)why;
	if (a == NULL)
		return;
	require(!a->suspended);
	stream_ended(a);
	if (a->conn != NULL && a->conn->phase != PHASE_GONE)
		phase(a, PHASE_HEAD); /* of the next one */
	if (a->response != NULL)
		MHD_destroy_response(a->response);
	wipe_free(a->body, a->cap);
	free(a->uri);
	free(a);
	*own = NULL;
}

/* As it came: what is decoded by the library ends at %00, and would be decoded twice. */
static size_t on_unescape(void *ctx, struct MHD_Connection *c, char *s)
{
	(void)ctx;
	(void)c;
	return strlen(s);
}

/* ---- connections ---- */

static void hang_up(struct conn *c)
{
	c->phase = PHASE_GONE;
	(void)shutdown(c->fd, SHUT_RDWR); /* the library reads the end, and closes it */
}

/* Who connects to a file is the proxy; nobody else may enter the directory where it stands. */
static void take_peer(struct MHD_Connection *mc, struct conn *c)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
		mc, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	const struct sockaddr *from = info == NULL ? NULL : info->client_addr;

	c->proxy = from == NULL || (from->sa_family != AF_INET && from->sa_family != AF_INET6);
	if (!c->proxy && from->sa_family == AF_INET)
		memcpy(c->peer, &((const struct sockaddr_in *)(const void *)from)->sin_addr,
		       sizeof(struct in_addr));
	else if (!c->proxy)
		memcpy(c->peer, &((const struct sockaddr_in6 *)(const void *)from)->sin6_addr,
		       sizeof(struct in6_addr));
}

/* The list of who is connected is ours: the library tells no age. */
static void on_connection(void *ctx, struct MHD_Connection *mc, void **own,
			  enum MHD_ConnectionNotificationCode what)
{
	const union MHD_ConnectionInfo *info;
	struct http *h = ctx;
	struct conn *c = *own;

	if (what == MHD_CONNECTION_NOTIFY_CLOSED) {
		if (c == NULL)
			return;
		require(h->count > 0);
		*c->at = c->next;
		if (c->next != NULL)
			c->next->at = c->at;
		h->count--;
		free(c);
		*own = NULL;
		return;
	}
	info = MHD_get_connection_info(mc, MHD_CONNECTION_INFO_CONNECTION_FD);
	c = info == NULL ? NULL : calloc(1, sizeof *c);
	if (c == NULL)
		return; /* its requests are refused */
	c->fd = info->connect_fd;
	c->since_ms = uv_now(h->uv);
	take_peer(mc, c);
	c->next = h->conns;
	c->at = &h->conns;
	if (c->next != NULL)
		c->next->at = &c->next;
	h->conns = c;
	h->count++;
	*own = c;
}

/* Whoever begins a request and does not end it gives way first, the one that is awaited longest. */
static void make_room(struct http *h)
{
	struct conn *oldest = NULL;

	if (h->count < LIMIT_HTTP_FULL)
		return;
	for (struct conn *c = h->conns; c != NULL; c = c->next)
		if (c->phase == PHASE_HEAD && (oldest == NULL || c->since_ms <= oldest->since_ms))
			oldest = c;
	if (oldest != NULL)
		hang_up(oldest);
}

static bool silent(const struct conn *c, uint64_t now)
{
	return c->phase == PHASE_HEAD && now - c->since_ms > LIMIT_HTTP_SILENT_MS;
}

/* The newest lines stand in front: of one address so many may wait before a request, and the older ones are hung up on. */
static void thin_out(struct http *h, uint64_t now)
{
	for (struct conn *c = h->conns; c != NULL; c = c->next) {
		size_t newer = 0;

		if (c->proxy || !silent(c, now))
			continue;
		for (const struct conn *o = h->conns; o != c; o = o->next)
			if (!o->proxy && silent(o, now) &&
			    memcmp(o->peer, c->peer, sizeof c->peer) == 0)
				newer++;
		if (newer >= LIMIT_HTTP_ADDRESS)
			hang_up(c);
	}
}

/* A few at a time, so that newcomers in a flood do not keep those waiting who are already here. */
static void on_listen(uv_poll_t *p, int status, int events)
{
	struct http *h = p->data;

	(void)status;
	(void)events;
	for (unsigned i = 0; i < ACCEPTS; i++) {
		struct sockaddr_storage from;
		socklen_t len = sizeof from;
		const int fd = accept4(h->at.fd, (struct sockaddr *)&from, &len,
				       SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (fd < 0)
			break;
		make_room(h);
		/* over its limit the library closes it */
		if (MHD_add_connection(h->mhd, fd, (struct sockaddr *)&from, len) != MHD_YES)
			log_write(LOG_NOTICE, LOG_CLIENT_DROPPED, "cause=full lines=%zu", h->count);
	}
	run(h);
}

/* What it has to do at once comes in the next round of the loop, so that others are heard between. */
static void run(struct http *h)
{
	MHD_UNSIGNED_LONG_LONG ms = 1;

	require(h->mhd != NULL);
	(void)MHD_run(h->mhd);
	if (MHD_get_timeout(h->mhd, &ms) == MHD_YES && ms == 0)
		(void)uv_timer_start(&h->soon, on_soon, 0, 0);
}

static void on_events(uv_poll_t *p, int status, int events)
{
	(void)status;
	(void)events;
	run(p->data);
}

/* The library counts silence alone; who sends a byte now and then would stay for ever. */
static void on_sweep(uv_timer_t *t)
{
	static const uint64_t most_ms[] = {[PHASE_HEAD] = LIMIT_HTTP_HEAD_MS,
					   [PHASE_BODY] = LIMIT_HTTP_BODY_MS,
					   [PHASE_ANSWER] = LIMIT_HTTP_READ_MS,
					   [PHASE_STREAM] = UINT64_MAX,
					   [PHASE_GONE] = UINT64_MAX};
	struct http *h = t->data;
	const uint64_t now = uv_now(h->uv);

	for (struct conn *c = h->conns; c != NULL; c = c->next)
		if (now - c->since_ms > most_ms[c->phase])
			hang_up(c);
		else if (is_gone(c))
			http_stream_end(c->stream);
	thin_out(h, now);
	run(h);
}

/* Its descriptor becomes readable when any of its connections can go on. */
static enum err start_loop(struct http *h)
{
	const union MHD_DaemonInfo *info = MHD_get_daemon_info(h->mhd, MHD_DAEMON_INFO_EPOLL_FD);

	if (info == NULL)
		return ERR_IO;
	h->listening.data = h->events.data = h->sweep.data = h->soon.data = h;
	if (uv_poll_init(h->uv, &h->listening, h->at.fd) != 0 ||
	    uv_poll_init(h->uv, &h->events, info->epoll_fd) != 0 ||
	    uv_timer_init(h->uv, &h->sweep) != 0 || uv_timer_init(h->uv, &h->soon) != 0 ||
	    uv_poll_start(&h->listening, UV_READABLE, on_listen) != 0 ||
	    uv_poll_start(&h->events, UV_READABLE, on_events) != 0 ||
	    uv_timer_start(&h->sweep, on_sweep, SWEEP_MS, SWEEP_MS) != 0)
		return ERR_IO;
	return ERR_OK;
}

enum err http_open(struct loop *l, struct http **out, const struct http_at *at)
{
	struct http *h = calloc(1, sizeof *h);

	require(at->fd >= 0 && at->ask != NULL && at->origin[0] != '\0');
	if (h == NULL)
		return ERR_NOMEM;
	h->at = *at;
	h->uv = loop_uv(l);
	h->mhd = MHD_start_daemon(
		MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_NO_LISTEN_SOCKET, 0, NULL, NULL,
		on_request, h, MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
		(size_t)LIMIT_HTTP_MEMORY, MHD_OPTION_CONNECTION_LIMIT, LIMIT_HTTP_LINES,
		MHD_OPTION_CONNECTION_TIMEOUT, LIMIT_HTTP_IDLE_S, MHD_OPTION_NOTIFY_COMPLETED,
		on_completed, h, MHD_OPTION_NOTIFY_CONNECTION, on_connection, h,
		MHD_OPTION_URI_LOG_CALLBACK, on_uri, h, MHD_OPTION_UNESCAPE_CALLBACK, on_unescape,
		h, MHD_OPTION_END);
	if (h->mhd == NULL) {
		free(h);
		return ERR_IO;
	}
	*out = h; /* what fails from here on ends the process */
	return start_loop(h);
}

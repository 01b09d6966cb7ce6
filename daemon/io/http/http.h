/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * http - browsers: connections, requests whole, answers with the headers that every answer has.
 *
 * Layer:    io (base only).  libmicrohttpd stays behind this header.
 * Owns:     the listening socket, every connection, and each request until it was answered and taken.
 * Threads:  the loop's.
 * Time:     monotonic: a request, its body and its answer have a time for the whole of it.
 * Durable:  nothing.
 * Privacy:  bodies and answers are about people; both are wiped.
 *
 * A request is refused here when its form is no request of ours: twice the same header that must be there once, a body of another
 * kind or size, a method that no page has, another host's name, or more at a time than one address may ask.  It is handed on all the same, with the status, so that whoever
 * reads the answer gets a page.
 */
#ifndef KRING_IO_HTTP_HTTP_H
#define KRING_IO_HTTP_HTTP_H

#include <stdbool.h>

#include "base/bytes.h"
#include "base/err.h"
#include "io/http/door.h"
#include "io/loop.h"

struct http;
struct http_ask; /* a request that waits for its answer */

/** Texts are borrowed until the answer; NULL: the browser sent no such header. */
struct http_seen {
	unsigned refused;	  /* status, when it is no request of ours; 0: it is one */
	bool post;		  /* else GET, or HEAD, which is answered as one */
	const char *path, *query; /* as they came, nothing decoded; query "" without one */
	const char *cookie, *fetch_site, *origin, *language;
	struct door_from from;
	struct span body;
};

/** Everything is copied. */
struct http_reply {
	unsigned status;
	const char *type; /* NULL: there is no body */
	struct span body;
	const char *location; /* of a 303 */
	const char *cookie, *cookie_too;
	bool forever; /* its name changes with it: the browser need not ask again */
	bool gzip;    /* the body is */
	/* Of a stream that is a file: the header that names it, and its bytes; the browser knows one of fewer as broken off. */
	const char *save_as;
	uint64_t size;
};

struct http_at {
	int fd;		    /* listens; taken */
	const char *origin; /* as browsers show our address; borrowed */
	void (*ask)(void *ctx, struct http_ask *a, const struct http_seen *s);
	void *ctx;
};

/** Before the sandbox closes. */
MUST_CHECK enum err http_open(struct loop *l, struct http **out, const struct http_at *at);
/** Once for each request, inside of ask or later.  Not to be looked at again. */
void http_answer(struct http_ask *a, const struct http_reply *r);

/** How an answer goes on. */
struct http_flow {
	/* once, when the browser or http_stream_end ended it; afterwards it is not to be looked at again */
	void (*ended)(void *ctx);
	/* all that was put was taken: put more, later; false: there is none, and it fails.  NULL: nobody asks */
	bool (*want)(void *ctx);
	void *ctx;
	size_t room; /* bytes that may be put and not taken; 0: few */
};

/** An answer that goes on: the head is that of r, without a body, and what is put follows it.  flow is copied; it is called inside of the
 *  loop.  NULL: no memory; the line is hung up. */
struct http_stream;
struct http_stream *http_stream(struct http_ask *a, const struct http_reply *r,
				const struct http_flow *flow);
/** False: what was put before was not taken yet, and this was not put. */
bool http_stream_put(struct http_stream *s, struct span bytes);
/** Behind what was put. */
void http_stream_end(struct http_stream *s);
/** At once: whoever reads it sees that it is not whole. */
void http_stream_fail(struct http_stream *s);

#endif /* KRING_IO_HTTP_HTTP_H */

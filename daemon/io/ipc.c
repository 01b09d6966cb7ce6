/* SPDX-License-Identifier: EUPL-1.2 */
/* The line between two of our own processes: records of a length, a type and a partner's number.  The other end is ours
 * but may have been taken over, so lengths are held against the buffer; a line that breaks the form is as good as gone.
 * What is sent in one turn goes out as one write at its end.
 * Invariant: in_len <= READ_MAX, out_len <= out_cap. */
#include "io/ipc.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/limits.h"
#include "io/loop_uv.h"

enum { HEAD = 4 + 1 + 2, READ_MAX = 256 * 1024 };

struct ipc {
	uv_pipe_t pipe;
	struct ipc_calls calls;
	uint8_t in[READ_MAX];
	size_t in_len;
	uint8_t *out;
	size_t out_len, out_cap;
	bool closing;
};

struct ipc_write {
	uv_write_t req;
	uint8_t *bytes;
	size_t len;
};

static_assert(READ_MAX > LIMIT_IPC_RECORD + HEAD, "a record fits the read buffer");
static_assert(READ_MAX < LIMIT_CONTROL, "no record is longer than a control message");

/* One record is a key, and what is freed lies about until it is used again. */
static void wipe_free(uint8_t *p, size_t len)
{
	if (p == NULL)
		return;
	explicit_bzero(p, len);
	free(p);
}

/* uv may still write from out or into in until the handle is closed, so nothing is freed before. */
static void on_closed(uv_handle_t *h)
{
	struct ipc *i = h->data;

	wipe_free(i->out, i->out_len);
	explicit_bzero(i->in, sizeof i->in);
	free(i);
}

void ipc_close(struct ipc *i)
{
	if (i == NULL || i->closing)
		return;
	i->closing = true;
	uv_close((uv_handle_t *)&i->pipe, on_closed);
}

/* Told once: whoever hears it closes the line. */
static void lost(struct ipc *i)
{
	if (!i->closing)
		i->calls.gone(i->calls.ctx);
}

static void on_alloc(uv_handle_t *h, size_t hint, uv_buf_t *buf)
{
	struct ipc *i = h->data;

	(void)hint;
	require(i->in_len <= READ_MAX);
	*buf = uv_buf_init((char *)i->in + i->in_len, (unsigned)(READ_MAX - i->in_len));
}

enum err ipc_next(struct span in, struct ipc_record *rec, size_t *used)
{
	size_t len;

	*used = 0;
	if (in.len < HEAD)
		return ERR_OK;
	len = be32_get(in.p);
	/* More than the buffer holds would never be complete: the line would wait for ever. */
	if (len < HEAD - 4 || len > READ_MAX - 4)
		return ERR_LIMIT;
	if (in.len - 4 < len)
		return ERR_OK;
	rec->type = in.p[4];
	rec->peer = be16_get(in.p + 5);
	rec->bytes = span_of(in.p + HEAD, len - (HEAD - 4));
	*used = 4 + len;
	return ERR_OK;
}

static void on_read(uv_stream_t *s, ssize_t n, const uv_buf_t *buf)
{
	struct ipc *i = s->data;
	size_t at = 0, used = 1;
	struct ipc_record rec;

	(void)buf;
	if (n < 0) {
		lost(i);
		return;
	}
	require((size_t)n <= READ_MAX - i->in_len);
	i->in_len += (size_t)n;
	/* A record may have closed the line: what comes behind it is not ours to hear any more. */
	while (!i->closing && used != 0) {
		if (ipc_next(span_of(i->in + at, i->in_len - at), &rec, &used) != ERR_OK) {
			lost(i);
			return;
		}
		if (used != 0)
			i->calls.record(i->calls.ctx, rec.type, rec.peer, rec.bytes);
		at += used;
	}
	require(at <= i->in_len);
	memmove(i->in, i->in + at, i->in_len - at);
	i->in_len -= at;
	explicit_bzero(i->in + i->in_len, at);
}

enum err ipc_open(struct loop *l, struct ipc **out, int fd, const struct ipc_calls *calls)
{
	struct ipc *i = calloc(1, sizeof *i);

	if (i == NULL)
		return ERR_NOMEM;
	require(calls->record != NULL && calls->gone != NULL);
	i->calls = *calls;
	if (uv_pipe_init(loop_uv(l), &i->pipe, 0) != 0) {
		free(i);
		return ERR_IO;
	}
	i->pipe.data = i;
	*out = i;
	if (uv_pipe_open(&i->pipe, fd) != 0 ||
	    uv_read_start((uv_stream_t *)&i->pipe, on_alloc, on_read) != 0) {
		ipc_close(i);
		return ERR_IO;
	}
	return ERR_OK;
}

enum err ipc_put(struct ipc *i, uint8_t type, uint16_t peer, struct span bytes)
{
	/* No limit on what waits: net drops what is over its credit, and core sends no more than
	 * partners have receipted. */
	const size_t need = HEAD + bytes.len;
	uint8_t *p;

	require(need <= READ_MAX && i->out_len <= i->out_cap); /* the other end could not read it */
	if (i->out_cap - i->out_len < need) {
		size_t cap = i->out_cap == 0 ? 65536 : i->out_cap;

		while (cap - i->out_len < need)
			cap *= 2;
		p = malloc(cap);
		if (p == NULL)
			return ERR_NOMEM;
		if (i->out_len != 0)
			memcpy(p, i->out, i->out_len);
		wipe_free(i->out, i->out_len); /* realloc would leave it there */
		i->out = p;
		i->out_cap = cap;
	}
	p = i->out + i->out_len;
	be32_put(p, (uint32_t)(need - 4));
	p[4] = type;
	be16_put(p + 5, peer);
	if (bytes.len != 0)
		memcpy(p + HEAD, bytes.p, bytes.len);
	i->out_len += need;
	return ERR_OK;
}

static void on_written(uv_write_t *req, int status)
{
	struct ipc_write *w = (struct ipc_write *)req;
	struct ipc *i = req->data;

	wipe_free(w->bytes, w->len);
	free(w);
	/* Reading may not have noticed yet that the other end is gone; whoever notices first tells it. */
	if (status < 0)
		lost(i);
}

void ipc_flush(struct ipc *i)
{
	struct ipc_write *w;
	uv_buf_t buf;

	if (i == NULL || i->closing || i->out_len == 0)
		return;
	w = malloc(sizeof *w);
	if (w == NULL)
		return; /* stays queued for the next turn */
	w->bytes = i->out;
	w->len = i->out_len;
	w->req.data = i;
	buf = uv_buf_init((char *)i->out, (unsigned)i->out_len);
	/* The buffer goes with the write and is freed by it; the next record begins a new one. */
	i->out = NULL;
	i->out_len = i->out_cap = 0;
	if (uv_write(&w->req, (uv_stream_t *)&i->pipe, &buf, 1, on_written) != 0) {
		wipe_free(w->bytes, w->len);
		free(w);
		lost(i);
	}
}

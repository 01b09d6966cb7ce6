/* SPDX-License-Identifier: EUPL-1.2 */
/* A question has a place and a tag, which says the place and how often that was taken before: so an answer that comes after its
 * question was given up finds nobody.  Invariant: a place that is taken has a done, and its tag leads back to it. */
#include "io/http/webline.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/limits_screens.h"
#include "io/ipc.h"

enum { LOOK_MS = 250, CHANGED = 4 };

static_assert(UINT16_MAX / LIMIT_QUESTIONS > 500, "a tag is given again after many others");

/* A place.  Its tag is counted up by the number of places each time it is taken, so that the place follows from the tag. */
struct question {
	uint16_t tag;
	webline_done done; /* NULL: the place is free */
	void *ctx;
	uint64_t until_ms;
	uint8_t *p; /* what came of the answer */
	size_t len, cap;
};

struct webline {
	struct loop *loop;
	struct ipc *ipc; /* NULL: core is not there */
	struct loop_timer *look;
	struct question all[LIMIT_QUESTIONS];
	size_t count;
	webline_changed changed; /* NULL: nobody wants to know */
	void *changed_ctx;
};

/* Told once, whatever came of it; what was read of an answer is wiped. */
static void end(struct webline *w, struct question *q, enum err rc)
{
	const struct question was = *q;

	require(q->done != NULL && w->count > 0);
	/* free before it is told: who is told may ask again */
	*q = (struct question){.tag = was.tag};
	w->count--;
	was.done(was.ctx, rc, span_of(was.p, was.len));
	if (was.p != NULL)
		explicit_bzero(was.p, was.cap);
	free(was.p);
}

static void end_all(struct webline *w, enum err rc)
{
	for (size_t i = 0; i < LIMIT_QUESTIONS; i++)
		if (w->all[i].done != NULL)
			end(w, &w->all[i], rc);
}

/* A browser is told in time that core is too slow, rather than left alone. */
static void on_look(void *ctx)
{
	struct webline *w = ctx;
	const uint64_t now = clock_mono_ms();

	for (size_t i = 0; i < LIMIT_QUESTIONS; i++)
		if (w->all[i].done != NULL && now >= w->all[i].until_ms)
			end(w, &w->all[i], ERR_BUSY);
	if (w->count > 0)
		loop_timer_start(w->look, LOOK_MS);
}

/* Core ended, or spoke nonsense: nothing that was asked will be answered. */
static void on_gone(void *ctx)
{
	struct webline *w = ctx;

	ipc_close(w->ipc);
	w->ipc = NULL;
	end_all(w, ERR_IO);
}

/* As much as any Reply may have, and not more: core is believed, but a mistake there must not end this process. */
static bool grow(struct question *q, size_t more)
{
	size_t cap = q->cap == 0 ? 16384 : q->cap;
	uint8_t *p;

	if (more > LIMIT_CONTROL - q->len)
		return false;
	while (cap - q->len < more)
		cap *= 2;
	if (cap == q->cap)
		return true;
	p = malloc(cap);
	if (p == NULL)
		return false;
	if (q->len != 0) {
		memcpy(p, q->p, q->len);
		explicit_bzero(q->p, q->cap);
	}
	free(q->p);
	q->p = p;
	q->cap = cap;
	return true;
}

/* An answer to nobody was given up before, and is dropped. */
static void on_record(void *ctx, uint8_t type, uint16_t tag, struct span bytes)
{
	struct webline *w = ctx;
	struct question *q = &w->all[tag % LIMIT_QUESTIONS];

	if (type == IPC_CHANGED && bytes.len == CHANGED && w->changed != NULL)
		w->changed(w->changed_ctx, be32_get(bytes.p));
	if ((type != IPC_ANSWER && type != IPC_ANSWER_PART) || q->done == NULL || q->tag != tag)
		return;
	if (bytes.len != 0 && !grow(q, bytes.len)) {
		end(w, q, ERR_BUSY);
		return;
	}
	if (bytes.len != 0)
		memcpy(q->p + q->len, bytes.p, bytes.len);
	q->len += bytes.len;
	if (type == IPC_ANSWER)
		end(w, q, ERR_OK);
}

enum err webline_create(struct loop *l, struct webline **out)
{
	struct webline *w = calloc(1, sizeof *w);

	if (w == NULL)
		return ERR_NOMEM;
	w->loop = l;
	for (size_t i = 0; i < LIMIT_QUESTIONS; i++)
		w->all[i].tag = (uint16_t)i;
	*out = w;
	return loop_timer_create(l, &w->look, on_look, w);
}

void webline_connect(struct webline *w, int fd)
{
	const struct ipc_calls calls = {on_record, on_gone, w};

	if (w->ipc != NULL)
		on_gone(w);
	if (ipc_open(w->loop, &w->ipc, fd, &calls) != ERR_OK)
		w->ipc = NULL;
	else if (w->changed != NULL)
		w->changed(w->changed_ctx, UINT32_MAX & ~WEBLINE_LATER);
}

void webline_listen(struct webline *w, webline_changed changed, void *ctx)
{
	require(changed != NULL && w->changed == NULL);
	w->changed = changed;
	w->changed_ctx = ctx;
}

enum err webline_ask(struct webline *w, struct span request, webline_done done, void *ctx)
{
	struct question *q = w->all;
	enum err rc;

	require(done != NULL && request.len / 2 <= LIMIT_FORM);
	if (w->ipc == NULL)
		return ERR_IO;
	if (w->count == LIMIT_QUESTIONS)
		return ERR_BUSY;
	/* there is a free one, or the count would say so */
	while (q->done != NULL)
		q++;
	q->tag = (uint16_t)(q->tag + LIMIT_QUESTIONS);
	rc = ipc_put(w->ipc, IPC_ASK, q->tag, request);
	if (rc != ERR_OK)
		return rc;
	q->done = done;
	q->ctx = ctx;
	q->until_ms = clock_mono_ms() + LIMIT_QUESTION_MS;
	if (w->count++ == 0)
		loop_timer_start(w->look, LOOK_MS);
	ipc_flush(w->ipc);
	return ERR_OK;
}

/* SPDX-License-Identifier: EUPL-1.2 */
/* One thread, one loop.  What a turn of the domain produced leaves at the end of a turn of the loop, so that everything
 * that came in meanwhile shares one transaction. */
#include "io/loop.h"

#include <signal.h>
#include <stdlib.h>

#include "base/check.h"
#include "io/loop_uv.h"

struct loop {
	uv_loop_t uv;
	uv_check_t check;
	uv_prepare_t prepare;
	uv_signal_t term, intr;
	loop_cb turn_end;
	void *ctx;
	int code;
};

struct loop_timer {
	uv_timer_t uv;
	loop_cb fn;
	void *ctx;
};

struct loop_wake {
	uv_async_t uv;
	loop_cb fn;
	void *ctx;
};

uv_loop_t *loop_uv(struct loop *l)
{
	return &l->uv;
}

enum err loop_create(struct loop **out)
{
	struct loop *l = calloc(1, sizeof *l);

	if (l == NULL)
		return ERR_NOMEM;
	if (uv_loop_init(&l->uv) != 0) {
		free(l);
		return ERR_IO;
	}
	*out = l;
	return ERR_OK;
}

int loop_run(struct loop *l)
{
	(void)uv_run(&l->uv, UV_RUN_DEFAULT);
	return l->code;
}

void loop_stop(struct loop *l, int code)
{
	require(code >= 0 && code <= UINT8_MAX); /* it becomes an exit code */
	l->code = code;
	uv_stop(&l->uv);
}

static void close_one(uv_handle_t *h, void *arg)
{
	(void)arg;
	if (!uv_is_closing(h))
		uv_close(h, NULL);
}

void loop_free(struct loop *l)
{
	if (l == NULL)
		return;
	/* Handles are freed in their close callbacks, which run inside the loop: so it runs once
	 * more after all were closed. */
	uv_walk(&l->uv, close_one, NULL);
	(void)uv_run(&l->uv, UV_RUN_DEFAULT);
	(void)uv_loop_close(&l->uv);
	free(l);
}

static void on_check(uv_check_t *h)
{
	struct loop *l = h->data;

	require(l->turn_end != NULL);
	l->turn_end(l->ctx);
}

static void on_prepare(uv_prepare_t *h)
{
	struct loop *l = h->data;

	require(l->turn_end != NULL);
	l->turn_end(l->ctx);
}

/* After poll (check), and before it for what a timer began (prepare). */
void loop_on_turn_end(struct loop *l, loop_cb turn_end, void *ctx)
{
	/* uv_prepare_init and its like only fill in a struct and cannot fail. */
	require(l->turn_end == NULL);
	l->turn_end = turn_end;
	l->ctx = ctx;
	l->check.data = l->prepare.data = l;
	require(uv_check_init(&l->uv, &l->check) == 0 && uv_check_start(&l->check, on_check) == 0);
	require(uv_prepare_init(&l->uv, &l->prepare) == 0 &&
		uv_prepare_start(&l->prepare, on_prepare) == 0);
}

static void on_signal(uv_signal_t *h, int signo)
{
	(void)signo;
	loop_stop(h->data, 0);
}

enum err loop_signals(struct loop *l)
{
	/* a line that ends while we write, and a file that may not grow, are errors of the call and no end of the process */
	struct sigaction ignore = {.sa_handler = SIG_IGN};

	if (sigaction(SIGPIPE, &ignore, NULL) != 0 || sigaction(SIGXFSZ, &ignore, NULL) != 0)
		return ERR_IO;
	/* Through uv and no handler of our own: between two callbacks everything is whole, inside
	 * of one nothing is. */
	l->term.data = l->intr.data = l;
	if (uv_signal_init(&l->uv, &l->term) != 0 || uv_signal_init(&l->uv, &l->intr) != 0 ||
	    uv_signal_start(&l->term, on_signal, SIGTERM) != 0 ||
	    uv_signal_start(&l->intr, on_signal, SIGINT) != 0)
		return ERR_IO;
	return ERR_OK;
}

enum err loop_timer_create(struct loop *l, struct loop_timer **out, loop_cb fn, void *ctx)
{
	struct loop_timer *t = calloc(1, sizeof *t);

	if (t == NULL)
		return ERR_NOMEM;
	if (uv_timer_init(&l->uv, &t->uv) != 0) {
		free(t);
		return ERR_IO;
	}
	require(fn != NULL);
	t->uv.data = t;
	t->fn = fn;
	t->ctx = ctx;
	*out = t;
	return ERR_OK;
}

static void on_timer(uv_timer_t *h)
{
	struct loop_timer *t = h->data;

	t->fn(t->ctx);
}

void loop_timer_start(struct loop_timer *t, uint64_t ms)
{
	/* Fires once: who wants it again starts it again, after the work, so that slow work does
	 * not pile up. */
	require(t != NULL && t->fn != NULL);
	(void)uv_timer_start(&t->uv, on_timer, ms, 0);
}

void loop_timer_stop(struct loop_timer *t)
{
	require(t != NULL);
	(void)uv_timer_stop(&t->uv);
}

static void on_wake(uv_async_t *h)
{
	const struct loop_wake *w = h->data;

	require(w->fn != NULL);
	w->fn(w->ctx);
}

enum err loop_wake_create(struct loop *l, struct loop_wake **out, loop_cb fn, void *ctx)
{
	struct loop_wake *w = calloc(1, sizeof *w);

	require(l != NULL && fn != NULL);
	if (w == NULL)
		return ERR_NOMEM;
	if (uv_async_init(&l->uv, &w->uv, on_wake) != 0) {
		free(w);
		return ERR_IO;
	}
	w->uv.data = w;
	w->fn = fn;
	w->ctx = ctx;
	*out = w;
	return ERR_OK;
}

void loop_wake(struct loop_wake *w)
{
	(void)uv_async_send(&w->uv);
}

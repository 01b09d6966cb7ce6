/* SPDX-License-Identifier: EUPL-1.2 */
/* Its reader keeps freed pages from being used again, and nobody says that he stopped: silence ends it. */
#include "core/disk/fetched.h"

#include "base/check.h"

enum { IDLE_MS = 30000 }; /* kring backup was stopped */

static void on_idle(void *ctx)
{
	fetched_drop(ctx);
}

enum err fetched_create(struct fetched *f, struct loop *loop)
{
	require(f->now == NULL && f->idle == NULL);
	return loop_timer_create(loop, &f->idle, on_idle, f);
}

void fetched_begin(struct fetched *f, const struct fetched_from *from)
{
	require(from->store != NULL && f->idle != NULL);
	/* two readers would keep twice as many pages, and the first one is told at his next piece */
	fetched_drop(f);
	if (backup_begin(&f->now, from->store, from->keys, from->files, from->time_s) != ERR_OK)
		f->now = NULL;
	else
		loop_timer_start(f->idle, IDLE_MS);
}

bool fetched_answer(struct fetched *f, struct store *s, struct arena *a, struct span request,
		    struct span *reply)
{
	bool over = false;
	/* without a backup it answers that this one was broken off, and how to begin again */
	const bool ours = backup_answer(f->now, s, a, request, reply, &over);

	require(f->idle != NULL);
	if (ours && over)
		fetched_drop(f);
	else if (ours)
		loop_timer_start(f->idle, IDLE_MS);
	return ours;
}

void fetched_drop(struct fetched *f)
{
	if (f->now == NULL)
		return;
	backup_end(f->now);
	f->now = NULL;
	loop_timer_stop(f->idle);
}

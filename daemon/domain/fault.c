/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What failed by itself, and when it is tried again: a short list in memory, one row for each place, with a pause that grows.  It
 * is how a damaged row costs its own document and nothing else.
 */
#include "domain/fault.h"

#include "base/check.h"

enum { PAUSE_MS = 60000, PAUSE_MAX_MS = 3600000, TRIES = 2 };
static_assert(PAUSE_MS > 0 && PAUSE_MS < PAUSE_MAX_MS, "a pause grows, and ends");

static bool same(const struct fault_place *a, const struct fault_place *b)
{
	return a->part == b->part && a->peer == b->peer && a->type == b->type &&
	       id16_equal(&a->id, &b->id);
}

static struct fault *find(const struct turn *t, const struct fault_place *at)
{
	struct faults *f = t->faults;

	for (size_t i = 0; i < f->count; i++)
		if (same(&f->row[i].at, at))
			return &f->row[i];
	return NULL;
}

/* Said before the work, not after: whatever fails then is noted under this place. */
void fault_doing(struct turn *t, const struct fault_place *at)
{
	t->doing = *at;
}

uint32_t fault_tries(struct turn *t, const struct fault_place *at)
{
	const struct fault *f = find(t, at);

	return f != NULL && f->event == t->faults->event ? f->tries : 0;
}

bool fault_paused(struct turn *t, const struct fault_place *at)
{
	const struct fault *f = find(t, at);

	if (f == NULL)
		return false;
	/* A full store is no damage: a partner must not wait for a pause when there is room again. */
	if (f->why == ERR_FULL && (at->part == FAULT_PART || at->part == FAULT_SENDING))
		return f->event == t->faults->event;
	return f->event == t->faults->event || t->mono_ms < f->again_mono_ms;
}

uint64_t fault_again_ms(struct turn *t, const struct fault_place *at)
{
	const struct fault *f = find(t, at);

	return f == NULL ? 0 : f->again_mono_ms;
}

enum err fault_why(struct turn *t, const struct fault_place *at)
{
	const struct fault *f = find(t, at);

	return f == NULL ? ERR_OK : f->why;
}

/* The last row takes its place: rows are found by what they are about, so their order means nothing. */
static void drop(struct faults *f, struct fault *one)
{
	require(f->count > 0 && one >= f->row && one < f->row + f->count);
	*one = f->row[--f->count];
}

enum err fault_over(struct turn *t, enum err rc)
{
	struct fault *f = find(t, &t->doing);

	rc = turn_whole(t, rc);
	/* in the event that it failed in it was left out, which proves nothing */
	if (rc == ERR_OK && f != NULL && f->event != t->faults->event)
		drop(t->faults, f);
	return rc;
}

/* How many rows are about this partner. */
static size_t share_of(const struct faults *f, uint16_t peer)
{
	size_t n = 0;

	for (size_t i = 0; i < f->count; i++)
		n += f->row[i].at.peer == peer;
	return n;
}

/* Room for a new one: of whoever has the most rows, what is longest ago gives way.  So a partner that makes much fail
 * pushes out nobody else's. */
static struct fault *fresh(struct faults *f)
{
	size_t out = 0, most = 0;

	if (f->count < FAULTS_MAX)
		return &f->row[f->count++];
	for (size_t i = 0; i < f->count; i++) {
		const size_t share = share_of(f, f->row[i].at.peer);

		if (share > most || (share == most && f->row[i].last_ms < f->row[out].last_ms)) {
			most = share;
			out = i;
		}
	}
	return &f->row[out];
}

/* The pause doubles with each event that fails there, up to a limit; within one event it is tried a few times. */
bool fault_note(struct turn *t, enum err why)
{
	struct faults *all = t->faults;
	struct fault *f = find(t, &t->doing);

	require(why != ERR_OK);
	all->total++;
	if (f == NULL) {
		f = fresh(all);
		*f = (struct fault){.at = t->doing, .first_ms = t->wall_ms};
	}
	f->tries = f->event == all->event ? f->tries + 1 : 1;
	f->event = all->event;
	f->why = why;
	f->last_ms = t->wall_ms;
	if (f->tries == 1) {
		f->count++;
		f->wait_ms = f->wait_ms == 0		     ? PAUSE_MS
			     : f->wait_ms < PAUSE_MAX_MS / 2 ? f->wait_ms * 2
							     : PAUSE_MAX_MS;
		f->again_mono_ms = t->mono_ms + f->wait_ms;
	}
	return t->doing.part != FAULT_EVENT && f->tries <= TRIES;
}

const char *fault_part_name(enum fault_part part)
{
	/* clang-format off */
	switch (part) {
#define FAULT_NAME(name, text) case FAULT_##name: return (text);
	FAULT_PARTS(FAULT_NAME)
#undef FAULT_NAME
	}
	/* clang-format on */
	return "event";
}

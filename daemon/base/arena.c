/* SPDX-License-Identifier: EUPL-1.2 */
/* What an event needs lies in one block that is wiped when the event is over: no free() is forgotten, and no name of a
 * person stays behind in memory that is used again.
 * Invariant: floor <= used <= cap.  Below floor lies what outlives a rewind (arena_keep). */
#include "base/arena.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/plant.h"

enum { ALIGN = 16 };

static_assert((ALIGN & (ALIGN - 1)) == 0 && ALIGN >= _Alignof(max_align_t),
	      "any struct may lie there");

enum err arena_create(struct arena *a, size_t cap)
{
	require(cap > 0);
	*a = (struct arena){.base = malloc(cap), .cap = cap};
	return a->base == NULL ? ERR_NOMEM : ERR_OK;
}

void arena_free(struct arena *a)
{
	if (a == NULL || a->base == NULL)
		return;
	arena_reset(a);
	free(a->base);
	a->base = NULL;
}

void arena_reset(struct arena *a)
{
	require(a->floor <= a->used && a->used <= a->cap);
	/* A compiler may leave a memset out before a free; this one it may not. */
	explicit_bzero(a->base, a->used);
	a->used = a->floor = 0;
	a->failed = false;
}

void arena_rewind(struct arena *a, size_t mark)
{
	require(mark <= a->used && a->floor <= a->used);
	/* What arena_keep made lies above the mark and must live: less is given back then. */
	if (mark < a->floor)
		mark = a->floor;
	explicit_bzero(a->base + mark, a->used - mark);
	a->used = mark;
}

/* As they are: the caller writes every byte before it reads one. */
static uint8_t *take(struct arena *a, size_t n)
{
	size_t at = (a->used + ALIGN - 1) & ~(size_t)(ALIGN - 1);

	require(a->used <= a->cap);
	/* failed stays set: callers may fill in a whole message and ask once, at its end */
	if (at > a->cap || n > a->cap - at || planted_full()) {
		a->failed = true;
		return NULL;
	}
	a->used = at + n;
	return a->base + at;
}

/* Zeroed at every request and not at the start alone: a rewind leaves bytes that were written before. */
void *arena_alloc(struct arena *a, size_t n)
{
	uint8_t *p = take(a, n);

	return p == NULL ? NULL : memset(p, 0, n);
}

void *arena_keep(struct arena *a, size_t n)
{
	void *p = arena_alloc(a, n);

	if (p != NULL)
		a->floor = a->used;
	return p;
}

char *arena_text(struct arena *a, const char *s)
{
	size_t n;
	char *copy;

	if (s == NULL)
		return NULL;
	n = strlen(s) + 1;
	copy = arena_alloc(a, n);
	return copy == NULL ? NULL : memcpy(copy, s, n);
}

struct span arena_copy(struct arena *a, struct span s)
{
	/* One byte for an empty span, so that NULL always means that there was no room. */
	uint8_t *p = take(a, s.len == 0 ? 1 : s.len);

	if (p == NULL)
		return span_of(NULL, 0);
	if (s.len != 0)
		memcpy(p, s.p, s.len);
	return span_of(p, s.len);
}

struct wr arena_wr(struct arena *a, size_t cap)
{
	uint8_t *p = take(a, cap); /* a writer reads nothing that was not written */

	return wr_of(p, p == NULL ? 0 : cap);
}

/* SPDX-License-Identifier: EUPL-1.2 */
/* Of each address the moments of its last failures, in a ring: it is shut while the oldest of a full ring is young.  Where all rows are
 * taken the one whose last failure is longest ago gives way. */
#include "web/signin/tries.h"

#include <stdlib.h>

#include "base/check.h"
#include "base/limits/door.h"

struct row {
	struct door_from from; /* not known: the row is empty */
	uint64_t at_ms[LIMIT_TRIES];
	size_t count, next; /* next: the oldest one, where the ring is full */
	uint64_t last_ms;
};

struct tries {
	struct row rows[LIMIT_TRIES_KNOWN];
};

enum err tries_create(struct tries **out)
{
	*out = calloc(1, sizeof **out);
	return *out == NULL ? ERR_NOMEM : ERR_OK;
}

void tries_free(struct tries *t)
{
	free(t);
}

static const struct row *row_of(const struct tries *t, const struct door_from *from)
{
	for (size_t i = 0; i < LIMIT_TRIES_KNOWN; i++)
		if (door_same(&t->rows[i].from, from))
			return &t->rows[i];
	return NULL;
}

bool tries_shut(const struct tries *t, const struct door_from *from, uint64_t now_ms)
{
	const struct row *r = row_of(t, from);

	require(t != NULL);
	return r != NULL && r->count == LIMIT_TRIES && now_ms - r->at_ms[r->next] < LIMIT_TRIES_MS;
}

/* Its own row, an empty one, or the one that was used longest ago. */
static struct row *place_for(struct tries *t, const struct door_from *from)
{
	struct row *place = &t->rows[0];

	for (size_t i = 0; i < LIMIT_TRIES_KNOWN; i++) {
		struct row *r = &t->rows[i];

		if (door_same(&r->from, from))
			return r;
		if (place->from.known && (!r->from.known || r->last_ms < place->last_ms))
			place = r;
	}
	*place = (struct row){.from = *from};
	return place;
}

void tries_note(struct tries *t, const struct door_from *from, uint64_t now_ms)
{
	struct row *r;

	if (!from->known)
		return;
	r = place_for(t, from);
	require(r->next < LIMIT_TRIES && r->count <= LIMIT_TRIES);
	r->at_ms[r->next] = r->last_ms = now_ms;
	r->next = (r->next + 1) % LIMIT_TRIES;
	if (r->count < LIMIT_TRIES)
		r->count++;
}

/* SPDX-License-Identifier: EUPL-1.2 */
/* A list in the order of asking.  Whose turn it is stands in `now`, so that what its turn leaves finds its place. */
#include "core/control/going.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "core/control/screens.h"

enum { MOST = (LIMIT_CLIENTS + LIMIT_WATCHERS) * LIMIT_CLIENT_AHEAD };

struct item {
	struct item *next;
	uint64_t client;
	uint32_t uid;
	uint64_t ran; /* when it had its last turn, counted in turns; 0: none yet */
	size_t len, so_far_len;
	uint8_t *bytes, *so_far;
	bool owed;
};

struct going {
	struct item *first, **last, *now;
	size_t count;
	uint64_t turns;
};

enum err going_create(struct going **out)
{
	struct going *g = calloc(1, sizeof *g);

	if (g == NULL)
		return ERR_NOMEM;
	g->last = &g->first;
	*out = g;
	return ERR_OK;
}

/* What people ask, and what was found for them, is about persons. */
static void wipe(uint8_t *p, size_t len)
{
	if (p != NULL)
		explicit_bzero(p, len);
	free(p);
}

static void item_free(struct item *i)
{
	wipe(i->bytes, i->len);
	wipe(i->so_far, i->so_far_len);
	free(i);
}

void going_free(struct going *g)
{
	if (g == NULL)
		return;
	while (g->first != NULL) {
		struct item *i = g->first;

		g->first = i->next;
		item_free(i);
	}
	free(g);
}

/* The event's bytes are gone at the end of its round, and what a turn left at the end of that turn. */
static uint8_t *copy_of(struct span s)
{
	uint8_t *p = malloc(s.len + 1); /* also of nothing */

	if (p != NULL && s.len != 0)
		memcpy(p, s.p, s.len);
	return p;
}

enum err going_add(struct going *g, const struct event *ev, struct span so_far, bool owed)
{
	struct item *i;

	require(ev->type == EVENT_REQUEST && ev->so_far.len == 0);
	if (g->count == MOST)
		return ERR_FULL;
	i = calloc(1, sizeof *i);
	if (i == NULL)
		return ERR_NOMEM;
	i->client = ev->client;
	i->uid = ev->uid;
	i->owed = owed;
	i->len = ev->bytes.len;
	i->so_far_len = so_far.len;
	i->bytes = copy_of(ev->bytes);
	i->so_far = copy_of(so_far);
	if (i->bytes == NULL || i->so_far == NULL) {
		item_free(i);
		return ERR_NOMEM;
	}
	*g->last = i;
	g->last = &i->next;
	g->count++;
	return ERR_OK;
}

/* What a client asked first is answered first; the others of its requests have no turn before. */
static const struct item *first_of(const struct going *g, uint64_t client)
{
	const struct item *i = g->first;

	while (i != NULL && i->client != client)
		i = i->next;
	return i;
}

bool going_has(const struct going *g, uint64_t client)
{
	return first_of(g, client) != NULL;
}

bool going_any(const struct going *g)
{
	return g->first != NULL;
}

/* The one that has waited longest since its last turn: nobody waits for more than one turn of each other client.  A long list
 * costs whoever asks for it, and the others one slice of it at a time. */
bool going_next(struct going *g, struct event *ev)
{
	require(g->now == NULL);
	for (struct item *i = g->first; i != NULL; i = i->next)
		if (first_of(g, i->client) == i && (g->now == NULL || i->ran < g->now->ran))
			g->now = i;
	if (g->now == NULL)
		return false;
	g->now->ran = ++g->turns;
	*ev = (struct event){.type = EVENT_REQUEST,
			     .client = g->now->client,
			     .uid = g->now->uid,
			     .screens = screens_client(g->now->client),
			     .bytes = span_of(g->now->bytes, g->now->len),
			     .so_far = span_of(g->now->so_far, g->now->so_far_len)};
	return true;
}

enum err going_leave(struct going *g, struct span so_far, bool owed)
{
	uint8_t *p = copy_of(so_far);

	require(g->now != NULL);
	if (p == NULL)
		return ERR_NOMEM;
	wipe(g->now->so_far, g->now->so_far_len);
	g->now->so_far = p;
	g->now->so_far_len = so_far.len;
	g->now->owed = owed;
	g->now = NULL;
	return ERR_OK;
}

static void take_out(struct going *g, struct item **at)
{
	struct item *i = *at;

	require(i != NULL && g->count > 0);
	*at = i->next;
	if (g->last == &i->next)
		g->last = at;
	g->count--;
	item_free(i);
}

/* A list that nobody waits for is looked up no further.  What a person began to change goes on: a consent that was withdrawn is
 * withdrawn, whoever closed the window meanwhile. */
void going_forget(struct going *g, bool (*here)(void *ctx, uint64_t client), void *ctx)
{
	struct item **at = &g->first;

	require(g->now == NULL);
	while (*at != NULL)
		if ((*at)->owed || here(ctx, (*at)->client))
			at = &(*at)->next;
		else
			take_out(g, at);
}

/* Only the one whose turn it is can be over: nothing else of the list was looked at. */
void going_over(struct going *g)
{
	struct item **at = &g->first;

	require(g->now != NULL);
	while (*at != g->now)
		at = &(*at)->next;
	g->now = NULL;
	take_out(g, at);
}

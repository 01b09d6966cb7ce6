/* SPDX-License-Identifier: EUPL-1.2 */
/* A handful of places, walked.  Whose a form is follows from the token in the way of the forms themselves (csrf.c), so that no token lies
 * here.  One session cannot push out what another one typed as long as there are places: its own oldest goes first. */
#include "web/formkept.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/limits_screens.h"
#include "base/rng.h"
#include "web/csrf.h"

struct place {
	uint8_t *bytes; /* body, then reply; NULL: free */
	size_t body, reply;
	uint64_t at_ms, order;
	char owner[CSRF_TEXT + 1], path[KEPT_PATH], id[KEPT_ID + 1];
};

struct formkept {
	struct place places[KEPT_FORMS];
	uint64_t order;
};

/* Also the byte behind both, so that what lies in a place is never empty and free is told by the pointer. */
static void let_go(struct place *p)
{
	if (p->bytes != NULL)
		explicit_bzero(p->bytes, p->body + p->reply + 1);
	free(p->bytes);
	explicit_bzero(p, sizeof *p);
}

enum err formkept_create(struct formkept **out)
{
	*out = calloc(1, sizeof **out);
	return *out == NULL ? ERR_NOMEM : ERR_OK;
}

void formkept_free(struct formkept *k)
{
	for (size_t i = 0; k != NULL && i < KEPT_FORMS; i++)
		let_go(&k->places[i]);
	free(k);
}

/* On each use and by no timer: what nobody asks for again lies in memory that is wiped with the next form. */
static void sweep(struct formkept *k)
{
	const uint64_t now = clock_mono_ms();

	for (size_t i = 0; i < KEPT_FORMS; i++)
		if (k->places[i].bytes != NULL && now - k->places[i].at_ms >= KEPT_MS)
			let_go(&k->places[i]);
}

/* A free one; where this session has its share, or all are taken, the oldest of those. */
static struct place *place_for(struct formkept *k, const char *owner)
{
	struct place *own = NULL, *oldest = NULL, *room = NULL;
	size_t mine = 0;

	for (size_t i = 0; i < KEPT_FORMS; i++) {
		struct place *p = &k->places[i];

		if (p->bytes == NULL) {
			room = p;
			continue;
		}
		if (oldest == NULL || p->order < oldest->order)
			oldest = p;
		if (strcmp(p->owner, owner) != 0)
			continue;
		mine++;
		if (own == NULL || p->order < own->order)
			own = p;
	}
	require(room != NULL || oldest != NULL);
	return mine >= KEPT_OWN ? own : room != NULL ? room : oldest;
}

enum err formkept_put(struct formkept *k, const uint8_t token[COOKIE_TOKEN], const char *path,
		      struct span body, struct span reply, char id[KEPT_ID + 1])
{
	uint8_t number[KEPT_ID / 2], *bytes;
	char owner[CSRF_TEXT + 1];
	struct place *p;

	require(body.len <= LIMIT_FORM && reply.len <= LIMIT_CONTROL);
	if (strlen(path) >= KEPT_PATH)
		return ERR_LIMIT;
	bytes = malloc(body.len + reply.len + 1);
	if (bytes == NULL)
		return ERR_NOMEM;
	sweep(k);
	csrf_make(token, "/", owner);
	p = place_for(k, owner);
	let_go(p);
	if (body.len != 0)
		memcpy(bytes, body.p, body.len);
	if (reply.len != 0)
		memcpy(bytes + body.len, reply.p, reply.len);
	*p = (struct place){.bytes = bytes,
			    .body = body.len,
			    .reply = reply.len,
			    .at_ms = clock_mono_ms(),
			    .order = ++k->order};
	memcpy(p->owner, owner, sizeof owner);
	memcpy(p->path, path, strlen(path) + 1);
	rng_fill(number, sizeof number);
	bytes_hex(p->id, number, sizeof number);
	memcpy(id, p->id, sizeof p->id);
	return ERR_OK;
}

bool formkept_find(struct formkept *k, const uint8_t token[COOKIE_TOKEN], const char *path,
		   const char *id, struct span *body, struct span *reply)
{
	char owner[CSRF_TEXT + 1];

	require(k != NULL && path[0] == '/');
	sweep(k);
	csrf_make(token, "/", owner);
	for (size_t i = 0; i < KEPT_FORMS; i++) {
		const struct place *p = &k->places[i];

		if (p->bytes == NULL || strcmp(p->id, id) != 0 || strcmp(p->path, path) != 0 ||
		    strcmp(p->owner, owner) != 0)
			continue;
		*body = span_of(p->bytes, p->body);
		*reply = span_of(p->bytes + p->body, p->reply);
		return true;
	}
	return false;
}

void formkept_drop(struct formkept *k, const uint8_t token[COOKIE_TOKEN])
{
	char owner[CSRF_TEXT + 1];

	require(k != NULL && token != NULL);
	csrf_make(token, "/", owner);
	for (size_t i = 0; i < KEPT_FORMS; i++)
		if (k->places[i].bytes != NULL && strcmp(k->places[i].owner, owner) == 0)
			let_go(&k->places[i]);
}

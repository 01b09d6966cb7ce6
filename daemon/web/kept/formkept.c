/* SPDX-License-Identifier: EUPL-1.2 */
/* A handful of places, walked.  Whose a form is follows from the token in the way of the forms themselves (csrf.c), so that no token lies
 * here.  One session cannot push out what another one typed as long as there are places: its own oldest goes first.
 *
 * A form is found again by its session, and by every other one of the same person: one ends by itself, and another token comes with each
 * fresh proof.  Which person a session is of was said by core when it began. */
#include "web/kept/formkept.h"

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
	char person[KEPT_PERSON]; /* "": of its session alone */
	bool unknown; /* nobody showed yet to be whom the form names, and nobody finds it */
};

/* A session, over or not, and whose it is. */
struct known {
	uint64_t order; /* 0: free */
	uint8_t key[CSRF_KEY];
	char person[KEPT_PERSON];
};

struct formkept {
	struct place places[KEPT_FORMS];
	struct known known[LIMIT_SESSIONS];
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
	if (k != NULL)
		explicit_bzero(k, sizeof *k);
	free(k);
}

/* ---- whose ---- */

static struct known *known_of(struct formkept *k, const uint8_t token[COOKIE_TOKEN])
{
	struct known *found = NULL;
	uint8_t key[CSRF_KEY];

	csrf_key(token, key);
	for (size_t i = 0; i < LIMIT_SESSIONS; i++)
		if (k->known[i].order != 0 && memcmp(k->known[i].key, key, sizeof key) == 0)
			found = &k->known[i];
	explicit_bzero(key, sizeof key);
	return found;
}

/* Whoever signed in longest ago gives way. */
void formkept_signed_in(struct formkept *k, const uint8_t token[COOKIE_TOKEN], const char *staff)
{
	struct known *at = &k->known[0];

	if (staff[0] == '\0')
		return;
	for (size_t i = 1; i < LIMIT_SESSIONS; i++)
		if (k->known[i].order < at->order)
			at = &k->known[i];
	*at = (struct known){.order = ++k->order};
	csrf_key(token, at->key);
	csrf_whose(staff, at->person);
}

const char *formkept_person(struct formkept *k, const uint8_t token[COOKIE_TOKEN])
{
	const struct known *at = known_of(k, token);

	require(k != NULL);
	return at == NULL ? "" : at->person;
}

/* All are tried: k is the one thing that says of which session a form is. */
const char *formkept_whose(const struct formkept *k, const char *path, const char *form_k)
{
	const char *found = "";

	for (size_t i = 0; i < LIMIT_SESSIONS; i++)
		if (k->known[i].order != 0 && csrf_holds_by(k->known[i].key, path, form_k))
			found = k->known[i].person;
	return found;
}

/* ---- what was typed ---- */

/* On each use and by no timer: what nobody asks for again lies in memory that is wiped with the next form. */
static void sweep(struct formkept *k)
{
	const uint64_t now = clock_mono_ms();

	for (size_t i = 0; i < KEPT_FORMS; i++)
		if (k->places[i].bytes != NULL && now - k->places[i].at_ms >= KEPT_MS)
			let_go(&k->places[i]);
}

/* A form that came too late has a person and no session, and two of those are not of one session. */
static bool is_of(const struct place *p, const char *owner, const char *person)
{
	return (owner[0] != '\0' && strcmp(p->owner, owner) == 0) ||
	       (person[0] != '\0' && strcmp(p->person, person) == 0);
}

/* A free one; where this session or person has its share, or all are taken, the oldest of those.  Those of nobody who is known share
 * a few, so that whoever never signed in pushes out nobody else's. */
static struct place *place_for(struct formkept *k, const char *owner, const char *person,
			       bool unknown)
{
	struct place *own = NULL, *oldest = NULL, *room = NULL;
	const size_t share = unknown ? KEPT_UNKNOWN : KEPT_OWN;
	size_t mine = 0;

	for (size_t i = 0; i < KEPT_FORMS; i++) {
		struct place *p = &k->places[i];

		if (p->bytes == NULL) {
			room = p;
			continue;
		}
		if (oldest == NULL || p->order < oldest->order)
			oldest = p;
		if (p->unknown != unknown || (!unknown && !is_of(p, owner, person)))
			continue;
		mine++;
		if (own == NULL || p->order < own->order)
			own = p;
	}
	require(room != NULL || oldest != NULL);
	if (mine >= share || (unknown && room == NULL && own != NULL))
		return own;
	return room != NULL ? room : oldest;
}

static enum err put(struct formkept *k, const char *owner, const char *person, bool unknown,
		    const struct kept_form *form, char id[KEPT_ID + 1])
{
	const struct span body = form->body, reply = form->reply;
	const char *path = form->path;
	uint8_t number[KEPT_ID / 2], *bytes;
	struct place *p;

	require(body.len <= LIMIT_FORM && reply.len <= LIMIT_CONTROL);
	if (strlen(path) >= KEPT_PATH)
		return ERR_LIMIT;
	bytes = malloc(body.len + reply.len + 1);
	if (bytes == NULL)
		return ERR_NOMEM;
	sweep(k);
	p = place_for(k, owner, person, unknown);
	let_go(p);
	if (body.len != 0)
		memcpy(bytes, body.p, body.len);
	if (reply.len != 0)
		memcpy(bytes + body.len, reply.p, reply.len);
	*p = (struct place){.bytes = bytes,
			    .body = body.len,
			    .reply = reply.len,
			    .at_ms = clock_mono_ms(),
			    .order = ++k->order,
			    .unknown = unknown};
	memcpy(p->owner, owner, strlen(owner) + 1);
	memcpy(p->person, person, strlen(person) + 1);
	memcpy(p->path, path, strlen(path) + 1);
	rng_fill(number, sizeof number);
	bytes_hex(p->id, number, sizeof number);
	memcpy(id, p->id, sizeof p->id);
	return ERR_OK;
}

enum err formkept_put(struct formkept *k, const uint8_t token[COOKIE_TOKEN],
		      const struct kept_form *form, char id[KEPT_ID + 1])
{
	char owner[CSRF_TEXT + 1];

	csrf_make(token, "/", owner);
	return put(k, owner, formkept_person(k, token), false, form, id);
}

enum err formkept_put_for(struct formkept *k, const char *person, const struct kept_form *form,
			  char id[KEPT_ID + 1])
{
	require(person[0] != '\0' && strlen(person) < KEPT_PERSON);
	return put(k, "", person, false, form, id);
}

enum err formkept_put_unknown(struct formkept *k, const uint8_t browser[COOKIE_TOKEN],
			      const char *says, const struct kept_form *form, char id[KEPT_ID + 1])
{
	char owner[CSRF_TEXT + 1];

	require(says[0] != '\0' && strlen(says) < KEPT_PERSON);
	csrf_make(browser, "/", owner);
	return put(k, owner, says, true, form, id);
}

/* By both: a form that somebody else's browser left here must not stand filled in before this person, and what this browser left must not
 * be shown to the next one who signs in at it. */
void formkept_claim(struct formkept *k, const uint8_t browser[COOKIE_TOKEN],
		    const uint8_t token[COOKIE_TOKEN], const char *id)
{
	const char *person = formkept_person(k, token);
	char owner[CSRF_TEXT + 1], says[CSRF_TEXT + 1];

	csrf_make(browser, "/", owner);
	for (size_t i = 0; person[0] != '\0' && i < KEPT_FORMS; i++) {
		struct place *p = &k->places[i];

		if (p->bytes == NULL || !p->unknown || strcmp(p->id, id) != 0 ||
		    strcmp(p->owner, owner) != 0)
			continue;
		csrf_page_of(person, p->path, says);
		if (strcmp(p->person, says) != 0)
			continue;
		memcpy(p->person, person, strlen(person) + 1);
		p->unknown = false;
	}
}

static const struct place *find(struct formkept *k, const uint8_t token[COOKIE_TOKEN],
				const char *id)
{
	const char *person = formkept_person(k, token);
	char owner[CSRF_TEXT + 1];

	sweep(k);
	csrf_make(token, "/", owner);
	for (size_t i = 0; i < KEPT_FORMS; i++) {
		const struct place *p = &k->places[i];

		if (p->bytes != NULL && !p->unknown && strcmp(p->id, id) == 0 &&
		    is_of(p, owner, person))
			return p;
	}
	return NULL;
}

bool formkept_find(struct formkept *k, const uint8_t token[COOKIE_TOKEN], const char *path,
		   const char *id, struct span *body, struct span *reply)
{
	const struct place *p = find(k, token, id);

	require(path[0] == '/');
	if (p == NULL || strcmp(p->path, path) != 0)
		return false;
	*body = span_of(p->bytes, p->body);
	*reply = span_of(p->bytes + p->body, p->reply);
	return true;
}

const char *formkept_path(struct formkept *k, const uint8_t token[COOKIE_TOKEN], const char *id)
{
	const struct place *p = find(k, token, id);

	return p == NULL ? NULL : p->path;
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
